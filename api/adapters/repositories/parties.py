"""Organisations, their keys, and the versions of their brands and templates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from api.adapters import tables
from api.adapters.repositories.base import Repository, as_row, not_found
from api.ports import PACKAGE_STATES, ApiKey, Organisation, Package, PackageKind, PackageState, Role
from docgen.findings import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from api.ports import Page, PageRequest


class SqlOrganisations(Repository):
    """`api.ports.Organisations`."""

    def add(self, organisation: Organisation) -> None:
        """Insert."""
        if self._insert_new(tables.organisations, as_row(organisation), tables.organisations.c.id) is None:
            raise Refusal(
                "organisation-exists", f"There is an organisation {organisation.id} already; pick another id."
            )
        self._event(organisation.id, organisation.id, "organisation-added", organisation.created_at)

    def get(self, organisation_id: str) -> Organisation:
        """One organisation."""
        statement = select(tables.organisations).where(tables.organisations.c.id == organisation_id)
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            raise not_found("organisation", organisation_id)
        return Organisation(**row._asdict())

    def list(self, page: PageRequest) -> Page[Organisation]:
        """All, by id."""
        table = tables.organisations
        statement = select(table).order_by(table.c.id)
        if page.after is not None:
            statement = statement.where(table.c.id > page.after)
        return self._page(statement, page.limit, lambda row: Organisation(**row._asdict()), lambda item: item.id)


class SqlApiKeys(Repository):
    """`api.ports.ApiKeys`."""

    def add(self, key: ApiKey) -> None:
        """Insert."""
        row = as_row(key) | {"roles": sorted(key.roles)}
        self._connection.execute(insert(tables.api_keys).values(**row))
        self._event(key.organisation_id, key.id, "key-added", key.created_at, roles=sorted(key.roles), mode=key.mode)

    def by_digest(self, digest: str) -> ApiKey | None:
        """Any organisation's key."""
        statement = select(tables.api_keys).where(tables.api_keys.c.digest == digest)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _key(row)

    def get(self, organisation_id: str, key_id: str) -> ApiKey:
        """One key."""
        return _key(self._one(tables.api_keys, organisation_id, key_id, "key"))

    def list(self, organisation_id: str, page: PageRequest) -> Page[ApiKey]:
        """By id."""
        table = tables.api_keys
        statement = select(table).where(table.c.organisation_id == organisation_id).order_by(table.c.id)
        if page.after is not None:
            statement = statement.where(table.c.id > page.after)
        return self._page(statement, page.limit, _key, lambda key: key.id)

    def revoke(self, organisation_id: str, key_id: str, at: datetime) -> ApiKey:
        """Once."""
        key = self.get(organisation_id, key_id)
        if key.revoked_at is not None:
            return key
        self._connection.execute(update(tables.api_keys).where(tables.api_keys.c.id == key_id).values(revoked_at=at))
        self._event(organisation_id, key_id, "key-revoked", at)
        return replace(key, revoked_at=at)


class SqlPackages(Repository):
    """`api.ports.Packages` for one kind."""

    def __init__(self, connection: Connection, kind: PackageKind) -> None:
        """Versions of this kind only."""
        super().__init__(connection)
        self._kind = kind

    def add(self, package: Package) -> None:
        """Insert, or accept the same content again."""
        if package.kind is not self._kind:
            raise ValueError(f"this repository holds {self._kind} packages")
        if self._insert_new(tables.packages, as_row(package), tables.packages.c.id) is not None:
            self._event(package.organisation_id, package.id, f"{self._kind}-added", package.created_at)
            return
        stored = self.find(package.organisation_id, package.key, package.version)
        if stored.digest != package.digest:
            message = (
                f"{self._kind} {package.key} has a version {package.version} with other content; raise the version."
            )
            raise Refusal("package-version-exists", message)

    def get(self, organisation_id: str, package_id: str) -> Package:
        """One version by row id."""
        row = self._one(tables.packages, organisation_id, package_id, self._kind)
        if row.kind is not self._kind:
            raise not_found(self._kind, package_id)
        return Package(**row._asdict())

    def find(self, organisation_id: str, key: str, version: str | None = None) -> Package:
        """One version by key."""
        c = tables.packages.c
        statement = select(tables.packages).where(
            c.organisation_id == organisation_id, c.kind == self._kind, c.key == key
        )
        if version is None:
            statement = statement.where(c.state != PackageState.RETIRED)
        else:
            statement = statement.where(c.version == version)
        newest = statement.order_by(c.created_at.desc(), c.id.desc()).limit(1)
        row = self._connection.execute(newest).one_or_none()
        if row is None:
            raise not_found(self._kind, key if version is None else f"{key} {version}")
        return Package(**row._asdict())

    def list(self, organisation_id: str, page: PageRequest) -> Page[Package]:
        """Newest first."""
        c = tables.packages.c
        statement = select(tables.packages).where(c.organisation_id == organisation_id, c.kind == self._kind)
        if page.after is not None:
            statement = statement.where(c.id < page.after)
        return self._page(
            statement.order_by(c.id.desc()), page.limit, lambda row: Package(**row._asdict()), lambda item: item.id
        )

    def set_state(self, organisation_id: str, package_id: str, to: PackageState, at: datetime) -> Package:
        """Guarded."""
        self.get(organisation_id, package_id)
        row = self._one(tables.packages, organisation_id, package_id, self._kind)
        if self._move(tables.packages, PACKAGE_STATES, row, to):
            self._event(organisation_id, package_id, f"{self._kind}-{to}", at)
        return self.get(organisation_id, package_id)


def _key(row: Row[Any]) -> ApiKey:
    values: dict[str, Any] = row._asdict()
    return ApiKey(**values | {"roles": frozenset(map(Role, values["roles"]))})
