"""Around every request: an id, a log line, a count, a limit on the body, security headers, and HEAD for every GET."""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders

from api.http.headers import REQUEST_ID, SECURITY
from api.http.problems import CONTEXT, BodyTooLargeError
from api.usecases.mail_runs import MAX_PROOF_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from api.http.metrics import Metrics

log = structlog.get_logger(__name__)

IS_HEAD: Final = "posthoorn.head"
JSON_LIMIT_BYTES: Final = 1 << 16
ZIP_LIMIT_BYTES: Final = 40_000_000
RESULTS_LIMIT_BYTES: Final = 10_000_000
# a browser sends a file whole and shows nothing meanwhile; larger ones are for the API
STAFF_RECORDS_LIMIT_BYTES: Final = 50_000_000
ROWS_LIMIT_BYTES: Final = 50_000_000
_ROWS: Final = re.compile(
    r"/v1/(?:questions/[^/]+/requests|campaigns/[^/]+/(?:recipients|answers|answer-imports)|meters/import)"
)
_PRINT_JOBS: Final = frozenset({"/v1/print-jobs", "/v1/print-jobs/ready-made"})
_BOUNCES: Final = re.compile(r"/v1/channels/[^/]+/bounces")
_PROOF: Final = re.compile(r"/v1/mail-runs/[^/]+/proof")
_RESULTS: Final = re.compile(r"/v1/batches/[^/]+/results")
_FILES: Final = (
    (_ROWS, ROWS_LIMIT_BYTES),
    (_RESULTS, RESULTS_LIMIT_BYTES),
    (_BOUNCES, RESULTS_LIMIT_BYTES),
    (_PROOF, MAX_PROOF_BYTES),
)
_STAFF_RECORDS: Final = "/staff/jobs/new"
# what is sent here goes to disk as it comes, as for the API
_STAFF_PDFS: Final = "/staff/jobs/pdfs"
_STAFF_SCANS: Final = re.compile(r"/staff/mailroom/(?:batch/[^/]+/)?files")
_STAFF_PACKAGE: Final = re.compile(r"/staff/(?:templates|brands)/try")
_STAFF_FILE: Final = re.compile(r"/staff/(?:batches/[^/]+/results-file|mail-runs/[^/]+/(?:hand-over|proof))")


class Observed:
    """The outermost: request id, log line, metrics, headers. Logs hold ids, routes and codes, never what was sent."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, https: bool, more: Mapping[str, str] | None = None) -> None:
        """With ``https`` browsers are told to stay there; ``more`` are other headers, or others in their place."""
        self.app = app
        self._metrics = metrics
        self._headers = {**SECURITY, **(more or {})}
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only HTTP."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = f"req_{secrets.token_hex(8)}"
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id)
        # what the routes find out runs in other threads, so it is handed over in the scope
        scope[CONTEXT] = {"request": request_id}
        started, status, ended = time.perf_counter(), 500, 0.0

        async def observed_send(message: Message) -> None:
            nonlocal status, ended
            if message["type"] == "http.response.start":
                status = int(message["status"])
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = request_id
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)
            # what is done after the answer keeps nobody waiting
            ended = time.perf_counter()

        try:
            await self.app(scope, receive, observed_send)
        finally:
            self._note(scope, status, (ended or time.perf_counter()) - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_of(scope)
        self._metrics.count(scope["method"], route, status, seconds)
        log.info(
            "request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000), **scope[CONTEXT]
        )


class HeadAsGet:
    """HEAD is answered like GET without the content (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        """Around the routes."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the GET and keep its content back."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def head_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
            elif not message.get("more_body"):
                await send({"type": "http.response.body", "body": b""})

        scope["method"], scope[IS_HEAD] = "GET", True
        try:
            await self.app(scope, receive, head_send)
        finally:
            scope["method"] = "HEAD"


class WholeQuery:
    """Marks NUL in a query, which no database keeps, as forms do; the mark is in nothing that is looked for."""

    def __init__(self, app: ASGIApp) -> None:
        """Around the routes."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Change the query, if need be."""
        if scope["type"] == "http" and b"%00" in scope["query_string"]:
            scope["query_string"] = scope["query_string"].replace(b"%00", b"%EF%BF%BD")
        await self.app(scope, receive, send)


class LimitedBody:
    """Refuses a body that is too large: by what it says of itself, and by what really comes."""

    def __init__(self, app: ASGIApp, limit_of: Callable[[str], int]) -> None:
        """``limit_of`` gives the limit in bytes for a path."""
        self.app = app
        self._limit_of = limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received; the error passes through the framework to the handler of problems."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        said = Headers(scope=scope).get("content-length", "")
        too_large = said.isdecimal() and int(said) > limit
        received = 0

        async def limited_receive() -> Message:
            nonlocal received
            if too_large:
                raise BodyTooLargeError(limit)
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise BodyTooLargeError(limit)
            return message

        await self.app(scope, limited_receive, send)


def limits(max_body_bytes: int) -> Callable[[str], int]:
    """The limit for a path: records may be large, packages, proofs and results less so, and JSON is small."""

    def limit_of(path: str) -> int:
        if path.startswith("/v1/print-jobs"):
            return max_body_bytes if path.rstrip("/") in _PRINT_JOBS else JSON_LIMIT_BYTES
        if path.startswith("/v1/scan-batches/"):
            return max_body_bytes if path.rstrip("/").endswith("/files") else JSON_LIMIT_BYTES
        if path.startswith(("/v1/brands", "/v1/templates")):
            return ZIP_LIMIT_BYTES
        if path.startswith("/staff/"):
            # the other fields and the borders of the form come on top
            return _staff_limit(path, max_body_bytes) + JSON_LIMIT_BYTES
        known = (limit for pattern, limit in _FILES if pattern.fullmatch(path))
        return min(next(known, JSON_LIMIT_BYTES), max_body_bytes)

    return limit_of


def _staff_limit(path: str, max_body_bytes: int) -> int:
    """The same for files in forms; a form without one is small."""
    if path == _STAFF_RECORDS:
        return min(STAFF_RECORDS_LIMIT_BYTES, max_body_bytes)
    if path == _STAFF_PDFS or _STAFF_SCANS.fullmatch(path):
        return max_body_bytes
    if _STAFF_PACKAGE.fullmatch(path):
        return ZIP_LIMIT_BYTES
    return MAX_PROOF_BYTES if _STAFF_FILE.fullmatch(path) else 0


def route_of(scope: Scope) -> str:
    """The pattern of the route that answered; ``none`` when there was none."""
    return str(getattr(scope.get("route"), "path_format", "none"))
