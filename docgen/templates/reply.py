"""Read the ``[reply_form]`` table of a template: what is asked, and on what paper it is printed."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from docgen.reply_form import Choice, Known, ReplyField, ReplyForm, ReplyKind, SlipSize
from docgen.templates.blocks import declared_field
from docgen.templates.model import FieldKind, SlipPaper
from docgen.templates.names import name_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docgen.templates.model import Field
    from docgen.templates.toml_source import TomlTable

DEFAULT_RETURN_ENVELOPE: Final = "nl-dl-right"
NO_ENVELOPE: Final = "none"
PHONE_BOXES: Final = 10
DATE_BOXES: Final = 8
MOST_BOXES: Final = 26
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_VALUE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_LEAST_CHOICES, _MOST_CHOICES = 2, 8
_MOST_DECIMALS: Final = 3
_COMMON: Final = ("name", "kind", "label", "required", "purpose", "hint")
_OWN: Final[Mapping[ReplyKind, tuple[str, ...]]] = {
    ReplyKind.DIGITS: ("length", "decimals"),
    ReplyKind.METER_READING: ("dials", "decimals", "known"),
    ReplyKind.PHONE: ("length",),
    ReplyKind.EMAIL: ("length",),
    ReplyKind.CHOICE: ("choices",),
    ReplyKind.TICK: ("purpose_of",),
    ReplyKind.TEXT: ("length",),
}
# how many boxes: when nothing is said, at least, at most
_BOXES: Final[Mapping[ReplyKind, tuple[int, int, int]]] = {
    ReplyKind.DIGITS: (0, 1, 12),
    ReplyKind.METER_READING: (0, 3, 9),
    ReplyKind.PHONE: (PHONE_BOXES, 8, 15),
    ReplyKind.EMAIL: (MOST_BOXES, 0, MOST_BOXES),
    ReplyKind.DATE: (DATE_BOXES, DATE_BOXES, DATE_BOXES),
    ReplyKind.TEXT: (0, 0, MOST_BOXES),
}
_NUMBERS: Final = frozenset({FieldKind.INTEGER, FieldKind.DECIMAL})
_KNOWN_TAKES: Final[Mapping[Known, frozenset[FieldKind]]] = {
    Known.PREVIOUS_READING: _NUMBERS,
    Known.PREVIOUS_DATE: frozenset({FieldKind.DATE}),
    Known.EXPECTED_PER_DAY: _NUMBERS,
    Known.METER_NUMBER: frozenset({FieldKind.TEXT}),
}


def read_reply_form(
    root: TomlTable, fields: tuple[Field, ...], languages: tuple[str, ...]
) -> tuple[ReplyForm, SlipPaper] | None:
    """The declared form and its paper; faults are kept at the table's source."""
    table = root.table("reply_form")
    if table is None:
        return None
    table.allow("id", "title", "size", "return_envelope", "fields")
    table.need("id", "size")
    title = table.per_language("title", languages, required=True)
    reader = _Reader({field.name: field for field in fields}, languages)
    asked = reader.all(table)
    envelope = table.text("return_envelope", DEFAULT_RETURN_ENVELOPE)
    paper = SlipPaper(_size(table), None if envelope == NO_ENVELOPE else envelope)
    return ReplyForm(_id(table), title, asked), paper


def _id(table: TomlTable) -> str:
    text = table.text("id")
    if text and not _ID.fullmatch(text):
        table.say("key-form", "The `id` of a reply form may have only small letters, digits and hyphens.", "id")
    return text


def _size(table: TomlTable) -> SlipSize:
    text = table.text("size", SlipSize.THIRD)
    if text in list(SlipSize):
        return SlipSize(text)
    table.say("key-choice", f"`size` must be one of {', '.join(SlipSize)}.", "size")
    return SlipSize.THIRD


