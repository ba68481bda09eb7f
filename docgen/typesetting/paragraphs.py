"""Paragraphs: words broken into lines of a given width, ragged right, divided where a line would end far too early."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from docgen.typesetting.hyphens import divisions
from docgen.typesetting.words import Style, Word, WordSetter

if TYPE_CHECKING:
    from collections.abc import Sequence

# A line may end this share of its width early before the next word is divided.
_RAGGED_SHARE = 0.12
_REMEMBERED_BOXES = 4_000
NO_NEEDS: tuple[frozenset[bytes], str] = (frozenset(), "")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style of a palette (index)."""

    text: str
    style: int = 0


@dataclass(frozen=True, slots=True)
class Lines:
    """Broken text: one fragment a line, each starting and ending in style 0; widths in points."""

    fragments: tuple[bytes, ...]
    widths_pt: tuple[float, ...]
    extra_fonts: frozenset[bytes]
    lacking: str

    @property
    def count(self) -> int:
        """Number of lines."""
        return len(self.fragments)


@dataclass(frozen=True, slots=True)
class _Box:
    """What may not be broken between two spaces: fragments of one or more styles, glued."""

    text: str
    parts: tuple[tuple[int, Word], ...]
    width_pt: float


class Palette:
    """The styles a paragraph may switch between; style 0 is current where a line starts and ends."""

    def __init__(self, styles: Sequence[Style], language: str) -> None:
        """``language`` chooses the hyphenation patterns."""
        self.styles = tuple(styles)
        self.setters = tuple(WordSetter(style) for style in styles)
        self.language = language
        self.space_pt = self.styles[0].space_pt
        self._single = lru_cache(maxsize=_REMEMBERED_BOXES)(self._set_single)

    def word(self, text: str, style: int = 0) -> Word:
        """A measured word."""
        return self.setters[style].set(text)

    def line(self, text: str) -> Word:
        """Text of several words on one line in style 0, never broken."""
        if " " not in text:
            return self.setters[0].set(text)
        parts = text.split(" ")
        words = list(map(self.setters[0].set, parts))
        width_pt = sum([w.width_pt for w in words]) + self.space_pt * (len(words) - 1)
        return Word(b" ".join([w.fragment for w in words]), width_pt, *self._needs(words, parts))

    def break_lines(self, spans: Sequence[Span], width_pt: float) -> Lines:
        """Lines no wider than ``width_pt``; a word wider than a line is cut where it must be."""
        if len(spans) == 1 and spans[0].style == 0:
            return self._break_plain(spans[0].text, width_pt)
        return self._break_boxes(self._boxes(spans), width_pt)

    def _break_plain(self, text: str, width_pt: float) -> Lines:
        """The same as ``_break_boxes`` for text in style 0, without building a box for each word."""
        parts = [part for part in text.split(" ") if part]
        words = list(map(self.setters[0].set, parts))
        space_pt = self.space_pt
        ends = list(accumulate([w.width_pt + space_pt for w in words]))
        needs = self._needs(words, parts)
        if not words or ends[-1] - space_pt <= width_pt:
            return Lines((b" ".join([w.fragment for w in words]),), (ends[-1] - space_pt if ends else 0.0,), *needs)
        fragments, widths, start, begin = list[bytes](), list[float](), 0, 0.0
        count = len(words)
        while start < count:
            stop = bisect_right(ends, begin + width_pt + self.space_pt + 1e-6, start)
            if stop < count and self._too_ragged(ends, start, stop, begin, width_pt):
                return self._break_boxes([self._single(part, 0) for part in parts], width_pt)
            fragments.append(b" ".join([w.fragment for w in words[start:stop]]))
            widths.append(ends[stop - 1] - begin - self.space_pt)
            start, begin = stop, ends[stop - 1]
        return Lines(tuple(fragments), tuple(widths), *needs)

    def _too_ragged(self, ends: list[float], start: int, stop: int, begin: float, width_pt: float) -> bool:
        return stop == start or begin + width_pt - (ends[stop - 1] - self.space_pt) > width_pt * _RAGGED_SHARE

    def _break_boxes(self, boxes: list[_Box], width_pt: float) -> Lines:
        lines, line, used = list[list[_Box]](), list[_Box](), 0.0
        queue = boxes[::-1]
        while queue:
            box = queue.pop()
            space = self.space_pt if line else 0.0
            # A single character stands alone where even it is too wide, so that there is always an end.
            if used + space + box.width_pt <= width_pt + 1e-6 or (not line and len(box.text) <= 1):
                line.append(box)
                used += space + box.width_pt
                continue
            left, right = self._divide(box, width_pt - used - space, width_pt, alone=not line)
            if left is not None:
                line.append(left)
            lines.append(line)
            line, used = [], 0.0
            queue.append(right)
        if line or not lines:
            lines.append(line)
        return self._join(lines)

    def _divide(self, box: _Box, room_pt: float, width_pt: float, *, alone: bool) -> tuple[_Box | None, _Box]:
        """What of ``box`` still fits in ``room_pt`` and what moves on; (None, box) when nothing is to be gained."""
        if len(box.parts) == 1 and (alone or room_pt > width_pt * _RAGGED_SHARE):
            style = box.parts[0][0]
            for head, tail in divisions(box.text, self.language):
                left = self._single(head, style)
                if left.width_pt <= room_pt:
                    return left, self._single(tail, style)
        return self._cut(box, room_pt) if alone else (None, box)

    def _cut(self, box: _Box, room_pt: float) -> tuple[_Box, _Box]:
        """Divide a box that no line can hold, after as many characters as fit (at least one)."""
        style = box.parts[0][0]
        fits = 1
        while fits < len(box.text) - 1 and self.word(box.text[: fits + 1], style).width_pt <= room_pt:
            fits += 1
        return self._single(box.text[:fits], style), self._single(box.text[fits:], style)

    def _boxes(self, spans: Sequence[Span]) -> list[_Box]:
        """Split at spaces; text of different styles without a space between stays together."""
        boxes, glued = list[_Box](), list[tuple[str, int]]()
        for span in spans:
            first, *rest = span.text.split(" ")
            if first:
                glued.append((first, span.style))
            if not rest:
                continue
            if glued:
                boxes.append(self._glued(glued))
            *whole, last = rest
            boxes += [self._single(word, span.style) for word in whole if word]
            glued = [(last, span.style)] if last else []
        if glued:
            boxes.append(self._glued(glued))
        return boxes

    def _glued(self, pieces: Sequence[tuple[str, int]]) -> _Box:
        if len(pieces) == 1:
            return self._single(*pieces[0])
        parts = tuple((style, self.setters[style].set(text)) for text, style in pieces)
        return _Box("".join(text for text, _ in pieces), parts, sum(w.width_pt for _, w in parts))

    def _set_single(self, text: str, style: int) -> _Box:
        word = self.setters[style].set(text)
        return _Box(text, ((style, word),), word.width_pt)

    def _join(self, lines: list[list[_Box]]) -> Lines:
        widths = [sum([b.width_pt for b in line]) + self.space_pt * max(len(line) - 1, 0) for line in lines]
        needs = NO_NEEDS
        if any(setter.special for setter in self.setters):
            needs = _needs([word for line in lines for box in line for _, word in box.parts])
        return Lines(tuple([self._fragment(line) for line in lines]), tuple(widths), *needs)

    def _needs(self, words: Sequence[Word], parts: Sequence[str]) -> tuple[frozenset[bytes], str]:
        """What words of style 0 need; nearly always nothing."""
        special = self.setters[0].special
        return _needs(words) if special and not special.isdisjoint(parts) else NO_NEEDS

    def _fragment(self, line: list[_Box]) -> bytes:
        out, current = bytearray(), 0
        for i, box in enumerate(line):
            if i:
                # The space between words is always style 0's, so that a line measures as it was counted.
                out += b" " if current == 0 else self._switch(0) + b" "
                current = 0
            for style, word in box.parts:
                if style != current:
                    out += self._switch(style)
                    current = style
                out += word.fragment
        return bytes(out if current == 0 else out + self._switch(0))

    def _switch(self, style: int) -> bytes:
        return b")]TJ " + self.styles[style].select() + b"[("


def _needs(words: Sequence[Word]) -> tuple[frozenset[bytes], str]:
    extra = frozenset[bytes]().union(*[w.extra_fonts for w in words if w.extra_fonts])
    lacking = "".join(dict.fromkeys("".join([w.lacking for w in words if w.lacking])))
    return extra, lacking
