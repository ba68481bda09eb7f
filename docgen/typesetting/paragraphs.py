"""Paragraphs: words broken into lines of a given width, ragged right, divided where a line would end far too early."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from docgen.remembered import Remembered
from docgen.typesetting.hyphens import divisions
from docgen.typesetting.words import NO_FONTS, Style, Word, WordSetter, font_resource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# A line may end this share of its width early before the next word is divided.
_RAGGED_SHARE = 0.12
_TOLERANCE_PT = 1e-6
# Italics are in few letters, so their fonts are told like those of rare characters.
_RARE = frozenset({2, 3})
_IS_SPECIAL = attrgetter("special")


class Span(NamedTuple):
    """A run of text in one style of a palette (index)."""

    text: str
    style: int = 0


class Lines(NamedTuple):
    """Broken text: one fragment a line, each starting and ending in style 0; widths in points."""

    fragments: tuple[bytes, ...]
    widths_pt: tuple[float, ...]
    extra_fonts: frozenset[bytes] = NO_FONTS
    lacking: str = ""


class _Box(NamedTuple):
    """What may not be broken between two spaces; ``mixed`` where styles change inside, ``style`` is then the first."""

    word: Word
    text: str
    style: int
    mixed: bool = False


class Palette:
    """The styles a paragraph may switch between; style 0 is current where a line starts and ends."""

    def __init__(self, styles: Sequence[Style], language: str) -> None:
        """``language`` chooses the hyphenation patterns."""
        self.styles = tuple(styles)
        self.setters = tuple(WordSetter(style) for style in styles)
        self.language = language
        self.space_pt = self.styles[0].space_pt
        self._words = (self.setters[0].words, *(Remembered(self._shower(n)) for n in range(1, len(styles))))

    def word(self, text: str, style: int = 0) -> Word:
        """A measured word, its fragment beginning and ending in style 0."""
        return self._words[style][text]

    def line(self, text: str) -> Word:
        """Text of several words on one line in style 0, never broken."""
        if " " not in text:
            return self._words[0][text]
        words = list(map(self._words[0].__getitem__, text.split(" ")))
        width_pt = sum([word[1] for word in words]) + self.space_pt * (len(words) - 1)
        return Word(b" ".join([word[0] for word in words]), width_pt, *self._needs(words))

    def break_text(self, text: str, width_pt: float, style: int = 0) -> Lines:
        """Lines of a text in one style, no wider than ``width_pt``; what no line can hold is cut where it must be."""
        parts = text.split(" ")
        if "" in parts:
            parts = [part for part in parts if part]
        words = list(map(self._words[style].__getitem__, parts))
        return self._broken(words, width_pt, lambda at: _Box(words[at], parts[at], style))

    def break_lines(self, spans: Sequence[Span], width_pt: float) -> Lines:
        """As ``break_text``, in several styles; what no space parts stays together."""
        if len(spans) == 1:
            return self.break_text(spans[0].text, width_pt, spans[0].style)
        boxes = _Boxes(self._words, self._glue)
        for span in spans:
            boxes.add(*span)
        return self._broken(boxes.words, width_pt, boxes.box)

    def _broken(self, words: list[Word], width_pt: float, box_at: Callable[[int], _Box]) -> Lines:
        """Fill line after line; ``box_at`` tells what a word was made of, should it have to be divided."""
        space_pt, needs = self.space_pt, self._needs(words)
        # Where each word ends with the space behind it, counted from the first word.
        ends = list(accumulate([word[1] + space_pt for word in words]))
        if not words or ends[-1] - space_pt <= width_pt + _TOLERANCE_PT:
            return Lines((b" ".join([word[0] for word in words]),), (ends[-1] - space_pt if words else 0.0,), *needs)
        fragments, widths, start, begin = list[bytes](), list[float](), 0, 0.0
        count, rest = len(words), dict[int, _Box]()
        while start < count:
            stop = bisect_right(ends, begin + width_pt + space_pt + _TOLERANCE_PT, start)
            end = ends[stop - 1] if stop > start else begin
            line, used_pt = words[start:stop], end - begin
            if stop < count and (stop == start or width_pt - used_pt > width_pt * _RAGGED_SHARE):
                left, right = self._divide(rest.get(stop) or box_at(stop), width_pt - used_pt, alone=stop == start)
                if left is not None:
                    line, used_pt = [*line, left], used_pt + left[1] + space_pt
                if right is None:
                    stop, end = stop + 1, ends[stop]
                else:
                    words[stop], rest[stop] = right.word, right
                    end = ends[stop] - right.word[1] - space_pt
            fragments.append(b" ".join([word[0] for word in line]))
            widths.append(used_pt - space_pt)
            start, begin = stop, end
        return Lines(tuple(fragments), tuple(widths), *needs)

    def _divide(self, box: _Box, room_pt: float, *, alone: bool) -> tuple[Word | None, _Box | None]:
        """What of ``box`` still fits in ``room_pt`` and what moves on; (None, box) when nothing is to be gained."""
        if not box.mixed:
            for head, tail in divisions(box.text, self.language):
                left = self._words[box.style][head]
                if left[1] <= room_pt:
                    return left, _Box(self._words[box.style][tail], tail, box.style)
        return self._cut(box, room_pt) if alone else (None, box)

    def _cut(self, box: _Box, room_pt: float) -> tuple[Word, _Box | None]:
        """Divide a box that no line can hold, after as many characters as fit; after one at least, so that it ends."""
        words, fits, text = self._words[box.style], 1, box.text
        while fits < len(text) - 1 and words[text[: fits + 1]][1] <= room_pt:
            fits += 1
        rest = text[fits:]
        return words[text[:fits]], _Box(words[rest], rest, box.style) if rest else None

    def _glue(self, pieces: Sequence[Span]) -> Word:
        """Text of different styles without a space between."""
        words = [self._words[style][text] for text, style in pieces]
        return Word(b"".join([w[0] for w in words]), sum([w[1] for w in words]), *self._needs(words))

    def _shower(self, style: int) -> Callable[[str], Word]:
        """Sets words of another style than 0 so that they begin and end in style 0.

        The space between words is always style 0's, so that a line measures as it was counted.
        """
        switch = b")]TJ " + self.styles[style].select() + b"[("
        back = b")]TJ " + self.styles[0].select() + b"[("
        setter = self.setters[style]
        rare = frozenset({font_resource(self.styles[style].resource, 0)}) if style in _RARE else NO_FONTS

        def show(text: str) -> Word:
            word = setter.words[text]
            setter.special = setter.special or bool(rare)
            return Word(switch + word[0] + back, word[1], word[2] | rare, word[3])

        return show

    def _needs(self, words: Sequence[Word]) -> tuple[frozenset[bytes], str]:
        """Fonts beyond code page 0 and characters no font has; nearly always none."""
        if not any(map(_IS_SPECIAL, self.setters)):
            return NO_FONTS, ""
        extra = NO_FONTS.union(*[word[2] for word in words if word[2]])
        return extra, "".join(dict.fromkeys("".join([word[3] for word in words if word[3]])))


class _Boxes:
    """Spans split at spaces; text of different styles without a space between stays together."""

    def __init__(self, words: Sequence[Remembered[str, Word]], glue: Callable[[Sequence[Span]], Word]) -> None:
        self._memories, self._glue = words, glue
        self.words: list[Word] = []
        self._texts: list[str] = []
        self._styles: list[int] = []
        self._mixed: dict[int, list[Span]] = {}
        self._open = False

    def add(self, text: str, style: int) -> None:
        """Append a span."""
        first, *rest = text.split(" ")
        if first and self._open:
            self._append_to_last(first, style)
        elif first:
            self._extend([first], style)
        if rest:
            self._extend([part for part in rest if part], style)
            self._open = bool(rest[-1])
        else:
            self._open = self._open or bool(first)

    def box(self, at: int) -> _Box:
        """What word ``at`` was made of."""
        return _Box(self.words[at], self._texts[at], self._styles[at], at in self._mixed)

    def _extend(self, parts: list[str], style: int) -> None:
        self.words += map(self._memories[style].__getitem__, parts)
        self._texts += parts
        self._styles += [style] * len(parts)

    def _append_to_last(self, text: str, style: int) -> None:
        last = len(self.words) - 1
        pieces = self._mixed.get(last) or [Span(self._texts[last], self._styles[last])]
        if pieces[-1].style == style:
            pieces = [*pieces[:-1], Span(pieces[-1].text + text, style)]
        else:
            pieces = [*pieces, Span(text, style)]
        self._texts[last] += text
        self.words[last] = self._glue(pieces)
        if len(pieces) > 1:
            self._mixed[last] = pieces
