"""What is wrong with a question before anybody is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from stdnum.eu import at_02

from agreements.questions.model import AskRoad, Verb
from docgen.findings import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agreements.questions.model import Question, QuietHours, Wording

MOST_REMINDERS: Final = 2
MOST_DAYS: Final = 365
MOST_EXPLANATION: Final = 4_000
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_DIGEST: Final = re.compile(r"(sha256:[0-9a-f]{64})?")
_LENGTHS: Final = {"title": 120, "question": 300, "yes": 60, "no": 60, "after_yes": 600, "after_no": 600}
_NEEDED: Final = ("title", "question", "yes", "no")
_DAY_HOURS: Final = 24
_DIRECT_DEBIT: Final = "direct-debit"
_PERSON_ONLY: Final = frozenset({Verb.ATTEST})


def check_question(question: Question) -> tuple[Finding, ...]:
    """Everything that is wrong with it; none when people may be asked."""
    return (
        *_check_frame(question),
        *(found for name, words in question.wordings.items() for found in _check_wording(name, words)),
        *_check_roads(question),
        *_check_purposes(question),
        *_check_reminders(question),
        *_check_mandate(question),
    )


def _wrong(code: str, pointer: str, message: str) -> Finding:
    return Finding(code, message, Place(pointer=pointer))


def _check_frame(question: Question) -> Iterator[Finding]:
    if not _KEY.fullmatch(question.key):
        yield _wrong("question-key-invalid", "/key", "A key has 1 to 50 small letters, digits and hyphens.")
    if not question.wordings:
        yield _wrong("question-without-words", "/wordings", "Give the words in one language at least.")
    if not 1 <= question.valid_days <= MOST_DAYS:
        yield _wrong("question-days-invalid", "/valid_days", f"A request is open for 1 to {MOST_DAYS} days.")
    if not question.controller.name.strip() or not question.controller.contact.strip():
        yield _wrong("question-without-controller", "/controller", "Say who asks, and how a person reaches them.")
    if question.policy.url and urlsplit(question.policy.url).scheme != "https":
        yield _wrong("question-policy-invalid", "/policy/url", "The address of a policy begins with https://.")
    if not _DIGEST.fullmatch(question.policy.digest):
        yield _wrong("question-policy-invalid", "/policy/digest", "A digest is sha256: and 64 hexadecimal digits.")


def _check_wording(language: str, words: Wording) -> Iterator[Finding]:
    at = f"/wordings/{language}"
    if not _LANGUAGE.fullmatch(language):
        yield _wrong("question-language-invalid", at, "A language has two small letters, such as nl.")
    for name in _NEEDED:
        if not getattr(words, name).strip():
            yield _wrong("question-words-missing", f"{at}/{name}", f"Say {name} in {language}.")
    for name, most in _LENGTHS.items():
        if len(getattr(words, name)) > most:
            yield _wrong("question-words-too-long", f"{at}/{name}", f"{name} has at most {most} characters.")
    if len(words.explanation) > MOST_EXPLANATION:
        message = f"explanation has at most {MOST_EXPLANATION} characters."
        yield _wrong("question-words-too-long", f"{at}/explanation", message)
    if words.yes.strip().casefold() == words.no.strip().casefold() != "":
        yield _wrong("question-buttons-alike", f"{at}/no", "Yes and no need different words.")


def _check_roads(question: Question) -> Iterator[Finding]:
    if not question.roads:
        yield _wrong("question-without-road", "/roads", "Allow one road at least.")
    if question.verb in _PERSON_ONLY and set(question.roads) != {AskRoad.STAFF}:
        yield _wrong("question-attest-by-staff", "/roads", "To attest is for staff: allow the road staff alone.")
    if question.signature and AskRoad.LETTER not in question.roads:
        yield _wrong("question-signature-on-paper", "/signature", "A signature is written on a slip: allow letter.")


def _check_purposes(question: Question) -> Iterator[Finding]:
    if question.verb is Verb.CONSENT and len(question.purposes) != 1:
        yield _wrong("consent-one-purpose", "/purposes", "A consent is for one purpose: ask for each by itself.")
    for number, purpose in enumerate(question.purposes):
        if not _KEY.fullmatch(purpose.key):
            yield _wrong("question-key-invalid", f"/purposes/{number}/key", "A key has small letters and hyphens.")
        for language in question.wordings:
            if not purpose.label.get(language, "").strip():
                at = f"/purposes/{number}/label/{language}"
                yield _wrong("question-words-missing", at, f"Say in {language} what it is for.")


def _check_reminders(question: Question) -> Iterator[Finding]:
    days = question.reminders.after_days
    if len(days) > MOST_REMINDERS:
        yield _wrong("question-reminders-too-many", "/reminders/after_days", "Remind at most twice.")
    if list(days) != sorted(set(days)) or any(not 1 <= day < question.valid_days for day in days):
        message = "Reminders come after growing numbers of days, before the request ends."
        yield _wrong("question-reminders-invalid", "/reminders/after_days", message)
    yield from _check_quiet(question.reminders.quiet)


def _check_quiet(quiet: QuietHours) -> Iterator[Finding]:
    hours = (quiet.from_hour, quiet.until_hour)
    if any(not 0 <= hour < _DAY_HOURS for hour in hours):
        yield _wrong("question-quiet-invalid", "/reminders/quiet", "Quiet hours are from 0 to 23.")
    try:
        ZoneInfo(quiet.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"There is no time zone {quiet.zone[:60]!r}; take one such as Europe/Amsterdam."
        yield _wrong("question-quiet-invalid", "/reminders/quiet/zone", message)


def _check_mandate(question: Question) -> Iterator[Finding]:
    mandate, wish = question.mandate, question.preference
    if mandate is None:
        if wish is not None and wish.value == _DIRECT_DEBIT:
            message = "Direct debit needs a mandate with the creditor's name, address and id, signed on paper."
            yield _wrong("mandate-missing", "/mandate", message)
        return
    if not mandate.creditor_name.strip() or not mandate.creditor_address.strip():
        yield _wrong("mandate-incomplete", "/mandate", "A mandate names the creditor and their address.")
    if not at_02.is_valid(mandate.creditor_id):
        yield _wrong("mandate-creditor-invalid", "/mandate/creditor_id", "This is no SEPA creditor identifier.")
    if question.verb is not Verb.AUTHORISE:
        yield _wrong("mandate-authorises", "/verb", "A mandate is given by the verb authorise.")
    if set(question.roads) != {AskRoad.LETTER} or not question.signature:
        message = "A mandate is signed on paper: allow the road letter alone, with signature."
        yield _wrong("mandate-on-paper", "/roads", message)
