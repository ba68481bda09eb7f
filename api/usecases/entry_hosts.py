"""On which hosts personal pages are: as brands say, the first organisation keeps a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import EntryHost
from docgen.layouts.theme import Brand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Package, UnitOfWork
    from api.usecases.deps import Deps
    from docgen.templates.model import Template


def keep_host(uow: UnitOfWork, package: Package, content: Brand | Template) -> None:
    """Note where the personal pages of a brand are, when it says so. Raises `Refusal` (``entry-host-taken``)."""
    if isinstance(content, Brand) and content.entry_host:
        address = content.entry_host.lower().rstrip("/")
        uow.entry_hosts.put(EntryHost(address, package.organisation_id, package.key, package.created_at))


def all_hosts(deps: Deps) -> Sequence[EntryHost]:
    """Every host of the installation, by address."""
    with deps.database.read() as uow:
        return uow.entry_hosts.all()
