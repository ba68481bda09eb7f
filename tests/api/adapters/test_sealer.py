"""Seals are valid to a checker that is not ours, and any change or missing stamp shows."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
from certomancer.registry import CertLabel
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from api.adapters.sealer import PyHankoSealer, SealFiles, open_sealer
from api.adapters.time_stamper import HttpTimeStamper
from api.ports import Permanent, StampMissing
from docgen.findings import Refusal
from tests.api.adapters.trust import STAMPED_AT, make_pki, pkcs12, serving_stamps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from certomancer.registry import PKIArchitecture
    from pyhanko.sign.validation import PdfSignatureStatus

REASON = "Electronic seal of the corporation"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> PKIArchitecture:
    return make_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def stamps(pki: PKIArchitecture) -> Iterator[HttpTimeStamper]:
    with serving_stamps(pki) as url:
        yield HttpTimeStamper(url)


@pytest.fixture(scope="module")
def key(pki: PKIArchitecture, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "seal.p12"
    path.write_bytes(pkcs12(pki))
    return path


@pytest.fixture(scope="module")
def document() -> bytes:
    out = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def sealed(key: Path, stamps: HttpTimeStamper, document: bytes) -> bytes:
    return open_sealer(SealFiles(key), stamps).seal(document, REASON, stamped=True)


def check(pdf: bytes, pki: PKIArchitecture) -> PdfSignatureStatus:
    trust = ValidationContext(trust_roots=[pki.get_cert(CertLabel("root"))], allow_fetching=False)
    (found,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return validate_pdf_signature(found, trust, ts_validation_context=trust)


def is_whole(pdf: bytes, pki: PKIArchitecture) -> bool:
    try:
        found = check(pdf, pki)
    except (PdfReadError, SignatureValidationError, ValueError, TypeError, KeyError, OSError, ArithmeticError):
        return False
    return found.bottom_line and found.coverage is SignatureCoverageLevel.ENTIRE_FILE


def test_a_seal_is_intact_valid_trusted_and_over_the_whole_file(sealed: bytes, pki: PKIArchitecture) -> None:
    found = check(sealed, pki)
    assert (found.intact, found.valid, found.trusted, found.docmdp_ok) == (True, True, True, True)
    assert found.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert found.timestamp_validity is not None
    assert found.timestamp_validity.trusted
    assert found.timestamp_validity.timestamp == STAMPED_AT


def test_the_document_itself_is_not_touched(sealed: bytes, document: bytes) -> None:
    assert sealed.startswith(document)
    assert b"pyhanko" not in sealed.lower()


def test_no_change_of_one_byte_passes(sealed: bytes, pki: PKIArchitecture) -> None:
    assert is_whole(sealed, pki)
    # what is sealed is all but the seal itself, which stands in hexadecimal and is filled up with noughts
    start = sealed.index(b"/Contents <") + len(b"/Contents <")
    gap = range(start, sealed.index(b">", start))
    at_all = [at for at in range(0, len(sealed), 41) if at not in gap]
    assert len(at_all) > 30
    for at in (*at_all, gap.start, gap.start + 1):
        flipped = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        assert not is_whole(flipped, pki), at


def test_what_is_added_after_the_seal_shows(sealed: bytes, pki: PKIArchitecture) -> None:
    assert not is_whole(sealed + b"\n% more\n", pki)


def test_an_authority_that_is_down_gives_no_stamp(key: Path, document: bytes) -> None:
    class Down:
        def stamp(self, digest: bytes) -> bytes:
            raise Permanent("time-stamp-unreachable", f"nobody answers for {len(digest)} bytes")

    sealer = open_sealer(SealFiles(key), Down())
    with pytest.raises(StampMissing) as missing:
        sealer.seal(document, REASON, stamped=True)
    assert missing.value.code == "time-stamp-unreachable"


@pytest.mark.parametrize("answer", [b"", b"<html>busy</html>", bytes.fromhex("30053003020102")])
def test_an_answer_that_is_no_stamp_is_none(key: Path, document: bytes, answer: bytes) -> None:
    class Odd:
        def stamp(self, digest: bytes) -> bytes:
            return answer[: len(digest)]

    with pytest.raises(StampMissing) as missing:
        open_sealer(SealFiles(key), Odd()).seal(document, REASON, stamped=True)
    assert missing.value.code == "time-stamp-invalid"


def test_a_stamp_of_something_else_is_none(key: Path, document: bytes, stamps: HttpTimeStamper) -> None:
    class Other:
        def stamp(self, digest: bytes) -> bytes:
            return stamps.stamp(digest[::-1])

    with pytest.raises(StampMissing):
        open_sealer(SealFiles(key), Other()).seal(document, REASON, stamped=True)


def test_without_an_authority_the_seal_has_no_stamp(key: Path, document: bytes, pki: PKIArchitecture) -> None:
    sealer: PyHankoSealer = open_sealer(SealFiles(key), None)
    with pytest.raises(StampMissing) as missing:
        sealer.seal(document, REASON, stamped=True)
    assert missing.value.code == "time-stamp-not-configured"
    found = check(sealer.seal(document, REASON, stamped=False), pki)
    assert found.bottom_line
    assert found.timestamp_validity is None


def test_a_key_in_pem_finds_its_own_certificate(pki: PKIArchitecture, tmp_path: Path, document: bytes) -> None:
    from asn1crypto import pem  # noqa: PLC0415 - here alone

    certificates = [pki.get_cert(CertLabel(name)).dump() for name in ("root", "tsa", "seal")]
    (tmp_path / "chain.pem").write_bytes(b"".join(pem.armor("CERTIFICATE", one) for one in certificates))
    (tmp_path / "key.pem").write_bytes(pem.armor("PRIVATE KEY", pki.key_set.get_private_key("seal").dump()))
    files = SealFiles(tmp_path / "key.pem", tmp_path / "chain.pem")
    assert check(open_sealer(files, None).seal(document, REASON, stamped=False), pki).bottom_line


@pytest.mark.parametrize("data", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "key").write_bytes(data)
    with pytest.raises(Refusal) as refused:
        open_sealer(SealFiles(tmp_path / "key"), None)
    assert refused.value.code == "seal-key-invalid"


def test_a_document_that_cannot_be_read_is_not_sealed(key: Path) -> None:
    with pytest.raises(Permanent) as fault:
        open_sealer(SealFiles(key), None).seal(b"%PDF-1.7 nothing", REASON, stamped=False)
    assert fault.value.code == "seal-failed"
