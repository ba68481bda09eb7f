"""Pages that a machine can do nothing with: one at a time with its picture, what is wrong, and the ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from api.http.edge import DepsDep
from api.http.problems import status_of
from api.http.staff.desk import Desk, DeskDep, Done, Mistake
from api.http.staff.mailroom.common import IN_MAILROOM, MAILROOM
from api.http.staff.mailroom.overlay import turned_page
from api.http.staff.mailroom.start import of_mistake
from api.http.staff.mailroom.words import WORDS
from api.http.staff.render import page
from api.http.staff.route import StaffRoute, see_other
from api.http.staff.today import zone_of
from api.http.staff.trouble import Trouble
from api.http.staff.visitors import person
from api.ports import PageRequest, WayOut
from api.usecases import people
from api.usecases.scanning import exceptions, looking, words
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from api.ports import ScanPage
    from api.usecases.deps import Deps
    from api.usecases.scanning.exceptions import Candidate
    from scanning.machine_print import Words

router = APIRouter(prefix=f"{MAILROOM}/exceptions", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

EXCEPTIONS: Final = f"{MAILROOM}/exceptions"
_AHEAD: Final = 12
_SEVERAL: Final = "page-several-slips"
_FIELDS: Final = {
    "": "q",
    "note-too-long": "note",
}
IdQuery = Annotated[str, Query(max_length=120, pattern=r"^[A-Za-z0-9_]*$")]
TurnQuery = Annotated[int, Query(ge=0, le=3)]


@router.get("", dependencies=[IN_MAILROOM])
def show_first(request: Request, deps: DepsDep, batch: IdQuery = "", was: IdQuery = "") -> Response:
    """The first that waits, of one batch or of all."""
    organisation_id = person(request).organisation_id
    found = exceptions.exceptions(deps, organisation_id, PageRequest(1), batch or None).items
    if found:
        return exception_page(request, deps, found[0].id, batch=batch, was=was)
    last = _resolved(deps, organisation_id, was)
    return page(request, "mailroom/no_exceptions.html", **WORDS, was=last, **of_mistake(request, deps, None))


@router.get("/{page_id:id}", dependencies=[IN_MAILROOM])
def show(request: Request, deps: DepsDep, page_id: str, turn: TurnQuery = 0, batch: IdQuery = "") -> Response:
    """One page, whether it waits or not."""
    return exception_page(request, deps, page_id, turn=turn, batch=batch)


@router.post("/{page_id:id}/find", dependencies=[IN_MAILROOM])
def find(desk: DeskDep, page_id: str) -> Response:
    """Letters with a slip that it may be of; what is looked for stands in no address."""
    wanted = desk.form.text("q")
    found = exceptions.find_pieces(desk.deps, desk.organisation_id, wanted) if wanted else ()
    return exception_page(desk.request, desk.deps, page_id, batch=desk.form.text("batch"), wanted=wanted, found=found)


@router.post("/{page_id:id}/words", dependencies=[IN_MAILROOM])
def read_words(desk: DeskDep, page_id: str) -> Response:
    """What is printed on it, and what of that may say whose it is."""
    try:
        found = words.words_on(desk.deps, desk.organisation_id, page_id)
    except Refusal as refusal:
        if refusal.code == "scan-page-not-found":
            raise
        mistake = Mistake(Trouble.of(refusal, {}), "words")
        response = exception_page(desk.request, desk.deps, page_id, batch=desk.form.text("batch"), mistake=mistake)
        response.status_code = int(status_of(refusal.code))
        return response
    return exception_page(desk.request, desk.deps, page_id, batch=desk.form.text("batch"), printed=found)


@router.post("/{page_id:id}/assign", dependencies=[IN_MAILROOM])
def assign(desk: DeskDep, page_id: str) -> Response:
    """It is the slip of this letter."""

    def make(deps: Deps) -> str:
        exceptions.assign(deps, desk.organisation_id, page_id, desk.form.text("piece"), desk.by)
        return "The page is the slip of that letter now. What the machine could not read waits to be keyed."

    return _resolve(desk, page_id, make)


@router.post("/{page_id:id}/all", dependencies=[IN_MAILROOM])
def take_all(desk: DeskDep, page_id: str) -> Response:
    """The slips on it are each of the letter whose code they have."""

    def make(deps: Deps) -> str:
        exceptions.take_all(deps, desk.organisation_id, page_id, desk.by)
        return "Each slip on the page is taken for its own letter."

    return _resolve(desk, page_id, make)


@router.post("/{page_id:id}/other-mail", dependencies=[IN_MAILROOM])
def other_mail(desk: DeskDep, page_id: str) -> Response:
    """It is no slip."""

    def make(deps: Deps) -> str:
        exceptions.mark_other_mail(deps, desk.organisation_id, page_id, desk.by, desk.form.text("note"))
        return "The page is other mail. Lay the paper apart."

    return _resolve(desk, page_id, make)


@router.post("/{page_id:id}/blank", dependencies=[IN_MAILROOM])
def blank(desk: DeskDep, page_id: str) -> Response:
    """There is nothing on it."""

    def make(deps: Deps) -> str:
        exceptions.mark_blank(deps, desk.organisation_id, page_id, desk.by)
        return "The page is counted as blank."

    return _resolve(desk, page_id, make)


@router.post("/{page_id:id}/read-again", dependencies=[IN_MAILROOM])
def read_again(desk: DeskDep, page_id: str) -> Response:
    """The machine looks once more."""

    def make(deps: Deps) -> str:
        exceptions.read_again(deps, desk.organisation_id, page_id, desk.by)
        return "The page is being read again. When the machine still cannot, it comes back here."

    return _resolve(desk, page_id, make)


@router.post("/{page_id:id}/reopen", dependencies=[IN_MAILROOM])
def reopen(desk: DeskDep, page_id: str) -> Response:
    """Take back what was said of it."""

    def make(deps: Deps) -> Done:
        exceptions.reopen(deps, desk.organisation_id, page_id, desk.by)
        return Done(f"{EXCEPTIONS}/{page_id}", "The page waits again.")

    return desk.change(make, lambda mistake: exception_page(desk.request, desk.deps, page_id, mistake=mistake), _FIELDS)


def _resolve(desk: Desk, page_id: str, make: Callable[[Deps], str]) -> Response:
    """Do it and go on with the next; the page that was can be opened again from there."""
    batch = desk.form.text("batch")

    def done(deps: Deps) -> Done:
        said = make(deps)
        return Done(f"{EXCEPTIONS}?{f'batch={batch}&' if batch.isidentifier() else ''}was={page_id}", said)

    def again(mistake: Mistake) -> Response:
        if mistake.trouble.code == "page-not-open":
            return see_other(EXCEPTIONS)
        return exception_page(desk.request, desk.deps, page_id, batch=batch, mistake=mistake)

    return desk.change(done, again, _FIELDS)


def exception_page(  # noqa: PLR0913 - what is shown of which page
    request: Request,
    deps: Deps,
    page_id: str,
    *,
    turn: int = 0,
    batch: str = "",
    was: str = "",
    wanted: str = "",
    found: Sequence[Candidate] | None = None,
    printed: Words | None = None,
    mistake: Mistake | None = None,
) -> Response:
    """The page, with letters that were ``found`` for it."""
    organisation_id = person(request).organisation_id
    item = exceptions.exception(deps, organisation_id, page_id)
    waits = exceptions.exceptions(deps, organisation_id, PageRequest(_AHEAD), batch or None).items
    with deps.database.read() as uow:
        slips = uow.scan_pages.slips_on(organisation_id, page_id)
    values: dict[str, Any] = {
        "item": item,
        "picture": turned_page(deps, item.page, turn),
        "turn": turn,
        "wanted": wanted,
        "found": found,
        "printed": printed,
        "several": any(each.code == _SEVERAL for each in item.page.findings),
        "ahead": [each for each in waits if each.id != page_id],
        "count": exceptions.count_exceptions(deps, organisation_id),
        "batch": looking.get_batch(deps, organisation_id, item.page.batch_id).batch,
        "only": batch,
        "slips": slips,
        "was": _resolved(deps, organisation_id, was),
        "may_reopen": item.page.way_out in {WayOut.ASSIGNED, WayOut.OTHER_MAIL, WayOut.BLANK},
        "names": people.names_of(deps, organisation_id),
        "zone": zone_of(deps, organisation_id),
    }
    return page(request, "mailroom/exception.html", **WORDS, **values, **of_mistake(request, deps, mistake))


def _resolved(deps: Deps, organisation_id: str, page_id: str) -> ScanPage | None:
    """The page that was just resolved, while that can be taken back."""
    if not page_id:
        return None
    found = looking.get_page(deps, organisation_id, page_id)
    return None if found.waits or found.way_out is WayOut.READ_AGAIN else found
