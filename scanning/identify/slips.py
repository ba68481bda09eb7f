"""The slips of a page: symbols sorted into slips, each with how it lies; or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.layouts.slip_geometry import SlipSize, anchors
from scanning.register.align import belong_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.qr.slip_code import SlipCode
    from scanning.identify.codes import FoundCode


@dataclass(frozen=True, slots=True, eq=False)
class FoundSlip:
    """A slip's one or two symbols."""

    code: SlipCode
    codes: tuple[FoundCode, ...]


def slips_of(found: Sequence[FoundCode]) -> tuple[FoundSlip, ...]:
    """Symbols that say the same and lie as the two of a slip are one slip; others are slips of their own."""
    left, slips = list(found), list[FoundSlip]()
    while left:
        first = left.pop(0)
        other = next((one for one in left if _of_one_slip(first, one)), None)
        if other is not None:
            left.remove(other)
        slips.append(FoundSlip(first.code, (first,) if other is None else (first, other)))
    return tuple(slips)


def _of_one_slip(first: FoundCode, second: FoundCode) -> bool:
    # the symbols lie alike on slips of every size
    return first.code == second.code and belong_together(first, second, anchors(SlipSize.THIRD))
