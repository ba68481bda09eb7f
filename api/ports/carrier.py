"""What a carrier gave back for a job: the file, who brought it, and a row for each envelope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from api.ports.values import BlobRef
    from docgen.postal.enrichment import Enriched

CARRIER: Final = "carrier"
"""What `PrintJob.waiting_for` says while the file of a carrier is not there."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """How the waiting of a job for its carrier ended: with a ``file``, or without one for a ``reason``.

    ``profile`` is an id of `docgen.postal.enrichment_profiles`; ``envelopes`` counts the rows.
    """

    organisation_id: str
    job_id: str
    profile: str
    at: datetime
    by: str
    file: BlobRef | None = None
    envelopes: int = 0
    reason: str = ""


class Exchanges(Protocol):
    """Exchanges with carriers."""

    def add(self, exchange: Exchange, enriched: Iterable[Enriched] = ()) -> None:
        """Insert, once for a job, and write an event; ``enriched`` has a row for each envelope."""

    def find(self, organisation_id: str, job_id: str) -> Exchange | None:
        """That of a job; None while there is none."""

    def of_job(self, organisation_id: str, job_id: str) -> Mapping[str, Enriched]:
        """What came back, by own id."""

    def of_envelopes(self, organisation_id: str, own_ids: Collection[str]) -> Mapping[str, Enriched]:
        """What came back for these; those for which nothing did are left out."""
