from __future__ import annotations

import numpy as np
import pytest

from scanning.intake.parcels import Parcel
from scanning.parcelled import NoReadingError, packed, unpacked
from tests.scanning.slips import read, scanned


def test_a_reading_comes_through_a_parcel_unchanged() -> None:
    before = read(scanned(1, {"reading": "123", "moved": "x"}))
    after = unpacked(packed(before))

    assert packed(after).value == packed(before).value
    assert all(np.array_equal(*pair) for pair in zip(packed(after).pictures, packed(before).pictures, strict=True))


@pytest.mark.parametrize("value", [None, [], {"number": 1}, {"number": "x"}, 7, "page"])
def test_a_parcel_of_something_else_is_told(value: object) -> None:
    with pytest.raises(NoReadingError):
        unpacked(Parcel(value))


def test_a_parcel_that_lacks_a_picture_is_told() -> None:
    whole = packed(read(scanned(1, {})))
    with pytest.raises(NoReadingError):
        unpacked(Parcel(whole.value, whole.pictures[:2], whole.page))
