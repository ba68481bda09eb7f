"""Large files of answers: a worker judges and takes them, and goes on from the row it had whatever is killed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, Final

from api.ports import IMPORT_ENDED, AnswerImport, ImportState, Policy
from api.usecases.answering.importing import Imported, Importing, ImportWish
from api.usecases.answering.rows import Noted, RowsFile
from api.usecases.intake import store_body
from api.usecases.kinds import LAST, WorkKind
from api.usecases.leases import given_up_for, keep_lease, nothing_to_do
from api.usecases.ready_made.uploads import copy_blob
from api.usecases.scanning.forms import read_reply
from api.usecases.trash import let_go, take_back
from docgen.findings import Refusal, Severity

if TYPE_CHECKING:
    from datetime import datetime

    from api.ports import Page, PageRequest, UnitOfWork, WorkContext, WorkItem
    from api.usecases.deps import Deps

MOST_ROWS: Final = 100_000
"""Of one file."""

SLICE: Final = timedelta(seconds=20)
"""So long a file is worked on at a time; then whatever else waits goes first."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent; ``media_type`` is as `read_format` reads it."""

    stream: BinaryIO
    media_type: str


@dataclass(slots=True)
class _Way:
    """A file on its way: the row as it is, and how long it is worked on now."""

    deps: Deps
    context: WorkContext
    row: AnswerImport
    until: datetime

    @property
    def is_slice_over(self) -> bool:
        return self.deps.clock.now() >= self.until


def begin_import(deps: Deps, organisation_id: str, campaign_id: str, file: SentFile, wish: ImportWish) -> AnswerImport:
    """Keep a file of answers and ask for a worker. Raises Refusal: ``campaign-not-found``, and as `store_body`."""
    with deps.database.read() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
    blob = store_body(deps, organisation_id, file.stream)
    made = AnswerImport(
        id=deps.ids.new("imp"),
        organisation_id=organisation_id,
        campaign_id=campaign.id,
        by=wish.by,
        policy=wish.policy,
        checks_only=wish.check,
        media_type=file.media_type,
        blob=blob,
        sha256=blob.sha256,
        created_at=deps.clock.now(),
    )
    with deps.database.write() as uow:
        take_back(deps, uow, organisation_id, blob)
        uow.answer_imports.add(made)
        uow.outbox.enqueue(organisation_id, WorkKind.IMPORT_ANSWERS, made.id, LAST)
    return made


def get_import(deps: Deps, organisation_id: str, campaign_id: str, import_id: str) -> AnswerImport:
    """One file. Raises Refusal: ``campaign-not-found``, ``answer-import-not-found``."""
    with deps.database.read() as uow:
        campaign, found = (
            uow.campaigns.get(organisation_id, campaign_id),
            uow.answer_imports.get(organisation_id, import_id),
        )
    if found.campaign_id != campaign.id:
        raise Refusal("answer-import-not-found", f"{campaign.key} has no import {import_id[:60]}.")
    return found


def list_imports(deps: Deps, organisation_id: str, campaign_id: str, page: PageRequest) -> Page[AnswerImport]:
    """Newest first. Raises Refusal: ``campaign-not-found``."""
    with deps.database.read() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
        return uow.answer_imports.list(organisation_id, campaign.id, page)


def go_on_with_import(deps: Deps, context: WorkContext) -> None:
    """Handler of ``import_answers``. It may be killed anywhere and run again: no row is taken twice or left out."""
    organisation_id, import_id = context.item.organisation_id, context.item.subject_id
    with deps.database.read() as uow:
        row = uow.answer_imports.get(organisation_id, import_id)
        campaign = uow.campaigns.get(organisation_id, row.campaign_id)
    if row.state in IMPORT_ENDED or row.blob is None:
        nothing_to_do(deps, context)
        return
    way = _Way(deps, context, row, deps.clock.now() + SLICE)
    with TemporaryDirectory(prefix="posthoorn-") as name:
        path = Path(name) / "answers"
        copy_blob(deps, organisation_id, row.blob, path)
        with path.open("rb") as stream:
            file = RowsFile(stream, row.media_type, row.sha256, MOST_ROWS)
            wish = ImportWish(row.by, row.policy, row.checks_only)
            importing = Importing(deps, campaign, read_reply(campaign.reply_form), file, wish)
            try:
                _go_on(way, importing)
            except Refusal as refusal:
                _end(way, ImportState.REFUSED, refusal)


