"""Fields that wait for a person: given out to one at a time, keyed blind or confirmed, taken back while that can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from api.ports import OPEN_STAGES, ActKind, DecidedBy, FieldAct, OpenFilter, Role, SlipFieldRow, Stage
from api.usecases.scanning.forms import Question, question_of, read_reply
from api.usecases.scanning.keying import machine_vote, may_confirm, standing_of, vote_of
from api.usecases.scanning.recording import put_in_force, take_out
from docgen.findings import Refusal
from scanning.readings import Outcome
from scanning.validators.answer import check_answer
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from api.ports import Slip, UnitOfWork
    from api.usecases.deps import Deps
    from docgen.reply_form import ReplyField
    from scanning.validators.verdict import Checked

LEASE: Final = timedelta(minutes=5)
UNDO_WITHIN: Final = timedelta(hours=1)
MOST_CHARACTERS: Final = 2_000
_MAILROOM: Final = frozenset({Role.MAILROOM, Role.ADMIN})
_HANDS_TO_DECIDE: Final = 3


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A field in a person's hands until ``until``; nothing in it tells more than this person may see.

    ``suggestion`` is what the machine read, None when it must be keyed blind. ``shown`` are the different answers that
    two people gave, for the third, who decides. ``rivals`` are the fields of earlier slips that say otherwise.
    ``reasons`` say why it is here; none for what is only there to measure the machine.
    """

    field_id: str
    slip: Slip
    asked: ReplyField
    place: int
    area_mm: tuple[float, ...]
    has_crop: bool
    stage: Stage
    suggestion: str | None
    shown: tuple[str, ...]
    rivals: tuple[str, ...]
    reasons: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Keyed:
    """What came of an answer: ``taken`` or not. Not taken, ``checked`` says what is wrong or to be asked again.

    ``settled`` tells whether the field waits for nobody any more.
    """

    field_id: str
    taken: bool
    settled: bool
    checked: Checked | None = None


def next_review(
    deps: Deps,
    organisation_id: str,
    person: str,
    skip: Collection[str] = (),
    form: str | None = None,
    *,
    differs: bool | None = None,
) -> ReviewItem | None:
    """The next field for a person, in nobody else's hands for some minutes; None when nothing waits for this one.

    Fields of one form and name come together. ``skip`` leaves fields out, such as the one on the screen when the next
    is loaded. ``form`` narrows to one. ``differs`` takes only fields of which people or slips say different things, or
    leaves them out.
    """
    now = deps.clock.now()
    with deps.database.write() as uow:
        wanted = OpenFilter(form, differs, judges_own=_few_hands(uow, organisation_id))
        found = uow.slip_fields.next_open(organisation_id, person, now, skip, wanted)
        if found is None:
            return None
        leased = replace(found, leased_to=person, leased_until=now + LEASE)
        uow.slip_fields.change(leased)
        return _item(deps, uow, leased)


def hold_field(deps: Deps, organisation_id: str, field_id: str, person: str) -> ReviewItem:
    """One field by name, such as after a page was loaded anew.

    Raises Refusal: ``slip-field-not-found``, ``field-not-open``, ``field-taken``, ``field-own``.
    """
    now = deps.clock.now()
    with deps.database.write() as uow:
        field = _open(deps, uow, organisation_id, field_id, person)
        leased = replace(field, leased_to=person, leased_until=now + LEASE)
        uow.slip_fields.change(leased)
        return _item(deps, uow, leased)


def release_fields(deps: Deps, organisation_id: str, field_ids: Collection[str], person: str) -> None:
    """Put fields back that a person does not key after all; those in other hands are left alone."""
    with deps.database.write() as uow:
        for field_id in sorted(field_ids):
            field = uow.slip_fields.held(organisation_id, field_id)
            if field.leased_to == person:
                uow.slip_fields.change(replace(field, leased_to="", leased_until=None))


def count_open(deps: Deps, organisation_id: str) -> Mapping[tuple[str, str, Stage], int]:
    """How many fields wait, by form, name and stage."""
    with deps.database.read() as uow:
        return uow.slip_fields.count_open(organisation_id)


def count_differing(deps: Deps, organisation_id: str) -> int:
    """How many fields wait of which people or slips say different things."""
    with deps.database.read() as uow:
        return uow.slip_fields.count_differing(organisation_id)


def count_checks(deps: Deps, organisation_id: str) -> int:
    """How many fields wait that are keyed only to measure the machine."""
    with deps.database.read() as uow:
        return uow.slip_fields.count_checks(organisation_id)


