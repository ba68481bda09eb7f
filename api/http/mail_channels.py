"""Channels: what is configured, whether others believe it, a message to try it with, and mail that came back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from api.http.auth import ADMIN, LIVE_ADMIN, MAILROOM, STAFF, CallerDep
from api.http.bodies import BodyDep, JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.message_schemas import BounceOut, ChannelOut, ChannelReportOut, TryIn, TryOut
from api.http.once import Answer, OnceDep
from api.http.responses import LIST_CODES, POST_CODES, binary, problems
from api.http.schemas import ListOut, listed
from api.ports import BounceOutcome
from api.usecases.deps import Deps
from api.usecases.messaging import bounces
from api.usecases.messaging.bounces import ComingBack
from api.usecases.messaging.domain_report import check_channel
from api.usecases.messaging.looking import list_channels
from api.usecases.messaging.trying import try_channel

router = APIRouter(prefix="/v1", tags=["channels"])

RAW: Final = "message/rfc822"
_MAIL: Final = {"schema": {"type": "string", "format": "binary"}, "example": "From: MAILER-DAEMON@example.org\n…"}
_BODY: Final = {
    "requestBody": {
        "description": "The mail as it came, with all its headers.",
        "required": True,
        "content": {RAW: _MAIL, "application/octet-stream": _MAIL},
    }
}
SentTo = Annotated[
    str,
    Query(
        alias="to",
        description="The address it was sent to, when your mail server says it; else its headers are looked at.",
        max_length=320,
    ),
]


@router.get("/channels", summary="List channels", dependencies=[STAFF], responses=problems())
def channels(deps: DepsDep, caller: CallerDep) -> ListOut[ChannelOut]:
    """As configured, with what goes through them."""
    seen = list_channels(deps, caller.organisation_id)
    return ListOut(items=list(map(ChannelOut.of, seen)), next_cursor=None)


@router.get(
    "/channels/{name:id}/check",
    summary="Check the domain of a channel",
    dependencies=[ADMIN],
    responses=problems("channel-not-found"),
)
def check(deps: DepsDep, caller: CallerDep, name: str) -> ChannelReportOut:
    """Ask DNS whether others will believe its mail: SPF, DKIM, DMARC, and where bounces go. Takes some seconds."""
    return ChannelReportOut.of(check_channel(deps, caller.organisation_id, name))


@router.post(
    "/channels/{name:id}/try",
    response_model=TryOut,
    summary="Send a test message",
    dependencies=[LIVE_ADMIN],
    responses=problems("channel-not-found", "address-unusable", "request-invalid", "mode-differs", *POST_CODES),
)
def try_it(caller: CallerDep, name: str, wanted: TryIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """To an address of your own, at once and past the outbox; the answer is that of the server it was handed to."""

    def make(deps: Deps) -> Answer:
        return Answer(HTTPStatus.OK, TryOut.of(try_channel(deps, caller.organisation_id, name, wanted.to)))

    return once.run(sha256, make)


@router.post(
    "/channels/{name:id}/bounces",
    status_code=HTTPStatus.CREATED,
    response_model=BounceOut,
    summary="Hand in mail that came back",
    dependencies=[MAILROOM],
    responses=problems("channel-not-found", *POST_CODES),
    openapi_extra=_BODY,
)
def hand_in(caller: CallerDep, name: str, once: OnceDep, body: BodyDep, sent_to: SentTo = "") -> Response:
    """Whatever it is, it is kept. The same mail again changes nothing."""

    def make(deps: Deps) -> Answer:
        coming = ComingBack(caller.organisation_id, name, "api", body.file.read(), sent_to)
        return Answer(HTTPStatus.CREATED, BounceOut.of(bounces.take_bounce(deps, coming)))

    return once.run(body.sha256, make)


@router.get("/bounces", summary="List mail that came back", dependencies=[STAFF], responses=problems(*LIST_CODES))
def list_bounces(
    deps: DepsDep,
    caller: CallerDep,
    page: PageDep,
    outcome: Annotated[BounceOutcome | None, Query(description="Only what was taken for this.")] = None,
    unseen: Annotated[bool, Query(description="Only what nobody could place and nobody has looked at.")] = False,  # noqa: FBT002 - a query parameter
) -> ListOut[BounceOut]:
    """Newest first."""
    found = bounces.list_bounces(deps, caller.organisation_id, page, outcome, unseen=unseen)
    return listed(found, BounceOut.of)


@router.get(
    "/bounces/{bounce_id:id}/raw",
    summary="Read mail that came back",
    dependencies=[STAFF],
    response_class=Response,
    responses=problems("bounce-not-found") | {200: binary("The mail as it came.", "text/plain")},
)
def raw(deps: DepsDep, caller: CallerDep, bounce_id: str) -> Response:
    """As text, whatever it says it is; whoever looks is noted."""
    mail = bounces.raw_bounce(deps, caller.organisation_id, bounce_id, caller.key_id)
    return Response(mail, media_type="text/plain; charset=utf-8", headers={"Content-Disposition": "attachment"})
