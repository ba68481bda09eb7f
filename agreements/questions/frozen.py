"""The frozen text of a question: what a person read, as plain lines, and the digest that evidence refers to."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from agreements.questions.model import Verb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agreements.questions.model import Mandate, Question

MANDATE_WORDS: Final = {
    "nl": (
        "Door ondertekening van dit formulier geeft u toestemming aan {creditor} om doorlopende incasso-opdrachten te "
        "sturen naar uw bank om een bedrag van uw rekening af te schrijven en aan uw bank om doorlopend een bedrag van "
        "uw rekening af te schrijven overeenkomstig de opdracht van {creditor}. Als u het niet eens bent met deze "
        "afschrijving kunt u deze laten terugboeken. Neem hiervoor binnen acht weken na afschrijving contact op met "
        "uw bank. Vraag uw bank naar de voorwaarden."
    ),
    "en": (
        "By signing this mandate form, you authorise {creditor} to send instructions to your bank to debit your "
        "account and your bank to debit your account in accordance with the instructions from {creditor}. As part of "
        "your rights, you are entitled to a refund from your bank under the terms and conditions of your agreement "
        "with your bank. A refund must be claimed within eight weeks starting from the date on which your account was "
        "debited."
    ),
}
"""What a mandate must say, with the refund within eight weeks (SEPA Core Direct Debit Rulebook)."""


def frozen_text(question: Question, language: str) -> str:
    """All that was put before a person in this language, a line each, in a fixed order; ends with a newline.

    Raises KeyError when the question has no such wording.
    """
    return "".join(f"{line}\n" for line in _lines(question, language))


def text_digest(question: Question, language: str) -> str:
    """SHA-256 of the frozen text in UTF-8, as ``sha256:`` and hex."""
    return f"sha256:{hashlib.sha256(frozen_text(question, language).encode()).hexdigest()}"


def mandate_text(mandate: Mandate, language: str) -> str:
    """What must stand above the signature, in this language or else in English."""
    return MANDATE_WORDS.get(language, MANDATE_WORDS["en"]).format(creditor=mandate.creditor_name)


def _lines(question: Question, language: str) -> Iterator[str]:
    words = question.wordings[language]
    yield f"question: {question.key}, version {question.version}"
    yield f"language: {language}"
    yield f"kind: {question.verb}"
    yield f"title: {_flat(words.title)}"
    yield from (f"text: {_flat(line)}" for line in words.explanation.splitlines() if line.strip())
    yield f"asked: {_flat(words.question)}"
    yield f"button yes: {_flat(words.yes)}"
    yield f"button no: {_flat(words.no)}"
    yield from (f"purpose {one.key}: {_flat(one.label.get(language, ''))}" for one in question.purposes)
    yield f"controller: {_flat(question.controller.name)}"
    yield f"address: {_flat(question.controller.address)}"
    yield f"contact: {_flat(question.controller.contact)}"
    yield f"policy: {question.policy.url} {question.policy.digest}".rstrip()
    if question.mandate is not None:
        yield f"creditor: {_flat(question.mandate.creditor_name)}, {_flat(question.mandate.creditor_address)}"
        yield f"creditor id: {question.mandate.creditor_id}"
        yield f"mandate: {_flat(mandate_text(question.mandate, language))}"
    if question.verb is Verb.CONSENT:
        yield "withdrawal: at any time, as easily as it was given"


def _flat(text: str) -> str:
    return " ".join(text.split())
