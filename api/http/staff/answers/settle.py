"""Answers to settle, one by one: what each road says, with its picture, and one key for the one that counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.edge import DepsDep
from api.http.problems import CONTEXT, status_of
from api.http.staff.answers.common import FRONT, IN_FRONT, SETTLE
from api.http.staff.answers.words import WORDS, expected, value_in
from api.http.staff.desk import Desk, DeskDep, notice_of
from api.http.staff.mailroom.overlay import Size, size_of
from api.http.staff.mailroom.shown import LARGE
from api.http.staff.mailroom.words import format_of
from api.http.staff.render import page
from api.http.staff.route import StaffRoute, see_other
from api.http.staff.today import zone_of
from api.http.staff.visitors import person
from api.ports import FOR_A_PERSON, Answer, Submission
from api.usecases import people
from api.usecases.answering import giving, judging, queueing
from api.usecases.scanning.forms import read_reply
from docgen.findings import Refusal
from docgen.reply_form import ReplyKind
from scanning.validators.messages import message
from scanning.validators.tick import NO, YES
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.usecases.answering.judging import Doubt
    from api.usecases.deps import Deps

router = APIRouter(prefix=SETTLE, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_ID: Final = r"^[A-Za-z0-9_-]{0,80}$"
_SKIP: Final = r"^[A-Za-z0-9_,-]{0,2000}$"
_MOST_SKIPPED: Final = 40
_EMPTY: Final = "Nothing was chosen. Press the key of the answer that counts, or type another."
_TAKEN: Final = "A colleague has this answer in hands now. Go on with the next."
_STALE: Final = "Something came in or a colleague settled this a moment ago. Look again, and choose."


class Way(NamedTuple):
    """Which answers a person goes through: ``skip`` leaves ids out; ``last`` is what they settled before this."""

    skip: str = ""
    campaign: str = ""
    last: str = ""

    @property
    def ids(self) -> list[str]:
        """Those that are left for later."""
        return [each for each in self.skip.split(",") if each]

    def url(self, path: str = SETTLE, skip: str = "", last: str = "") -> str:
        """The next one, or another path, with one more left out."""
        ids = ",".join([*self.ids, *filter(None, [skip])][-_MOST_SKIPPED:])
        said = {"skip": ids, "campaign": self.campaign, "last": last or self.last}
        query = urlencode({name: value for name, value in said.items() if value}, safe=",")
        return f"{path}?{query}" if query else path


class Said(NamedTuple):
    """An answer as it is shown. ``key`` chooses its value, "" for one that is no value or was named before."""

    answer: Answer
    submission: Submission
    shown: str
    key: str
    same_as: str
    crop: Size | None
    counts: bool


def _way(
    skip: Annotated[str, Query(pattern=_SKIP)] = "",
    campaign: Annotated[str, Query(pattern=_ID)] = "",
    last: Annotated[str, Query(pattern=_ID)] = "",
) -> Way:
    return Way(skip, campaign, last)


WayDep = Annotated[Way, Depends(_way)]


@router.get("", dependencies=[IN_FRONT])
def show_next(request: Request, deps: DepsDep, way: WayDep) -> Response:
    """The one that waits longest, in nobody else's hands for some minutes; or well done."""
    visitor = person(request)
    organisation_id = visitor.organisation_id
    doubt = queueing.take_next(deps, organisation_id, visitor.user.id, way.ids, way.campaign or None)
    if doubt is not None:
        return _doubt_page(request, deps, doubt, way)
    left = queueing.count_waiting(deps, organisation_id, way.campaign or None)
    with deps.database.read() as uow:
        lent = bool(uow.records.lent(organisation_id, deps.clock.now()))
    said: dict[str, Any] = {"way": way, "left": left, "lent": lent, "notice": notice_of(request, deps)}
    return page(request, "answers/settled.html", **WORDS, **said)


@router.get("/ahead", dependencies=[IN_FRONT])
def show_ahead(request: Request, deps: DepsDep, way: WayDep) -> Response:
    """The pictures of the one after that on the screen, for a browser to load them beforehand."""
    visitor = person(request)
    doubt = queueing.next_doubt(deps, visitor.organisation_id, visitor.user.id, way.ids, way.campaign or None)
    return page(request, "answers/ahead.html", said=_said(deps, doubt) if doubt else ())


@router.get("/{record_id:id}", dependencies=[IN_FRONT])
def show(request: Request, deps: DepsDep, record_id: str, way: WayDep) -> Response:
    """One answer, also one that is settled: a new word about it goes before what was said."""
    visitor = person(request)
    doubt = judging.doubt_of(deps, visitor.organisation_id, record_id)
    is_mine = queueing.take(deps, visitor.organisation_id, record_id, visitor.user.id)
    return _doubt_page(request, deps, doubt, way, question="" if is_mine else _TAKEN)


