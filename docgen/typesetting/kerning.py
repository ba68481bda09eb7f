"""Pair kerning from a font's GPOS table (OpenType 1.9, GPOS lookup type 2 and extension type 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fontTools.ttLib import TTFont

_PAIR = 2
_EXTENSION = 9
_SCRIPTS = ("latn", "DFLT")


@dataclass(frozen=True, slots=True)
class _ByGlyph:
    """Pair positioning format 1: left glyph -> right glyph -> adjustment."""

    pairs: dict[str, dict[str, int]]

    def adjust(self, left: str, right: str) -> int | None:
        """None: not in this subtable, look in the next."""
        row = self.pairs.get(left)
        return None if row is None else row.get(right)


@dataclass(frozen=True, slots=True)
class _ByClass:
    """Pair positioning format 2: covered left glyphs always match, with the adjustment of their classes."""

    covered: frozenset[str]
    left_class: dict[str, int]
    right_class: dict[str, int]
    table: tuple[tuple[int, ...], ...]

    def adjust(self, left: str, right: str) -> int | None:
        """None: not in this subtable, look in the next."""
        if left not in self.covered:
            return None
        return self.table[self.left_class.get(left, 0)][self.right_class.get(right, 0)]


class Kerning(dict[str, int]):
    """Two characters -> adjustment in 1/1000 em, negative brings them closer; looked up in the font once per pair."""

    def __init__(self, font: TTFont) -> None:
        """Read the Latin (else default) ``kern`` feature; a font without one kerns nothing."""
        super().__init__()
        self._per_em: int = font["head"].unitsPerEm
        self._cmap: dict[int, str] = font.getBestCmap()
        self._lookups = [list(_subtables(lookup)) for lookup in _kern_lookups(font)]

    def __missing__(self, pair: str) -> int:
        """The adjustment of a pair that was not met before."""
        adjustment = self[pair] = self._look_up(*pair)
        return adjustment

    def _look_up(self, left: str, right: str) -> int:
        names = self._cmap.get(ord(left)), self._cmap.get(ord(right))
        if names[0] is None or names[1] is None:
            return 0
        units = sum(_first(subtables, names[0], names[1]) for subtables in self._lookups)
        return round(units * 1000 / self._per_em)


def _first(subtables: list[_ByGlyph | _ByClass], left: str, right: str) -> int:
    for subtable in subtables:
        found = subtable.adjust(left, right)
        if found is not None:
            return found
    return 0


def _kern_lookups(font: TTFont) -> list[Any]:
    if "GPOS" not in font:
        return []
    gpos = font["GPOS"].table
    scripts = {record.ScriptTag: record.Script for record in gpos.ScriptList.ScriptRecord}
    script = next((scripts[tag] for tag in _SCRIPTS if tag in scripts), None)
    if script is None or script.DefaultLangSys is None:
        return []
    features = [gpos.FeatureList.FeatureRecord[i] for i in script.DefaultLangSys.FeatureIndex]
    numbers = sorted({n for f in features if f.FeatureTag == "kern" for n in f.Feature.LookupListIndex})
    return [gpos.LookupList.Lookup[n] for n in numbers]


def _subtables(lookup: Any) -> Iterator[_ByGlyph | _ByClass]:  # noqa: ANN401 (fontTools tables have no types)
    for subtable in lookup.SubTable:
        pair = subtable.ExtSubTable if lookup.LookupType == _EXTENSION else subtable
        if pair.LookupType != _PAIR:
            continue
        yield _by_glyph(pair) if pair.Format == 1 else _by_class(pair)


def _by_glyph(pair: Any) -> _ByGlyph:  # noqa: ANN401 (fontTools tables have no types)
    rows = zip(pair.Coverage.glyphs, pair.PairSet, strict=True)
    return _ByGlyph(
        {left: {r.SecondGlyph: _advance(r.Value1) for r in pair_set.PairValueRecord} for left, pair_set in rows}
    )


def _by_class(pair: Any) -> _ByClass:  # noqa: ANN401 (fontTools tables have no types)
    table = tuple(tuple(_advance(c2.Value1) for c2 in c1.Class2Record) for c1 in pair.Class1Record)
    return _ByClass(
        frozenset(pair.Coverage.glyphs), dict(pair.ClassDef1.classDefs), dict(pair.ClassDef2.classDefs), table
    )


def _advance(value: Any) -> int:  # noqa: ANN401 (fontTools tables have no types)
    return int(getattr(value, "XAdvance", 0) or 0) if value is not None else 0
