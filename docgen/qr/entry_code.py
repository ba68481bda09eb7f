"""Entry tokens for the URL and entry codes to type, in Crockford's base32; neither holds personal data.

A code is nine characters and a Luhn mod 32 check character, which catches every single wrong character. Both are
derived from a secret and the piece id, so that a reprint shows the same; who stores them stores only a digest.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
TOKEN_LENGTH = 26  # 130 bits
MIN_SECRET_BYTES = 16

# two characters of ten bits at a time take half as long
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})
_SEPARATORS = str.maketrans(dict.fromkeys(" -._\u00a0\u2010\u2011\u2012\u2013\u2014"))


def base32(data: bytes, length: int) -> str:
    """The first ``5 * length`` bits of ``data`` as ``length`` characters.

    Raises:
        ValueError: when ``data`` has fewer bits than that.
    """
    spare = len(data) * 8 - 5 * length
    if spare < 0:
        raise ValueError(f"{len(data)} bytes do not fill {length} characters.")
    number = int.from_bytes(data, "big") >> spare
    text = "".join([_PAIRS[number >> 10 * place & 1023] for place in reversed(range((length + 1) // 2))])
    return text[length % 2 :]


def check_character(body: str) -> str:
    """The Luhn mod 32 check character of ``body``, which holds only characters of the alphabet."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = _VALUES[character] * (2 - place % 2)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def is_checked(text: str) -> bool:
    """True when ``text`` is of the alphabet and its last character is the check character of the rest."""
    return len(text) > 1 and all(c in _VALUES for c in text) and check_character(text[:-1]) == text[-1]


def normalise(typed: str) -> str:
    """What a person typed, in capitals, without spaces and dashes, with I and L as 1 and O as 0."""
    return typed.strip().upper().translate(_SEPARATORS).translate(_LOOKALIKES)


def read_code(typed: str) -> str | None:
    """The entry code in what a person typed; None when it cannot be one, so that a slip of the finger costs no try."""
    code = normalise(typed)
    return code if len(code) == CODE_LENGTH and is_checked(code) else None


def format_code(code: str) -> str:
    """The code in two groups of five, as printed."""
    return f"{code[:5]}-{code[5:]}"


def is_token(text: str) -> bool:
    """True when ``text`` has the form of an entry token, capitals or not."""
    return len(text) >= TOKEN_LENGTH and text.isascii() and _VALUES.keys() >= set(text.upper())


def derive_token(secret: bytes, piece_id: str) -> str:
    """The token for the URL of this piece: 26 characters, 130 bits.

    Raises:
        ValueError: when the secret is shorter than 16 bytes.
    """
    return _derive(secret, "entry-token-1", piece_id, TOKEN_LENGTH)


def derive_code(secret: bytes, piece_id: str, attempt: int = 0) -> str:
    """The code to type for this piece: 45 bits and a check character.

    Codes are short, so two pieces may meet: who stores them asks for the next ``attempt`` then.

    Raises:
        ValueError: when the secret is shorter than 16 bytes.
    """
    body = _derive(secret, f"entry-code-1:{attempt}", piece_id, CODE_LENGTH - 1)
    return body + check_character(body)


def _derive(secret: bytes, purpose: str, piece_id: str, length: int) -> str:
    if len(secret) < MIN_SECRET_BYTES:
        raise ValueError(f"The secret must have at least {MIN_SECRET_BYTES} bytes.")
    return base32(hmac.digest(secret, f"{purpose}\0{piece_id}".encode(), sha256), length)
