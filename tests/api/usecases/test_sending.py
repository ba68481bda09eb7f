"""A check becomes a print job once, of the very same records, and never with faults that nobody agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.ports import JobState, Mode, Policy
from api.usecases.formats import RecordsType
from api.usecases.jobs import cancel_job
from api.usecases.sending import check_of, same_records, send_checked, sent_as
from docgen.findings import Refusal
from tests.api.usecases.world import ORG, OTHER, World, record

if TYPE_CHECKING:
    from api.ports import PrintJob

CSV = b"Nr;Naam;Straat;Nummer;PC;Plaats;Saldo\n1;Jansen;Dorpsstraat;1;1234 AB;Dorp;1,50\n"
COLUMNS = {
    "record_id": "Nr",
    "recipient.name": "Naam",
    "recipient.street": "Straat",
    "recipient.house_number": "Nummer",
    "recipient.postcode": "PC",
    "recipient.town": "Plaats",
    "amount": "Saldo",
}


def check(world: World, records: Any = None, **wish: Any) -> PrintJob:  # noqa: ANN401 - fields of a submission
    job = world.submit([record(1), record(2)] if records is None else records, validate_only=True, **wish)
    world.run()
    return world.job(job.id)


def send(world: World, job: PrintJob, policy: Policy = Policy.ALL_OR_NOTHING, organisation: str = ORG) -> PrintJob:
    return send_checked(world.deps, organisation, job.id, "usr_one", policy)


def test_what_is_sent_is_what_was_checked(world: World) -> None:
    checked = check(world, title="Huur", mode=Mode.TEST)
    job = send(world, checked)
    world.run()
    sent = world.job(job.id)
    assert sent.state is JobState.RELEASED
    assert (sent.input, sent.title, sent.mode, sent.created_by) == (checked.input, "Huur", Mode.TEST, "usr_one")
    assert (sent.template_id, sent.brand_id, sent.validate_only) == (checked.template_id, checked.brand_id, False)
    assert check_of(world.deps, ORG, job.id) == checked.id
    assert check_of(world.deps, ORG, checked.id) is None


def test_columns_of_a_table_go_along(world: World) -> None:
    checked = check(world, CSV.replace(b"1,50", b"1.50"), media=RecordsType.CSV, columns=COLUMNS)
    assert checked.state is JobState.ACCEPTED, world.findings(checked.id)
    job = send(world, checked)
    world.run()
    assert world.job(job.id).columns == COLUMNS
    assert [piece.record_id for piece in world.pieces(job.id)] == ["1"]


def test_a_check_is_sent_once_unless_what_came_of_it_was_cancelled(world: World) -> None:
    checked = check(world)
    first = send(world, checked)
    assert sent_as(world.deps, ORG, checked.id) == first
    with pytest.raises(Refusal, match="check-sent"):
        send(world, checked)
    cancel_job(world.deps, ORG, first.id)
    assert sent_as(world.deps, ORG, checked.id) is None
    second = send(world, checked)
    assert sent_as(world.deps, ORG, checked.id) == second
    assert same_records(world.deps, checked) == [second]


def test_faults_are_left_out_only_when_somebody_says_so(world: World) -> None:
    checked = check(world, [record(1), record(2, amount="much")])
    assert checked.state is JobState.REJECTED
    with pytest.raises(Refusal, match="check-has-faults"):
        send(world, checked)
    job = send(world, checked, Policy.VALID_ONLY)
    world.run()
    assert [piece.record_id for piece in world.pieces(job.id)] == ["R1"]


def test_nothing_right_is_never_sent(world: World) -> None:
    with pytest.raises(Refusal, match="check-has-faults"):
        send(world, check(world, [record(1, amount="much")]), Policy.VALID_ONLY)
    # it broke off: nobody knows how many records there are
    with pytest.raises(Refusal, match="check-has-faults"):
        send(world, check(world, b'[{"record_id": "1"}, oops'), Policy.VALID_ONLY)


def test_only_a_check_that_has_ended_is_sent_and_only_by_its_organisation(world: World) -> None:
    job = world.submit([record(1)], validate_only=True)
    with pytest.raises(Refusal, match="check-not-done"):
        send(world, job)
    world.run()
    with pytest.raises(Refusal, match="job-not-found"):
        send(world, job, organisation=OTHER)
    with pytest.raises(Refusal, match="check-not-done"):
        send(world, world.released([record(1)]))


def test_the_same_file_sent_before_is_known(world: World) -> None:
    before = world.released([record(1), record(2)])
    world.released([record(1), record(2)], mode=Mode.TEST)
    assert [each.id for each in same_records(world.deps, check(world))] == [before.id]
    assert same_records(world.deps, check(world, [record(3)])) == []
