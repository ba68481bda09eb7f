"""Fields keyed by people: nothing is in force that fewer than two agreed on, nothing is lost, and nobody peeks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.ports import ActKind, DecidedBy, FieldAct, RecordState, Role, Stage
from api.usecases import people
from api.usecases.scanning import looking, measuring, policies, reviewing
from api.usecases.scanning.keying import machine_vote, standing_of, vote_of
from docgen.findings import Refusal
from docgen.reply_form import ReplyKind
from scanning.validators.verdict import Verdict
from tests.api.builders import NOW, ORG, OTHER
from tests.api.contracts.test_scans_contract import field
from tests.api.usecases.slips import ALL, DOUBTFUL, FORM, SlipWorld, page, piece_id, slip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from api.ports import SlipFieldRow

ANN, BEN, CAS, DEE = "usr_a", "usr_b", "usr_c", "usr_d"


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> SlipWorld:
    made = SlipWorld(sqlite_database, memory_blobs, clock, ids)
    policies.put_policy(made.deps, ORG, FORM, {"checked_share": 0.0}, "usr_1")
    return made


def doubtful(world: SlipWorld, *numbers: int, confidence: float = DOUBTFUL) -> list[str]:
    """Fields `number` of slips in which 0042 was read without being sure."""
    for number in numbers:
        world.scan(page(1, slip(number, {"number": "0042"}, confidence=confidence)))
    return [one.id for one in world.fields() if one.name == "number"]


def key(world: SlipWorld, field_id: str, person: str, value: str, *, insists: bool = False) -> reviewing.Keyed:
    return reviewing.key_field(world.deps, ORG, field_id, person, value, insists=insists)


def stage(world: SlipWorld, field_id: str) -> Stage:
    return next(one.stage for one in world.fields() if one.id == field_id)


def test_a_person_who_keys_what_the_machine_read_settles_it(world: SlipWorld) -> None:
    (field_id,) = doubtful(world, 1)
    item = reviewing.next_review(world.deps, ORG, ANN)
    assert item is not None
    assert (item.field_id, item.suggestion, item.asked.name, item.shown) == (field_id, None, "number", ())
    assert key(world, field_id, ANN, "0042").settled
    record = world.records()[piece_id(1), "number"]
    assert (record.value, record.decided_by, record.person) == ("0042", DecidedBy.PERSON, ANN)
    with pytest.raises(Refusal, match="field-not-open"):
        key(world, field_id, BEN, "0042")


def test_a_second_person_is_asked_who_sees_nothing_and_is_another(world: SlipWorld) -> None:
    (field_id,) = doubtful(world, 1)
    assert not key(world, field_id, ANN, "0043").settled
    assert stage(world, field_id) is Stage.SECOND
    assert reviewing.next_review(world.deps, ORG, ANN) is None
    with pytest.raises(Refusal, match="field-own"):
        key(world, field_id, ANN, "0042")
    item = reviewing.next_review(world.deps, ORG, BEN)
    assert item is not None
    assert (item.suggestion, item.shown, item.stage) == (None, (), Stage.SECOND)
    assert key(world, field_id, BEN, "0043").settled
    assert world.records()[piece_id(1), "number"].value == "0043"


def test_a_third_person_sees_both_and_decides(world: SlipWorld) -> None:
    (field_id,) = doubtful(world, 1)
    key(world, field_id, ANN, "0043")
    key(world, field_id, BEN, "0044")
    item = reviewing.next_review(world.deps, ORG, CAS)
    assert item is not None
    assert (item.stage, item.shown) == (Stage.JUDGE, ("0043", "0044"))
    assert key(world, field_id, CAS, "0044").settled
    assert [act.person for act in reviewing.history_of(world.deps, ORG, field_id)] == [ANN, BEN, CAS]


@pytest.mark.parametrize("hands", [2, 3])
def test_of_two_people_one_decides_when_nobody_else_is_there(world: SlipWorld, hands: int) -> None:
    for number in range(hands):
        names = (f"person-{number}", f"Person {number}")
        people.add_user(world.deps, ORG, names, [Role.MAILROOM], "four words or five")
    (field_id,) = doubtful(world, 1)
    key(world, field_id, ANN, "0043")
    key(world, field_id, BEN, "0044")
    item = reviewing.next_review(world.deps, ORG, ANN)
    if hands == 3:
        assert item is None
        return
    assert item is not None
    assert item.shown == ("0043", "0044")
    assert key(world, field_id, ANN, "0044").settled


def test_a_suggestion_is_confirmed_only_where_it_was_shown(world: SlipWorld) -> None:
    blind, shown = doubtful(world, 1)[0], doubtful(world, 2, confidence=0.95)[-1]
    with pytest.raises(Refusal, match="field-not-shown"):
        reviewing.confirm_field(world.deps, ORG, blind, ANN)
    item = reviewing.hold_field(world.deps, ORG, shown, ANN)
    assert item.suggestion == "0042"
    assert reviewing.confirm_field(world.deps, ORG, shown, ANN).settled
    assert world.records()[piece_id(2), "number"].value == "0042"


def test_nothing_written_and_nothing_readable_are_answers(world: SlipWorld) -> None:
    first, second = doubtful(world, 1, 2)
    for person in (ANN, BEN):
        key(world, first, person, " ")
        reviewing.mark_unreadable(world.deps, ORG, second, person)
    assert stage(world, first) is stage(world, second) is Stage.SETTLED
    assert world.records()[piece_id(2), "number"].state is RecordState.UNREADABLE
    assert (piece_id(1), "number") not in world.records()


def test_answers_are_checked_and_strange_ones_asked_again(world: SlipWorld) -> None:
    world.scan(page(1, slip(1, {"reading": "12345"}, confidence=DOUBTFUL)))
    field_id = world.field_named("reading").id
    for wrong in ("abc", "x" * 2000):
        answer = key(world, field_id, ANN, wrong)
        assert not answer.taken
        assert answer.checked is not None
        assert answer.checked.verdict in {Verdict.REFUSE, Verdict.ASK_AGAIN}
    with pytest.raises(Refusal, match="value-too-long"):
        key(world, field_id, ANN, "1" * 2001)
    asked = key(world, field_id, ANN, "123456")
    assert not asked.taken
    assert stage(world, field_id) is Stage.KEY
    insisted = key(world, field_id, ANN, "123456", insists=True)
    assert insisted.taken or insisted.checked is not None
    assert key(world, field_id, BEN, "12345").taken


def test_two_people_never_hold_the_same_field(world: SlipWorld, clock: FakeClock) -> None:
    first, second = doubtful(world, 1, 2)
    items = [reviewing.next_review(world.deps, ORG, person) for person in (ANN, BEN, CAS)]
    assert [item.field_id if item else None for item in items] == [first, second, None]
    with pytest.raises(Refusal, match="field-taken"):
        key(world, first, BEN, "0042")
    following = reviewing.next_review(world.deps, ORG, ANN, skip=[first])
    assert following is None
    reviewing.release_fields(world.deps, ORG, [first, second], ANN)
    freed = reviewing.next_review(world.deps, ORG, CAS)
    assert freed is not None
    assert freed.field_id == first
    clock.advance(reviewing.LEASE.total_seconds() + 1)
    late = reviewing.next_review(world.deps, ORG, DEE)
    assert late is not None
    assert late.field_id == first


def test_fields_of_one_kind_come_together_and_are_counted(world: SlipWorld) -> None:
    for number in (1, 2):
        world.scan(page(1, slip(number, {"number": "0042", "remark": "yes"}, confidence=DOUBTFUL)))
    names = []
    while item := reviewing.next_review(world.deps, ORG, ANN, skip=[one.id for one in world.fields() if one.leased_to]):
        names.append(item.asked.name)
    assert names == ["number", "number", "remark", "remark"]
    assert reviewing.count_open(world.deps, ORG) == {
        (FORM, "number", Stage.KEY): 2,
        (FORM, "remark", Stage.KEY): 2,
    }
    assert reviewing.count_open(world.deps, OTHER) == {}
    assert reviewing.next_review(world.deps, OTHER, ANN) is None
    with pytest.raises(Refusal, match="slip-field-not-found"):
        reviewing.key_field(world.deps, OTHER, world.fields()[0].id, ANN, "1")


def test_the_last_act_is_taken_back_with_its_record(world: SlipWorld, clock: FakeClock) -> None:
    (field_id,) = doubtful(world, 1)
    with pytest.raises(Refusal, match="undo-nothing"):
        reviewing.undo(world.deps, ORG, ANN)
    key(world, field_id, ANN, "0042")
    item = reviewing.undo(world.deps, ORG, ANN)
    assert (item.field_id, item.stage) == (field_id, Stage.KEY)
    assert world.records()[piece_id(1), "number"].state is RecordState.WITHDRAWN
    key(world, field_id, ANN, "0043")
    key(world, field_id, BEN, "0043")
    with pytest.raises(Refusal, match="undo-too-late"):
        reviewing.undo(world.deps, ORG, ANN)
    assert reviewing.undo(world.deps, ORG, BEN).stage is Stage.SECOND
    key(world, field_id, BEN, "0043")
    assert world.records()[piece_id(1), "number"].value == "0043"
    clock.advance(reviewing.UNDO_WITHIN.total_seconds() + 1)
    with pytest.raises(Refusal, match="undo-too-late"):
        reviewing.undo(world.deps, ORG, BEN)
    assert [act.undone_at is None for act in reviewing.history_of(world.deps, ORG, field_id)] == [
        False,
        True,
        False,
        True,
    ]


def test_two_slips_that_differ_are_settled_by_two_people_who_see_both(world: SlipWorld) -> None:
    world.scan(page(1, slip(1, {"number": "1111"})))
    world.scan(page(1, slip(1, {"number": "2222"})))
    item = reviewing.next_review(world.deps, ORG, ANN)
    assert item is not None
    assert (item.suggestion, item.rivals) == (None, (world.field_named("number").id,))
    assert not key(world, item.field_id, ANN, "2222").settled
    assert world.records()[piece_id(1), "number"].state is RecordState.DISPUTED
    assert key(world, item.field_id, BEN, "2222").settled
    record = world.records()[piece_id(1), "number"]
    assert (record.value, record.state, record.person) == ("2222", RecordState.SETTLED, BEN)


def test_blind_checks_measure_the_machine(world: SlipWorld) -> None:
    policies.put_policy(world.deps, ORG, FORM, {"checked_share": 1.0}, "usr_1")
    for number in (1, 2, 3):
        world.scan(page(1, slip(number, {"number": "0042"})))
    fields = [one.id for one in world.fields() if one.name == "number"]
    item = reviewing.hold_field(world.deps, ORG, fields[0], ANN)
    assert (item.suggestion, item.reasons) == (None, ())
    before = world.records()
    assert key(world, fields[0], ANN, "0042").settled
    assert world.records() == before
    key(world, fields[1], ANN, "0043")
    assert world.records() == before
    key(world, fields[1], BEN, "0043")
    changed = world.records()[piece_id(2), "number"]
    assert (changed.value, changed.decided_by, changed.revision) == ("0043", DecidedBy.PERSON, 2)
    (seen,) = [one for one in measuring.blind_checks(world.deps, ORG) if one.measured.name == "number"]
    assert (seen.measured.checked, seen.measured.wrong, seen.measured.waiting, seen.rate) == (2, 1, 1, 0.5)
    reviewing.undo(world.deps, ORG, BEN)
    assert world.records()[piece_id(2), "number"].value == "0042"


def test_the_contact_sheet_shows_the_least_sure_first(world: SlipWorld) -> None:
    doubtful(world, 1, 2)
    doubtful(world, 3, confidence=0.2)
    sheet = measuring.contact_sheet(world.deps, ORG, FORM, "number", ALL)
    assert [one.confidence for one in sheet.items] == [0.2, DOUBTFUL, DOUBTFUL]
    with pytest.raises(Refusal, match="slip-form-not-found"):
        measuring.contact_sheet(world.deps, OTHER, "ZZZZZZ", "number", ALL)


@pytest.mark.parametrize(
    ("wrong", "checked", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 3000, 0.0, 0.001229), (1, 10, 0.002529, 0.445016), (10, 10, 0.691503, 1.0)],
)
def test_the_interval_is_that_of_clopper_and_pearson(wrong: int, checked: int, low: float, high: float) -> None:
    found = measuring.interval_of(wrong, checked)
    assert found == pytest.approx((low, high), abs=1e-6)


PEOPLE = st.permutations([ANN, BEN, CAS, DEE])
SAYINGS = st.lists(
    st.tuples(st.sampled_from(ActKind), st.sampled_from(["1", "2", "3", ""]), st.booleans()), min_size=1, max_size=4
)
WAYS = ["k1", "k2", "u", "undo"]
MACHINES = st.sampled_from([None, "", "1", "2"])


def acts_of(row: SlipFieldRow, people: Sequence[str], sayings: Sequence[tuple[ActKind, str, bool]]) -> list[FieldAct]:
    """Acts in this order, as far as the field is still open; nobody confirms what nobody saw."""
    acts: list[FieldAct] = []
    for person, (kind, value, doubt) in zip(people, sayings, strict=False):
        if standing_of(row, acts).stage is Stage.SETTLED:
            break
        if kind is ActKind.CONFIRMED:
            if acts or row.machine is None:
                continue
            value = row.machine  # noqa: PLW2901 - what is confirmed
        acts.append(FieldAct(ORG, row.id, person, kind, value, NOW, doubtful=doubt and kind is ActKind.KEYED))
    return acts


@given(PEOPLE, SAYINGS, MACHINES, st.booleans(), st.sampled_from([ReplyKind.DIGITS, ReplyKind.TEXT]))
def test_no_order_of_acts_puts_a_value_in_force_that_too_few_agreed_on(
    people: Sequence[str],
    sayings: Sequence[tuple[ActKind, str, bool]],
    machine: str | None,
    rival: bool,  # noqa: FBT001 - drawn
    kind: ReplyKind,
) -> None:
    row = replace(field(), machine=machine, kind=kind, rival_id="fld_0" if rival else None)
    acts = acts_of(row, people, sayings)
    standing = standing_of(row, acts)
    votes = Counter([*map(vote_of, acts), *([vote] if (vote := machine_vote(row)) else [])])
    if standing.stage is not Stage.SETTLED:
        assert standing.vote is None
        assert len(acts) < 3
        return
    assert standing.vote is not None
    judged = len(acts) == 3 and standing.vote == vote_of(acts[2])
    alone = kind is ReplyKind.TEXT and machine_vote(row) is None and not acts[0].doubtful
    assert votes[standing.vote] >= 2 or judged or alone
    if any(act.doubtful for act in acts) and len(acts) == 1:
        pytest.fail("a doubtful value was taken from one person")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([ANN, BEN, CAS, DEE]), st.sampled_from(WAYS)), max_size=8))
def test_whatever_people_do_the_record_is_what_their_acts_say(
    world: SlipWorld, steps: Sequence[tuple[str, str]]
) -> None:
    """On the database, one slip for each example: acts by a model beside it, which only ever adds and takes off."""
    whose = len(world.runs)
    world.runs.append(whose)
    world.send_more(whose + 1)
    world.scan(page(1, slip(whose, {"number": "9999"}, confidence=DOUBTFUL)))
    ((_, fields, _),) = looking.list_slips(world.deps, ORG, ALL, piece_id=piece_id(whose))[0]
    row = next(one for one in fields if one.name == "number")
    model: list[tuple[str, str]] = []
    for person, way in steps:
        if _step(world, row.id, person, way):
            model = model[:-1] if way == "undo" else [*model, (person, way)]
        reviewing.release_fields(world.deps, ORG, [row.id], person)
    acts = [act for act in reviewing.history_of(world.deps, ORG, row.id) if act.undone_at is None]
    assert [(act.person, _way(act)) for act in acts] == model
    after = looking.get_field(world.deps, ORG, row.id)
    stage_now, vote = standing_of(row, acts)
    assert after.stage is stage_now
    record = world.records().get((row.piece_id, "number"))
    in_force = record is not None and record.state in {RecordState.SETTLED, RecordState.UNREADABLE}
    assert in_force == (vote is not None)
    if record is not None and vote is not None:
        assert (record.value, record.state is RecordState.UNREADABLE) == vote
    # for the next example nobody has anything to take back
    for act in acts:
        with world.deps.database.write() as uow:
            uow.slip_fields.undo(ORG, act.number, NOW)


def _step(world: SlipWorld, field_id: str, person: str, way: str) -> bool:
    """False when it is refused."""
    try:
        if way == "undo":
            reviewing.undo(world.deps, ORG, person)
        elif way == "u":
            reviewing.mark_unreadable(world.deps, ORG, field_id, person)
        else:
            return key(world, field_id, person, way[1:] * 4).taken
    except Refusal:
        return False
    return True


def _way(act: FieldAct) -> str:
    return "u" if act.kind is ActKind.UNREADABLE else f"k{act.value[0]}"
