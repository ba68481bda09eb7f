"""Mail runs: completed batches that go to the post together, with papers and the proof that they went."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.http.auth import LIVE_PRINT_ROOM, PRINT_ROOM, STAFF, CallerDep
from api.http.bodies import BodyDep, JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.files import file_response
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, LIST_CODES, binary, problems
from api.http.room_schemas import HandOverIn, MailRunIn, MailRunOut
from api.http.schemas import ListOut, listed
from api.usecases import batches, mail_runs
from api.usecases.deps import Deps
from docgen.findings import Refusal

router = APIRouter(prefix="/v1/mail-runs", tags=["mail runs"])

_KINDS: Final = ("application/pdf", "image/png", "image/jpeg")
_PROOF: Final[dict[str, Any]] = {
    "requestBody": {
        "description": "The receipt: a PDF, or a PNG or JPEG of it.",
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}, "example": "…"} for kind in _KINDS},
    }
}


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=MailRunOut,
    summary="Open a mail run",
    dependencies=[LIVE_PRINT_ROOM],
    responses=problems(
        *("batch-not-found", "title-invalid", "mail-run-empty", "mail-run-batches-refused", "request-invalid"),
        *ACT_CODES,
    ),
)
def open_run(caller: CallerDep, wanted: MailRunIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Put completed batches together; the list for the post and the labels of sorted batches are made at once."""

    def make(deps: Deps) -> Answer:
        run = mail_runs.open_mail_run(deps, caller.organisation_id, wanted.title, wanted.batches, caller.key_id)
        return _opened(deps, caller.organisation_id, run.id)

    def found(run_id: str) -> Answer | None:
        try:
            return _opened(once.deps, caller.organisation_id, run_id)
        except Refusal:
            return None

    return once.run(sha256, make, "run", found)


@router.get("", summary="List mail runs", dependencies=[STAFF], responses=problems("mail-run-not-found", *LIST_CODES))
def list_runs(deps: DepsDep, caller: CallerDep, page: PageDep) -> ListOut[MailRunOut]:
    """Newest first."""
    return listed(mail_runs.list_mail_runs(deps, caller.organisation_id, page), MailRunOut.of)


@router.get("/{run_id:id}", summary="Show a mail run", dependencies=[STAFF], responses=problems("mail-run-not-found"))
def get_run(deps: DepsDep, caller: CallerDep, run_id: str) -> MailRunOut:
    """One mail run with its batches."""
    return MailRunOut.of(*mail_runs.get_mail_run(deps, caller.organisation_id, run_id))


@router.get(
    "/{run_id:id}/files/{name:id}",
    summary="Fetch a file of a mail run",
    dependencies=[PRINT_ROOM],
    response_class=Response,
    responses={
        200: binary("The file; ETag and Repr-Digest are its SHA-256", "application/pdf", "text/csv"),
        206: binary("The part that `Range` asked for", "application/pdf"),
        304: {"description": "`If-None-Match` has its ETag"},
        **problems("mail-run-not-found", "mail-run-file-not-found", "range-not-satisfiable"),
    },
)
def get_file(request: Request, deps: DepsDep, caller: CallerDep, run_id: str, name: str) -> Response:
    """The list for the post, labels of bundles and trays. It is logged."""
    file = mail_runs.find_mail_run_file(deps, caller.organisation_id, run_id, name)

    def note(first_byte: int) -> None:
        batches.note_seen(deps, caller.organisation_id, run_id, file, caller.key_id, first_byte)

    return file_response(request, deps, caller.organisation_id, file, note)


@router.post(
    "/{run_id:id}/hand-over",
    response_model=MailRunOut,
    summary="Say that the post has a mail run",
    dependencies=[PRINT_ROOM],
    responses=problems(
        *("mail-run-not-found", "mail-run-empty", "mail-reference-invalid", "state-conflict", "request-invalid"),
        *ACT_CODES,
    ),
)
def hand_over(caller: CallerDep, run_id: str, receipt: HandOverIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """From now on legal periods count. Again changes nothing."""

    def make(deps: Deps) -> Answer:
        mail_runs.hand_over(deps, caller.organisation_id, run_id, caller.key_id, (receipt.reference, None))
        return Answer(HTTPStatus.OK, MailRunOut.of(*mail_runs.get_mail_run(deps, caller.organisation_id, run_id)))

    return once.run(sha256, make)


@router.put(
    "/{run_id:id}/proof",
    summary="Keep the document that the post gave",
    dependencies=[PRINT_ROOM],
    responses=problems(
        *("mail-run-not-found", "mode-differs", "proof-kind-unknown", "body-empty", "body-too-large", "body-cut-off")
    ),
    openapi_extra=_PROOF,
)
def put_proof(deps: DepsDep, caller: CallerDep, run_id: str, content: BodyDep) -> MailRunOut:
    """Before or after it was handed over; a later one takes its place. What it is, is seen by its first bytes."""
    mail_runs.add_proof(deps, caller.organisation_id, run_id, caller.key_id, content.file.read())
    return MailRunOut.of(*mail_runs.get_mail_run(deps, caller.organisation_id, run_id))


@router.get(
    "/{run_id:id}/proof",
    summary="The document that the post gave",
    dependencies=[STAFF],
    response_class=Response,
    responses={200: binary("The document", *_KINDS), **problems("mail-run-not-found", "proof-not-found")},
)
def get_proof(deps: DepsDep, caller: CallerDep, run_id: str) -> Response:
    """As it was uploaded."""
    data, kind = mail_runs.read_proof(deps, caller.organisation_id, run_id)
    suffix = kind.rpartition("/")[2]
    headers = {"Content-Disposition": f'attachment; filename="{run_id}-proof.{suffix}"'}
    return Response(data, headers=headers, media_type=kind)


def _opened(deps: Deps, organisation_id: str, run_id: str) -> Answer:
    shown = MailRunOut.of(*mail_runs.get_mail_run(deps, organisation_id, run_id))
    return Answer(HTTPStatus.CREATED, shown, location=f"/v1/mail-runs/{run_id}")
