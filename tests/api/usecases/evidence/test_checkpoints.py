from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from api.ports import CheckpointState, Permanent, Retryable
from api.usecases.evidence import checkpoints
from api.usecases.evidence.checkpoints import (
    EVERY,
    LONGEST_PAUSE,
    STAMP_FAILED,
    file_name,
    take_checkpoint,
    tend_evidence,
)
from tests.api.usecases.evidence.archive import LIVE, TEST

if TYPE_CHECKING:
    from tests.api.usecases.evidence.archive import Archive

HOUR_S = EVERY.total_seconds()


def test_a_checkpoint_comes_an_hour_after_the_first_event_under_none(archive: Archive) -> None:
    archive.fetch(2)
    archive.clock.advance(HOUR_S - 1)
    tend_evidence(archive.deps)
    assert archive.kept() == []
    archive.fetch(1)
    archive.clock.advance(1)
    tend_evidence(archive.deps)
    (kept,) = archive.kept()
    assert (kept.checkpoint.number, kept.checkpoint.first, kept.checkpoint.last) == (1, 1, 3)
    assert kept.state is CheckpointState.WAITING
    archive.clock.advance(HOUR_S)
    tend_evidence(archive.deps)
    assert len(archive.kept()) == 1


def test_a_checkpoint_comes_with_enough_events(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "EVERY_EVENTS", 3)
    archive.fetch(2)
    tend_evidence(archive.deps)
    assert archive.kept() == []
    archive.fetch(2)
    tend_evidence(archive.deps)
    archive.fetch(3)
    tend_evidence(archive.deps)
    assert [(kept.checkpoint.first, kept.checkpoint.last) for kept in archive.kept()] == [(1, 4), (5, 7)]
    assert archive.kept()[1].checkpoint.prev == archive.kept()[0].checkpoint.digest


def test_a_checkpoint_can_be_had_at_once(archive: Archive) -> None:
    assert take_checkpoint(archive.deps, LIVE) is None
    archive.fetch(1)
    made = take_checkpoint(archive.deps, LIVE)
    assert made is not None
    assert archive.kept() == [made]
    assert take_checkpoint(archive.deps, LIVE) is None


def test_a_long_stretch_is_cut(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "_LARGEST", 2)
    archive.fetch(3)
    for _ in range(3):
        take_checkpoint(archive.deps, LIVE)
    assert [(kept.checkpoint.first, kept.checkpoint.last) for kept in archive.kept()] == [(1, 2), (3, 3)]


def test_document_and_stamp_are_put_outside_the_database(archive: Archive) -> None:
    archive.fetch(1)
    take_checkpoint(archive.deps, LIVE)
    archive.run()
    (kept,) = archive.kept()
    assert kept.state is CheckpointState.STAMPED
    document = kept.checkpoint.document()
    assert archive.stamper.asked == [hashlib.sha256(document).digest()]
    assert kept.document is not None
    assert kept.stamp is not None
    with archive.deps.blobs.open(LIVE.organisation_id, kept.document) as file:
        assert file.read() == document
    with archive.deps.blobs.open(LIVE.organisation_id, kept.stamp) as file:
        stamp = file.read()
    begin = "org_one.live.00000001"
    assert archive.shelf.files == {
        f"{begin}.json": document,
        f"{begin}.{hashlib.sha256(stamp).hexdigest()[:8]}.tsr": stamp,
    }
    assert file_name(kept) == begin
    assert json.loads(document)["head"] == kept.checkpoint.head
    assert archive.happened(kept.id) == ["checkpoint-taken", "checkpoint-stamped"]


def test_without_an_authority_it_is_unstamped_and_says_so(archive: Archive) -> None:
    archive.without_authority()
    archive.fetch(1)
    take_checkpoint(archive.deps, LIVE)
    archive.run()
    (kept,) = archive.kept()
    assert (kept.state, kept.stamp, kept.next_try_at) == (CheckpointState.UNSTAMPED, None, None)
    assert list(archive.shelf.files) == ["org_one.live.00000001.json"]
    tend_evidence(archive.deps)
    archive.run()
    assert archive.happened(kept.id) == ["checkpoint-taken", "checkpoint-unstamped"]
    assert archive.ringing() == []


