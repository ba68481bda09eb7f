"""Rules of an organisation: checked whole before they hold, and jobs keep those of their submission."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import Mode, Rules
from api.usecases.rules import get_rules, next_cut_off, set_rules
from docgen.findings import Refusal
from tests.api.usecases.room import TOGETHER, to_one_person
from tests.api.usecases.world import ALL, ORG, OTHER, record

if TYPE_CHECKING:
    from api.adapters.fakes import FakeClock
    from tests.api.usecases.world import World

WEEKDAYS = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "17:30")
SCHEDULE = {"timezone": "Europe/Amsterdam", "times": WEEKDAYS, "holidays": "NL", "closed": ["2026-01-05"]}


def test_rules_are_the_defaults_until_they_are_set_and_are_of_one_organisation(world: World) -> None:
    assert get_rules(world.deps, ORG) == Rules(ORG)
    wanted = Rules(ORG, four_eyes=True, cut_offs=SCHEDULE, mark_profile="datamatrix", sort_plan="nl-4", updated_by="u")
    kept = set_rules(world.deps, wanted)
    assert kept == get_rules(world.deps, ORG)
    assert (kept.four_eyes, kept.cut_offs, kept.updated_at) == (True, SCHEDULE, world.deps.clock.now())
    assert get_rules(world.deps, OTHER) == Rules(OTHER)
    with world.deps.database.read() as uow:
        event = uow.events.of_subject(ORG, ORG, ALL).items[-1]
    assert (event.name, event.data["updated_by"], event.data["sort_plan"]) == ("rules-changed", "u", "nl-4")


def schedule(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a schedule
    return SCHEDULE | changes


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mark_profile": "omr-of-mars"}, "rules-invalid"),
        ({"sort_plan": ""}, "rules-invalid"),
        ({"carrier": "pigeon"}, "rules-invalid"),
        ({"cut_offs": {}}, "cut-off-schedule-invalid"),
        ({"cut_offs": schedule(times={})}, "cut-off-schedule-invalid"),
        ({"cut_offs": schedule(times={"someday": "17:00"})}, "cut-off-schedule-invalid"),
        ({"cut_offs": schedule(times={"monday": "25:00"})}, "cut-off-schedule-invalid"),
        ({"cut_offs": schedule(times=["monday"])}, "cut-off-schedule-invalid"),
        ({"cut_offs": schedule(timezone="Europe/Nowhere")}, "cut-off-schedule-invalid"),
        ({"cut_offs": schedule(timezone="../../etc/passwd")}, "cut-off-schedule-invalid"),
        ({"cut_offs": schedule(holidays="XX")}, "cut-off-schedule-invalid"),
        ({"cut_offs": schedule(closed=["tomorrow"])}, "cut-off-schedule-invalid"),
        ({"cut_offs": schedule(often=True)}, "cut-off-schedule-invalid"),
        ({"household": "not toml ["}, "household-rules-invalid"),
        ({"household": '[[rule]]\ntogether = "everybody"\n'}, "household-rules-invalid"),
        ({"household": "[[rule]]\nmax_sheets = 2\n"}, "household-rules-invalid"),
        ({"household": TOGETHER + TOGETHER}, "household-rules-invalid"),
        ({"household": f"{TOGETHER}max_sheets = -1\n"}, "household-rules-invalid"),
    ],
)
def test_a_rule_that_means_nothing_changes_nothing(world: World, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        set_rules(world.deps, Rules(ORG, **({"four_eyes": True} | changes)))
    assert get_rules(world.deps, ORG) == Rules(ORG)


def test_every_unknown_name_is_told_at_once_with_what_there_is(world: World) -> None:
    with pytest.raises(Refusal, match="rules-invalid") as caught:
        set_rules(world.deps, Rules(ORG, mark_profile="x", sort_plan="y"))
    assert [(f.code, f.place.column) for f in caught.value.findings] == [
        ("rule-unknown", "mark_profile"),
        ("rule-unknown", "sort_plan"),
    ]
    assert all("none" in finding.message for finding in caught.value.findings)


def test_a_job_gets_the_next_cut_off_of_a_working_day_and_a_test_gets_none(world: World, clock: FakeClock) -> None:
    set_rules(world.deps, Rules(ORG, cut_offs=SCHEDULE))
    assert clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    # New Year's Day is a holiday, 17:30 in winter is 16:30 UTC
    friday = datetime(2026, 1, 2, 16, 30, tzinfo=UTC)
    assert next_cut_off(world.deps, ORG) == friday
    assert next_cut_off(world.deps, OTHER) is None
    assert world.submit([record(1)]).cut_off_at == friday
    assert world.submit([record(1)], mode=Mode.TEST).cut_off_at is None
    assert world.submit([record(1)], validate_only=True).cut_off_at is None
    asked = datetime(2026, 1, 9, 9, 0, tzinfo=UTC)
    assert world.submit([record(1)], cut_off_at=asked).cut_off_at == asked
    # at the very moment it has passed; the weekend and the closed Monday have none
    clock.advance((friday - clock.now()).total_seconds())
    assert world.submit([record(1)]).cut_off_at == datetime(2026, 1, 6, 16, 30, tzinfo=UTC)


def test_in_summer_the_cut_off_is_an_hour_earlier_in_universal_time(world: World, clock: FakeClock) -> None:
    set_rules(world.deps, Rules(ORG, cut_offs=SCHEDULE))
    for day, hour in ((27, 16), (30, 15)):  # the Friday before and the Monday after the change of 29 March
        clock.advance((datetime(2026, 3, day, tzinfo=UTC) - clock.now()).total_seconds())
        assert next_cut_off(world.deps, ORG) == datetime(2026, 3, day, hour, 30, tzinfo=UTC)


def test_a_job_keeps_the_rules_of_its_submission(world: World) -> None:
    set_rules(world.deps, Rules(ORG, mark_profile="datamatrix", household=TOGETHER))
    job = world.submit(to_one_person(1, 2))
    set_rules(world.deps, Rules(ORG))
    world.run()
    kept = {"mark_profile": "datamatrix", "sort_plan": "none", "household": TOGETHER, "carrier": "none"}
    assert world.job(job.id).rules == kept
    assert len({piece.set_id for piece in world.pieces(job.id)}) == 1
