from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import pytest

from docgen.layouts.slip_geometry import SlipSize, digit_cells
from docgen.qr.slip_code import SlipNumber
from scanning.page import Page
from scanning.readings import PageKind, Presence
from scanning.simulation.camera import photograph
from tests.scanning.slips import PAPER_DPI, code, fields, geometry, paper, read, scanned

ANSWERS = {"reading": "12345", "read_on": "03112026", "moved": "x", "road": "mail", "signature": "x"}


@pytest.mark.parametrize(("quarters", "a4"), list(product(range(4), (False, True))))
def test_a_slip_is_read_whichever_way_it_lies_and_whatever_surrounds_it(quarters: int, a4: bool) -> None:  # noqa: FBT001
    reading = read(scanned(1, ANSWERS, quarters=quarters, a4=a4))

    assert reading.kind is PageKind.SLIP
    assert reading.slips[0].code == code(1)
    assert {name: one.value for name, one in fields(reading).items()} == {
        "reading": "12345",
        "read_on": "03112026",
        "moved": "yes",
        "road": "mail",
        "signature": "yes",
    }


@pytest.mark.parametrize("dpi", [150, 300, 600])
def test_fineness_of_the_scan_does_not_matter(dpi: int) -> None:
    assert fields(read(scanned(2, ANSWERS, dpi=dpi)))["reading"].value == "12345"


def test_boxes_are_placed_to_a_tenth_of_a_millimetre_on_bent_paper() -> None:
    residuals = [read(scanned(number, ANSWERS, "harsh")).slips[0].residual_mm for number in range(6)]
    assert max(residuals) < 0.1


def test_an_empty_slip_has_no_value_and_no_ink() -> None:
    read_fields = fields(read(scanned(3, {})))

    assert {one.value for one in read_fields.values()} == {""}
    assert {box.presence for one in read_fields.values() for box in one.boxes} == {Presence.BLANK}
    assert {one.reasons for one in read_fields.values()} == {()}


def test_a_mirrored_page_is_turned_over_and_said() -> None:
    page = scanned(4, ANSWERS)
    reading = read(Page(1, np.ascontiguousarray(page.grey[:, ::-1]), page.dpi))

    assert reading.kind is PageKind.SLIP
    assert fields(reading)["reading"].value == "12345"
    assert [one.code for one in reading.findings] == ["page-mirrored"]


def test_two_slips_on_one_page_are_both_read_and_named() -> None:
    sheet = np.vstack([paper(5, ANSWERS), paper(6, {"reading": "777"})])
    reading = read(Page(1, sheet, float(PAPER_DPI)))

    assert {slip.code for slip in reading.slips} == {code(5), code(6)}
    assert [one.code for one in reading.findings] == ["page-several-slips"]


def test_one_code_is_enough() -> None:
    slip = paper(7, ANSWERS)
    slip[:, : round(40 * PAPER_DPI / 25.4)] = np.where(
        np.arange(slip.shape[0])[:, None] < round(27 * PAPER_DPI / 25.4), 255, slip[:, : round(40 * PAPER_DPI / 25.4)]
    )  # the left code and the square beside it are torn off
    reading = read(Page(1, slip, float(PAPER_DPI)))

    assert reading.slips[0].code == code(7)
    assert fields(reading)["reading"].value == "12345"


def test_a_slip_whose_squares_are_gone_is_an_exception_with_a_reason() -> None:
    slip = paper(8, ANSWERS)
    slip[round(27 * PAPER_DPI / 25.4) :] = 255
    reading = read(Page(1, slip, float(PAPER_DPI)))

    assert (reading.kind, [one.code for one in reading.findings]) == (PageKind.EXCEPTION, ["slip-not-aligned"])


def test_a_form_that_is_not_known_is_an_exception() -> None:
    unknown = geometry(SlipSize.THIRD).__class__(SlipSize.THIRD, geometry().rows[:2], "another")
    reading = read(Page(1, paper(9, {}, unknown), float(PAPER_DPI)))

    assert (reading.kind, [one.code for one in reading.findings]) == (PageKind.EXCEPTION, ["slip-form-unknown"])


