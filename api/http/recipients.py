"""Recipients of campaigns: who they are, their links, and recipients and answers that come in by file."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from api.http.auth import ANSWERS, SUBMITTER, CallerDep
from api.http.bodies import BodyDep, JsonSha256
from api.http.campaign_schemas import (
    AnswersImportedOut,
    FreshLinkIn,
    FreshLinkOut,
    RecipientOut,
    RecipientsImportedOut,
    RevokedOut,
    RevokeLinksIn,
)
from api.http.edge import DEFAULT_LIMIT, DepsDep
from api.http.files import table_response
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, LIST_CODES, MEDIA, binary, body, problems
from api.http.schemas import In, ListOut
from api.ports import PageRequest, Policy
from api.usecases.answering import bringing, campaigns, importing, links
from api.usecases.answering.importing import ImportWish
from api.usecases.answering.rows import RowsFile
from api.usecases.answering.sending_links import send_link
from api.usecases.deps import Deps
from api.usecases.formats import read_format
from api.usecases.sheets import csv_lines
from docgen.findings import Refusal

router = APIRouter(prefix="/v1/campaigns/{campaign_id:id}", tags=["campaigns"])

_MOST_CURSOR: Final = 400
_COLUMNS: Final = ("record_id", "language", "postcode", "house", "links", "answered", "waiting")
_READ: Final = (
    *("records-csv-encoding", "records-csv-delimiter", "records-csv-malformed", "records-json-malformed"),
    *("records-xlsx-malformed", "records-xlsx-bomb", "records-column-unknown", "records-column-duplicate"),
    *("records-column-missing", "records-cell-too-long", "records-empty", "records-too-many"),
)
_PEOPLE: Final = body(
    "A row for each recipient: `record_id`, `language`, `postcode`, `house`, and the fields of your letters that hold "
    "what is known of an answer (`known` of the reply form).",
    json=[{"record_id": "H-1", "postcode": "1234 AB", "house": "12 A", "previous_reading": "1284"}],
    csv="record_id;postcode;house;previous_reading\nH-1;1234 AB;12 A;1284\n",
    xlsx="…",
)
GIVEN: Final = body(
    "A row for each recipient: `record_id` and the fields of the reply form by name, and if you like `insists` (yes: "
    "the person was asked and keeps to it), `note`, and `answered_at`, which is kept with the note.",
    json=[{"record_id": "H-1", "reading": "1300", "reading_date": "2026-12-01"}],
    csv="record_id;reading;reading_date;insists\nH-1;1300;01-12-2026;\n",
    xlsx="…",
)


class FileQuery(In):
    """How a file is brought in."""

    policy: Policy = Field(Policy.ALL_OR_NOTHING, description="What a faulty row does to the rest.")
    check: bool = Field(default=False, description="Only say what would happen.")


def _key_page(
    limit: Annotated[
        int, Query(description="How many items to give.", json_schema_extra={"minimum": 1, "maximum": 1000})
    ] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the answer before.")] = None,
) -> PageRequest:
    """Which part of a list by key; a cursor is a key in base64url, since a key may have any sign."""
    if cursor is None:
        return PageRequest(limit)
    try:
        after = base64.b64decode(cursor[:_MOST_CURSOR], b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        after = "\0"
    if not after.isprintable():
        raise Refusal("bad-cursor", "This cursor was not given by this list; start again without one.")
    return PageRequest(limit, after)


def _media_type(request: Request) -> str:
    """Raises `Refusal` (``media-type-unsupported``, …) before the body is read."""
    return str(read_format(request.headers.get("content-type", "")))


KeyPageDep = Annotated[PageRequest, Depends(_key_page)]
MediaTypeDep = Annotated[str, Depends(_media_type)]
FileDep = Annotated[FileQuery, Query()]
Missing = Annotated[bool, Query(description="Only those who have not answered all that must be answered.")]


@router.get(
    "/recipients",
    summary="List recipients",
    dependencies=[ANSWERS],
    responses=problems("campaign-not-found", "request-invalid", *LIST_CODES),
)
def list_recipients(
    deps: DepsDep,
    caller: CallerDep,
    page: KeyPageDep,
    campaign_id: str,
    missing: Missing = False,  # noqa: FBT002 - a switch in the address
) -> ListOut[RecipientOut]:
    """By your own key."""
    found = campaigns.list_recipients(deps, caller.organisation_id, campaign_id, page, missing=missing)
    after = found.next_after
    cursor = None if after is None else base64.urlsafe_b64encode(after.encode()).decode()
    return ListOut(items=list(map(RecipientOut.of, found.items)), next_cursor=cursor)


@router.get(
    "/recipients.csv",
    summary="Fetch all recipients as CSV",
    dependencies=[ANSWERS],
    response_class=Response,
    responses={200: binary("CSV", MEDIA["csv"]), **problems("campaign-not-found", "request-invalid")},
)
def recipients_csv(
    deps: DepsDep,
    caller: CallerDep,
    campaign_id: str,
    missing: Missing = False,  # noqa: FBT002 - a switch in the address
) -> Response:
    """The same columns as in JSON, in UTF-8 with a heading."""
    campaign = campaigns.get_campaign(deps, caller.organisation_id, campaign_id)
    every = campaigns.every_recipient(deps, caller.organisation_id, campaign.id, missing=missing)
    rows = ([getattr(RecipientOut.of(one), name) for name in _COLUMNS] for one in every)
    return table_response("recipients.csv", csv_lines(_COLUMNS, rows))


@router.post(
    "/recipients",
    response_model=RecipientsImportedOut,
    summary="Bring recipients in without letters",
    dependencies=[SUBMITTER, Depends(_media_type)],
    responses=problems(
        *("recipients-invalid", "campaign-not-found", "campaign-revoked", "media-type-unsupported"),
        *("body-cut-off", "request-invalid", *_READ, *ACT_CODES),
    ),
    openapi_extra=_PEOPLE,
)
def bring_recipients(
    caller: CallerDep, campaign_id: str, once: OnceDep, media_type: MediaTypeDep, query: FileDep, content: BodyDep
) -> Response:
    """They have no way in until a link is made for them. The same file again changes nothing."""

    def make(deps: Deps) -> Answer:
        file = RowsFile(content.file, media_type, content.sha256, deps.limits.max_records)
        wish = ImportWish(caller.key_id, query.policy, query.check)
        done = bringing.bring_recipients(deps, caller.organisation_id, campaign_id, file, wish)
        return Answer(HTTPStatus.OK, RecipientsImportedOut.of(done))

    return once.run(content.sha256, make)


@router.post(
    "/answers",
    response_model=AnswersImportedOut,
    summary="Bring answers in by file",
    dependencies=[ANSWERS, Depends(_media_type)],
    responses=problems(
        *("answers-invalid", "campaign-not-found", "answers-not-open", "media-type-unsupported"),
        *("body-cut-off", "request-invalid", *_READ, *ACT_CODES),
    ),
    openapi_extra=GIVEN,
)
def bring_answers(
    caller: CallerDep, campaign_id: str, once: OnceDep, media_type: MediaTypeDep, query: FileDep, content: BodyDep
) -> Response:
    """By the same rules as on every other road. An empty cell leaves what was said.

    Nobody can be asked again in a file, so what is strange is kept for a person (`for_review`), unless the row
    `insists`. At most 10,000 rows; send more by `answer-imports`. The same file again adds nothing; one that was cut
    off is sent again whole.
    """

    def make(deps: Deps) -> Answer:
        most = min(importing.MOST_ROWS, deps.limits.max_records)
        file = RowsFile(content.file, media_type, content.sha256, most)
        wish = ImportWish(caller.key_id, query.policy, query.check)
        done = importing.import_answers(deps, caller.organisation_id, campaign_id, file, wish)
        return Answer(HTTPStatus.OK, AnswersImportedOut.of(done))

    return once.run(content.sha256, make)


@router.post(
    "/recipients/{record_id:key}/link",
    status_code=HTTPStatus.CREATED,
    response_model=FreshLinkOut,
    summary="Make a link for a recipient",
    dependencies=[ANSWERS],
    responses=problems(
        *("campaign-not-found", "recipient-not-found", "campaign-revoked", "entry-host-missing"),
        *("address-unusable", "channel-missing", "request-invalid", *ACT_CODES),
    ),
)
def make_link(
    caller: CallerDep, campaign_id: str, record_id: str, wanted: FreshLinkIn, once: OnceDep, sha256: JsonSha256
) -> Response:
    """For somebody on the phone, or who has no letter. It is in this answer and nowhere else."""

    def make(deps: Deps) -> Answer:
        entry_id = links.entry_of(deps, caller.organisation_id, campaign_id, record_id).id
        if wanted.to:
            sent = send_link(deps, caller.organisation_id, entry_id, wanted.to, caller.key_id)
            return Answer(HTTPStatus.CREATED, FreshLinkOut.sent(sent))
        made = links.make_link(deps, caller.organisation_id, entry_id, caller.key_id, replaces=wanted.replaces)
        shown = FreshLinkOut.of(made)
        return Answer(HTTPStatus.CREATED, shown, shown.model_copy(update={"url": None, "code": None}))

    return once.run(sha256, make)


@router.post(
    "/recipients/{record_id:key}/revoke",
    response_model=RevokedOut,
    summary="End the links of a recipient",
    dependencies=[ANSWERS],
    responses=problems("campaign-not-found", "recipient-not-found", "reason-invalid", "request-invalid", *ACT_CODES),
)
def revoke_links(
    caller: CallerDep, campaign_id: str, record_id: str, wanted: RevokeLinksIn, once: OnceDep, sha256: JsonSha256
) -> Response:
    """After a move, or when a letter came into other hands; answers stay."""

    def make(deps: Deps) -> Answer:
        whose = (caller.organisation_id, campaign_id, record_id)
        count = links.revoke_links(deps, *whose, wanted.reason, caller.key_id)
        return Answer(HTTPStatus.OK, RevokedOut(record_id=record_id, revoked=count))

    return once.run(sha256, make)
