"""Words for people: states, events, files, moments and spans of time, as filters of the templates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from api.ports import (
    BatchState,
    DeliveryState,
    FileRole,
    JobState,
    MailRunState,
    PieceState,
    ReprintState,
    WebhookState,
)
from api.usecases.answering.guarding import CODES_PAUSED
from api.usecases.answering.reminding import REMINDER_FAILED
from api.usecases.evidence.checkpoints import STAMP_FAILED
from api.usecases.messaging.lanes import ALARM as CHANNEL_DOWN
from api.usecases.webhooks.switching import ALARM as WEBHOOK_OFF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from api.ports import BatchFile, Event

DEFAULT_ZONE: Final = "Europe/Amsterdam"
_KILO: Final = 1000
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400

_STATES: Final[Mapping[str, str]] = {
    BatchState.WRITING: "writing files",
    BatchState.CHECKING: "reading back",
    BatchState.HANDED_OVER: "handed over",
    PieceState.PRINTED_READY: "not set",
    PieceState.REPRINTING: "in reprint",
    ReprintState.ASKED: "being made",
    MailRunState.OPEN: "open",
    CODES_PAUSED: "typing codes is paused",
    REMINDER_FAILED: "a reminder has not been sent",
    CHANNEL_DOWN: "takes no messages",
    STAMP_FAILED: "no time stamp",
    WEBHOOK_OFF: "disabled",
}
_TONES: Final[Mapping[str, str]] = {
    BatchState.BLOCKED: "bad",
    BatchState.READY: "warn",
    BatchState.RELEASED: "info",
    BatchState.FETCHED: "info",
    BatchState.PRINTED: "info",
    BatchState.COMPLETED: "good",
    BatchState.HANDED_OVER: "good",
    PieceState.INSERTED: "good",
    PieceState.DAMAGED: "bad",
    PieceState.REPRINTING: "warn",
    PieceState.PULLED: "warn",
    PieceState.STOPPED: "warn",
    JobState.FAILED: "bad",
    JobState.REJECTED: "bad",
    WebhookState.ENABLED: "good",
    WebhookState.DISABLED: "bad",
    DeliveryState.PENDING: "info",
    DeliveryState.DELIVERED: "good",
}
_EVENTS: Final[Mapping[str, str]] = {
    "batch-approved": "Approved",
    "batch-accounted": "Sheets counted",
    "batch-reopened": "Opened again",
    "batch-in-mail-run": "Put in a mail run",
    "file-fetched": "File fetched",
    "printed-by": "Marked printed",
    "reprint-asked": "Reprint asked",
    "reprint-released": "Reprint ready",
    "alarm-raised": "Alarm",
    "alarm-cleared": "Alarm over",
    "pieces-printed_ready": "Pieces can be printed",
    "piece-stopped": "Stopped",
    "piece-resumed": "Let go on",
    "piece-damaged": "Damaged",
    "piece-pulled": "Pulled",
    "campaign-reminded": "Reminder sent",
    "campaign-reminder-failed": "Reminder not sent",
    "campaign-answers-imported": "Answers brought in by file",
    "campaign-recipients-imported": "Recipients brought in by file",
    "mail-run-open": "Mail run opened",
    "mail-run-handed_over": "Handed over to the post",
    "mail-run-proof": "Proof added",
    "rules-changed": "Rules changed",
    "job-waits": "Waits",
    "carrier-exported": "Addresses fetched for the carrier",
    "carrier-imported": "File of the carrier brought",
    "carrier-left-out": "Goes on without the carrier",
    "user-added": "Added",
    "user-disabled": "Disabled",
    "user-enabled": "Enabled",
    "roles-changed": "Roles changed",
    "password-changed": "Password changed",
    "logged-in": "Logged in",
    "logged-out": "Logged out",
    "login-paused": "Locked after too many attempts",
    "login-unlocked": "Unlocked",
    "webhook-added": "Added",
    "webhook-changed": "Changed",
    "webhook-enabled": "Enabled",
    "webhook-disabled": "Disabled",
    "channel-down": "Not reached",
    "webhook-secret-rotated": "New secret made",
    "webhook-test": "Test sent",
}
_FILES: Final[Mapping[FileRole, str]] = {
    FileRole.PRINT: "Print file",
    FileRole.REPRINT: "Reprint file",
    FileRole.MANIFEST_CSV: "Manifest, CSV",
    FileRole.MANIFEST_JSON: "Manifest, JSON",
    FileRole.JOB_TICKET: "Job ticket",
    FileRole.CONTACT_SHEET: "Contact sheet",
    FileRole.LABELS: "Labels",
    FileRole.RUN_LIST: "List for the post",
}
_HIDDEN: Final = frozenset({"by", "job", "first", "sha256", "since"})


def state_word(state: str) -> str:
    """A state as people say it."""
    return _STATES.get(state, str(state).replace("_", " "))


def tone(state: str) -> str:
    """Which colour a state has: good, bad, warn, info or none."""
    return _TONES.get(state, "")


def event_word(event: Event) -> str:
    """What happened."""
    known = _EVENTS.get(event.name)
    if known is not None:
        return known
    thing, _, state = event.name.partition("-")
    return f"{thing.capitalize()}: {state_word(state)}"


def event_details(event: Event) -> str:
    """The rest of what is known of it, in a line."""
    said = [
        f"{name.replace('_', ' ')} {_plain(value)}"
        for name, value in event.data.items()
        if name not in _HIDDEN and value not in ("", None)
    ]
    return ", ".join(said)


def _plain(value: object) -> str:
    return " and ".join(map(str, value)).replace("_", " ") if isinstance(value, list) else str(value)


def file_word(file: BatchFile) -> str:
    """What a file is for, with its number when there are more."""
    if file.role is FileRole.LABELS:
        return "Labels of bundles" if "bundle" in file.name else "Labels of trays"
    name = _FILES.get(file.role, str(file.role).replace("_", " ").capitalize())
    return f"{name} {file.number}" if file.number else name


def span_word(span: timedelta) -> str:
    """How long, in at most two units."""
    seconds = max(int(span.total_seconds()), 0)
    days, hours, minutes = seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // _MINUTE
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def local(moment: datetime, zone: str = DEFAULT_ZONE) -> str:
    """Day and wall-clock time where the post is made."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%a %-d %b %H:%M")


