from __future__ import annotations

import numpy as np

from scanning.identify.codes import find_codes
from scanning.page import halved
from tests.scanning.slips import scanned


def test_the_coarse_look_says_where_the_fine_one_does() -> None:
    grey = scanned(1, {}, dpi=300).grey
    fine, coarse = find_codes(grey), find_codes(grey, halved(grey))
    assert [one.code for one in coarse.slips] == [one.code for one in fine.slips]
    for one, other in zip(coarse.slips, fine.slips, strict=True):
        assert np.abs(one.corners - other.corners).max() < 3


def test_a_slip_whose_second_symbol_is_lost_coarsely_is_looked_for_finely() -> None:
    grey = scanned(1, {}, dpi=300).grey
    half, fine = halved(grey).copy(), find_codes(grey)
    left, top = fine.slips[0].corners.min(axis=0).astype(int) // 2
    right, bottom = fine.slips[0].corners.max(axis=0).astype(int) // 2
    half[top:bottom, left:right] = 255
    assert len(find_codes(grey, half).slips) == len(fine.slips) == 2
