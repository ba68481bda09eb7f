"""Talks to a service: ``POSTHOORN_URL`` and ``POSTHOORN_API_KEY`` say which and as whom."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import httpx

from api.cli.exits import ExitCode, Trouble, of_status
from api.cli.output import finding_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

URL_VARIABLE = "POSTHOORN_URL"
KEY_VARIABLE = "POSTHOORN_API_KEY"
DEFAULT_URL = "http://127.0.0.1:8080"
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)


class Api:
    """A connection with a key; close it, or use it as a context."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        """Raises `Trouble` (``key-missing``) without a key."""
        key = os.environ.get(KEY_VARIABLE)
        if not key:
            raise Trouble(ExitCode.NOT_ALLOWED, f"key-missing: set {KEY_VARIABLE} to a key of your organisation.")
        url = os.environ.get(URL_VARIABLE, DEFAULT_URL)
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=_TIMEOUT, transport=transport)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self._client.close()

    def get(self, path: str, **query: object) -> dict[str, Any]:
        """A JSON answer. Raises `Trouble`."""
        return self._json("GET", path, params=_known(query))

    def post(self, path: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - options of httpx
        """A JSON answer; `options` are those of httpx. Raises as `get`."""
        return self._json("POST", path, **options)

    def put(self, path: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - options of httpx
        """A JSON answer; `options` are those of httpx. Raises as `get`."""
        return self._json("PUT", path, **options)

    def delete(self, path: str) -> None:
        """Remove. Raises as `get`."""
        with self._reached():
            response = self._client.delete(path)
        if response.is_error:
            raise _problem(response)

    def patch(self, path: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - options of httpx
        """A JSON answer; `options` are those of httpx. Raises as `get`."""
        return self._json("PATCH", path, **options)

    def post_once(self, path: str, headers: dict[str, str] | None = None, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - options of httpx
        """As `post`, and once more when the connection broke: with the same key nothing happens twice."""
        keyed = {"Idempotency-Key": str(uuid.uuid4()), **(headers or {})}
        try:
            return self.post(path, headers=keyed, **options)
        except Trouble as trouble:
            if trouble.code is not ExitCode.UNREACHABLE:
                raise
        return self.post(path, headers=keyed, **options)

    def items(self, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """All items of a list, part by part."""
        cursor: str | None = None
        while True:
            part = self.get(path, **{**query, "cursor": cursor, "limit": 500})
            yield from part["items"]
            cursor = part["next_cursor"]
            if cursor is None:
                return

    def whole(self, path: str, **query: object) -> tuple[httpx.Headers, bytes]:
        """A small file with its headers. Raises as `get`."""
        with self._reached():
            response = self._client.get(path, params=_known(query))
        if response.is_error:
            raise _problem(response)
        return response.headers, response.content

    def stream(self, path: str, headers: dict[str, str]) -> Iterator[tuple[int, bytes]]:
        """Status and block, for each block of a file. Raises as `get`."""
        with self._reached(), self._client.stream("GET", path, headers=headers) as response:
            if response.is_error:
                response.read()
                raise _problem(response)
            for block in response.iter_bytes(1 << 18):
                yield response.status_code, block

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except httpx.TransportError as error:
            kind = type(error).__name__
            raise Trouble(
                ExitCode.UNREACHABLE, f"service-unreachable: {self._client.base_url} does not answer ({kind})."
            ) from error

    def _json(self, method: str, path: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - options of httpx
        with self._reached():
            response = self._client.request(method, path, **options)
        if response.is_error:
            raise _problem(response)
        answer: dict[str, Any] = response.json()
        return answer


def _known(query: dict[str, object]) -> dict[str, str]:
    """Query parameters as text, without those that are not set."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in query.items()
        if value is not None
    }


def _problem(response: httpx.Response) -> Trouble:
    """Also for an answer of something in between that knows no problems."""
    is_json = response.headers.get("content-type", "").partition(";")[0].endswith("json")
    body: dict[str, Any] = response.json() if is_json else {}
    lines = [f"{body.get('code', 'http-error')}: {body.get('detail', f'HTTP status {response.status_code}')}"]
    lines += map(finding_line, body.get("findings", []))
    if body.get("findings_left_out"):
        lines.append(f"and {body['findings_left_out']} more")
    return Trouble(of_status(response.status_code), *lines)
