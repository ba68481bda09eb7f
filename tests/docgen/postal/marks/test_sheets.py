"""What sheets say: OMR by rule, parity and sequence; the order of printing; who says insert."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.postal.marks.control import read_payload
from docgen.postal.marks.model import (
    Counts,
    Direction,
    MarkProfile,
    MatrixCode,
    OmrCode,
    Order,
    Parity,
    PrintOn,
    Reset,
    Rule,
    TextCode,
)
from docgen.postal.marks.profiles import builtin
from docgen.postal.marks.sheets import (
    Inserted,
    Marker,
    SetFlags,
    insert_sheet,
    mark_envelope,
    omr_marks,
    order_of,
    printed_sheets,
)
from docgen.postal.profiles import Fold

CODE = "7F3K9M"
QUADIENT, DI425 = builtin()["omr-quadient"], builtin()["omr-di425"]


def _omr(profile: MarkProfile) -> OmrCode:
    (code,) = profile.codes
    assert isinstance(code, OmrCode)
    return code


def _contents(marker: Marker, sequence: int, sheets: int, flags: SetFlags = SetFlags()) -> list[str]:  # noqa: B008 (a tuple, which does not change)
    return [content for sheet in marker.mark(sequence, sheets, flags) for _, content in sheet.codes]


def test_the_reference_sequence_of_quadient() -> None:
    marker = Marker(QUADIENT, CODE, Order.FORWARD)
    assert _contents(marker, 1, 3) == ["100001", "100010", "110011"]
    assert _contents(marker, 2, 1) == ["111100"]


def test_the_reference_sequence_of_pitney_bowes() -> None:
    # Benchmark Safety NotEOC NotBOC Parity R Feed1 Feed2 AutoBatch R WAS3 WAS2 WAS1 R; the address sheet is fed last.
    marker = Marker(DI425, CODE, Order.REVERSE)
    flags = SetFlags(bundle_end=True, feeds=frozenset({2}))
    assert _contents(marker, 1, 3, flags) == [
        "11011101110101",
        "11110101110011",
        "11100101110001",
    ]
    assert _contents(marker, 2, 1) == ["11001100010111"]


@pytest.mark.parametrize(("profile", "low", "high"), [(QUADIENT, 1, 7), (DI425, 0, 7)], ids=["quadient", "di425"])
def test_the_sequence_wraps_around_over_a_thousand_sheets(profile: MarkProfile, low: int, high: int) -> None:
    marker, code = Marker(profile, CODE, profile.order), _omr(profile)
    places = [place for place, mark in enumerate(code.marks) if mark.rule is Rule.SEQUENCE]
    seen: list[int] = []
    for sequence in range(1, 501):
        marked = marker.mark(sequence, 1 + sequence % 3)
        for sheet in sorted(marked, key=lambda sheet: sheet.fed):
            ((_, content),) = sheet.codes
            seen.append(int("".join(content[place] for place in places), 2))
    assert len(seen) >= 1000
    assert seen == [low + n % (high - low + 1) for n in range(len(seen))]


@pytest.mark.parametrize(
    ("counts", "reset", "expected"),
    [
        (Counts.SHEETS, Reset.NEVER, [[1, 2, 3], [4, 5]]),
        (Counts.SHEETS, Reset.SET, [[1, 2, 3], [1, 2]]),
        (Counts.SETS, Reset.NEVER, [[1, 1, 1], [2, 2]]),
        (Counts.SETS, Reset.SET, [[1, 1, 1], [1, 1]]),
    ],
)
@pytest.mark.parametrize("direction", Direction)
def test_what_a_sequence_counts_and_where_it_begins_again(
    counts: Counts, reset: Reset, expected: list[list[int]], direction: Direction
) -> None:
    code = _omr(QUADIENT)
    assert code.sequence is not None
    code = replace(code, sequence=replace(code.sequence, counts=counts, reset=reset, direction=direction))
    marker = Marker(replace(QUADIENT, codes=(code,)), CODE, Order.FORWARD)
    step = 1 if direction is Direction.MSB_FIRST else -1
    read = [[int(c[3:][::step], 2) for c in _contents(marker, n, sheets)] for n, sheets in ((1, 3), (2, 2))]
    assert read == expected


_rules = st.sampled_from([rule for rule in Rule if rule not in (Rule.SEQUENCE, Rule.PARITY)])
_flags = st.builds(SetFlags, st.booleans(), st.booleans(), st.booleans(), st.frozensets(st.integers(1, 3)))


@st.composite
def _envelopes(draw: st.DrawFn) -> Inserted:
    sequence, sheets = draw(st.integers(1, 999_999)), draw(st.integers(1, 99))
    before = draw(st.tuples(st.integers(0, 10_000), st.integers(0, 5_000)))
    return Inserted(CODE, sequence, sheets, draw(_flags), *before)


@given(st.lists(_rules, max_size=20), st.sampled_from(Parity), _envelopes(), st.data())
def test_parity_is_always_right_over_all_marks(
    rules: list[Rule], parity: Parity, envelope: Inserted, data: st.DataObject
) -> None:
    base = _omr(QUADIENT)
    own = tuple(base.marks[0]._replace(name=str(n), rule=rule) for n, rule in enumerate(rules))
    code = replace(base, marks=(*own, *base.marks), parity=parity)
    printed = omr_marks(code, envelope, data.draw(st.integers(1, envelope.sheets)))
    assert len(printed) == len(code.marks)
    assert printed.count("1") % 2 == (parity is Parity.ODD)


@given(_envelopes(), st.sampled_from(Order))
def test_each_rule_says_what_it_is_called(envelope: Inserted, order: Order) -> None:
    base = _omr(QUADIENT)
    rules = [rule for rule in Rule if rule not in (Rule.SEQUENCE, Rule.PARITY)]
    marks = tuple(base.marks[0]._replace(rule=rule) for rule in rules)
    profile = MarkProfile("p", "P", order, (replace(base, marks=marks, parity=None, sequence=None),))
    for sheet in mark_envelope(profile, order, envelope):
        ((_, content),) = sheet.codes
        said = {rule for rule, mark in zip(rules, content, strict=True) if mark == "1"}
        flags = envelope.flags
        last = sheet.sheet == (1 if order is Order.REVERSE else envelope.sheets)
        assert (Rule.INSERT in said) is last is (Rule.ACCUMULATE not in said)
        assert (Rule.FIRST in said) is (sheet.fed == 1) is (Rule.NOT_FIRST not in said)
        assert {Rule.FIXED} <= said
        assert Rule.NEVER not in said
        assert (Rule.NO_SEAL in said) is flags.no_seal is (Rule.SEAL not in said)
        assert (Rule.BUNDLE_END in said, Rule.DIVERT in said) == (flags.bundle_end, flags.divert)
        assert {n for n in (1, 2, 3) if Rule(f"feed-{n}") in said} == flags.feeds


@given(st.integers(1, 99), st.sampled_from(Order))
def test_every_sheet_is_printed_once_and_the_last_says_insert(sheets: int, order: Order) -> None:
    printed = printed_sheets(sheets, order)
    assert sorted(printed) == list(range(1, sheets + 1))
    assert printed[0] == (1 if order is Order.FORWARD else sheets)
    marked = mark_envelope(builtin()["datamatrix"], order, Inserted(CODE, 7, sheets))
    assert [sheet.sheet for sheet in marked] == list(range(1, sheets + 1))
    assert [sheet.sheet for sheet in sorted(marked, key=lambda sheet: sheet.fed)] == list(printed)
    for sheet in marked:
        payload = read_payload({type(code): content for code, content in sheet.codes}[MatrixCode])
        assert payload is not None
        assert payload.insert is (sheet.sheet == insert_sheet(sheets, order))
        assert payload.sheet == sheet.fed


def test_a_z_fold_feeds_the_address_last_whatever_the_profile_says() -> None:
    assert order_of(QUADIENT, Fold.Z) is Order.REVERSE
    assert order_of(QUADIENT, Fold.C) is Order.FORWARD
    assert order_of(DI425, Fold.HALF) is Order.REVERSE
    assert insert_sheet(4, order_of(QUADIENT, Fold.Z)) == 1


def test_codes_for_the_first_sheet_stand_on_the_sheet_that_is_fed_first() -> None:
    matrix, text = builtin()["datamatrix"].codes
    once = replace(text, spot=replace(text.spot, print_on=PrintOn.FIRST))
    profile = MarkProfile("p", "P", Order.REVERSE, (matrix, once))
    marked = mark_envelope(profile, Order.REVERSE, Inserted(CODE, 1, 3))
    assert [[type(code) for code, _ in sheet.codes] for sheet in marked] == [
        [MatrixCode],
        [MatrixCode],
        [MatrixCode, TextCode],
    ]


def test_the_text_counts_as_the_machine_does() -> None:
    marked = Marker(builtin()["text"], CODE, Order.REVERSE).mark(1, 3)
    assert [content for sheet in marked for _, content in sheet.codes] == ["3 / 3", "2 / 3", "1 / 3"]


def test_no_marks_are_no_codes() -> None:
    assert all(not sheet.codes for sheet in Marker(builtin()["none"], CODE, Order.FORWARD).mark(1, 3))


@pytest.mark.parametrize(
    "envelope",
    [
        Inserted("7F3K9", 1, 1),
        Inserted("7F3K9U", 1, 1),
        Inserted(CODE, 0, 1),
        Inserted(CODE, 1_000_000, 1),
        Inserted(CODE, 1, 0),
        Inserted(CODE, 1, 100),
        Inserted(CODE, 1, 1, SetFlags(feeds=frozenset({4}))),
    ],
)
def test_what_codes_cannot_hold_is_no_envelope(envelope: Inserted) -> None:
    with pytest.raises(ValueError, match="not"):
        mark_envelope(QUADIENT, Order.FORWARD, envelope)
