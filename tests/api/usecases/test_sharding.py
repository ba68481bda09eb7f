"""A job validated in parts ends as one validated whole, whoever checks which part and whatever stops them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import JobState, Policy, ShardState, WorkState
from api.usecases import checking, sharding
from api.usecases.formats import RecordsFormat, RecordsType
from api.usecases.jobs import cancel_job, retry_job
from api.usecases.kinds import WorkKind
from api.usecases.leases import keep_lease
from api.usecases.trash import KEPT, empty_trash
from tests.api.usecases.world import ALL, ORG, as_json, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.fakes import FakeClock
    from api.ports import PrintJob, Shard
    from tests.api.usecases.world import World

FAULTS: dict[int, dict[str, object]] = {
    2: {"amount": "x", "words": 5},
    3: {"record_id": "R0"},
    5: {"words": "\U0001f600 hallo", "lines": [{"what": "\U0001f600"}]},
    8: {"lines": [{"what": 1}] * 150},
    9: {"record_id": "R2"},
}
UNDECIDED = {JobState.RECEIVED, JobState.VALIDATING}


def records(count: int = 11) -> list[object]:
    made: list[object] = [record(i, **FAULTS.get(i, {})) for i in range(count)]
    made[6] = "no record"
    return made


def shards(world: World, job_id: str) -> Sequence[Shard]:
    with world.deps.database.read() as uow:
        return uow.shards.of_job(ORG, job_id)


def decided(world: World, job_id: str) -> PrintJob:
    world.run(until=lambda: world.job(job_id).state not in UNDECIDED)
    return world.job(job_id)


def outcome(world: World, job: PrintJob) -> tuple[object, ...]:
    """Everything that a caller can see of a validated job, but for the ids."""
    pieces = [(p.record_id, p.sequence, p.pages, p.sort_key, p.group_key) for p in world.pieces(job.id)]
    return (job.state, job.error_code, job.counts, world.findings(job.id), pieces)


@pytest.mark.parametrize("policy", list(Policy))
@pytest.mark.parametrize("body", [records(), records()[:1], [record(1, amount="x"), record(1)]])
def test_parts_of_any_size_give_what_the_whole_gives(world: World, policy: Policy, body: list[object]) -> None:
    whole = outcome(world, decided(world, world.submit(body, policy=policy).id))
    for shard_records in (1, 2, 5, 11):
        world.limit(shard_records=shard_records)
        assert outcome(world, decided(world, world.submit(body, policy=policy).id)) == whole


def test_findings_are_numbered_in_the_order_of_the_records(world: World) -> None:
    world.limit(shard_records=2)
    job = decided(world, world.submit(records(), policy=Policy.VALID_ONLY).id)
    findings = world.findings(job.id)
    assert [finding.number for finding in findings] == list(range(len(findings)))
    assert len(findings) == 2 + 1 + 2 + 1 + 101 + 1
    indexes = [finding.record_index or 0 for finding in findings]
    assert indexes == sorted(indexes)


def test_tables_can_be_validated_in_parts(world: World) -> None:
    rows = ["record_id;recipient.name;recipient.street;recipient.house_number;recipient.postcode;recipient.town;amount"]
    rows += [f"R{i % 6};A;Dorpsstraat;1;1000 AB;Dorp;{'x' if i == 4 else 1}" for i in range(7)]
    wish = {"format": RecordsFormat(RecordsType.CSV), "policy": Policy.VALID_ONLY}
    body = "\n".join(rows).encode()
    whole = outcome(world, decided(world, world.submit(body, **wish).id))
    world.limit(shard_records=2)
    parts = decided(world, world.submit(body, **wish).id)
    assert outcome(world, parts) == whole
    assert [f.place["row"] for f in world.findings(parts.id)] == [6, 8]


def test_a_record_larger_than_a_part_is_a_part(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharding, "_MOST_BYTES", 300)
    job = decided(world, world.submit([record(i) for i in range(4)]).id)
    assert job.state is JobState.ACCEPTED
    assert [(s.first, s.count) for s in shards(world, job.id)] == [(0, 2), (2, 2)]


def test_progress_grows_while_parts_are_checked(world: World) -> None:
    world.limit(shard_records=2)
    job = world.submit([record(i) for i in range(7)])
    seen = []
    while world.job(job.id).state in UNDECIDED:
        world.run_one()
        counts = world.job(job.id).counts
        seen.append((counts.total, counts.valid, counts.pages))
    assert seen == [(7, 0, 0), (7, 2, 2), (7, 4, 4), (7, 6, 6), (7, 7, 7)]


def test_cutting_again_goes_on_behind_what_is_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.limit(shard_records=2)
    body = records()
    whole = outcome(world, decided(world, world.submit(body, policy=Policy.VALID_ONLY).id))
    job = world.submit(body, policy=Policy.VALID_ONLY)
    left = [3]

    def failing(*given: Any) -> None:  # noqa: ANN401 - those of keep_lease
        left[0] -= 1
        if not left[0]:
            raise OSError("power")
        keep_lease(*given)

    monkeypatch.setattr(sharding, "keep_lease", failing)
    with pytest.raises(OSError, match="power"):
        world.run()
    monkeypatch.undo()
    there = shards(world, job.id)
    assert len(there) == 2
    # another size from now on changes nothing about what is there
    world.limit(shard_records=3)
    retry_job(world.deps, ORG, job.id)
    assert outcome(world, decided(world, job.id)) == whole
    assert [shard.count for shard in shards(world, job.id)] == [2, 2, 3, 3, 1]


def test_a_part_that_was_taken_over_is_written_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.limit(shard_records=2)
    job = world.submit([record(i) for i in range(4)])
    world.run_one()
    checks = checking.Checker.check

    def taken_over(self: Any, context: Any, *given: Any) -> object:  # noqa: ANN401 - those of Checker.check
        checked = checks(self, context, *given)
        monkeypatch.undo()
        with world.deps.database.write() as uow:
            uow.work.release(context.item.owner)
        return checked

    monkeypatch.setattr(checking.Checker, "check", taken_over)
    world.run_one()
    assert world.pieces(job.id) == ()
    assert decided(world, job.id).counts.valid == 4


def test_cancelling_leaves_no_piece_and_stops_what_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.limit(shard_records=2)
    job = world.submit([record(i) for i in range(8)])
    world.run(until=lambda: world.job(job.id).counts.valid == 2)
    reads = checking.RecordValidator.validate

    def cancelling(*given: Any) -> object:  # noqa: ANN401 - those of the validator
        cancel_job(world.deps, ORG, job.id)
        return reads(*given)

    monkeypatch.setattr(checking.RecordValidator, "validate", cancelling)
    assert world.run() == 1
    assert world.job(job.id).state is JobState.CANCELLED
    assert world.pieces(job.id) == ()
    with world.deps.database.read() as uow:
        assert uow.work.counts()[WorkState.QUEUED] == 0


def test_cancelling_while_records_are_cut_asks_for_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.limit(shard_records=2)
    job = world.submit([record(i) for i in range(8)])
    writes, written = sharding.write_line, []

    def cancelling(raw: Any) -> bytes:  # noqa: ANN401 - a record
        written.append(1)
        if len(written) == 4:
            cancel_job(world.deps, ORG, job.id)
        return writes(raw)

    monkeypatch.setattr(sharding, "write_line", cancelling)
    assert world.run() == 1
    assert len(shards(world, job.id)) == 1
    assert world.pieces(job.id) == ()


def test_a_part_that_finds_its_job_failed_is_checked_when_it_is_started_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.limit(shard_records=2)
    job = world.submit([record(i) for i in range(8)])
    monkeypatch.setattr(checking.Checker, "check", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.run()
    monkeypatch.undo()
    world.run()
    assert world.job(job.id).state is JobState.FAILED
    retry_job(world.deps, ORG, job.id)
    assert decided(world, job.id).counts.valid == 8


def test_workers_in_each_others_way_decide_once(world: World) -> None:
    world.limit(shard_records=1)
    job = world.submit([record(i) for i in range(12)])
    world.run_one()
    threads = [threading.Thread(target=lambda n=n: world.runner().drain(f"worker-{n}")) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended = world.job(job.id)
    assert (ended.state, ended.counts.valid, ended.counts.total) == (JobState.RELEASED, 12, 12)
    with world.deps.database.read() as uow:
        names = [event.name for event in uow.events.of_subject(ORG, job.id, ALL).items]
    assert names.count("job-accepted") == 1


def test_the_blobs_of_parts_are_removed_when_nobody_needs_them(world: World, clock: FakeClock) -> None:
    world.limit(shard_records=2)
    job = world.submit([record(i) for i in range(4)])
    decided(world, job.id)
    parts = shards(world, job.id)
    assert {shard.state for shard in parts} == {ShardState.VALIDATED}
    assert empty_trash(world.deps) == 0
    clock.advance(KEPT.total_seconds())
    assert empty_trash(world.deps) == 2
    assert not any(world.deps.blobs.exists(ORG, shard.records) for shard in parts)
    assert world.deps.blobs.exists(ORG, job.input)


def test_the_same_records_twice_are_parts_of_their_own(world: World) -> None:
    world.limit(shard_records=2)
    body = as_json([record(i) for i in range(4)])
    first, second = [shards(world, decided(world, world.submit(body).id).id) for _ in range(2)]
    assert not {shard.records for shard in first} & {shard.records for shard in second}


def test_a_small_job_is_validated_by_one_item(world: World) -> None:
    job = world.submit([record(i) for i in range(4)])
    world.run_one()
    assert world.job(job.id).state is JobState.ACCEPTED
    assert shards(world, job.id) == []
    with world.deps.database.read() as uow:
        assert uow.work.find(ORG, WorkKind.PLAN, job.id)
