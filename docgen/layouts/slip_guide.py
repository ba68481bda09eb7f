"""How to answer, in a few words and a picture: what to write with, and what a cross and a filled box mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from docgen.layouts.geometry import Rect, to_mm, to_pt
from docgen.layouts.slip_cells import SlipText
from docgen.layouts.wording import wording
from docgen.reply_form import ReplyKind, SlipSize

if TYPE_CHECKING:
    from docgen.layouts.typography import Setting, Typography
    from docgen.qr.ocr_b import Point
    from docgen.reply_form import ReplyForm

_DIGITS: Final = frozenset({ReplyKind.DIGITS, ReplyKind.METER_READING, ReplyKind.PHONE, ReplyKind.DATE})
_SIGNS: Final = frozenset({ReplyKind.EMAIL, ReplyKind.TEXT})
_CROSSES: Final = frozenset({ReplyKind.CHOICE, ReplyKind.TICK})


_BESIDE_MM: Final = 4.0
_PAGE_RIGHT_MM: Final = 190.0


class Picture(NamedTuple):
    """A box as it may be filled in; points of strokes are shares of its sides."""

    strokes: tuple[tuple[Point, ...], ...] = ()
    filled: bool = False


PICTURES: Final = (
    Picture(),
    Picture((((0.12, 0.1), (0.5, 0.52), (0.93, 0.9)), ((0.9, 0.06), (0.48, 0.5), (0.08, 0.95)))),
    Picture(filled=True),
)
"""Not chosen, chosen, and chosen by mistake."""


@dataclass(frozen=True, slots=True)
class Guide:
    """Words, and where the pictures stand: one for each of ``PICTURES``, or none."""

    texts: tuple[SlipText, ...]
    pictures: tuple[Rect, ...] = ()


class _Style(NamedTuple):
    left_mm: float
    top_mm: float
    width_mm: float
    words: Setting
    captions: Setting
    box_mm: float
    below_each_other: bool


def guide(form: ReplyForm, size: SlipSize, typography: Typography, window: Rect | None) -> Guide:
    """What the form's questions need said: at the right of the title; on a page larger below it, beside the window."""
    style = _style(size, typography)
    if size is SlipSize.PAGE and window is not None and window.left_mm < style.left_mm + style.width_mm:
        style = style._replace(left_mm=window.right_mm + _BESIDE_MM, width_mm=_PAGE_RIGHT_MM - window.right_mm)
    kinds = {one.kind for one in form.fields}
    text = _text(_words(form, typography.language), style)
    if not kinds & _CROSSES:
        return Guide((text,))
    return _with_pictures(text, style, wording(typography.language).slip_boxes)


def _style(size: SlipSize, typography: Typography) -> _Style:
    if size is SlipSize.PAGE:
        return _Style(16.0, 34.0, 76.0, typography.body, typography.body, 5.0, below_each_other=True)
    return _Style(100.0, 10.8, 78.0, typography.small, typography.caption, 3.4, below_each_other=False)


def _words(form: ReplyForm, language: str) -> tuple[str, ...]:
    words = wording(language)
    boxed = {one.kind for one in form.fields if one.length}
    if boxed & _SIGNS:
        return words.slip_pen, words.slip_one_sign
    return (words.slip_pen, words.slip_one_digit) if boxed & _DIGITS else (words.slip_pen,)


def _text(sentences: tuple[str, ...], style: _Style) -> SlipText:
    """Each sentence on a line of its own."""
    broken = [style.words.palette.break_text(sentence, to_pt(style.width_mm)) for sentence in sentences]
    fragments = tuple([fragment for lines in broken for fragment in lines.fragments])
    width_mm = to_mm(max([max(lines.widths_pt) for lines in broken]))
    height_mm = to_mm(len(fragments) * style.words.leading_pt)
    return SlipText(fragments, style.words, Rect(style.left_mm, style.top_mm, width_mm, height_mm))


def _with_pictures(text: SlipText, style: _Style, captions: tuple[str, str, str]) -> Guide:
    left_mm, top_mm = style.left_mm, text.rect.bottom_mm + (2.5 if style.below_each_other else 0.8)
    texts, pictures = [text], list[Rect]()
    for caption in captions:
        word, height_mm = style.captions.palette.line(caption), to_mm(style.captions.leading_pt)
        pictures.append(Rect(left_mm, top_mm, style.box_mm, style.box_mm))
        place = (left_mm + style.box_mm * 1.35, top_mm + (style.box_mm - height_mm) / 2)
        texts.append(SlipText((word.fragment,), style.captions, Rect(*place, to_mm(word.width_pt), height_mm)))
        if style.below_each_other:
            top_mm += style.box_mm + 2.0
        else:
            left_mm = texts[-1].rect.right_mm + style.box_mm
    return Guide(tuple(texts), tuple(pictures))