def import_failed(deps: Deps, uow: UnitOfWork, item: WorkItem) -> bool:
    """Tell that work on a file was given up; False when the work was about something else."""
    if item.kind != WorkKind.IMPORT_ANSWERS:
        return False
    row = uow.answer_imports.get(item.organisation_id, item.subject_id)
    if row.state not in IMPORT_ENDED:
        detail = "The service gave up on this file. What was written is kept; tell the operator, then send it again."
        _put_end(deps, uow, replace(row, state=ImportState.FAILED, code=given_up_for(uow, item), detail=detail))
    return True


def _go_on(way: _Way, importing: Importing) -> None:
    if way.row.state is ImportState.JUDGING and not _judge(way, importing):
        return
    if way.row.checks_only:
        _end(way, ImportState.DONE)
    elif way.row.invalid and way.row.policy is Policy.ALL_OR_NOTHING:
        raise importing.refusal(_imported(way.row))
    elif _take(way, importing):
        _end(way, ImportState.DONE, tell=importing)


def _judge(way: _Way, importing: Importing) -> bool:
    """Judge the rest of the rows; False when others go first."""
    found = _imported(way.row)
    for block in importing.blocks(way.row.rows):
        with way.deps.database.read() as uow:
            importing.judge(uow, block, found)
        with way.deps.database.write() as uow:
            keep_lease(way.deps, uow, way.context)
            way.row = _with(way.row, found)
            uow.answer_imports.change(way.row)
        if way.is_slice_over:
            _let_others_first(way)
            return False
    way.row = replace(way.row, state=ImportState.TAKING)
    return True


def _take(way: _Way, importing: Importing) -> bool:
    """Keep the rest of the rows, and how far it is in the same transaction; False when others go first."""
    found = _imported(way.row)
    for block in importing.blocks_to_write(way.row.written):
        with way.deps.database.write() as uow:
            keep_lease(way.deps, uow, way.context)
            importing.take(uow, block, found)
            way.row = replace(_with(way.row, found), written=way.row.written + len(block))
            uow.answer_imports.change(way.row)
        if way.is_slice_over:
            _let_others_first(way)
            return False
    return True


def _let_others_first(way: _Way) -> None:
    item = way.context.item
    with way.deps.database.write() as uow:
        uow.answer_imports.change(way.row)
        way.context.complete(uow)
        uow.outbox.again(item.organisation_id, item.kind, item.subject_id)


def _end(way: _Way, state: ImportState, refusal: Refusal | None = None, tell: Importing | None = None) -> None:
    row = replace(way.row, state=state)
    if refusal is not None:
        found = tuple(refusal.findings) or row.findings
        row = replace(row, code=refusal.code, detail=refusal.detail, findings=found)
    with way.deps.database.write() as uow:
        way.context.complete(uow)
        if tell is not None:
            tell.tell(uow, _imported(row), row.id)
        _put_end(way.deps, uow, row)


def _put_end(deps: Deps, uow: UnitOfWork, row: AnswerImport) -> None:
    """What the file said is not kept any longer."""
    if row.blob is not None:
        let_go(deps, uow, row.organisation_id, [row.blob], shared=True)
    uow.answer_imports.change(replace(row, blob=None, ended_at=deps.clock.now()))


def _imported(row: AnswerImport) -> Imported:
    counts = Counter({Severity(name): number for name, number in row.finding_counts.items()})
    noted = Noted(list(row.findings), counts)
    return Imported(row.rows, row.taken, row.for_review, row.unchanged, row.invalid, noted)


def _with(row: AnswerImport, found: Imported) -> AnswerImport:
    return replace(
        row,
        rows=found.rows,
        taken=found.taken,
        for_review=found.for_review,
        unchanged=found.unchanged,
        invalid=found.invalid,
        findings=tuple(found.noted.shown),
        finding_counts={str(severity): number for severity, number in found.noted.counts.items()},
    )
