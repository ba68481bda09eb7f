"""Seals by pyHanko: PAdES baseline (ETSI EN 319 142-1), certified with no changes allowed (ISO 32000-1, 12.8.2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from asn1crypto import pem, tsp
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from pyhanko.keys.pemder import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import TimeStamper as PdfStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from api.ports.faults import Fault, Permanent
from api.ports.sealing import StampMissing
from docgen.findings import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from asn1crypto.cms import ContentInfo

    from api.ports import TimeStamper

_FIELD = "Seal"
_DIGEST = "sha256"


@dataclass(frozen=True, slots=True)
class SealFiles:
    """Where the key is: PKCS#12, or PEM with certificates in a file beside it, the signer's and those above it."""

    key: Path
    certificates: Path | None = None
    password: Path | None = None


class PyHankoSealer:
    """Seals with a key of our own; stamps come from a time stamping authority."""

    def __init__(self, signer: SimpleSigner, stamps: TimeStamper | None) -> None:
        """Use `open_sealer`."""
        self._signer = signer
        self._stamper = _Stamper(stamps) if stamps is not None else None

    def seal(self, pdf: bytes, reason: str, *, stamped: bool) -> bytes:
        """See `api.ports.sealing.Sealer`."""
        if stamped and self._stamper is None:
            raise StampMissing("time-stamp-not-configured", "No time stamping authority is set; see docs/proof.md.")
        says = PdfSignatureMetadata(
            field_name=_FIELD,
            md_algorithm=_DIGEST,
            reason=reason,
            certify=True,
            subfilter=SigSeedSubFilter.PADES,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        signer = PdfSigner(says, self._signer, timestamper=self._stamper if stamped else None)
        try:
            return bytes(signer.sign_pdf(_NamelessWriter(BytesIO(pdf))).getvalue())
        except (SigningError, PdfError) as error:
            raise Permanent("seal-failed", f"The seal cannot be set: {error}") from error


class _NamelessWriter(IncrementalPdfFileWriter):
    """Adds the seal and nothing else: the document keeps its own metadata, which name no tool."""

    def _update_meta(self) -> None:
        """Leave title, dates and author as they are."""

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Stay at the version that the document has: one of PDF/A-3 is of 1.7, whatever curve the key is of."""
        del version


class _Stamper(PdfStamper):
    """Stamps of our own port, in the form that the library takes."""

    def __init__(self, stamps: TimeStamper) -> None:
        super().__init__(include_nonce=False)  # type: ignore[no-untyped-call]  # the library leaves it untyped
        self._stamps = stamps

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> ContentInfo:
        """The token of a digest; whatever goes wrong is a stamp that is missing."""
        if md_algorithm != _DIGEST:
            raise ValueError(f"stamps are of {_DIGEST}, not of {md_algorithm}")
        try:
            token = tsp.TimeStampResp.load(self._stamps.stamp(message_digest), strict=True)["time_stamp_token"]
            imprint = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]
        except Fault as fault:
            raise StampMissing(fault.code, fault.detail) from fault
        except (ValueError, TypeError, KeyError) as error:
            raise StampMissing("time-stamp-invalid", f"The answer of the authority is no stamp: {error}") from error
        if imprint["hashed_message"].native != message_digest:
            raise StampMissing("time-stamp-invalid", "The authority stamped something else.")
        return token


def open_sealer(files: SealFiles, stamps: TimeStamper | None) -> PyHankoSealer:
    """The sealer with the key in these files.

    Raises:
        Refusal: ``seal-key-invalid``.
    """
    try:
        password = files.password.read_bytes().strip() if files.password else None
        key = files.key.read_bytes()
        if pem.detect(key):
            signer = _from_pem(key, files.certificates, password)
        else:
            signer = SimpleSigner.load_pkcs12_data(key, (), passphrase=password)
    except (OSError, ValueError, TypeError) as error:
        message = f"The key of the seal cannot be used: {error}. Set POSTHOORN_SEAL_* as docs/proof.md says."
        raise Refusal("seal-key-invalid", message) from error
    return PyHankoSealer(signer, stamps)


def _from_pem(key: bytes, certificates: Path | None, password: bytes | None) -> SimpleSigner:
    """A signer whose certificate is the one of this key, whatever the order in the file."""
    if certificates is None:
        raise ValueError("a PEM key needs a file of certificates")
    public = load_pem_private_key(key, password).public_key()
    own = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    found = list(load_certs_from_pemder_data(certificates.read_bytes()))
    signing = next((one for one in found if one.public_key.dump() == own), None)
    if signing is None:
        raise ValueError(f"{certificates.name} has no certificate of this key")
    others = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    others.register_multiple([one for one in found if one is not signing])
    return SimpleSigner(
        signing_cert=signing,
        signing_key=load_private_key_from_pemder_data(key, passphrase=password),
        cert_registry=others,
    )
