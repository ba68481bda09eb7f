"""Personal data of messages, in annexes that can be deleted while the message stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import UnitOfWork
    from api.usecases.deps import Deps


def hide(deps: Deps, uow: UnitOfWork, organisation_id: str, values: Mapping[str, str]) -> str:
    """Keep values in an annex; returns its id."""
    annex_id = deps.ids.new("anx")
    uow.messages.put_annex(organisation_id, annex_id, values)
    return annex_id


def show(uow: UnitOfWork, organisation_id: str, annex_id: str) -> Mapping[str, str] | None:
    """The values; None when they were deleted."""
    return uow.messages.annex(organisation_id, annex_id)


def forget(uow: UnitOfWork, organisation_id: str, annex_id: str) -> bool:
    """Delete the values; False when they were gone."""
    return uow.messages.forget_annex(organisation_id, annex_id)
