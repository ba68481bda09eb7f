"""Personal data of messages, in annexes of the evidence that can be deleted while message and proof stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import ChainOf
from api.usecases.evidence.keeping import make_annex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import Annex, Message, UnitOfWork
    from api.usecases.deps import Deps


def chain_of(message: Message) -> ChainOf:
    """The chain that tells of a message."""
    return ChainOf(message.organisation_id, message.mode)


def about(message: Message) -> str:
    """What evidence says that a message is about: its request, or itself."""
    return message.subject_id or message.id


def annex_of(deps: Deps, chain: ChainOf, subject_id: str, values: Mapping[str, str]) -> Annex:
    """An annex with these values, still to be kept."""
    return make_annex(deps, chain, subject_id, dict(values))


def shown(uow: UnitOfWork, messages: Sequence[Message]) -> Mapping[str, Mapping[str, str]]:
    """By the id of the message all that its annexes hold; those of which anything was deleted are left out."""
    if not messages:
        return {}
    wanted = [annex_id for message in messages for annex_id in (message.to_annex, message.rendered_annex)]
    found = {annex.id: annex.value for annex in uow.evidence.annexes(chain_of(messages[0]), wanted)}
    values: dict[str, Mapping[str, str]] = {}
    for message in messages:
        address, rendered = found.get(message.to_annex), found.get(message.rendered_annex)
        if isinstance(address, dict) and isinstance(rendered, dict):
            values[message.id] = {name: str(value) for name, value in {**rendered, **address}.items()}
    return values
