"""A sealed proof says what became of its seal, and the seal is what it says."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pytest
from certomancer.registry import CertLabel
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from agreements import verify
from agreements.proof.drawing import draw_proof
from agreements.proof.making import SealState
from api.adapters.sealer import SealFiles, open_sealer
from api.adapters.time_stamper import HttpTimeStamper
from api.ports import NoSealer, Retryable
from api.usecases.evidence.sealing import Sealed, draw_sealed
from docgen.drawing.raster import open_pdf
from docgen.layouts.brand_file import load_brand
from docgen.templates.package import BRAND_RULES, read_folder
from samples.make_evidence import agreed_on_page
from tests.api.adapters.trust import make_pki, pkcs12, serving_stamps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from certomancer.registry import PKIArchitecture
    from pyhanko.sign.validation import PdfSignatureStatus

    from agreements.proof.making import SealNote
    from api.ports import Sealer

_BRANDS = Path(__file__).parents[4] / "samples" / "brands"
REASON = "Electronic seal"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> PKIArchitecture:
    return make_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def key(pki: PKIArchitecture, tmp_path_factory: pytest.TempPathFactory) -> SealFiles:
    path = tmp_path_factory.mktemp("key") / "seal.p12"
    path.write_bytes(pkcs12(pki))
    return SealFiles(path)


@pytest.fixture(scope="module")
def stamps(pki: PKIArchitecture) -> Iterator[HttpTimeStamper]:
    with serving_stamps(pki) as url:
        yield HttpTimeStamper(url)


@pytest.fixture(scope="module")
def draw() -> Callable[[SealNote], bytes]:
    brand, document = load_brand(read_folder(_BRANDS / "grachtstad", BRAND_RULES)), agreed_on_page("en").document()
    return lambda note: draw_proof(document, brand, "en", note=note)


def words(pdf: bytes, page: int) -> str:
    with open_pdf(pdf) as opened:
        return " ".join(opened[page if page >= 0 else len(opened) + page].get_textpage().get_text_range().split())


def status(pdf: bytes, pki: PKIArchitecture) -> PdfSignatureStatus:
    trust = ValidationContext(trust_roots=[pki.get_cert(CertLabel("root"))], allow_fetching=False)
    (found,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return validate_pdf_signature(found, trust, ts_validation_context=trust)


@pytest.fixture(scope="module")
def sealed(key: SealFiles, stamps: HttpTimeStamper, draw: Callable[[SealNote], bytes]) -> Sealed:
    return draw_sealed(open_sealer(key, stamps), draw, REASON)


def test_a_sealed_proof_is_intact_and_says_so(sealed: Sealed, pki: PKIArchitecture) -> None:
    found = status(sealed.pdf, pki)
    assert (found.intact, found.valid, found.trusted, found.bottom_line) == (True, True, True, True)
    assert found.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert found.timestamp_validity is not None
    assert sealed.note.state is SealState.SEALED
    for page in (0, -1):
        assert "bears an electronic seal, with a time stamp" in words(sealed.pdf, page)


def test_the_checker_reads_the_evidence_out_of_a_sealed_proof(sealed: Sealed) -> None:
    assert verify.check(sealed.pdf).findings == []


def test_a_sealed_proof_is_of_the_version_that_its_standard_has(sealed: Sealed) -> None:
    with pikepdf.open(BytesIO(sealed.pdf)) as opened:
        assert opened.pdf_version == "1.7"
        assert "/Version" not in opened.Root
        assert bool(opened.Root.MarkInfo.Marked)
        assert opened.Root.Perms.DocMDP.SubFilter == "/ETSI.CAdES.detached"


def test_nothing_of_the_seal_names_the_service_or_a_tool(sealed: Sealed) -> None:
    for name in (b"posthoorn", b"pyhanko", b"reportlab", b"pikepdf", b"qpdf"):
        assert name not in sealed.pdf.lower()


def test_no_byte_of_the_document_can_be_changed(sealed: Sealed, pki: PKIArchitecture) -> None:
    pdf = sealed.pdf
    start = pdf.index(b"/Contents <") + len(b"/Contents <")
    seal = range(start, pdf.index(b">", start))
    for at in range(0, len(pdf), 1_997):
        if at not in seal:
            flipped = pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
            assert not _is_whole(flipped, pki), at


def _is_whole(pdf: bytes, pki: PKIArchitecture) -> bool:
    try:
        return status(pdf, pki).bottom_line
    except (PdfError, SignatureValidationError, ValueError, TypeError, KeyError, OSError, ArithmeticError):
        return False


class Down:
    """An authority that does not answer, until it does."""

    def __init__(self, stamps: HttpTimeStamper) -> None:
        self.stamps, self.is_down = stamps, True

    def stamp(self, digest: bytes) -> bytes:
        if self.is_down:
            raise Retryable("time-stamp-unreachable", "nobody answers")
        return self.stamps.stamp(digest)


def test_a_missing_stamp_shows_and_is_asked_for_again(
    key: SealFiles, stamps: HttpTimeStamper, draw: Callable[[SealNote], bytes], pki: PKIArchitecture
) -> None:
    authority = Down(stamps)
    sealer = open_sealer(key, authority)
    without = draw_sealed(sealer, draw, REASON)
    assert (without.note.state, without.note.code) == (SealState.WITHOUT_TIMESTAMP, "time-stamp-unreachable")
    found = status(without.pdf, pki)
    assert found.bottom_line
    assert found.timestamp_validity is None
    for page in (0, -1):
        assert "but without a time stamp" in words(without.pdf, page)
        assert "time-stamp-unreachable" in words(without.pdf, page)
    authority.is_down = False
    assert draw_sealed(sealer, draw, REASON).note.state is SealState.SEALED


@pytest.mark.parametrize("stamp_too", [True, False])
def test_a_seal_that_fails_shows(draw: Callable[[SealNote], bytes], *, stamp_too: bool) -> None:
    class Broken(NoSealer):
        def seal(self, pdf: bytes, reason: str, *, stamped: bool) -> bytes:
            if stamped and stamp_too:
                raise Retryable("seal-failed", "no key today")
            return super().seal(pdf, reason, stamped=stamped)

    sealer: Sealer = Broken()
    found = draw_sealed(sealer, draw, REASON)
    assert found.note.state is SealState.NOT_SEALED
    assert found.note.code == ("seal-failed" if stamp_too else "seal-not-configured")
    assert f"could not be sealed ({found.note.code})" in words(found.pdf, -1)
    assert b"/ByteRange" not in found.pdf
