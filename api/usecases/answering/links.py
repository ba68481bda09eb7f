"""Ways in that stand in no letter: made by staff for somebody on the phone, and taken away again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import ContactMoment, Event, MomentKind
from api.usecases.answering.doors import code_digest, token_digest
from api.usecases.answering.pages import REPLACED
from api.usecases.answering.whose import of_entry
from api.usecases.packages import files_of
from docgen.findings import Refusal
from docgen.layouts.brand_file import load_brand
from docgen.qr import entry_link
from docgen.qr.entry_code import derive_code, derive_token, format_code

if TYPE_CHECKING:
    from api.ports import Entry, UnitOfWork
    from api.usecases.deps import Deps


_MOST_WHY: Final = 200


class FreshLink(NamedTuple):
    """A new way in; its link and code are shown this once and stored nowhere."""

    entry: Entry
    url: str
    host: str
    code: str


def entry_of(deps: Deps, organisation_id: str, campaign_id: str, recipient: str) -> Entry:
    """What is known last of a recipient. Raises Refusal: ``campaign-not-found``, ``recipient-not-found``."""
    with deps.database.read() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
        entries = uow.entries.of_recipient(organisation_id, campaign.id, recipient)
        if not entries:
            raise Refusal("recipient-not-found", f"{campaign.key} has no recipient {recipient[:60]}.")
        return entries[-1]


def make_link(deps: Deps, organisation_id: str, entry_id: str, by: str, *, replaces: bool = True) -> FreshLink:
    """Make a link for the recipient of ``entry_id``; with ``replaces`` all others of the campaign end.

    Raises Refusal: ``entry-not-found``, ``campaign-revoked``, ``entry-host-missing``.
    """
    with deps.database.write() as uow:
        return make_link_in(deps, uow, uow.entries.get(organisation_id, entry_id), by, replaces=replaces)


def make_link_in(deps: Deps, uow: UnitOfWork, known: Entry, by: str, *, replaces: bool = True) -> FreshLink:
    """`make_link` inside a transaction."""
    now, organisation_id = deps.clock.now(), known.organisation_id
    campaign = uow.campaigns.get(organisation_id, known.campaign_id)
    if campaign.revoked_at is not None:
        raise Refusal("campaign-revoked", "This campaign was revoked. Make another.")
    host = load_brand(files_of(deps, uow.brands.get(organisation_id, campaign.brand_id))).entry_host
    if host is None:
        raise Refusal("entry-host-missing", "The brand has no [entry] host, so it has no personal page.")
    new_id = deps.ids.new("ent")
    token, code = derive_token(deps.secret, new_id), derive_code(deps.secret, new_id)
    if replaces:
        others = uow.entries.of_recipient(organisation_id, known.campaign_id, known.recipient)
        uow.entries.revoke(organisation_id, [one.id for one in others], REPLACED, now)
    entry = known._replace(
        id=new_id,
        job_id=None,
        piece_id=None,
        token_digest=token_digest(deps.secret, token),
        code_digest=code_digest(deps.secret, code),
        made_at=now,
        made_by=by,
        revoked_at=None,
        revoked_why="",
    )
    uow.entries.add_many(organisation_id, [entry])
    uow.contact_moments.add(ContactMoment(*of_entry(entry), MomentKind.LINK_MADE, now, new_id, by=by))
    uow.events.append(Event(organisation_id, new_id, "entry-new", now, {"campaign": campaign.id, "by": by}))
    return FreshLink(entry, entry_link.encode(f"https://{host}", token), host, format_code(code))


def revoke_links(deps: Deps, organisation_id: str, campaign_id: str, recipient: str, why: str, by: str) -> int:
    """End all links of a recipient, such as after a move; answers stay. Says how many there were.

    Raises Refusal: ``campaign-not-found``, ``recipient-not-found``, ``reason-invalid``.
    """
    if not why or len(why) > _MOST_WHY or not why.isprintable():
        raise Refusal("reason-invalid", f"Give a reason of 1 to {_MOST_WHY} printable characters.")
    now = deps.clock.now()
    with deps.database.write() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
        entries = uow.entries.of_recipient(organisation_id, campaign.id, recipient)
        if not entries:
            raise Refusal("recipient-not-found", f"{campaign.key} has no recipient {recipient[:60]}.")
        live = [one for one in entries if one.revoked_at is None]
        uow.entries.revoke(organisation_id, [one.id for one in live], why, now)
        for one in live:
            data = {"why": why}
            moment = ContactMoment(*of_entry(one), MomentKind.LINK_REVOKED, now, one.id, by=by, data=data)
            uow.contact_moments.add(moment)
        return len(live)
