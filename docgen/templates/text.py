"""From a template's words and a letter's values to plain strings: one Jinja2 render per letter.

Subject, reference values and body are compiled as one source with separators, because a render costs more to
start than to run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from docgen.templates.escape import SEPARATOR, restore
from docgen.templates.jinja import compile_source
from docgen.templates.markdown import split_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jinja2.runtime import Context

    from docgen.templates.model import Template

_OWN_BLOCK: Final = re.compile(r"^(:::.*|#{1,3} .*)$", re.MULTILINE)


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
    _context: Callable[[dict[str, Any]], Context]
    _run: Callable[[Context], Iterator[str]]

    def render(self, letter_values: Mapping[str, object], extra: Mapping[str, object]) -> RenderedText:
        """The words of one letter.

        ``letter_values`` are the values of the declared fields (`docgen.letters.Letter.values`); one left out is
        empty. ``extra`` are the built-in names of `docgen.templates.names.BUILT_IN` that the texts use.
        Raises jinja2.UndefinedError when a used name is in neither: the check forbids it, so it is a bug.
        """
        context = self._context({**self._empty, **letter_values, **extra})
        subject, *values, body = "".join(self._run(context)).split(SEPARATOR)
        shown = [(label, _one_line(value)) for label, value in zip(self.labels, values, strict=True)]
        return RenderedText(_one_line(subject), tuple(item for item in shown if item[1]), split_blocks(body))


def _one_line(text: str) -> str:
    """Plain text without Markdown, on one line."""
    return restore(text).replace("\n", " ").strip()


def compile_text(template: Template, language: str) -> TextPlan:
    """The texts of a checked template in one of its languages, ready to render many letters.

    Reference items whose value comes out empty are left out of the letter.
    """
    text = template.texts[language]
    body = _OWN_BLOCK.sub(r"\n\1\n", text.body)
    parts = [text.subject, *(item.value for item in template.reference), body]
    compiled = compile_source(SEPARATOR.join(parts), language)
    return TextPlan(
        labels=tuple(item.label[language] for item in template.reference),
        _empty={field.name: None for field in template.fields},
        _context=compiled.new_context,
        _run=compiled.root_render_func,
    )
