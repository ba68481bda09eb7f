"""Kerning against a second reading of the font's GPOS table, written from the OpenType chapter and on purpose naive."""

from __future__ import annotations

from io import BytesIO
from itertools import product
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from docgen.layouts.brand_file import fonts_folder
from docgen.typesetting.face import load_face
from docgen.typesetting.kerning import Kerning

_PAIRS = [
    "AV",
    "VA",
    "To",
    "Te",
    "Ty",
    "P,",
    "L\u2019",
    "Yo",
    "r.",
    "fi",
    "11",
    "T.",
    "nn",
    "é,",
    "ŁT",
    "Ço",
    "Fï",
    "Vî",
    "(j",
]


def _value(record: Any) -> int:  # noqa: ANN401 (fontTools tables have no types)
    return int(getattr(record, "XAdvance", 0) or 0) if record else 0


def _glyph_pair(table: Any, left: str, right: str) -> int | None:  # noqa: ANN401 (the same)
    """Format 1: the pair sets, in the order of the coverage."""
    for record in table.PairSet[table.Coverage.glyphs.index(left)].PairValueRecord:
        if record.SecondGlyph == right:
            return _value(record.Value1)
    return None


def _class_pair(table: Any, left: str, right: str) -> int:  # noqa: ANN401 (the same)
    """Format 2: a class for each side, 0 for what no class names."""
    first, second = table.ClassDef1.classDefs.get(left, 0), table.ClassDef2.classDefs.get(right, 0)
    return _value(table.Class1Record[first].Class2Record[second].Value1)


def _lookup(lookup: Any, left: str, right: str) -> tuple[int, int]:  # noqa: ANN401 (the same)
    """Adjustment in font units, and the format that gave it (0 for none)."""
    for subtable in lookup.SubTable:
        table = getattr(subtable, "ExtSubTable", subtable)
        if left not in table.Coverage.glyphs:
            continue
        found = _glyph_pair(table, left, right) if table.Format == 1 else _class_pair(table, left, right)
        if found is not None:
            return found, table.Format
    return 0, 0


def _kern_lookups(font: TTFont) -> list[Any]:
    gpos = font["GPOS"].table
    script = next(r.Script for r in gpos.ScriptList.ScriptRecord if r.ScriptTag == "latn")
    features = [gpos.FeatureList.FeatureRecord[i] for i in script.DefaultLangSys.FeatureIndex]
    return [gpos.LookupList.Lookup[i] for f in features if f.FeatureTag == "kern" for i in f.Feature.LookupListIndex]


def _expected(font: TTFont, pair: str) -> tuple[int, set[int]]:
    left, right = (font.getBestCmap()[ord(c)] for c in pair)
    found = [_lookup(lookup, left, right) for lookup in _kern_lookups(font)]
    units = sum(value for value, _ in found)
    return round(units * 1000 / font["head"].unitsPerEm), {form for value, form in found if value}


@pytest.mark.parametrize("name", ["source-sans-3/SourceSans3-Regular.ttf", "lato/Lato-Bold.ttf"])
def test_pairs_are_kerned_as_the_table_says(name: str) -> None:
    path = fonts_folder() / name
    font, kerning = TTFont(path), load_face(path).kerning
    pairs = [*_PAIRS, *("".join(p) for p in product("AFTVYPdoery", "AOaeou.,-y"))]
    expected = {pair: _expected(font, pair)[0] for pair in pairs}
    assert {pair: kerning[pair] for pair in pairs} == expected
    assert expected["AV"] < 0
    assert expected["P,"] < 0


def test_both_formats_of_pairs_are_in_play() -> None:
    forms = set[int]()
    font = TTFont(fonts_folder() / "source-sans-3" / "SourceSans3-Regular.ttf")
    for pair in _PAIRS:
        forms |= _expected(font, pair)[1]
    assert forms == {1, 2}


def test_figures_are_never_kerned_so_that_columns_stay_columns() -> None:
    for name in ("source-sans-3/SourceSans3-Regular.ttf", "lato/Lato-Regular.ttf", "lato/Lato-Bold.ttf"):
        face = load_face(fonts_folder() / name)
        assert {a + b: k for a, b in product("0123456789", repeat=2) if (k := face.kerning[a + b])} == {}
        assert len({face.glyphs[d].advance for d in "0123456789"}) == 1


def test_a_monospaced_font_kerns_nothing() -> None:
    kerning = load_face(fonts_folder() / "source-code-pro" / "SourceCodePro-Regular.ttf").kerning
    assert kerning["AV"] == 0


def test_a_character_the_font_lacks_kerns_nothing() -> None:
    kerning = load_face(fonts_folder() / "lato" / "Lato-Regular.ttf").kerning
    assert kerning["A\U0001f600"] == 0
    assert kerning["\U0001f600V"] == 0


def test_a_font_whose_kerning_is_for_another_script_kerns_nothing() -> None:
    font = TTFont(fonts_folder() / "lato" / "Lato-Regular.ttf")
    for record in font["GPOS"].table.ScriptList.ScriptRecord:
        record.ScriptTag = "arab"
    del font["kern"]
    assert Kerning(_saved(font))["AV"] == 0


def test_lookups_of_another_kind_kern_nothing() -> None:
    font = TTFont(fonts_folder() / "source-sans-3" / "SourceSans3-Regular.ttf")
    marks = [i for i, lookup in enumerate(font["GPOS"].table.LookupList.Lookup) if _kind(lookup) != 2]
    for record in font["GPOS"].table.FeatureList.FeatureRecord:
        if record.FeatureTag == "kern":
            record.Feature.LookupListIndex = marks
    assert marks
    assert Kerning(_saved(font))["AV"] == 0


def _saved(font: TTFont) -> bytes:
    out = BytesIO()
    font.save(out)
    return out.getvalue()


def _kind(lookup: Any) -> int:  # noqa: ANN401 (fontTools tables have no types)
    return int(getattr(lookup.SubTable[0], "ExtSubTable", lookup.SubTable[0]).LookupType)
