"""Letters out: what a slip will be read by is kept with the letter, in the transaction that makes the letter."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.ports import JobState, PackageKind
from api.usecases.formats import RecordsType
from api.usecases.scanning.forms import known_json, question_of, read_known, read_reply, reply_json
from docgen.layouts.slip_geometry import read_geometry
from docgen.reply_form import Choice, Known, ReplyField, ReplyForm, ReplyKind
from tests.api.usecases.world import ORG, SAMPLES, World, record, sample

if TYPE_CHECKING:
    from decimal import Decimal

    from api.ports import PrintJob

FORM = ReplyForm(
    "meter",
    {"nl": "Stand"},
    (
        ReplyField(
            "reading",
            ReplyKind.METER_READING,
            {"nl": "Stand"},
            length=6,
            decimals=1,
            known={Known.PREVIOUS_READING: "before", Known.PREVIOUS_DATE: "day"},
        ),
        ReplyField("way", ReplyKind.CHOICE, {"nl": "Hoe"}, choices=(Choice("a", {"nl": "A"}), Choice("b", {}))),
        ReplyField("may", ReplyKind.TICK, {"nl": "Mag"}, required=False, purpose_of=("reading", "way")),
    ),
)


METER = "water-meter-reading"


@pytest.fixture
def metered(world: World) -> World:
    world.put(PackageKind.TEMPLATE, METER, sample("template", METER))
    world.put(PackageKind.BRAND, "zandeland", sample("brand", "zandeland"))
    return world


def lines(count: int) -> bytes:
    """The heading and so many sample records."""
    text = (SAMPLES / "records" / f"{METER}.csv").read_bytes()
    return b"".join(text.splitlines(keepends=True)[: count + 1])


def submit(world: World, body: bytes) -> PrintJob:
    return world.submit(body, RecordsType.CSV, template=METER, brand="zandeland")


def test_pieces_with_slips_have_their_form_and_what_is_known(metered: World) -> None:
    job = submit(metered, lines(3))
    metered.run_one()
    with metered.deps.database.read() as uow:
        pieces = list(uow.pieces.of_job(ORG, job.id))
        slips = [uow.piece_slips.find(ORG, piece.id) for piece in pieces]
        forms = uow.slip_forms.list(ORG)
    assert metered.job(job.id).state is JobState.ACCEPTED
    assert pieces
    for slip in slips:
        assert slip is not None
        (form,) = [each for each in forms if each.form == slip.form]
        geometry, asked = read_geometry(form.geometry), read_reply(form.reply_form)
        assert geometry.form == slip.form
        assert {one.name for one in geometry.fields} == {one.name for one in asked.fields}
        known = read_known(slip.known)
        (metered_field,) = [one for one in asked.fields if one.known]
        question = question_of(asked, slip.known, metered_field.name, dt.date(2026, 12, 1))
        assert known[metered_field.name]
        assert question.context.reading is not None


def test_a_job_that_is_rejected_leaves_no_slips(metered: World) -> None:
    job = submit(metered, lines(2) + b"X;nl\n")
    metered.run()
    assert metered.job(job.id).state is JobState.REJECTED
    with metered.deps.database.read() as uow:
        assert uow.piece_slips.starting(ORG, "pce_") == []


def test_a_letter_without_a_slip_has_none(metered: World) -> None:
    job = metered.submit([record(1)])
    metered.run_one()
    assert metered.job(job.id).state is JobState.ACCEPTED
    with metered.deps.database.read() as uow:
        assert uow.slip_forms.list(ORG) == []


def test_a_form_is_read_as_it_was_written() -> None:
    assert read_reply(reply_json(FORM)) == FORM
    assert json.loads(reply_json(FORM))["id"] == "meter"


@given(
    st.one_of(st.none(), st.integers(-(10**9), 10**12), st.decimals(-1000, 10**9, places=3)),
    st.one_of(st.none(), st.dates()),
)
def test_whatever_was_known_can_be_judged_by(before: int | Decimal | None, day: dt.date | None) -> None:
    known = known_json(FORM, {"before": before, "day": day})
    question = question_of(FORM, known, "reading", dt.date(2026, 12, 1))
    assert question.context.reading is not None
    said = before is not None and before >= 0 and day is not None
    assert (question.context.reading.previous is not None) == said
    assert question_of(FORM, known, "way", dt.date(2026, 12, 1)).context.reading is None
