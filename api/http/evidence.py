"""Evidence: a chain handed over whole, the proof of one request, checkpoints."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response

from api.http.auth import ADMIN, SUBMITTER, CallerDep
from api.http.bodies import JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.evidence_schemas import CheckpointOut, ForgetIn, ForgottenOut
from api.http.files import table_response
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, LIST_CODES, MEDIA, POST_CODES, binary, problems
from api.http.schemas import ListOut
from api.ports import ChainOf, Mode
from api.usecases.deps import Deps
from api.usecases.evidence import checkpoints, exporting, forgetting

router = APIRouter(prefix="/v1/evidence", tags=["evidence"])

OfMode = Annotated[Mode | None, Query(description="`live` or `test`; that of your key when it is left out.")]
Switch = Literal["no", "yes"]
Annexes = Annotated[Switch, Query(description="`yes`: also what is personal and has not been deleted.")]
Links = Annotated[
    Switch,
    Query(description="`yes`: all other events without their bodies, which shows that none of these is missing."),
]
Shape = Annotated[
    Literal["evidence", "kantara"],
    Query(description="`kantara`: a consent receipt (Kantara 1.1) for systems that read that; it verifies nothing."),
]
_NAME: Final = "evidence.json"


@router.get(
    "",
    summary="Fetch a chain whole",
    dependencies=[ADMIN],
    response_class=Response,
    responses={200: binary("JSON, a line each: a head, events, checkpoints.", MEDIA["jsonl"]), **problems()},
)
def chain_jsonl(deps: DepsDep, caller: CallerDep, mode: OfMode = None) -> Response:
    """Every event as it was put down, and checkpoints with their time stamps; nothing personal in clear.

    `python verify.py FILE` checks it (docs/evidence.md).
    """
    return table_response("evidence.jsonl", exporting.chain_file(deps, _chain(caller, mode)))


@router.get("/checkpoints", summary="List checkpoints", dependencies=[ADMIN], responses=problems(*LIST_CODES))
def list_checkpoints(deps: DepsDep, caller: CallerDep, page: PageDep, mode: OfMode = None) -> ListOut[CheckpointOut]:
    """In their order: what each is over, and whether it has a time stamp; if not, why not."""
    after = max(page.after_number(), 0)
    found = checkpoints.list_checkpoints(deps, _chain(caller, mode), after, page.limit + 1)
    shown = found[: page.limit]
    cursor = str(shown[-1].checkpoint.number) if len(found) > page.limit else None
    return ListOut(items=list(map(CheckpointOut.of, shown)), next_cursor=cursor)


@router.post(
    "/checkpoints",
    response_model=CheckpointOut,
    summary="Take a checkpoint now",
    dependencies=[ADMIN],
    responses=problems("evidence-empty", *POST_CODES),
)
def take_checkpoint(caller: CallerDep, once: OnceDep, sha256: JsonSha256) -> Response:
    """Over all events of your key's mode that are under none; the last one when there are no such events.

    One is taken every hour, and with every 1,000 events, without anybody asking. Its time stamp follows.
    """

    def make(deps: Deps) -> Answer:
        return Answer(HTTPStatus.OK, CheckpointOut.of(checkpoints.newest(deps, _chain(caller, None))))

    return once.run(sha256, make)


@router.get(
    "/requests/{request_id:id}",
    summary="Fetch the proof of a request",
    dependencies=[SUBMITTER],
    response_class=Response,
    responses={
        200: binary("The proof, or a consent receipt.", MEDIA["json"]),
        **problems("evidence-not-found", "evidence-too-long", "receipt-without-agreement", "request-invalid"),
    },
)
def request_json(
    deps: DepsDep,
    caller: CallerDep,
    request_id: str,
    annexes: Annexes = "no",
    links: Links = "no",
    shape: Shape = "evidence",
) -> Response:
    """What was asked, sent, shown and answered, and how it comes under checkpoints; canonical JSON (RFC 8785)."""
    if shape == "kantara":
        made = exporting.kantara_receipt(deps, caller.organisation_id, request_id)
        return _file("receipt.json", json.dumps(made, ensure_ascii=False, indent=1).encode())
    proof = exporting.request_proof(
        deps, caller.organisation_id, request_id, annexes=annexes == "yes", links=links == "yes"
    )
    return _file(_NAME, proof.document())


@router.post(
    "/requests/{request_id:id}/forget",
    response_model=ForgottenOut,
    summary="Forget who a request was about",
    dependencies=[ADMIN],
    responses=problems("agreement-not-found", "agreement-open", "request-invalid", *ACT_CODES),
)
def forget(caller: CallerDep, request_id: str, wanted: ForgetIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Name, addresses, messages and answers in words are deleted for good, with the keys of their digests.

    What was asked and decided stays, and the chain verifies, but it no longer shows of whom.
    """

    def make(deps: Deps) -> Answer:
        gone = forgetting.forget_request(deps, caller.organisation_id, request_id, caller.key_id, wanted.why)
        return Answer(HTTPStatus.OK, ForgottenOut(annexes=list(gone)))

    return once.run(sha256, make)


def _chain(caller: CallerDep, mode: Mode | None) -> ChainOf:
    return ChainOf(caller.organisation_id, mode or caller.mode)


def _file(name: str, content: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, HTTPStatus.OK, headers, MEDIA["json"])
