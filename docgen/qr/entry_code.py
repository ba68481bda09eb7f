"""Entry tokens for the URL and entry codes to type, in Crockford's base32; neither holds personal data.

A code is nine characters and a Luhn mod 32 check character, which catches every single wrong character. Both are
derived from a secret and the piece id, so that a reprint shows the same; who stores them stores only a digest.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from docgen.crockford import ALPHABET, base32, check_character, is_checked, normalise

CODE_LENGTH = 10
TOKEN_LENGTH = 26  # 130 bits
MIN_SECRET_BYTES = 16
_ALPHABET = frozenset(ALPHABET)


def read_code(typed: str) -> str | None:
    """The entry code in what a person typed; None when it cannot be one, so that a slip of the finger costs no try."""
    code = normalise(typed)
    return code if len(code) == CODE_LENGTH and is_checked(code) else None


def format_code(code: str) -> str:
    """The code in two groups of five, as printed."""
    return f"{code[:5]}-{code[5:]}"


def is_token(text: str) -> bool:
    """True when ``text`` has the form of an entry token, capitals or not."""
    return len(text) >= TOKEN_LENGTH and text.isascii() and _ALPHABET.issuperset(text.upper())


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
