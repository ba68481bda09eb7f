"""How often somebody may try to get in to a personal page; counts are in the database, so all processes share them.

A try is counted before anybody knows how it ends, so that many at once are no way around, and given back when it
succeeds. The count of all typed codes belongs to an organisation: when it runs out typing codes is paused there, and
whoever scans the code of the letter notices nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import structlog

from api.ports import Alarm, Ration
from api.usecases import passwords

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from api.usecases.deps import Deps

T = TypeVar("T")

log = structlog.get_logger(__name__)

_HOUR: Final = timedelta(hours=1)
OF_CODE: Final = Ration(5, _HOUR, _HOUR, slides=True)
"""Tries to open the page of one code that is typed."""
OF_LINK: Final = Ration(10, _HOUR, _HOUR, slides=True)
"""Tries to open the page of one scanned link with postcode and house number."""
CODES_OF_ADDRESS: Final = Ration(30, _HOUR, _HOUR)
"""Typed codes from one network address that did not fit."""
LINKS_OF_ADDRESS: Final = Ration(60, _HOUR, _HOUR)
"""Scanned links from one network address with a postcode or house number that did not fit."""
CODES_OF_ALL: Final = Ration(300, _HOUR, _HOUR)
"""Typed codes that did not fit, of one organisation, from everywhere together; then typing is paused."""

CODES_PAUSED: Final = "codes-paused"
"""The state in the alarm that tells staff of it."""
_FORGET: Final = timedelta(days=1)
_NETWORK_BITS: Final = 64


class Paused(StrEnum):
    """Whose tries are used up."""

    OWN = "own"
    ADDRESS = "address"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Tried(Generic[T]):
    """What a try found; ``paused`` when nobody looked, and then ``until`` tells when somebody will again."""

    found: T | None = None
    paused: Paused | None = None
    until: datetime | None = None


def try_code(deps: Deps, organisation_id: str, code: str, address: str, look: Callable[[], T | None]) -> Tried[T]:
    """Look with a typed code, which has its right check character; ``address`` is the caller's and is not kept."""
    until = codes_paused_until(deps, organisation_id)
    if until is not None:
        # whoever goes on guessing then costs a look into one row, and leaves none
        return Tried(paused=Paused.ALL, until=until)
    subjects = {
        Paused.OWN: _subject(deps, "code", f"{organisation_id}\0{code}"),
        Paused.ADDRESS: _subject(deps, "codes-from", network_of(address)),
        Paused.ALL: _subject(deps, "codes", organisation_id),
    }
    rations = {Paused.OWN: OF_CODE, Paused.ADDRESS: CODES_OF_ADDRESS, Paused.ALL: CODES_OF_ALL}
    return _try(deps, subjects, rations, look, organisation_id)


def try_link(deps: Deps, token: str, address: str, look: Callable[[], T | None]) -> Tried[T]:
    """Look with a scanned link and what was typed beside it."""
    subjects = {
        Paused.OWN: _subject(deps, "link", token.upper()),
        Paused.ADDRESS: _subject(deps, "links-from", network_of(address)),
    }
    return _try(deps, subjects, {Paused.OWN: OF_LINK, Paused.ADDRESS: LINKS_OF_ADDRESS}, look)


def codes_paused_until(deps: Deps, organisation_id: str) -> datetime | None:
    """Until when typing codes is paused for everybody; None when it is not."""
    with deps.database.read() as uow:
        return uow.door_tries.paused_until(_subject(deps, "codes", organisation_id), deps.clock.now())


def network_of(address: str) -> str:
    """An address, or the network of one of IPv6: whoever has one address there has them all."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or int(parsed) >> _NETWORK_BITS)


def is_over(alarm: Alarm, now: datetime) -> bool:
    """True when an alarm tells of a pause that has ended."""
    return alarm.state == CODES_PAUSED and now - alarm.since >= CODES_OF_ALL.pause


def _try(
    deps: Deps,
    subjects: Mapping[Paused, str],
    rations: Mapping[Paused, Ration],
    look: Callable[[], T | None],
    organisation_id: str = "",
) -> Tried[T]:
    now = deps.clock.now()
    with deps.database.write() as uow:
        charged = uow.door_tries.charge({subjects[who]: ration for who, ration in rations.items()}, now)
        if subjects.get(Paused.ALL) in charged.used_up:
            uow.alarms.raise_(Alarm(organisation_id, organisation_id, CODES_PAUSED, now, now))
            log.warning(CODES_PAUSED, organisation=organisation_id)
    # the widest first: it is what helps a person to know
    for who in (Paused.ALL, Paused.ADDRESS, Paused.OWN):
        if subjects.get(who) in charged.paused:
            return Tried(paused=who, until=charged.paused[subjects[who]])
    found = look()
    if found is not None:
        with deps.database.write() as uow:
            uow.door_tries.clear(subjects[Paused.OWN])
            for who in subjects.keys() - {Paused.OWN}:
                uow.door_tries.give_back(subjects[who])
            uow.door_tries.expire(now - _FORGET)
    return Tried(found)


def _subject(deps: Deps, kind: str, text: str) -> str:
    return f"{kind}:{passwords.keyed_digest(deps.secret, f'door-{kind}', text)}"
