"""A time stamping authority of our own (RFC 3161), by openssl; the answers are real ones."""

from __future__ import annotations

import shutil
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_OPENSSL = shutil.which("openssl") or "openssl"
_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
accuracy = secs:1
ordering = yes
ess_cert_id_alg = sha256
[stamping]
extendedKeyUsage = critical,timeStamping
"""


class TimeAuthority:
    """Certificates and a serial number in a folder. ``ca`` is what a verifier trusts."""

    def __init__(self, folder: Path, name: str = "Tijd", digests: str = "sha256") -> None:
        """Make the keys; takes some tenths of a second."""
        self._folder = folder
        self.ca = folder / "ca.pem"
        self.answers = 0
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder, digests=digests), "utf-8")
        (folder / "serial").write_text("01\n", "ascii")
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30")
        self._run("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", f"/CN={name} CA")
        self._run("req", "-new", *curve[:-2], "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", f"/CN={name}")
        signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30")
        extension = ("-extfile", "tsa.cnf", "-extensions", "stamping")
        self._run("x509", "-req", "-in", "tsa.csr", *signing, *extension, "-out", "tsa.pem")

    def answer(self, query: bytes) -> bytes:
        """The reply to a request, as the authority's server gives it."""
        self.answers += 1
        path = self._folder / f"{self.answers}.tsq"
        path.write_bytes(query)
        self._run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", path.name, "-out", f"{self.answers}.tsr")
        return (self._folder / f"{self.answers}.tsr").read_bytes()

    def stamp(self, document: bytes) -> bytes:
        """A reply about ``document``."""
        (self._folder / "data").write_bytes(document)
        self._run("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query")
        return self.answer((self._folder / "query").read_bytes())

    def _run(self, *arguments: str) -> None:
        command = [_OPENSSL, *arguments]
        subprocess.run(command, cwd=self._folder, check=True, capture_output=True)  # noqa: S603 (openssl, no shell)


@contextmanager
def served(answer: Callable[[bytes], bytes], status: int = 200, length: int | None = None) -> Iterator[str]:
    """The address of an authority on this machine; ``answer`` makes a reply of a request."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["content-length"]))
            right = self.headers["content-type"] == "application/timestamp-query"
            body = answer(query) if right else b""
            self.send_response(status)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
