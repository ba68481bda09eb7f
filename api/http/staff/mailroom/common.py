"""What the pages of the mailroom share: who may, where they are, and what waits for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

from fastapi import Depends, Query

from api.http.staff.visitors import Guard
from api.ports import OPEN_STAGES, Role, Stage
from api.usecases.scanning import exceptions, reviewing

if TYPE_CHECKING:
    from api.usecases.deps import Deps

MAILROOM: Final = "/staff/mailroom"
IN_MAILROOM: Final = Depends(Guard(frozenset({Role.MAILROOM})))
LIVE_S: Final = 3
"""While files are being read."""
CursorQuery = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_.:+-]{1,200}$")]


class Waiting(NamedTuple):
    """What waits for people: first readings, second ones, and answers of which people or slips differ."""

    first: int
    second: int
    differing: int
    exceptions: int
    checks: int

    @property
    def plain(self) -> int:
        """Fields that are keyed one after the other."""
        return self.first + self.second


def waiting(deps: Deps, organisation_id: str) -> Waiting:
    """Now."""
    found = reviewing.count_open(deps, organisation_id)
    by_stage = {stage: sum(count for (_, _, at), count in found.items() if at is stage) for stage in OPEN_STAGES}
    differing = reviewing.count_differing(deps, organisation_id)
    # fields of slips that differ are not at the third person yet
    others = sum(by_stage.values()) - differing
    second = min(by_stage[Stage.SECOND], others)
    return Waiting(
        others - second,
        second,
        differing,
        exceptions.count_exceptions(deps, organisation_id),
        reviewing.count_checks(deps, organisation_id),
    )
