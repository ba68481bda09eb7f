"""What the pages of answers share: who may, where they are, and what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Depends, Query

from api.http.staff.desk import notice_of
from api.http.staff.visitors import Guard
from api.ports import Role

if TYPE_CHECKING:
    from starlette.requests import Request

    from api.http.staff.desk import Mistake
    from api.usecases.deps import Deps

CAMPAIGNS: Final = "/staff/campaigns"
FRONT: Final = "/staff/front-office"
SETTLE: Final = "/staff/settle"
LIVE_S: Final = 5
"""How often a page of counts or of a person looks again by itself."""
# answers of people are seen by who sends the letters and by who handles what comes back; approvers see counts
IN_FRONT: Final = Depends(Guard(frozenset({Role.SUBMITTER, Role.MAILROOM})))
CAMPAIGN_READERS: Final = Depends(Guard(frozenset({Role.SUBMITTER, Role.APPROVER, Role.MAILROOM})))
CAMPAIGN_MAKERS: Final = Depends(Guard(frozenset({Role.SUBMITTER})))
CursorQuery = Annotated[str | None, Query(max_length=200)]


def of_mistake(request: Request, deps: Deps, mistake: Mistake | None) -> dict[str, Any]:
    """What every page with a form shows of what was sent to it."""
    return {
        "trouble": mistake.trouble if mistake else None,
        "entered": mistake.entered if mistake else {},
        "notice": "" if mistake else notice_of(request, deps),
    }