def test_a_blank_page_is_blank_and_another_letter_is_an_exception() -> None:
    white = np.full((1169, 827), 250, np.uint8)
    written = white.copy()
    for line in range(20):
        cv2.putText(written, "Geachte mevrouw De Vries", (80, 100 + 40 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 30, 2)

    assert read(Page(1, white, 100.0)).kind is PageKind.BLANK
    letter = read(Page(1, written, 100.0))
    assert (letter.kind, [one.code for one in letter.findings]) == (PageKind.EXCEPTION, ["page-without-slip"])


def test_a_whole_page_slip_is_read() -> None:
    form = geometry(SlipSize.PAGE)
    reading = read(Page(1, paper(10, ANSWERS, form), float(PAPER_DPI)))

    assert reading.slips[0].code == code(10, form)
    assert fields(reading)["reading"].value == "12345"


@pytest.mark.parametrize("quarters", [0, 2])
def test_a_slip_whose_codes_are_spoilt_is_found_by_its_number(quarters: int) -> None:
    slip = paper(11, ANSWERS)
    upper, lower = round(6 * PAPER_DPI / 25.4), round(27 * PAPER_DPI / 25.4)
    slip[upper:lower, round(14 * PAPER_DPI / 25.4) : round(32 * PAPER_DPI / 25.4)] = 128
    slip[upper:lower, round(178 * PAPER_DPI / 25.4) : round(196 * PAPER_DPI / 25.4)] = 128
    reading = read(Page(1, np.ascontiguousarray(np.rot90(slip, quarters)), float(PAPER_DPI)))

    (found,) = reading.slips
    assert isinstance(found.code, SlipNumber)
    assert (code(11).piece_id.startswith(found.code.piece_start), found.code.form) == (True, code(11).form)
    assert fields(reading)["reading"].value == "12345"
    assert [one.code for one in reading.findings] == ["slip-by-number"]


def test_a_number_with_a_spoilt_digit_names_nobody() -> None:
    slip = paper(12, ANSWERS)
    upper, lower = round(6 * PAPER_DPI / 25.4), round(27 * PAPER_DPI / 25.4)
    slip[upper:lower, round(14 * PAPER_DPI / 25.4) : round(196 * PAPER_DPI / 25.4)] = 255
    cell = digit_cells(SlipSize.THIRD)[7]
    top, left = round(cell.top_mm * PAPER_DPI / 25.4), round(cell.left_mm * PAPER_DPI / 25.4)
    slip[top - 2 : top + 32, left : left + 30] = 0
    reading = read(Page(1, slip, float(PAPER_DPI)))

    assert (reading.slips, [one.code for one in reading.findings]) == ((), ["page-without-slip"])


@pytest.mark.parametrize(("dpi", "quarters"), [(200, 0), (600, 1)])
def test_corners_lie_on_the_picture_for_people(dpi: int, quarters: int) -> None:
    reading = read(scanned(13, ANSWERS, dpi=dpi, quarters=quarters))
    corners = np.array(reading.slips[0].corners_px)

    assert reading.picture is not None
    height, width = reading.picture.shape
    assert (corners > -20).all()
    assert (corners < (width + 20, height + 20)).all()
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    assert sides[0] / max(height, width) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("number", range(3))
def test_a_photo_of_a_slip_on_a_table_is_read_for_a_person_to_confirm(number: int) -> None:
    photo = photograph(paper(number, ANSWERS), 2600, np.random.default_rng(number))
    reading = read(Page(1, photo, None, photo=True))

    assert reading.slips[0].photo
    assert {name: one.value for name, one in fields(reading).items() if name != "reading"} == {
        "read_on": "03112026",
        "moved": "yes",
        "road": "mail",
        "signature": "yes",
    }


def test_a_photo_from_too_far_away_is_an_exception() -> None:
    photo = photograph(paper(1, ANSWERS), 1350, np.random.default_rng(1))
    reading = read(Page(1, photo, None, photo=True))
    assert (reading.slips, reading.kind) == ((), PageKind.EXCEPTION)
    assert reading.findings[0].code in ("slip-photo-too-coarse", "page-without-slip")


@pytest.mark.parametrize("share", [0.12, 0.2, 0.3, 0.4])
def test_what_is_torn_off_is_never_taken_for_blank(share: float) -> None:
    slip = paper(14, ANSWERS)
    cut = np.ascontiguousarray(slip[:, int(slip.shape[1] * share) :])
    torn = slip.copy()
    torn[:, : int(slip.shape[1] * share)] = 255  # on a white bed

    for sheet in (cut, torn):
        reading = read(Page(1, sheet, float(PAPER_DPI)))
        known = fields(reading) if reading.slips else {}
        assert not [one for one in known.values() if one.value != _RIGHT[one.name] and not one.reasons]


_RIGHT = {"reading": "12345", "read_on": "03112026", "moved": "yes", "road": "mail", "signature": "yes"}


def test_a_slip_that_cannot_be_read_still_says_whose_it_is() -> None:
    slip = paper(15, ANSWERS)
    slip[round(27 * PAPER_DPI / 25.4) :] = 255
    reading = read(Page(1, slip, float(PAPER_DPI)))
    assert (reading.slips, reading.unread) == ((), (code(15),))
