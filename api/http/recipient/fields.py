"""Fields of a reply form as a page shows them: values, what is asked again, and what a browser should know."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final

from api.http.recipient.drawing import Drawing, drawing_of
from docgen.reply_form import Known, ReplyField, ReplyKind
from scanning.validators.messages import message, shown
from scanning.validators.tick import YES
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from api.http.recipient.words import Words
    from api.usecases.answering.pages import Asked
    from scanning.validators.verdict import Checked

PREFIX: Final = "f-"
SURE: Final = "sure-"
ASKED: Final = "asked-"
SURE_YES: Final = "yes"
SURE_CANDIDATE: Final = "candidate:"
_LONG_TEXT: Final = 60
_END: Final = 4
_HOME: Final = "+31"
_TYPES: Final[Mapping[ReplyKind, tuple[str, str, str]]] = {
    # type, inputmode, autocomplete
    ReplyKind.DIGITS: ("text", "numeric", "off"),
    ReplyKind.METER_READING: ("text", "numeric", "off"),
    ReplyKind.PHONE: ("tel", "tel", "tel"),
    ReplyKind.EMAIL: ("text", "email", "email"),
    ReplyKind.DATE: ("text", "text", "off"),
    ReplyKind.TEXT: ("text", "text", "off"),
}
_WRITTEN: Final = frozenset(_TYPES)
# a person can say why a reading is strange
_STRANGE: Final = frozenset({"lower-than-previous", "zero-use", "low", "high", "very-high"})
REASONS: Final = ("leak", "guests", "empty", "replaced", "unknown")


@dataclass(frozen=True, slots=True)
class Option:
    """A radio button."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field; ``error`` is what is wrong with it or asked again, and then ``sure`` may have ways to insist."""

    name: str
    kind: ReplyKind
    label: str
    required: bool
    value: str = ""
    hint: tuple[str, ...] = ()
    purpose: str = ""
    error: str = ""
    typed: str = ""
    options: tuple[Option, ...] = ()
    sure: tuple[Option, ...] = ()
    strange: bool = False
    type: str = "text"
    mode: str = "text"
    autocomplete: str = "off"
    rows: int = 1
    drawing: Drawing | None = None

    @property
    def id(self) -> str:
        """Of the element that an error links to."""
        return f"{PREFIX}{self.name}"

    @property
    def target(self) -> str:
        """Where a link in the summary goes: the field, or its first button."""
        return f"{self.id}-1" if self.options else self.id

    @property
    def described_by(self) -> str:
        """Ids of what a screen reader reads with the field."""
        parts = {
            "purpose": self.purpose,
            "hint": self.hint,
            "error": self.error,
        }
        return " ".join(f"{self.id}-{part}" for part, there in parts.items() if there)