def done_since(deps: Deps, organisation_id: str, person: str, since: datetime) -> int:
    """How many answers a person gave since then and did not take back."""
    with deps.database.read() as uow:
        return uow.slip_fields.count_acts(organisation_id, person, since)


def key_field(
    deps: Deps, organisation_id: str, field_id: str, person: str, value: str, *, insists: bool = False
) -> Keyed:
    """Take what a person keyed; "" says that nothing was written.

    An answer that cannot be one is not taken, and one that is strange is asked again: the same with ``insists``.
    Raises Refusal: ``slip-field-not-found``, ``field-not-open``, ``field-taken``, ``field-own``, ``value-too-long``.
    """
    if len(value) > MOST_CHARACTERS:
        raise Refusal("value-too-long", f"An answer has at most {MOST_CHARACTERS} characters.")
    with deps.database.write() as uow:
        field = _open(deps, uow, organisation_id, field_id, person)
        act = FieldAct(organisation_id, field_id, person, ActKind.KEYED, "", deps.clock.now())
        if not value.strip():
            return _apply(deps, uow, field, act)
        question = question_for(deps, uow, field)
        checked = check_answer(question.asked, value, replace(question.context, insists=insists))
        if checked.verdict in {Verdict.REFUSE, Verdict.ASK_AGAIN}:
            return Keyed(field_id, taken=False, settled=False, checked=checked)
        doubtful = checked.verdict is Verdict.REVIEW
        said = value.strip() if checked.value is None else checked.value
        made = replace(act, value=said, doubtful=doubtful, insisted=checked.insisted)
        return replace(_apply(deps, uow, field, made), checked=checked)


def confirm_field(deps: Deps, organisation_id: str, field_id: str, person: str) -> Keyed:
    """The person sees the same as the machine. Raises Refusal: as `key_field`, and ``field-not-shown``."""
    with deps.database.write() as uow:
        field = _open(deps, uow, organisation_id, field_id, person)
        vote = machine_vote(field)
        if vote is None or not may_confirm(field):
            raise Refusal("field-not-shown", "This field is keyed without a suggestion. Key what stands there.")
        act = FieldAct(organisation_id, field_id, person, ActKind.CONFIRMED, vote.value, deps.clock.now())
        return _apply(deps, uow, field, act)


def mark_unreadable(deps: Deps, organisation_id: str, field_id: str, person: str) -> Keyed:
    """Nobody can read it; a second person has to say so too. Raises Refusal: as `key_field`."""
    with deps.database.write() as uow:
        field = _open(deps, uow, organisation_id, field_id, person)
        act = FieldAct(organisation_id, field_id, person, ActKind.UNREADABLE, "", deps.clock.now())
        return _apply(deps, uow, field, act)


def undo(deps: Deps, organisation_id: str, person: str) -> ReviewItem:
    """Take back the last thing that a person did, and give the field to that person again.

    Raises Refusal: ``undo-nothing``, or ``undo-too-late`` when somebody went on from it, or an hour has passed.
    """
    now = deps.clock.now()
    with deps.database.write() as uow:
        act = uow.slip_fields.last_act_of(organisation_id, person)
        if act is None:
            raise Refusal("undo-nothing", "There is nothing of yours to take back.")
        field = uow.slip_fields.held(organisation_id, act.field_id)
        acts = uow.slip_fields.acts(organisation_id, field.id)
        gone_on = acts[-1].number != act.number or field.stage in {Stage.MERGED, Stage.WITHDRAWN}
        in_hands = field.leased_to not in {"", person} and field.leased_until is not None and field.leased_until > now
        if gone_on or in_hands or now - act.at > UNDO_WITHIN:
            raise Refusal("undo-too-late", "Somebody has gone on from this, or it is too long ago. Tell a colleague.")
        uow.slip_fields.undo(organisation_id, act.number, now)
        before = _put_back(deps, uow, field, acts[:-1])
        leased = replace(before, leased_to=person, leased_until=now + LEASE)
        uow.slip_fields.change(leased)
        return _item(deps, uow, leased)


def history_of(deps: Deps, organisation_id: str, field_id: str) -> Sequence[FieldAct]:
    """All that people did about a field, also what they took back. Raises Refusal: ``slip-field-not-found``."""
    with deps.database.read() as uow:
        uow.slip_fields.get(organisation_id, field_id)
        return uow.slip_fields.history(organisation_id, field_id)


