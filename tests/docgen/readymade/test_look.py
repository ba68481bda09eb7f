"""Ink where it may not be, the words in the window, room for a KIX, and the picture that shows a person where."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import pikepdf
import pytest
from pikepdf import Array
from PIL import Image
from reportlab.lib.units import mm

from docgen.findings import Severity
from docgen.postal.profiles import BoxMm, builtin
from docgen.readymade.letters import LetterPages
from docgen.readymade.look import look_at
from docgen.readymade.policy import ClearZone, EdgesMm, InkLimits, ReadymadePolicy, Sides
from docgen.readymade.safely import look
from tests.docgen.readymade.makers import ADDRESS, Maker, Sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reportlab.pdfgen.canvas import Canvas

    from docgen.readymade.answers import Look

POLICY = ReadymadePolicy()
ONE = (LetterPages("a", 1, 1),)


def _ink(left_mm: float, top_mm: float, width_mm: float = 3.0, height_mm: float = 3.0) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        bottom_mm = 297.0 - top_mm - height_mm
        canvas.rect(left_mm * mm, bottom_mm * mm, width_mm * mm, height_mm * mm, stroke=0, fill=1)

    return draw


def _codes(seen: Look) -> list[tuple[str, int | None, str | None]]:
    return [(f.code, f.place.page, f.place.frame) for letter in seen.letters for f in letter.findings]


def test_a_sound_letter_shows_its_address_and_nothing_else(make: Maker, folder: Path) -> None:
    seen = look_at(make.pdf(), ONE, POLICY, folder)
    letter = seen.letters[0]
    assert [line.text for line in letter.lines] == [" ".join(line.split()) for line in ADDRESS]
    assert letter.findings == ()
    assert letter.cut == ()
    assert seen.overlays == ()
    assert list(folder.iterdir()) == []


def test_lines_are_where_they_are_printed(make: Maker, folder: Path) -> None:
    line = look_at(make.pdf(), ONE, POLICY, folder).letters[0].lines[0]
    assert line.box.left_mm == pytest.approx(112.0, abs=0.3)
    assert line.box.top_mm < 58.0 < line.box.top_mm + line.box.height_mm


@pytest.mark.parametrize(
    "draw", [_ink(2.0, 150.0), _ink(150.0, 1.0), _ink(204.0, 150.0), _ink(100.0, 293.5), _ink(0.0, 0.0, 210.0, 4.9)]
)
def test_ink_in_the_margins_is_told(make: Maker, folder: Path, draw: Callable[[Canvas], None]) -> None:
    policy = replace(POLICY, clear_zones=())
    seen = look_at(make.pdf(Sheet(also=draw)), ONE, policy, folder)
    assert _codes(seen) == [("pdf-ink-outside-printable", 1, None)]
    assert [page for page, _ in seen.overlays] == [1]


def test_ink_at_the_margin_is_not_in_it(make: Maker, folder: Path) -> None:
    edges = EdgesMm(5, 5, 5, 5)
    seen = look_at(make.pdf(Sheet(also=_ink(5.3, 200.0))), ONE, replace(POLICY, edges=edges), folder)
    assert _codes(seen) == []


def test_the_margins_of_other_printers_are_data(make: Maker, folder: Path) -> None:
    path = make.pdf(Sheet(also=_ink(100.0, 285.0)))
    assert _codes(look_at(path, ONE, POLICY, folder)) == []
    wide = replace(POLICY, edges=EdgesMm(bottom_mm=15.0))
    assert _codes(look_at(path, ONE, wide, folder)) == [("pdf-ink-outside-printable", 1, None)]


def test_the_zone_of_inserter_marks_is_clear_on_every_page(make: Maker, folder: Path) -> None:
    """A mark of another system on a later page would divide the letter over two envelopes."""
    path = make.pdf(Sheet(), Sheet(address=(), also=_ink(12.0, 120.0)))
    seen = look_at(path, [LetterPages("a", 1, 2)], POLICY, folder)
    assert _codes(seen) == [("pdf-zone-not-clear", 2, "inserter marks")]


def test_a_zone_can_hold_for_first_pages_only(make: Maker, folder: Path) -> None:
    zone = ClearZone("code of the post", BoxMm(20.0, 250.0, 60.0, 20.0), Sides.FIRST)
    policy = replace(POLICY, clear_zones=(zone,))
    path = make.pdf(Sheet(also=_ink(30.0, 255.0)), Sheet(also=_ink(30.0, 255.0)))
    seen = look_at(path, [LetterPages("a", 1, 2)], policy, folder)
    assert _codes(seen) == [("pdf-zone-not-clear", 1, "code of the post")]


@pytest.mark.parametrize("place", [(97.0, 60.0), (180.0, 60.0), (120.0, 46.5), (120.0, 90.0)])
def test_nothing_but_the_address_shows_in_the_window(make: Maker, folder: Path, place: tuple[float, float]) -> None:
    seen = look_at(make.pdf(Sheet(also=_ink(*place))), ONE, POLICY, folder)
    assert _codes(seen) == [("pdf-window-not-clear", 1, "window")]


def test_the_window_is_of_the_first_page_of_each_letter(make: Maker, folder: Path) -> None:
    later = Sheet(address=(), also=_ink(97.0, 60.0))
    path = make.pdf(Sheet(), later, Sheet(), later)
    assert _codes(look_at(path, [LetterPages("a", 1, 2), LetterPages("b", 3, 4)], POLICY, folder)) == []
    seen = look_at(path, [LetterPages(str(page), page, page) for page in (1, 2, 3, 4)], POLICY, folder)
    assert [page for _, page, _ in _codes(seen)] == [2, 4]


def test_an_address_may_reach_out_of_the_window_by_the_tolerance(make: Maker, folder: Path) -> None:
    inside = look_at(make.pdf(Sheet(address_at=(106.5, 58.0))), ONE, POLICY, folder).letters[0]
    outside = look_at(make.pdf(Sheet(address_at=(100.0, 58.0))), ONE, POLICY, folder).letters[0]
    assert len(inside.lines) == 3
    assert inside.findings == ()
    assert len(outside.cut) == 3
    assert [f.code for f in outside.findings] == ["pdf-window-not-clear"]


@pytest.mark.parametrize("envelope", ["nl-dl-left", "din-c5", "nl-c5-left"])
def test_another_envelope_has_another_window(make: Maker, folder: Path, envelope: str) -> None:
    profile = builtin().envelopes[envelope]
    left, top = profile.address_box.left_mm + 3.0, profile.address_box.top_mm + 5.0
    policy = replace(POLICY, envelope=profile, clear_zones=())
    seen = look_at(make.pdf(Sheet(address_at=(left, top))), ONE, policy, folder)
    assert len(seen.letters[0].lines) == 3
    assert _codes(seen) == []


def test_room_for_a_kix_is_white_below_the_address_and_in_the_window(make: Maker, folder: Path) -> None:
    room = look_at(make.pdf(), ONE, POLICY, folder).letters[0].kix_room
    assert room is not None
    always = POLICY.envelope.window.always
    assert always.contains(room)
    assert room.height_mm == pytest.approx(5.0, abs=0.01)
    taken = look_at(make.pdf(Sheet(also=_ink(115.0, 71.0))), ONE, POLICY, folder).letters[0]
    low = look_at(make.pdf(Sheet(address_at=(112.0, 75.0))), ONE, POLICY, folder).letters[0]
    assert taken.kix_room is None
    assert low.kix_room is None


def test_turned_pages_are_looked_at_upright(make: Maker, folder: Path) -> None:
    """A page that a reader turns must be judged, and printed, as the reader shows it."""

    def turn(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        page.obj.Rotate = 90
        # What stands upright after a quarter turn to the right lies on its left side in the file.
        page.contents_add(b"0 1 -1 0 841.89 0 cm", prepend=True)
        page.obj.MediaBox = Array([0, 0, 841.89, 595.276])

    letter = look_at(make.pdf(change=turn), ONE, POLICY, folder).letters[0]
    assert [line.text for line in letter.lines][1:] == ["Dorpsstraat 12 A", "1234 AB AMSTERDAM"]
    assert letter.findings == ()


def test_cropped_and_scaled_pages_are_looked_at_as_shown(make: Maker, folder: Path) -> None:
    def crop(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        page.contents_add(b"0.5 0 0 0.5 100 200 cm", prepend=True)
        page.obj.MediaBox = Array([0, 0, 2000, 2000])
        page.obj.CropBox = Array([100, 200, 100 + 297.638, 200 + 420.945])
        page.obj.UserUnit = 2

    letter = look_at(make.pdf(change=crop), ONE, POLICY, folder).letters[0]
    assert [line.text for line in letter.lines][2:] == ["1234 AB AMSTERDAM"]
    assert letter.lines[0].box.left_mm == pytest.approx(112.0, abs=0.3)


def test_a_blank_page_is_noted(make: Maker, folder: Path) -> None:
    path = make.pdf(Sheet(), Sheet(address=(), body=""))
    seen = look_at(path, [LetterPages("a", 1, 2)], POLICY, folder)
    assert _codes(seen) == [("pdf-page-blank", 2, None)]
    assert seen.letters[0].findings[0].severity is Severity.NOTE


def test_columns_beside_the_address_are_other_lines(make: Maker, folder: Path) -> None:
    def column(canvas: Canvas) -> None:
        canvas.setFont("Ready", 8)
        canvas.drawString(25 * mm, (297 - 58) * mm, "Behandeld door: K. Smit")

    letter = look_at(make.pdf(Sheet(also=column)), ONE, POLICY, folder).letters[0]
    assert letter.lines[0].text == ADDRESS[0]
    assert letter.findings == ()


def test_the_picture_marks_the_ink_and_outlines_the_window(make: Maker, folder: Path) -> None:
    draw = _ink(97.0, 60.0)
    path = make.pdf(Sheet(also=draw))
    seen = look_at(path, ONE, POLICY, folder)
    pixels = np.asarray(Image.open(folder / seen.overlays[0][1]).convert("RGB")).astype(int)

    def at(left_mm: float, top_mm: float) -> list[int]:
        return list(pixels[round(top_mm * 150 / 25.4), round(left_mm * 150 / 25.4)])

    assert pixels.shape == (1754, 1241, 3)
    assert at(98.5, 61.5) == [200, 0, 0]
    assert at(3.0, 200.0) == [255, 214, 214]
    assert at(14.0, 100.0) == [255, 214, 214]
    assert at(185.0, 60.0) == [255, 214, 214]
    assert at(150.0, 80.0) == [255, 255, 255]
    assert at(150.0, 200.0) == [255, 255, 255]
    blue = (pixels == (30, 80, 200)).all(axis=2)
    always = POLICY.envelope.window.always
    assert blue[:, round(always.left_mm * 150 / 25.4)].sum() > 150


def test_pictures_are_the_same_each_time_and_only_so_many(make: Maker, folder: Path, tmp_path: Path) -> None:
    path = make.pdf(*[Sheet(also=_ink(1.0, 200.0))] * 4)
    letters = [LetterPages(str(page), page, page) for page in range(1, 5)]
    few = replace(POLICY, ink=InkLimits(max_overlays=2))
    again = tmp_path / "again"
    again.mkdir()
    first, second = look_at(path, letters, few, folder), look_at(path, letters, few, again)
    assert [page for page, _ in first.overlays] == [1, 2]
    assert [f.code for f in first.findings] == ["readymade-overlays-left-out"]
    assert second == first
    for _, name in first.overlays:
        assert (folder / name).read_bytes() == (again / name).read_bytes()


def test_the_same_is_seen_through_the_child(make: Maker, folder: Path, tmp_path: Path) -> None:
    path = make.pdf(Sheet(also=_ink(97.0, 60.0)))
    again = tmp_path / "again"
    again.mkdir()
    assert look(path, ONE, POLICY, folder) == look_at(path, ONE, POLICY, again)
    assert (folder / "page-1.png").read_bytes() == (again / "page-1.png").read_bytes()


def test_annotations_are_not_looked_at_since_they_are_not_printed(make: Maker, folder: Path) -> None:
    def annotate(pdf: pikepdf.Pdf) -> None:
        square = pikepdf.Dictionary(Subtype=pikepdf.Name.Square, Rect=Array([0, 0, 500, 500]), F=4, C=Array([1, 0, 0]))
        look_of_it = pdf.make_stream(b"0 0 500 500 re f", BBox=Array([0, 0, 500, 500]), Subtype=pikepdf.Name.Form)
        square.AP = pikepdf.Dictionary(N=look_of_it)
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(square)])

    assert _codes(look_at(make.pdf(change=annotate), ONE, POLICY, folder)) == []


def test_an_upload_is_not_touched_by_looking(make: Maker, folder: Path) -> None:
    path = make.pdf(Sheet(also=_ink(1.0, 1.0)))
    before = path.read_bytes()
    look_at(path, ONE, POLICY, folder)
    assert path.read_bytes() == before
    assert pikepdf.open(BytesIO(before)).pages
