"""Questions as somebody fills them in for a person on the phone: values, what is known, and what is asked again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from api.http.staff.answers.words import expected, label_in, value_in
from api.http.staff.mailroom.words import as_written, format_of
from docgen.reply_form import ReplyKind
from scanning.validators.messages import message
from scanning.validators.tick import NO, YES
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from api.http.staff.forms import Form
    from api.usecases.answering.pages import Asked
    from docgen.reply_form import ReplyField
    from scanning.validators.verdict import Checked

PREFIX: Final = "f-"
WAS: Final = "was-"
ASKED: Final = "asked-"
PICK: Final = "pick"
_CHOSEN: Final = frozenset({ReplyKind.TICK, ReplyKind.CHOICE})
_SELF_EVIDENT: Final = _CHOSEN | {ReplyKind.TEXT}


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed, and what came of it; empty for a form that is shown the first time."""

    typed: Mapping[str, str] = field(default_factory=dict)
    checked: Mapping[str, Checked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A question. ``was`` is the answer in force as it is typed; ``error`` is what is asked again, about ``asked``."""

    name: str
    label: str
    kind: ReplyKind
    hint: str
    known: tuple[str, ...]
    purpose: str
    was: str
    value: str
    options: tuple[tuple[str, str], ...]
    required: bool
    error: str = ""
    asked: str = ""
    candidates: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Of the field."""
        return f"{PREFIX}{self.name}"


def rows_of(asked: Asked, today: date, entered: Entered) -> tuple[Row, ...]:
    """All but what is asked on paper only."""
    return tuple([_row(one, asked, today, entered) for one in _asked(asked)])


def typed_in(asked: Asked, form: Form) -> dict[str, str]:
    """What was typed or chosen, by field; the candidate that was picked in its place."""
    typed = {one.name: form.text(f"{PREFIX}{one.name}") for one in _asked(asked)}
    name, _, candidate = form.text(PICK).partition(":")
    return typed | {name: candidate} if name in typed else typed


def changed(asked: Asked, form: Form, typed: Mapping[str, str]) -> dict[str, str]:
    """What differs from what was there; the rest is left as it is."""
    kinds = {one.name: one.kind for one in _asked(asked)}
    found = {name: text for name, text in typed.items() if text != form.text(f"{WAS}{name}")}
    # no choice at all is no answer, so it takes nothing back
    return {name: text for name, text in found.items() if text or kinds[name] not in _CHOSEN}


def insisted(form: Form, typed: Mapping[str, str]) -> frozenset[str]:
    """Fields that were asked again, and came back with the same."""
    asked_again = {name: form.texts.get(f"{ASKED}{name}") for name in typed}
    return frozenset({name for name, said in asked_again.items() if said is not None and typed[name] == said[0]})


def _asked(asked: Asked) -> Sequence[ReplyField]:
    return [one for one in asked.form.fields if one.kind is not ReplyKind.SIGNATURE]


def _row(one: ReplyField, asked: Asked, today: date, entered: Entered) -> Row:
    language = asked.entry.language
    was = as_written(asked.given.get(one.name, ""), one.kind)
    typed = entered.typed.get(one.name, was)
    checked = entered.checked.get(one.name)
    again = checked is not None and checked.verdict in {Verdict.ASK_AGAIN, Verdict.REFUSE}
    insists = checked is not None and checked.verdict is Verdict.ASK_AGAIN
    return Row(
        name=one.name,
        label=label_in(one, language),
        kind=one.kind,
        hint="" if one.kind in _SELF_EVIDENT else format_of(one),
        known=expected(asked.form, asked.entry.known, one.name, today),
        purpose=label_in_purpose(one, language),
        was=was,
        value=typed,
        options=_options(one, language),
        required=one.required,
        error=(message(checked, "en") or "") if again and checked is not None else "",
        asked=typed if insists else "",
        candidates=tuple([as_written(each, one.kind) for each in checked.candidates]) if again and checked else (),
    )


def label_in_purpose(one: ReplyField, language: str) -> str:
    """What the person is told that the answer is for."""
    return one.purpose.get(language) or next(iter(one.purpose.values()), "")


def _options(one: ReplyField, language: str) -> tuple[tuple[str, str], ...]:
    match one.kind:
        case ReplyKind.TICK:
            return (YES, "yes"), (NO, "no")
        case ReplyKind.CHOICE:
            return tuple([(each.value, value_in(one, each.value, language)) for each in one.choices])
        case _:
            return ()
