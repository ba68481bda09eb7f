"""The form of a question: what it holds becomes a wish, a question fills it, and findings find their fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from agreements.questions.model import (
    AskRoad,
    Controller,
    Mandate,
    Policy,
    Preference,
    Purpose,
    Question,
    QuietHours,
    ReminderPlan,
    Verb,
    Wording,
)
from api.ports import Mode
from api.usecases.agreeing.questions import QuestionWish, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from api.http.staff.forms import Form
    from api.ports import AskedQuestion
    from docgen.findings import Finding

USUAL_LANGUAGES: Final = ("nl", "en")
WORDS_OF: Final = ("title", "question", "explanation", "yes", "no", "after_yes", "after_no")
MOST_PURPOSES: Final = 3
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_PLAIN: Final = (
    *("campaign", "answer_field", "signature_field", "yes_value", "no_value", "brand", "mail", "sms"),
    *("signature", "valid_days"),
)
_AT: Final[Mapping[str, str]] = {
    **{f"/{name}": name for name in _PLAIN},
    "/key": "question-key",
    "/verb": "verb-agree",
    "/roads": "road-email",
    "/controller": "controller-name",
    "/policy/url": "policy-url",
    "/policy/digest": "policy-digest",
    "/purposes": "purpose-1-key",
    "/reminders/after_days": "remind-1",
    "/reminders/quiet": "quiet-from",
    "/reminders/quiet/zone": "quiet-zone",
    "/mandate": "mandate-name",
    "/mandate/creditor_id": "mandate-id",
    "/wordings": "nl-title",
}
_WORDING: Final = re.compile(r"/wordings/(?P<language>[a-z]{2})/(?P<name>[a-z_]+)")
_PURPOSE: Final = re.compile(r"/purposes/(?P<number>\d+)/(?:label/)?(?P<name>[a-z]+)")
_BY_CODE: Final[Mapping[str, str]] = {
    "question-name-invalid": "name",
    "question-is-draft": "question-key",
    "question-key-taken": "question-key",
    "brand-not-found": "brand",
    "brand-retired": "brand",
    "campaign-not-found": "campaign",
}


def languages_of(form: Form) -> tuple[str, ...]:
    """Languages that the form has fields for."""
    found = [code for code in form.all("language") if _LANGUAGE.fullmatch(code)]
    return tuple(dict.fromkeys([*USUAL_LANGUAGES, *found]))


def wish_of(form: Form) -> QuestionWish:
    """What the form wishes, whatever is wrong with it."""
    return QuestionWish(
        question=_question(form),
        name=form.text("name"),
        brand=form.text("brand"),
        mode=Mode.TEST if form.text("mode") == Mode.TEST else Mode.LIVE,
        campaign=form.text("campaign"),
        answer_field=form.text("answer_field"),
        signature_field=form.text("signature_field"),
        yes_value=form.text("yes_value") or "yes",
        no_value=form.text("no_value") or "no",
        mail=form.text("mail"),
        sms=form.text("sms"),
    )


def entered_of(asked: AskedQuestion) -> dict[str, str]:
    """A question as the form has it."""
    question = text_of(asked)
    values = {"name": asked.name, "brand": asked.brand_id, "mode": str(asked.mode), "question-key": asked.key}
    values |= {name: getattr(asked, name) for name in ("answer_field", "signature_field", "mail", "sms")}
    values |= {"campaign": asked.campaign_id, "yes_value": asked.yes_value, "no_value": asked.no_value}
    values |= {"verb": str(question.verb), "valid_days": str(question.valid_days)}
    for language, words in question.wordings.items():
        values |= {f"{language}-{name}": getattr(words, name) for name in WORDS_OF}
    for number, purpose in enumerate(question.purposes, 1):
        values[f"purpose-{number}-key"] = purpose.key
        values |= {f"purpose-{number}-{language}": label for language, label in purpose.label.items()}
    values |= {f"road-{road}": "yes" for road in question.roads}
    return values | _entered_of_rest(question)


def errors_of(findings: Sequence[Finding], wish: QuestionWish) -> dict[str, str]:
    """What is wrong, by the id of the field where it is mended; the first of each field."""
    errors: dict[str, str] = {}
    for finding in findings:
        errors.setdefault(_field_of(finding, wish), finding.message)
    return errors


def field_of_code(code: str) -> str:
    """The field that a refusal without findings is about, "" for none."""
    return _BY_CODE.get(code, "")


def _question(form: Form) -> Question:
    languages = languages_of(form)
    wordings = {language: words for language in languages if (words := _wording(form, language)) is not None}
    preference = Preference(form.text("preference-name"), form.text("preference-value"))
    mandate = Mandate(form.text("mandate-name"), form.text("mandate-address"), form.text("mandate-id"))
    verb = form.text("verb")
    return Question(
        key=form.text("question-key"),
        version=1,
        verb=Verb(verb) if verb in set(Verb) else Verb.AGREE,
        wordings=wordings,
        controller=Controller(
            form.text("controller-name"), form.text("controller-contact"), form.text("controller-address")
        ),
        roads=tuple([road for road in AskRoad if form.text(f"road-{road}")]),
        purposes=tuple(_purposes(form, languages)),
        policy=Policy(form.text("policy-url"), form.text("policy-digest")),
        valid_days=_number(form.text("valid_days"), -1),
        reminders=ReminderPlan(tuple(_reminders(form)), _quiet(form)),
        preference=preference if preference.name or preference.value else None,
        signature=bool(form.text("signature")),
        mandate=mandate if mandate.creditor_name or mandate.creditor_address or mandate.creditor_id else None,
        transliterate=bool(form.text("transliterate")),
    )


def _wording(form: Form, language: str) -> Wording | None:
    """The words of a language; None when there are none at all."""
    values = {name: form.text(f"{language}-{name}").replace("\r\n", "\n") for name in WORDS_OF}
    return Wording(**values) if any(values.values()) else None


def _purposes(form: Form, languages: Sequence[str]) -> Iterator[Purpose]:
    for number in range(1, MOST_PURPOSES + 1):
        key = form.text(f"purpose-{number}-key")
        label = {code: text for code in languages if (text := form.text(f"purpose-{number}-{code}"))}
        if key or label:
            yield Purpose(key, label)


def _reminders(form: Form) -> Iterator[int]:
    for name in ("remind-1", "remind-2"):
        if form.text(name):
            yield _number(form.text(name), -1)


def _quiet(form: Form) -> QuietHours:
    usual = QuietHours()
    return QuietHours(
        _number(form.text("quiet-from"), -1),
        _number(form.text("quiet-until"), -1),
        bool(form.text("quiet-sundays")),
        form.text("quiet-zone") or usual.zone,
    )


def _number(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else otherwise


def _entered_of_rest(question: Question) -> dict[str, str]:
    quiet, mandate, wish = question.reminders.quiet, question.mandate, question.preference
    values = {
        "controller-name": question.controller.name,
        "controller-contact": question.controller.contact,
        "controller-address": question.controller.address,
        "policy-url": question.policy.url,
        "policy-digest": question.policy.digest,
        "quiet-from": str(quiet.from_hour),
        "quiet-until": str(quiet.until_hour),
        "quiet-sundays": "yes" if quiet.sundays else "",
        "quiet-zone": quiet.zone,
        "signature": "yes" if question.signature else "",
        "transliterate": "yes" if question.transliterate else "",
    }
    values |= {f"remind-{number}": str(days) for number, days in enumerate(question.reminders.after_days, 1)}
    if wish is not None:
        values |= {"preference-name": wish.name, "preference-value": wish.value}
    if mandate is not None:
        values |= {"mandate-name": mandate.creditor_name, "mandate-address": mandate.creditor_address}
        values["mandate-id"] = mandate.creditor_id
    return values


def _field_of(finding: Finding, wish: QuestionWish) -> str:
    pointer = finding.place.pointer or ""
    if words := _WORDING.fullmatch(pointer):
        return f"{words['language']}-{words['name']}"
    if purpose := _PURPOSE.fullmatch(pointer):
        return f"purpose-{int(purpose['number']) + 1}-{purpose['name']}"
    if pointer == "/controller" and wish.question.controller.name.strip():
        return "controller-contact"
    if pointer == "/verb":
        return f"verb-{wish.question.verb}"
    return _AT.get(pointer, "name")
