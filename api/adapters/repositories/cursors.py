"""Cursors of lists in the order of a moment and an id."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_

from docgen.findings import Refusal

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement

_CURSOR = re.compile(r"(\d{1,17})-([a-z]{3}_[0-9a-z]{1,40})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def cursor_at(moment: datetime, row_id: str) -> str:
    """Where an item stands: microseconds since 1970 and its id."""
    return f"{(moment - _EPOCH) // _MICROSECOND}-{row_id}"


def behind(cursor: str, moment: Column[Any], row_id: Column[str]) -> ColumnElement[bool]:
    """What stands behind the item of a cursor, in words that an index answers. Raises Refusal: ``bad-cursor``."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Refusal("bad-cursor", "This cursor was not given by this list; start again without one.")
    at = _EPOCH + int(found[1]) * _MICROSECOND
    return and_(moment >= at, or_(moment > at, row_id > found[2]))
