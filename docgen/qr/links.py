"""URLs for symbols: upper case, so that QR's alphanumeric mode holds them, and nothing personal in them.

Scheme and host have no case; the server of the path must treat it so too. iDEAL's payment link rules and our own say
that a URL holds no personal or transaction data: after the host and a short path comes one opaque token.
"""

from __future__ import annotations

import re

from docgen.findings import NOWHERE, Finding, Place
from docgen.qr.encoder import ALPHANUMERIC
from docgen.qr.references import is_iban, kind_of_reference

MAX_CHARACTERS = 122  # version 6 at level M

_HOST = r"(?=.{1,100}(?:[:/]|$))(?:[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?\.)+[A-Z][A-Z0-9-]*[A-Z0-9](?::[0-9]{2,5})?"
_BASE = re.compile(rf"HTTPS://({_HOST})((?:/[A-Z]{{1,12}}[0-9]{{0,2}}){{0,3}})/?")
_LINK = re.compile(rf"HTTPS://({_HOST})((?:/[A-Z]{{1,12}}[0-9]{{0,2}}){{0,3}})/([0-9A-Z-]{{1,64}})")
_HEAD = re.compile(r"https?://[^/]*", re.IGNORECASE)
_MIN_TOKEN = 12
_SHAPES = (
    re.compile(r"[1-9][0-9]{3}-?[A-Z]{2}-?[1-9][0-9]{0,4}(?:-[A-Z0-9]{1,6})?"),  # postcode and house number
    re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}.*"),  # date
    re.compile(r"[0-9-]+"),  # telephone, customer, invoice or citizen service number
    re.compile(r"[A-Z]+(?:-[A-Z]+)+"),  # a name
)


def read_base(base: str) -> str | None:
    """The upper-case base of links, without a slash at its end; None when it is not https, host and a short path."""
    found = _BASE.fullmatch(base.upper())
    return f"HTTPS://{found[1]}{found[2]}" if found else None


def host_in_words(url: str) -> str:
    """The host and path for people to read and type, in lower case, without scheme and token-less slash."""
    return url.lower().removeprefix("https://").rstrip("/")


def read_link(url: str) -> str | None:
    """The upper-case form of a link with an opaque token; None when it has another form."""
    return None if check_link(url) else _raised(url)


def check_link(url: str, place: Place = NOWHERE) -> tuple[Finding, ...]:
    """What keeps a given link from being printed as a symbol."""
    faults = _faults(_raised(url))
    return tuple([Finding(f"link-{code}", message, place) for code, message in faults])


def _raised(url: str) -> str:
    """Scheme and host in capitals; the path is left, for its server alone knows whether case matters."""
    head = _HEAD.match(url)
    return head[0].upper() + url[head.end() :] if head else url


def _faults(url: str) -> list[tuple[str, str]]:
    if not set(url) <= set(ALPHANUMERIC):
        return [("character", "Give the path in capitals, digits and '-' only, without '?', '#', '@' or '_'.")]
    if len(url) > MAX_CHARACTERS:
        return [("too-long", f"Shorten the link to {MAX_CHARACTERS} characters.")]
    found = _LINK.fullmatch(url)
    if not found:
        return [("form", "Give https, a host, at most three short words and one token, such as HTTPS://X.NL/P/TOKEN.")]
    token = found[3]
    if _is_personal(token):
        return [("personal-data", "The link seems to hold personal or payment data. Use an opaque random token.")]
    if len(token) < _MIN_TOKEN:
        return [("token-too-short", f"Use an opaque token of at least {_MIN_TOKEN} characters.")]
    return []


def _is_personal(token: str) -> bool:
    return is_iban(token) or kind_of_reference(token) is not None or any(s.fullmatch(token) for s in _SHAPES)
