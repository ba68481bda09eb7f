"""An answer by whatever road becomes the reading of its meter."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import Mode, PageRequest
from api.usecases.metering import importing, reporting
from scanning.meters.period import Period
from tests.api.builders import ORG
from tests.api.usecases.answer_world import AnswerWorld
from tests.api.usecases.slips import page, slip

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds

ROUND = Period(date(2026, 1, 1), date(2026, 1, 31))


@pytest.fixture
def answers(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> AnswerWorld:
    """Recipients of letters, whose meters were read a year ago."""
    world = AnswerWorld(sqlite_database, memory_blobs, clock, ids)
    rows: list[dict[str, Any]] = [
        {
            "complex": "C1",
            "dwelling": f"D{number}",
            "meter": f"m{number}",
            "kind": "water",
            "dials": 5,
            "last_reading": 12_300,
            "last_reading_on": "2025-01-01",
            "record_key": f"record-{number}",
        }
        for number in range(3)
    ]
    whose = (ORG, Mode.LIVE, "key_1")
    importing.import_meters(world.deps, whose, io.BytesIO(json.dumps(rows).encode()), "application/json")
    return world


def uses(answers: AnswerWorld) -> list[tuple[str, object, str]]:
    (found,) = reporting.overview(answers.deps, ORG, Mode.LIVE, ROUND, PageRequest()).items
    report = reporting.report_complex(answers.deps, ORG, found[0].id, ROUND)
    return [
        (each.meter.key, each.line.amount, each.line.current.source if each.line.current else "missing")
        for each in report.meters
    ]


def test_page_and_slip_are_readings_of_the_meter_that_names_their_letter(answers: AnswerWorld) -> None:
    answers.give(0, {"reading": "12345"})
    answers.scan(page(1, slip(1, {"reading": "12400"})))
    assert uses(answers) == [("m0", 45, "page"), ("m1", 100, "slip"), ("m2", None, "missing")]


def test_an_answer_in_dispute_is_missing_until_it_is_settled(answers: AnswerWorld) -> None:
    answers.give(0, {"reading": "12345"})
    answers.scan(page(1, slip(0, {"reading": "12399"})))
    assert uses(answers)[0] == ("m0", None, "missing")
