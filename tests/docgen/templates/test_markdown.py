"""The Markdown subset, node by node."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.templates.markdown import (
    Heading,
    KeepTogether,
    ListBlock,
    PageBreak,
    Paragraph,
    Placeholder,
    Run,
    _any_stars,
    parse_block,
    parse_inline,
)


def words(*texts: str) -> tuple[Run, ...]:
    return tuple(Run(text) for text in texts)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_headings_have_three_levels(level: int) -> None:
    assert parse_block("#" * level + " Title") == Heading(level, words("Title"))


def test_a_fourth_level_is_text() -> None:
    assert parse_block("#### Title") == Paragraph(words("#### Title"))


def test_lines_of_a_paragraph_are_joined_by_a_space() -> None:
    assert parse_block("one\n  two\nthree") == Paragraph(words("one two three"))


def test_a_backslash_at_the_end_of_a_line_keeps_the_break() -> None:
    assert parse_block("one\\\n  two") == Paragraph(words("one\ntwo"))


def test_a_backslash_makes_a_mark_plain() -> None:
    assert parse_block(r"2 \* 3 \*\*x\*\* \\ \# and \a") == Paragraph(words(r"2 * 3 **x** \ # and \a"))
    assert parse_block(r"\- no item") == Paragraph(words("- no item"))
    assert parse_block(r"\1. stays") == Paragraph(words(r"\1. stays"))


def test_lists_are_ordered_or_not_and_items_go_on() -> None:
    assert parse_block("- one\n  more\n- two") == ListBlock(ordered=False, items=(words("one more"), words("two")))
    assert parse_block("1. one\n2. two") == ListBlock(ordered=True, items=(words("one"), words("two")))


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("plain", (Run("plain"),)),
        ("a **b** c", (Run("a "), Run("b", bold=True), Run(" c"))),
        ("*i*", (Run("i", italic=True),)),
        ("***both*** x", (Run("both", bold=True, italic=True), Run(" x"))),
        ("**b *bi* b**", (Run("b ", bold=True), Run("bi", bold=True, italic=True), Run(" b", bold=True))),
        ("2 * 3", (Run("2 * 3"),)),
        ("a ** b", (Run("a ** b"),)),
        ("**open", (Run("**open"),)),
        ("**b** *open", (Run("b", bold=True), Run(" *open"))),
        ("****", (Run("****"),)),
        ("**x****y**", (Run("x****y", bold=True),)),
        ("", (Run(""),)),
    ],
)
def test_stars_make_styles_and_lone_ones_are_text(text: str, runs: tuple[Run, ...]) -> None:
    assert parse_inline(text) == runs


def test_two_marks_with_nothing_between_give_one_empty_run() -> None:
    assert parse_inline("*a**b*") == parse_inline("*a**b*")
    assert "".join(run.text for run in parse_inline("** **")) == "** **"


@pytest.mark.parametrize("name", ["specification", "payment", "entry"])
def test_placeholders(name: str) -> None:
    assert parse_block(f"::: {name}") == Placeholder(name)  # type: ignore[arg-type]  # every name is one of the literals


def test_page_break_and_unknown_directive() -> None:
    assert parse_block("::: page-break") == PageBreak()
    assert parse_block("::: nonsense") == Paragraph(words("::: nonsense"))


def test_keep_holds_its_blocks() -> None:
    kept = parse_block("::: keep\n\n## Title\n\ntext\n\n- item\n\n:::")
    assert kept == KeepTogether(
        (Heading(2, words("Title")), Paragraph(words("text")), ListBlock(ordered=False, items=(words("item"),)))
    )


@given(st.lists(st.sampled_from(["*", "**", "***", " ", "a", "woord", "\t"]), max_size=12).map("".join))
def test_bold_alone_is_read_the_short_way_as_the_long_way(text: str) -> None:
    assert parse_inline(text) == (_any_stars(text) if "*" in text else words(text))