class _Reader:
    """Reads the fields of one form."""

    def __init__(self, declared: Mapping[str, Field], languages: tuple[str, ...]) -> None:
        self._declared, self._languages = declared, languages

    def all(self, form: TomlTable) -> tuple[ReplyField, ...]:
        tables = form.tables("fields")
        found = [one for one in map(self._one, tables) if one is not None]
        if not tables:
            form.say("reply-empty", "A reply form asks something; add [[reply_form.fields]].")
        names = Counter(table.text("name") for table in tables)
        for index, table in enumerate(tables):
            name = table.text("name")
            if name and names[name] > 1:
                message = f"Two answers are named `{name}`; give each a name of its own."
                form.say("reply-name-twice", message, "fields", index, "name")
            self._check_purpose_of(form, index, table, names)
        return tuple(found)

    @staticmethod
    def _check_purpose_of(form: TomlTable, index: int, table: TomlTable, names: Mapping[str, int]) -> None:
        own = table.text("name")
        unknown = [one for one in table.texts("purpose_of") if one not in names or one == own]
        if unknown:
            message = f"`purpose_of` names answers of this form other than its own; there is no {', '.join(unknown)}."
            form.say("reply-purpose-of", message, "fields", index, "purpose_of")

    def _one(self, table: TomlTable) -> ReplyField | None:
        table.need("name", "kind")
        name, kind = self._name(table), self._kind(table)
        if kind is None:
            return None
        table.allow(*_COMMON, *_OWN.get(kind, ()))
        length = self._length(table, kind)
        return ReplyField(
            name,
            kind,
            table.per_language("label", self._languages, required=True),
            required=table.flag("required", default=kind is not ReplyKind.TICK),
            length=length,
            decimals=table.whole("decimals", 0, 0, max(0, min(_MOST_DECIMALS, length - 1))),
            choices=self._choices(table) if kind is ReplyKind.CHOICE else (),
            known=self._known(table) if kind is ReplyKind.METER_READING else {},
            purpose=table.per_language("purpose", self._languages),
            hint=table.per_language("hint", self._languages),
            purpose_of=table.texts("purpose_of") if kind is ReplyKind.TICK else (),
        )

    @staticmethod
    def _name(table: TomlTable) -> str:
        name = table.text("name")
        problem = name_problem(name) if name else None
        if problem:
            table.say("field-name", f"`{name}` cannot be the name of an answer: {problem}.", "name")
        return name

    @staticmethod
    def _kind(table: TomlTable) -> ReplyKind | None:
        text = table.text("kind")
        if text in list(ReplyKind):
            return ReplyKind(text)
        if text:
            table.say("reply-kind", f"`{text}` is no kind of answer; choose one of {', '.join(ReplyKind)}.", "kind")
        return None

    @staticmethod
    def _length(table: TomlTable, kind: ReplyKind) -> int:
        default, least, most = _BOXES.get(kind, (0, 0, 0))
        key = "dials" if kind is ReplyKind.METER_READING else "length"
        if key not in _OWN.get(kind, ()):
            return default
        if default < least:
            table.need(key)
        return table.whole(key, default, least, most)

    def _choices(self, table: TomlTable) -> tuple[Choice, ...]:
        choices = []
        for one in table.tables("choices"):
            one.allow("value", "label")
            one.need("value")
            choices.append(Choice(one.text("value"), one.per_language("label", self._languages, required=True)))
        values = [choice.value for choice in choices]
        if not _LEAST_CHOICES <= len(choices) <= _MOST_CHOICES:
            message = f"A choice has {_LEAST_CHOICES} to {_MOST_CHOICES} `choices`; this has {len(choices)}."
            table.say("reply-choices", message, "choices")
        elif len(set(values)) < len(values) or not all(map(_VALUE.fullmatch, values)):
            message = "Give each of `choices` a `value` of its own, of small letters, digits, _ and hyphens."
            table.say("reply-choices", message, "choices")
        return tuple(choices)

    def _known(self, table: TomlTable) -> dict[Known, str]:
        known = table.table("known")
        if known is None:
            return {}
        known.allow(*Known)
        found = {what: declared_field(known, what, self._declared, kinds) for what, kinds in _KNOWN_TAKES.items()}
        return {what: name for what, name in found.items() if name is not None}
