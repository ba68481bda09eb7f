"""One HTTP request to a gateway, bounded in time and size, and what failed when it did."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import httpx

from api.ports import SendResult, SendState

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

TIMEOUT_S: Final = 20.0
MOST_BYTES: Final = 1 << 16
_CONNECT_S: Final = 10.0
_MOST_WAIT_S: Final = 3600.0
_TAKEN, _MOVED, _SERVER = range(200, 300), range(300, 400), 500
# busy, or something is wrong with the account: it says nothing of a message
_LINE: Final = frozenset({401, 402, 403, 404, 405, 407, 429, 503, *_MOVED})
# somebody before the gateway answered; it may have the message
_BETWEEN: Final = frozenset({502, 504})


class Reply(NamedTuple):
    """What a gateway answered."""

    status: int
    body: bytes
    retry_after_s: float


class GatewayHttp:
    """Keeps connections open between messages."""

    def __init__(self, timeout_s: float = TIMEOUT_S, tls: ssl.SSLContext | None = None) -> None:
        """Without ``tls`` the usual authorities are trusted."""
        self._timeout_s = timeout_s
        self._tls = tls
        self._client: httpx.Client | None = None

    def post(self, url: str, headers: Mapping[str, str], content: bytes) -> Reply | SendResult:
        """The answer, or what is known of a message when there was none."""
        end = time.monotonic() + self._timeout_s
        try:
            with self._open().stream("POST", url, headers=dict(headers), content=content) as response:
                body = bytearray()
                for block in response.iter_raw():
                    body += block
                    if len(body) > MOST_BYTES or time.monotonic() > end:
                        return _unknown("answer-too-long")
                return Reply(response.status_code, bytes(body), _wait_s(response.headers.get("retry-after", "")))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return SendResult(SendState.UNREACHABLE, code="no-connection", detail=str(error))
        except httpx.TimeoutException:
            return _unknown("no-answer")
        except httpx.TransportError as error:
            return SendResult(SendState.UNKNOWN, code="connection-lost", detail=str(error))

    def close(self) -> None:
        """Close what is open; the next message opens it again."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _open(self) -> httpx.Client:
        if self._client is None:
            timeout = httpx.Timeout(self._timeout_s, connect=min(_CONNECT_S, self._timeout_s))
            self._client = httpx.Client(timeout=timeout, verify=self._tls or _authorities(), trust_env=False)
        return self._client


@cache
def _authorities() -> ssl.SSLContext:
    """Read once: it takes longer than all else of a message."""
    return httpx.create_ssl_context()


def failure_of(reply: Reply, code: str, detail: str) -> SendResult | None:
    """What a status of HTTP means for a message; None when it was taken. ``code`` is the gateway's own, if any."""
    status, said = reply.status, code or f"http-{reply.status}"
    if status in _TAKEN:
        return None
    if status in _LINE:
        state = SendState.UNREACHABLE
    elif status in _BETWEEN:
        state = SendState.UNKNOWN
    else:
        state = SendState.DEFERRED if status >= _SERVER else SendState.REJECTED
    return SendResult(state, code=said, detail=detail, retry_after_s=reply.retry_after_s)


def _unknown(code: str) -> SendResult:
    return SendResult(SendState.UNKNOWN, code=code, detail="The gateway did not answer in time; it may have it.")


def _wait_s(text: str) -> float:
    return min(float(text), _MOST_WAIT_S) if text.isascii() and text.isdigit() else 0.0
