"""Trouble as problem+json (RFC 9457): one table from code to status, and the handlers that use it."""

from __future__ import annotations

import secrets
import traceback
from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.http.headers import REQUEST_ID, SECURITY
from api.ports import Fault, Retryable
from docgen.findings import Finding, Place, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fastapi import FastAPI
    from fastapi.routing import APIRoute
    from starlette.requests import Request
    from starlette.responses import Response

log = structlog.get_logger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
INTERNAL: Final = "internal-error"
CONTEXT: Final = "posthoorn.context"
MAX_FINDINGS: Final = 200
_RETRY_AFTER_S: Final = 5
_SHOWN_FRAMES: Final = 12

STATUS: Final[Mapping[str, HTTPStatus]] = {
    "bad-cursor": HTTPStatus.BAD_REQUEST,
    "bad-idempotency-key": HTTPStatus.BAD_REQUEST,
    "bad-page-limit": HTTPStatus.BAD_REQUEST,
    "body-cut-off": HTTPStatus.BAD_REQUEST,
    "body-empty": HTTPStatus.BAD_REQUEST,
    "http-error": HTTPStatus.BAD_REQUEST,
    "json-malformed": HTTPStatus.BAD_REQUEST,
    "form-not-ours": HTTPStatus.FORBIDDEN,
    "key-missing": HTTPStatus.UNAUTHORIZED,
    "key-revoked": HTTPStatus.UNAUTHORIZED,
    "key-unknown": HTTPStatus.UNAUTHORIZED,
    "approval-by-submitter": HTTPStatus.FORBIDDEN,
    "link-expired": HTTPStatus.FORBIDDEN,
    "link-invalid": HTTPStatus.FORBIDDEN,
    "login-failed": HTTPStatus.FORBIDDEN,
    "mode-differs": HTTPStatus.FORBIDDEN,
    "password-one-time": HTTPStatus.FORBIDDEN,
    "role-missing": HTTPStatus.FORBIDDEN,
    "method-not-allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "batch-completed": HTTPStatus.CONFLICT,
    "batch-not-blocked": HTTPStatus.CONFLICT,
    "batch-not-completed": HTTPStatus.CONFLICT,
    "batch-not-printed": HTTPStatus.CONFLICT,
    "batch-not-ready": HTTPStatus.CONFLICT,
    "batch-not-released": HTTPStatus.CONFLICT,
    "answers-not-open": HTTPStatus.CONFLICT,
    "campaign-changed": HTTPStatus.CONFLICT,
    "campaign-closed": HTTPStatus.CONFLICT,
    "campaign-key-taken": HTTPStatus.CONFLICT,
    "campaign-revoked": HTTPStatus.CONFLICT,
    "carrier-file-differs": HTTPStatus.CONFLICT,
    "job-not-waiting": HTTPStatus.CONFLICT,
    "mail-run-batches-refused": HTTPStatus.CONFLICT,
    "pieces-not-set": HTTPStatus.CONFLICT,
    "pieces-to-reprint": HTTPStatus.CONFLICT,
    "policy-changed": HTTPStatus.CONFLICT,
    "reprint-nothing": HTTPStatus.CONFLICT,
    "cut-off-passed": HTTPStatus.CONFLICT,
    "idempotency-in-progress": HTTPStatus.CONFLICT,
    "idempotency-key-reuse": HTTPStatus.CONFLICT,
    "last-admin": HTTPStatus.CONFLICT,
    "login-taken": HTTPStatus.CONFLICT,
    "organisation-exists": HTTPStatus.CONFLICT,
    "entry-host-taken": HTTPStatus.CONFLICT,
    "package-version-exists": HTTPStatus.CONFLICT,
    "state-conflict": HTTPStatus.CONFLICT,
    "undo-nothing": HTTPStatus.CONFLICT,
    "exchange-not-last": HTTPStatus.CONFLICT,
    "field-not-open": HTTPStatus.CONFLICT,
    "field-not-shown": HTTPStatus.CONFLICT,
    "field-own": HTTPStatus.CONFLICT,
    "field-taken": HTTPStatus.CONFLICT,
    "page-in-use": HTTPStatus.CONFLICT,
    "page-not-open": HTTPStatus.CONFLICT,
    "page-not-resolved": HTTPStatus.CONFLICT,
    "scan-batch-closed": HTTPStatus.CONFLICT,
    "scan-file-seen": HTTPStatus.CONFLICT,
    "scan-not-failed": HTTPStatus.CONFLICT,
    "undo-too-late": HTTPStatus.CONFLICT,
    "webhook-is-disabled": HTTPStatus.CONFLICT,
    "webhooks-too-many": HTTPStatus.CONFLICT,
    "agreement-changed": HTTPStatus.CONFLICT,
    "agreement-decided": HTTPStatus.CONFLICT,
    "asking-over": HTTPStatus.CONFLICT,
    "question-changed": HTTPStatus.CONFLICT,
    "question-closed": HTTPStatus.CONFLICT,
    "question-frozen": HTTPStatus.CONFLICT,
    "question-is-draft": HTTPStatus.CONFLICT,
    "question-key-taken": HTTPStatus.CONFLICT,
    "unclear-settled": HTTPStatus.CONFLICT,
    "body-too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "carrier-file-too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "media-type-unsupported": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "proof-kind-unknown": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "range-not-satisfiable": HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    "login-paused": HTTPStatus.TOO_MANY_REQUESTS,
    "not-ready": HTTPStatus.SERVICE_UNAVAILABLE,
    INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Every code with a status of its own; ``…-not-found`` is 404, and any other refusal is about content: 422."""

_OF_STATUS: Final[Mapping[int, str]] = {
    HTTPStatus.NOT_FOUND: "route-not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body-too-large",
}


def status_of(code: str) -> HTTPStatus:
    """The status that goes with a code."""
    if code.endswith("-not-found"):
        return HTTPStatus.NOT_FOUND
    return STATUS.get(code, HTTPStatus.UNPROCESSABLE_ENTITY)


class BodyTooLargeError(HTTPException):
    """The body is over the limit; an `HTTPException`, because the framework lets only that pass while it reads."""

    def __init__(self, limit_bytes: int) -> None:
        """Say the limit."""
        detail = f"The body is larger than {limit_bytes:,} bytes. Divide the work over several requests."
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


def problem(request: Request, code: str, detail: str, findings: Iterable[Finding] = (), **extra: object) -> Response:
    """The answer for a code."""
    status = status_of(code)
    found = list(findings)
    body = {
        "type": f"/problems/{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": int(status),
        "detail": detail,
        "instance": request.url.path,
        "code": code,
        "findings": [finding_json(finding) for finding in found[:MAX_FINDINGS]],
        **extra,
    }
    if len(found) > MAX_FINDINGS:
        body["findings_left_out"] = len(found) - MAX_FINDINGS
    request.scope[CONTEXT]["code"] = code
    return JSONResponse(body, status, headers=dict(_headers(status)), media_type=MEDIA_TYPE)


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as JSON; of the place only what is known."""
    place = {name: value for name, value in asdict(finding.place).items() if value is not None}
    return {"severity": finding.severity, "code": finding.code, "message": finding.message, "place": place}


def install(app: FastAPI) -> None:
    """Answer every kind of trouble with a problem."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(Fault, _fault)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _bug)


def _headers(status: HTTPStatus) -> Iterable[tuple[str, str]]:
    if status is HTTPStatus.UNAUTHORIZED:
        yield "WWW-Authenticate", "Bearer"
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        yield "Retry-After", str(_RETRY_AFTER_S)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for this type only
    return problem(request, error.code, error.detail, error.findings)


async def _fault(request: Request, error: Exception) -> Response:
    assert isinstance(error, Fault)  # noqa: S101 - registered for this type only
    log.error("fault", fault=error.code, detail=error.detail, **request.scope[CONTEXT])
    if isinstance(error, Retryable):
        return problem(request, "not-ready", "A part of the service does not answer now; try again in a moment.")
    return _internal(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    """What does not have the shape that the API describes; never repeats the value that was sent."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
    errors = error.errors()
    if any(each["type"] == "json_invalid" for each in errors):
        place = Place(pointer="", column=str(errors[0]["loc"][-1]))
        found = Finding("json-malformed", "This is not JSON from here on (character). Correct it.", place)
        return problem(request, "json-malformed", "The body is not JSON.", [found])
    findings = [Finding("request-invalid", each["msg"], _place(each["loc"])) for each in errors]
    return problem(request, "request-invalid", "The request does not have the shape that it needs.", findings)


def _place(location: tuple[str | int, ...]) -> Place:
    where, *path = location
    if where == "body":
        return Place(pointer="".join(f"/{part}" for part in path))
    return Place(column=f"{where} {'.'.join(map(str, path))}")


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    code = _OF_STATUS.get(error.status_code, "http-error")
    details = {
        "route-not-found": "There is nothing here; see /openapi.json for what there is.",
        "method-not-allowed": f"{request.method} is not possible here; see the Allow header.",
    }
    response = problem(request, code, details.get(code, error.detail))
    if code == "method-not-allowed":
        response.headers["Allow"] = ", ".join(_allowed(request))
    return response


def _allowed(request: Request) -> Iterable[str]:
    """What is possible at this path; the framework looks at the first route only (RFC 9110, 10.2.1)."""
    found = {method for route in request.app.state.routes for method in _methods(route, request.url.path)}
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def _methods(route: APIRoute, path: str) -> Iterable[str]:
    return (route.methods or ()) if route.path_regex.fullmatch(path) else ()


async def _gone(request: Request, error: Exception) -> Response:
    """The caller went away before the body was whole; nothing was kept and nobody reads this."""
    del error
    return problem(request, "body-cut-off", "The body ended before it was whole. Send it again.")


async def _bug(request: Request, error: Exception) -> Response:
    """A bug: the log has where it is and an id, the caller has the id."""
    response = _internal(request, error)
    # this answer goes past the layer that sets them
    response.headers.update({**SECURITY, REQUEST_ID: request.scope[CONTEXT]["request"]})
    return response


def _internal(request: Request, error: Exception) -> Response:
    incident = f"inc_{secrets.token_hex(8)}"
    # where, and which kind, but never the message: it may quote what somebody sent
    trace = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-_SHOWN_FRAMES:]]
    log.error(INTERNAL, incident=incident, error=type(error).__name__, trace=trace, **request.scope[CONTEXT])
    detail = f"Something is wrong with the service itself. Tell its operator: {incident}."
    return problem(request, INTERNAL, detail, incident=incident)
