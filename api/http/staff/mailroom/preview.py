"""What other thresholds would have done with readings that there are: counted, nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import MAX_PAGE_ITEMS, PageRequest
from api.usecases.scanning import measuring
from scanning.decide.fields import LOW_CONFIDENCE
from scanning.readings import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.ports import SlipFieldRow
    from api.usecases.deps import Deps
    from scanning.decide.policy import Policy

_MOST: Final = 5_000


class Counted(NamedTuple):
    """Readings: those that go straight through, that a person confirms, and that are keyed blind."""

    accepted: int
    confirmed: int
    blind: int

    @property
    def total(self) -> int:
        """All."""
        return sum(self)


def readings(deps: Deps, organisation_id: str, form: str, name: str) -> list[SlipFieldRow]:
    """Those of a field that have a picture and are not blank, least confident first; at most 5,000."""
    found: list[SlipFieldRow] = []
    after: str | None = None
    while len(found) < _MOST:
        part = measuring.contact_sheet(deps, organisation_id, form, name, PageRequest(MAX_PAGE_ITEMS, after))
        found += [field for field in part.items if field.outcome is not Outcome.BLANK]
        after = part.next_after
        if after is None:
            break
    return found[:_MOST]


def counted(fields: Iterable[SlipFieldRow], policy: Policy) -> Counted:
    """How they divide under a policy; what a rule stopped stays stopped whatever the thresholds are."""
    accepted = confirmed = blind = 0
    for field in fields:
        stopped = [reason for reason in field.reasons if reason != LOW_CONFIDENCE]
        if not stopped and field.read and policy.is_sure(field.kind, field.confidence, field.posterior):
            accepted += 1
        elif stopped or field.confidence < policy.blind:
            blind += 1
        else:
            confirmed += 1
    return Counted(accepted, confirmed, blind)
