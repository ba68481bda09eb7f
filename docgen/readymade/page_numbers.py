"""Page numbers for people."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 8


def in_words(pages: Sequence[int]) -> str:
    """Pages as ranges: 'page 3', 'pages 1-3, 7', and so on with 'and more' after eight of them; ``pages`` rise."""
    starts = [pages[0], *[after for before, after in pairwise(pages) if after != before + 1]]
    ends = [*[before for before, after in pairwise(pages) if after != before + 1], pages[-1]]
    ranges = [str(a) if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True)]
    text = ", ".join(ranges[:_MOST]) + (" and more" if len(ranges) > _MOST else "")
    return f"page {text}" if len(pages) == 1 else f"pages {text}"
