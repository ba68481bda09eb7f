from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from agreements.questions.checks import check_question
from agreements.questions.model import (
    AskRoad,
    Controller,
    Mandate,
    Policy,
    Preference,
    Purpose,
    QuietHours,
    ReminderPlan,
    Verb,
    Wording,
)

if TYPE_CHECKING:
    from agreements.questions.model import Question

CREDITOR = "NL94ZZZ300870250000"


def _codes(question: Question) -> set[str]:
    return {one.code for one in check_question(question)}


def test_a_good_question_has_no_findings(question: Question) -> None:
    assert check_question(question) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key": "Met Spatie"}, "question-key-invalid"),
        ({"wordings": {}}, "question-without-words"),
        ({"valid_days": 0}, "question-days-invalid"),
        ({"controller": Controller("", "")}, "question-without-controller"),
        ({"policy": Policy("http://x.example")}, "question-policy-invalid"),
        ({"policy": Policy("https://x.example", "md5:1")}, "question-policy-invalid"),
        ({"wordings": {"nederlands": Wording("a", "b", "", "c", "d")}}, "question-language-invalid"),
        ({"wordings": {"nl": Wording("a", " ", "", "c", "d")}}, "question-words-missing"),
        ({"wordings": {"nl": Wording("a" * 121, "b", "", "c", "d")}}, "question-words-too-long"),
        ({"wordings": {"nl": Wording("a", "b", "x" * 4001, "c", "d")}}, "question-words-too-long"),
        ({"wordings": {"nl": Wording("a", "b", "", "Ja", " ja ")}}, "question-buttons-alike"),
        ({"roads": ()}, "question-without-road"),
        ({"verb": Verb.ATTEST}, "question-attest-by-staff"),
        ({"signature": True, "roads": (AskRoad.EMAIL,)}, "question-signature-on-paper"),
        ({"verb": Verb.CONSENT}, "consent-one-purpose"),
        ({"purposes": (Purpose("geld", {"nl": "Geld"}),)}, "question-words-missing"),
        ({"reminders": ReminderPlan((3, 7, 14))}, "question-reminders-too-many"),
        ({"reminders": ReminderPlan((7, 3))}, "question-reminders-invalid"),
        ({"reminders": ReminderPlan((30,))}, "question-reminders-invalid"),
        ({"reminders": ReminderPlan((), QuietHours(24))}, "question-quiet-invalid"),
        ({"reminders": ReminderPlan((), QuietHours(zone="../etc/passwd"))}, "question-quiet-invalid"),
        ({"preference": Preference("pay-method", "direct-debit")}, "mandate-missing"),
        ({"mandate": Mandate("", "", CREDITOR)}, "mandate-incomplete"),
        ({"mandate": Mandate("De Linde", "Utrecht", "NL00ZZZ1")}, "mandate-creditor-invalid"),
        ({"mandate": Mandate("De Linde", "Utrecht", CREDITOR)}, "mandate-authorises"),
        ({"mandate": Mandate("De Linde", "Utrecht", CREDITOR)}, "mandate-on-paper"),
    ],
)
def test_each_mistake_has_its_code(question: Question, change: dict[str, Any], code: str) -> None:
    assert code in _codes(replace(question, **change))


def test_a_mandate_signed_on_paper_is_good(question: Question) -> None:
    good = replace(
        question,
        verb=Verb.AUTHORISE,
        roads=(AskRoad.LETTER,),
        signature=True,
        mandate=Mandate("De Linde", "Lindelaan 1, Utrecht", CREDITOR),
        preference=Preference("pay-method", "direct-debit"),
    )
    assert check_question(good) == ()
