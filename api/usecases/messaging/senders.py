"""Whether people can answer the sender of a text message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import ChannelKind
from api.usecases.messaging.outbox import setup_for
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.ports import ChannelSetup
    from api.usecases.deps import Deps


def answerable_sms(deps: Deps, organisation_id: str, lane: str = "") -> ChannelSetup:
    """The SMS channel by which a question may be answered with a word: the one named, or the first.

    Raises Refusal: ``channel-missing``, ``sms-sender-cannot-receive``.
    """
    setup = setup_for(deps, organisation_id, ChannelKind.SMS, lane)
    if not setup.replies:
        raise Refusal(
            "sms-sender-cannot-receive",
            f"Nobody can answer {setup.sender} with a word: give the channel a number as sender, and an address that "
            "the gateway calls (docs/sms.md), or ask for answers on the page alone.",
        )
    return setup
