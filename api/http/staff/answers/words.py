"""Words of answers: roads, states, what passed, and what is expected of a meter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from api.http.staff.agreements.words import WORDS as OF_AGREEMENTS
from api.http.staff.agreements.words import method_word
from api.http.staff.mailroom.words import as_written
from api.ports import MomentKind, RecordState, Road, Standing
from api.usecases.answering.pages import REPLACED, PageState
from api.usecases.scanning.forms import question_of
from docgen.reply_form import ReplyKind
from scanning.validators.messages import MESSAGES, shown
from scanning.validators.tick import YES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from api.ports import Campaign
    from api.usecases.answering.timeline import Step
    from docgen.reply_form import ReplyField, ReplyForm

ROADS: Final[Mapping[str, str]] = {
    Road.PAGE: "page, by QR",
    Road.CODE: "page, by code",
    Road.SLIP: "slip",
    Road.STAFF: "staff",
    Road.IMPORT: "file",
}
_STATES: Final[Mapping[str, str]] = {
    RecordState.SETTLED: "settled",
    RecordState.DISPUTED: "said differently",
    RecordState.REVIEW: "to be looked at",
    RecordState.UNREADABLE: "not readable",
    RecordState.WITHDRAWN: "taken back",
}
_TONES: Final[Mapping[str, str]] = {
    RecordState.SETTLED: "good",
    RecordState.DISPUTED: "warn",
    RecordState.REVIEW: "warn",
    RecordState.UNREADABLE: "bad",
    RecordState.WITHDRAWN: "",
}
_PAGES: Final[Mapping[str, tuple[str, str]]] = {
    PageState.NOT_YET: ("not open yet", "info"),
    PageState.OPEN: ("open", "good"),
    PageState.CLOSED: ("closed: staff only", "warn"),
    PageState.GONE: ("over", ""),
    PageState.REVOKED: ("links ended", "bad"),
    PageState.REPLACED: ("links replaced", "warn"),
    PageState.STOPPED: ("letter stopped", "warn"),
}
_MOMENTS: Final[Mapping[str, str]] = {
    MomentKind.LETTER_SENT: "Letter handed to the post",
    MomentKind.SLIP_CAME: "Slip came back",
    MomentKind.PAGE_OPENED: "Opened their page",
    MomentKind.ANSWERED: "Answered",
    MomentKind.LINK_MADE: "New link made",
    MomentKind.LINK_REVOKED: "Link ended",
    MomentKind.SETTLED: "Settled",
    MomentKind.ASKED_TO_AGREE: "Asked to agree",
    MomentKind.DECIDED: "Decided on a request",
}
_DECIDED: Final[Mapping[str, str]] = {"agreed": "Agreed", "declined": "Declined", "withdrawn": "Took it back"}
_STANDINGS: Final[Mapping[str, str]] = {
    Standing.READY: "",
    Standing.REVIEW: "to be looked at",
    Standing.UNREADABLE: "nobody can read it",
    Standing.CONTESTED: "two slips differ",
}


def moment_word(step: Step) -> str:
    """What passed, and by which road."""
    word = _MOMENTS[step.moment.kind]
    if step.moment.kind is MomentKind.DECIDED:
        what, how = step.moment.data.get("what", ""), method_word(str(step.moment.data.get("method", "")))
        return f"{_DECIDED.get(str(what), word)} {how}".strip()
    if step.moment.kind is not MomentKind.ANSWERED:
        return word
    road = step.submission.road if step.submission else step.moment.data.get("road", "")
    return "Answer entered by staff" if road == Road.STAFF else f"{word} ({ROADS.get(road, road)})"


def why_word(text: str) -> str:
    """Why links ended."""
    return "replaced by a new one" if text == REPLACED else text


def label_in(asked: ReplyField | None, language: str, name: str = "") -> str:
    """What the letter calls a field, in its own language."""
    said = asked.label if asked else {}
    return said.get(language) or next(iter(said.values()), "") or (asked.name if asked else name)


def value_in(asked: ReplyField | None, value: str, language: str) -> str:
    """An answer as people read it."""
    if asked is None or not value:
        return value
    if asked.kind is ReplyKind.TICK:
        return "yes" if value == YES else "no"
    if asked.kind is ReplyKind.CHOICE:
        labels = next((one.label for one in asked.choices if one.value == value), {})
        return labels.get(language) or next(iter(labels.values()), value)
    return as_written(value, asked.kind)


def code_word(code: str) -> str:
    """What was strange, in a few words."""
    message = MESSAGES.get(code)
    if message is None or "{" in message.en:
        return code.replace("-", " ")
    return message.en


def expected(form: ReplyForm, known: str, name: str, today: date) -> tuple[str, ...]:
    """What is known of a meter: the reading before, and between which readings nobody would ask."""
    context = question_of(form, known, name, today).context.reading
    if context is None:
        return ()
    said = [f"Meter {context.meter.number}."] if context.meter.number else []
    before = context.previous
    if before is not None:
        spelled = context.meter.spelled(before.value)
        said.append(f"Reading before: {spelled} on {shown(before.date.isoformat(), 'en')}.")
        usual, high = context.usual, context.high_limit
        if usual is not None and high is not None:
            low = context.meter.spelled(context.meter.shown(before.value + context.limits.low(usual)))
            most = context.meter.spelled(context.meter.shown(before.value + high))
            said.append(f"Expected now: {low} to {most}.")
    return tuple(said)


def campaign_state(campaign: Campaign, now: datetime) -> tuple[str, str]:
    """Where a campaign is, and the colour that goes with it."""
    if campaign.revoked_at is not None:
        return "revoked", "bad"
    if campaign.opens_at is not None and now < campaign.opens_at:
        return "not open yet", "info"
    if now < campaign.closes_at:
        return "open", "good"
    return ("closed", "warn") if now < campaign.gone_at else ("over", "")


WORDS: Final[Mapping[str, Any]] = {
    "capital": lambda text: f"{text[:1].upper()}{text[1:]}",
    "road_word": lambda road: ROADS.get(road, road),
    "record_word": lambda state: _STATES.get(state, state),
    "record_tone": lambda state: _TONES.get(state, ""),
    "page_word": lambda state: _PAGES[state][0],
    "page_tone": lambda state: _PAGES[state][1],
    "standing_word": lambda standing: _STANDINGS[standing],
    "moment_word": moment_word,
    "why_word": why_word,
    "label_in": label_in,
    "value_in": value_in,
    "code_word": code_word,
    "campaign_state": campaign_state,
    "request_state": OF_AGREEMENTS["request_state"],
}
"""For every page of answers."""
