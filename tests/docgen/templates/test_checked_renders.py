"""Whatever the check lets through renders, with every optional value empty or filled."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from docgen.findings import has_errors
from docgen.letters import Cents
from docgen.templates.filters import FILTER_RULES
from docgen.templates.jinja_check import check_jinja
from docgen.templates.markdown import parse_block
from docgen.templates.model import Field, FieldKind, Template, Text
from docgen.templates.text import compile_text

VALUES: dict[FieldKind, object] = {
    FieldKind.TEXT: "**x**",
    FieldKind.INTEGER: -3,
    FieldKind.DECIMAL: Decimal("1.50"),
    FieldKind.AMOUNT: Cents(-5),
    FieldKind.DATE: dt.date(2026, 11, 1),
    FieldKind.BOOLEAN: False,
    FieldKind.IBAN: "NL91ABNA0417164300",
    FieldKind.REFERENCE: "5000056789012345",
}
PAIRS = [(Field(f"{kind}_a", kind), Field(f"{kind}_b", kind, required=False)) for kind in VALUES]
ITEMS = tuple(field for pair in PAIRS for field in pair)
FIELDS = (
    *ITEMS,
    Field("rows", FieldKind.LIST, items=ITEMS),
    Field("none", FieldKind.LIST, items=ITEMS, required=False),
)
BY_NAME = {field.name: field for field in FIELDS}


def values_of(fields: tuple[Field, ...], *, full: bool) -> dict[str, Any]:
    return {field.name: VALUES[field.kind] if full or field.required else None for field in fields}


FULL = values_of(ITEMS, full=True) | {"rows": (values_of(ITEMS, full=True), values_of(ITEMS, full=False)), "none": ()}
BARE = values_of(ITEMS, full=False) | {"rows": (values_of(ITEMS, full=False),), "none": ()}

NAMES = st.sampled_from(
    [*BY_NAME, *(f"r.{field.name}" for field in ITEMS), "loop.index", "loop.first", "'x'", "0", "true"]
)
PLAIN = [f" | {name}" for name, rule in FILTER_RULES.items() if not rule.max_arguments]
FILTERS = st.sampled_from(["", *PLAIN, " | yesno('a', 'b')", " | default('d')"])
EXPRESSIONS = st.recursive(
    st.tuples(NAMES, FILTERS, st.sampled_from(["", " | upper", " | default('d')"])).map("".join),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" and ", " or ", " > ", " <= ", " == ", " != ", " is "]), inner).map("".join),
        inner.map(lambda e: f"not {e}"),
        inner.map(lambda e: f"({e})"),
        inner.map(lambda e: f"{e} is none"),
        inner.map(lambda e: f"{e} in ['x', 3]"),
        st.tuples(inner, inner, inner).map(lambda t: f"{t[0]} if {t[1]} else {t[2]}"),
    ),
    max_leaves=4,
)
SOURCES = st.recursive(
    st.one_of(st.sampled_from(["text ", "\n\n", "- item\n", "## Head\n"]), EXPRESSIONS.map(lambda e: f"{{{{ {e} }}}}")),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(EXPRESSIONS, inner, inner).map(lambda t: f"{{% if {t[0]} %}}{t[1]}{{% else %}}{t[2]}{{% endif %}}"),
        st.tuples(st.sampled_from(["rows", "none"]), inner).map(
            lambda t: f"{{% for r in {t[0]} %}}{t[1]}{{% endfor %}}"
        ),
    ),
    max_leaves=4,
)


@pytest.mark.slow
@settings(max_examples=60)
@given(SOURCES, st.sampled_from(["nl", "en", "de", "fr"]))
def test_a_text_without_errors_always_renders(source: str, language: str) -> None:
    assume(not has_errors(check_jinja(source, BY_NAME, "body", language)))
    template = Template("t", "1", {}, (language,), FIELDS, {language: Text("s", source, "body")}, "e")
    plan = compile_text(template, language)
    for values in (FULL, BARE):
        for block in plan.render(values, {}).blocks:
            parse_block(block)
