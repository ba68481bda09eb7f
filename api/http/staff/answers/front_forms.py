"""What the front office does for somebody on the phone: answers, taking back, a fresh link, ending links."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Response

from api.http.problems import CONTEXT, status_of
from api.http.staff.answers.common import FRONT, IN_FRONT
from api.http.staff.answers.fields import Entered, changed, insisted, typed_in
from api.http.staff.answers.front import person_page
from api.http.staff.answers.qr import drawn
from api.http.staff.answers.words import label_in
from api.http.staff.desk import Desk, DeskDep, Done, Mistake
from api.http.staff.forms import KEY
from api.http.staff.route import StaffRoute, see_other
from api.http.staff.trouble import Trouble
from api.ports import ChannelKind, Road
from api.usecases.answering import giving, judging, links, timeline
from api.usecases.answering.giving import Given, Offer
from api.usecases.answering.sending_links import send_link
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.usecases.answering.links import FreshLink
    from api.usecases.deps import Deps

router = APIRouter(prefix=FRONT, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_NOTHING: Final = "Nothing is changed: type an answer first."
_FIELDS: Final = {"": "answers", "reason-invalid": "why", "note-too-long": "note", "entry-host-missing": "link"}
_SENT: Final = _FIELDS | {"": "to", "address-unusable": "to", "channel-missing": "to"}


@router.post("/{entry_id:id}/answer", dependencies=[IN_FRONT])
def answer(desk: DeskDep, entry_id: str) -> Response:
    """Take what was typed, or ask; the same once more is insisted on."""
    asked = timeline.person_of(desk.deps, desk.organisation_id, entry_id).asked
    # the rest of the form is shown as it is by now: they may answer on their page meanwhile
    given = changed(asked, desk.form, typed_in(asked, desk.form))
    if not given:
        return _refused(desk, entry_id, given, Refusal("value-missing", _NOTHING))
    try:
        came = giving.give(desk.deps, asked.entry, _offer(desk, given, asked.entry.language))
    except Refusal as refusal:
        return _refused(desk, entry_id, given, refusal)
    if not came.kept:
        return _ask(desk, entry_id, Entered(given, came.checked), came)
    names = ", ".join(label_in(asked.form.field(name), asked.entry.language, name) for name in given)
    return see_other(desk.said(Done(f"{FRONT}/{entry_id}", f"Entered: {names}.")))


@router.post("/{entry_id:id}/take-back", dependencies=[IN_FRONT])
def take_back(desk: DeskDep, entry_id: str) -> Response:
    """An answer, or consent to what it was for."""

    def make(deps: Deps) -> Done:
        found, name = timeline.person_of(deps, desk.organisation_id, entry_id), desk.form.text("field")
        if name not in found.in_force:
            raise Refusal("answer-not-found", "There is no answer to take back.")
        judging.judge(deps, desk.organisation_id, found.in_force[name].record.id, "", desk.by)
        label = label_in(found.asked.form.field(name), found.entry.language, name)
        return Done(f"{FRONT}/{entry_id}", f"Taken back: {label}. What was said before is kept, and counts no more.")

    return _change(desk, entry_id, make)


@router.post("/{entry_id:id}/link", dependencies=[IN_FRONT])
def make_link(desk: DeskDep, entry_id: str) -> Response:
    """The answer itself shows it: it is in no address, and stored nowhere for who sends the form again."""
    shown: list[FreshLink] = []

    def make(deps: Deps) -> Done:
        known = timeline.person_of(deps, desk.organisation_id, entry_id).entry
        shown.append(links.make_link(deps, desk.organisation_id, known.id, desk.by))
        said = "A new link was made and shown once. Make another when nobody has it; the last one then ends."
        return Done(f"{FRONT}/{shown[0].entry.id}", said)

    response = _change(desk, entry_id, make)
    if not shown or response.status_code != HTTPStatus.SEE_OTHER:
        return response
    fresh = shown[0]
    return person_page(desk.request, desk.deps, fresh.entry.id, fresh=fresh, symbol=drawn(fresh.url))


@router.post("/{entry_id:id}/send-link", dependencies=[IN_FRONT])
def send_fresh_link(desk: DeskDep, entry_id: str) -> Response:
    """To an address or number that the person on the phone names; whoever sends the form sees no link."""

    def make(deps: Deps) -> Done:
        known = timeline.person_of(deps, desk.organisation_id, entry_id).entry
        sent = send_link(deps, desk.organisation_id, known.id, desk.form.text("to"), desk.by)
        how = "by mail" if sent.message.channel is ChannelKind.EMAIL else "by text message"
        said = f"A new link goes {how} to {desk.form.text('to')}. Links of before have ended."
        return Done(f"{FRONT}/{sent.entry.id}", said)

    return _change(desk, entry_id, make, _SENT)


@router.post("/{entry_id:id}/revoke", dependencies=[IN_FRONT])
def revoke(desk: DeskDep, entry_id: str) -> Response:
    """All links of this person in this campaign, with a reason."""

    def make(deps: Deps) -> Done:
        known = timeline.person_of(deps, desk.organisation_id, entry_id).entry
        ours = (desk.organisation_id, known.campaign_id, known.recipient)
        count = links.revoke_links(deps, *ours, desk.form.text("why"), desk.by)
        said = "Their link is ended." if count == 1 else f"{count} links are ended."
        return Done(f"{FRONT}/{entry_id}", said if count else "There was no link that still led anywhere.")

    return _change(desk, entry_id, make)


def _offer(desk: Desk, given: Mapping[str, str], language: str) -> Offer:
    """What this person types for somebody; the form sent twice is taken once."""
    return Offer(
        Road.STAFF,
        given,
        insisted(desk.form, given),
        language,
        once=desk.form.secret(KEY),
        by=desk.by,
        note=desk.form.text("note"),
    )


def _refused(desk: Desk, entry_id: str, given: Mapping[str, str], refusal: Refusal) -> Response:
    trouble = Trouble.of(refusal, _FIELDS, "answers")
    return _again(desk, entry_id, Entered(given), refusal.code, trouble)


def _ask(desk: Desk, entry_id: str, entered: Entered, came: Given) -> Response:
    code = next((one.code for one in came.checked.values() if one.code and not giving.is_kept(one)), "")
    return _again(desk, entry_id, entered, code or "answer-missing", None)


def _again(desk: Desk, entry_id: str, entered: Entered, code: str, trouble: Trouble | None) -> Response:
    """The same page with what was typed."""
    desk.request.scope[CONTEXT]["code"] = code
    more = {"note": desk.form.text("note"), "trouble": trouble}
    response = person_page(desk.request, desk.deps, entry_id, entered, None, **more)
    response.status_code = int(status_of(code))
    return response


def _change(desk: Desk, entry_id: str, make: Callable[[Deps], Done], fields: Mapping[str, str] = _FIELDS) -> Response:
    def again(mistake: Mistake) -> Response:
        return person_page(desk.request, desk.deps, entry_id, None, mistake)

    return desk.change(make, again, fields)
