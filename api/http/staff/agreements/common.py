"""What the pages of questions share: who may, where they are, and how often they look again."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Query

from api.http.staff.visitors import SETTLERS, Guard
from api.ports import Role

HOME: Final = "/staff/agreements"
REQUESTS: Final = f"{HOME}/requests"
QUEUE: Final = f"{HOME}/queue"
LIVE_S: Final = 5
"""How often a page of counts looks again by itself."""
READERS: Final = Depends(Guard(SETTLERS))
MAKERS: Final = Depends(Guard(frozenset({Role.SUBMITTER})))
CursorQuery = Annotated[str | None, Query(max_length=200)]