@dataclass(frozen=True, slots=True)
class Block:
    """What stands together: one field, or ticks. ``about`` has the labels of the fields whose use they switch."""

    fields: tuple[FieldView, ...]
    ticks: bool = False
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody typed and what came of it; empty for a form that is shown the first time."""

    typed: Mapping[str, str] = field(default_factory=dict)
    checked: Mapping[str, Checked] = field(default_factory=dict)


def blocks_of(asked: Asked, words: Words, filled: Filled) -> tuple[Block, ...]:
    """The fields of a form in its order, ticks that say what for under the last of the fields that they are about.

    Those that cannot be asked on a page are left out.
    """
    form, found = asked.form, list[Block]()

    def block(some: Sequence[ReplyField]) -> Block:
        views = tuple(view_of(one, asked, words, filled) for one in some)
        about = (form.field(name) for name in some[0].purpose_of)
        labels = tuple(said(one.label, words.code) for one in about if one is not None)
        return Block(views, some[0].kind is ReplyKind.TICK, labels)

    names = [one.name for one in form.fields]
    placed = [one for one in form.fields if not _last(one.purpose_of, names)]
    for is_tick, some in groupby(placed, key=_is_tick):
        here = list(some)
        found += [block(here)] if is_tick else []
        for one in () if is_tick else here:
            found += [] if one.kind is ReplyKind.SIGNATURE else [block([one])]
            under = [tick for tick in form.fields if one.name == _last(tick.purpose_of, names)]
            found += [block(list(ticks)) for _, ticks in groupby(under, key=lambda tick: tick.purpose_of)]
    return tuple(found)


def _is_tick(one: ReplyField) -> bool:
    return one.kind is ReplyKind.TICK


def _last(some: Sequence[str], names: Sequence[str]) -> str:
    return max((name for name in some if name in names), key=names.index, default="")


def view_of(one: ReplyField, asked: Asked, words: Words, filled: Filled) -> FieldView:
    """One field."""
    known = asked.known.get(one.name, {})
    typed = filled.typed.get(one.name)
    given = asked.given.get(one.name, "")
    before = shown_answer(one, given, words) if one.kind in _WRITTEN else given
    value = before if typed is None else typed
    checked = filled.checked.get(one.name)
    is_wrong = checked is not None and checked.verdict in {Verdict.ASK_AGAIN, Verdict.REFUSE}
    kind, mode, autocomplete = _TYPES.get(one.kind, ("text", "text", "off"))
    return FieldView(
        name=one.name,
        kind=one.kind,
        label=said(one.label, words.code),
        required=one.required and one.kind is not ReplyKind.TICK,
        value=value,
        hint=tuple(_hints(one, known, words)),
        purpose=said(one.purpose, words.code),
        error=(message(checked, words.code) or "") if is_wrong and checked is not None else "",
        typed=typed or "",
        options=_options(one, value if typed is not None else given, words),
        sure=tuple(_sure(one, typed or "", checked, words)) if checked is not None else (),
        strange=is_wrong and checked is not None and checked.code in _STRANGE,
        type=kind,
        mode="decimal" if one.kind is ReplyKind.METER_READING and one.decimals else mode,
        autocomplete=autocomplete,
        rows=4 if one.kind is ReplyKind.TEXT and (not one.length or one.length > _LONG_TEXT) else 1,
        drawing=drawing_of(one) if one.kind is ReplyKind.METER_READING else None,
    )


def said(texts: Mapping[str, str], language: str) -> str:
    """In the language, else in the first that there is."""
    return texts.get(language) or next(iter(texts.values()), "")


def shown_answer(one: ReplyField, value: str, words: Words) -> str:
    """An answer as people read it."""
    if one.kind is ReplyKind.TICK:
        return words("yes" if value == YES else "no")
    if one.kind is ReplyKind.CHOICE:
        return next((said(each.label, words.code) for each in one.choices if each.value == value), value)
    if one.kind is ReplyKind.PHONE and value.startswith(_HOME):
        return f"0{value.removeprefix(_HOME)}"
    return shown(value, words.code)


def typed_answers(asked: Asked, text_of: Callable[[str], str]) -> dict[str, str]:
    """What was typed into each field, as it came; a tick that is not there is a no."""
    return {
        one.name: text_of(f"{PREFIX}{one.name}") for one in asked.form.fields if one.kind is not ReplyKind.SIGNATURE
    }


def choices_made(typed: Mapping[str, str], text_of: Callable[[str], str]) -> tuple[dict[str, str], frozenset[str]]:
    """Answers, with candidates that were chosen in their place, and the fields whose answers the person keeps to.

    Whoever changed the text after they were asked is not taken to insist on it.
    """
    answers, insists = dict(typed), set()
    for name, text in typed.items():
        choice = text_of(f"{SURE}{name}")
        if not choice or text != text_of(f"{ASKED}{name}"):
            continue
        if choice == SURE_YES:
            insists.add(name)
        elif choice.startswith(SURE_CANDIDATE):
            answers[name] = choice.removeprefix(SURE_CANDIDATE)
    return answers, frozenset(insists)


def _hints(one: ReplyField, known: Mapping[Known, str], words: Words) -> Iterator[str]:
    if hint := said(one.hint, words.code).strip():
        # on paper it stands behind the label
        bare = hint.removeprefix("(").removesuffix(")")
        yield bare[:1].upper() + bare[1:]
    match one.kind:
        case ReplyKind.METER_READING:
            yield (
                words("meter_digits", dials=one.length - one.decimals)
                if not one.decimals
                else words("meter_decimals", decimals=one.decimals)
            )
            if number := known.get(Known.METER_NUMBER, ""):
                yield words("meter_end", end=number[-_END:])
        case ReplyKind.DATE:
            yield words("date_hint")
        case ReplyKind.EMAIL:
            yield words("email_hint")
        case ReplyKind.PHONE if not one.hint:
            yield words("phone_hint")
        case ReplyKind.DIGITS if one.length:
            yield words("digits_hint", length=one.length)
        case ReplyKind.TEXT if one.length:
            yield words("text_hint", length=one.length)
        case _:
            pass


def _options(one: ReplyField, value: str, words: Words) -> tuple[Option, ...]:
    if one.kind is ReplyKind.TICK:
        return ()
    made = [Option(each.value, said(each.label, words.code), each.value == value) for each in one.choices]
    if made and not one.required:
        made.append(Option("", words("no_answer"), not value))
    return tuple(made)


def _sure(one: ReplyField, typed: str, checked: Checked, words: Words) -> Iterator[Option]:
    """Ways to go on for who was asked again: a candidate, or keeping to it."""
    if checked.verdict is not Verdict.ASK_AGAIN:
        return
    for candidate in checked.candidates:
        label = words("sure_candidate", answer=shown_answer(one, candidate, words))
        yield Option(f"{SURE_CANDIDATE}{candidate}", label)
    label = words("sure_yes", answer=shown_answer(one, typed, words)) if typed.strip() else words("sure_empty")
    yield Option(SURE_YES, label)


def problems_of(blocks: Sequence[Block]) -> tuple[tuple[str, str], ...]:
    """For the summary: the element and what to do."""
    return tuple(
        (view.target, f"{view.label}: {view.error}") for block in blocks for view in block.fields if view.error
    )
