from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import JobState, Mode, PackageKind, Permanent, Retryable, WorkState
from api.usecases import packages
from api.usecases.formats import RecordsFormat, RecordsType
from api.usecases.intake import Submission, store_body, submit_job
from api.usecases.kinds import WorkKind
from api.usecases.trash import KEPT, empty_trash
from docgen.findings import Refusal
from tests.api.usecases.world import ORG, OTHER, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.adapters.fakes import FakeClock
    from tests.api.usecases.world import World

JSON = RecordsFormat(RecordsType.JSON)


def test_a_submitted_job_is_received_with_work_asked_for(world: World) -> None:
    job = world.submit([record(1)], title="Januari", mode=Mode.TEST)
    assert world.job(job.id) == job
    assert (job.state, job.title, job.mode) == (JobState.RECEIVED, "Januari", Mode.TEST)
    with world.deps.database.read() as uow:
        item = uow.work.find(ORG, WorkKind.VALIDATE, job.id)
    assert item is not None
    assert item.state is WorkState.QUEUED


def test_its_options_are_kept_with_it(world: World) -> None:
    wanted = RecordsFormat(RecordsType.CSV, "cp1252", ";", decimal_comma=True)
    job = world.submit(b"x", format=wanted)
    assert job.media_type == "text/csv; charset=cp1252; delimiter=semicolon; decimal-comma=true"


def test_a_body_is_named_by_its_content_whatever_way_it_comes(world: World) -> None:
    first = store_body(world.deps, ORG, [b"ab", b"c"])
    assert first == store_body(world.deps, ORG, io.BytesIO(b"abc"))


def test_a_body_over_the_limit_is_refused_before_it_is_read_to_its_end(world: World) -> None:
    world.limit(max_body_bytes=10)
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield b"abcd"

    with pytest.raises(Refusal) as refused:
        store_body(world.deps, ORG, endless())
    assert refused.value.code == "body-too-large"
    assert len(taken) == 3


def test_an_empty_body_is_refused(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        store_body(world.deps, ORG, [])
    assert refused.value.code == "body-empty"


def test_a_client_that_goes_away_half_way_leaves_no_job(world: World) -> None:
    def broken() -> Iterator[bytes]:
        yield b"{"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        store_body(world.deps, ORG, broken())
    assert not world.run_one()


def test_versions_are_named_by_key_by_key_and_version_or_by_id(world: World) -> None:
    with world.deps.database.read() as uow:
        template = uow.templates.find(ORG, "note")
    for name in ("note", "note@1.0", template.id):
        assert world.submit([record(1)], template=name).template_id == template.id


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"template": "nothing"}, "template-not-found"),
        ({"template": "note@9"}, "template-not-found"),
        ({"brand": "nothing"}, "brand-not-found"),
        ({"title": "x" * 201}, "title-invalid"),
        ({"title": "a\nb"}, "title-invalid"),
        ({"cut_off_at": datetime(2030, 1, 1)}, "cut-off-invalid"),  # noqa: DTZ001 - a time without zone is the fault
    ],
)
def test_a_wrong_wish_is_refused_and_nothing_is_kept(world: World, wish: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        world.submit([record(1)], **wish)
    assert refused.value.code == code
    assert not world.run_one()


def test_a_cut_off_must_be_in_the_future(world: World) -> None:
    now = world.deps.clock.now()
    with pytest.raises(Refusal) as refused:
        world.submit([record(1)], cut_off_at=now)
    assert refused.value.code == "cut-off-invalid"
    assert world.submit([record(1)], cut_off_at=now + timedelta(seconds=1)).cut_off_at is not None


@pytest.mark.parametrize("kind", list(PackageKind))
def test_a_retired_version_is_refused(world: World, kind: PackageKind) -> None:
    name = "note@1.0" if kind is PackageKind.TEMPLATE else "grachtstad@1.0"
    packages.retire(world.deps, ORG, kind, name)
    with pytest.raises(Refusal) as refused:
        world.submit([record(1)], **{kind: name})
    assert refused.value.code == f"{kind}-retired"


def test_another_organisations_template_is_not_there(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        submit_job(world.deps, OTHER, Submission("note", "grachtstad", JSON), store_body(world.deps, OTHER, [b"[]"]))
    assert refused.value.code == "template-not-found"


def test_a_job_whose_body_is_lost_fails_with_the_reason(world: World) -> None:
    job = world.submit([record(1)])
    world.deps.blobs.delete(ORG, job.input)
    with pytest.raises(Permanent), world.deps.blobs.open(ORG, job.input):
        pass
    world.run()
    failed = world.job(job.id)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "blob-missing")


def test_the_body_of_a_refused_submission_is_removed(world: World, clock: FakeClock) -> None:
    ref = store_body(world.deps, ORG, [b"[]"])
    with pytest.raises(Refusal):
        submit_job(world.deps, ORG, Submission("no-such-template", "grachtstad", JSON), ref)
    assert empty_trash(world.deps) == 0
    clock.advance(KEPT.total_seconds())
    assert empty_trash(world.deps) == 1
    assert not world.deps.blobs.exists(ORG, ref)


def test_the_body_of_a_job_stays_also_when_it_is_sent_again_and_refused(world: World, clock: FakeClock) -> None:
    job = world.submit([record(1)])
    with world.deps.blobs.open(ORG, job.input) as stream:
        again = store_body(world.deps, ORG, stream.read().splitlines(keepends=True))
    assert again == job.input
    with pytest.raises(Refusal):
        submit_job(world.deps, ORG, Submission("no-such-template", "grachtstad", JSON), again)
    clock.advance(KEPT.total_seconds())
    assert empty_trash(world.deps) == 0
    assert world.deps.blobs.exists(ORG, job.input)


def test_a_body_that_was_removed_meanwhile_must_be_sent_again(world: World, clock: FakeClock) -> None:
    ref = store_body(world.deps, ORG, [b"[]"])
    clock.advance(KEPT.total_seconds())
    assert empty_trash(world.deps) == 1
    with pytest.raises(Retryable, match="blobs-unavailable"):
        submit_job(world.deps, ORG, Submission("note", "grachtstad", JSON), ref)
    assert not world.run_one()


def test_a_removal_that_a_fault_breaks_off_is_done_later(
    world: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = [store_body(world.deps, ORG, [text]) for text in (b"a", b"b")]
    clock.advance(KEPT.total_seconds())

    def away(*_: object) -> None:
        raise Retryable("blobs-unavailable", "away")

    monkeypatch.setattr(world.deps.blobs, "delete", away)
    with pytest.raises(Retryable):
        empty_trash(world.deps)
    monkeypatch.undo()
    assert empty_trash(world.deps) == 2
    assert not any(world.deps.blobs.exists(ORG, ref) for ref in refs)
