"""Ways in to the personal page: digests of links and codes, and whether somebody knows where the letter went."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

from docgen.qr.entry_code import is_token, read_code

if TYPE_CHECKING:
    from api.ports import Entry
    from api.usecases.deps import Deps


def token_digest(secret: bytes, token: str) -> str:
    """What is stored of a token: hex, the same for capitals and small letters."""
    return _digest(secret, "entry-token", token.upper())


def code_digest(secret: bytes, code: str) -> str:
    """What is stored of a code; with a key, since codes are short enough to try them all."""
    return _digest(secret, "entry-code", code)


def entry_of_token(deps: Deps, organisation_id: str, token: str) -> Entry | None:
    """The way in that a link names, None when there is none. Whoever comes must still know the address."""
    if not is_token(token):
        return None
    with deps.database.read() as uow:
        return uow.entries.by_token(organisation_id, token_digest(deps.secret, token))


def entry_of_code(deps: Deps, organisation_id: str, typed: str, postcode: str, house: str) -> Entry | None:
    """The way in that a typed code and an address name; the same work is done whichever of them is wrong."""
    code = read_code(typed)
    digest = code_digest(deps.secret, code or "")
    with deps.database.read() as uow:
        found = uow.entries.by_code(organisation_id, digest)
    fitting = [entry for entry in found if is_theirs(entry, postcode, house)]
    if not found:
        # as long as a code that is there takes
        _same_place("", "", postcode, house)
    return fitting[-1] if fitting and code is not None else None


def is_theirs(entry: Entry, postcode: str, house: str) -> bool:
    """Whether this is where the letter went, however it is spelled; False when its address has neither."""
    return _same_place(entry.postcode, entry.house, postcode, house) and bool(entry.postcode or entry.house)


def _same_place(postcode: str, house: str, typed_postcode: str, typed_house: str) -> bool:
    """In the same time wherever they differ."""
    known, typed = _place(postcode, house), _place(typed_postcode, typed_house)
    return hmac.compare_digest(sha256(known).digest(), sha256(typed).digest())


def _place(postcode: str, house: str) -> bytes:
    return f"{_plain(postcode)}\0{_plain(house)}".encode()


def _plain(text: str) -> str:
    """Letters and digits only, in capitals: 1234 ab and 12-a are 1234AB and 12A."""
    return "".join(sign for sign in text[:64].upper() if sign.isalnum())


def _digest(secret: bytes, purpose: str, text: str) -> str:
    return hmac.digest(secret, f"{purpose}\0{text}".encode(), sha256).hex()
