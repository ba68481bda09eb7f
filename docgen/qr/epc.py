"""The payload of the European payment QR code: EPC069-12 v3.1, "Quick Response Code: Guidelines".

Twelve elements separated by a line feed; the last populated one is followed by nothing. The symbol has level M and at
most version 13, so at most 331 bytes fit. No ECI header is added: the payload tells its own character set.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.findings import NOWHERE, Finding, Place, Refusal
from docgen.letters import Cents
from docgen.qr.references import compact, is_iban, is_rf

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 331
MAX_CENTS = 999_999_999_99
MAX_NAME = 70
MAX_TEXT = 140
MAX_INFORMATION = 70
WITHOUT_BIC = "002"
WITH_BIC = "001"
CHARSETS = {
    1: "utf-8", 2: "iso8859-1", 3: "iso8859-2", 4: "iso8859-4",
    5: "iso8859-5", 6: "iso8859-7", 7: "iso8859-10", 8: "iso8859-15",
}  # fmt: skip
EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905 - a table reads better as one line
)

_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_PURPOSE = re.compile(r"[A-Z0-9]{4}")
_AMOUNT = re.compile(r"EUR(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,2}))?")
_SEPA = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
_TRANSLITERATION = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i", "ħ": "h", "Ħ": "H",
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201c": "'", "\u201d": "'", "\u201e": "'", '"': "'",
        "`": "'", "\u00b4": "'",
        "\u2013": "-", "\u2014": "-", "\u2011": "-", "_": "-", "&": "+", "@": "(at)", "€": "EUR",
        "[": "(", "]": ")", "{": "(", "}": ")", ";": ",", "*": ".", "#": ".", "=": "-", "|": "/", "\\": "/",
    }
)  # fmt: skip
_ELEMENTS = 12
_REQUIRED_ELEMENTS = 7


@dataclass(frozen=True, slots=True)
class EpcPayment:
    """A SEPA credit transfer to be scanned.

    ``amount`` None leaves it to the payer. ``reference`` is an ISO 11649 RF reference; anything else, a Dutch
    betalingskenmerk and a Belgian OGM included, is ``text``. Only one of the two can be set.
    ``charset`` is a number of the guideline: 1 is UTF-8, 2 to 8 are parts of ISO 8859.
    """

    name: str
    iban: str
    amount: Cents | None = None
    reference: str = ""
    text: str = ""
    bic: str = ""
    purpose: str = ""
    information: str = ""
    version: str = WITHOUT_BIC
    charset: int = 1


def check(payment: EpcPayment, place: Place = NOWHERE) -> tuple[Finding, ...]:
    """Everything that keeps ``payment`` from being encoded, each with a stable code and what to do."""
    faults = [*_head_faults(payment), *_account_faults(payment), *_remittance_faults(payment)]
    if not faults:
        faults = list(_payload_faults(payment))
    return tuple([Finding(f"epc-{code}", message, place) for code, message in faults])


def encode(payment: EpcPayment, place: Place = NOWHERE) -> bytes:
    """The payload for the symbol, in the character set of the payment.

    Raises:
        Refusal: ``epc-payment-invalid`` with the findings of ``check``.
    """
    findings = check(payment, place)
    if findings:
        raise Refusal("epc-payment-invalid", "This payment cannot be put in a QR code.", findings)
    return _payload(payment)


def parse(payload: bytes) -> EpcPayment:
    """Read a payload back, as a banking app does; LF or CR LF.

    Raises:
        Refusal: ``epc-payload-invalid`` when it breaks the form, ``epc-payment-invalid`` when its values are wrong.
    """
    lines = _lines(payload)
    tag, version, _, identification, bic, name, iban, amount, purpose, reference, text, information = lines
    if (tag, identification) != ("BCD", "SCT"):
        raise _broken("it does not say BCD and SCT")
    if iban != compact(iban):
        raise _broken("its IBAN has spaces or small letters")
    payment = EpcPayment(
        name=name,
        iban=iban,
        amount=_cents(amount),
        reference=reference,
        text=text,
        bic=bic,
        purpose=purpose,
        information=information,
        version=version,
        charset=int(lines[2]),
    )
    findings = check(payment)
    if findings:
        raise Refusal("epc-payment-invalid", "The values in the payload are not those of a payment.", findings)
    return payment


def format_amount(amount: Cents) -> str:
    """EUR12.30: a dot, two decimals, no thousands separator."""
    return f"EUR{amount // 100}.{amount % 100:02d}"


def to_sepa(text: str) -> str:
    """``text`` in the SEPA basic Latin set (EPC217-08): accents go, what is left over becomes a question mark."""
    plain = unicodedata.normalize("NFKD", text.translate(_TRANSLITERATION))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return "".join(c if c in _SEPA else "?" for c in kept)


def _head_faults(payment: EpcPayment) -> Iterator[tuple[str, str]]:
    if payment.version not in (WITH_BIC, WITHOUT_BIC):
        yield "version-unknown", "Use version 002, or 001 with a BIC."
    if payment.charset not in CHARSETS:
        yield "charset-unknown", "Use a character set from 1 (UTF-8) to 8."
    if payment.amount is not None and not 1 <= payment.amount <= MAX_CENTS:
        yield "amount-out-of-range", "Give an amount from 0.01 to 999999999.99, or none. There is no code for a credit."
    if payment.purpose and not _PURPOSE.fullmatch(payment.purpose):
        yield "purpose-invalid", "Give a purpose code of four capitals or digits, or none."


def _account_faults(payment: EpcPayment) -> Iterator[tuple[str, str]]:
    if not payment.name:
        yield "name-missing", "Give the name of the beneficiary."
    if len(payment.name) > MAX_NAME:
        yield "name-too-long", f"Shorten the name of the beneficiary to {MAX_NAME} characters."
    iban = compact(payment.iban)
    if not is_iban(iban):
        yield "iban-invalid", "Correct the IBAN; its length or its check digits are wrong."
    if payment.bic and not _BIC.fullmatch(payment.bic):
        yield "bic-invalid", "Give a BIC of 8 or 11 capitals and digits."
    if not payment.bic and (payment.version == WITH_BIC or iban[:2] not in EEA):
        yield "bic-missing", "Give the BIC; version 001 and accounts outside the EEA need it."


def _remittance_faults(payment: EpcPayment) -> Iterator[tuple[str, str]]:
    if payment.reference and payment.text:
        yield "reference-and-text", "Give a reference or a text, never both."
    if payment.reference and not is_rf(payment.reference):
        yield "reference-invalid", "Give an RF reference; a betalingskenmerk or OGM goes into the text."
    if len(payment.text) > MAX_TEXT:
        yield "text-too-long", f"Shorten the text to {MAX_TEXT} characters."
    if len(payment.information) > MAX_INFORMATION:
        yield "information-too-long", f"Shorten the information to {MAX_INFORMATION} characters."


def _payload_faults(payment: EpcPayment) -> Iterator[tuple[str, str]]:
    for name in ("name", "text", "information"):
        value: str = getattr(payment, name)
        if not value.isprintable():
            yield "character", f"Take line breaks and invisible characters out of the {name}."
            return
    try:
        size = len(_payload(payment))
    except UnicodeEncodeError as error:
        yield "character", f"Character set {payment.charset} has no {error.object[error.start]!r}. Use set 1 (UTF-8)."
        return
    if size > MAX_BYTES:
        yield "payload-too-long", f"The payload has {size} bytes; {MAX_BYTES} fit. Shorten the text or the name."


def _payload(payment: EpcPayment) -> bytes:
    lines = (
        "BCD",
        payment.version,
        str(payment.charset),
        "SCT",
        payment.bic,
        payment.name,
        compact(payment.iban),
        "" if payment.amount is None else format_amount(payment.amount),
        payment.purpose,
        compact(payment.reference),
        payment.text,
        payment.information,
    )
    return "\n".join(lines).rstrip("\n").encode(CHARSETS[payment.charset])


def _lines(payload: bytes) -> list[str]:
    """The twelve elements, the missing last ones as ''."""
    if len(payload) > MAX_BYTES:
        raise _broken(f"it has {len(payload)} bytes, and {MAX_BYTES} fit")
    separator = b"\r\n" if b"\r\n" in payload else b"\n"
    parts = payload.split(separator)
    if not _REQUIRED_ELEMENTS <= len(parts) <= _ELEMENTS or any(b"\n" in p or b"\r" in p for p in parts):
        raise _broken("it has not 7 to 12 elements, or mixes line ends")
    if not parts[-1]:
        raise _broken("something follows its last element")
    charset = CHARSETS.get(int(parts[2])) if re.fullmatch(rb"[0-9]", parts[2]) else None
    if charset is None:
        raise _broken("its character set is not 1 to 8")
    try:
        lines = [part.decode(charset) for part in parts]
    except UnicodeDecodeError:
        raise _broken(f"it is not in character set {charset}") from None
    return lines + [""] * (_ELEMENTS - len(lines))


def _cents(amount: str) -> Cents | None:
    if not amount:
        return None
    found = _AMOUNT.fullmatch(amount)
    if not found:
        raise _broken("its amount is not EUR with at most two decimals")
    return Cents(int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")))


def _broken(why: str) -> Refusal:
    return Refusal("epc-payload-invalid", f"This is no EPC payload: {why}.")