def question_for(deps: Deps, uow: UnitOfWork, field: SlipFieldRow) -> Question:
    """What was asked of the recipient, and what is known of the answer."""
    organisation_id, slip = field.organisation_id, uow.scan_pages.slip(field.organisation_id, field.slip_id)
    form = read_reply(uow.slip_forms.get(organisation_id, field.form, slip.template_id).reply_form)
    printed = uow.piece_slips.find(organisation_id, field.piece_id)
    return question_of(form, printed.known if printed else "", field.name, deps.clock.now().date())


def _open(deps: Deps, uow: UnitOfWork, organisation_id: str, field_id: str, person: str) -> SlipFieldRow:
    """The field, kept until the commit, when this person may say something of it."""
    field = uow.slip_fields.held(organisation_id, field_id)
    if field.stage not in OPEN_STAGES:
        raise Refusal("field-not-open", "This field waits for nobody any more. Go on with the next.")
    judges = field.stage is Stage.JUDGE and _few_hands(uow, organisation_id)
    if not judges and any(act.person == person for act in uow.slip_fields.acts(organisation_id, field_id)):
        raise Refusal("field-own", "You have keyed this field. Another person has to say what stands there.")
    if field.leased_to not in {"", person} and field.leased_until and field.leased_until > deps.clock.now():
        raise Refusal("field-taken", "Somebody else has this field in hands. Go on with the next.")
    return field


def _few_hands(uow: UnitOfWork, organisation_id: str) -> bool:
    """Whether nobody is left to decide when two say different things: then one of them does, who sees both."""
    users = uow.users.list(organisation_id)
    there = [user for user in users if user.disabled_at is None and not _MAILROOM.isdisjoint(user.roles)]
    return len(there) < _HANDS_TO_DECIDE


def _apply(deps: Deps, uow: UnitOfWork, field: SlipFieldRow, act: FieldAct) -> Keyed:
    """Write the act, and what follows from it."""
    done = uow.slip_fields.add_act(act)
    acts = uow.slip_fields.acts(field.organisation_id, field.id)
    stage, vote = standing_of(field, acts)
    after = replace(field, stage=stage, leased_to="", leased_until=None)
    if vote is not None:
        same = field.is_check and vote.value == field.value and not vote.unreadable
        by, at = (field.decided_by, field.decided_at) if same else (DecidedBy.PERSON, done.at)
        value = None if vote.unreadable else vote.value
        after = replace(after, value=value, unreadable=vote.unreadable, decided_by=by, decided_at=at)
        if not same:
            put_in_force(deps, uow, after, act.person)
    uow.slip_fields.change(after)
    return Keyed(field.id, taken=True, settled=stage is Stage.SETTLED)


def _put_back(deps: Deps, uow: UnitOfWork, field: SlipFieldRow, acts: Sequence[FieldAct]) -> SlipFieldRow:
    """The field as it was before its last act; a check has the machine's value in force again."""
    stage, _ = standing_of(field, acts)
    machine = field.machine if field.is_check and field.outcome is Outcome.ACCEPTED else None
    by = DecidedBy.NOBODY if machine is None else DecidedBy.MACHINE
    at = None if machine is None else field.created_at
    before = replace(field, stage=stage, value=machine, unreadable=False, decided_by=by, decided_at=at)
    if machine is not None:
        put_in_force(deps, uow, before)
    elif field.stage is Stage.SETTLED:
        take_out(deps, uow, before)
    return before


def _item(deps: Deps, uow: UnitOfWork, field: SlipFieldRow) -> ReviewItem:
    machine = machine_vote(field)
    acts = uow.slip_fields.acts(field.organisation_id, field.id)
    shown = tuple([vote_of(act).value for act in acts]) if field.stage is Stage.JUDGE else ()
    return ReviewItem(
        field.id,
        uow.scan_pages.slip(field.organisation_id, field.slip_id),
        question_for(deps, uow, field).asked,
        field.place,
        field.area_mm,
        field.part is not None,
        field.stage,
        machine.value if machine and may_confirm(field) else None,
        shown,
        _rivals(uow, field),
        () if field.is_check else field.reasons,
        field.leased_until or deps.clock.now(),
    )


def _rivals(uow: UnitOfWork, field: SlipFieldRow) -> tuple[str, ...]:
    found: list[str] = []
    rival = field.rival_id
    while rival is not None and rival not in found:
        found.append(rival)
        rival = uow.slip_fields.get(field.organisation_id, rival).rival_id
    return tuple(found)
