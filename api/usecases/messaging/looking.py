"""Messages and channels as their owners look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.ports import Mode
from api.usecases.messaging.outbox import lane_id_of
from api.usecases.messaging.private import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import ChannelSetup, Message, MessageFilter, MessageLane, MessageState, Page, PageRequest
    from api.usecases.deps import Deps


@dataclass(frozen=True, slots=True)
class ChannelSeen:
    """A channel, its lane once something was queued, and how many live messages are in each state."""

    setup: ChannelSetup
    lane: MessageLane | None
    counts: Mapping[MessageState, int]


def list_channels(deps: Deps, organisation_id: str) -> Sequence[ChannelSeen]:
    """In the order of the file."""
    with deps.database.read() as uow:
        return [
            ChannelSeen(
                setup,
                uow.messages.lane(organisation_id, lane_id_of(organisation_id, setup.name)),
                uow.messages.counts(organisation_id, Mode.LIVE, setup.name),
            )
            for setup in deps.channels.setups(organisation_id)
        ]


def list_messages(deps: Deps, organisation_id: str, page: PageRequest, only: MessageFilter) -> Page[Message]:
    """Newest first, without what is personal."""
    with deps.database.read() as uow:
        return uow.messages.list(organisation_id, page, only)


def get_message(deps: Deps, organisation_id: str, message_id: str) -> tuple[Message, Mapping[str, str]]:
    """One, and what was written to whom, as far as it is still kept; the token of a link is masked.

    Raises Refusal: ``message-not-found``.
    """
    with deps.database.read() as uow:
        message = uow.messages.get(organisation_id, message_id)
        return message, shown(uow, [message]).get(message_id, {})
