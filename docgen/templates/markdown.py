r"""The Markdown subset of a letter: one block of text to one node.

``#``, ``##``, ``###`` headings; paragraphs; ``- `` and ``1. `` lists; ``**bold**`` and ``*italic*``; a backslash at
the end of a line breaks it, before a mark it makes the mark plain. On lines of their own: ``::: keep`` up to
``:::`` keeps blocks on one page, ``::: page-break`` starts a page, ``::: specification`` (payment, entry)
is the place of a block. Nothing else is read as Markdown, and what a value brought never is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias, cast

from docgen.templates.escape import mark, restore

PlaceholderName: TypeAlias = Literal["specification", "payment", "entry"]
PLACEHOLDERS: Final = ("specification", "payment", "entry")


class Run(NamedTuple):
    """Words in one style; a line feed in ``text`` is a line break to be kept."""

    text: str
    bold: bool = False
    italic: bool = False


Runs: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3; it stays with what follows."""

    level: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    runs: Runs


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list, numbered from 1 when ``ordered``."""

    ordered: bool
    items: tuple[Runs, ...]


@dataclass(frozen=True, slots=True)
class KeepTogether:
    """Nodes that must stand on one page."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts on a new page."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """The place of a block that the template declares."""

    name: PlaceholderName


Node: TypeAlias = Heading | Paragraph | ListBlock | KeepTogether | PageBreak | Placeholder

FENCE: Final = ":::"
KEEP: Final = "::: keep"
PAGE_BREAK: Final = "::: page-break"

_HEADING: Final = re.compile(r"(#{1,3}) +(.+?) *\Z", re.DOTALL)
_BULLET: Final = re.compile(r"- +(.*)")
_NUMBERED: Final = re.compile(r"\d{1,3}\. +(.*)")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_BACKSLASH: Final = re.compile(r"\\(\n[ \t]*|[\\*#.:-])")
_STARS: Final = re.compile(r"\*+")
# Pairs of two stars around words, and no other stars: what nearly all marked text is.
_BOLD_ALONE: Final = re.compile(r"[^*]*(?:\*\*[^*\s](?:[^*]*[^*\s])?\*\*(?!\*)[^*]*)+").fullmatch
_BLANKS: Final = frozenset({"", " ", "\t"})
_BOLD, _ITALIC, _BOTH = 2, 1, 3


def parse_block(source: str) -> Node:
    """One block string of a rendered text as a node. Pure, so that callers may cache by the string.

    Whatever is not a mark at its place is plain text; nothing is refused here (`markdown_check` does, before).
    """
    if source.startswith(FENCE):
        fenced = _fenced(source)
        if fenced is not None:
            return fenced
    source = _BACKSLASH.sub(_unescaped, source) if "\\" in source else source
    heading = _HEADING.match(source) if source.startswith("#") else None
    if heading is not None:
        return Heading(len(heading[1]), parse_inline(_joined(heading[2].split("\n"))))
    lines = source.split("\n")
    return _list(lines, _BULLET) or _list(lines, _NUMBERED) or Paragraph(parse_inline(_joined(lines)))


def _fenced(source: str) -> Node | None:
    """The node of a block that begins with three colons, None when it is no directive of ours."""
    if source == PAGE_BREAK:
        return PageBreak()
    name = source.removeprefix(FENCE).strip()
    if name in PLACEHOLDERS:
        return Placeholder(cast("PlaceholderName", name))
    if source.startswith(KEEP + "\n"):
        inner = source.removeprefix(KEEP).removesuffix(FENCE).strip(" \t\n")
        return KeepTogether(tuple(parse_block(block) for block in _BLANK_LINES.split(inner) if block))
    return None


def _unescaped(match: re.Match[str]) -> str:
    """A backslash and what it takes: a kept line break, or a mark made plain."""
    return mark(match[1][0])


def _joined(lines: list[str]) -> str:
    """Lines as one text: a line feed of the author is a space."""
    return " ".join(line.strip(" \t") for line in lines)


def _list(lines: list[str], bullet: re.Pattern[str]) -> ListBlock | None:
    """The lines as a list, when the first is an item; other lines continue the item above."""
    if not bullet.match(lines[0]):
        return None
    items: list[list[str]] = []
    for line in lines:
        found = bullet.match(line)
        if found:
            items.append([found[1]])
        else:
            items[-1].append(line)
    return ListBlock(bullet is _NUMBERED, tuple(parse_inline(_joined(item)) for item in items))


def parse_inline(text: str) -> Runs:
    """Runs of a text whose only marks are stars: two for bold, one for italic, three for both.

    Stars between blanks and the last one of an odd number are plain text.
    """
    if "*" not in text:
        return (Run(restore(text)),)
    if _BOLD_ALONE(text):
        parts = text.split("**")
        return tuple([Run(restore(part), bool(place % 2)) for place, part in enumerate(parts) if part])
    return _any_stars(text)


def _any_stars(text: str) -> Runs:
    """Runs of a text whose stars may stand anywhere."""
    marks = _marks(text)
    runs: list[Run] = []
    style = start = 0
    for match in marks:
        _append(runs, text[start : match.start()], style)
        style ^= len(match[0])
        start = match.end()
    _append(runs, text[start:], style)
    return tuple(runs) or (Run(""),)


def _marks(text: str) -> list[re.Match[str]]:
    """The stars that are marks: not between blanks, one to three, and each style closed again."""
    found = [m for m in _STARS.finditer(text) if len(m[0]) <= _BOTH and not _between_blanks(text, m)]
    for style in (_BOLD, _ITALIC):
        using = [m for m in found if len(m[0]) & style]
        if len(using) % 2:
            found.remove(using[-1])
    return found


def _between_blanks(text: str, stars: re.Match[str]) -> bool:
    """True for stars with a blank or an end of the text on both sides, as in 2 * 3."""
    return text[: stars.start()][-1:] in _BLANKS and text[stars.end() :][:1] in _BLANKS


def _append(runs: list[Run], text: str, style: int) -> None:
    """Add the text to the runs, to the last one when the style is the same."""
    if text:
        runs.append(Run(restore(text), bool(style & _BOLD), bool(style & _ITALIC)))