@router.post("/{record_id:id}", dependencies=[IN_FRONT])
def settle(desk: DeskDep, record_id: str) -> Response:
    """Take it, or ask; then the next."""
    way, does = _of_form(desk), desk.form.text("do")
    if does == "skip":
        queueing.give_back(desk.deps, desk.organisation_id, record_id, desk.by)
        return see_other(way.url(skip=record_id))
    doubt = judging.doubt_of(desk.deps, desk.organisation_id, record_id)
    is_mine = queueing.take(desk.deps, desk.organisation_id, record_id, desk.by)
    if not is_mine or desk.form.text("revision") != str(doubt.record.revision):
        return _again(desk, doubt, "state-conflict", _STALE if is_mine else _TAKEN)
    value = "" if does == "none" else desk.form.text(does if does.startswith("pick-") else "value")
    if not value and does != "none":
        return _again(desk, doubt, "value-missing", _EMPTY)
    insists = value == desk.form.text("asked")
    try:
        judged = judging.judge(desk.deps, desk.organisation_id, record_id, value, desk.by, insists=insists)
    except Refusal as refusal:
        return _again(desk, doubt, refusal.code, refusal.detail, typed=value)
    checked = judged.checked
    if checked is None or giving.is_kept(checked):
        return see_other(way.url(last=record_id))
    asks = value if checked.verdict is Verdict.ASK_AGAIN else ""
    more = {"asked": asks, "typed": value, "candidates": checked.candidates}
    return _again(desk, doubt, checked.code or "", message(checked, "en") or "", **more)


def _of_form(desk: Desk) -> Way:
    """What a form says of the way, as far as it looks like it."""
    said = {name: desk.form.text(name) for name in Way._fields}
    patterns = {"skip": _SKIP, "campaign": _ID, "last": _ID}
    return Way(**{name: text for name, text in said.items() if re.fullmatch(patterns[name], text)})


def _again(desk: Desk, doubt: Doubt, code: str, text: str, **said: Any) -> Response:  # noqa: ANN401 - of the template
    """The same answer, with what is wrong or asked about it."""
    desk.request.scope[CONTEXT]["code"] = code
    response = _doubt_page(desk.request, desk.deps, doubt, _of_form(desk), question=text, **said)
    response.status_code = int(status_of(code))
    return response


def _doubt_page(request: Request, deps: Deps, doubt: Doubt, way: Way, **said: Any) -> Response:  # noqa: ANN401 - of the template
    organisation_id, entry = person(request).organisation_id, doubt.entry
    with deps.database.read() as uow:
        campaign = uow.campaigns.get(organisation_id, entry.campaign_id)
    usual: dict[str, Any] = {"question": "", "asked": "", "candidates": (), "typed": ""}
    form = read_reply(campaign.reply_form)
    return page(
        request,
        "answers/settle.html",
        **WORDS,
        doubt=doubt,
        record=doubt.record,
        entry=entry,
        campaign=campaign,
        said=_said(deps, doubt),
        known=expected(form, entry.known, doubt.asked.name, deps.clock.now().date()),
        options=_options(doubt),
        hint=format_of(doubt.asked),
        waits=doubt.record.state in FOR_A_PERSON,
        left=queueing.count_waiting(deps, organisation_id, way.campaign or None),
        way=way,
        ahead=way.url(f"{SETTLE}/ahead", skip=doubt.record.id),
        front=f"{FRONT}/{entry.id}",
        names=people.names_of(deps, organisation_id),
        zone=zone_of(deps, organisation_id),
        notice=notice_of(request, deps),
        **(usual | said),
    )


def _said(deps: Deps, doubt: Doubt) -> Sequence[Said]:
    """All that counts, oldest first, with a key for each value."""
    keys: dict[str, str] = {}
    found = []
    with deps.database.read() as uow:
        for answer in doubt.answers:
            submission = uow.submissions.get(answer.organisation_id, answer.submission_id)
            known = keys.get(answer.value, "")
            key = str(len(keys) + 1) if answer.value and not known else ""
            if key:
                keys[answer.value] = key
            crop = None
            if answer.slip_field_id:
                field = uow.slip_fields.get(answer.organisation_id, answer.slip_field_id)
                scanned = uow.scan_pages.get(answer.organisation_id, field.page_id)
                crop = None if field.part is None else size_of(deps, scanned, field.part)
            shown = value_in(doubt.asked, answer.value, doubt.entry.language)
            counts = answer.submission_id == doubt.record.submission_id
            found.append(Said(answer, submission, shown, key, known, crop and _large(crop), counts))
    return found


def _large(size: Size) -> Size:
    return Size(round(size.width * LARGE), round(size.height * LARGE))


def _options(doubt: Doubt) -> Sequence[tuple[str, str]]:
    """What can be chosen besides; nothing where an answer is typed."""
    asked = doubt.asked
    if asked.kind is ReplyKind.TICK:
        return (YES, "yes"), (NO, "no")
    return [(one.value, value_in(asked, one.value, doubt.entry.language)) for one in asked.choices]
