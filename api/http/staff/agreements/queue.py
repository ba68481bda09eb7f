"""Unclear answers, one by one: what was said, what it may be about, and what it means; the next is there at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from agreements.lifecycle.deciding import Said
from api.http.edge import DepsDep
from api.http.problems import CONTEXT, status_of
from api.http.staff.agreements.common import QUEUE, READERS
from api.http.staff.agreements.request import told_of
from api.http.staff.agreements.words import WORDS
from api.http.staff.desk import Desk, DeskDep, Done, notice_of
from api.http.staff.render import page
from api.http.staff.route import StaffRoute, see_other
from api.http.staff.today import zone_of
from api.http.staff.visitors import person
from api.ports import PageRequest
from api.usecases.agreeing import seeing, staffing
from api.usecases.agreeing.replies import HALTED
from api.usecases.agreeing.staffing import Attested
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Unclear
    from api.usecases.deps import Deps

router = APIRouter(prefix=QUEUE, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_ID: Final = r"^[A-Za-z0-9_-]{0,80}$"
_SKIP: Final = r"^[A-Za-z0-9_,-]{0,2000}$"
_MOST_SKIPPED: Final = 40
_LOOKED_AT: Final = 100
NOTHING: Final = "nothing"
STOP: Final = "stop"
_MEANS: Final = {str(Said.YES): "yes", str(Said.NO): "no", str(Said.WITHDRAW): "that they take it back"}


@dataclass(frozen=True, slots=True)
class Way:
    """Which answers a person goes through: of one question or of all, and those that are left for later."""

    skip: str = ""
    question: str = ""

    @property
    def ids(self) -> list[str]:
        """Those that are left for later."""
        return [each for each in self.skip.split(",") if each]

    def url(self, skip: str = "") -> str:
        """The next one, with one more left out."""
        ids = ",".join([*self.ids, *filter(None, [skip])][-_MOST_SKIPPED:])
        said = {"skip": ids, "question": self.question}
        query = urlencode({name: value for name, value in said.items() if value}, safe=",")
        return f"{QUEUE}?{query}" if query else QUEUE


def _way(skip: Annotated[str, Query(pattern=_SKIP)] = "", question: Annotated[str, Query(pattern=_ID)] = "") -> Way:
    return Way(skip, question)


WayDep = Annotated[Way, Depends(_way)]


@router.get("", dependencies=[READERS])
def show_next(request: Request, deps: DepsDep, way: WayDep) -> Response:
    """The one that waits longest; or well done."""
    organisation_id = person(request).organisation_id
    waiting = _waiting(deps, organisation_id, way)
    left = [one for one in waiting if one.id not in way.ids]
    if left:
        return _unclear_page(request, deps, left, way)
    return page(
        request,
        "agreements/queue_done.html",
        way=way,
        later=len(waiting),
        notice=notice_of(request, deps),
    )


@router.post("/{unclear_id:id}", dependencies=[READERS])
def settle(desk: DeskDep, unclear_id: str) -> Response:
    """Ask once more, or take it; then the next."""
    way, does = _of_form(desk), desk.form.text("do")
    if does == "skip":
        return see_other(way.url(skip=unclear_id))
    about = desk.form.text("request")
    try:
        _check(does, about)
        if does != NOTHING and desk.form.text("sure") != f"{does} {about}":
            return _again(desk, unclear_id, way, None, does)
        told = _settled(desk, unclear_id, does, about)
    except Refusal as refusal:
        if refusal.code != "unclear-settled":
            return _again(desk, unclear_id, way, refusal)
        told = "A colleague settled that one a moment ago. Nothing of yours was taken."
    return see_other(desk.said(Done(way.url(), told)))


def _check(does: str, about: str) -> None:
    """Raises Refusal: ``answer-missing``, ``request-missing``."""
    if does not in {*_MEANS, STOP, NOTHING}:
        raise Refusal("answer-missing", "Say what it means: press Y, N, W or 0, or leave it for later.")
    if does in _MEANS and not about:
        raise Refusal("request-missing", "Choose the question that this answers.")


def _settled(desk: Desk, unclear_id: str, does: str, about: str) -> str:
    """Take it; what is said of it."""
    said = next((one for one in Said if one == does), None)
    # a stop that holds goes on when this word is the note
    heard = Attested(said, desk.by, STOP if does == STOP else desk.form.text("note"))
    outcome = staffing.settle_unclear(desk.deps, desk.organisation_id, unclear_id, heard, about)
    if does == STOP:
        return "No more messages go to this number."
    return told_of(outcome) if outcome else "It means nothing to decide by, and is kept as it was said."


def _of_form(desk: Desk) -> Way:
    """What a form says of the way, as far as it looks like it."""
    said = {"skip": desk.form.text("skip"), "question": desk.form.text("way-question")}
    patterns = {"skip": _SKIP, "question": _ID}
    return Way(**{name: text for name, text in said.items() if re.fullmatch(patterns[name], text)})


def _again(desk: Desk, unclear_id: str, way: Way, refusal: Refusal | None, does: str = "") -> Response:
    """The same answer, with what is wrong or asked about it."""
    with desk.deps.database.read() as uow:
        unclear = uow.unclear.get(desk.organisation_id, unclear_id)
    others = [one for one in _waiting(desk.deps, desk.organisation_id, way) if one.id != unclear.id]
    said: dict[str, Any] = {"chosen": desk.form.text("request"), "note": desk.form.text("note")}
    if refusal is not None:
        desk.request.scope[CONTEXT]["code"] = refusal.code
        said |= {"question": refusal.detail}
    else:
        said |= {"confirms": does, "question": _asks(does)}
    response = _unclear_page(desk.request, desk.deps, [unclear, *others], way, **said)
    response.status_code = 200 if refusal is None else int(status_of(refusal.code))
    return response


def _asks(does: str) -> str:
    if does == STOP:
        return "You read it as a wish for no more messages. None goes to this number any more."
    return f"You read it as {_MEANS[does]}. It counts as their answer, and cannot be undone here."


def _waiting(deps: Deps, organisation_id: str, way: Way) -> Sequence[Unclear]:
    return staffing.waiting(deps, organisation_id, PageRequest(_LOOKED_AT), way.question or None).items


def _unclear_page(
    request: Request,
    deps: Deps,
    left: Sequence[Unclear],
    way: Way,
    **said: Any,  # noqa: ANN401 - of the template
) -> Response:
    organisation_id, unclear = person(request).organisation_id, left[0]
    about = seeing.candidates(deps, unclear)
    usual: dict[str, Any] = {"question": "", "confirms": "", "note": ""}
    # one that it must be about is chosen beforehand; among several a person chooses
    usual["chosen"] = about[0].request.id if len(about) == 1 else ""
    following = next((one for one in left[1:] if one.id not in way.ids), None)
    return page(
        request,
        "agreements/queue.html",
        **WORDS,
        unclear=unclear,
        about=about,
        halts=unclear.why == HALTED,
        following=following,
        left=len([one for one in left if one.id not in way.ids]),
        is_more=len(left) >= _LOOKED_AT,
        way=way,
        zone=zone_of(deps, organisation_id),
        notice=notice_of(request, deps),
        **(usual | said),
    )
