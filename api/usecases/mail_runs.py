"""Mail runs: completed batches that go to the post together, with labels and a list, and when they went."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from api.ports import BatchState, Event, MailRun, MailRunState, Mode, PieceState
from api.usecases.intake import MAX_TITLE_CHARACTERS
from api.usecases.jobs import hold_job
from api.usecases.run_papers import run_papers
from api.usecases.trash import take_back
from docgen.findings import Finding, Place, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from api.ports import Batch, BatchFile, BlobRef, Page, PageRequest, UnitOfWork
    from api.usecases.deps import Deps

MAX_REFERENCE_CHARACTERS: Final = 200
MAX_PROOF_BYTES: Final = 20_000_000
_PROOFS: Final = {b"%PDF-": "application/pdf", b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def open_mail_run(deps: Deps, organisation_id: str, title: str, batch_ids: Sequence[str], by: str) -> MailRun:
    """Put completed batches in a new mail run, and make its labels and list.

    Raises Refusal: ``title-invalid``, ``mail-run-empty``, ``batch-not-found``, ``mail-run-batches-refused`` with a
    finding for every batch that cannot go.
    """
    title = title.strip()
    if not 0 < len(title) <= MAX_TITLE_CHARACTERS or not title.isprintable():
        raise Refusal("title-invalid", f"Give a title of 1 to {MAX_TITLE_CHARACTERS} printable characters.")
    if not batch_ids:
        raise Refusal("mail-run-empty", "Name the batches that go to the post.")
    run = MailRun(deps.ids.new("run"), organisation_id, title, deps.clock.now(), by)
    with deps.database.write() as uow:
        batches = _held(uow, organisation_id, batch_ids)
        findings = [finding for batch in batches if (finding := _cannot_go(batch)) is not None]
        if findings:
            raise Refusal("mail-run-batches-refused", "Nothing was put in a mail run.", tuple(findings))
        uow.mail_runs.add(run)
        for batch in batches:
            uow.batches.set_mail_run(organisation_id, batch.id, run.id)
            uow.events.append(Event(organisation_id, batch.id, "batch-in-mail-run", run.created_at, {"run": run.id}))
        _make_papers(deps, uow, run, batches)
        return uow.mail_runs.get(organisation_id, run.id)


def take_out(deps: Deps, uow: UnitOfWork, batch: Batch) -> None:
    """Take a batch that is opened again out of its mail run, whose papers are then made without it."""
    if batch.mail_run_id is None:
        return
    uow.batches.set_mail_run(batch.organisation_id, batch.id, None)
    run = uow.mail_runs.get(batch.organisation_id, batch.mail_run_id)
    _make_papers(deps, uow, run, uow.batches.of_mail_run(batch.organisation_id, run.id))


def _make_papers(deps: Deps, uow: UnitOfWork, run: MailRun, batches: Sequence[Batch]) -> None:
    name = uow.organisations.get(run.organisation_id).name
    uow.mail_runs.set_files(run.organisation_id, run.id, run_papers(deps, uow, run, name, batches))


def _held(uow: UnitOfWork, organisation_id: str, batch_ids: Iterable[str]) -> list[Batch]:
    """The batches with their jobs held, in one order, so that of two that do something with them one is first."""
    wanted = list(dict.fromkeys(batch_ids))
    for job_id in sorted({uow.batches.get(organisation_id, batch_id).job_id for batch_id in wanted}):
        hold_job(uow, organisation_id, job_id)
    return [uow.batches.get(organisation_id, batch_id) for batch_id in wanted]


def hand_over(
    deps: Deps, organisation_id: str, run_id: str, by: str, receipt: tuple[str, BlobRef | None] = ("", None)
) -> MailRun:
    """The post has it: from now on legal periods count. Again changes nothing.

    ``receipt`` is the number that the post gave and the document, if there is one.
    Raises Refusal: ``mail-run-not-found``, ``mail-reference-invalid``, ``mail-run-empty``.
    """
    reference, proof = receipt[0].strip(), receipt[1]
    if len(reference) > MAX_REFERENCE_CHARACTERS or not (reference.isprintable() or not reference):
        message = f"A reference has at most {MAX_REFERENCE_CHARACTERS} printable characters."
        raise Refusal("mail-reference-invalid", message)
    now = deps.clock.now()
    with deps.database.write() as uow:
        uow.mail_runs.get(organisation_id, run_id)
        _held(uow, organisation_id, [batch.id for batch in uow.batches.of_mail_run(organisation_id, run_id)])
        run = uow.mail_runs.get(organisation_id, run_id)
        if run.state is MailRunState.HANDED_OVER:
            return run
        batches = uow.batches.of_mail_run(organisation_id, run_id)
        if not batches:
            raise Refusal("mail-run-empty", "There is no batch in this mail run any more; open another.")
        if proof is not None:
            take_back(deps, uow, organisation_id, proof)
        for batch in batches:
            _hand_over_batch(uow, batch, now)
        return uow.mail_runs.hand_over(organisation_id, run_id, by, now, reference, proof)


def add_proof(deps: Deps, organisation_id: str, run_id: str, by: str, data: bytes) -> MailRun:
    """Keep the document that the post gave with its mail run, before or after it went; a later one takes its place.

    Raises Refusal: ``mail-run-not-found``, ``proof-kind-unknown``, ``body-too-large``, ``body-empty``.
    """
    with deps.database.read() as uow:
        uow.mail_runs.get(organisation_id, run_id)
    if data and kind_of_proof(data) is None:
        raise Refusal("proof-kind-unknown", "A proof is a PDF, a PNG or a JPEG.")
    proof = store_proof(deps, organisation_id, [data])
    with deps.database.write() as uow:
        take_back(deps, uow, organisation_id, proof)
        return uow.mail_runs.set_proof(organisation_id, run_id, by, deps.clock.now(), proof)


def read_proof(deps: Deps, organisation_id: str, run_id: str) -> tuple[bytes, str]:
    """The document that the post gave, and its media type.

    Raises Refusal: ``mail-run-not-found``, ``proof-not-found``.
    """
    with deps.database.read() as uow:
        proof = uow.mail_runs.get(organisation_id, run_id).proof
    if proof is None:
        raise Refusal("proof-not-found", f"The post gave no document for {run_id}, or nobody has uploaded it.")
    with deps.blobs.open(organisation_id, proof) as stream:
        data = stream.read()
    return data, kind_of_proof(data) or "application/octet-stream"


def kind_of_proof(data: bytes) -> str | None:
    """The media type that the first bytes tell; None for what is no proof."""
    return next((kind for begin, kind in _PROOFS.items() if data.startswith(begin)), None)


def store_proof(deps: Deps, organisation_id: str, data: BinaryIO | Iterable[bytes]) -> BlobRef:
    """Keep the document that the post gave. Raises Refusal: ``body-too-large``, ``body-empty``."""
    ref = deps.blobs.put(organisation_id, data)
    if not 0 < ref.size <= MAX_PROOF_BYTES:
        code = "body-too-large" if ref.size else "body-empty"
        raise Refusal(code, f"A proof has 1 to {MAX_PROOF_BYTES:,} bytes.")
    return ref


def get_mail_run(deps: Deps, organisation_id: str, run_id: str) -> tuple[MailRun, Sequence[Batch]]:
    """One mail run with its batches. Raises Refusal: ``mail-run-not-found``."""
    with deps.database.read() as uow:
        return uow.mail_runs.get(organisation_id, run_id), uow.batches.of_mail_run(organisation_id, run_id)


def find_mail_run_file(deps: Deps, organisation_id: str, run_id: str, name: str) -> BatchFile:
    """Labels or the list of a mail run, by name.

    Raises Refusal: ``mail-run-not-found``, ``mail-run-file-not-found``.
    """
    run, _ = get_mail_run(deps, organisation_id, run_id)
    for file in run.files:
        if file.name == name:
            return file
    raise Refusal("mail-run-file-not-found", f"{run_id} has no file of this name; take a name from its list of files.")


def list_mail_runs(deps: Deps, organisation_id: str, page: PageRequest) -> Page[MailRun]:
    """Mail runs, newest first."""
    with deps.database.read() as uow:
        return uow.mail_runs.list(organisation_id, page)


def _cannot_go(batch: Batch) -> Finding | None:
    place = Place(record=batch.id)
    if batch.mode is Mode.TEST:
        return Finding("mail-run-batch-of-test", "A test is never handed over.", place)
    if batch.state is not BatchState.COMPLETED:
        return Finding("mail-run-batch-not-completed", f"It is {batch.state}; complete it first.", place)
    if batch.mail_run_id is not None:
        return Finding("mail-run-batch-elsewhere", f"It is in mail run {batch.mail_run_id} already.", place)
    return None


def _hand_over_batch(uow: UnitOfWork, batch: Batch, at: datetime) -> None:
    pieces = uow.pieces.in_room(batch.organisation_id, batch.id)
    inserted = [piece.id for piece in pieces if piece.state is PieceState.INSERTED]
    uow.pieces.move_many(batch.organisation_id, inserted, PieceState.HANDED_OVER)
    data = {"count": len(inserted), "run": batch.mail_run_id}
    uow.events.append(Event(batch.organisation_id, batch.id, "pieces-handed_over", at, data))
    uow.contact_moments.add_sent(batch.organisation_id, batch.id, at)
    uow.batches.set_state(batch.organisation_id, batch.id, BatchState.HANDED_OVER, at)
