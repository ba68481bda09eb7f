"""A PKI that only tests trust: an authority, a seal of a corporation, and an authority of time stamps on loopback."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

from asn1crypto import tsp
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, ServiceLabel
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from certomancer.registry import PKIArchitecture

CORPORATION = "Stichting Woonstichting Grachtstad"
_YEARS = {"valid-from": "2020-01-01T00:00:00+0000", "valid-to": "2060-01-01T00:00:00+0000"}
STAMPED_AT = dt.datetime(2026, 11, 4, 9, 30, tzinfo=dt.UTC)


def _usage(*usages: str) -> dict[str, Any]:
    return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(usages)}}


def make_pki(folder: Path) -> PKIArchitecture:
    """The authorities, with new keys in ``folder``."""
    for name in ("root", "seal", "tsa"):
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem)
    stamping = {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]}
    common = {"issuer": "root", "validity": _YEARS}
    config = {
        "keysets": {"keys": {"keys": {name: {"path": f"{name}.pem"} for name in ("root", "seal", "tsa")}}},
        "pki-architectures": {
            "trust": {
                "keyset": "keys",
                "entity-defaults": {"country-name": "NL"},
                "entities": {
                    "root": {"common-name": "Test authority"},
                    "seal": {"common-name": CORPORATION},
                    "tsa": {"common-name": "Test time stamps"},
                },
                "certs": {
                    "root": {"subject": "root", **common, "profiles": ["simple-ca"]},
                    "seal": {
                        "subject": "seal",
                        **common,
                        "extensions": [_usage("digital_signature", "non_repudiation")],
                    },
                    "tsa": {"subject": "tsa", **common, "extensions": [_usage("digital_signature"), stamping]},
                },
                "services": {"time-stamping": {"tsa": {"signing-cert": "tsa"}}},
            }
        },
    }
    return CertomancerConfig(config, str(folder)).get_pki_arch(ArchLabel("trust"))


@contextmanager
def serving_stamps(pki: PKIArchitecture) -> Iterator[str]:
    """The URL of the authority of time stamps."""
    authority = pki.service_registry.summon_timestamper(ServiceLabel("tsa"), STAMPED_AT)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = authority.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def pkcs12(pki: PKIArchitecture, password: bytes | None = None) -> bytes:
    """The seal's key with its certificates."""
    found: bytes = pki.package_pkcs12(CertLabel("seal"), password=password)
    return found
