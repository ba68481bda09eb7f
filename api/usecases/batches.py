"""Batches and their files, for the print room."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from api.ports import IN_PRINT_ROOM, Event
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.ports import Batch, BatchFile, BatchState, Page, PageRequest
    from api.usecases.deps import Deps


def get_batch(deps: Deps, organisation_id: str, batch_id: str) -> Batch:
    """One batch with its files once it is released. Raises Refusal: ``batch-not-found``."""
    with deps.database.read() as uow:
        return uow.batches.get(organisation_id, batch_id)


def list_batches(
    deps: Deps, organisation_id: str, page: PageRequest, job_id: str | None = None, state: BatchState | None = None
) -> Page[Batch]:
    """Batches, newest first; those of one job by number. Raises Refusal: ``job-not-found``."""
    with deps.database.read() as uow:
        if job_id is not None:
            uow.jobs.get(organisation_id, job_id)
        return uow.batches.list(organisation_id, page, job_id, state)


def find_batch_file(deps: Deps, organisation_id: str, batch_id: str, name: str) -> BatchFile:
    """A file of a released batch, or of a closed reprint of it, by its name.

    Raises Refusal: ``batch-not-found``, ``batch-not-released``, ``batch-file-not-found``.
    """
    with deps.database.read() as uow:
        batch = uow.batches.get(organisation_id, batch_id)
        reprints = uow.reprints.of_batch(organisation_id, batch_id)
    if batch.state not in IN_PRINT_ROOM:
        raise Refusal("batch-not-released", f"{batch_id} is {batch.state}; its files are there once it is released.")
    for file in chain(batch.files, *(reprint.files for reprint in reprints)):
        if file.name == name:
            return file
    raise Refusal("batch-file-not-found", f"{batch_id} has no file of this name; take a name from its list of files.")


def note_seen(deps: Deps, organisation_id: str, subject_id: str, file: BatchFile, by: str, first_byte: int = 0) -> None:
    """Log a download that is no fetching by the print room: by a link, or of a paper of a mail run."""
    data = {"file": file.name, "sha256": file.blob.sha256, "by": by, "from_byte": first_byte}
    with deps.database.write() as uow:
        uow.events.append(Event(organisation_id, subject_id, "file-seen", deps.clock.now(), data))


@contextmanager
def open_batch_file(deps: Deps, organisation_id: str, batch_id: str, name: str) -> Iterator[tuple[BatchFile, BinaryIO]]:
    """A file of a released batch and its bytes: seekable, so that a range costs no more than the range.

    Raises as `find_batch_file`.
    """
    file = find_batch_file(deps, organisation_id, batch_id, name)
    with deps.blobs.open(organisation_id, file.blob) as stream:
        yield file, stream
