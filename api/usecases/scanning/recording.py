"""Records of all roads as lists, and fields of slips brought among the answers that records come from."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from api.ports import EVERY_RECORD, Answer, ContactMoment, DecidedBy, MomentKind, Submission
from api.usecases.answering.giving import told
from api.usecases.answering.settling import bring_in_line
from api.usecases.answering.whose import of_piece
from api.usecases.scanning.forms import read_reply
from api.usecases.sheets import Sheet, workbook
from scanning.decide.roads import Road, Standing
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from api.ports import Page, PageRequest, Record, RecordFilter, SlipFieldRow, UnitOfWork
    from api.usecases.answering.whose import Whose
    from api.usecases.deps import Deps

COLUMNS: Final = (
    *("id", "piece_id", "record_id", "form", "field", "kind", "value", "state", "source", "confidence"),
    *("decided_by", "person", "decided_at", "updated_at", "revision", "slip_id", "field_id", "mode"),
    *("campaign_id", "submission_id", "code", "confirmations"),
)


def list_records(
    deps: Deps, organisation_id: str, page: PageRequest, wanted: RecordFilter = EVERY_RECORD
) -> Page[Record]:
    """In the order in which they changed last. Raises Refusal: ``bad-cursor``."""
    with deps.database.read() as uow:
        return uow.records.list(organisation_id, page, wanted)


def records_csv(records: Iterable[Record], *, heading: bool = True) -> Iterator[str]:
    """Lines of CSV (RFC 4180), in UTF-8 with a heading."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if heading:
        writer.writerow(COLUMNS)
    for record in records:
        writer.writerow([_cell(getattr(record, name)) for name in COLUMNS])
        yield _taken(buffer)
    yield _taken(buffer)


def records_xlsx(records: Iterable[Record]) -> Iterator[bytes]:
    """A workbook of one sheet with the columns of `records_csv`."""
    rows = ([getattr(record, name) for name in COLUMNS] for record in records)
    return workbook([Sheet("records", COLUMNS, rows)])


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _cell(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def put_in_force(deps: Deps, uow: UnitOfWork, field: SlipFieldRow, person: str = "") -> None:
    """What stands in a field of a slip counts from now on, in the place of what was read there before."""
    whose = of_piece(uow, field.organisation_id, field.piece_id)
    submission = _submission(deps, uow, whose, field)
    uow.submissions.end_answers(field.organisation_id, field.id, deps.clock.now())
    uow.submissions.add_answer(_answer(deps, submission, field, person, _told(uow, submission, field)))
    bring_in_line(deps, uow, whose, field.name)


def take_out(deps: Deps, uow: UnitOfWork, field: SlipFieldRow) -> None:
    """What was read in a field counts no more, as far as anything was."""
    if uow.submissions.end_answers(field.organisation_id, field.id, deps.clock.now()):
        bring_in_line(deps, uow, of_piece(uow, field.organisation_id, field.piece_id), field.name)


def dispute(deps: Deps, uow: UnitOfWork, field: SlipFieldRow) -> None:
    """Another slip says otherwise: whoever has used the value is told that it may not stay."""
    if uow.submissions.set_standing(field.organisation_id, field.id, Standing.CONTESTED):
        bring_in_line(deps, uow, of_piece(uow, field.organisation_id, field.piece_id), field.name)


def _submission(deps: Deps, uow: UnitOfWork, whose: Whose, field: SlipFieldRow) -> Submission:
    """That of the slip; made with its first answer."""
    found = uow.submissions.of_slip(whose.organisation_id, field.slip_id)
    if found is not None:
        return found
    entry = uow.entries.of_piece(whose.organisation_id, field.piece_id)
    made = Submission(
        id=deps.ids.new("sub"),
        organisation_id=whose.organisation_id,
        mode=whose.mode,
        campaign_id=whose.campaign_id,
        recipient=whose.recipient,
        road=Road.SLIP,
        came_at=field.created_at,
        language=entry.language if entry else "",
        once=f"slip:{field.slip_id}",
        receipt="",
        piece_id=field.piece_id,
        slip_id=field.slip_id,
    )
    uow.submissions.add(made)
    moment = ContactMoment(*whose, MomentKind.SLIP_CAME, field.created_at, field.slip_id)
    uow.contact_moments.add(moment)
    return made


def _told(uow: UnitOfWork, submission: Submission, field: SlipFieldRow) -> str:
    """What the slip says of what an answer is for, in the language of the letter; "" when its form is not known."""
    campaign = uow.campaigns.find(submission.organisation_id, submission.campaign_id)
    asked = read_reply(campaign.reply_form).field(field.name) if campaign else None
    return told(asked, submission.language) if asked else ""


def _answer(deps: Deps, submission: Submission, field: SlipFieldRow, person: str, said: str) -> Answer:
    return Answer(
        organisation_id=field.organisation_id,
        submission_id=submission.id,
        campaign_id=submission.campaign_id,
        recipient=submission.recipient,
        field=field.name,
        kind=field.kind,
        road=Road.SLIP,
        raw=field.read,
        value=field.value or "",
        verdict=Verdict.ACCEPT,
        code="",
        insisted=False,
        told=said,
        standing=Standing.UNREADABLE if field.unreadable else Standing.READY,
        confidence=field.confidence,
        decided_by=DecidedBy.PERSON if person else field.decided_by,
        person=person,
        at=field.decided_at or deps.clock.now(),
        slip_field_id=field.id,
    )
