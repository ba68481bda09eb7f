"""Recipients of a campaign who have not answered all that must be answered."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from api.ports import MAX_PAGE_ITEMS, PageRequest
from api.usecases.answering.campaigns import needed_fields
from api.usecases.scanning.forms import read_reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.ports import Page, Recipient
    from api.usecases.deps import Deps

COLUMNS: Final = ("recipient", "language", "postcode", "house", "answered", "waiting")


def list_missing(deps: Deps, organisation_id: str, campaign_id: str, page: PageRequest) -> Page[Recipient]:
    """By key. Raises Refusal: ``campaign-not-found``."""
    with deps.database.read() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
        needed = needed_fields(read_reply(campaign.reply_form))
        return uow.entries.recipients(organisation_id, campaign.id, page, missing=needed)


def missing_csv(deps: Deps, organisation_id: str, campaign_id: str) -> Iterator[str]:
    """All of them as lines of CSV (RFC 4180), in UTF-8 with a heading. Raises Refusal: ``campaign-not-found``."""
    after: str | None = None
    yield _line(COLUMNS)
    while True:
        part = list_missing(deps, organisation_id, campaign_id, PageRequest(MAX_PAGE_ITEMS, after))
        yield "".join([_line([_safe(getattr(one, name)) for name in COLUMNS]) for one in part.items])
        after = part.next_after
        if after is None:
            return


def _safe(value: object) -> object:
    """A spreadsheet must not take a key for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@"} else value


def _line(cells: object) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)  # type: ignore[arg-type] # a row
    return buffer.getvalue()
