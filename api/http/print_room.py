"""What the print room says of a batch: printed, what became of its pieces, what is printed again, complete."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from api.http.auth import PRINT_ROOM, STAFF, Caller, CallerDep
from api.http.bodies import BodyDep, JsonSha256, read_json
from api.http.edge import DepsDep, PageDep
from api.http.once import Answer, OnceDep, OncePerKey
from api.http.responses import ACT_CODES, LIST_CODES, MEDIA, problems
from api.http.room_schemas import (
    AppliedOut,
    CompleteIn,
    ReopenIn,
    ReprintIn,
    ReprintOut,
    ResultOut,
    ResultsIn,
)
from api.http.schemas import BatchOut, ListOut, listed
from api.ports import Batch, Loop, PieceState
from api.usecases import print_room, reprinting, results, room_views
from api.usecases.deps import Deps
from docgen.findings import Refusal

router = APIRouter(prefix="/v1/batches", tags=["print room"])
reprints = APIRouter(prefix="/v1/reprints", tags=["print room"])

_CSV: Final = "piece_id;result;reason\npce_01jd8m2x4c7n3k5p9qrstv0wxy;OK;\n7H3K9Q000012;Reprint;torn\n"
_ENTERED: Final = {"ranges": "12-15, 20", "outcome": "reprint", "reason": "torn by the inserter"}
_SAID: Final = ("batch-not-found", "batch-not-released", "batch-completed", "results-refused", "state-conflict")


def _results_body() -> dict[str, Any]:
    schema = ResultsIn.model_json_schema(ref_template="#/components/schemas/{model}")
    # Outcome is among the schemas already, as part of answers
    schema.pop("$defs", None)
    content = {
        MEDIA["csv"]: {"schema": {"type": "string"}, "example": _CSV},
        MEDIA["json"]: {"schema": schema, "example": _ENTERED},
    }
    about = (
        "As CSV what the inserter wrote: a column `piece_id` or `control_code`, `result` (OK, Reprint or Pull), and if "
        "you like `reason` and `print` (which print of the piece, from 1). As JSON what an operator says of envelopes."
    )
    return {"requestBody": {"description": about, "required": True, "content": content}}


def _kind(request: Request) -> str:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {MEDIA["csv"], MEDIA["json"]}:
        raise Refusal("media-type-unsupported", "Send a results file as text/csv, or what you enter as JSON.")
    return kind


KindDep = Annotated[str, Depends(_kind)]


@router.post(
    "/{batch_id:id}/printed",
    response_model=BatchOut,
    summary="Say that a batch is printed",
    dependencies=[PRINT_ROOM],
    responses=problems("batch-not-found", "batch-not-released", "state-conflict", *ACT_CODES),
)
def printed(caller: CallerDep, batch_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """All print files of it are. Again changes nothing."""
    return _batch(once, sha256, lambda deps: print_room.mark_printed(deps, *_who(caller, batch_id)))


@router.post(
    "/{batch_id:id}/results",
    response_model=AppliedOut,
    summary="Say what became of pieces",
    dependencies=[PRINT_ROOM, Depends(_kind)],
    responses=problems(
        *_SAID,
        *("reason-invalid", "request-invalid", "json-malformed", "media-type-unsupported", "body-cut-off"),
        *ACT_CODES,
    ),
    openapi_extra=_results_body(),
)
def apply_results(caller: CallerDep, batch_id: str, once: OnceDep, kind: KindDep, content: BodyDep) -> Response:
    """All or nothing: a row that cannot be applied is a finding. The same file again changes nothing."""
    data = content.file.read()

    def make(deps: Deps) -> Answer:
        if kind == MEDIA["csv"]:
            applied = results.apply_results_file(deps, caller.organisation_id, batch_id, data, caller.key_id)
        else:
            said = read_json(ResultsIn, data)
            applied = results.enter_results(
                deps, caller.organisation_id, batch_id, said.ranges, said.outcome, (caller.key_id, said.reason)
            )
        return Answer(HTTPStatus.OK, AppliedOut.of(applied))

    return once.run(content.sha256, make)


@router.post(
    "/{batch_id:id}/results/rest",
    response_model=AppliedOut,
    summary="Say that all other pieces are well",
    dependencies=[PRINT_ROOM],
    responses=problems(*_SAID, *ACT_CODES),
)
def accept_the_rest(caller: CallerDep, batch_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """OK for every piece that nothing was said of."""

    def make(deps: Deps) -> Answer:
        return Answer(HTTPStatus.OK, AppliedOut.of(results.accept_the_rest(deps, *_who(caller, batch_id))))

    return once.run(sha256, make)


@router.get(
    "/{batch_id:id}/results",
    summary="All that was said of the pieces of a batch",
    dependencies=[STAFF],
    responses=problems("batch-not-found", *LIST_CODES),
)
def list_results(deps: DepsDep, caller: CallerDep, page: PageDep, batch_id: str) -> ListOut[ResultOut]:
    """Oldest first; the last that was said of a print counts."""
    return listed(room_views.list_results(deps, caller.organisation_id, batch_id, page), ResultOut.of)


@router.post(
    "/{batch_id:id}/reprints",
    status_code=HTTPStatus.ACCEPTED,
    response_model=ReprintOut,
    summary="Print damaged pieces again",
    dependencies=[PRINT_ROOM],
    responses=problems(
        *("batch-not-found", "batch-not-released", "batch-completed", "reprint-nothing", "state-conflict"),
        *("request-invalid", *ACT_CODES),
    ),
)
def ask_reprint(caller: CallerDep, batch_id: str, wanted: ReprintIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """All that are damaged, in whole envelopes: within the batch or in a batch of its own, never both."""

    def make(deps: Deps) -> Answer:
        made = reprinting.ask_reprint(deps, caller.organisation_id, batch_id, wanted.loop, caller.key_id)
        return Answer(HTTPStatus.ACCEPTED, ReprintOut.of(made))

    def found(_: str) -> Answer | None:
        return _asked_before(once.deps, caller, batch_id, wanted.loop)

    return once.run(sha256, make, found=found)


@router.get(
    "/{batch_id:id}/reprints",
    summary="Reprints of a batch",
    dependencies=[STAFF],
    responses=problems("batch-not-found"),
)
def list_reprints(deps: DepsDep, caller: CallerDep, batch_id: str) -> ListOut[ReprintOut]:
    """All at once, by number. Files of a closed loop are fetched like those of the batch."""
    asked = room_views.list_reprints(deps, caller.organisation_id, batch_id)
    return ListOut(items=list(map(ReprintOut.of, asked)), next_cursor=None)


@reprints.post(
    "/{reprint_id:id}/retry",
    response_model=ReprintOut,
    summary="Start a reprint again that was given up",
    dependencies=[PRINT_ROOM],
    responses=problems("reprint-not-found", *ACT_CODES),
)
def retry_reprint(caller: CallerDep, reprint_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """Where it stopped; of one that is released nothing changes."""

    def make(deps: Deps) -> Answer:
        asked = reprinting.retry_reprint(deps, caller.organisation_id, reprint_id)
        return Answer(HTTPStatus.OK, ReprintOut.of(asked))

    return once.run(sha256, make)


@router.post(
    "/{batch_id:id}/complete",
    response_model=BatchOut,
    summary="Complete a batch",
    dependencies=[PRINT_ROOM],
    responses=problems(
        *("batch-not-found", "batch-not-released", "batch-not-printed", "pieces-not-set", "pieces-to-reprint"),
        *("sheets-differ", "note-invalid", "state-conflict", "request-invalid", *ACT_CODES),
    ),
)
def complete(caller: CallerDep, batch_id: str, counted: CompleteIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """When every piece is in its envelope, pulled or printed elsewhere, and the sheets agree. Again changes nothing."""
    said = (counted.sheets_counted, counted.note)
    return _batch(once, sha256, lambda deps: print_room.complete_batch(deps, *_who(caller, batch_id), said))


@router.post(
    "/{batch_id:id}/reopen",
    response_model=BatchOut,
    summary="Open a completed batch again",
    dependencies=[PRINT_ROOM],
    responses=problems(
        *("batch-not-found", "batch-not-released", "batch-not-completed", "note-invalid", "state-conflict"),
        *("request-invalid", *ACT_CODES),
    ),
)
def reopen(caller: CallerDep, batch_id: str, why: ReopenIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """To correct what was said of a piece, until it is handed over; it leaves its mail run."""
    return _batch(once, sha256, lambda deps: print_room.reopen_batch(deps, *_who(caller, batch_id), why.note))


def _who(caller: Caller, batch_id: str) -> tuple[str, str, str]:
    return caller.organisation_id, batch_id, caller.key_id


def _batch(once: OncePerKey, sha256: str, change: Callable[[Deps], Batch]) -> Response:
    return once.run(sha256, lambda deps: Answer(HTTPStatus.OK, BatchOut.of(change(deps))))


def _asked_before(deps: Deps, caller: Caller, batch_id: str, loop: Loop) -> Answer | None:
    """The reprint that a request made before it was cut off: then no piece is damaged any more."""
    with deps.database.read() as uow:
        states = uow.pieces.states(caller.organisation_id, batch_id)
    asked = room_views.list_reprints(deps, caller.organisation_id, batch_id)
    if PieceState.DAMAGED in states or not asked or (asked[-1].loop, asked[-1].by) != (loop, caller.key_id):
        return None
    return Answer(HTTPStatus.ACCEPTED, ReprintOut.of(asked[-1]))
