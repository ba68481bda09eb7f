"""Large files of answers: sent at once, taken in by a worker, and looked at meanwhile."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.auth import ANSWERS, CallerDep
from api.http.bodies import BodyDep
from api.http.campaign_schemas import AnswerImportOut
from api.http.edge import DepsDep, PageDep
from api.http.once import Answer, OnceDep
from api.http.recipients import GIVEN, FileQuery
from api.http.responses import ACT_CODES, LIST_CODES, problems
from api.http.schemas import ListOut, listed
from api.usecases.answering import import_jobs
from api.usecases.answering.import_jobs import SentFile
from api.usecases.answering.importing import ImportWish
from api.usecases.deps import Deps
from api.usecases.formats import read_format

router = APIRouter(prefix="/v1/campaigns/{campaign_id:id}/answer-imports", tags=["campaigns"])


def _media_type(request: Request) -> str:
    """Raises `Refusal` (``media-type-unsupported``, …) before the body is read."""
    return str(read_format(request.headers.get("content-type", "")))


MediaTypeDep = Annotated[str, Depends(_media_type)]
FileDep = Annotated[FileQuery, Query()]


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    response_model=AnswerImportOut,
    summary="Bring answers in by a large file",
    dependencies=[ANSWERS, Depends(_media_type)],
    responses=problems(
        *("campaign-not-found", "media-type-unsupported", "body-cut-off", "body-empty", "body-too-large"),
        *("request-invalid", *ACT_CODES),
    ),
    openapi_extra=GIVEN,
)
def send_answers(
    caller: CallerDep, campaign_id: str, once: OnceDep, media_type: MediaTypeDep, query: FileDep, content: BodyDep
) -> Response:
    """As the answers of a file that is answered at once, with up to 100,000 rows, by a worker.

    Look at it until `state` is `done`, `refused` (nothing of it is kept, or what was `written` when it says so) or
    `failed`. Whatever is killed meanwhile, it goes on from the row it had.
    """

    def make(deps: Deps) -> Answer:
        wish = ImportWish(caller.key_id, query.policy, query.check)
        file = SentFile(content.file, media_type)
        made = import_jobs.begin_import(deps, caller.organisation_id, campaign_id, file, wish)
        location = f"/v1/campaigns/{made.campaign_id}/answer-imports/{made.id}"
        return Answer(HTTPStatus.ACCEPTED, AnswerImportOut.of(made), location=location)

    return once.run(content.sha256, make)


@router.get(
    "",
    summary="List large files of answers",
    dependencies=[ANSWERS],
    responses=problems("campaign-not-found", "request-invalid", *LIST_CODES),
)
def list_imports(deps: DepsDep, caller: CallerDep, page: PageDep, campaign_id: str) -> ListOut[AnswerImportOut]:
    """Of a campaign, newest first."""
    return listed(import_jobs.list_imports(deps, caller.organisation_id, campaign_id, page), AnswerImportOut.of)


@router.get(
    "/{import_id:id}",
    summary="Show how far a large file of answers is",
    dependencies=[ANSWERS],
    responses=problems("campaign-not-found", "answer-import-not-found"),
)
def show_import(deps: DepsDep, caller: CallerDep, campaign_id: str, import_id: str) -> AnswerImportOut:
    """Its rows are judged (`rows` so far), then taken (`written` of them so far)."""
    return AnswerImportOut.of(import_jobs.get_import(deps, caller.organisation_id, campaign_id, import_id))
