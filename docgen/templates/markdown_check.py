"""Check the Markdown of a template text: what is outside the subset is a finding with its line, never silently text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from docgen.findings import Finding, Place
from docgen.templates.markdown import FENCE, KEEP, PAGE_BREAK, PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterable

_TAG: Final = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_VALUE: Final = "\ue0fe"
_ITEM: Final = re.compile(r"(- |\d{1,3}\. )")
_STARS: Final = re.compile(r"\*+")
_UNSUPPORTED: Final = (
    (re.compile(r"!\[[^\]]*\]\("), "A picture in the text is not possible; a logo comes from the brand."),
    (re.compile(r"\[[^\]]*\]\("), "A link cannot be clicked on paper; write the address in words."),
    (
        re.compile(r"</?[A-Za-z!][^>]*>"),
        "HTML is not possible; take it out, or use # - ** and * for headings, lists, bold and italic.",
    ),
    (re.compile(r"`"), "Code is not possible; take the backquote out."),
    (re.compile(r"^\|.*\||^ *:?-{3,}:? *\|"), "A table is not possible in the text; use a specification block."),
    (re.compile(r"^> ?"), "A quotation is not possible; take the > out."),
    (re.compile(r"^#{4,}"), "Headings go to three levels: #, ## and ###."),
    (re.compile(r"^#{1,3}[^# ]"), "Put a space after the # of a heading, or a backslash before it."),
    (re.compile(r"^(\* |\+ )"), "Begin an item of a list with `- `."),
    (re.compile(r"^[ \t]+(- |\d{1,3}\. )"), "A list inside a list is not possible; begin the item at the margin."),
    (re.compile(r"^(-{3,}|\*{3,}|_{3,}|={3,})\s*$"), "A rule is not possible; take the line out."),
    (re.compile(r"(^|\s)__?[^_\s]"), "Use stars for bold and italic: **bold**, *italic*."),
)


@dataclass(slots=True)
class _Check:
    """One walk over the lines of one text."""

    file: str
    line_offset: int
    found: list[Finding] = field(default_factory=list)
    placed: Counter[str] = field(default_factory=Counter)
    keep_line: int | None = None
    in_list: bool = False
    stars: list[tuple[int, str]] = field(default_factory=list)

    def say(self, line: int, code: str, message: str) -> None:
        place = Place(file=self.file, line=line + self.line_offset)
        self.found.append(Finding(f"template-{code}", message, place))

    def line(self, number: int, text: str, before: str) -> None:
        if text.startswith(FENCE):
            self.fence(number, text.rstrip())
        else:
            self.words(number, text, before)

    def fence(self, number: int, text: str) -> None:
        if text == KEEP:
            if self.keep_line is not None:
                self.say(number, "markdown-keep", "`::: keep` cannot stand inside another; close the first with `:::`.")
            self.keep_line = number
        elif text == FENCE:
            if self.keep_line is None:
                self.say(number, "markdown-keep", "This `:::` closes nothing; remove it or open with `::: keep`.")
            self.keep_line = None
        elif text == PAGE_BREAK:
            if self.keep_line is not None:
                self.say(number, "markdown-keep", "A page break cannot be kept on one page; move it out.")
        elif text.removeprefix(FENCE).strip() in PLACEHOLDERS:
            self.placed[text.removeprefix(FENCE).strip()] += 1
        else:
            known = ", ".join(PLACEHOLDERS)
            self.say(number, "markdown-unsupported", f"After `:::` write keep, page-break, {known}, or nothing.")

    def words(self, number: int, text: str, before: str) -> None:
        for pattern, message in _UNSUPPORTED:
            if pattern.search(text):
                self.say(number, "markdown-unsupported", message)
                return
        item = bool(_ITEM.match(text))
        if item and before.strip() and not self.in_list and not before.startswith(("#", FENCE)):
            self.say(number, "markdown-list", "Leave an empty line before the list.")
        self.in_list = item or (self.in_list and bool(text.strip()))

    def emphasis(self, number: int, text: str) -> None:
        """Gather stars, and look at the end of a paragraph whether each style is closed."""
        padded = f" {text} "
        for stars in _STARS.finditer(text):
            if padded[stars.start()] != " " or padded[stars.end() + 1] != " ":
                self.stars.append((number, stars[0]))
        if not text.strip():
            self.end_of_paragraph()

    def end_of_paragraph(self) -> None:
        for length, name in ((2, "**bold**"), (1, "*italic*")):
            using = [line for line, stars in self.stars if len(stars) <= 3 and len(stars) & length]  # noqa: PLR2004 -- *** is both
            if len(using) % 2:
                message = f"A mark of {name} is not closed in its paragraph; close it, or write \\* for a star."
                self.say(using[-1], "markdown-emphasis", message)
        self.stars.clear()


def literal_text(source: str) -> str:
    """The text with each value as one letter and without tags; lines stay where they are."""

    def blank(tag: re.Match[str]) -> str:
        return (_VALUE if tag[0].startswith("{{") else "") + "\n" * tag[0].count("\n")

    return _TAG.sub(blank, source)


def check_markdown(source: str, file: str, declared: Iterable[str], line_offset: int = 0) -> list[Finding]:
    """All faults of one body; ``declared`` are the blocks that the template has, each to be placed once."""
    check = _Check(file, line_offset)
    source_lines = source.split("\n")
    before = ""
    for number, text in enumerate(literal_text(source).split("\n"), 1):
        gone = not text.strip() and _TAG.search(source_lines[number - 1])
        if gone:
            continue
        check.line(number, text, before)
        check.emphasis(number, re.sub(r"\\[\\*]", "", text))
        before = text
    check.end_of_paragraph()
    if check.keep_line is not None:
        check.say(
            check.keep_line, "markdown-keep", "`::: keep` is not closed; put `:::` on a line after the last block."
        )
    _check_places(check, set(declared))
    return check.found


def _check_places(check: _Check, declared: set[str]) -> None:
    for name in PLACEHOLDERS:
        if check.placed[name] and name not in declared:
            check.say(1, "block-undeclared", f"`::: {name}` has no [blocks.{name}] in template.toml; add or remove it.")
        elif name in declared and check.placed[name] != 1:
            check.say(1, "block-place", f"Put `::: {name}` once in the text, on a line of its own.")
