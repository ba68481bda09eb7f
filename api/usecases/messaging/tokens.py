"""Tokens of links in messages: derived, stored nowhere, and masked in whatever is kept."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256
from typing import Final

from docgen.crockford import base32
from docgen.qr.entry_code import derive_token

TOKEN_SIGNS: Final = 26
MASK: Final = "X" * TOKEN_SIGNS
_PURPOSE: Final = "agreement-token"
ENTRY: Final = "ent_"
"""How the ids of ways in to personal pages begin."""
_MASKED: Final = re.compile(rf"(?<=/){MASK}(?![0-9A-Za-z])", re.IGNORECASE)


def token_of(secret: bytes, subject_id: str) -> str:
    """The token in the link of a request or of a way in to a page: 26 signs of Crockford's base32, 130 bits."""
    if subject_id.startswith(ENTRY):
        return derive_token(secret, subject_id)
    return base32(hmac.digest(secret, f"{_PURPOSE}\0{subject_id}".encode(), sha256), TOKEN_SIGNS)


def mask(text: str, token: str) -> str:
    """The text as it may be kept: as long as before, but the token is 26 X."""
    return re.sub(re.escape(token), MASK, text, flags=re.IGNORECASE)


def reveal(text: str, token: str) -> str:
    """The text as it goes out: a masked link is whole again."""
    return _MASKED.sub(token, text)
