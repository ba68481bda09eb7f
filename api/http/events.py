"""What happened in an organisation."""

from __future__ import annotations

from fastapi import APIRouter

from api.http.auth import READERS, CallerDep
from api.http.edge import DepsDep, PageDep
from api.http.responses import LIST_CODES, problems
from api.http.schemas import EventOut, ListOut, listed
from api.usecases import parties

router = APIRouter(prefix="/v1/events", tags=["events"])


@router.get("", summary="List events", dependencies=[READERS], responses=problems(*LIST_CODES))
def list_events(deps: DepsDep, caller: CallerDep, page: PageDep) -> ListOut[EventOut]:
    """Oldest first; keep the last `next_cursor` or number to go on from there later.

    On PostgreSQL events of changes that were made at the same time may appear in another order than their numbers:
    webhooks tell you of each.
    """
    return listed(parties.list_events(deps, caller.organisation_id, page), EventOut.of)
