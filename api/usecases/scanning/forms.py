"""Forms of letters that go out: kept with their geometry, and with each piece what its sender knows of the answers."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from api.ports import PieceSlip, SlipForm
from docgen.reply_form import Choice, Known, ReplyField, ReplyForm, ReplyKind
from scanning.validators.answer import AnswerContext, reading_context

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.ports import PrintJob, UnitOfWork
    from docgen.compose import Composer
    from docgen.letters import Letter

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class FormKeeper:
    """Notes the slips of letters of one job, and the forms that they are printed with."""

    def __init__(self, job: PrintJob, composer: Composer) -> None:
        """Nothing noted yet."""
        self._job = job
        self._template = composer.template
        self._plans = {language: composer.plan(language).slip_geometry for language in composer.template.languages}

    def slip(self, piece_id: str, letter: Letter, page: int | None) -> PieceSlip | None:
        """The slip that stands on ``page`` of a letter; None when it has none."""
        geometry, form, job = self._plans[letter.language], self._template.reply_form, self._job
        if geometry is None or form is None or page is None or job.template_id is None:
            return None
        known = known_json(form, letter.values)
        return PieceSlip(piece_id, job.organisation_id, job.id, job.mode, geometry.form, job.template_id, page, known)

    def write(self, uow: UnitOfWork, at: datetime) -> None:
        """Keep the forms; again changes nothing."""
        form, job = self._template.reply_form, self._job
        for language, geometry in self._plans.items():
            if geometry is None or form is None or job.template_id is None:
                continue
            name = f"{self._template.id}@{self._template.version}"
            text = reply_json(form)
            uow.slip_forms.put(
                SlipForm(
                    job.organisation_id, geometry.form, job.template_id, name, language, geometry.to_json(), text, at
                )
            )


class Question(NamedTuple):
    """A field as it was asked of somebody, and what to judge an answer by."""

    asked: ReplyField
    context: AnswerContext


def question_of(form: ReplyForm, known: str, name: str, today: dt.date) -> Question:
    """The question of a field; ``known`` is as `known_json` wrote it. Raises KeyError when there is no such field."""
    asked = form.field(name)
    if asked is None:
        raise KeyError(name)
    if asked.kind is not ReplyKind.METER_READING:
        return Question(asked, AnswerContext(today))
    return Question(asked, AnswerContext(today, reading=reading_context(asked, read_known(known).get(name, {}), today)))


def known_json(form: ReplyForm, values: Mapping[str, object]) -> str:
    """What the sender knows of the answers to a form, by field, as JSON."""
    found: dict[str, dict[str, str]] = {}
    for field in form.fields:
        spelled = {str(what): _spelled(values.get(name)) for what, name in field.known.items()}
        said = {what: text for what, text in spelled.items() if text is not None}
        if said:
            found[field.name] = said
    return _ENCODE(found)


def read_known(text: str) -> dict[str, dict[Known, str]]:
    """What `known_json` wrote."""
    return {
        name: {Known(what): value for what, value in values.items()}
        for name, values in json.loads(text or "{}").items()
    }


def reply_json(form: ReplyForm) -> str:
    """A reply form as JSON; the same form gives the same text."""
    return _ENCODE({"id": form.id, "title": dict(form.title), "fields": list(map(_field_out, form.fields))})


@lru_cache(maxsize=64)
def read_reply(text: str) -> ReplyForm:
    """What `reply_json` wrote; a form is asked of many, so the last ones are kept."""
    whole = json.loads(text)
    return ReplyForm(whole["id"], whole["title"], tuple(map(_field, whole["fields"])))


def _spelled(value: object) -> str | None:
    """As `scanning.validators.answer.reading_context` wants it; a number below zero is none of a meter."""
    match value:
        case dt.date():
            return value.isoformat()
        case Decimal() | int():
            return format(Decimal(value), "f") if value >= 0 else None
        case None:
            return None
        case _:
            return str(value)


def _field_out(field: ReplyField) -> dict[str, Any]:
    return {
        "name": field.name,
        "kind": str(field.kind),
        "label": dict(field.label),
        "required": field.required,
        "length": field.length,
        "decimals": field.decimals,
        "choices": [{"value": choice.value, "label": dict(choice.label)} for choice in field.choices],
        "known": {str(what): name for what, name in field.known.items()},
        "purpose": dict(field.purpose),
        "hint": dict(field.hint),
        **({"purpose_of": list(field.purpose_of)} if field.purpose_of else {}),
    }


def _field(one: Mapping[str, Any]) -> ReplyField:
    return ReplyField(
        one["name"],
        ReplyKind(one["kind"]),
        one["label"],
        required=one["required"],
        length=one["length"],
        decimals=one["decimals"],
        choices=tuple([Choice(choice["value"], choice["label"]) for choice in one["choices"]]),
        known={Known(what): name for what, name in one["known"].items()},
        purpose=one["purpose"],
        hint=one["hint"],
        purpose_of=tuple(one.get("purpose_of", ())),
    )