def underlined(label: str, letter: str) -> Markup:
    """The label with the letter of its shortcut underlined."""
    place = label.lower().find(letter)
    if place < 0:
        return escape(label)
    return escape(label[:place]) + Markup("<u>{}</u>").format(label[place]) + escape(label[place + 1 :])


def megabytes(size: int) -> str:
    """A size in kB or MB."""
    return f"{size / _KILO**2:,.1f} MB" if size >= _KILO**2 else f"{size / _KILO:,.1f} kB"


def kilograms(weight_mg: int) -> str:
    """A weight in g or kg."""
    return f"{weight_mg / _KILO**2:,.1f} kg" if weight_mg >= _KILO**2 else f"{weight_mg / _KILO:,.0f} g"


def range_word(numbers: Iterable[int], most: int = 30) -> str:
    """Numbers as an operator writes them: 3-5, 9; of many ranges the first."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    words = [str(first) if first == last else f"{first}-{last}" for first, last in found[:most]]
    return ", ".join(words) + (" …" if len(found) > most else "")


def some(number: int, one: str, more: str = "") -> str:
    """A count with its noun."""
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "state": state_word,
    "tone": tone,
    "event": event_word,
    "details": event_details,
    "file": file_word,
    "span": span_word,
    "local": local,
    "letter": underlined,
    "megabytes": megabytes,
    "kilograms": kilograms,
    "some": some,
    "ranges": range_word,
}
