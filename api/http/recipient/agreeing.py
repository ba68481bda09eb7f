"""The page behind a link to agree: what is asked, two buttons, what was decided, and how to take it back."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import structlog
from anyio import CapacityLimiter, to_thread
from starlette.background import BackgroundTask

from agreements.lifecycle.deciding import Said, Why
from agreements.questions.frozen import mandate_text
from agreements.questions.model import WITHDRAWABLE
from api.http.middleware import IS_HEAD
from api.http.recipient.doors import until
from api.http.recipient.render import html_of, plain, see_other, sent
from api.http.recipient.visit import look_of_brand
from api.http.recipient.words import local
from api.ports import Fault
from api.usecases.agreeing import pages
from api.usecases.agreeing.links import seal_offer
from api.usecases.agreeing.pages import Look, Pressed, Visitor
from api.usecases.characters import whole
from docgen.findings import Refusal

if TYPE_CHECKING:
    from starlette.responses import Response

    from agreements.questions.model import Wording
    from api.http.recipient.forms import Form
    from api.http.recipient.visit import Visit
    from api.usecases.agreeing.pages import Shown, Taken
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

OFFER: Final = "offer"
SAY: Final = "say"
_SAW: Final = "s"
_DONE, _AGAIN, _LATE, _PERSON = "done", "again", "late", "person"
_MOST_AGENT: Final = 400
_AT_ONCE: Final = 2
_MOST_WAITING: Final = 200
_DECIDED: Final = frozenset({Look.AGREED, Look.DECLINED, Look.WITHDRAWN})


class Fetches:
    """Notes that pages were fetched once they have gone out: few at a time, and never to anybody's delay."""

    def __init__(self) -> None:
        """None wait yet."""
        self._limiter = CapacityLimiter(_AT_ONCE)
        self._waiting = 0

    async def note(self, deps: Deps, shown: Shown, visitor: Visitor) -> None:
        """Note it; what cannot be noted is logged and forgotten, as nothing depends on it."""
        if self._waiting >= _MOST_WAITING:
            log.warning("fetch-not-noted", why="too-many")
            return
        self._waiting += 1
        try:
            await to_thread.run_sync(pages.note_fetch, deps, shown, visitor, limiter=self._limiter)
        except (Fault, Refusal) as error:
            log.warning("fetch-not-noted", why=error.code)
        finally:
            self._waiting -= 1


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page is, and what the last press led to."""

    action: str
    saw: str


def show_ask(visit: Visit, token: str) -> Response:
    """The page of a request, in one of the languages of its question. Decides nothing."""
    shown = pages.page_of(visit.deps, visit.host.organisation_id, token)
    if shown is None:
        return unknown_ask(visit)
    saw = visit.request.query_params.get(_SAW, "")
    visit = _of(visit, shown)
    response = _page(visit, shown, _Place(visit.url(_path(token)), saw))
    if not saw:
        fetches: Fetches = visit.request.app.state.fetches
        response.background = BackgroundTask(fetches.note, visit.deps, shown, _visitor(visit))
    return response


def take_press(visit: Visit, token: str, form: Form) -> Response:
    """Take a button that was pressed, and show how it stands then; what decided nothing is said there."""
    said = next((one for one in Said if one == form.text(SAY)), None)
    organisation_id = visit.host.organisation_id
    if said is None:
        shown, saw = pages.page_of(visit.deps, organisation_id, token), _AGAIN
    else:
        taken = pages.press(visit.deps, organisation_id, token, Pressed(said, form.text(OFFER)), _visitor(visit))
        shown, saw = (None, "") if taken is None else (taken.shown, _saw(taken))
    return unknown_ask(visit) if shown is None else see_other(_of(visit, shown).url(_path(token), s=saw))


def example_html(visit: Visit, shown: Shown) -> str:
    """The page of nobody, for who writes the question to look at; its buttons offer nothing."""
    return html_of(visit, "agree.html", offer="", **_values(visit, shown, _Place("#", "")))


def unknown_ask(visit: Visit) -> Response:
    """The page of a link that nobody made, or of another organisation."""
    return plain(visit, "ask_unknown", HTTPStatus.NOT_FOUND)


def _path(token: str) -> str:
    return f"/a/{token.upper()}"


def _saw(taken: Taken) -> str:
    """What the next page says of a press."""
    if taken.outcome is None:
        return _LATE if taken.shown.look is Look.EXPIRED else _AGAIN
    if pages.changed_nothing(taken.outcome):
        return _DONE
    return {Why.LATE: _LATE, Why.FIXED: _PERSON, Why.WORDS: _AGAIN}.get(taken.outcome.why, _DONE)


def _of(visit: Visit, shown: Shown) -> Visit:
    """In the brand of the question, and in that of its languages which the address asks for or it was asked in."""
    request, question = shown.request, shown.question
    look = look_of_brand(visit.request, visit.deps, request.organisation_id, shown.asked.brand_id)
    return visit.in_look(look).in_one_of(tuple(question.wordings), question.language(request.language))


def _visitor(visit: Visit) -> Visitor:
    agent = whole(visit.request.headers.get("user-agent", ""))[:_MOST_AGENT]
    return Visitor(visit.address, agent, is_head=bool(visit.request.scope.get(IS_HEAD)))


def _page(visit: Visit, shown: Shown, place: _Place) -> Response:
    """The page; when it has a button, with a sealed account of what it offers, made of its own bytes without it."""
    values = _values(visit, shown, place)
    buttons = tuple(label for _, label in values["buttons"])
    text = html_of(visit, "agree.html", offer="", **values)
    if buttons:
        language, now = visit.current, visit.deps.clock.now()
        offer = pages.offer_of(shown, language, text.encode(), buttons, now)
        text = html_of(visit, "agree.html", offer=seal_offer(visit.deps.secret, offer), **values)
    return sent(visit, text)


def _values(visit: Visit, shown: Shown, place: _Place) -> dict[str, Any]:
    words, wording = visit.words, shown.question.wordings[visit.current]
    decided = shown.request.decided_at if shown.look in _DECIDED else None
    ended = shown.look is Look.EXPIRED
    return {
        "shown": shown,
        "look": str(shown.look),
        "wording": wording,
        "buttons": _buttons(visit, shown, wording),
        "action": place.action,
        "saw": _told(shown, place.saw),
        "day": words.day(local(decided)) if decided else "",
        "until": until(visit, shown.request.valid_until, "ask_ended" if ended else "until"),
        "purposes": [one.label.get(visit.current, "") for one in shown.question.purposes],
        "mandate": mandate_text(shown.question.mandate, visit.current) if shown.question.mandate else "",
        "may_end": shown.question.verb in WITHDRAWABLE,
        "contact": shown.question.controller.contact,
        "details": _details(visit, shown),
    }


def _told(shown: Shown, saw: str) -> str:
    """What the address says of the last press, where it can be so: anybody can write an address."""
    fits = {
        _LATE: shown.look is Look.EXPIRED,
        _AGAIN: shown.can_answer or shown.can_withdraw,
        _PERSON: shown.look is Look.AGREED and not shown.can_withdraw,
    }
    return saw if fits.get(saw) else ""


def _buttons(visit: Visit, shown: Shown, wording: Wording) -> list[tuple[str, str]]:
    """What can be pressed: what is sent, and the words on it."""
    if shown.can_withdraw:
        return [(str(Said.WITHDRAW), visit.words("ask_back"))]
    if not shown.can_answer:
        return []
    yes, no = (str(Said.YES), wording.yes), (str(Said.NO), wording.no)
    return [yes] if shown.look is Look.DECLINED else [yes, no]


def _details(visit: Visit, shown: Shown) -> list[tuple[str, str]]:
    """Who asks, and what the recipient can refer to; nothing personal but the masked address."""
    words, question = visit.words, shown.question
    controller, mandate = question.controller, question.mandate
    rows = [
        (words("ask_by"), ", ".join(filter(None, (controller.name, controller.address)))),
        (words("ask_contact"), controller.contact),
        (words("ask_sent_to"), shown.sent_to),
        (words("ask_reference"), shown.request.recipient),
    ]
    if mandate:
        rows.append((words("ask_creditor"), f"{mandate.creditor_name}, {mandate.creditor_address}"))
        rows.append((words("ask_creditor_id"), mandate.creditor_id))
    return [(name, text) for name, text in rows if text]
