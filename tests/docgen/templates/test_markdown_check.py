"""Markdown outside the subset is a finding with its line."""

from __future__ import annotations

import pytest

from docgen.templates.markdown_check import check_markdown


def codes(source: str, *declared: str) -> list[str]:
    return [f.code.removeprefix("template-") for f in check_markdown(source, "body.nl.md", declared)]


@pytest.mark.parametrize(
    "source",
    [
        "# One\n## Two\n### Three\n\ntext with **bold** and *italic* and ***both***",
        "- a\n- b\n  more\n\n1. a\n2. b",
        "{% if x %}\n- a\n{% endif %}\n- b",
        "text\n\n{% for r in rows %}\n- {{ r.x }}\n{% endfor %}",
        "::: keep\ntext\n:::\n\n::: page-break",
        "2 * 3 = 6, {{ a * b }}, \\*, one {{ '**' }}",
        "{# ``` [x](y) #}",
        "## Head\n- a list right under a heading",
        "a_b_c and 5 > 3 and a < b",
    ],
)
def test_the_subset_passes(source: str) -> None:
    assert codes(source) == []


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("see [here](https://example.nl)", "markdown-unsupported"),
        ("![logo](x.png)", "markdown-unsupported"),
        ("<b>bold</b>", "markdown-unsupported"),
        ("`code`", "markdown-unsupported"),
        ("```\ncode\n```", "markdown-unsupported"),
        ("| a | b |", "markdown-unsupported"),
        ("> quote", "markdown-unsupported"),
        ("#### four", "markdown-unsupported"),
        ("#tag", "markdown-unsupported"),
        ("* item", "markdown-unsupported"),
        ("+ item", "markdown-unsupported"),
        ("- a\n  - b", "markdown-unsupported"),
        ("---", "markdown-unsupported"),
        ("__bold__", "markdown-unsupported"),
        ("_italic_", "markdown-unsupported"),
        ("::: nonsense", "markdown-unsupported"),
        ("text\n- item", "markdown-list"),
        ("**open", "markdown-emphasis"),
        ("*open\n\nclosed*", "markdown-emphasis"),
        ("::: keep\ntext", "markdown-keep"),
        ("text\n\n:::", "markdown-keep"),
        ("::: keep\n::: keep\n:::", "markdown-keep"),
        ("::: keep\n::: page-break\n:::", "markdown-keep"),
        ("::: payment", "block-undeclared"),
    ],
)
def test_the_rest_is_a_finding(source: str, code: str) -> None:
    assert code in codes(source)


def test_each_declared_block_has_one_place() -> None:
    assert codes("text", "payment") == ["block-place"]
    assert codes("::: payment\n\n::: payment", "payment") == ["block-place"]
    assert codes("::: payment", "payment") == []


def test_lines_count_through_tags_over_lines() -> None:
    (finding,) = check_markdown("{#\n\n#}\n{{ a\n }}\n> q", "body.nl.md", (), line_offset=1)
    assert finding.place.line == 7
    assert finding.place.file == "body.nl.md"
