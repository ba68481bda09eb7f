"""Organisations and their keys. A key's secret is given once; the database has only its digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api.ports import ApiKey, Mode, Organisation, derived_id
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.ports import Event, Page, PageRequest, Role
    from api.usecases.deps import Deps

MAX_NAME_CHARS: Final = 120
# scanners of source code look for a fixed beginning, and a person sees which kind it is
_PREFIX: Final = {Mode.LIVE: "ph_live_", Mode.TEST: "ph_test_"}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key with the secret that nobody can read again."""

    key: ApiKey
    secret: str


def add_organisation(deps: Deps, name: str) -> Organisation:
    """Add an organisation. Raises `Refusal` (``bad-name``)."""
    organisation = Organisation(deps.ids.new("org"), checked_name(name, "name"), deps.clock.now())
    with deps.database.write() as uow:
        uow.organisations.add(organisation)
    return organisation


def add_organisation_once(deps: Deps, name: str, key: str) -> tuple[Organisation, bool]:
    """As `add_organisation`, but once for an idempotency key of the operator; False when it was there already.

    Raises `Refusal` (``bad-name``, ``idempotency-key-reuse`` when the key came with another name).
    """
    organisation = Organisation(derived_id("org", "operator", key), checked_name(name, "name"), deps.clock.now())
    with deps.database.write() as uow:
        try:
            uow.organisations.add(organisation)
        except Refusal as refusal:
            if refusal.code != "organisation-exists":
                raise
        else:
            return organisation, True
        found = uow.organisations.get(organisation.id)
    if found.name != organisation.name:
        raise Refusal("idempotency-key-reuse", "This Idempotency-Key was used for another name; use a new key.")
    return found, False


def get_organisation(deps: Deps, organisation_id: str) -> Organisation:
    """One organisation. Raises `Refusal` (``organisation-not-found``)."""
    with deps.database.read() as uow:
        return uow.organisations.get(organisation_id)


def list_organisations(deps: Deps, page: PageRequest) -> Page[Organisation]:
    """All organisations, by id."""
    with deps.database.read() as uow:
        return uow.organisations.list(page)


def add_key(deps: Deps, organisation_id: str, label: str, roles: Iterable[Role], mode: Mode) -> NewKey:
    """Make a key. Raises `Refusal` (``bad-name``, ``key-without-roles``, ``organisation-not-found``)."""
    wanted = frozenset(roles)
    if not wanted:
        raise Refusal("key-without-roles", "A key needs at least one role; name what it is for.")
    secret = _PREFIX[mode] + deps.ids.secret()
    key = ApiKey(
        id=deps.ids.new("key"),
        organisation_id=organisation_id,
        digest=digest_of(secret),
        roles=wanted,
        mode=mode,
        label=checked_name(label, "label"),
        created_at=deps.clock.now(),
    )
    with deps.database.write() as uow:
        uow.organisations.get(organisation_id)
        uow.keys.add(key)
    return NewKey(key, secret)


def list_keys(deps: Deps, organisation_id: str, page: PageRequest) -> Page[ApiKey]:
    """Keys of an organisation, revoked ones too."""
    with deps.database.read() as uow:
        uow.organisations.get(organisation_id)
        return uow.keys.list(organisation_id, page)


def get_key(deps: Deps, organisation_id: str, key_id: str) -> ApiKey:
    """One key. Raises `Refusal` (``key-not-found``)."""
    with deps.database.read() as uow:
        return uow.keys.get(organisation_id, key_id)


def revoke_key(deps: Deps, organisation_id: str, key_id: str) -> ApiKey:
    """Revoke; doing it again keeps the first time. Raises `Refusal` (``key-not-found``)."""
    with deps.database.write() as uow:
        return uow.keys.revoke(organisation_id, key_id, deps.clock.now())


def list_events(deps: Deps, organisation_id: str, page: PageRequest) -> Page[Event]:
    """What happened in an organisation, oldest first."""
    with deps.database.read() as uow:
        return uow.events.list(organisation_id, page)


def authenticate(deps: Deps, secret: str) -> ApiKey:
    """The key with this secret. Raises `Refusal` (``key-unknown``, ``key-revoked``)."""
    with deps.database.read() as uow:
        key = uow.keys.by_digest(digest_of(secret))
    if key is None:
        raise Refusal("key-unknown", "This key is not known; check that it was copied whole.")
    if key.revoked_at is not None:
        raise Refusal("key-revoked", "This key has been revoked; ask an administrator for another.")
    return key


def digest_of(secret: str) -> str:
    """Hex SHA-256: a secret of 260 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def checked_name(text: str, what: str) -> str:
    """The text without spaces around it. Raises Refusal: ``bad-name``."""
    text = text.strip()
    if not 1 <= len(text) <= MAX_NAME_CHARS or not text.isprintable():
        raise Refusal("bad-name", f"The {what} needs 1 to {MAX_NAME_CHARS} printable characters.")
    return text
