"""Questions: all with their counts, and one: how it stands now, who is where, lists to act on, and closing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from agreements.lifecycle.deciding import RequestState
from api.http.edge import DepsDep
from api.http.files import table_response
from api.http.staff.agreements.chart import days_of, shares_of
from api.http.staff.agreements.common import HOME, LIVE_S, MAKERS, READERS, CursorQuery
from api.http.staff.agreements.preview import looks_at, with_frames
from api.http.staff.agreements.words import WORDS
from api.http.staff.answers.chart import HEIGHT, WIDTH
from api.http.staff.answers.common import of_mistake
from api.http.staff.corporation.common import with_query
from api.http.staff.desk import DeskDep, Done
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import VisitorDep, person
from api.ports import AgreementFilter, AskingState, PageRequest, QuestionState, Reach
from api.usecases import people
from api.usecases.agreeing import questions, seeing
from api.usecases.agreeing.asking import stop_asking
from api.usecases.agreeing.staffing import list_agreements
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.http.staff.desk import Mistake
    from api.ports import AgreementCounts
    from api.usecases.deps import Deps

router = APIRouter(prefix=HOME, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_SHOWN: Final = 20
_REQUESTS: Final = 50
_ALL: Final = "all"
_ASKING_LIVE_S: Final = 1


class Show(NamedTuple):
    """A list that can be looked at."""

    name: str
    words: str
    number: int
    state: RequestState | None = None
    reach: Reach | None = None


@router.get("", dependencies=[READERS])
def show_all(request: Request, deps: DepsDep, cursor: CursorQuery = None) -> Response:
    """Newest first, with counts of now."""
    organisation_id = person(request).organisation_id
    found = seeing.counted(deps, organisation_id, PageRequest(_SHOWN, cursor))
    return page(
        request,
        "agreements/questions.html",
        **WORDS,
        questions=[(one, questions.text_of(one.asked)) for one in found.items],
        next_after=found.next_after,
        cursor=cursor,
        zone=zone_of(deps, organisation_id),
        live_s=LIVE_S,
        **of_mistake(request, deps, None),
    )


@router.get("/{question_id:id}", dependencies=[READERS])
def show_one(request: Request, deps: DepsDep, question_id: str, show: str = "", cursor: CursorQuery = None) -> Response:
    """How it stands, and one list of its requests."""
    return question_page(request, deps, question_id, show=show, cursor=cursor)


@router.post("/{question_id:id}/close", dependencies=[MAKERS])
def close(desk: DeskDep, question_id: str) -> Response:
    """Nobody new is asked."""

    def make(deps: Deps) -> Done:
        if not desk.form.text("sure"):
            raise Refusal("confirmation-missing", "Tick the box: it says what you are about to do.")
        closed = questions.close_question(deps, desk.organisation_id, question_id)
        return Done(f"{HOME}/{closed.id}", "The question is closed. Who was asked can still answer.")

    return desk.change(make, lambda mistake: question_page(desk.request, desk.deps, question_id, mistake), {"": "sure"})


@router.post("/{question_id:id}/askings/{asking_id:id}/stop", dependencies=[MAKERS])
def stop(desk: DeskDep, question_id: str, asking_id: str) -> Response:
    """Ask nobody more of a list."""

    def make(deps: Deps) -> Done:
        stopped = stop_asking(deps, desk.organisation_id, asking_id, desk.by)
        told = f"Stopped after {stopped.done:,} of {stopped.total:,} people. Who was asked can still answer."
        return Done(f"{HOME}/{stopped.question_id}", told)

    return desk.change(make, lambda mistake: question_page(desk.request, desk.deps, question_id, mistake), {})


@router.get("/{question_id:id}/requests.csv", dependencies=[READERS])
def requests_csv(deps: DepsDep, visitor: VisitorDep, question_id: str, show: str = _ALL) -> Response:
    """A list for a spreadsheet."""
    name, wanted = _table(deps, visitor.organisation_id, question_id, show)
    lines = seeing.requests_csv(seeing.every(deps, visitor.organisation_id, wanted))
    return table_response(f"{name}.csv", lines)


@router.get("/{question_id:id}/requests.xlsx", dependencies=[READERS])
def requests_xlsx(deps: DepsDep, visitor: VisitorDep, question_id: str, show: str = _ALL) -> Response:
    """The same as a workbook."""
    name, wanted = _table(deps, visitor.organisation_id, question_id, show)
    blocks = seeing.requests_xlsx(seeing.every(deps, visitor.organisation_id, wanted))
    return table_response(f"{name}.xlsx", blocks)


def question_page(
    request: Request,
    deps: Deps,
    question_id: str,
    mistake: Mistake | None = None,
    *,
    show: str = "",
    cursor: str | None = None,
) -> Response:
    """The page; with a ``mistake`` in one of its forms."""
    organisation_id = person(request).organisation_id
    standing = questions.get_question(deps, organisation_id, question_id)
    asked, lists = standing.asked, lists_of(standing.counts)
    chosen = _chosen(lists, show)
    found = list_agreements(deps, organisation_id, _wanted(asked.id, chosen), PageRequest(_REQUESTS, cursor))
    is_asking = any(one.state is AskingState.ASKING for one in standing.askings)
    values: dict[str, Any] = of_mistake(request, deps, mistake)
    response = page(
        request,
        "agreements/question.html",
        **WORDS,
        asked=asked,
        question=questions.text_of(asked),
        counts=standing.counts,
        askings=standing.askings,
        shares=shares_of(standing.counts),
        chart=days_of(seeing.per_day(deps, organisation_id, asked.id)),
        chart_size=(WIDTH, HEIGHT),
        lists=lists,
        chosen=chosen,
        requests=found.items,
        next_after=found.next_after,
        cursor=cursor,
        looks=looks_at(request, deps, asked),
        may_ask=asked.state is not QuestionState.CLOSED,
        here=with_query(f"{HOME}/{asked.id}", show=show, cursor=cursor),
        names=people.names_of(deps, organisation_id),
        zone=zone_of(deps, organisation_id),
        now=deps.clock.now(),
        live_s=_ASKING_LIVE_S if is_asking else LIVE_S,
        errors={},
        **values,
    )
    return with_frames(response)


def lists_of(counts: AgreementCounts) -> tuple[Show, ...]:
    """What can be looked at: first whom somebody has to do something about."""
    states = (
        (RequestState.OPEN, "no answer yet"),
        (RequestState.AGREED, "agreed"),
        (RequestState.DECLINED, "declined"),
        (RequestState.WITHDRAWN, "withdrawn"),
        (RequestState.EXPIRED, "time is over"),
        (RequestState.CANCELLED, "cancelled"),
    )
    return (
        Show("unreachable", "unreachable", counts.unreachable, reach=Reach.UNREACHABLE),
        *(Show(str(state), words, getattr(counts, state), state=state) for state, words in states),
        Show(_ALL, "all", counts.asked),
    )


def _chosen(lists: tuple[Show, ...], show: str) -> Show:
    """The list that is asked for; else whom no message reached, when there is anybody."""
    named: Mapping[str, Show] = {one.name: one for one in lists}
    return named.get(show) or (lists[0] if lists[0].number else named[_ALL])


def _wanted(question_id: str, chosen: Show) -> AgreementFilter:
    return AgreementFilter(question_id=question_id, state=chosen.state, reach=chosen.reach)


def _table(deps: Deps, organisation_id: str, question_id: str, show: str) -> tuple[str, AgreementFilter]:
    """The name of the file, and which requests are in it."""
    standing = questions.get_question(deps, organisation_id, question_id)
    named = {one.name: one for one in lists_of(standing.counts)}
    chosen = named.get(show, named[_ALL])
    return f"{standing.asked.key}-{standing.asked.version}-{chosen.name}", _wanted(standing.asked.id, chosen)
