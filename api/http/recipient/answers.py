"""The form behind the doors: shown, sent, asked again, confirmed, corrected, and read only in the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from api.http.recipient import session
from api.http.recipient.doors import HOUSE, POSTCODE, not_shown, of_entry, show_again, theirs, title_of, until
from api.http.recipient.fields import (
    ASKED,
    PREFIX,
    REASONS,
    SURE,
    Filled,
    blocks_of,
    choices_made,
    problems_of,
    said,
    shown_answer,
    typed_answers,
)
from api.http.recipient.photos import CARRIED, keep_photo
from api.http.recipient.render import page, plain, see_other
from api.http.recipient.session import Session
from api.http.recipient.words import local
from api.ports import Road
from api.usecases.answering import giving, pages
from api.usecases.answering.giving import Offer
from docgen.findings import Refusal
from docgen.reply_form import ReplyKind
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from api.http.recipient.forms import Form
    from api.http.recipient.visit import Visit
    from api.usecases.answering.pages import Asked

REASON: Final = "reason-"
PHOTO: Final = "photo"
_CARRIED: Final = (PREFIX, SURE, ASKED, REASON)


def show_form(visit: Visit) -> Response:
    """The form with what was answered before, or only that when it can be corrected no more."""
    here = _inside(visit)
    if here is None:
        return plain(visit, "stale", HTTPStatus.FORBIDDEN, start=True)
    visit, asked, of_visitor = here
    response = not_shown(visit, asked) or (_form(visit, asked, of_visitor) if asked.is_open else _closed(visit, asked))
    session.write(visit.request, response, visit.deps, of_visitor)
    return response


def send(visit: Visit, form: Form) -> Response:
    """Take the answers, or say what to look at; who was away for too long is asked for the address first."""
    token = session.read_form_token(visit.deps, form.text("form"))
    if token is None:
        return plain(visit, "stale", HTTPStatus.FORBIDDEN, start=True)
    here = _inside(visit)
    if here is None or here[2].entry_id != token.entry_id:
        return show_again(visit, token, _carried(form))
    visit, asked, of_visitor = here
    closed = not_shown(visit, asked) or (None if asked.is_open else _closed(visit, asked))
    return closed or _take(visit, asked, of_visitor, token.once, form)


def _take(visit: Visit, asked: Asked, of_visitor: Session, once: str, form: Form) -> Response:
    typed = typed_answers(asked, form.text)
    photo = keep_photo(visit.deps, asked.entry, form)
    if photo.problem:
        return _form(visit, asked, of_visitor, Filled(typed), {"photo_problem": visit.words(photo.problem)})
    answers, insists = choices_made(typed, form.text)
    offer = Offer(
        road=Road(of_visitor.road),
        given=answers,
        insists=insists,
        language=visit.words.code,
        once=once,
        note=_note(visit, asked, form),
        photo=photo.blob,
    )
    try:
        given = giving.give(visit.deps, asked.entry, offer)
    except Refusal as refusal:
        if refusal.code != "answers-not-open":
            raise
        return _closed(visit, asked)
    if given.submission is None:
        filled = Filled(typed, given.checked)
        return _form(visit, asked, of_visitor, filled, {CARRIED: photo.carried})
    reviewed = any(one.verdict is Verdict.REVIEW for one in given.checked.values())
    noted = f"{given.submission.receipt} {int(given.submission.came_at.timestamp())} {int(reviewed)}"
    response = see_other(visit.url("/done"))
    session.write(visit.request, response, visit.deps, replace(of_visitor, receipt=noted))
    return response


def come_back(visit: Visit, form: Form) -> Response:
    """After the session was over: the form again, with what was filled in, for who knows the address."""
    token = session.read_form_token(visit.deps, form.text("form"))
    if token is None or token.organisation_id != visit.host.organisation_id:
        return plain(visit, "stale", HTTPStatus.FORBIDDEN, start=True)
    with visit.deps.database.read() as uow:
        entry = uow.entries.get(token.organisation_id, token.entry_id)
    typed = {name: form.text(name) for name in (POSTCODE, HOUSE)}
    asked = pages.what_to_ask(visit.deps, entry)
    visit = of_entry(visit, asked)
    tried = theirs(visit, entry, typed, entry.id)
    if tried.found is None:
        return show_again(visit, token, _carried(form), form)
    of_visitor = Session(token.organisation_id, token.entry_id, token.road)
    closed = not_shown(visit, asked) or (None if asked.is_open else _closed(visit, asked))
    response = closed or _form(visit, asked, of_visitor, Filled(typed_answers(asked, form.text)))
    session.write(visit.request, response, visit.deps, of_visitor)
    return response


def show_done(visit: Visit) -> Response:
    """What we have, the receipt, and what happens next."""
    here = _inside(visit)
    if here is None:
        return plain(visit, "stale", HTTPStatus.FORBIDDEN, start=True)
    visit, asked, of_visitor = here
    if not of_visitor.receipt:
        return see_other(visit.url("/form"))
    receipt, came, reviewed = of_visitor.receipt.split(" ")
    moment = local(datetime.fromtimestamp(int(came), UTC))
    words = visit.words
    return page(
        visit,
        "done.html",
        asked=asked,
        receipt=receipt,
        received=words("received", day=words.day(moment), time=words.time(moment)),
        next=words("next_review" if reviewed == "1" else "next_settled"),
        given=_rows(visit, asked),
        until=until(visit, asked.campaign.closes_at, "correct_until") if asked.is_open else "",
        may_close=True,
    )


def leave(visit: Visit) -> Response:
    """End the session."""
    response = see_other(visit.url("/bye"))
    session.end(visit.request, response)
    return response


def show_bye(visit: Visit) -> Response:
    """After the page was closed."""
    return plain(visit, "bye", HTTPStatus.OK)


def _inside(visit: Visit) -> tuple[Visit, Asked, Session] | None:
    """Who has a session that is of this host."""
    found = session.read(visit.request, visit.deps)
    if found is None or found.organisation_id != visit.host.organisation_id:
        return None
    with visit.deps.database.read() as uow:
        entry = uow.entries.get(found.organisation_id, found.entry_id)
    asked = pages.what_to_ask(visit.deps, entry)
    return of_entry(visit, asked), asked, found


def _form(
    visit: Visit,
    asked: Asked,
    of_visitor: Session,
    filled: Filled | None = None,
    more: Mapping[str, str] | None = None,
) -> Response:
    words, more = visit.words, more or {}
    blocks = blocks_of(asked, words, filled or Filled())
    problems: Sequence[tuple[str, str]] = problems_of(blocks)
    if more.get("photo_problem"):
        problems = (*problems, (PHOTO, more["photo_problem"]))
    response = page(
        visit,
        "form.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        asked=asked,
        title=title_of(visit, asked),
        blocks=blocks,
        problems=problems,
        only_asks=bool(filled) and _only_asks(filled.checked) if filled else False,
        token=session.form_token(visit.deps, of_visitor),
        until=until(visit, asked.campaign.closes_at, "correct_until" if asked.given else "until"),
        with_photo=any(one.kind is ReplyKind.METER_READING for one in asked.form.fields),
        photo_problem=more.get("photo_problem", ""),
        photo_carried=more.get(CARRIED, ""),
        reasons=REASONS,
        may_close=True,
    )
    session.write(visit.request, response, visit.deps, of_visitor)
    return response


def _only_asks(checked: Mapping[str, Any]) -> bool:
    return Verdict.REFUSE not in {one.verdict for one in checked.values()}


def _closed(visit: Visit, asked: Asked) -> Response:
    rows = _rows(visit, asked) if asked.given else ()
    return page(visit, "closed.html", asked=asked, given=rows, may_close=True)


def _rows(visit: Visit, asked: Asked) -> Sequence[tuple[str, str]]:
    """Question and answer, of all that was asked on the page."""
    rows = []
    for one in asked.form.fields:
        if one.kind is not ReplyKind.SIGNATURE:
            value = asked.given.get(one.name, "")
            is_said = value or one.kind is ReplyKind.TICK
            text = shown_answer(one, value, visit.words) if is_said else visit.words("given_nothing")
            rows.append((said(one.label, visit.words.code), text))
    return rows


def _note(visit: Visit, asked: Asked, form: Form) -> str:
    """Why a reading is strange, in the words that were chosen."""
    chosen = (form.text(f"{REASON}{one.name}") for one in asked.form.fields)
    return " ".join(visit.words(f"reason_{reason}") for reason in chosen if reason in REASONS)


def _carried(form: Form) -> dict[str, str]:
    return {name: text for name, text in form.texts.items() if name.startswith(_CARRIED)}