def test_what_was_unstamped_is_stamped_once_there_is_an_authority(archive: Archive) -> None:
    deps = archive.deps
    archive.without_authority()
    archive.fetch(1)
    archive.fetch(1, chain=TEST)
    for chain in (LIVE, TEST):
        take_checkpoint(archive.deps, chain)
    archive.run()
    archive.deps = deps
    tend_evidence(archive.deps)
    archive.run()
    assert [kept.state for kept in archive.kept()] == [CheckpointState.STAMPED]
    assert [kept.state for kept in archive.kept(TEST)] == [CheckpointState.UNSTAMPED]


def test_tests_cost_no_stamp(archive: Archive) -> None:
    archive.fetch(1, chain=TEST)
    take_checkpoint(archive.deps, TEST)
    archive.run()
    assert [kept.state for kept in archive.kept(TEST)] == [CheckpointState.UNSTAMPED]
    assert archive.stamper.asked == []


def test_a_stamp_that_fails_is_shown_rings_and_is_tried_on(archive: Archive) -> None:
    archive.stamper.fault = Retryable("time-stamp-unreachable", "No answer.")
    archive.fetch(1)
    made = take_checkpoint(archive.deps, LIVE)
    assert made is not None
    archive.run()
    (kept,) = archive.kept()
    assert (kept.state, kept.code, kept.detail) == (
        CheckpointState.STAMP_FAILED,
        "time-stamp-unreachable",
        "No answer.",
    )
    assert kept.next_try_at is not None
    assert (kept.next_try_at - archive.clock.now()).total_seconds() == 60
    assert kept.stamp is None
    assert archive.ringing() == [(kept.id, STAMP_FAILED)]
    tend_evidence(archive.deps)
    archive.run()
    assert archive.kept()[0].tries == 1
    pauses = []
    for _ in range(9):
        pause = (archive.kept()[0].next_try_at or archive.clock.now()) - archive.clock.now()
        pauses.append(pause.total_seconds())
        archive.clock.advance(pause.total_seconds())
        tend_evidence(archive.deps)
        archive.run()
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert archive.ringing() == [(kept.id, STAMP_FAILED)]
    assert archive.kept()[0].state_at == kept.state_at
    archive.stamper.fault = None
    archive.clock.advance(LONGEST_PAUSE.total_seconds())
    tend_evidence(archive.deps)
    archive.run()
    (kept,) = archive.kept()
    assert (kept.state, kept.tries, kept.code, kept.next_try_at) == (CheckpointState.STAMPED, 0, "", None)
    assert archive.ringing() == []
    assert archive.happened(kept.id) == [
        "checkpoint-taken",
        "checkpoint-stamp-failed",
        "alarm-raised",
        "checkpoint-stamped",
        "alarm-cleared",
    ]


def test_a_shelf_that_holds_something_else_rings_too(archive: Archive) -> None:
    archive.shelf.fault = Permanent("checkpoint-file-differs", "Another is there.")
    archive.fetch(1)
    take_checkpoint(archive.deps, LIVE)
    archive.run()
    assert [(kept.state, kept.code) for kept in archive.kept()] == [
        (CheckpointState.STAMP_FAILED, "checkpoint-file-differs")
    ]
    assert archive.stamper.asked == []
    assert len(archive.ringing()) == 1


def test_one_alarm_rings_for_all_that_fail(archive: Archive) -> None:
    archive.stamper.fault = Retryable("time-stamp-unreachable", "No answer.")
    for _ in range(3):
        archive.fetch(1)
        take_checkpoint(archive.deps, LIVE)
    archive.run()
    assert [kept.state for kept in archive.kept()] == [CheckpointState.STAMP_FAILED] * 3
    assert len(archive.ringing()) == 1


def test_work_that_is_given_up_is_a_stamp_that_failed(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    archive.fetch(1)
    take_checkpoint(archive.deps, LIVE)
    monkeypatch.setattr(checkpoints, "_try", broken)
    with pytest.raises(ZeroDivisionError):
        archive.run()
    (kept,) = archive.kept()
    assert (kept.state, kept.code) == (CheckpointState.STAMP_FAILED, "internal-error")
    monkeypatch.undo()
    archive.clock.advance(60)
    tend_evidence(archive.deps)
    archive.run()
    assert archive.kept()[0].state is CheckpointState.STAMPED
