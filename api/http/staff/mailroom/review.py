"""Doubtful fields, one after the other, without a hand leaving the keys; a guess is shown only to be confirmed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.edge import DepsDep
from api.http.problems import CONTEXT, status_of
from api.http.staff.desk import Desk, DeskDep, Done, notice_of
from api.http.staff.mailroom.common import IN_MAILROOM, MAILROOM, waiting
from api.http.staff.mailroom.shown import NOTHING, Shown, option_label, shown
from api.http.staff.mailroom.words import WORDS, as_written
from api.http.staff.render import page
from api.http.staff.route import StaffRoute, see_other
from api.http.staff.visitors import person
from api.usecases.scanning import reviewing
from docgen.findings import Refusal
from scanning.validators.messages import message
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.http.staff.desk import Mistake
    from api.usecases.deps import Deps
    from api.usecases.scanning.reviewing import Keyed, ReviewItem

router = APIRouter(prefix=MAILROOM, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

REVIEW: Final = f"{MAILROOM}/review"
DIFFERENCES: Final = f"{MAILROOM}/differences"
_MOST_SKIPPED: Final = 40
_SKIP: Final = r"^[A-Za-z0-9_,-]{0,2000}$"
_FORM: Final = r"^[A-Za-z0-9]{0,20}$"
_PACE_OVER: Final = timedelta(minutes=10)
_LEAST_FOR_PACE: Final = 5
# somebody else was quicker, or the form was sent twice: nothing is wrong, and the next one is shown
_GONE: Final = frozenset({"field-not-open", "field-own", "field-taken", "slip-field-not-found"})
_EMPTY: Final = "Nothing was typed. Type what stands there, or say that it is empty, or that nobody can read it."


class Way(NamedTuple):
    """Which fields a person goes through: ``skip`` leaves ids out, ``form`` narrows to one, ``differs`` to disputes."""

    skip: str = ""
    form: str = ""
    differs: bool = False

    @property
    def home(self) -> str:
        """Where the next one is."""
        return DIFFERENCES if self.differs else REVIEW

    @property
    def ids(self) -> list[str]:
        """Those that are left out."""
        return [each for each in self.skip.split(",") if each]

    def url(self, path: str = "", skip: str = "") -> str:
        """The next one, or another path, with one more left out."""
        ids = ",".join([*self.ids, *filter(None, [skip])][-_MOST_SKIPPED:])
        said = {"skip": ids, "form": self.form} | ({"differs": "1"} if self.differs and path else {})
        query = urlencode({name: value for name, value in said.items() if value}, safe=",")
        return f"{path or self.home}?{query}" if query else path or self.home

    def next(self, request: Request, deps: Deps) -> ReviewItem | None:
        """The next for this person."""
        visitor = person(request)
        ours = (visitor.organisation_id, visitor.user.id)
        return reviewing.next_review(deps, *ours, self.ids, self.form or None, differs=self.differs)


def _way(
    skip: Annotated[str, Query(pattern=_SKIP)] = "",
    form: Annotated[str, Query(pattern=_FORM)] = "",
    differs: bool = False,  # noqa: FBT001, FBT002 - a switch in the address
) -> Way:
    return Way(skip, form, differs)


WayDep = Annotated[Way, Depends(_way)]


@router.get("/review", dependencies=[IN_MAILROOM])
def show_next(request: Request, deps: DepsDep, way: WayDep) -> Response:
    """The next field for this person, or what else waits."""
    return _next_page(request, deps, way._replace(differs=False))


@router.get("/differences", dependencies=[IN_MAILROOM])
def show_difference(request: Request, deps: DepsDep, way: WayDep) -> Response:
    """The next field of which people, or two slips, say different things."""
    return _next_page(request, deps, way._replace(differs=True))


@router.get("/review/ahead", dependencies=[IN_MAILROOM])
def show_ahead(request: Request, deps: DepsDep, way: WayDep) -> Response:
    """The pictures of the field after the one on the screen, for a browser to load them beforehand."""
    item = way.next(request, deps)
    seen = shown(deps, person(request).organisation_id, item) if item else None
    return page(request, "mailroom/ahead.html", item=seen)


@router.post("/review/undo", dependencies=[IN_MAILROOM])
def undo(desk: DeskDep) -> Response:
    """Take back the last answer of this person, whose field is there again."""
    way = _of_form(desk)

    def make(deps: Deps) -> Done:
        item = reviewing.undo(deps, desk.organisation_id, desk.by)
        return Done(way.url(f"{REVIEW}/{item.field_id}"), "Your last answer is taken back. Key it again.")

    def again(mistake: Mistake) -> Response:
        # a refusal leaves everything as it was: the field on the screen comes back, with what is wrong
        return _next_page(desk.request, desk.deps, way, notice=mistake.trouble.text)

    return desk.change(make, again, {})


@router.get("/review/{field_id:id}", dependencies=[IN_MAILROOM])
def show(request: Request, deps: DepsDep, field_id: str, way: WayDep) -> Response:
    """One field, such as that of an answer taken back; when it waits no more, the next."""
    visitor = person(request)
    try:
        item = reviewing.hold_field(deps, visitor.organisation_id, field_id, visitor.user.id)
    except Refusal as refusal:
        if refusal.code not in _GONE:
            raise
        return see_other(way.url())
    return _item_page(request, deps, item, way)


@router.post("/review/{field_id:id}", dependencies=[IN_MAILROOM])
def answer(desk: DeskDep, field_id: str) -> Response:
    """Take it, or ask; then the next."""
    way = _of_form(desk)
    try:
        if desk.form.text("do") == "skip":
            reviewing.release_fields(desk.deps, desk.organisation_id, [field_id], desk.by)
            return see_other(way.url(skip=field_id))
        keyed = _keyed(desk, field_id)
    except Refusal as refusal:
        if refusal.code in _GONE:
            return see_other(way.url())
        return _again(desk, field_id, refusal.code, refusal.detail)
    return see_other(way.url()) if keyed.taken else _ask(desk, field_id, keyed)


def _of_form(desk: Desk) -> Way:
    """What a form says of the way, as far as it looks like it."""
    skip, form = desk.form.text("skip"), desk.form.text("form")
    skipped, narrowed = re.fullmatch(_SKIP, skip), re.fullmatch(_FORM, form)
    return Way(skip if skipped else "", form if narrowed else "", bool(desk.form.text("differs")))


def _keyed(desk: Desk, field_id: str) -> Keyed:
    """What this person says; an answer that was asked about and comes again is insisted on."""
    deps, ours, value = desk.deps, (desk.organisation_id, field_id, desk.by), desk.form.text("value")
    does = desk.form.text("do")
    if does == "unreadable":
        return reviewing.mark_unreadable(deps, *ours)
    if does == "blank" or value == NOTHING:
        # the same twice: once the field is asked whether it may be empty
        return reviewing.key_field(deps, *ours, "")
    if does.startswith("pick-"):
        value = desk.form.text(does)
    if value:
        return reviewing.key_field(deps, *ours, value, insists=value == desk.form.text("asked"))
    if desk.form.text("confirms"):
        return reviewing.confirm_field(deps, *ours)
    raise Refusal("value-missing", _EMPTY)


def _ask(desk: Desk, field_id: str, keyed: Keyed) -> Response:
    checked = keyed.checked
    assert checked is not None  # noqa: S101 - what is not taken was checked
    said, value = message(checked, "en") or "", desk.form.text("value")
    if checked.verdict is Verdict.REFUSE:
        return _again(desk, field_id, checked.code or "value-invalid", said)
    return _again(desk, field_id, checked.code or "", said, asked=value, candidates=checked.candidates)


def _again(
    desk: Desk, field_id: str, code: str, text: str, *, asked: str = "", candidates: Sequence[str] = ()
) -> Response:
    """The same field with what was typed, and what is wrong with it or asked about it."""
    desk.request.scope[CONTEXT]["code"] = code
    item = reviewing.hold_field(desk.deps, desk.organisation_id, field_id, desk.by)
    said = {"question": text, "asked": asked, "candidates": candidates, "typed": desk.form.text("value")}
    response = _item_page(desk.request, desk.deps, item, _of_form(desk), **said)
    response.status_code = int(status_of(code))
    return response


def _next_page(request: Request, deps: Deps, way: Way, **said: Any) -> Response:  # noqa: ANN401 - of the template
    item = way.next(request, deps)
    if item is not None:
        return _item_page(request, deps, item, way, **said)
    return page(request, "mailroom/done.html", **WORDS, **(_around(request, deps, way) | said))


def _item_page(request: Request, deps: Deps, item: ReviewItem, way: Way, **said: Any) -> Response:  # noqa: ANN401 - of the template
    seen: Shown = shown(deps, person(request).organisation_id, item)
    usual: Mapping[str, Any] = {"question": "", "asked": "", "candidates": (), "typed": ""}
    suggested = as_written(option_label(seen.options, seen.suggestion or ""), seen.kind)
    values = {"item": seen, "suggested": suggested, **WORDS, **_around(request, deps, way), **usual, **said}
    values["ahead"] = way.url(f"{REVIEW}/ahead", skip=item.field_id)
    return page(request, "mailroom/review.html", **values)


def _around(request: Request, deps: Deps, way: Way) -> dict[str, Any]:
    """What stands around the field: what is left, and the last answer of this person."""
    visitor, now = person(request), deps.clock.now()
    ours = (visitor.organisation_id, visitor.user.id)
    with deps.database.read() as uow:
        last = uow.slip_fields.last_act_of(*ours)
    done = reviewing.done_since(deps, *ours, now - _PACE_OVER)
    return {
        "left": waiting(deps, visitor.organisation_id),
        "way": way,
        "pace": done * (timedelta(hours=1) // _PACE_OVER) if done >= _LEAST_FOR_PACE else 0,
        "may_undo": last is not None and now - last.at <= reviewing.UNDO_WITHIN,
        "notice": notice_of(request, deps),
    }
