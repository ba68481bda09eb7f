"""A fresh link sent to somebody on the phone, by mail or text message to an address that they name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from agreements.messages import MessageKind, PageLink, render_link_mail, render_link_sms
from api.ports import ChainOf, ChannelKind, MessagePurpose
from api.usecases.agreeing.looks import look_of_package
from api.usecases.answering.links import make_link_in
from api.usecases.messaging.outbox import Draft, queue_message
from api.usecases.scanning.forms import read_reply

if TYPE_CHECKING:
    from api.ports import Campaign, Entry, Message, UnitOfWork
    from api.usecases.agreeing.looks import BrandLook
    from api.usecases.answering.links import FreshLink
    from api.usecases.deps import Deps


class SentLink(NamedTuple):
    """A link that was sent: its way in, the host of its page, and the message that has it."""

    entry: Entry
    host: str
    message: Message


def send_link(deps: Deps, organisation_id: str, entry_id: str, to: str, by: str) -> SentLink:
    """Make a fresh link and put it in the outbox at once; all earlier links of the recipient end.

    ``to`` is an e-mail address or a mobile number. Raises Refusal: ``entry-not-found``, ``campaign-revoked``,
    ``entry-host-missing``, ``address-unusable``, ``channel-missing``.
    """
    channel = ChannelKind.EMAIL if "@" in to else ChannelKind.SMS
    with deps.database.write() as uow:
        known = uow.entries.get(organisation_id, entry_id)
        uow.evidence.hold(ChainOf(organisation_id, known.mode))
        fresh = make_link_in(deps, uow, known, by)
        campaign = uow.campaigns.get(organisation_id, known.campaign_id)
        message = queue_message(deps, uow, _draft(deps, uow, campaign, fresh, channel, to.strip()))
        return SentLink(fresh.entry, fresh.host, message)


def _draft(deps: Deps, uow: UnitOfWork, campaign: Campaign, fresh: FreshLink, channel: ChannelKind, to: str) -> Draft:
    entry = fresh.entry
    look = look_of_package(deps, uow.brands.get(entry.organisation_id, campaign.brand_id), entry.language)
    page = _page(campaign, fresh, look)
    mail = render_link_mail(page, look.look) if channel is ChannelKind.EMAIL else None
    return Draft(
        organisation_id=entry.organisation_id,
        mode=entry.mode,
        channel=channel,
        kind=str(MessageKind.LINK),
        purpose=MessagePurpose.REPLY,
        subject_id=entry.id,
        to=to,
        text=mail.text if mail else render_link_sms(page, look.look),
        subject=mail.subject if mail else "",
        html=mail.html if mail else "",
        language=entry.language,
        logo=look.logo if mail and mail.inline else None,
        host=look.host,
    )


def _page(campaign: Campaign, fresh: FreshLink, look: BrandLook) -> PageLink:
    entry, titles = fresh.entry, read_reply(campaign.reply_form).title
    return PageLink(
        title=titles.get(entry.language) or next(iter(titles.values()), campaign.name),
        language=entry.language,
        link=fresh.url,
        # the moment at which it closes is the first of the next day
        until=(campaign.closes_at - timedelta(seconds=1)).date(),
        contact=look.contact,
        reference=entry.recipient,
    )
