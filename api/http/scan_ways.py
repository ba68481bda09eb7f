"""Ways out of exceptions: what a person says of a page, and a failed file read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Response
from pydantic import Field

from api.http.auth import MAILROOM, CallerDep
from api.http.bodies import JsonSha256
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, problems
from api.http.scan_schemas import ScanFileOut, ScanPageOut
from api.http.schemas import In
from api.ports import ScanPage
from api.usecases.deps import Deps
from api.usecases.scanning import exceptions
from docgen.findings import Refusal

router = APIRouter(prefix="/v1", tags=["scans"])


class Way(StrEnum):
    """What becomes of a page that is an exception."""

    ASSIGN = "assign"
    TAKE_ALL = "take_all"
    OTHER_MAIL = "other_mail"
    BLANK = "blank"
    READ_AGAIN = "read_again"
    REOPEN = "reopen"


class WayIn(In):
    """What a page is. `assign` names the letter's piece; `take_all` believes each code; `reopen` takes back."""

    way: Way = Field(examples=["assign"])
    piece_id: str = Field("", description="With `assign`.", examples=["pce_0123456789abcdefghjk"])
    note: str = Field("", description="With `other_mail` and `blank`; no personal data.", examples=["A card"])


@router.post(
    "/scan-pages/{scan_page_id:id}/way-out",
    response_model=ScanPageOut,
    summary="Say what a page is",
    dependencies=[MAILROOM],
    responses=problems(
        *("scan-page-not-found", "piece-not-found", "page-not-open", "page-not-resolved", "page-in-use"),
        *("piece-without-slip", "slips-not-placed", "note-too-long", "request-invalid", *ACT_CODES),
    ),
)
def say(caller: CallerDep, scan_page_id: str, said: WayIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Of an exception that waits; or, with `reopen`, take back what was said while nobody has keyed from it."""

    def make(deps: Deps) -> Answer:
        page = _WAYS[said.way](deps, caller.organisation_id, scan_page_id, caller.key_id, said)
        return Answer(HTTPStatus.OK, ScanPageOut.of(page))

    return once.run(sha256, make)


@router.post(
    "/scan-files/{scan_file_id:id}/retry",
    response_model=ScanFileOut,
    summary="Read a failed file again",
    dependencies=[MAILROOM],
    responses=problems("scan-file-not-found", "scan-not-failed", *ACT_CODES),
)
def retry(caller: CallerDep, scan_file_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """Pages that are there stay; those that are missing are added."""

    def make(deps: Deps) -> Answer:
        file = exceptions.retry_file(deps, caller.organisation_id, scan_file_id)
        return Answer(HTTPStatus.OK, ScanFileOut.of(file))

    return once.run(sha256, make)


def _assign(deps: Deps, organisation_id: str, page_id: str, by: str, said: WayIn) -> ScanPage:
    if not said.piece_id:
        raise Refusal("request-invalid", "Name the piece of the letter whose slip this is.")
    return exceptions.assign(deps, organisation_id, page_id, said.piece_id, by)


def _simply(
    act: Callable[[Deps, str, str, str], ScanPage],
) -> Callable[[Deps, str, str, str, WayIn], ScanPage]:
    return lambda deps, organisation_id, page_id, by, _: act(deps, organisation_id, page_id, by)


def _noted(
    act: Callable[[Deps, str, str, str, str], ScanPage],
) -> Callable[[Deps, str, str, str, WayIn], ScanPage]:
    return lambda deps, organisation_id, page_id, by, said: act(deps, organisation_id, page_id, by, said.note)


_WAYS: Final[Mapping[Way, Callable[[Deps, str, str, str, WayIn], ScanPage]]] = {
    Way.ASSIGN: _assign,
    Way.TAKE_ALL: _simply(exceptions.take_all),
    Way.OTHER_MAIL: _noted(exceptions.mark_other_mail),
    Way.BLANK: _noted(exceptions.mark_blank),
    Way.READ_AGAIN: _simply(exceptions.read_again),
    Way.REOPEN: _simply(exceptions.reopen),
}
