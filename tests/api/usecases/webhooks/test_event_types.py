"""Dotted types of events: every name in the source has one, and patterns choose by them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.usecases.webhooks.event_types import (
    NAMES,
    THINGS,
    checked_types,
    event_id,
    matches,
    number_of,
    type_of,
)
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE = Path(__file__).parents[4] / "api"
_TYPE = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_]+")
_WORDS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)


def _written() -> Iterator[str]:
    """Names of events in the source; ``x`` stands for what is put in when the program runs."""
    for path in _SOURCE.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and len(call.args) > 2:
                called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                if called in ("_event", "Event"):
                    yield from _text(call.args[2])


def _text(name: ast.expr) -> Iterator[str]:
    match name:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts)


def test_every_name_in_the_source_has_a_type() -> None:
    names = set(_written())
    assert len(names) > 40
    for name in names:
        assert _TYPE.fullmatch(type_of(name)), name


@pytest.mark.parametrize(
    ("name", "public"),
    [
        *(("job-released", "job.released"), ("pieces-handed_over", "pieces.handed_over")),
        *(("mail-run-open", "mail_run.open"), ("scan-file-taken-in", "scan_file.taken_in")),
        *(("batch-in-mail-run", "batch.in_mail_run"), ("logged-in", "user.logged_in"), ("slept", "slept.slept")),
    ],
)
def test_a_type_is_made_from_the_name(name: str, public: str) -> None:
    assert type_of(name) == public


def test_no_two_names_of_the_table_are_the_same_outside() -> None:
    assert len(set(NAMES.values())) == len(NAMES)
    assert len(set(THINGS.values())) == len(THINGS)


@given(_WORDS, _WORDS)
def test_a_pattern_matches_its_type_all_under_it_and_nothing_else(thing: str, what: str) -> None:
    kind = f"{thing}.{what}"
    assert matches((), kind)
    assert matches((kind,), kind)
    assert matches((f"{thing}.*",), kind)
    assert matches(("other.thing", f"{thing}.*"), kind)
    assert not matches((f"{thing}x.*", f"{kind}x", thing, f"x{kind}"), kind)


@given(_WORDS, _WORDS)
def test_every_type_can_be_asked_for(thing: str, what: str) -> None:
    wanted = (f"{thing}.{what}", f"{thing}.*", thing)
    assert checked_types((*wanted, *wanted)) == wanted


@pytest.mark.parametrize(
    "wrong", ["", "*", ".*", "job-done", "Job.done", "job..done", "job.*.done", "a" * 101, "job. "]
)
def test_what_is_no_type_is_refused(wrong: str) -> None:
    with pytest.raises(Refusal, match="webhook-types-invalid"):
        checked_types([wrong])


@given(st.integers(0, 10**18 - 1))
def test_an_event_id_is_read_as_it_was_written(number: int) -> None:
    assert number_of(event_id(number)) == number
