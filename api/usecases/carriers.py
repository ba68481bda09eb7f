"""Which carrier the letters of a job go through a file of, and whether it gives something to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import JobKind
from api.usecases.equipment import equipment_of

if TYPE_CHECKING:
    from api.ports import PrintJob
    from api.usecases.equipment import Equipment
    from docgen.postal.enrichment_profiles import EnrichmentProfile

NO_CARRIER: Final = "none"
_PRINTED: Final = frozenset({"postal_line", "postal_2d"})


def carrier_named(equipment: Equipment, name: str) -> EnrichmentProfile | None:
    """The profile that rules name; None for none."""
    return None if name == NO_CARRIER else equipment.carriers[name]


def carrier_of(job: PrintJob) -> EnrichmentProfile | None:
    """How the carrier of a job wants addresses and gives them back; None when no carrier has to do with it."""
    return carrier_named(equipment_of(job), job.rules.get("carrier", NO_CARRIER))


def gives_print(profile: EnrichmentProfile | None) -> bool:
    """Whether it gives a line or a code to print."""
    return profile is not None and not _PRINTED.isdisjoint(profile.import_columns)


def prints_of_carrier(job: PrintJob) -> bool:
    """Whether letters of a job have place for that: letters that others made do not."""
    return job.kind is JobKind.LETTERS and gives_print(carrier_of(job))
