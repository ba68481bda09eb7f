"""What people are told about an answer, in Dutch and English of level B1: short, and what to do.

Words in braces are facts of the answer; ``candidate`` is the first candidate.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanning.validators.verdict import Checked, Fact


_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)


class Message(NamedTuple):
    """One message in each language."""

    nl: str
    en: str


MESSAGES: Final[Mapping[str, Message]] = {
    "answer-missing": Message(
        "U heeft nog geen antwoord gegeven. Vul uw antwoord in.",
        "You have not given an answer yet. Fill in your answer.",
    ),
    "not-a-number": Message(
        "Vul alleen de cijfers van uw meter in.",
        "Fill in only the digits on your meter.",
    ),
    "decimal-unclear": Message(
        "De punt of komma is niet duidelijk. Bedoelt u {candidate}? Vul het getal in zonder punt.",
        "The point or comma is not clear. Do you mean {candidate}? Fill in the number without it.",
    ),
    "too-many-digits": Message(
        "Uw meter heeft {dials} zwarte cijfers. U heeft er {given} ingevuld. Vul de rode cijfers niet in.",
        "Your meter has {dials} black digits. You filled in {given}. Leave out the red digits.",
    ),
    "too-few-digits": Message(
        "Uw meter heeft {dials} zwarte cijfers. U heeft er {given} ingevuld. Vul ze allemaal in, ook de nullen.",
        "Your meter has {dials} black digits. You filled in {given}. Fill in all of them, zeros too.",
    ),
    "future-date": Message(
        "De dag {date} is nog niet geweest. Vul de dag in waarop u de meter heeft bekeken.",
        "The day {date} is still to come. Fill in the day on which you read the meter.",
    ),
    "before-previous-date": Message(
        "De vorige meterstand is van {previous_date}. Uw dag is {date}. Klopt die dag?",
        "The last reading is of {previous_date}. Your day is {date}. Is that day right?",
    ),
    "meter-number-mismatch": Message(
        "Bij uw adres hoort een ander meternummer. Kijk of u de goede meter heeft.",
        "Your address has another meter number. Check that you have the right meter.",
    ),
    "differs-from-answer": Message(
        "Wij kregen eerder een andere stand: {earlier}. Wij kijken welke stand klopt.",
        "We received another reading before: {earlier}. We will check which one is right.",
    ),
    "duplicate": Message(
        "Wij hadden deze stand al. U hoeft niets te doen.",
        "We already had this reading. You do not need to do anything.",
    ),
    "same-as-neighbour": Message(
        "Een andere woning gaf dezelfde stand. Kijk of dit uw eigen meter is.",
        "Another home gave the same reading. Check that this is your own meter.",
    ),
    "lower-than-previous": Message(
        "Op {previous_date} was de stand {previous}. Uw stand is lager. Kijk nog een keer op uw meter.",
        "On {previous_date} the reading was {previous}. Yours is lower. Look at your meter once more.",
    ),
    "zero-use": Message(
        "De stand is niet veranderd in {days} dagen. Kijk nog een keer op uw meter. Klopt het?",
        "The reading has not changed in {days} days. Look at your meter once more. Is it right?",
    ),
    "low": Message(
        "Uw verbruik is {use} in {days} dagen. Dat is weinig. Klopt de stand?",
        "You used {use} in {days} days. That is little. Is the reading right?",
    ),
    "high": Message(
        "Uw verbruik is {use} in {days} dagen. Dat is veel. Klopt de stand?",
        "You used {use} in {days} days. That is much. Is the reading right?",
    ),
    "very-high": Message(
        "Uw verbruik is {use} in {days} dagen. Dat is heel veel. Kijk nog een keer op uw meter.",
        "You used {use} in {days} days. That is very much. Look at your meter once more.",
    ),
    "rollover-assumed": Message(
        "De stand was {previous}. Wij denken dat uw meter weer bij nul is begonnen.",
        "The reading was {previous}. We think that your meter started at zero again.",
    ),
    "exchange-end-too-low": Message(
        "De eindstand van de oude meter is {end}. Dat is lager dan de stand daarvoor. Wij kijken dit na.",
        "The last reading of the old meter is {end}. That is lower than the one before. We will check this.",
    ),
    "complex-more-than-main": Message(
        "De woningen samen gebruikten meer dan de hoofdmeter telde. Controleer de standen.",
        "The homes together used more than the main meter counted. Check the readings.",
    ),
    "complex-less-than-main": Message(
        "De woningen samen gebruikten minder dan de hoofdmeter telde. Zoek een lek of een foute stand.",
        "The homes together used less than the main meter counted. Look for a leak or a wrong reading.",
    ),
    "complex-incomplete": Message(
        "Er zijn nog woningen zonder stand. Vraag die standen op.",
        "Some homes have no reading yet. Ask for those readings.",
    ),
    "phone-not-a-number": Message(
        "Dit is geen telefoonnummer. Vul alleen cijfers in, bijvoorbeeld 06 12345678.",
        "This is no phone number. Fill in digits only, for example 06 12345678.",
    ),
    "phone-unclear": Message(
        "Vul één telefoonnummer in, zonder woorden. Bedoelt u {candidate}?",
        "Fill in one phone number, without words. Do you mean {candidate}?",
    ),
    "phone-too-short": Message(
        "Uw nummer heeft {given} cijfers. Een nummer heeft er {needed}. Kijk of u een cijfer mist.",
        "Your number has {given} digits. A number has {needed}. Check whether a digit is missing.",
    ),
    "phone-too-long": Message(
        "Uw nummer heeft {given} cijfers. Een nummer heeft er {needed}. Kijk of u een cijfer te veel heeft.",
        "Your number has {given} digits. A number has {needed}. Check whether there is a digit too many.",
    ),
    "phone-invalid": Message(
        "Dit nummer bestaat niet. Controleer de cijfers. Begin bij een buitenlands nummer met +.",
        "This number does not exist. Check the digits. Begin a number from abroad with +.",
    ),
    "phone-machine": Message(
        "Een nummer met 097 is voor apparaten. Vul een nummer in waarop u zelf te bellen bent.",
        "A number with 097 is for machines. Fill in a number on which we can call you.",
    ),
    "phone-premium": Message(
        "Bellen naar dit nummer kost extra geld. Vul uw eigen nummer in.",
        "Calling this number costs extra money. Fill in your own number.",
    ),
    "phone-not-of-a-person": Message(
        "Dit is geen nummer van een persoon. Vul uw eigen nummer in.",
        "This is not the number of a person. Fill in your own number.",
    ),
    "phone-unlikely": Message(
        "Dit nummer lijkt niet echt. Klopt het?",
        "This number does not look real. Is it right?",
    ),
    "phone-not-mobile": Message(
        "Dit is geen mobiel nummer. Vul een nummer in dat begint met 06.",
        "This is not a mobile number. Fill in a number that begins with 06.",
    ),
    "email-no-at": Message(
        "In een e-mailadres staat een @. Vul uw hele e-mailadres in.",
        "An e-mail address has an @. Fill in your whole e-mail address.",
    ),
    "email-invalid": Message(
        "Dit is geen e-mailadres. Vul het in zoals naam@voorbeeld.nl.",
        "This is no e-mail address. Fill it in like name@example.com.",
    ),
    "email-unclear": Message(
        "Er staat een teken te veel of verkeerd in. Bedoelt u {candidate}?",
        "There is a wrong character in it. Do you mean {candidate}?",
    ),
    "email-typo": Message(
        "U vulde {domain} in. Bedoelt u {candidate}?",
        "You filled in {domain}. Do you mean {candidate}?",
    ),
    "email-too-long": Message(
        "Een e-mailadres heeft niet meer dan {most} tekens. Controleer uw adres.",
        "An e-mail address has at most {most} characters. Check your address.",
    ),
    "date-invalid": Message(
        "Dit is geen datum. Vul dag, maand en jaar in, zoals 1-12-2026.",
        "This is no date. Fill in day, month and year, like 1-12-2026.",
    ),
    "date-not-existing": Message(
        "Deze dag bestaat niet. Controleer dag en maand.",
        "This day does not exist. Check day and month.",
    ),
    "date-unclear": Message(
        "Deze datum is niet duidelijk. Bedoelt u {candidate}? Vul het jaar in met vier cijfers.",
        "This date is not clear. Do you mean {candidate}? Fill in the year with four digits.",
    ),
    "date-too-late": Message(
        "De datum {date} is te laat. Vul een dag in tot en met {latest}.",
        "The date {date} is too late. Fill in a day no later than {latest}.",
    ),
    "date-too-early": Message(
        "De datum {date} is te lang geleden. Vul een dag in vanaf {earliest}.",
        "The date {date} is too long ago. Fill in a day from {earliest} on.",
    ),
    "text-too-long": Message(
        "Uw tekst heeft {given} tekens. Er passen er {most}. Maak uw tekst korter.",
        "Your text has {given} characters. There is room for {most}. Make your text shorter.",
    ),
    "choice-unknown": Message(
        "Dit antwoord staat er niet bij. Kies een van de antwoorden.",
        "This is not one of the answers. Choose one of them.",
    ),
    "choice-unclear": Message(
        "Dit kan meer dan één antwoord zijn. Kies een van de antwoorden.",
        "This may be more than one answer. Choose one of them.",
    ),
    "choice-several": Message(
        "Er is meer dan één antwoord gekozen. Wij kijken dit na.",
        "More than one answer was chosen. We will check this.",
    ),
    "tick-unclear": Message(
        "Kies ja of nee.",
        "Choose yes or no.",
    ),
    "digits-only": Message(
        "Vul alleen cijfers in.",
        "Fill in digits only.",
    ),
    "digits-count": Message(
        "U heeft {given} cijfers ingevuld. Het moeten er {needed} zijn. Controleer het nummer.",
        "You filled in {given} digits. There must be {needed}. Check the number.",
    ),
    "digits-check": Message(
        "Er is een cijfer verkeerd. Controleer het nummer.",
        "One of the digits is wrong. Check the number.",
    ),
}


def message(checked: Checked, language: str = "nl") -> str | None:
    """What to tell the person, None when there is nothing to tell; any language but Dutch is told in English."""
    if checked.code is None:
        return None
    texts = MESSAGES[checked.code]
    facts = {name: shown(value, language) for name, value in checked.facts.items()}
    candidate = shown(checked.candidates[0], language) if checked.candidates else ""
    return (texts.nl if language == "nl" else texts.en).format_map({**facts, "candidate": candidate})


def shown(value: Fact, language: str) -> str:
    """How people write it: dates with the day first, and in Dutch a comma in numbers."""
    text = str(value)
    if day := _DAY.fullmatch(text):
        return "-".join(str(int(part)) for part in reversed(day.groups()))
    whole, dot, rest = text.partition(".")
    return f"{whole},{rest}" if language == "nl" and dot and f"{whole}{rest}".isdecimal() else text
