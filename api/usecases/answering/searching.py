"""Find a recipient while they are on the phone: by address, by the number in the letter, or by its code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from api.usecases.answering.doors import code_digest
from api.usecases.answering.whose import latest_of
from api.usecases.searching import name_in
from docgen.findings import Refusal
from docgen.qr.entry_code import read_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from api.ports import Campaign, Entry, UnitOfWork
    from api.usecases.deps import Deps

MOST_FOUND: Final = 50
_LOOKED_AT: Final = 500
_DUTCH: Final = re.compile(r"(\d{4})([A-Z]{2})", re.ASCII)
_NUMBER: Final = re.compile(r"\d+", re.ASCII)


class Wanted(NamedTuple):
    """What somebody says on the phone; ``number`` is the corporation's own key of them, or the code of the letter."""

    postcode: str = ""
    house: str = ""
    number: str = ""


class FoundPerson(NamedTuple):
    """A recipient of a campaign with the latest way in, and the name on the letter while that is kept."""

    entry: Entry
    campaign: Campaign
    name: str


def find_people(deps: Deps, organisation_id: str, wanted: Wanted) -> Sequence[FoundPerson]:
    """Whoever fits all that was said, the latest campaign first; at most `MOST_FOUND`.

    Raises Refusal: ``search-empty``, ``search-needs-postcode``.
    """
    if not any(_plain(each) for each in wanted):
        raise Refusal("search-empty", "Type a postcode with a house number, or a number or code of the letter.")
    if _plain(wanted.house) and not (_plain(wanted.postcode) or wanted.number.strip()):
        raise Refusal("search-needs-postcode", "Type the postcode too: a house number alone is in every street.")
    with deps.database.read() as uow:
        entries = _by_number(deps, uow, organisation_id, wanted.number.strip()) if wanted.number.strip() else None
        if entries is None:
            entries = _by_address(uow, organisation_id, wanted)
        return list(_people(uow, organisation_id, [one for one in entries if _fits(one, wanted)]))


def _by_number(deps: Deps, uow: UnitOfWork, organisation_id: str, number: str) -> Sequence[Entry]:
    code = read_code(number)
    by_code = uow.entries.by_code(organisation_id, code_digest(deps.secret, code)) if code else ()
    return by_code or uow.entries.search(organisation_id, "", "", number, _LOOKED_AT)


def _by_address(uow: UnitOfWork, organisation_id: str, wanted: Wanted) -> list[Entry]:
    """Postcodes are stored as printed: in the Netherlands with a space."""
    typed = _plain(wanted.postcode)
    dutch = _DUTCH.fullmatch(typed)
    spellings = dict.fromkeys([f"{dutch[1]} {dutch[2]}", typed] if dutch else [wanted.postcode.strip().upper(), typed])
    number = _NUMBER.match(_plain(wanted.house))
    found: list[Entry] = []
    for spelled in spellings:
        found += uow.entries.search(organisation_id, spelled, number[0] if number else "", "", _LOOKED_AT)
    return found


def _fits(entry: Entry, wanted: Wanted) -> bool:
    """With 12 somebody finds 12, 12-A and 12 bis, and not 120."""
    if _plain(wanted.postcode) not in {"", _plain(entry.postcode)}:
        return False
    house, typed = _plain(entry.house), _plain(wanted.house)
    rest = house[len(typed) :]
    return house.startswith(typed) and not (typed[-1:].isdigit() and rest[:1].isdigit())


def _people(uow: UnitOfWork, organisation_id: str, entries: Iterable[Entry]) -> Iterator[FoundPerson]:
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        if (entry.campaign_id, entry.recipient) in seen:
            continue
        campaign = uow.campaigns.find(organisation_id, entry.campaign_id)
        if campaign is None:
            continue
        seen.add((entry.campaign_id, entry.recipient))
        latest = latest_of(uow.entries.of_recipient(organisation_id, entry.campaign_id, entry.recipient))
        yield FoundPerson(latest, campaign, _name(uow, entry))
        if len(seen) == MOST_FOUND:
            return


def _name(uow: UnitOfWork, entry: Entry) -> str:
    if entry.piece_id is None:
        return ""
    values = uow.pieces.values(entry.organisation_id, [entry.piece_id])
    return name_in(values[entry.piece_id]) if entry.piece_id in values else ""


def _plain(text: str) -> str:
    return "".join(sign for sign in text[:64].upper() if sign.isalnum())
