"""Body text: Markdown blocks become items of the flow.

A block that is the same in every letter is laid out once: the memory is keyed by the block's words, so no analysis of
the template is needed and a remembered block cannot differ from one laid out anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from docgen.layouts.parts import Item, PageBreakItem, Part, TextItem, Together, text_ink
from docgen.layouts.typography import fill
from docgen.templates.markdown import Heading, KeepTogether, ListBlock, PageBreak, Paragraph, Placeholder, parse_block
from docgen.typesetting.paragraphs import Lines, Span
from docgen.typesetting.words import NO_FONTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.layouts.theme import Colour
    from docgen.layouts.typography import Setting, Typography
    from docgen.templates.markdown import Node, Run

_REMEMBERED_BLOCKS = 500
_SPACE_BEFORE_PT = {"paragraph": 7.0, "list": 3.0, "heading-1": 14.0, "heading-2": 11.0, "heading-3": 9.0}
_INDENT_PT = 14.0
_BULLET = "•"


@dataclass(frozen=True, slots=True)
class Flowed:
    """Items of one block, or the name of the block whose place it is; fonts beyond page 0; characters no font has."""

    items: tuple[Item, ...] = ()
    placeholder: str | None = None
    extra_fonts: frozenset[bytes] = frozenset()
    lacking: str = ""


class TextFlow:
    """Lays out Markdown blocks at one width."""

    def __init__(self, typography: Typography, width_pt: float, accent: Colour) -> None:
        """``accent`` colours headings."""
        self._typography = typography
        self._width_pt = width_pt
        self._accent = fill(accent)
        self._remembered = lru_cache(maxsize=_REMEMBERED_BLOCKS)(self._lay_out)

    def items(self, block: str) -> Flowed:
        """The items of one Markdown block."""
        return self._remembered(block)

    def _lay_out(self, block: str) -> Flowed:
        return self._node(parse_block(block))

    def _node(self, node: Node) -> Flowed:
        match node:
            case Paragraph(runs):
                return self._text("paragraph", runs, self._typography.body)
            case Heading(level, runs):
                return self._heading(level, runs)
            case ListBlock():
                return self._list(node)
            case KeepTogether(nodes):
                return self._together(nodes)
            case PageBreak():
                return Flowed((PageBreakItem(),))
            case Placeholder(name):
                return Flowed(placeholder=name)

    def _text(self, kind: str, runs: Sequence[Run], setting: Setting) -> Flowed:
        lines = break_runs(runs, setting, self._width_pt)
        part = Part(kind, len(lines.fragments) * setting.leading_pt, text_ink(lines.fragments, setting))
        item = TextItem(kind, lines, setting, part, space_before_pt=_SPACE_BEFORE_PT[kind])
        return Flowed((item,), None, lines.extra_fonts, lines.lacking)

    def _heading(self, level: int, runs: Sequence[Run]) -> Flowed:
        flowed = self._text(f"heading-{level}", runs, self._typography.headings[level - 1])
        (item,) = flowed.items
        part = item.whole()
        coloured = replace(part, ink=self._accent + b" " + part.ink + b"0 0 0 1 k\n")
        from_block = TextItem(
            item.kind,
            lines_of(item),
            self._typography.headings[level - 1],
            coloured,
            space_before_pt=item.space_before_pt,
            keeps_with_next=True,
        )
        return replace(flowed, items=(from_block,))

    def _list(self, node: ListBlock) -> Flowed:
        setting = self._typography.body
        items, extra, lacking = list[Item](), frozenset[bytes](), ""
        for number, runs in enumerate(node.items, 1):
            lines = break_runs(runs, setting, self._width_pt - _INDENT_PT)
            marker = setting.palette.line(f"{number}." if node.ordered else _BULLET)
            ink = text_ink(lines.fragments, setting, _INDENT_PT, marker.fragment)
            part = Part("list", len(lines.fragments) * setting.leading_pt, ink)
            before = _SPACE_BEFORE_PT["paragraph" if number == 1 else "list"]
            items.append(TextItem("list", lines, setting, part, _INDENT_PT, before))
            extra |= lines.extra_fonts
            lacking += lines.lacking
        return Flowed(tuple(items), None, extra, lacking)

    def _together(self, nodes: Sequence[Node]) -> Flowed:
        flowed = [self._node(node) for node in nodes]
        items = tuple(item for f in flowed for item in f.items)
        extra = frozenset[bytes]().union(*(f.extra_fonts for f in flowed))
        return Flowed((Together(items),) if items else (), None, extra, "".join(f.lacking for f in flowed))


def lines_of(item: Item) -> Lines:
    """The lines of a text item."""
    if not isinstance(item, TextItem):
        raise TypeError(f"{item.kind} is not text")
    return item.lines


def break_runs(runs: Sequence[Run], setting: Setting, width_pt: float) -> Lines:
    """Runs broken into lines; a line feed in a run ends a line."""
    broken = [setting.palette.break_lines(spans, width_pt) for spans in _hard_lines(runs)]
    if len(broken) == 1:
        return broken[0]
    return Lines(
        tuple([f for lines in broken for f in lines.fragments]),
        tuple([w for lines in broken for w in lines.widths_pt]),
        NO_FONTS.union(*[lines.extra_fonts for lines in broken]),
        "".join(dict.fromkeys("".join([lines.lacking for lines in broken]))),
    )


def _hard_lines(runs: Sequence[Run]) -> list[list[Span]]:
    lines: list[list[Span]] = [[]]
    for run in runs:
        style = (1 if run.bold else 0) + (2 if run.italic else 0)
        first, *rest = run.text.split("\n")
        lines[-1].append(Span(first, style))
        lines += [[Span(text, style)] for text in rest]
    return lines
