"""The entry link: base and token as one upper-case URL for the symbol, and its parts in words."""

from __future__ import annotations

from docgen.findings import Refusal
from docgen.qr.entry_code import is_token
from docgen.qr.links import host_in_words, read_base

__all__ = ["encode", "host_in_words", "token_of"]


def encode(base: str, token: str) -> str:
    """HTTPS://Q.EXAMPLE.NL/TOKEN from the base 'https://q.example.nl' and an entry token.

    Raises:
        Refusal: ``entry-link-invalid`` when the base is not https with a host, or the token has not the form of one.
    """
    url = read_base(base)
    if url is None:
        raise Refusal("entry-link-invalid", "Set the base of entry links to https, a host and at most a short path.")
    if not is_token(token):
        raise Refusal("entry-link-invalid", "An entry link ends in a token of 26 or more base32 characters.")
    return f"{url}/{token.upper()}"


def token_of(url: str) -> str | None:
    """The token at the end of an entry link, in capitals; None when there is none."""
    head, _, token = url.rpartition("/")
    return token.upper() if read_base(head) and is_token(token) else None
