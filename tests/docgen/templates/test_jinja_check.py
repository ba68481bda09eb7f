"""The allow-list over a template's Jinja2: what is total passes, all else is a finding with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Severity
from docgen.templates.jinja_check import check_jinja
from docgen.templates.model import Field, FieldKind

ROWS = Field(
    "rows", FieldKind.LIST, items=(Field("text", FieldKind.TEXT), Field("price", FieldKind.AMOUNT, required=False))
)
FIELDS = {
    field.name: field
    for field in (
        Field("name", FieldKind.TEXT),
        Field("note", FieldKind.TEXT, required=False),
        Field("total", FieldKind.AMOUNT),
        Field("fee", FieldKind.AMOUNT, required=False),
        Field("day", FieldKind.DATE),
        Field("end", FieldKind.DATE),
        Field("count", FieldKind.INTEGER),
        Field("rate", FieldKind.DECIMAL),
        Field("paid", FieldKind.BOOLEAN),
        ROWS,
    )
}


def codes(source: str) -> list[str]:
    return [f.code.removeprefix("template-") for f in check_jinja(source, FIELDS, "body.nl.md", "nl")]


@pytest.mark.parametrize(
    "source",
    [
        "plain text with { and } and %",
        "{{ name }} {{ count }} {{ name | upper | nbsp }}",
        "{{ total | money }} {{ total | amount }} {{ day | date }} {{ day | date_short }}",
        "{{ rate | number }} {{ rate | percent }} {{ count | percent }} {{ paid | yesno('ja', 'nee') }}",
        "{% if note %}{{ note }}{% endif %}",
        "{% if note is not none %}{{ note }}{% endif %}",
        "{% if not note %}none{% else %}{{ note }}{% endif %}",
        "{% if note is none %}none{% else %}{{ note }}{% endif %}",
        "{% if note == 'x' %}{{ note }}{% elif count > 3 %}many{% else %}few{% endif %}",
        "{{ note | default('-') }}",
        "{{ note if note else 'none' }}",
        "{% if fee and fee > 0 and total > fee %}{{ fee | money }}{% endif %}",
        "{% if day < end or total >= 0 or not paid or rate > 1 or count <= rate %}x{% endif %}",
        "{% if name in ['a', 'b'] and name not in ('c',) %}x{% endif %}",
        "{% if 1 < count < 5 %}x{% endif %}",
        "{% if rows %}{% for row in rows %}{{ loop.index }}{% if not loop.last %},{% endif %}{% endfor %}{% endif %}",
        "{% for row in rows if row.price %}{{ row.price | money }}{% else %}none{% endfor %}",
        "{# a comment #}{% raw %}{{ raw }}{% endraw %}",
        "{{ 'constant' }}{{ 3 }}",
    ],
)
def test_what_a_letter_needs_is_allowed(source: str) -> None:
    assert codes(source) == []


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{% for i in range(9) %}x{% endfor %}", "loop-not-allowed"),
        ("{% for c in name %}x{% endfor %}", "loop-not-allowed"),
        ("{% for c in 'abc' %}x{% endfor %}", "loop-not-allowed"),
        ("{% for r in rows %}{% for s in rows %}x{% endfor %}{% endfor %}", "loop-not-allowed"),
        ("{% for a, b in rows %}x{% endfor %}", "loop-not-allowed"),
        ("{% for name in rows %}x{% endfor %}", "loop-not-allowed"),
        ("{% for r in rows recursive %}x{% endfor %}", "loop-not-allowed"),
        ("{% set x = 1 %}", "statement-not-allowed"),
        ("{% set x %}a{% endset %}", "statement-not-allowed"),
        ("{% macro m() %}x{% endmacro %}", "statement-not-allowed"),
        ("{% include 'x' %}", "statement-not-allowed"),
        ("{% import 'x' as y %}", "statement-not-allowed"),
        ("{% from 'x' import y %}", "statement-not-allowed"),
        ("{% extends 'x' %}", "statement-not-allowed"),
        ("{% block x %}{% endblock %}", "statement-not-allowed"),
        ("{% with %}{% endwith %}", "statement-not-allowed"),
        ("{% filter upper %}x{% endfilter %}", "statement-not-allowed"),
        ("{% call name() %}x{% endcall %}", "statement-not-allowed"),
        ("{{ name.upper() }}", "expression-not-allowed"),
        ("{{ name.__class__ }}", "attribute-not-allowed"),
        ("{{ ''.__class__.__mro__ }}", "attribute-not-allowed"),
        ("{{ rows.count }}", "attribute-not-allowed"),
        ("{{ loop.index }}", "attribute-not-allowed"),
        ("{% for r in rows %}{{ r }}{% endfor %}", "attribute-not-allowed"),
        ("{% for r in rows %}{{ r.items }}{% endfor %}", "attribute-not-allowed"),
        ("{% for r in rows %}{{ loop.cycle('a') }}{% endfor %}", "expression-not-allowed"),
        ("{% for r in rows %}{{ loop.previtem }}{% endfor %}", "attribute-not-allowed"),
        ("{{ name['x'] }}", "expression-not-allowed"),
        ("{{ name * 9 }}", "expression-not-allowed"),
        ("{{ 9 ** 9 ** 9 }}", "expression-not-allowed"),
        ("{{ name ~ name }}", "expression-not-allowed"),
        ("{{ count + 1 }}", "expression-not-allowed"),
        ("{{ [1, 2] }}", "expression-not-allowed"),
        ("{{ {} }}", "expression-not-allowed"),
        ("{{ -count }}", "expression-not-allowed"),
        ("{{ unknown }}", "variable-undefined"),
        ("{% if unknown %}x{% endif %}", "variable-undefined"),
        ("{{ self }}", "variable-undefined"),
        ("{{ name | eval }}", "filter-unknown"),
        ("{{ name | attr('x') }}", "filter-unknown"),
        ("{{ name | money }}", "filter-type"),
        ("{{ rows | upper }}", "filter-type"),
        ("{{ total | number }}", "filter-type"),
        ("{{ name | default }}", "filter-argument"),
        ("{{ name | default(name) }}", "filter-argument"),
        ("{{ name | default(value='x') }}", "filter-argument"),
        ("{{ name | upper('x') }}", "filter-argument"),
        ("{{ total }}", "filter-missing"),
        ("{{ day }}", "filter-missing"),
        ("{{ rate }}", "filter-missing"),
        ("{{ paid }}", "filter-missing"),
        ("{{ rows }}", "filter-missing"),
        ("{{ none }}", "filter-missing"),
        ("{{ 1.5 }}", "filter-missing"),
        ("{% if name is callable %}x{% endif %}", "test-unknown"),
        ("{% if total > 40 %}x{% endif %}", "compare-type"),
        ("{% if name > 3 %}x{% endif %}", "compare-type"),
        ("{% if fee > 0 %}x{% endif %}", "compare-type"),
        ("{% if name in rows %}x{% endif %}", "compare-type"),
        ("{% if name in [count] %}x{% endif %}", "compare-type"),
        ("{{ name if paid else (total) }}", "compare-type"),
        ("{{ name if paid }}", "expression-not-allowed"),
        ("{% if name %}" * 60 + "{% endif %}" * 60, "nesting-too-deep"),
        ("{% if " + " and ".join(["name"] * 3000) + " %}x{% endif %}", "nesting-too-deep"),
        ("{{ " + "not " * 60 + "name }}", "nesting-too-deep"),
        ("{{ name" + " | upper" * 100 + " }}", "nesting-too-deep"),
        ("{{ name", "syntax"),
        ("{% if name %}", "syntax"),
        ("{{ " + "9" * 5000 + " }}", "syntax"),
        ("{{ " + "(" * 5000 + " }}", "syntax"),
    ],
)
def test_everything_else_is_a_finding(source: str, code: str) -> None:
    assert code in codes(source)


def test_an_unguarded_optional_field_is_a_warning_that_names_it() -> None:
    (finding,) = check_jinja("{{ note }}", FIELDS, "body.nl.md", "nl")
    assert finding.code == "template-optional-unguarded"
    assert finding.severity is Severity.WARNING
    assert "note" in finding.message


def test_a_guard_ends_with_its_if() -> None:
    assert codes("{% if note %}{% endif %}{{ note }}") == ["optional-unguarded"]
    assert codes("{% if note or paid %}{{ note }}{% endif %}") == ["optional-unguarded"]
    assert codes("{% if not note %}{{ note }}{% endif %}") == ["optional-unguarded"]


def test_all_faults_are_reported_with_their_lines() -> None:
    found = check_jinja("one\n{{ x }}\n\n{{ total }}\n{{ name | y }}", FIELDS, "body.nl.md", "nl", line_offset=10)
    assert [(f.code, f.place.line, f.place.file) for f in found] == [
        ("template-variable-undefined", 12, "body.nl.md"),
        ("template-filter-missing", 14, "body.nl.md"),
        ("template-filter-unknown", 15, "body.nl.md"),
    ]


@given(st.text("{}%|.()[]'\"*+-~ \nabnx0_ifor", max_size=60))
def test_no_source_breaks_the_check(source: str) -> None:
    check_jinja("{{" + source, FIELDS, "body.nl.md", "nl")
    check_jinja(source, FIELDS, "body.nl.md", "nl")
