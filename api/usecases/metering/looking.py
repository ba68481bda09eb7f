"""Look at the register: complexes, dwellings, and meters with their history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.ports import Page
from api.usecases.metering.facts import known_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Complex, Dwelling, MeterPoint, MeterSegment, Mode, PageRequest
    from api.usecases.deps import Deps
    from api.usecases.metering.facts import Known


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which meters of a list: of a complex by its id, or the one with a key."""

    complex_id: str | None = None
    key: str | None = None


def list_complexes(deps: Deps, organisation_id: str, mode: Mode, page: PageRequest) -> Page[Complex]:
    """By key. Raises Refusal: ``bad-cursor``."""
    with deps.database.read() as uow:
        return uow.meters.complexes(organisation_id, mode, page)


def get_complex(deps: Deps, organisation_id: str, complex_id: str) -> Complex:
    """One. Raises Refusal: ``complex-not-found``."""
    with deps.database.read() as uow:
        return uow.meters.complex(organisation_id, complex_id)


def dwellings_of(deps: Deps, organisation_id: str, complex_id: str) -> Sequence[Dwelling]:
    """All of a complex, by key. Raises Refusal: ``complex-not-found``."""
    with deps.database.read() as uow:
        uow.meters.complex(organisation_id, complex_id)
        return uow.meters.dwellings(organisation_id, [complex_id])


def list_meters(
    deps: Deps, organisation_id: str, mode: Mode, page: PageRequest, wanted: Wanted
) -> Page[tuple[MeterPoint, MeterSegment]]:
    """By key, each with what hangs there now. Raises Refusal: ``bad-cursor``."""
    with deps.database.read() as uow:
        found = uow.meters.list(organisation_id, mode, page, wanted.complex_id, wanted.key)
        segments = uow.meters.segments(organisation_id, [meter.id for meter in found.items])
    return Page(tuple((meter, segments[meter.id][-1]) for meter in found.items), found.next_after)


def meter_with_history(deps: Deps, organisation_id: str, meter_id: str) -> Known:
    """One, with all that is known of it. Raises Refusal: ``meter-not-found``."""
    with deps.database.read() as uow:
        (known,) = known_of(uow, organisation_id, [uow.meters.get(organisation_id, meter_id)])
    return known


def dwelling_of(deps: Deps, organisation_id: str, meter: MeterPoint) -> Dwelling | None:
    """Where a meter hangs; None when it is the complex itself."""
    if meter.dwelling_id is None:
        return None
    with deps.database.read() as uow:
        return uow.meters.dwellings_by_id(organisation_id, [meter.dwelling_id]).get(meter.dwelling_id)
