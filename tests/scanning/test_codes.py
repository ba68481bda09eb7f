from __future__ import annotations

import numpy as np

from scanning.identify.codes import find_codes
from scanning.page import halved
from tests.scanning.slips import code, scanned


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


def test_what_looks_like_a_symbol_coarsely_is_looked_at_finely() -> None:
    """A second slip whose symbols cannot be read at half the fineness must not be passed over."""
    first, second = scanned(1, {}).grey, scanned(2, {}).grey
    width = min(first.shape[1], second.shape[1])
    both = np.vstack([first[:, :width], second[:, :width]])
    half = halved(both).copy()
    corners = [one.corners for one in find_codes(both).slips if one.code == code(2)]
    assert len(corners) == 2
    for one in corners:
        (left, top), (right, bottom) = one.min(axis=0).astype(int) // 2, one.max(axis=0).astype(int) // 2
        middle = (top + bottom) // 2
        half[middle - 3 : middle + 3, left + 16 : right] = 128
        half[bottom - 14 : bottom, right - 14 : right] = 128
    assert len({one.code for one in find_codes(half).slips}) == 1
    assert {one.code for one in find_codes(both, half).slips} == {code(1), code(2)}
