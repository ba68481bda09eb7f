"""The front office: find who is on the phone, and see and do everything about them on one page that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from api.http.edge import DepsDep
from api.http.staff.answers.common import FRONT, IN_FRONT, LIVE_S, of_mistake
from api.http.staff.answers.fields import Entered, rows_of
from api.http.staff.answers.words import WORDS
from api.http.staff.render import page
from api.http.staff.route import StaffRoute, see_other
from api.http.staff.today import zone_of
from api.http.staff.trouble import Trouble
from api.http.staff.visitors import VisitorDep, person
from api.usecases import letters, people
from api.usecases.answering import queueing, timeline
from api.usecases.answering.pages import PageState
from api.usecases.answering.searching import MOST_FOUND, Wanted, find_people
from api.usecases.packages import ONE_PICTURE_AT_A_TIME
from api.usecases.scanning import looking
from api.usecases.scanning.forms import read_reply
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.http.staff.answers.fields import Row
    from api.http.staff.desk import Mistake
    from api.usecases.answering.timeline import Person
    from api.usecases.deps import Deps
    from docgen.reply_form import ReplyForm

router = APIRouter(prefix=FRONT, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_DPI: Final = {"small": 40, "large": 110}
_KEPT: Final = {"Cache-Control": "private, max-age=600"}
_TextQuery = Annotated[str, Query(max_length=120)]
_FIELDS: Final = {"search-empty": "postcode", "search-needs-postcode": "postcode"}
_NO_ANSWERS: Final = frozenset({PageState.REVOKED, PageState.GONE})
_LINK_REASONS: Final = ("moved", "deceased", "wrong person", "asked for no more letters")


@router.get("", dependencies=[IN_FRONT])
def find(
    request: Request,
    deps: DepsDep,
    postcode: _TextQuery = "",
    house: _TextQuery = "",
    number: _TextQuery = "",
) -> Response:
    """Straight to the person when there is one."""
    organisation_id, wanted = person(request).organisation_id, Wanted(postcode, house, number)
    found, trouble = None, None
    if request.query_params.keys() & set(Wanted._fields):
        try:
            found = find_people(deps, organisation_id, wanted)
        except Refusal as refusal:
            trouble = Trouble.of(refusal, _FIELDS, "postcode")
    if found and len(found) == 1:
        return see_other(f"{FRONT}/{found[0].entry.id}")
    values = of_mistake(request, deps, None) | {"trouble": trouble}
    return page(
        request,
        "answers/find.html",
        200 if trouble is None else 422,
        **WORDS,
        wanted=wanted,
        found=found,
        most=MOST_FOUND,
        now=deps.clock.now(),
        zone=zone_of(deps, organisation_id),
        left=queueing.count_waiting(deps, organisation_id),
        **values,
    )


@router.get("/recipient", dependencies=[IN_FRONT])
def show_recipient(deps: DepsDep, visitor: VisitorDep, campaign: _TextQuery, number: str) -> Response:
    """The page of a recipient who is known by number."""
    found = timeline.entry_of_recipient(deps, visitor.organisation_id, campaign, number)
    return see_other(f"{FRONT}/{found.id}")


@router.get("/slips/{slip_id:id}.jpg", dependencies=[IN_FRONT])
def slip_picture(deps: DepsDep, visitor: VisitorDep, slip_id: str) -> Response:
    """The page that a slip is on."""
    page_id = timeline.slip_picture_page(deps, visitor.organisation_id, slip_id)
    content = looking.page_jpeg(deps, visitor.organisation_id, page_id)
    return Response(content, media_type="image/jpeg", headers=_KEPT)


@router.get("/fields/{field_id:id}.png", dependencies=[IN_FRONT])
def field_picture(deps: DepsDep, visitor: VisitorDep, field_id: str) -> Response:
    """A field of a slip with the white around it."""
    content = looking.crop_png(deps, visitor.organisation_id, field_id)
    return Response(content, media_type="image/png", headers=_KEPT)


@router.get("/photos/{submission_id:id}.jpg", dependencies=[IN_FRONT])
def photo(deps: DepsDep, visitor: VisitorDep, submission_id: str) -> Response:
    """What came with an answer."""
    content = timeline.photo_of(deps, visitor.organisation_id, submission_id)
    return Response(content, media_type="image/jpeg", headers=_KEPT)


@router.get("/{entry_id:id}", dependencies=[IN_FRONT])
def show(request: Request, deps: DepsDep, entry_id: str) -> Response:
    """One person, as it is now."""
    return person_page(request, deps, entry_id)


@router.get("/{entry_id:id}/page-{number:int}.png", dependencies=[IN_FRONT])
def letter_picture(
    deps: DepsDep,
    visitor: VisitorDep,
    entry_id: str,
    number: int,
    size: Annotated[str, Query(pattern="^(small|large)$")] = "large",
) -> Response:
    """A page of the letter that this way in stands in."""
    with deps.database.read() as uow:
        piece_id = uow.entries.get(visitor.organisation_id, entry_id).piece_id
    if piece_id is None:
        raise Refusal("piece-not-found", "This link stands in no letter.")
    with ONE_PICTURE_AT_A_TIME:
        content = letters.letter_png(deps, visitor.organisation_id, piece_id, number, _DPI[size])
    return Response(content, media_type="image/png", headers=_KEPT)


def person_page(
    request: Request,
    deps: Deps,
    entry_id: str,
    entered: Entered | None = None,
    mistake: Mistake | None = None,
    **more: Any,  # noqa: ANN401 - of the template
) -> Response:
    """The page; with what was ``entered`` and is asked again, or a ``mistake`` in another of its forms."""
    organisation_id = person(request).organisation_id
    found = timeline.person_of(deps, organisation_id, entry_id)
    rows = rows_of(found.asked, deps.clock.now().date(), entered or Entered())
    values = of_mistake(request, deps, mistake) | {"fresh": None, "note": ""} | more
    return page(
        request,
        "answers/person.html",
        **WORDS,
        found=found,
        here=f"{FRONT}/{entry_id}",
        rows=rows,
        again=[row for row in rows if row.error],
        first=_first(rows),
        may_answer=found.asked.state not in _NO_ANSWERS,
        reasons=_LINK_REASONS,
        forms=_forms(found),
        names=people.names_of(deps, organisation_id),
        zone=zone_of(deps, organisation_id),
        now=deps.clock.now(),
        live_s=LIVE_S,
        **values,
    )


def _first(rows: Sequence[Row]) -> str:
    """Where somebody begins to type: at what is asked again, else at what has no answer yet."""
    asked = next((row for row in rows if row.error), None) or next((row for row in rows if not row.was), None)
    return asked.name if asked else ""


def _forms(found: Person) -> Mapping[str, ReplyForm]:
    """What each campaign on the timeline asks."""
    campaigns = {step.campaign.id: step.campaign for step in found.steps if step.campaign is not None}
    return {name: read_reply(campaign.reply_form) for name, campaign in campaigns.items()}
