"""Against a real authority, `openssl ts` behind HTTP, and against ones that lie or dawdle."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from asn1crypto import tsp

from agreements import verify
from api.adapters.time_stamper import MOST_BYTES, HttpTimeStamper
from api.ports import Retryable
from tests.agreements.time_authority import TimeAuthority, served

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DOCUMENT = b'{"checkpoint":1}'
DIGEST = hashlib.sha256(DOCUMENT).digest()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TimeAuthority:
    return TimeAuthority(tmp_path_factory.mktemp("tsa"))


def test_a_real_authority_stamps_and_openssl_finds_it_good(authority: TimeAuthority) -> None:
    with served(authority.answer) as url:
        stamp = HttpTimeStamper(url).stamp(DIGEST)
    assert verify.check_stamp(DOCUMENT, stamp, authority.ca)[0] == "valid"
    assert verify.check_stamp(DOCUMENT + b" ", stamp, authority.ca)[0] == "invalid"


def test_every_question_has_a_nonce_of_its_own(authority: TimeAuthority) -> None:
    asked: list[bytes] = []

    def answer(query: bytes) -> bytes:
        asked.append(query)
        return authority.answer(query)

    with served(answer) as url:
        for _ in range(2):
            HttpTimeStamper(url).stamp(DIGEST)
    one, other = (tsp.TimeStampReq.load(query)["nonce"].native for query in asked)
    assert one != other


def _fails(answer: Callable[[bytes], bytes], **how: int) -> str:
    with served(answer, **how) as url, pytest.raises(Retryable) as caught:
        HttpTimeStamper(url).stamp(DIGEST)
    return caught.value.code


def test_an_answer_to_another_question_is_refused(authority: TimeAuthority) -> None:
    def other_digest(query: bytes) -> bytes:
        request = tsp.TimeStampReq.load(query)
        request["message_imprint"]["hashed_message"] = hashlib.sha256(b"else").digest()
        return authority.answer(request.dump(force=True))

    def other_nonce(query: bytes) -> bytes:
        request = tsp.TimeStampReq.load(query)
        request["nonce"] = 7
        return authority.answer(request.dump(force=True))

    assert _fails(other_digest) == "time-stamp-invalid"
    assert _fails(other_nonce) == "time-stamp-invalid"
    assert _fails(lambda _: authority.stamp(DOCUMENT)) == "time-stamp-invalid"


def test_an_authority_that_refuses_is_told_with_its_words() -> None:
    status = tsp.PKIStatusInfo({"status": "rejection", "status_string": ["no credit\x07 left"]}).dump()
    refusal = b"\x30" + bytes([len(status)]) + status
    with served(lambda _: refusal) as url, pytest.raises(Retryable, match="refuses: no credit left") as caught:
        HttpTimeStamper(url).stamp(DIGEST)
    assert caught.value.code == "time-stamp-refused"


def test_a_real_authority_that_takes_other_digests_refuses(tmp_path: Path) -> None:
    other = TimeAuthority(tmp_path, digests="sha512")
    assert _fails(other.answer) == "time-stamp-refused"


@pytest.mark.parametrize("answer", [b"", b"<html>Welcome</html>", b"\x30\x80", b"\x30\x03\x02\x01\x00"])
def test_what_is_no_stamp_is_refused(answer: bytes) -> None:
    assert _fails(lambda _: answer) == "time-stamp-invalid"


def test_something_behind_the_stamp_is_refused(authority: TimeAuthority) -> None:
    assert _fails(lambda query: authority.answer(query) + b"\x00") == "time-stamp-invalid"


def test_an_answer_that_is_too_large_is_not_read_to_its_end() -> None:
    assert _fails(lambda _: bytes(MOST_BYTES + 1)) == "time-stamp-invalid"


def test_trouble_on_the_way_is_told(authority: TimeAuthority) -> None:
    assert _fails(authority.answer, status=503) == "time-stamp-unreachable"
    assert _fails(lambda _: b"x", length=99) == "time-stamp-unreachable"
    for url in ("http://127.0.0.1:1/tsa", "http://[:/"):
        with pytest.raises(Retryable, match="time-stamp-unreachable"):
            HttpTimeStamper(url).stamp(DIGEST)


def test_an_answer_that_drips_in_ends_in_time() -> None:
    moments = iter(range(0, 1000, 15))
    with served(lambda _: bytes(20)) as url, pytest.raises(Retryable, match="longer than 10 s"):
        HttpTimeStamper(url, 10.0, lambda: float(next(moments))).stamp(DIGEST)
