"""Questions that tests ask."""

from __future__ import annotations

import pytest

from agreements.questions.model import AskRoad, Controller, Question, Verb, Wording


@pytest.fixture
def question() -> Question:
    """A move to payment by link, in Dutch and English."""
    return Question(
        key="digital-payment",
        version=1,
        verb=Verb.AGREE,
        wordings={
            "nl": Wording(
                title="Betalen met een link",
                question="Wilt u voortaan betalen met een betaallink?",
                explanation="U krijgt elke maand een bericht met een link.\n\nU betaalt zelf.",
                yes="Ja, ik wil betalen met een link",
                no="Nee, ik blijf betalen zoals nu",
            ),
            "en": Wording(
                title="Pay with a link",
                question="Would you like to pay with a payment link from now on?",
                explanation="You get a message with a link every month.",
                yes="Yes, I want to pay with a link",
                no="No, I keep paying as I do now",
            ),
        },
        controller=Controller("Woonstichting De Linde", "088 123 45 67", "Lindelaan 1, 1234 AB Utrecht"),
        roads=(AskRoad.EMAIL, AskRoad.SMS_LINK, AskRoad.SMS_KEYWORD, AskRoad.LETTER, AskRoad.STAFF),
    )
