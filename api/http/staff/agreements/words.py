"""Words of questions and requests: verbs in one line, states, roads, why something decided nothing, what passed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from agreements.evidence.kinds import EventKind
from agreements.lifecycle.deciding import Method, RequestState, Said, Why
from agreements.messages import MessageKind
from agreements.questions.model import AskRoad, Verb
from api.ports import AskingState, MessageState, QuestionState, Reach
from api.usecases.agreeing.replies import HALTED

if TYPE_CHECKING:
    from collections.abc import Mapping

VERBS: Final[Mapping[Verb, tuple[str, str]]] = {
    Verb.AGREE: (
        "Agree",
        "People accept a change in what you do for each other, such as paying by link. They can take it back.",
    ),
    Verb.CONSENT: (
        "Consent",
        "What the GDPR calls so: free, for one purpose, and taken back as easily as it was given, at any time.",
    ),
    Verb.ACKNOWLEDGE: ("Acknowledge", "People confirm that they have read something. It allows nothing."),
    Verb.DECLARE: ("Declare", "People state a fact, such as that a telephone number is theirs."),
    Verb.ATTEST: ("Attest", "A colleague confirms a fact. Nobody gets a message: the road is staff alone."),
    Verb.AUTHORISE: (
        "Authorise",
        (
            "People let you do one thing in their name. A direct debit is a SEPA mandate: more than a click, so on "
            "paper, with the creditor's name, address and id, and a signature."
        ),
    ),
}
ROADS: Final[Mapping[AskRoad, tuple[str, str]]] = {
    AskRoad.EMAIL: ("E-mail", "a mail with a button that opens their own page"),
    AskRoad.SMS_LINK: ("SMS with a link", "a text message that opens their own page"),
    AskRoad.SMS_KEYWORD: ("SMS with a word", "a text message that they answer with JA or NEE"),
    AskRoad.LETTER: ("Letter", "the page behind its code, or a tick on its slip; name the campaign of the letters"),
    AskRoad.STAFF: ("Staff", "a colleague notes what they say on the phone or at the desk"),
}
LANGUAGES: Final[Mapping[str, str]] = {"nl": "Dutch", "en": "English"}
_QUESTIONS: Final[Mapping[QuestionState, tuple[str, str]]] = {
    QuestionState.DRAFT: ("draft", "info"),
    QuestionState.FROZEN: ("being asked", "good"),
    QuestionState.CLOSED: ("closed", ""),
}
_STATES: Final[Mapping[RequestState, tuple[str, str]]] = {
    RequestState.OPEN: ("no answer yet", "info"),
    RequestState.AGREED: ("agreed", "good"),
    RequestState.DECLINED: ("declined", "warn"),
    RequestState.WITHDRAWN: ("withdrawn", "warn"),
    RequestState.EXPIRED: ("time is over", ""),
    RequestState.CANCELLED: ("cancelled", ""),
}
_REACHES: Final[Mapping[Reach, tuple[str, str]]] = {
    Reach.NONE: ("nothing sent yet", ""),
    Reach.SENT: ("sent", "info"),
    Reach.DELIVERED: ("delivered", "info"),
    Reach.OPENED: ("page opened", "good"),
    Reach.UNREACHABLE: ("unreachable", "bad"),
}
_METHODS: Final[Mapping[str, str]] = {
    Method.WEB_POST: "on their page",
    Method.SMS_KEYWORD: "by text message",
    Method.SLIP_TICK: "on the slip",
    Method.LETTER_PAGE: "on the page of the letter",
    Method.STAFF_ON_PHONE: "told to staff",
}
_MESSAGES: Final[Mapping[MessageState, tuple[str, str]]] = {
    MessageState.WAITING: ("waits", "info"),
    MessageState.SENDING: ("being sent", "info"),
    MessageState.SENT: ("sent", "good"),
    MessageState.DELIVERED: ("delivered", "good"),
    MessageState.BOUNCED: ("came back", "bad"),
    MessageState.FAILED: ("not taken", "bad"),
    MessageState.DROPPED: ("not sent any more", ""),
}
_KINDS: Final[Mapping[str, str]] = {
    MessageKind.REQUEST: "Question",
    MessageKind.REMINDER: "Reminder",
    MessageKind.CONFIRMATION: "Confirmation",
    MessageKind.LATE: "Answer came too late",
    MessageKind.NEEDS_CODE: "Which question do you mean",
    MessageKind.HELP: "Help",
    MessageKind.STOPPED: "No more messages",
    MessageKind.EXPIRED_NOTICE: "Time is over",
    MessageKind.LINK: "Their link",
}
_ASKINGS: Final[Mapping[AskingState, tuple[str, str]]] = {
    AskingState.ASKING: ("asking", "info"),
    AskingState.DONE: ("done", "good"),
    AskingState.STOPPED: ("stopped", "warn"),
}
_WHYS: Final[Mapping[str, str]] = {
    "unclear": "It is no single word that says yes, no or stop.",
    "other-number": "Nobody was asked anything on this number, so nobody knows whose answer it is.",
    "unknown-code": "It names a code that no question to this number has.",
    "needs-code": "Several questions are open for this number. They were told which codes to answer with.",
    "several": "It may be about more than one question that was answered before.",
    "not-asked": "They answered on paper or on their page, but are on no list of this question.",
    HALTED: (
        "It may mean that they want no more messages. None goes to this number until you have read it: settle it as a "
        "wish to stop and that stays so, settle it in any other way and messages may go again."
    ),
    Why.FIXED: "They take back what cannot be taken back by itself, as it was read or stated.",
    Why.CONTRADICTS: "Paper says something else than what they decided before, and may be older.",
    Why.UNSIGNED: "There is a tick for yes, but no signature beside it.",
}
_NOTHING: Final[Mapping[str, str]] = {
    Why.DUPLICATE: "the same as before",
    Why.LATE: "too late",
    Why.CANCELLED: "the request was cancelled",
    Why.ENDED: "it was taken back before",
    Why.ROAD: "not by a road that the question allows",
    Why.WORDS: "they read other words than those of the request",
    Why.FIXED: "it cannot be taken back by itself",
    Why.CONTRADICTS: "says something else than before",
    Why.UNSIGNED: "not signed",
}
_SAID: Final[Mapping[str, str]] = {Said.YES: "yes", Said.NO: "no", Said.WITHDRAW: "takes it back"}
_EVENTS: Final[Mapping[EventKind, str]] = {
    EventKind.REQUESTED: "Asked",
    EventKind.MESSAGE_QUEUED: "Message written",
    EventKind.MESSAGE_SENT: "Message sent",
    EventKind.MESSAGE_DELIVERED: "Message delivered",
    EventKind.MESSAGE_BOUNCED: "Message came back",
    EventKind.MESSAGE_FAILED: "Message was not taken",
    EventKind.ANSWERED: "Answered",
    EventKind.UNCLEAR: "Said something unclear",
    EventKind.SETTLED_BY_PERSON: "A colleague settled what they said",
    EventKind.WITHDRAWN: "Took it back",
    EventKind.STOPPED: "Wants no more messages",
    EventKind.STARTED: "Wants messages again",
    EventKind.EXPIRED: "The time to answer is over",
    EventKind.CANCELLED: "Cancelled",
    EventKind.REMINDED: "Reminded",
    EventKind.CORRECTED: "Corrected",
    EventKind.ANNEX_DELETED: "Personal data deleted",
}
_FETCHED: Final[Mapping[str, str]] = {
    "person": "Page fetched, it seems by a person",
    "scanner": "Page fetched (perhaps a scanner)",
    "unknown": "Page fetched, nobody knows by whom",
}


def event_words(kind: str, body: Mapping[str, Any]) -> str:
    """What an event of the evidence says, as staff would."""
    if kind == EventKind.LINK_FETCHED:
        return _FETCHED.get(str(body.get("guess")), _FETCHED["unknown"])
    words = _EVENTS.get(EventKind(kind), kind)
    if kind in {EventKind.ANSWERED, EventKind.SETTLED_BY_PERSON}:
        said, why = _SAID.get(str(body.get("answer")), "nothing"), _NOTHING.get(str(body.get("why")), "")
        words = f"{words}: {said}"
        return f"{words}, which decided nothing: {why}" if why else words
    if kind == EventKind.UNCLEAR:
        return f"{words}, and a colleague looks at it"
    return words


def nothing_word(why: str) -> str:
    """Why something decided nothing, in a few words."""
    return _NOTHING.get(why, why.replace("-", " "))


def money(tenths: int | None) -> str:
    """Tenths of a cent as euros, as exact as need be."""
    if tenths is None:
        return "price unknown"
    euros = Decimal(tenths) / 1000
    return f"€ {euros:,.3f}".removesuffix("0") if tenths % 10 == 0 else f"€ {euros:,.3f}"


def method_word(method: str | None) -> str:
    """By which road somebody decided."""
    return _METHODS.get(method or "", method or "")


WORDS: Final[Mapping[str, Any]] = {
    "verb_word": lambda verb: VERBS[verb][0],
    "verb_line": lambda verb: VERBS[verb][1],
    "road_name": lambda road: ROADS[road][0],
    "language_name": lambda code: LANGUAGES.get(code, code),
    "question_state": lambda state: _QUESTIONS[state],
    "request_state": lambda state: _STATES[state],
    "reach_state": lambda reach: _REACHES[reach],
    "message_state": lambda state: _MESSAGES[state],
    "message_kind": lambda kind: _KINDS.get(kind, kind),
    "asking_state": lambda state: _ASKINGS[state],
    "method_word": method_word,
    "why_unclear": lambda why: _WHYS.get(why, why.replace("-", " ")),
    "event_words": event_words,
    "money": money,
}
"""For every page of questions."""
