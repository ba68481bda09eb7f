"""Take scanned files in: batches that are opened and closed, and files, whose bytes are kept first of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from api.ports import Mode, ScanBatch, ScanBatchState, ScanFile
from api.usecases.intake import store_body
from api.usecases.kinds import SOON, WorkKind
from api.usecases.trash import take_back
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.ports import BlobRef, UnitOfWork
    from api.usecases.deps import Deps

MOST_NAME: Final = 200


def open_batch(deps: Deps, organisation_id: str, name: str, mode: Mode, by: str) -> ScanBatch:
    """A new batch. Raises Refusal: ``scan-name-invalid``."""
    check_name(name)
    batch = ScanBatch(deps.ids.new("scb"), organisation_id, mode, name, deps.clock.now(), by)
    with deps.database.write() as uow:
        uow.scans.add_batch(batch)
    return batch


def close_batch(deps: Deps, organisation_id: str, batch_id: str, by: str) -> ScanBatch:
    """No files come any more; again changes nothing. What is being read is read on.

    Raises Refusal: ``scan-batch-not-found``.
    """
    with deps.database.write() as uow:
        return uow.scans.close(organisation_id, batch_id, by, deps.clock.now())


def add_file(  # noqa: PLR0913 - where to, what, and who
    deps: Deps,
    organisation_id: str,
    batch_id: str,
    name: str,
    body: BinaryIO | Iterable[bytes],
    by: str,
    *,
    again: bool = False,
    claim: str | None = None,
) -> ScanFile:
    """Keep a scanned file and ask for its reading; the same ``claim`` again gives the file that was made with it.

    Raises Refusal: ``scan-batch-not-found``, ``scan-batch-closed``, ``scan-file-seen`` when the very same bytes were
    taken in before and ``again`` does not ask for it, ``scan-name-invalid``, ``body-empty``, ``body-too-large``.
    """
    shown = plain_name(name)
    blob = store_body(deps, organisation_id, body)
    with deps.database.write() as uow:
        return add_blob(
            deps, uow, uow.scans.batch(organisation_id, batch_id), (shown, blob), by, again=again, claim=claim
        )


def add_blob(  # noqa: PLR0913 - where to, what, and who
    deps: Deps,
    uow: UnitOfWork,
    batch: ScanBatch,
    named: tuple[str, BlobRef],
    by: str,
    *,
    again: bool = False,
    claim: str | None = None,
) -> ScanFile:
    """`add_file` inside a transaction, of bytes that are kept already."""
    organisation_id, (name, blob) = batch.organisation_id, named
    before = None if claim is None else uow.scans.of_claim(organisation_id, claim)
    if before is not None:
        return before
    if batch.state is ScanBatchState.CLOSED:
        raise Refusal("scan-batch-closed", "This batch is closed. Open another for more files.")
    seen = uow.scans.same_bytes(organisation_id, blob.sha256)
    if seen and not again:
        raise _seen(seen[0])
    number = uow.scans.next_number(organisation_id, batch.id)
    times = seen[0].again + 1 if seen else 0
    row_id, now = deps.ids.new("scf"), deps.clock.now()
    file = ScanFile(row_id, organisation_id, batch.id, number, name, blob, now, by, times, claim)
    take_back(deps, uow, organisation_id, blob)
    if not uow.scans.add_file(file):
        raise _seen(file)
    uow.outbox.enqueue(organisation_id, WorkKind.READ_SCAN, file.id, SOON)
    return file


def check_name(name: str) -> None:
    """Raises Refusal: ``scan-name-invalid``."""
    if not name.strip() or len(name) > MOST_NAME or not name.isprintable():
        raise Refusal("scan-name-invalid", f"Give a name of 1 to {MOST_NAME} printable characters.")


def plain_name(name: str) -> str:
    """The name of a file without folders, as it can be shown. Raises Refusal: ``scan-name-invalid``."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join([sign if sign.isprintable() else "_" for sign in last]).strip()[-MOST_NAME:]
    check_name(shown)
    return shown


def _seen(file: ScanFile) -> Refusal:
    message = (
        f"This very file was taken in on {file.created_at.date()} as {file.name}. Say again=true to read it again."
    )
    return Refusal("scan-file-seen", message)
