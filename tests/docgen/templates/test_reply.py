"""Reply forms as templates declare them, and what is said about wrong ones."""

from __future__ import annotations

import pytest

from docgen.reply_form import Choice, Known, ReplyKind, SlipSize
from docgen.templates.load import check_template, load_template
from docgen.templates.model import SlipPaper
from tests.docgen.templates.conftest import TOML

_BODY = {"body.nl.md": b"Subject: Hello\n\nText"}
_FORM = """
[reply_form]
id = "meter"
title = "Reply"
size = "third"
"""
_READING = """
[[reply_form.fields]]
name = "reading"
kind = "meter_reading"
label = "Reading"
dials = 6
decimals = 1
known = { previous_reading = "count", previous_date = "day", expected_per_day = "rate", meter_number = "name" }
"""


def files(toml: str) -> dict[str, bytes]:
    return {"template.toml": f"{TOML}\n{toml}".encode(), **_BODY}


def codes(toml: str) -> list[str]:
    _, findings = check_template(files(toml))
    assert all(finding.place.line for finding in findings)
    return [finding.code.removeprefix("template-") for finding in findings]


def asked(**keys: str) -> str:
    """A form of one field with these keys as TOML."""
    lines = "\n".join(f"{key} = {value}" for key, value in {"name": '"x"', "label": '"X"', **keys}.items() if value)
    return f"{_FORM}\n[[reply_form.fields]]\n{lines}\n"


def test_a_form_is_what_was_declared() -> None:
    choice = asked(kind='"choice"', choices='[{ value = "yes", label = "Ja" }, { value = "no", label = "Nee" }]')
    template = load_template(files(choice + _READING))
    form = template.reply_form
    assert form is not None
    assert (form.id, form.title, template.slip) == ("meter", {"nl": "Reply"}, SlipPaper(SlipSize.THIRD, "nl-dl-right"))
    first, reading = form.fields
    assert first.choices == (Choice("yes", {"nl": "Ja"}), Choice("no", {"nl": "Nee"}))
    assert (reading.kind, reading.length, reading.decimals) == (ReplyKind.METER_READING, 6, 1)
    assert dict(reading.known) == {
        Known.PREVIOUS_READING: "count",
        Known.PREVIOUS_DATE: "day",
        Known.EXPECTED_PER_DAY: "rate",
        Known.METER_NUMBER: "name",
    }
    assert form.field("reading") is reading
    assert form.field("other") is None


@pytest.mark.parametrize(
    ("kind", "length", "required"),
    [("phone", 10, True), ("email", 26, True), ("date", 8, True), ("text", 0, True), ("tick", 0, False)],
)
def test_fields_have_the_boxes_that_are_usual(kind: str, length: int, required: bool) -> None:  # noqa: FBT001 (a case)
    template = load_template(files(asked(kind=f'"{kind}"')))
    assert template.reply_form is not None
    (one,) = template.reply_form.fields
    assert (one.length, one.required) == (length, required)


def test_a_tick_says_of_which_answers_it_switches_the_purpose() -> None:
    form = load_template(files(asked(kind='"tick"', purpose_of='["reading"]') + _READING)).reply_form
    assert form is not None
    assert form.fields[0].purpose_of == ("reading",)
    assert form.switches("reading") == (form.fields[0].name,)
    assert form.switches(form.fields[0].name) == ()


def test_a_slip_may_go_back_in_any_envelope_or_none() -> None:
    for envelope, expected in (("none", None), ("din-5008-b", "din-5008-b")):
        toml = asked(kind='"tick"').replace('"third"', f'"page"\nreturn_envelope = "{envelope}"')
        assert load_template(files(toml)).slip == SlipPaper(SlipSize.PAGE, expected)


@pytest.mark.parametrize(
    ("toml", "code"),
    [
        (_FORM, "reply-empty"),
        (asked(kind='"smell"'), "reply-kind"),
        (asked(kind=""), "key-missing"),
        (asked(kind='"tick"', name=""), "key-missing"),
        (asked(kind='"tick"', name='"X y"'), "field-name"),
        (asked(kind='"tick"', label=""), "key-missing"),
        (asked(kind='"tick"', label='{ en = "X" }'), "language-missing"),
        (asked(kind='"tick"', length="3"), "key-unknown"),
        (asked(kind='"tick"', required="1"), "key-type"),
        (asked(kind='"digits"'), "key-missing"),
        (asked(kind='"digits"', length="13"), "key-range"),
        (asked(kind='"digits"', length="3", decimals="3"), "key-range"),
        (asked(kind='"digits"', length="3", known='{ previous_reading = "count" }'), "key-unknown"),
        (asked(kind='"meter_reading"', length="5"), "key-unknown"),
        (asked(kind='"meter_reading"', dials="2"), "key-range"),
        (asked(kind='"phone"', length="7"), "key-range"),
        (asked(kind='"email"', length="27"), "key-range"),
        (asked(kind='"meter_reading"', dials="5", known='{ previous_reading = "none" }'), "field-undeclared"),
        (asked(kind='"meter_reading"', dials="5", known='{ previous_reading = "name" }'), "field-kind"),
        (asked(kind='"meter_reading"', dials="5", known='{ colour = "name" }'), "key-unknown"),
        (asked(kind='"choice"'), "reply-choices"),
        (asked(kind='"choice"', choices='[{ value = "yes", label = "Ja" }]'), "reply-choices"),
        (
            asked(kind='"choice"', choices='[{ value = "a", label = "A" }, { value = "a", label = "B" }]'),
            "reply-choices",
        ),
        (
            asked(kind='"choice"', choices='[{ value = "a", label = "A" }, { value = "B", label = "B" }]'),
            "reply-choices",
        ),
        (asked(kind='"choice"', choices='[{ value = "a" }, { value = "b", label = "B" }]'), "key-missing"),
        (asked(kind='"tick"') + _READING + _READING, "reply-name-twice"),
        (asked(kind='"tick"', purpose_of='["phone"]'), "reply-purpose-of"),
        (asked(kind='"tick"', purpose_of='"phone"'), "key-type"),
        (asked(kind='"tick"').replace('"third"', '"half"'), "key-choice"),
        (asked(kind='"tick"').replace('size = "third"', ""), "key-missing"),
        (asked(kind='"tick"').replace('id = "meter"', ""), "key-missing"),
        (asked(kind='"tick"').replace('title = "Reply"', ""), "key-missing"),
        (asked(kind='"tick"').replace('"meter"', '"Meter 1"'), "key-form"),
        (asked(kind='"tick"').replace("size", "colour = 1\nsize"), "key-unknown"),
        ("reply_form = 3", None),
        ("[reply_form]\nfields = 3", "key-type"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(toml: str, code: str | None) -> None:
    found = codes(toml)
    assert (code in found) if code else found


def test_every_fault_is_told_at_once() -> None:
    assert {"reply-kind", "field-name", "reply-choices"} <= set(
        codes(
            asked(kind='"smell"', name='"Not good"')
            + '[[reply_form.fields]]\nname = "y"\nlabel = "Y"\nkind = "choice"\nchoices = []\n'
        )
    )
