"""Receivers of webhooks on loopback that do what receivers do, and what they should not."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Behaviour = Callable[[socket.socket], None]

HOST = "hooks.example.org"
_HERE = Path(__file__).parent
_CERTIFICATE = _HERE / "hooks.example.org.pem"
AUTHORITY = _HERE / "tests-only-ca.pem"


class Receiver:
    """A server whose every connection is treated by one behaviour; ``heard`` has what was read of each request."""

    def __init__(self, behaviour: Behaviour, *, tls: bool) -> None:
        self.heard: list[bytes] = []
        self.names: list[str | None] = []
        self._behaviour = behaviour
        self._tls = self._context() if tls else None
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def url(self, host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}/in?x=1"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        # an accept that waits is not woken by closing what it waits for
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_CERTIFICATE)
        context.set_servername_callback(lambda _sock, name, _context: self.names.append(name))
        return context

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            wrapped = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with wrapped:
                wrapped.settimeout(5)
                self.heard.append(_request(wrapped))
                self._behaviour(wrapped)


def _request(connection: socket.socket) -> bytes:
    """Head and body, by its content-length."""
    data = b""
    while b"\r\n\r\n" not in data:
        block = connection.recv(65536)
        if not block:
            return data
        data += block
    head, _, body = data.partition(b"\r\n\r\n")
    headers = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
    length = int(headers[b"content-length"])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def receiving(behaviour: Behaviour, *, tls: bool = False) -> Iterator[Receiver]:
    receiver = Receiver(behaviour, tls=tls)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()


def answers(status: str, *headers: str, body: bytes = b"") -> Behaviour:
    """One answer."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""])

    def behave(connection: socket.socket) -> None:
        connection.sendall(head.encode() + body)

    return behave


def drips(text: bytes, pause_s: float = 0.05, begin: bytes = b"") -> Behaviour:
    """A byte at a time, again and again."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(begin)
        while True:
            for number in range(len(text)):
                connection.sendall(text[number : number + 1])
                time.sleep(pause_s)

    return behave


def floods(begin: bytes) -> Behaviour:
    """As much as the other side takes."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(begin)
        while True:
            connection.sendall(b"x" * 65536)

    return behave


def sleeps(connection: socket.socket) -> None:
    """Says nothing."""
    connection.recv(1)


def says(data: bytes) -> Behaviour:
    """These bytes, and no more."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(data)

    return behave
