"""A value stays plain text: through Jinja2, block splitting and Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from docgen.templates.escape import protect, restore
from docgen.templates.markdown import Heading, KeepTogether, ListBlock, Node, Paragraph, parse_block
from docgen.templates.model import Field, FieldKind, ReferenceItem, Template, Text
from docgen.templates.text import TextPlan, compile_text

if TYPE_CHECKING:
    from collections.abc import Iterator

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Co"]), min_size=1)
NASTY = st.text("*#-.:\\ \t\n01a`[]<>|_~+", min_size=1)
VALUES = st.one_of(ANY_TEXT, NASTY)


def plan_of(body: str) -> TextPlan:
    fields = (Field("a", FieldKind.TEXT), Field("b", FieldKind.TEXT))
    text = Text(subject="{{ a }}", body=body, body_file="body.nl.md")
    reference = (ReferenceItem({"nl": "A"}, "{{ a }}"),)
    template = Template("t", "1", {}, ("nl",), fields, {"nl": text}, "nl-dl-right", reference=reference)
    return compile_text(template, "nl")


ALONE = plan_of("{{ a }}")
TOUCHING = plan_of("{{ a }}{{ b }}")
AFTER_MARKS = {mark: plan_of(f"x\n\n{mark}{{{{ a }}}}") for mark in ("-", "1", "1.", "#", ":", "::", ":::", "12")}
IN_LIST = plan_of("- {{ a }}\n- **{{ b }}**")
IN_KEEP = plan_of("::: keep\n## {{ a }}\n\n{{ b }}\n:::")


def plain(node: Node) -> str:
    return "".join(_texts(node))


def _texts(node: Node) -> Iterator[str]:
    match node:
        case Heading() | Paragraph():
            yield from (run.text for run in node.runs)
        case ListBlock():
            yield from (run.text for item in node.items for run in item)
        case KeepTogether():
            for inner in node.nodes:
                yield from _texts(inner)


@given(VALUES)
@example("::: keep")
@example("# head")
@example("1. one")
@example("**bold**")
@example(" ")
@example("a\n\nb")
def test_a_value_alone_comes_out_as_one_plain_paragraph(value: str) -> None:
    rendered = ALONE.render({"a": value}, {})
    (block,) = rendered.blocks
    node = parse_block(block)
    assert isinstance(node, Paragraph)
    assert len(node.runs) == 1
    assert node.runs[0].text == value
    assert not node.runs[0].bold


@given(VALUES, VALUES)
def test_two_values_that_touch_do_not_make_a_mark_together(first: str, second: str) -> None:
    (block,) = TOUCHING.render({"a": first, "b": second}, {}).blocks
    node = parse_block(block)
    assert isinstance(node, Paragraph)
    assert plain(node) == first + second


@given(st.sampled_from(sorted(AFTER_MARKS)), VALUES)
def test_a_value_does_not_complete_a_mark_of_the_author(mark: str, value: str) -> None:
    blocks = AFTER_MARKS[mark].render({"a": value}, {}).blocks
    assert len(blocks) == 2
    node = parse_block(blocks[1])
    assert isinstance(node, Paragraph)
    assert plain(node) == mark + value


@given(VALUES, VALUES)
def test_values_in_a_list_stay_in_their_item_and_style(first: str, second: str) -> None:
    (block,) = IN_LIST.render({"a": first, "b": second}, {}).blocks
    node = parse_block(block)
    assert isinstance(node, ListBlock)
    assert [[run.text for run in item] for item in node.items] == [[first], [second]]
    assert node.items[1][0].bold


@given(VALUES, VALUES)
def test_values_in_a_keep_cannot_close_it(first: str, second: str) -> None:
    (block,) = IN_KEEP.render({"a": first, "b": second}, {}).blocks
    node = parse_block(block)
    assert isinstance(node, KeepTogether)
    assert [type(inner) for inner in node.nodes] == [Heading, Paragraph]
    assert plain(node) == first + second


@given(VALUES)
def test_subject_and_reference_hold_the_value_on_one_line(value: str) -> None:
    rendered = ALONE.render({"a": value}, {})
    wanted = value.replace("\n", " ").strip()
    assert rendered.subject == wanted
    assert rendered.reference == ((("A", wanted),) if wanted else ())


@given(st.text(st.characters(categories=["Co"]), min_size=1))
def test_private_use_characters_cannot_forge_marks(value: str) -> None:
    assert all(not "\ue000" <= char <= "\ue0ff" for char in restore(protect(value)))
    assert len(ALONE.render({"a": value}, {}).blocks) == 1


@given(VALUES)
def test_protect_and_restore_are_inverse(value: str) -> None:
    assert restore(protect(value)) == value
