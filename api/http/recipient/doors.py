"""The two doors: a scanned link, and a typed code. Neither shows anything personal before the address is known."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from api.http.recipient import session
from api.http.recipient.fields import said
from api.http.recipient.render import page, plain, see_other
from api.http.recipient.session import FormToken, Session
from api.http.recipient.visit import look_of_brand
from api.http.recipient.words import local
from api.ports import Road
from api.usecases.answering import doors, guarding, pages
from api.usecases.answering.guarding import Paused
from api.usecases.answering.pages import PageState
from docgen.qr.entry_code import read_code

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.responses import Response

    from api.http.recipient.forms import Form
    from api.http.recipient.look import Looks
    from api.http.recipient.visit import Visit
    from api.ports import Entry
    from api.usecases.answering.guarding import Tried
    from api.usecases.answering.pages import Asked

CODE: Final = "code"
POSTCODE: Final = "postcode"
HOUSE: Final = "house"
_GONE: Final = {PageState.GONE: "gone", PageState.REVOKED: "revoked", PageState.REPLACED: "replaced"}
_DUTCH: Final = re.compile(r"\s*[0-9]{4}\s*[A-Za-z]{2}\s*")
_SHOWN: Final = frozenset({PageState.OPEN, PageState.CLOSED})


def show_code_door(visit: Visit) -> Response:
    """The page of the host: it asks for the code that stands in the letter."""
    until = guarding.codes_paused_until(visit.deps, visit.host.organisation_id)
    if until is not None:
        return _paused(visit, Paused.ALL, until, HTTPStatus.OK)
    return _code_door(visit, {})


def try_code(visit: Visit, form: Form) -> Response:
    """Go in with a typed code. What cannot be a code at all is told apart, and costs no try."""
    typed = {name: form.text(name) for name in (CODE, POSTCODE, HOUSE)}
    code = read_code(typed[CODE])
    missing = _missing(visit, typed)
    if code is None and CODE not in missing:
        missing = {CODE: visit.words("code_wrong")} | missing
    if missing or code is None:
        return _code_door(visit, typed, missing)
    deps, organisation_id = visit.deps, visit.host.organisation_id
    tried = guarding.try_code(
        deps,
        organisation_id,
        code,
        visit.address,
        lambda: doors.entry_of_code(deps, organisation_id, code, typed[POSTCODE], typed[HOUSE]),
    )
    if tried.found is None:
        return _failed(visit, tried) or _code_door(visit, typed, {CODE: visit.words("no_match_code")})
    return _enter(visit, tried.found, Road.CODE)


def show_link_door(visit: Visit, token: str) -> Response:
    """The page behind a scanned link, before anybody has said who they are."""
    entry = doors.entry_of_token(visit.deps, visit.host.organisation_id, token)
    if entry is None:
        return unknown(visit)
    asked = pages.what_to_ask(visit.deps, entry)
    visit = of_entry(visit, asked)
    return not_shown(visit, asked) or link_door(visit, asked, token)


def try_link(visit: Visit, token: str, form: Form) -> Response:
    """Go in with a scanned link and the address of the letter."""
    entry = doors.entry_of_token(visit.deps, visit.host.organisation_id, token)
    if entry is None:
        return unknown(visit)
    asked = pages.what_to_ask(visit.deps, entry)
    visit = of_entry(visit, asked)
    typed = {name: form.text(name) for name in (POSTCODE, HOUSE)}
    missing = _missing(visit, typed)
    if missing:
        return link_door(visit, asked, token, typed, missing)
    tried = theirs(visit, entry, typed, token)
    if tried.found is None:
        wrong = {POSTCODE: visit.words("no_match_link")}
        return _failed(visit, tried) or link_door(visit, asked, token, typed, wrong)
    return _enter(visit, entry, Road.PAGE)


def theirs(visit: Visit, entry: Entry, typed: Mapping[str, str], counted: str) -> Tried[Entry]:
    """The way in when somebody knows its address; ``counted`` is what tries are counted by."""

    def look() -> Entry | None:
        return entry if doors.is_theirs(entry, typed[POSTCODE], typed[HOUSE]) else None

    return guarding.try_link(visit.deps, counted, visit.address, look)


def show_again(visit: Visit, token: FormToken, carried: Mapping[str, str], form: Form | None = None) -> Response:
    """Ask for the address once more, and keep what was filled in meanwhile; with ``form`` say what is wrong."""
    typed = {name: form.text(name) if form else "" for name in (POSTCODE, HOUSE)}
    problems = _missing(visit, typed) if form else {}
    if form and not problems:
        problems = {POSTCODE: visit.words("no_match_link")}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.FORBIDDEN
    return page(
        visit,
        "door.html",
        status,
        title=visit.words("door_title"),
        about="",
        subject="",
        until="",
        intro=(visit.words("door_again"),),
        action=visit.url("/again"),
        with_code=False,
        typed=typed,
        wrong=problems,
        problems=tuple(problems.items()),
        carried={**carried, "form": session.form_token(visit.deps, Session(*_of(token)))},
    )


def of_entry(visit: Visit, asked: Asked) -> Visit:
    """In the brand of the campaign and the language of the letter."""
    look = look_of_brand(visit.request, visit.deps, asked.entry.organisation_id, asked.campaign.brand_id)
    return visit.in_look(look).in_language(asked.entry.language)


def until(visit: Visit, moment: datetime, key: str) -> str:
    """The last day, or the last minute when the day is not whole."""
    there = local(moment)
    if (there.hour, there.minute) == (0, 0):
        return visit.words(f"{key}_day", day=visit.words.day(there - timedelta(days=1)))
    return visit.words(f"{key}_time", day=visit.words.day(there), time=visit.words.time(there))


def title_of(visit: Visit, asked: Asked) -> str:
    """What it is about, as the letter is called."""
    looks: Looks = visit.request.app.state.looks
    title = looks.title(visit.deps, asked.entry.organisation_id, asked.campaign.template_id)
    return said(title or asked.form.title, visit.words.code)


def not_shown(visit: Visit, asked: Asked) -> Response | None:
    """The page of a way in that nobody can use now; None when it can be used."""
    if asked.state in _SHOWN:
        return None
    if asked.state is PageState.NOT_YET and asked.campaign.opens_at is not None:
        day = visit.words.day(local(asked.campaign.opens_at))
        return plain(visit, "not_yet", HTTPStatus.OK, visit.words("not_yet_text", day=day))
    if asked.state is PageState.STOPPED:
        return plain(visit, "stopped", HTTPStatus.OK)
    return plain(visit, _GONE[asked.state], HTTPStatus.GONE)


def unknown(visit: Visit) -> Response:
    """The page of a link that nobody made, or of another organisation."""
    texts = (visit.words("unknown_text"), visit.words("unknown_code"))
    return plain(visit, "unknown", HTTPStatus.NOT_FOUND, *texts, start=True)


def link_door(
    visit: Visit,
    asked: Asked,
    token: str,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    """The door of a link."""
    words = visit.words
    intro = [words("door_intro")]
    if asked.state is PageState.CLOSED:
        intro = [words("closed_text"), words("closed_door"), *intro]
    return page(
        visit,
        "door.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        title=words("door_title"),
        about=words("door_about") if asked.is_open else "",
        subject=title_of(visit, asked) if asked.is_open else "",
        until=until(visit, asked.campaign.closes_at, "until") if asked.is_open else "",
        intro=intro,
        action=visit.url(f"/{token.upper()}"),
        with_code=False,
        typed=typed or {},
        wrong=wrong or {},
        problems=tuple((wrong or {}).items()),
        carried={},
    )


def _code_door(visit: Visit, typed: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> Response:
    return page(
        visit,
        "door.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        title=visit.words("code_title"),
        about="",
        subject="",
        until="",
        intro=(visit.words("code_intro"), visit.words("scan_instead")),
        action=visit.url("/"),
        with_code=True,
        typed=typed,
        wrong=wrong or {},
        problems=tuple((wrong or {}).items()),
        carried={},
    )


def _missing(visit: Visit, typed: Mapping[str, str]) -> dict[str, str]:
    """What must be filled in; an address abroad may have its number in the street, and so none of its own."""
    may_be_blank = {HOUSE} if typed[POSTCODE] and not _DUTCH.fullmatch(typed[POSTCODE]) else set()
    return {
        name: visit.words(f"{name}_missing") for name, text in typed.items() if not text and name not in may_be_blank
    }


def _enter(visit: Visit, entry: Entry, road: Road) -> Response:
    """Begin the session, when there is something to be seen."""
    asked = pages.what_to_ask(visit.deps, entry)
    visit = of_entry(visit, asked)
    closed = not_shown(visit, asked)
    if closed is not None:
        return closed
    pages.note_visit(visit.deps, entry)
    response = see_other(visit.url("/form"))
    session.write(visit.request, response, visit.deps, Session(entry.organisation_id, entry.id, str(road)))
    return response


def _failed(visit: Visit, tried: Tried[Entry]) -> Response | None:
    if tried.paused is None or tried.until is None:
        return None
    return _paused(visit, tried.paused, tried.until, HTTPStatus.TOO_MANY_REQUESTS)


def _paused(visit: Visit, who: Paused, until: datetime, status: HTTPStatus) -> Response:
    words = visit.words
    is_code = visit.request.url.path == "/"
    key = {Paused.ALL: "paused_all", Paused.ADDRESS: "paused_address"}.get(
        who, "paused_own_code" if is_code else "paused_own_link"
    )
    texts = [words(key, time=words.time(local(until)))]
    if is_code:
        texts.append(words("paused_scan"))
    texts.append(words("paused_slip"))
    return plain(visit, "paused", status, *texts)


def _of(token: FormToken) -> tuple[str, str, str]:
    return (token.organisation_id, token.entry_id, token.road)
