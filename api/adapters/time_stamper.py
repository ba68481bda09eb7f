"""Asks a time stamping authority over HTTP (RFC 3161, section 3.4), and believes nothing that it has not looked at."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any, ClassVar, Final

import httpx
from asn1crypto import cms, core, tsp
from asn1crypto.algos import DigestAlgorithm

from api.ports import Retryable

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT_S: Final = 20.0
MOST_BYTES: Final = 1 << 16
_STEP_S: Final = 10.0
_OK: Final = 200
_NONCE_BITS: Final = 64
_GRANTED: Final = frozenset({"granted", "granted_with_mods"})


class _Reply(core.Sequence):  # type: ignore[misc] # asn1crypto has no types
    """TimeStampResp as in section 2.4.2: one that refuses has no token."""

    _fields: ClassVar[list[Any]] = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


class HttpTimeStamper:
    """`api.ports.TimeStamper`. Whoever runs the service chose the authority, so its address may be anywhere."""

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S, clock: Callable[[], float] = time.monotonic) -> None:
        """``timeout_s`` bounds the whole answer, however slowly it drips in."""
        self._url = url
        self._timeout_s = timeout_s
        self._clock = clock

    def stamp(self, digest: bytes) -> bytes:
        """See the port. Raises `Retryable`: ``time-stamp-unreachable``, ``-refused``, ``-invalid``."""
        nonce = secrets.randbits(_NONCE_BITS)
        answer = self._ask(_query(digest, nonce))
        _check(answer, digest, nonce)
        return answer

    def _ask(self, query: bytes) -> bytes:
        end = self._clock() + self._timeout_s
        headers = {"content-type": "application/timestamp-query", "accept": "application/timestamp-reply"}
        limits = httpx.Timeout(min(_STEP_S, self._timeout_s))
        try:
            with httpx.stream("POST", self._url, content=query, headers=headers, timeout=limits) as response:
                if response.status_code != _OK:
                    raise _unreachable(f"it answers with status {response.status_code}")
                answer = b""
                for block in response.iter_bytes():
                    answer += block
                    if len(answer) > MOST_BYTES:
                        raise _invalid(f"it is larger than {MOST_BYTES:,} bytes")
                    if self._clock() > end:
                        raise _unreachable(f"its answer takes longer than {self._timeout_s:.0f} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unreachable(type(error).__name__) from error
        return answer


def _query(digest: bytes, nonce: int) -> bytes:
    """Section 2.4.1, with the authority's certificate asked for, so that the stamp can be checked by itself."""
    imprint = {"hash_algorithm": DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    fields = {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    return bytes(tsp.TimeStampReq(fields).dump())


def _check(answer: bytes, digest: bytes, nonce: int) -> None:
    """Section 2.4.2: granted, over this digest, and the answer to this very question."""
    try:
        response = _Reply.load(answer, strict=True)
        status = response["status"]
        if status["status"].native not in _GRANTED:
            raise _refused(status)
        info = response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
        imprint = info["message_imprint"]
        said = (imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native, info["nonce"].native)
    except (ValueError, TypeError, KeyError) as error:
        raise _invalid("it cannot be read") from error
    if said != ("sha256", digest, nonce):
        raise _invalid("it is about something else than was asked")


def _refused(status: Any) -> Retryable:  # noqa: ANN401 (asn1crypto has no types)
    words = " ".join(status["status_string"].native or ()) or str(status["status"].native)
    printable = "".join(sign for sign in words if sign.isprintable())[:200]
    return Retryable("time-stamp-refused", f"The time stamping authority refuses: {printable}.")


def _invalid(why: str) -> Retryable:
    return Retryable("time-stamp-invalid", f"The answer of the time stamping authority is no stamp: {why}.")


def _unreachable(why: str) -> Retryable:
    return Retryable("time-stamp-unreachable", f"The time stamping authority gives no answer: {why}.")
