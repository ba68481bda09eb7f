"""Posts webhooks to addresses that others chose, without letting them choose more than that.

The name is resolved here, all its addresses are checked, and the connection goes to one that was checked: a name that
means something else a moment later changes nothing. TLS checks the name all the same. One clock bounds all of it.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import httpcore
import httpx

from api.ports import WebAddress, WebhookAnswer, is_public, read_web_address
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from httpcore import SOCKET_OPTION

    from api.ports import WebhookMessage

TIMEOUT_S: Final = 20.0
MOST_BODY_BYTES: Final = 1 << 16
SHOWN_CHARS: Final = 200
_CONNECT_S: Final = 10.0
_MOST_ADDRESSES: Final = 4
_RECORD_BYTES: Final = 1 << 14
_OK, _REDIRECTS, _ERRORS, _GONE = 200, 300, 400, 410
_HEADERS: Final = (("accept", "*/*"), ("accept-encoding", "identity"), ("connection", "close"))

Resolver = Callable[[str, int], Sequence[str]]


class HttpWebhookSender:
    """`api.ports.WebhookSender` on httpcore."""

    def __init__(
        self,
        *,
        private: bool = False,
        timeout_s: float = TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
        resolve: Resolver | None = None,
    ) -> None:
        """``private`` lets messages go to any address; without ``tls`` the usual authorities are trusted."""
        self._private = private
        self._timeout_s = timeout_s
        self._tls = tls or httpx.create_ssl_context()
        self._resolve = resolve or resolve_name

    def post(self, message: WebhookMessage) -> WebhookAnswer:
        """Once; whatever the receiver does is an answer."""
        clock = _Deadline(self._timeout_s)
        try:
            address = read_web_address(message.url, private=self._private)
        except Refusal:
            return _refused("webhook-url-invalid")
        found = self._addresses(address, clock)
        return found if isinstance(found, WebhookAnswer) else self._post(address, found, message, clock)

    def _addresses(self, address: WebAddress, clock: _Deadline) -> Sequence[str] | WebhookAnswer:
        """All that the name means, when all may be used."""
        found = clock.wait_for(lambda: self._resolve(address.host, address.port))
        if found is None:
            return _refused("webhook-name-unresolved")
        if not self._private and not all(map(is_public, found)):
            return _refused("webhook-address-private")
        return found[:_MOST_ADDRESSES]

    def _post(
        self, address: WebAddress, found: Sequence[str], message: WebhookMessage, clock: _Deadline
    ) -> WebhookAnswer:
        headers: list[tuple[str | bytes, str | bytes]] = [*message.headers.items(), *_HEADERS]
        network = _Pinned(found, clock)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._tls, network_backend=network, max_connections=1) as pool,
                pool.stream("POST", str(address), headers=headers, content=message.body) as response,
            ):
                return _answer(response)
        except httpcore.TimeoutException:
            return _refused("webhook-too-slow")
        except httpcore.NetworkError as error:
            tls = isinstance(error.args[0], ssl.SSLError)
            return _refused("webhook-tls-failed" if tls else "webhook-unreachable")
        except (httpcore.RemoteProtocolError, httpcore.LocalProtocolError):
            return _refused("webhook-answer-broken")


def resolve_name(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, as the machine resolves names; none when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


class _Deadline:
    """One moment by which everything is over."""

    def __init__(self, timeout_s: float) -> None:
        self._end = time.monotonic() + timeout_s

    def left_s(self, most_s: float | None = None) -> float:
        """Raises httpcore.ReadTimeout when nothing is left: 0 would mean not to wait at all."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this message is over")
        return left if most_s is None else min(left, most_s)

    def wait_for(self, resolve: Callable[[], Sequence[str]]) -> Sequence[str] | None:
        """What it gives; None when that is nothing, or comes too late: the system gives no way to hurry it."""
        found: list[Sequence[str]] = []
        thread = threading.Thread(target=lambda: found.append(resolve()), name="resolve", daemon=True)
        thread.start()
        thread.join(max(0.0, min(self._end - time.monotonic(), _CONNECT_S)))
        return found[0] if found and found[0] else None


class _Pinned(httpcore.NetworkBackend):
    """Connects to addresses that were checked, whatever the name means by now."""

    def __init__(self, addresses: Sequence[str], clock: _Deadline) -> None:
        self._addresses = addresses
        self._clock = clock
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """One after another, until one answers."""
        del host, timeout, local_address, socket_options
        failed: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._addresses:
            try:
                stream = self._inner.connect_tcp(address, port, self._clock.left_s(_CONNECT_S))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Bounded(stream, self._clock)
        raise failed or httpcore.ConnectError("no address")


class _Bounded(httpcore.NetworkStream):
    """A connection that ends with the clock, however little it is given at a time."""

    def __init__(self, inner: httpcore.NetworkStream, clock: _Deadline) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Raises httpcore.ReadTimeout."""
        del timeout
        return self._inner.read(max_bytes, self._clock.left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Raises httpcore.WriteTimeout. A record of TLS at a time: each is sent whole or runs out of time."""
        del timeout
        for start in range(0, len(buffer), _RECORD_BYTES):
            self._inner.write(buffer[start : start + _RECORD_BYTES], self._clock.left_s())

    def close(self) -> None:
        """At once."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The name is the one that was asked for, not the address."""
        del timeout
        return _Bounded(self._inner.start_tls(ssl_context, server_hostname, self._clock.left_s()), self._clock)

    def get_extra_info(self, info: str) -> object:
        """As below."""
        return self._inner.get_extra_info(info)


def _answer(response: httpcore.Response) -> WebhookAnswer:
    """The status decides; a body that does not come to its end changes nothing."""
    text = "".join(sign for sign in _begin_of(response).decode("utf-8", "replace") if sign.isprintable() or sign == " ")
    headers = {name.lower(): value for name, value in response.headers}
    retry_after = headers.get(b"retry-after", b"").decode("latin-1")[:100]
    return WebhookAnswer(_code_of(response.status), response.status, retry_after, text[:SHOWN_CHARS])


def _begin_of(response: httpcore.Response) -> bytes:
    body = bytearray()
    try:
        for block in response.iter_stream():
            body += block
            if len(body) >= MOST_BODY_BYTES:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.RemoteProtocolError):
        pass
    return bytes(body[:MOST_BODY_BYTES])


def _code_of(status: int) -> str:
    if status == _GONE:
        return _refused("webhook-gone").code
    if _REDIRECTS <= status < _ERRORS:
        return _refused("webhook-redirected").code
    return "" if _OK <= status < _REDIRECTS else _refused("webhook-not-accepted").code


def _refused(code: str) -> WebhookAnswer:
    return WebhookAnswer(code)
