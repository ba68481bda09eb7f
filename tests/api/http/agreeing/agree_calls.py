"""What tests of questions and agreements over HTTP share: a question as JSON, people, and how an answer ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from tests.api.usecases.agreeing.agree_world import AgreeWorld

QUESTION: dict[str, Any] = {
    "key": "digital-payment",
    "name": "Move to digital payment",
    "brand": "grachtstad",
    "verb": "agree",
    "roads": ["email", "sms-link", "sms-keyword", "staff"],
    "wordings": {
        "nl": {
            "title": "Betalen met een link",
            "question": "Wilt u de huur betalen met een link?",
            "explanation": "De borg is geïnd.",
            "yes": "Ja, graag",
            "no": "Nee, liever niet",
        },
        "en": {
            "title": "Pay with a link",
            "question": "Would you like to pay your rent with a link?",
            "explanation": "You get a link each month.",
            "yes": "Yes, please",
            "no": "No, thank you",
        },
    },
    "controller": {"name": "Woonstichting Grachtstad", "contact": "088 123 45 67"},
    "reminders": {"after_days": [7, 14]},
    "preference": {"name": "pay-method", "value": "payment-link"},
}
HERE = "/v1/questions/digital-payment"
PEOPLE = (
    "record_id;language;name;email;phone\n"
    "H-1;nl;Mevrouw De Vries;h1@example.org;0612345678\n"
    "H-2;en;Mr Smith;h2@example.org;\n"
    "H-3;;De heer Bakker;;0687654321\n"
)
CSV = {"Content-Type": "text/csv"}


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of trouble."""
    return answer.status_code, answer.json()["code"]


def make(client: httpx.Client, **changes: object) -> Any:  # noqa: ANN401 - any JSON
    """A question that is made."""
    answer = client.post("/v1/questions", json=QUESTION | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


def ask(client: httpx.Client, world: AgreeWorld, text: str = PEOPLE, where: str = HERE) -> list[dict[str, Any]]:
    """Ask people and do the work; their requests, by record id."""
    answer = client.post(f"{where}/requests", content=text.encode(), headers=CSV)
    assert answer.status_code == 202, answer.text
    world.run()
    found: list[dict[str, Any]] = client.get("/v1/agreements").json()["items"]
    return sorted(found, key=lambda one: str(one["record_id"]))
