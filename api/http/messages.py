"""Messages to recipients, and addresses that get none."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.auth import ADMIN, STAFF, CallerDep
from api.http.bodies import JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.message_schemas import MessageOut, SuppressionIn, SuppressionOut, WholeMessageOut
from api.http.once import Answer, OnceDep
from api.http.responses import LIST_CODES, POST_CODES, problems
from api.http.schemas import ListOut, listed
from api.ports import MessageFilter, MessageState
from api.usecases.deps import Deps
from api.usecases.messaging import looking, suppressing

router = APIRouter(prefix="/v1", tags=["messages"])


@router.get("/messages", summary="List messages", dependencies=[STAFF], responses=problems(*LIST_CODES))
def list_messages(
    deps: DepsDep,
    caller: CallerDep,
    page: PageDep,
    state: MessageState | None = None,
    subject_id: Annotated[str, Query(description="Only those about this, such as a request.", max_length=64)] = "",
) -> ListOut[MessageOut]:
    """Newest first, of both modes, without what is personal."""
    only = MessageFilter(state=state, subject_id=subject_id)
    return listed(looking.list_messages(deps, caller.organisation_id, page, only), MessageOut.of)


@router.get(
    "/messages/{message_id:id}",
    summary="Show a message",
    dependencies=[STAFF],
    responses=problems("message-not-found"),
)
def get_message(deps: DepsDep, caller: CallerDep, message_id: str) -> WholeMessageOut:
    """With what was written to whom, as long as that is kept."""
    return WholeMessageOut.with_content(*looking.get_message(deps, caller.organisation_id, message_id))


@router.get(
    "/suppressions",
    summary="List addresses that get no messages",
    dependencies=[STAFF],
    responses=problems(*LIST_CODES, "address-unusable"),
)
def list_suppressions(deps: DepsDep, caller: CallerDep, page: PageDep) -> ListOut[SuppressionOut]:
    """All, with the reason of each. To look for an address, ask with `POST /v1/suppressions/of`."""
    return listed(suppressing.list_suppressions(deps, caller.organisation_id, page), SuppressionOut.of)


@router.post(
    "/suppressions/of",
    response_model=ListOut[SuppressionOut],
    summary="Look for an address",
    dependencies=[STAFF],
    responses=problems("address-unusable", "request-invalid", *POST_CODES),
)
def of_address(caller: CallerDep, wanted: SuppressionIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """What stops messages to an address. It is in the body, as paths are written to logs."""

    def make(deps: Deps) -> Answer:
        mode, organisation_id = caller.mode, caller.organisation_id
        address = suppressing.known_address(deps, organisation_id, mode, wanted.channel, wanted.address)
        found = list(map(SuppressionOut.of, suppressing.suppressions_of(deps, address)))
        return Answer(HTTPStatus.OK, ListOut[SuppressionOut](items=found, next_cursor=None))

    return once.run(sha256, make)


@router.post(
    "/suppressions",
    status_code=HTTPStatus.CREATED,
    response_model=SuppressionOut,
    summary="Send nothing more to an address",
    dependencies=[ADMIN],
    responses=problems("address-unusable", "request-invalid", *POST_CODES),
)
def suppress(caller: CallerDep, wanted: SuppressionIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Of any purpose, in the mode of your key, until it is lifted."""

    def make(deps: Deps) -> Answer:
        mode, organisation_id = caller.mode, caller.organisation_id
        address = suppressing.known_address(deps, organisation_id, mode, wanted.channel, wanted.address)
        return Answer(HTTPStatus.CREATED, SuppressionOut.of(suppressing.add_by_staff(deps, address)))

    return once.run(sha256, make)


@router.delete(
    "/suppressions/{suppression_id:id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Let messages go to an address again",
    dependencies=[ADMIN],
    responses=problems("suppression-not-found", "mode-differs"),
)
def lift(deps: DepsDep, caller: CallerDep, suppression_id: str) -> None:
    """Whoever said stop should have asked for it."""
    suppressing.lift_by_staff(deps, caller.organisation_id, suppression_id, caller.key_id)
