"""What gateways of text messages told us: each reply once, and reports that nobody could place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class GatewayNews(StrEnum):
    """What a gateway had to say: somebody sent us a message, or a report is about none that we know."""

    REPLY = "reply"
    UNPLACED = "unplaced"


@dataclass(frozen=True, slots=True)
class GatewayCall:
    """One piece of news. The id says whose it is and what it is about, so that the same news has the same.

    What an unplaced report says is in ``annex_id``, as it may hold a number; replies are kept by whoever reads them.
    """

    id: str
    organisation_id: str
    lane: str
    news: GatewayNews
    at: datetime
    annex_id: str = ""


class GatewayCalls(Protocol):
    """All news of gateways."""

    def add(self, call: GatewayCall) -> bool:
        """Insert; False, and no change, when it was told before."""

    def unplaced(self, organisation_id: str, limit: int) -> Sequence[GatewayCall]:
        """Reports that nobody could place, newest first."""
