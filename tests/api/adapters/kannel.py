"""Kannel with its fake network on loopback: bearerbox, smsbox and fakesmsc, and what they call back."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from api.adapters.sms_kannel import REPLY_QUERY
from api.ports import RawCallback
from tests.servers import Server, answers, find_program, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

USER, PASSWORD = "letters", "not-in-any-log"
NUMBER: Final = "3669"
_CONFIG: Final = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {password}
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = fake
port = {network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = {user}
password = {password}
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
omit-empty = true
get-url = "{callback}?{reply}"
"""


class Kannel(Server):
    """``callback`` is the address that replies go to; ``url`` that of `sendsms`."""

    def __init__(self, callback: str) -> None:
        super().__init__()
        self._callback = callback

    def start(self) -> None:
        """The boxes know of one another before this is over."""
        admin, boxes, sendsms, self._network = free_ports(4)
        config = self.folder / "kannel.conf"
        values = {"admin": admin, "boxes": boxes, "sendsms": sendsms, "network": self._network}
        words = {"user": USER, "password": PASSWORD, "callback": self._callback, "reply": REPLY_QUERY}
        config.write_text(_CONFIG.format(**values, **words))
        self.spawn([find_program("bearerbox"), str(config)])
        self.wait_until(lambda: answers(boxes) and answers(self._network))
        self.spawn([find_program("smsbox"), str(config)])
        self.wait_until(lambda: answers(sendsms))
        self.url = f"http://127.0.0.1:{sendsms}/cgi-bin/sendsms"

    def network(self, replies: Sequence[str] = ()) -> None:
        """Let a network connect, on which phones send these, such as ``+31612345678 3669 text JA``."""
        program = find_program("fakesmsc", "/usr/lib/kannel/test")
        sends = replies or (f"{NUMBER} {NUMBER} text -",)
        most = ["-m", str(len(replies)), "-i", "0.05"] if replies else ["-m", "0", "-i", "3600"]
        self.spawn([program, "-H", "127.0.0.1", "-r", str(self._network), *most, *sends])
        self.wait_until(lambda: "fakesmsc starting" in self.on_phones())

    def on_phones(self) -> str:
        """What the network says that it carried."""
        log = self.folder / "fakesmsc.log"
        return log.read_text(errors="replace") if log.exists() else ""


class Calls(list[RawCallback]):
    """What was called, in order."""

    url: str = ""


@contextmanager
def calls() -> Iterator[Calls]:
    """A server that notes what calls it."""
    noted = Calls()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            noted.append(RawCallback("GET", parts.path, query=dict(parse_qsl(parts.query, keep_blank_values=True))))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    noted.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield noted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
