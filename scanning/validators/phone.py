"""Phone numbers: every spelling that is clear, stored as E.164 (ITU-T E.164), Dutch unless a country is given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from scanning.validators.spelling import plain
from scanning.validators.verdict import Checked, Problem, ask, conclude, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION: Final = "NL"
_WORD = re.compile(
    r"^(?:tel(?:efoon|ephone)?|phone|mobiel|mobile|gsm|mob)?[\s.]*(?:nr|nummer|number)?\s*[.:]?\s*", re.IGNORECASE
)
_SPELLING = re.compile(r"[+(]?[\d\s().\-/]+")
_INSIDE = re.compile(r"\+?\d[\d\s().\-]*\d")
_LONGEST = 60
_NEEDED = 9  # digits of a Dutch number behind the 0
_LONGEST_ABROAD = 15  # E.164, 6.2.1
_NETHERLANDS = 31
# 097 is for machines, though libraries report it as mobile (Dutch numbering plan, data communication).
_MACHINES = "97"
_PAID = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}
_NOT_OF_A_PERSON = {PhoneNumberType.PAGER, PhoneNumberType.VOICEMAIL, PhoneNumberType.TOLL_FREE}
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def check(answer: str, *, mobile_needed: bool = False, insists: bool = False) -> Checked:
    """What to do with a phone number; the value is E.164.

    The fact ``mobile`` tells whether it takes text messages, ``country`` where it is (ISO 3166, empty for none).
    """
    text = _WORD.sub("", plain(answer), count=1)
    if len(text) > _LONGEST or not any(one.isdigit() for one in text):
        return refusal("phone-not-a-number")
    number = _parsed(text) if _SPELLING.fullmatch(text) else None
    if number is None or not phonenumbers.is_valid_number(number):
        return _doubtful(text, number, insists=insists)
    problems = list(_doubts(number, mobile_needed=mobile_needed))
    return conclude(_e164(number), problems, _facts(number), insists=insists)


def _doubtful(text: str, number: PhoneNumber | None, *, insists: bool) -> Checked:
    """Of what is no number as a whole."""
    if inside := _inside(text):
        return conclude(None, [ask("phone-unclear", *inside)], insists=insists)
    if number is None and not _SPELLING.fullmatch(text):
        return refusal("phone-not-a-number")
    return conclude(None, [_why_not(text, number)], insists=insists)


def _parsed(text: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None


def _valid(text: str) -> PhoneNumber | None:
    number = _parsed(text)
    return number if number is not None and phonenumbers.is_valid_number(number) else None


def _inside(text: str) -> tuple[str, ...]:
    """Whole numbers among other words or beside one another, else all digits as one number."""
    together = "".join(one for one in text if one.isdigit())
    numbers = [number for part in _INSIDE.findall(text) if (number := _valid(part)) is not None]
    if not numbers and (whole := _valid(together)) is not None:
        numbers = [whole]
    return tuple(dict.fromkeys(map(_e164, numbers)))


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _facts(number: PhoneNumber) -> dict[str, str | int | bool]:
    mobile = phonenumbers.number_type(number) in _MOBILE and not _is_machine(number)
    return {"mobile": mobile, "country": phonenumbers.region_code_for_number(number) or ""}


def _is_machine(number: PhoneNumber) -> bool:
    return number.country_code == _NETHERLANDS and str(number.national_number).startswith(_MACHINES)


def _doubts(number: PhoneNumber, *, mobile_needed: bool) -> Iterator[Problem]:
    """At most one question: why this is hardly the number of a person."""
    kind = phonenumbers.number_type(number)
    national = phonenumbers.national_significant_number(number)
    if _is_machine(number):
        yield ask("phone-machine")
    elif kind in _PAID:
        yield ask("phone-premium")
    elif kind in _NOT_OF_A_PERSON or (number.country_code == _NETHERLANDS and len(national) < _NEEDED):
        yield ask("phone-not-of-a-person")
    elif len(set(national[1:])) == 1:
        yield ask("phone-unlikely")
    elif mobile_needed and kind not in _MOBILE:
        yield ask("phone-not-mobile")


def _why_not(text: str, number: PhoneNumber | None) -> Problem:
    """Dutch lengths are told exactly; digits that make a number of another country become a candidate."""
    digits = "".join(one for one in text if one.isdigit())
    if not text.startswith("+") and (abroad := _valid(f"+{digits}")):
        return ask("phone-invalid", _e164(abroad))
    if number is not None and number.country_code == _NETHERLANDS:
        national = phonenumbers.national_significant_number(number)
        return _wrong_length(len(national) + text.startswith(("0", "(0", "+", "(+")), _NEEDED + 1)
    if text.startswith(("+", "00", "(+")):
        return _wrong_length(max(len(digits), _LONGEST_ABROAD), _LONGEST_ABROAD)
    return _wrong_length(len(digits), _NEEDED + 1)


def _wrong_length(given: int, needed: int) -> Problem:
    if given == needed:
        return ask("phone-invalid")
    return ask("phone-too-short" if given < needed else "phone-too-long", given=given, needed=needed)
