"""Doubtful fields, one after the other, without a hand leaving the keys; a guess is shown only to be confirmed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.http.edge import DepsDep
from api.http.problems import CONTEXT, status_of
from api.http.staff.desk import Desk, DeskDep, Done, notice_of
from api.http.staff.mailroom.common import IN_MAILROOM, MAILROOM, person, waiting
from api.http.staff.mailroom.shown import NOTHING, Shown, option_label, shown
from api.http.staff.mailroom.words import WORDS, as_written
from api.http.staff.render import page
from api.http.staff.route import StaffRoute, see_other
from api.usecases.scanning import reviewing
from docgen.findings import Refusal
from scanning.validators.messages import message
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.http.staff.desk import Mistake
    from api.usecases.deps import Deps
    from api.usecases.scanning.reviewing import Keyed, ReviewItem

router = APIRouter(prefix=f"{MAILROOM}/review", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

REVIEW: Final = f"{MAILROOM}/review"
_MOST_SKIPPED: Final = 40
_SKIPPED: Final = re.compile(r"[A-Za-z0-9_,-]{0,2000}")
# somebody else was quicker, or the form was sent twice: nothing is wrong, and the next one is shown
_GONE: Final = frozenset({"field-not-open", "field-own", "field-taken", "slip-field-not-found"})
_EMPTY: Final = "Nothing was typed. Type what stands there, or say that it is empty, or that nobody can read it."
SkipQuery = Annotated[str, Query(max_length=2000, pattern=r"^[A-Za-z0-9_,-]*$")]
FormQuery = Annotated[str, Query(max_length=20, pattern=r"^[A-Za-z0-9]*$")]


@router.get("", dependencies=[IN_MAILROOM])
def show_next(request: Request, deps: DepsDep, skip: SkipQuery = "", form: FormQuery = "") -> Response:
    """The next field for this person, or what else waits."""
    visitor = person(request)
    item = reviewing.next_review(deps, visitor.organisation_id, visitor.user.id, _ids(skip), form or None)
    if item is None:
        return page(request, "mailroom/done.html", **WORDS, **_around(request, deps, skip, form))
    return _item_page(request, deps, item, skip=skip, form=form)


@router.get("/ahead", dependencies=[IN_MAILROOM])
def show_ahead(request: Request, deps: DepsDep, skip: SkipQuery = "", form: FormQuery = "") -> Response:
    """The pictures of the field after the one on the screen, for a browser to load them beforehand."""
    visitor = person(request)
    item = reviewing.next_review(deps, visitor.organisation_id, visitor.user.id, _ids(skip), form or None)
    seen = shown(deps, visitor.organisation_id, item) if item else None
    return page(request, "mailroom/ahead.html", item=seen)


@router.post("/undo", dependencies=[IN_MAILROOM])
def undo(desk: DeskDep) -> Response:
    """Take back the last answer of this person, whose field is there again."""
    skip, form = _skipped(desk.form.text("skip")), desk.form.text("form")

    def make(deps: Deps) -> Done:
        item = reviewing.undo(deps, desk.organisation_id, desk.by)
        return Done(_url(f"{REVIEW}/{item.field_id}", skip, form), "Your last answer is taken back. Key it again.")

    def again(mistake: Mistake) -> Response:
        # a refusal leaves everything as it was: the field on the screen comes back, with what is wrong
        visitor = person(desk.request)
        item = reviewing.next_review(desk.deps, visitor.organisation_id, visitor.user.id, _ids(skip), form or None)
        values = _around(desk.request, desk.deps, skip, form) | {"notice": mistake.trouble.text}
        if item is None:
            return page(desk.request, "mailroom/done.html", **WORDS, **values)
        return _item_page(desk.request, desk.deps, item, skip=skip, form=form, notice=mistake.trouble.text)

    return desk.change(make, again, {})


@router.get("/{field_id:id}", dependencies=[IN_MAILROOM])
def show(request: Request, deps: DepsDep, field_id: str, skip: SkipQuery = "", form: FormQuery = "") -> Response:
    """One field, such as that of an answer taken back; when it waits no more, the next."""
    visitor = person(request)
    try:
        item = reviewing.hold_field(deps, visitor.organisation_id, field_id, visitor.user.id)
    except Refusal as refusal:
        if refusal.code not in _GONE:
            raise
        return see_other(_url(REVIEW, skip, form))
    return _item_page(request, deps, item, skip=skip, form=form)


@router.post("/{field_id:id}", dependencies=[IN_MAILROOM])
def answer(desk: DeskDep, field_id: str) -> Response:
    """Take it, or ask; then the next."""
    skip, form = _skipped(desk.form.text("skip")), desk.form.text("form")
    if desk.form.text("do") == "skip":
        reviewing.release_fields(desk.deps, desk.organisation_id, [field_id], desk.by)
        return see_other(_url(REVIEW, ",".join([*skip.split(","), field_id][-_MOST_SKIPPED:]).strip(","), form))
    try:
        keyed = _keyed(desk, field_id)
    except Refusal as refusal:
        if refusal.code in _GONE:
            return see_other(_url(REVIEW, skip, form))
        return _again(desk, field_id, refusal.code, refusal.detail)
    if keyed.taken:
        return see_other(_url(REVIEW, skip, form))
    return _ask(desk, field_id, keyed)


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
    skip, form = _skipped(desk.form.text("skip")), desk.form.text("form")
    response = _item_page(desk.request, desk.deps, item, skip=skip, form=form, **said)
    response.status_code = int(status_of(code))
    return response


def _item_page(
    request: Request,
    deps: Deps,
    item: ReviewItem,
    *,
    skip: str = "",
    form: str = "",
    **said: Any,  # noqa: ANN401 - of the template
) -> Response:
    seen: Shown = shown(deps, person(request).organisation_id, item)
    usual: Mapping[str, Any] = {"question": "", "asked": "", "candidates": (), "typed": ""}
    suggested = as_written(option_label(seen.options, seen.suggestion or ""), seen.kind)
    around = _around(request, deps, skip, form)
    return page(
        request, "mailroom/review.html", item=seen, suggested=suggested, **WORDS, **(around | dict(usual) | said)
    )


def _around(request: Request, deps: Deps, skip: str, form: str) -> dict[str, Any]:
    """What stands around the field: what is left, and the last answer of this person."""
    visitor = person(request)
    with deps.database.read() as uow:
        last = uow.slip_fields.last_act_of(visitor.organisation_id, visitor.user.id)
    return {
        "left": waiting(deps, visitor.organisation_id),
        "skip": skip,
        "skipped": len(_ids(skip)),
        "pace": 0,
        "form": form,
        "may_undo": last is not None and deps.clock.now() - last.at <= reviewing.UNDO_WITHIN,
        "notice": notice_of(request, deps),
    }


def _ids(skip: str) -> list[str]:
    return [each for each in skip.split(",") if each]


def _skipped(text: str) -> str:
    """What a form says was skipped, when it looks like it."""
    return text if _SKIPPED.fullmatch(text) else ""


def _url(path: str, skip: str, form: str) -> str:
    said = {name: value for name, value in (("skip", skip), ("form", form)) if value}
    return f"{path}?{urlencode(said, safe=',')}" if said else path
