"""From a template's words and a letter's values to plain strings: one Jinja2 render per letter.

Subject, reference values and body are compiled as one source with separators, because a render costs more to
start than to run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from docgen.templates.escape import BLOCK, SEPARATOR, restore
from docgen.templates.jinja import compile_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jinja2.runtime import Context

    from docgen.templates.model import Template

_OWN_BLOCK: Final = re.compile(r"^(:::.*|#{1,3} .*)$", re.MULTILINE)
_KEPT: Final = re.compile(r"^(::: keep *$.*?^::: *$)", re.MULTILINE | re.DOTALL)
_BLANK_LINES: Final = re.compile(r"\n(?:[ \t]*\n)+")


@dataclass(frozen=True, slots=True)
class RenderedText:
    """The words of one letter.

    ``subject`` and the values of ``reference`` (label, value) are plain text. ``blocks`` are strings for
    `docgen.templates.markdown.parse_block`; the same words give the same string, so parsing can be cached.
    """

    subject: str
    reference: tuple[tuple[str, str], ...]
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextPlan:
    """A template's texts in one language, compiled."""

    labels: tuple[str, ...]
    _empty: Mapping[str, object]
    _context: Callable[..., Context]
    _run: Callable[[Context], Iterator[str]]

    def render(self, letter_values: Mapping[str, object], extra: Mapping[str, object]) -> RenderedText:
        """The words of one letter.

        ``letter_values`` are the values of the declared fields (`docgen.letters.Letter.values`); one left out is
        empty. ``extra`` are the built-in names of `docgen.templates.names.BUILT_IN` that the texts use.
        Raises jinja2.UndefinedError when a used name is in neither: the check forbids it, so it is a bug.
        """
        context = self._context({**self._empty, **letter_values, **extra}, shared=True)
        subject, *values, body = "".join(self._run(context)).split(SEPARATOR)
        shown = [(label, _one_line(value)) for label, value in zip(self.labels, values, strict=True)]
        return RenderedText(_one_line(subject), tuple(item for item in shown if item[1]), _blocks(body))


def _blocks(body: str) -> tuple[str, ...]:
    """The blocks of a rendered body; those that a condition left empty are gone."""
    return tuple([block for part in body.split(BLOCK) if (block := part.strip(" \t\n"))])


def _mark_blocks(body: str) -> str:
    """The source of a body with its blank lines replaced by marks, except inside ``::: keep``.

    Done once here, because looking for blank lines in each letter costs more than the values do. A value cannot
    bring a line feed, so no other blank lines can arise.
    """
    parts = _KEPT.split(_OWN_BLOCK.sub(r"\n\1\n", body))
    return "".join(f"{BLOCK}{part}{BLOCK}" if i % 2 else _BLANK_LINES.sub(BLOCK, part) for i, part in enumerate(parts))


def _one_line(text: str) -> str:
    """Plain text without Markdown, on one line."""
    return restore(text).replace("\n", " ").strip()


def compile_text(template: Template, language: str) -> TextPlan:
    """The texts of a checked template in one of its languages, ready to render many letters.

    Reference items whose value comes out empty are left out of the letter.
    """
    text = template.texts[language]
    parts = [text.subject, *(item.value for item in template.reference), _mark_blocks(text.body)]
    compiled = compile_source(SEPARATOR.join(parts), language)
    return TextPlan(
        labels=tuple(item.label[language] for item in template.reference),
        _empty={field.name: None for field in template.fields},
        _context=compiled.new_context,
        _run=compiled.root_render_func,
    )
