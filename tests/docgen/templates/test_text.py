"""Rendering a letter's words: one render, split into subject, reference and blocks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from jinja2 import UndefinedError

from docgen.letters import Cents
from docgen.templates.load import load_template
from docgen.templates.markdown import KeepTogether, ListBlock, Run, parse_block
from docgen.templates.text import compile_text

if TYPE_CHECKING:
    from collections.abc import Callable

VALUES = {
    "name": "Jansen",
    "total": Cents(-123456),
    "day": dt.date(2026, 11, 1),
    "count": 3,
    "paid": True,
    "rows": ({"text": "one", "values": Cents(5)}, {"text": "two", "values": None}),
}


def test_parts_come_apart_again(make_files: Callable[..., dict[str, bytes]]) -> None:
    extra = '\n[[reference]]\nlabel = "Day"\nvalue = "{{ day | date }}"\n'
    extra += '[[reference]]\nlabel = "Note"\nvalue = "{% if note %}{{ note }}{% endif %}"\n'
    body = "Pay {{ total | money }}.\n\n\n{% if note %}\nNote: {{ note }}\n{% endif %}\n\nBye\n"
    template = load_template(make_files(body, "Hi {{ name }}", extra))
    rendered = compile_text(template, "nl").render(VALUES, {})
    assert rendered.subject == "Hi Jansen"
    assert rendered.reference == (("Day", "1 november 2026"),)
    assert rendered.blocks == ("Pay €\u00a0-1.234,56.", "Bye")


def test_a_heading_needs_no_blank_lines(make_files: Callable[..., dict[str, bytes]]) -> None:
    template = load_template(make_files("text\n## Title\nmore"))
    assert compile_text(template, "nl").render(VALUES, {}).blocks == ("text", "## Title", "more")


def test_loops_print_items_even_when_a_field_is_called_values(make_files: Callable[..., dict[str, bytes]]) -> None:
    item = "- {{ loop.index }} {{ row.text }}{% if row.values %} {{ row.values | amount }}{% endif %}"
    body = f"{{% for row in rows %}}\n{item}\n\n{{% endfor %}}"
    template = load_template(make_files(body))
    blocks = compile_text(template, "nl").render(VALUES, {}).blocks
    shown = [parse_block(block) for block in blocks]
    assert shown == [
        ListBlock(ordered=False, items=((Run("1 one 0,05"),),)),
        ListBlock(ordered=False, items=((Run("2 two"),),)),
    ]


def test_a_condition_around_a_keep_works(make_files: Callable[..., dict[str, bytes]]) -> None:
    body = "a\n\n{% if paid %}\n::: keep\n## T\n\n{% if note %}\nn\n{% endif %}\nx\n:::\n{% endif %}\nb"
    template = load_template(make_files(body))
    plan = compile_text(template, "nl")
    first, kept, last = plan.render(VALUES, {}).blocks
    assert (first, last) == ("a", "b")
    node = parse_block(kept)
    assert isinstance(node, KeepTogether)
    assert len(node.nodes) == 2
    assert plan.render(VALUES | {"paid": False}, {}).blocks == ("a", "b")


def test_built_in_names_come_from_extra(make_files: Callable[..., dict[str, bytes]]) -> None:
    plan = compile_text(load_template(make_files("Call {{ brand_phone }}")), "nl")
    assert plan.render(VALUES, {"brand_phone": "tel 088"}).blocks == ("Call tel 088",)
    with pytest.raises(UndefinedError):
        plan.render(VALUES, {})


def test_a_value_that_needs_a_filter_is_a_bug_when_it_gets_here(make_files: Callable[..., dict[str, bytes]]) -> None:
    plan = compile_text(load_template(make_files("{{ name }}")), "nl")
    with pytest.raises(TypeError, match="without a filter"):
        plan.render({"name": Cents(1)}, {})


def test_whole_numbers_and_empty_values_print(make_files: Callable[..., dict[str, bytes]]) -> None:
    plan = compile_text(load_template(make_files("{{ count }}x{{ note | default('') }}y")), "nl")
    (block,) = plan.render(VALUES, {}).blocks
    assert block.endswith("xy")
