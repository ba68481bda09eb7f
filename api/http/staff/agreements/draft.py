"""A question is written: the form with its errors at their fields, and beside it what people would get."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response

from agreements.questions.model import AskRoad, QuietHours, Verb
from api.http.edge import DepsDep
from api.http.staff.agreements.common import HOME, MAKERS
from api.http.staff.agreements.form_fields import (
    MOST_PURPOSES,
    USUAL_LANGUAGES,
    entered_of,
    errors_of,
    field_of_code,
    languages_of,
    wish_of,
)
from api.http.staff.agreements.preview import KINDS, looks_at, looks_at_wish, preview_kind, with_frames
from api.http.staff.agreements.words import ROADS, VERBS, WORDS
from api.http.staff.desk import Desk, DeskDep, Done, Mistake, notice_of
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.visitors import person
from api.ports import ChannelKind, Package, PackageKind, PageRequest, QuestionState
from api.usecases import trying
from api.usecases.agreeing import questions
from api.usecases.answering import campaigns
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from api.http.staff.agreements.preview import Look
    from api.ports import AskedQuestion
    from api.usecases.deps import Deps

router = APIRouter(prefix=HOME, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_CAMPAIGNS: Final = 100
_USUAL: Final[Mapping[str, str]] = {
    "verb": str(Verb.AGREE),
    "valid_days": "30",
    "quiet-from": str(QuietHours().from_hour),
    "quiet-until": str(QuietHours().until_hour),
    "quiet-sundays": "yes",
    "quiet-zone": QuietHours().zone,
    "nl-yes": "Ja",
    "nl-no": "Nee",
    "yes_value": "yes",
    "no_value": "no",
    f"road-{AskRoad.EMAIL}": "yes",
    f"road-{AskRoad.STAFF}": "yes",
}


@router.get("/new", dependencies=[MAKERS])
def show_new(request: Request, deps: DepsDep, after: str = "") -> Response:
    """An empty form; ``after`` a question its words are in it, for the next version."""
    organisation_id = person(request).organisation_id
    asked = questions.get_question(deps, organisation_id, after).asked if after else None
    return _form_page(request, deps, None, entered_of(asked) if asked else _USUAL)


@router.post("/new", dependencies=[MAKERS])
def make(desk: DeskDep) -> Response:
    """Keep it as a draft."""

    def keep(deps: Deps) -> Done:
        made = questions.make_question(deps, desk.organisation_id, wish_of(desk.form), desk.by)
        return Done(f"{HOME}/{made.id}", "The question is kept as a draft. Nobody has been asked yet.")

    return _kept(desk, None, keep)


@router.get("/{question_id:id}/change", dependencies=[MAKERS])
def show_change(request: Request, deps: DepsDep, question_id: str) -> Response:
    """A draft in the form."""
    asked = _draft(deps, person(request).organisation_id, question_id)
    return _form_page(request, deps, asked, entered_of(asked), looks=looks_at(request, deps, asked))


@router.post("/{question_id:id}/change", dependencies=[MAKERS])
def change(desk: DeskDep, question_id: str) -> Response:
    """Write the draft anew."""
    asked = _draft(desk.deps, desk.organisation_id, question_id)

    def keep(deps: Deps) -> Done:
        questions.change_question(deps, desk.organisation_id, asked.id, wish_of(desk.form))
        return Done(f"{HOME}/{asked.id}", "The question is changed.")

    return _kept(desk, asked, keep)


@router.post("/preview", dependencies=[MAKERS])
def preview(desk: DeskDep) -> Response:
    """The same form, with what people would get beside it; nothing of the question is kept."""
    asked = _of_form(desk)
    return _form_page(desk.request, desk.deps, asked, desk.form.entered(), looks=_looks(desk), tried=True, desk=desk)


def _kept(desk: Desk, asked: AskedQuestion | None, keep: Callable[[Deps], Done]) -> Response:
    def again(mistake: Mistake) -> Response:
        errors = errors_of(mistake.trouble.findings, wish_of(desk.form))
        first = next(iter(errors), "") or field_of_code(mistake.trouble.code)
        # each is named with a link to its field, so not once more as a list of findings
        trouble = replace(mistake.trouble, findings=(), field=first)
        said: dict[str, Any] = {"trouble": trouble, "errors": errors, "looks": _looks(desk), "desk": desk}
        return _form_page(desk.request, desk.deps, asked, mistake.entered, **said)

    return desk.change(keep, again, {}, "qst")


def _looks(desk: Desk) -> Sequence[Look]:
    """What people would get by the form; nothing while it names no brand."""
    kind = preview_kind(desk.form.text("show-kind"))
    try:
        return looks_at_wish(desk.request, desk.deps, wish_of(desk.form), kind)
    except Refusal:
        return ()


def _draft(deps: Deps, organisation_id: str, question_id: str) -> AskedQuestion:
    """Raises Refusal: ``question-not-found``, ``question-frozen``."""
    asked = questions.get_question(deps, organisation_id, question_id).asked
    if asked.state is not QuestionState.DRAFT:
        raise Refusal("question-frozen", "People were asked this question. Make another version of it.")
    return asked


def _of_form(desk: Desk) -> AskedQuestion | None:
    """The draft that the form is of; None for a new one."""
    question_id = desk.form.text("draft")
    return _draft(desk.deps, desk.organisation_id, question_id) if question_id else None


def _form_page(
    request: Request,
    deps: Deps,
    asked: AskedQuestion | None,
    entered: Mapping[str, str],
    *,
    looks: Sequence[Look] = (),
    desk: Desk | None = None,
    **said: Any,  # noqa: ANN401 - of the template
) -> Response:
    organisation_id = person(request).organisation_id
    setups = deps.channels.setups(organisation_id)
    listed = campaigns.list_campaigns(deps, organisation_id, PageRequest(_CAMPAIGNS)).items
    usual: dict[str, Any] = {"trouble": None, "errors": {}, "tried": False, "notice": ""}
    if not said:
        usual["notice"] = notice_of(request, deps)
    languages = languages_of(desk.form) if desk else _languages(entered)
    response = page(
        request,
        "agreements/draft.html",
        **WORDS,
        asked=asked,
        entered=entered,
        verbs=VERBS,
        roads=ROADS,
        languages=languages,
        purposes=range(1, MOST_PURPOSES + 1),
        brands=_brands(deps, organisation_id, entered.get("brand", "")),
        mails=[one for one in setups if one.kind is ChannelKind.EMAIL],
        texts=[one for one in setups if one.kind is ChannelKind.SMS],
        campaigns=listed,
        looks=looks,
        kinds=KINDS,
        **(usual | said),
    )
    return with_frames(response)


def _languages(entered: Mapping[str, str]) -> tuple[str, ...]:
    found = [name.removesuffix("-title") for name in entered if name.endswith("-title")]
    return tuple(dict.fromkeys([*USUAL_LANGUAGES, *found]))


def _brands(deps: Deps, organisation_id: str, chosen: str) -> list[tuple[Package, str]]:
    """The newest version of each and the one that is chosen, with their titles."""
    found, keys = list[Package](), set[str]()
    for package in trying.offered(deps, organisation_id, PackageKind.BRAND):
        if package.key not in keys or package.id == chosen:
            found.append(package)
        keys.add(package.key)
    return [(package, trying.titled(deps, package).title) for package in found]
