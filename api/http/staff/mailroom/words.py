"""Words of the mailroom: why a field waits, what a page is, how an answer is typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from api.ports import DecidedBy, ScanFileState, Stage, WayOut
from docgen.reply_form import ReplyKind
from scanning.readings import PageKind
from scanning.validators.messages import MESSAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import SlipForm
    from docgen.reply_form import ReplyField

_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_REASONS: Final[Mapping[str, str]] = {
    "blank-between": "An empty box stands between digits, so a digit may be lost.",
    "not-at-right": "The boxes at the right are empty, so a digit may be lost.",
    "boxes-missing": "It does not fill its boxes.",
    "no-digit": "A box holds something that is no digit.",
    "faint-ink": "A box has ink so faint that it may be dirt.",
    "mark-unclear": "A box is neither empty, marked nor filled.",
    "several-marked": "More than one answer is marked.",
    "cancelled": "All marked answers were filled in to cancel them.",
    "low-confidence": "The picture is not clear enough.",
    "unlike-previous-reading": "Another value is likelier, given the reading before.",
    "blank-on-bilevel": "Empty on a scan of black and white alone, where thin ink is lost.",
    "to-be-keyed": "There is writing, which a person reads.",
    "slip-out-of-shape": "The paper is out of shape; boxes may lie elsewhere.",
    "slip-twice-differs": "Another slip of this letter says otherwise.",
    "date-too-late": "This day is still to come.",
    "date-too-early": "This day is long ago.",
    "too-few-digits": "There are fewer digits than the meter has.",
    "too-many-digits": "There are more digits than the meter has.",
    "read-by-person": "Nothing was read by the machine.",
}
_FORMATS: Final[Mapping[ReplyKind, str]] = {
    ReplyKind.METER_READING: "{length} digits; zeros in front may be left out",
    ReplyKind.DIGITS: "{length} digits",
    ReplyKind.DATE: "day, month, year, such as 23-11-2026 or 23112026",
    ReplyKind.PHONE: "digits, with + in front when from abroad",
    ReplyKind.EMAIL: "name@domain",
    ReplyKind.CHOICE: "the answer that is marked and not filled in",
    ReplyKind.TICK: "a box filled in completely is not ticked",
    ReplyKind.SIGNATURE: "whether anything is written there",
    ReplyKind.TEXT: "as it is written",
}
_KINDS: Final[Mapping[PageKind, str]] = {
    PageKind.SLIP: "slip",
    PageKind.BLANK: "blank",
    PageKind.EXCEPTION: "exception",
}
_STAGES: Final[Mapping[Stage, str]] = {
    Stage.KEY: "waits to be keyed",
    Stage.SECOND: "waits for a second person",
    Stage.JUDGE: "waits for a third person",
    Stage.SETTLED: "settled",
    Stage.MERGED: "the same as on another slip",
    Stage.WITHDRAWN: "counts no more",
}
_WAYS: Final[Mapping[WayOut, str]] = {
    WayOut.NONE: "waits for a person",
    WayOut.ASSIGNED: "given to a letter",
    WayOut.OTHER_MAIL: "other mail",
    WayOut.BLANK: "blank",
    WayOut.READ_AGAIN: "being read again",
}
_DECIDED: Final[Mapping[DecidedBy, str]] = {
    DecidedBy.NOBODY: "nobody yet",
    DecidedBy.MACHINE: "the machine",
    DecidedBy.PERSON: "people",
}
_TONES: Final[Mapping[str, str]] = {
    ScanFileState.READING: "info",
    ScanFileState.FAILED: "bad",
    PageKind.EXCEPTION: "warn",
    PageKind.SLIP: "good",
    Stage.KEY: "warn",
    Stage.SECOND: "warn",
    Stage.JUDGE: "warn",
    Stage.SETTLED: "good",
}


def reason_word(code: str) -> str:
    """Why a field is here."""
    message = MESSAGES.get(code)
    if message is not None and "{" not in message.en:
        return message.en
    return _REASONS.get(code, f"{code.replace('-', ' ').capitalize()}.")


def label_of(asked: ReplyField, form: SlipForm | None) -> str:
    """What the slip says at the field, in its own language, so that it is found on the paper."""
    said = asked.label
    return said.get(form.language if form else "", "") or next(iter(said.values()), "") or asked.name


def format_of(asked: ReplyField) -> str:
    """How an answer is typed."""
    if asked.kind is ReplyKind.METER_READING and asked.decimals:
        return f"{asked.length} digits, of which {asked.decimals} after the comma"
    return _FORMATS[asked.kind].format(length=asked.length)


def as_written(value: str, kind: str) -> str:
    """A value as people write it: a date with the day first."""
    day = _DAY.fullmatch(value) if kind == ReplyKind.DATE else None
    return "-".join(reversed(day.groups())) if day else value


def kind_word(kind: str) -> str:
    """A kind of field."""
    return str(kind).replace("_", " ")


WORDS: Final[Mapping[str, Any]] = {
    "reason_word": reason_word,
    "label_of": label_of,
    "format_of": format_of,
    "as_written": as_written,
    "kind_word": kind_word,
    "page_word": lambda kind: _KINDS[kind],
    "stage_word": lambda stage: _STAGES[stage],
    "way_word": lambda way: _WAYS[way],
    "decided_word": lambda by: _DECIDED[by],
    "tone_word": lambda state: _TONES.get(state, ""),
}
"""For every page of the mailroom."""
