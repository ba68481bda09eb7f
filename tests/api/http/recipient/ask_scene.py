"""People who were asked to agree, on the host of the brand, and what they do on their page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import lxml.html

from agreements.questions.as_json import read_question, write_question
from agreements.questions.model import Policy, Purpose, Verb, Wording
from api.ports import EntryHost
from api.usecases.agreeing.keeping import chain_of
from api.usecases.messaging.tokens import reveal, token_of
from tests.api.usecases.agreeing.agree_world import AgreeWorld
from tests.api.usecases.world import ORG, SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from api.ports import AgreementRequest, Blobs, Clock, Database, Ids

HOST = "mijn.grachtstad.example.nl"
PHONE_BROWSER = "Mozilla/5.0 (Linux; Android 15) Mobile"
SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
WORDINGS = {
    "nl": Wording(
        "Uw huur betalen met een link",
        "Wilt u uw huur voortaan betalen met een betaallink?",
        "U krijgt elke maand een e-mail met een link om te betalen.\nU krijgt dan geen acceptgiro meer op papier.",
        "Ja, stuur mij een betaallink",
        "Nee, ik wil het zo houden",
        "U krijgt de eerste link op 25 januari 2027.",
        "Alles blijft zoals het is.",
    ),
    "en": Wording(
        "Pay your rent with a link",
        "Would you like to pay your rent with a payment link?",
        "Every month you get an e-mail with a link to pay.\nYou then get no payment slip on paper any more.",
        "Yes, send me a payment link",
        "No, keep it as it is",
        "You get the first link on 25 January 2027.",
        "Everything stays as it is.",
    ),
}
RICH: Mapping[str, object] = {
    "verb": Verb.CONSENT,
    "wordings": WORDINGS,
    "purposes": (
        Purpose("rent", {"nl": "om u elke maand een betaallink te mailen", "en": "to mail you a payment link a month"}),
    ),
    "policy": Policy("https://grachtstad.example.nl/privacy"),
}


def ask_world(database: Database, blobs: Blobs, clock: Clock, ids: Ids) -> AgreeWorld:
    """With the host of the brand; it is a Thursday at noon."""
    world = AgreeWorld(database, blobs, clock, ids)
    world.wait(hours=12)
    with world.deps.database.write() as uow:
        uow.entry_hosts.put(EntryHost(HOST, ORG, "grachtstad", world.deps.clock.now()))
    return world


def path_of(request: AgreementRequest) -> str:
    """Where the page of a request is."""
    return f"/a/{token_of(SECRET, request.id)}"


def on_paper(world: AgreeWorld, request: AgreementRequest) -> None:
    """Have the question of a request answered by a signature."""
    with world.deps.database.write() as uow:
        row = uow.questions.get(ORG, request.question_id)
        signed = write_question(replace(read_question(row.text), signature=True))
        uow.questions.change(replace(row, text=signed, revision=row.revision + 1))


def settled(world: AgreeWorld, request: AgreementRequest) -> tuple[object, ...]:
    """All of a request but how often it was looked at, what was written about it, and what waits for a person."""
    now = world.now(request)
    row = replace(now, fetches=0, reach=request.reach, revision=0, updated_at=request.updated_at)
    acts = [one for one in world.evidence(request.id) if one.kind != "link-fetched"]
    return (row, acts, world.messages(request), world.unclear())


def mail_of(world: AgreeWorld, request: AgreementRequest) -> str:
    """The first mail as it came to the recipient."""
    (mail, *_) = world.messages(request)
    with world.deps.database.read() as uow:
        (annex,) = uow.evidence.annexes(chain_of(request), [mail.rendered_annex])
    assert isinstance(annex.value, dict)
    return reveal(str(annex.value["html"]), token_of(SECRET, request.id))


@dataclass
class Asked:
    """Somebody with a link. `answer` is the last page."""

    client: httpx.Client
    answer: httpx.Response = field(init=False)

    @property
    def page(self) -> Any:  # noqa: ANN401 - an element of a library without types
        return lxml.html.fromstring(self.answer.text)

    @property
    def text(self) -> str:
        """All words of the page, with single spaces."""
        return " ".join(self.page.find(".//main").text_content().split())

    @property
    def title(self) -> str:
        return str(self.page.findtext(".//h1"))

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """What is sent by each button, and the words on it."""
        return [(one.get("value"), one.text_content()) for one in self.page.findall(".//main//button")]

    @property
    def offer(self) -> str:
        return str(self.page.find(".//input[@name='offer']").get("value"))

    def get(self, path: str) -> Asked:
        self.answer = self.client.get(path, follow_redirects=True)
        return self

    def press(self, say: str) -> Asked:
        """Press a button of the page."""
        (form,) = self.page.find(".//main").findall(".//form")
        return self.send(form.get("action"), {"offer": self.offer, "say": say})

    def send(self, path: str, data: dict[str, str]) -> Asked:
        self.answer = self.client.post(path, data=data, headers=SAME_SITE, follow_redirects=True)
        return self

    def emptied(self) -> bytes:
        """The page as it was before it had its offer."""
        return re.sub(rb'name="offer" value="[^"]*"', b'name="offer" value=""', self.answer.content)
