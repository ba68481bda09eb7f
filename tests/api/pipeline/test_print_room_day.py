"""A whole day on the real service, with damage, double uploads and kill -9: nothing lost, nothing twice.

``benchmarks/print_room_day.py`` does the same with 5,000 letters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.pipeline.room_day import Day, Wish

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("letters", [100, 400])
def test_at_the_end_of_the_day_every_letter_is_handed_over_pulled_or_stopped(tmp_path: Path, letters: int) -> None:
    day = Day(tmp_path, Wish(letters=letters))
    day.work()
    assert day.happened["kills"]
    assert day.happened["damaged"] > 1
    assert day.happened["twice"]
