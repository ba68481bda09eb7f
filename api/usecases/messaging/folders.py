"""Takes in what a mail server puts in the folders of channels; a crash takes nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from api.ports import Fault
from api.usecases.messaging.bounces import ComingBack, take_bounce

if TYPE_CHECKING:
    from api.ports import ChannelSetup, DroppedMail, MailDrops
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

MOST_BYTES: Final = 10_000_000
"""Of a mail; what is longer is kept to here."""

_MOST_AT_ONCE: Final = 100


def take_in_mail(deps: Deps, drops: MailDrops) -> int:
    """Take in some of what waits in each folder; returns how many. What cannot be taken now is left for later."""
    taken = 0
    for setup in deps.channels.all():
        if not setup.bounce_folder:
            continue
        try:
            for mail in drops.waiting(setup.bounce_folder, _MOST_AT_ONCE):
                _take(deps, setup, mail)
                taken += 1
        except Fault as trouble:
            log.warning("mail-left", code=trouble.code, channel=setup.name)
    return taken


def _take(deps: Deps, setup: ChannelSetup, mail: DroppedMail) -> None:
    """Kept first, moved afterwards: the same mail again changes nothing."""
    raw = mail.read(MOST_BYTES)
    take_bounce(deps, ComingBack(setup.organisation_id, setup.name, "folder", raw))
    mail.done()
