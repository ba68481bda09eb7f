"""A question as a corporation would ask it, and messages about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from agreements.messages import Ask, Decided, Look, MessageKind
from agreements.questions.model import AskRoad, Controller, Policy, Purpose, Question, Verb, Wording
from docgen.layouts.theme import Colour, Colours

if TYPE_CHECKING:
    from collections.abc import Iterator

LINK: Final = "https://mijn.grachtstad.example.nl/a/ABCDEFGHIJKLMNOPQRSTUVWXYZ"
QUESTION: Final = Question(
    key="digital-payment",
    version=1,
    verb=Verb.AGREE,
    wordings={
        "nl": Wording(
            "Uw huur digitaal betalen",
            "Wilt u uw huur voortaan met een betaallink betalen?",
            "U krijgt dan elke maand een e-mail met een link.\n"
            "U betaalt met uw eigen bank. Er verandert niets aan uw huur.",
            "Ja, stuur mij een betaallink",
            "Nee, ik blijf op papier betalen",
            "U krijgt de eerste link op 25 januari.",
            "Er verandert niets. U krijgt een brief, zoals altijd.",
        ),
        "en": Wording(
            "Pay your rent online",
            "Would you like to pay your rent with a payment link from now on?",
            "You then get an e-mail with a link every month.",
            "Yes, send me a payment link",
            "No, I keep paying on paper",
        ),
    },
    controller=Controller("Woonstichting Grachtstad", "bel 088 000 00 10"),
    roads=(AskRoad.EMAIL, AskRoad.SMS_LINK, AskRoad.SMS_KEYWORD),
    policy=Policy("https://www.grachtstad.example.nl/privacy"),
)
CONSENT: Final = replace(
    QUESTION,
    verb=Verb.CONSENT,
    purposes=(Purpose("calamities", {"nl": "bellen bij een calamiteit", "en": "calling in an emergency"}),),
)
LOOK: Final = Look(
    "Woonstichting Grachtstad",
    Colours(accent=Colour((1, 0.62, 0.12, 0.38), (0x0B / 255, 0x3C / 255, 0x6F / 255))),
    footer=("Postbus 100, 1234 AA Grachtstad", "KvK 12345678"),
)


def ask(kind: MessageKind = MessageKind.REQUEST, question: Question = QUESTION, **changes: Any) -> Ask:  # noqa: ANN401 - fields of Ask
    """A message about a question."""
    plain = Ask(kind, question, "nl", LINK, "mevrouw De Vries", "4711.1", date(2026, 12, 1))
    decided = {"decided": Decided.YES, "decided_on": date(2026, 11, 24)} if kind is MessageKind.CONFIRMATION else {}
    return replace(plain, **{**decided, **changes})


def every_ask(**changes: Any) -> Iterator[Ask]:  # noqa: ANN401 - fields of Ask
    """One message of each kind, and one for each decision."""
    for kind in MessageKind:
        if kind is not MessageKind.CONFIRMATION:
            yield ask(kind, **changes)
    for decided in (Decided.YES, Decided.NO, Decided.WITHDRAWN):
        yield ask(MessageKind.CONFIRMATION, **{"decided": decided, **changes})
