"""Fields of slips brought among the answers that records come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import Answer, ContactMoment, DecidedBy, MomentKind, Submission
from api.usecases.answering.giving import told
from api.usecases.answering.settling import bring_in_line
from api.usecases.answering.whose import of_piece
from api.usecases.scanning.forms import question_of, read_reply
from scanning.decide.roads import Road, Standing
from scanning.validators.answer import check_answer
from scanning.validators.verdict import Checked, Verdict

if TYPE_CHECKING:
    from api.ports import SlipFieldRow, UnitOfWork
    from api.usecases.answering.whose import Whose
    from api.usecases.deps import Deps
    from api.usecases.scanning.forms import Question


_ACCEPTED: Final = Checked(Verdict.ACCEPT, "")


def put_in_force(deps: Deps, uow: UnitOfWork, field: SlipFieldRow, person: str = "") -> None:
    """What stands in a field of a slip counts from now on, in the place of what was read there before."""
    whose = of_piece(uow, field.organisation_id, field.piece_id)
    submission = _submission(deps, uow, whose, field)
    uow.submissions.end_answers(field.organisation_id, field.id, deps.clock.now())
    uow.submissions.add_answer(_answer(deps, submission, field, person, _asked(deps, uow, submission, field)))
    bring_in_line(deps, uow, whose, [field.name])


def take_out(deps: Deps, uow: UnitOfWork, field: SlipFieldRow) -> None:
    """What was read in a field counts no more, as far as anything was."""
    if uow.submissions.end_answers(field.organisation_id, field.id, deps.clock.now()):
        bring_in_line(deps, uow, of_piece(uow, field.organisation_id, field.piece_id), [field.name])


def dispute(deps: Deps, uow: UnitOfWork, field: SlipFieldRow) -> None:
    """Another slip says otherwise: whoever has used the value is told that it may not stay."""
    if uow.submissions.set_standing(field.organisation_id, field.id, Standing.CONTESTED):
        bring_in_line(deps, uow, of_piece(uow, field.organisation_id, field.piece_id), [field.name])


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


class _Asked(NamedTuple):
    """What a recipient read of what an answer is for, and what the rules say of the answer."""

    told: str
    checked: Checked


def _asked(deps: Deps, uow: UnitOfWork, submission: Submission, field: SlipFieldRow) -> _Asked:
    """As on every other road; nothing is asked any more, so who keyed it counts as insisting."""
    campaign = uow.campaigns.find(submission.organisation_id, submission.campaign_id)
    form = read_reply(campaign.reply_form) if campaign else None
    if form is None or form.field(field.name) is None:
        return _Asked("", _ACCEPTED)
    printed = uow.piece_slips.find(submission.organisation_id, submission.piece_id)
    question = question_of(form, printed.known if printed else "", field.name, deps.clock.now().date())
    checked = _checked(question, field.value, field.read) if field.value else _ACCEPTED
    return _Asked(told(question.asked, submission.language), checked)


def _checked(question: Question, value: str, read: str) -> Checked:
    """The rules look at what stood in the boxes, where that is this value: its zeros are no longer in the value."""
    context = replace(question.context, insists=True)
    as_written = check_answer(question.asked, read, context) if read else None
    if as_written is not None and as_written.value == value:
        return as_written
    return check_answer(question.asked, value, context)


def _answer(deps: Deps, submission: Submission, field: SlipFieldRow, person: str, asked: _Asked) -> Answer:
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
        verdict=asked.checked.verdict,
        code=asked.checked.code or "",
        insisted=asked.checked.insisted,
        told=asked.told,
        standing=Standing.UNREADABLE if field.unreadable else Standing.READY,
        confidence=field.confidence,
        decided_by=DecidedBy.PERSON if person else field.decided_by,
        person=person,
        at=field.decided_at or deps.clock.now(),
        slip_field_id=field.id,
    )
