"""What the rules say of an answer on a slip is about what stands in its boxes."""

from __future__ import annotations

import datetime as dt

from api.usecases.scanning.forms import known_json, question_of
from api.usecases.scanning.recording import _checked
from docgen.reply_form import Known, ReplyField, ReplyForm, ReplyKind

TODAY = dt.date(2026, 5, 1)
FORM = ReplyForm(
    "meter",
    {"nl": "Meterstand"},
    (
        ReplyField(
            "reading",
            ReplyKind.METER_READING,
            {"nl": "Stand"},
            length=5,
            known={Known.PREVIOUS_READING: "previous", Known.PREVIOUS_DATE: "previous_date"},
        ),
    ),
)
KNOWN = known_json(FORM, {"previous": 120, "previous_date": dt.date(2025, 5, 1)})
QUESTION = question_of(FORM, KNOWN, "reading", TODAY)


def test_zeros_that_stand_in_the_boxes_are_digits() -> None:
    assert _checked(QUESTION, "1", "00001").code == "lower-than-previous"


def test_what_people_keyed_otherwise_than_the_machine_read_is_judged_by_itself() -> None:
    assert _checked(QUESTION, "1", "00007").code == "too-few-digits"
    assert _checked(QUESTION, "1", "").code == "too-few-digits"
