"""What codes say: the canonical payload, its short forms for bar codes, and the control code that names an envelope.

Payload, 20 characters without separators: batch code (6, Crockford base32), sequence of the envelope in the batch (6
digits), sheet (2), sheets in all (2), flags (1, hexadecimal), running sheet of the batch modulo 100 (2), and a Luhn mod
32 check character over the rest, which catches every single wrong character.

Code 39 holds 12 characters, so the batch is left out there: sequence, sheet, sheets, flags, check. Interleaved 2 of 5
has digits alone: the same with flags in two digits and the running sheet, behind a zero, and its own check digit.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import NamedTuple

from docgen.crockford import ALPHABET, base32, check_character, is_checked, normalise

BATCH_CODE_LENGTH = 6
CONTROL_CODE_LENGTH = 12
PAYLOAD_LENGTH = 20
MAX_SEQUENCE = 999_999
MAX_SHEETS = 99
RUNNING_SHEETS = 100
_INSERT, _BUNDLE_END, _DIVERT, _NO_SEAL = 1, 2, 4, 8
_BATCH_CODE = re.compile(f"[{ALPHABET}]{{{BATCH_CODE_LENGTH}}}")
_CONTROL = re.compile(f"([{ALPHABET}]{{6}})([0-9]{{6}})")
_PAYLOAD = re.compile(f"([{ALPHABET}]{{6}})([0-9]{{6}})([0-9]{{2}})([0-9]{{2}})([0-9A-F])([0-9]{{2}})[{ALPHABET}]")
_CODE39 = re.compile(f"([0-9]{{6}})([0-9]{{2}})([0-9]{{2}})([0-9A-F])[{ALPHABET}]")


class ControlCode(NamedTuple):
    """Names an envelope: ``sequence`` is its place in the batch, from 1."""

    batch_code: str
    sequence: int

    def __str__(self) -> str:
        """Twelve characters, as printed and as a results file says them."""
        return f"{self.batch_code}{self.sequence:06}"


class Payload(NamedTuple):
    """What marks say of one sheet; ``sheet`` counts in the order of feeding, ``running`` is from 0 to 99."""

    batch_code: str
    sequence: int
    sheet: int
    sheets: int
    insert: bool
    bundle_end: bool = False
    divert: bool = False
    no_seal: bool = False
    running: int = 0

    @property
    def control_code(self) -> ControlCode:
        """The envelope."""
        return ControlCode(self.batch_code, self.sequence)

    @property
    def flags(self) -> int:
        """Bit 0 insert, 1 bundle end, 2 divert, 3 no seal."""
        return self.insert * _INSERT + self.bundle_end * _BUNDLE_END + self.divert * _DIVERT + self.no_seal * _NO_SEAL


def derive_batch_code(batch_id: str, attempt: int = 0) -> str:
    """A batch code for this batch: 30 bits of its id.

    Codes are short, so two batches may meet: who stores them asks for the next ``attempt`` then.
    """
    return base32(sha256(f"batch-code-1:{attempt}\0{batch_id}".encode()).digest(), BATCH_CODE_LENGTH)


def control_code(batch_code: str, sequence: int) -> str:
    """The control code of an envelope.

    Raises:
        ValueError: no batch code, or a sequence outside 1 to 999,999.
    """
    check_envelope(batch_code, sequence)
    return str(ControlCode(batch_code, sequence))


def check_envelope(batch_code: str, sequence: int) -> None:
    """Check what a control code is made of.

    Raises:
        ValueError: as ``control_code``.
    """
    if not _BATCH_CODE.fullmatch(batch_code):
        raise ValueError(f"A batch code has {BATCH_CODE_LENGTH} characters of Crockford base32, not {batch_code!r}.")
    if not 1 <= sequence <= MAX_SEQUENCE:
        raise ValueError(f"The sequence in a batch goes from 1 to {MAX_SEQUENCE}, not {sequence}.")


def read_control_code(text: str) -> ControlCode | None:
    """The envelope in what a results file, a person or a scanner says: a control code or a whole payload."""
    code = normalise(text)
    if len(code) == PAYLOAD_LENGTH:
        payload = read_payload(code)
        return payload.control_code if payload else None
    match = _CONTROL.fullmatch(code)
    return ControlCode(match[1], int(match[2])) if match and int(match[2]) else None


def write_payload(payload: Payload) -> str:
    """The canonical payload of a Data Matrix."""
    body = f"{payload.control_code}{payload.sheet:02}{payload.sheets:02}{payload.flags:X}{payload.running:02}"
    return body + check_character(body)


def read_payload(text: str) -> Payload | None:
    """What a Data Matrix said; None when it is no payload or a character is wrong."""
    match = _PAYLOAD.fullmatch(text)
    if match is None or not is_checked(text):
        return None
    batch_code, sequence, sheet, sheets, flags, running = match.groups()
    return _payload(batch_code, (int(sequence), int(sheet), int(sheets), int(flags, 16)), int(running))


def write_code39(payload: Payload) -> str:
    """The twelve characters of a Code 39."""
    body = f"{payload.sequence:06}{payload.sheet:02}{payload.sheets:02}{payload.flags:X}"
    return body + check_character(body)


def read_code39(text: str, batch_code: str) -> Payload | None:
    """What a Code 39 said in a batch, which is not in it; None when it is not ours or a character is wrong."""
    match = _CODE39.fullmatch(text)
    if match is None or not is_checked(text):
        return None
    sequence, sheet, sheets, flags = match.groups()
    return _payload(batch_code, (int(sequence), int(sheet), int(sheets), int(flags, 16)), 0)


def write_i2of5(payload: Payload) -> str:
    """The sixteen digits of an Interleaved 2 of 5, the last of them its modulo 10 check digit (ISO/IEC 16390, A.1)."""
    body = f"0{payload.sequence:06}{payload.sheet:02}{payload.sheets:02}{payload.flags:02}{payload.running:02}"
    total = sum(int(digit) * (3 - 2 * (place % 2)) for place, digit in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def write_text(payload: Payload) -> str:
    """``n / m``, with a space on either side of the slash."""
    return f"{payload.sheet} / {payload.sheets}"


def _payload(batch_code: str, numbers: tuple[int, int, int, int], running: int) -> Payload | None:
    sequence, sheet, sheets, flags = numbers
    if not (sequence and 1 <= sheet <= sheets and bool(flags & _INSERT) is (sheet == sheets)):
        return None
    return Payload(
        batch_code,
        sequence,
        sheet,
        sheets,
        insert=bool(flags & _INSERT),
        bundle_end=bool(flags & _BUNDLE_END),
        divert=bool(flags & _DIVERT),
        no_seal=bool(flags & _NO_SEAL),
        running=running,
    )
