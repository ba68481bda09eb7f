"""A gateway for text messages on loopback: takes JSON over HTTP, and does what a test tells it to."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Taken:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class JsonGateway:
    """``answer`` is status, headers and JSON (or bytes); ``slow_s`` waits before it, ``before`` runs before it."""

    url: str = ""
    status: int = 201
    answer: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    slow_s: float = 0.0
    hang_up: bool = False
    before: Callable[[Taken], None] = lambda _: None
    taken: list[Taken] = field(default_factory=list)

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        taken = Taken(handler.path, headers, json.loads(body) if body.startswith(b"{") else body)
        self.taken.append(taken)
        self.before(taken)
        time.sleep(self.slow_s)
        if self.hang_up:
            handler.close_connection = True
            return
        data = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        handler.send_response(self.status)
        for name, value in {"content-length": str(len(data)), **self.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        try:
            handler.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True


@contextmanager
def json_gateway() -> Iterator[JsonGateway]:
    """One that listens until the test is over."""
    gateway = JsonGateway()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            gateway.respond(self)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
