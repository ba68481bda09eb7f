"""Where things stand on a slip, and that a file about it is believed only when it makes sense."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Refusal
from docgen.layouts.geometry import Rect
from docgen.layouts.parts import MODULE_PT
from docgen.layouts.slip_geometry import (
    CODE_MODULES,
    MODULE_MM,
    QUIET_MODULES,
    SlipField,
    SlipGeometry,
    SlipRow,
    all_boxes,
    anchors,
    digit_cells,
    read_geometry,
    row_marks,
)
from docgen.postal.profiles import DEFAULT_ENVELOPE, builtin
from docgen.qr.ocr_b import HEIGHT_MM
from docgen.reply_form import ReplyKind, SlipSize

if TYPE_CHECKING:
    from collections.abc import Callable

MM = st.floats(0, 90).map(lambda value: round(value, 3))
RECTS = st.builds(Rect, MM, st.integers(0, 80).map(float), st.just(5.5), st.just(8.0))


@st.composite
def geometries(draw: st.DrawFn) -> SlipGeometry:
    names = draw(st.lists(st.text("abc_", min_size=1, max_size=6), unique=True, max_size=5))
    rows = []
    for name in names:
        kind = draw(st.sampled_from(list(ReplyKind)))
        boxes = tuple(draw(st.lists(RECTS, min_size=1, max_size=4)))
        choices = tuple(f"v{n}" for n in range(len(boxes))) if kind is ReplyKind.CHOICE else ()
        decimals = draw(st.integers(0, len(boxes) - 1))
        rows.append(SlipRow(row_marks(draw(MM) / 2 + 2), (SlipField(name, kind, boxes, choices, decimals),)))
    return SlipGeometry(draw(st.sampled_from(list(SlipSize))), tuple(rows), draw(st.text(max_size=5)))


GEOMETRY = SlipGeometry(
    SlipSize.THIRD,
    (
        SlipRow(
            row_marks(34.0),
            (
                SlipField("reading", ReplyKind.METER_READING, (Rect(14, 29, 8, 10), Rect(24, 29, 8, 10))),
                SlipField("agree", ReplyKind.CHOICE, (Rect(60, 29, 5, 5), Rect(90, 29, 5, 5)), ("yes", "no")),
            ),
        ),
    ),
    "meter",
)


@given(geometries())
def test_what_is_written_is_read(geometry: SlipGeometry) -> None:
    read = read_geometry(geometry.to_json())
    assert read.to_json() == geometry.to_json()
    assert read.form == geometry.form


def test_another_place_is_another_form() -> None:
    forms = {GEOMETRY.form, replace(GEOMETRY, form_id="other").form, replace(GEOMETRY, rows=()).form}
    assert len(forms) == 3
    assert read_geometry(GEOMETRY.to_json()) == GEOMETRY
    assert len(list(all_boxes(GEOMETRY))) == 4


@pytest.mark.parametrize("size", SlipSize)
def test_anchors_stand_apart_and_clear_of_the_edges(size: SlipSize) -> None:
    found = anchors(size)
    codes = [code.grown(QUIET_MODULES * MODULE_MM) for code in found.codes]
    rects = [*found.corners, found.side, *codes, found.line]
    assert not any(one.overlaps(other) for one, other in combinations(rects, 2))
    readable = Rect(0, 0, 210, size.height_mm).grown(-7)
    assert all(readable.contains(rect) for rect in [*found.corners, found.side, *found.codes, found.line])


def test_modules_of_the_codes_are_as_the_printer_draws_them() -> None:
    assert pytest.approx(MODULE_PT / 72 * 25.4) == MODULE_MM
    assert {code.width_mm for code in anchors(SlipSize.THIRD).codes} == {CODE_MODULES * MODULE_MM}


def test_no_code_lies_on_the_fold_that_a_letter_is_sent_with() -> None:
    folds_mm = [fold - GEOMETRY.page_top_mm for fold in builtin().envelopes[DEFAULT_ENVELOPE].folds_y_mm]
    for code in anchors(SlipSize.THIRD).codes:
        assert not any(code.top_mm - 1 < fold < code.bottom_mm + 1 for fold in folds_mm)


@pytest.mark.parametrize("size", SlipSize)
def test_thirty_digits_stand_in_groups_of_five_in_the_middle_of_their_line(size: SlipSize) -> None:
    cells, line = digit_cells(size), anchors(size).line
    assert all(line.contains(cell) for cell in cells)
    assert {cell.height_mm for cell in cells} == {HEIGHT_MM}
    gaps = [after.left_mm - before.right_mm for before, after in pairwise(cells)]
    assert [round(gap, 2) for gap in gaps] == ([0.0] * 4 + [2.54]) * 5 + [0.0] * 4
    assert cells[0].left_mm - line.left_mm == pytest.approx(line.right_mm - cells[-1].right_mm)


def _set(path: list[str | int], value: object) -> Callable[[Any], None]:
    def change(whole: Any) -> None:  # noqa: ANN401 (any JSON)
        for step in path[:-1]:
            whole = whole[step]
        whole[path[-1]] = value

    return change


_FIELD: list[str | int] = ["rows", 0, "fields", 0]


@pytest.mark.parametrize(
    "change",
    [
        _set(["schema"], 2),
        _set(["size"], "half"),
        _set(["rows"], 3),
        _set(["rows", 0, "marks"], [[8, 8, 2.5, 2.5]]),
        _set([*_FIELD, "kind"], "smell"),
        _set([*_FIELD, "boxes"], []),
        _set([*_FIELD, "boxes", 0], [14, 29, 8]),
        _set([*_FIELD, "boxes", 0], [14, 29, 0, 10]),
        _set([*_FIELD, "boxes", 0], [-1, 29, 8, 10]),
        _set([*_FIELD, "boxes", 0], [14, 95, 8, 10]),
        _set([*_FIELD, "boxes", 0], [14, 29, float("nan"), 10]),
        _set([*_FIELD, "boxes", 0], [14, 29, 10**400, 10]),
        _set([*_FIELD, "boxes", 0], ["x", 29, 8, 10]),
        _set([*_FIELD, "name"], "agree"),
        _set([*_FIELD, "decimals"], 2),
        _set([*_FIELD, "decimals"], -1),
        _set([*_FIELD, "choices"], ["yes", "no"]),
        _set(["rows", 0, "fields", 1, "choices"], ["yes"]),
    ],
)
def test_nonsense_is_refused(change: Callable[[Any], None]) -> None:
    whole = json.loads(GEOMETRY.to_json())
    change(whole)
    with pytest.raises(Refusal) as refused:
        read_geometry(json.dumps(whole))
    assert refused.value.code == "slip-geometry-unreadable"


@pytest.mark.parametrize("text", ["", "[]", "3", "{}", b"\xff", "[" * 100_000, '"x"', "null"])
def test_what_is_no_geometry_at_all_is_refused(text: str | bytes) -> None:
    with pytest.raises(Refusal, match="slip-geometry-unreadable"):
        read_geometry(text)
