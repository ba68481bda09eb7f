"""What text messages cost: gateways ask a price for each part, often with a fraction of a cent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_TENTHS: Final = 10


@dataclass(frozen=True, slots=True)
class PartPrice:
    """The price of one part in tenths of a cent, so 7.5 cents is 75."""

    tenths: int

    def tenths_of(self, parts: int) -> int:
        """What so many parts cost, in tenths of a cent, exactly."""
        return self.tenths * parts

    def cents_of(self, parts: int) -> int:
        """What so many parts cost, in whole cents, half a cent up. Add up parts first and round once."""
        return (self.tenths_of(parts) + _TENTHS // 2) // _TENTHS
