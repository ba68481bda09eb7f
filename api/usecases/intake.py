"""Take in a print job: the body first, then one row and one request for work in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from api.ports import Mode, PackageKind, PackageState, Policy, PrintJob
from api.usecases.answering.campaigns import campaign_of_job
from api.usecases.carriers import carrier_named, gives_print
from api.usecases.equipment import inserts_named
from api.usecases.kinds import FIRST, WorkKind
from api.usecases.packages import files_of, resolve
from api.usecases.trash import let_go, take_back
from docgen.compose import envelope_of
from docgen.findings import Refusal
from docgen.postal.cut_off import read_schedule
from docgen.templates.load import load_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from api.ports import BlobRef, Package, UnitOfWork
    from api.usecases.deps import Deps
    from api.usecases.formats import RecordsFormat
    from api.usecases.ready_made.intake import ReadySubmission

MAX_TITLE_CHARACTERS: Final = 200
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Submission:
    """What a caller asks for; ``template`` and ``brand`` are an id, a key (its newest version) or ``key@version``.

    Until ``cut_off_at`` nothing is released, and pieces and the job can be stopped.
    Without one the organisation's schedule gives it. With ``validate_only`` the job ends in state accepted or rejected
    and nothing is ever printed. ``created_by`` is the key or user that asks. ``columns`` names the columns of a table
    by field, see `docgen.records.columns.match_header`. ``inserts`` are the ids of what goes in each envelope besides.
    ``campaign`` is the id or key of the campaign that the letters invite to, "" for one of their own.
    """

    template: str
    brand: str
    format: RecordsFormat
    mode: Mode = Mode.LIVE
    policy: Policy = Policy.ALL_OR_NOTHING
    validate_only: bool = False
    title: str = ""
    cut_off_at: datetime | None = None
    created_by: str = ""
    inserts: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    campaign: str = ""


def store_body(deps: Deps, organisation_id: str, body: BinaryIO | Iterable[bytes]) -> BlobRef:
    """Stream records into the blob store; the reference's digest is that of the body.

    It is removed in an hour unless a job was made with it.
    Raises Refusal: ``body-too-large``, ``body-empty``.
    """
    ref = deps.blobs.put(organisation_id, _limited(body, deps.limits.max_body_bytes))
    with deps.database.write() as uow:
        let_go(deps, uow, organisation_id, [ref], shared=True)
    if ref.size == 0:
        raise Refusal("body-empty", "The body is empty. Send the records in it.")
    return ref


def submit_job(deps: Deps, organisation_id: str, submission: Submission, body: BlobRef) -> PrintJob:
    """Make the job in state received and ask for its validation.

    Raises Refusal: ``template-not-found``, ``brand-not-found``, ``template-retired``, ``brand-retired``,
    ``title-invalid``, ``cut-off-invalid``, ``envelope-without-carrier-room``, ``insert-unknown``,
    ``campaign-not-found``, ``campaign-closed``, ``campaign-form-differs``, ``campaign-asks-nothing``, ``mode-differs``.
    """
    with deps.database.write() as uow:
        return add_job(deps, uow, organisation_id, submission, body)


def add_job(deps: Deps, uow: UnitOfWork, organisation_id: str, submission: Submission, body: BlobRef) -> PrintJob:
    """`submit_job` inside a transaction."""
    now, rules = deps.clock.now(), rules_of(deps, uow, organisation_id, submission)
    check_title(submission.title)
    check_cut_off(submission.cut_off_at, now)
    template = _version(uow, organisation_id, PackageKind.TEMPLATE, submission.template)
    if gives_print(carrier_named(deps.equipment, rules["carrier"])):
        envelope_of(load_template(files_of(deps, template)), deps.equipment.profiles, carrier=True)
    job = PrintJob(
        id=deps.ids.new("job"),
        organisation_id=organisation_id,
        mode=submission.mode,
        policy=submission.policy,
        validate_only=submission.validate_only,
        template_id=template.id,
        brand_id=_version(uow, organisation_id, PackageKind.BRAND, submission.brand).id,
        input=body,
        media_type=str(submission.format),
        created_at=now,
        cut_off_at=submission.cut_off_at or scheduled(uow, organisation_id, submission, now),
        title=submission.title,
        created_by=submission.created_by,
        rules=rules,
        columns=submission.columns,
        campaign_id=_campaign(deps, uow, organisation_id, submission, template),
    )
    take_back(deps, uow, organisation_id, body)
    uow.jobs.add(job)
    uow.outbox.enqueue(organisation_id, WorkKind.VALIDATE, job.id, FIRST)
    return job


def _campaign(
    deps: Deps, uow: UnitOfWork, organisation_id: str, submission: Submission, template: Package
) -> str | None:
    if not submission.campaign:
        return None
    return campaign_of_job(deps, uow, organisation_id, submission.campaign, submission.mode, template).id


def rules_of(
    deps: Deps, uow: UnitOfWork, organisation_id: str, submission: Submission | ReadySubmission
) -> dict[str, str]:
    """What a job is made by, as it is now. Raises Refusal: ``insert-unknown``."""
    inserts = inserts_named(deps.equipment, submission.inserts)
    return uow.rules.get(organisation_id).of_job() | deps.equipment.kept() | inserts


def _limited(body: BinaryIO | Iterable[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for block in _blocks(body):
        size += len(block)
        if size > most:
            raise Refusal("body-too-large", f"A body may have {most:,} bytes. Divide the records over several jobs.")
        yield block


def _blocks(body: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    if hasattr(body, "read"):
        while block := body.read(_BLOCK):
            yield block
    else:
        yield from body


def check_title(title: str) -> None:
    """Raises Refusal: ``title-invalid``."""
    if len(title) > MAX_TITLE_CHARACTERS or not (title.isprintable() or not title):
        raise Refusal("title-invalid", f"Give a title of at most {MAX_TITLE_CHARACTERS} printable characters.")


def check_cut_off(cut_off_at: datetime | None, now: datetime) -> None:
    """Raises Refusal: ``cut-off-invalid``."""
    if cut_off_at is None:
        return
    if cut_off_at.tzinfo is None or cut_off_at <= now:
        raise Refusal("cut-off-invalid", "Give a cut-off in the future, with its time zone: 2026-11-22T17:00:00Z.")


def scheduled(
    uow: UnitOfWork, organisation_id: str, submission: Submission | ReadySubmission, now: datetime
) -> datetime | None:
    """The next cut-off of the organisation; a test has none, so that its files come at once."""
    schedule = uow.rules.get(organisation_id).cut_offs
    if schedule is None or submission.mode is Mode.TEST or submission.validate_only:
        return None
    return read_schedule(schedule).next_after(now)


def _version(uow: UnitOfWork, organisation_id: str, kind: PackageKind, reference: str) -> Package:
    package = resolve(uow, organisation_id, kind, reference)
    if package.state is PackageState.RETIRED:
        raise Refusal(f"{kind}-retired", f"{kind} {package.key} {package.version} is retired; name another version.")
    return package
