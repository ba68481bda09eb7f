#!/usr/bin/env python3
"""Make ``agreements/``: evidence of requests as a service gives it out, and a page and a slip to show beside it.

People, addresses and answers are invented; the same files every time. Tests tell other stories by the same means.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

from agreements.evidence.annex import AnnexValue, reference
from agreements.evidence.bundle import RequestProof, Stamped
from agreements.evidence.chain import Draft, Event, Head, extend, moment
from agreements.evidence.checkpoint import take

_HERE = Path(__file__).parent

if TYPE_CHECKING:
    from agreements.evidence.canonical import Json

REQUEST = "agr_01JD3V5T8XK2N4"
QUESTION = "qst_01JD3V0M9Q7RZH"
START = dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC)
TITLES = {"nl": "Uw post voortaan digitaal", "en": "Your post by e-mail from now on"}
TEXTS = {
    "nl": "Wij willen u brieven over uw huur voortaan per e-mail sturen. U krijgt ze dan sneller, en u kunt ze bewaren "
    "op uw telefoon of computer. Wilt u later toch weer papier? Dat kan altijd, en het kost niets.",
    "en": "We would like to send you letters about your rent by e-mail. You get them sooner, and you can keep them on "
    "your phone or computer. Would you like paper again later? You can change back at any time, at no cost.",
}
ASKED = {
    "nl": "Gaat u ermee akkoord dat wij u post per e-mail sturen?",
    "en": "Do you agree that we send your post by e-mail?",
}
BUTTONS = {"nl": ("Ja, ik ga akkoord", "Nee, liever papier"), "en": ("Yes, I agree", "No, I prefer paper")}


def frozen(language: str, verb: str = "agree") -> str:
    """A frozen text."""
    yes, no = BUTTONS[language]
    lines = (
        *("question: digital-post, version 2", f"language: {language}", f"kind: {verb}", f"title: {TITLES[language]}"),
        *(f"text: {TEXTS[language]}", f"asked: {ASKED[language]}", f"button yes: {yes}", f"button no: {no}"),
        *(
            "purpose digital-post: "
            + {"nl": "Post over uw huur per e-mail", "en": "Post about your rent by e-mail"}[language],
        ),
        *("controller: Stichting Woonstichting Grachtstad", "address: Postbus 100, 1234 AA Grachtstad"),
        *(
            "contact: privacy@grachtstad.example.nl",
            f"policy: https://www.grachtstad.example.nl/privacy {digest('policy')}",
        ),
    )
    return "".join(f"{line}\n" for line in lines)


def digest(text: str) -> str:
    """A digest as events have it."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"


@dataclass
class Chain:
    """Grows event by event, an hour after the other unless told."""

    name: str = "org_grachtstad/live"
    events: list[Event] = field(default_factory=list)
    annexes: list[AnnexValue] = field(default_factory=list)
    stamps: list[Stamped] = field(default_factory=list)
    at: dt.datetime = START

    def add(self, kind: str, body: dict[str, Any], *, hours: float = 1.0, subject: str = REQUEST) -> int:
        """An event after the last; its number."""
        head = self.events[-1].head if self.events else Head()
        self.at += dt.timedelta(hours=hours)
        self.events.append(extend(self.name, head, Draft(moment(self.at), kind, subject, body)))
        return self.events[-1].seq

    def hide(self, value: Json) -> dict[str, Any]:
        """Put a value in an annex; what an event says instead."""
        number = len(self.annexes) + 1
        annex = AnnexValue(f"anx_{number:014}", sha256(f"key {number}".encode()).digest(), value)
        self.annexes.append(annex)
        return reference(annex.id, annex.key, value)

    def forget(self, *numbers: int) -> None:
        """Delete annexes by their numbers, from 1, and put that on record."""
        gone = [self.annexes[number - 1].id for number in numbers]
        self.annexes = [annex for annex in self.annexes if annex.id not in gone]
        self.add("annex-deleted", {"annexes": gone, "by": "usr_beheer", "why": "retention"}, hours=24 * 365)

    def checkpoint(self, stamp: bytes = b"") -> None:
        """A checkpoint over all since the one before."""
        before = self.stamps[-1].checkpoint if self.stamps else None
        done = before.last if before else 0
        digests = [event.digest for event in self.events[done:]]
        self.stamps.append(Stamped(take(self.name, before, digests, moment(self.at)), stamp))

    def document(self) -> bytes:
        """The file as it is handed over."""
        found = RequestProof(
            self.name,
            REQUEST,
            self.events[-1].head,
            tuple(self.events),
            tuple(self.stamps),
            annexes=tuple(self.annexes),
        )
        return found.document()


def asked(language: str = "nl", verb: str = "agree", *, name: str = "J. de Vries-Jansen", road: str = "email") -> Chain:
    """A question that was frozen, asked by mail or text message, and delivered."""
    chain = Chain()
    texts = {one: {"text": frozen(one, verb), "digest": digest(frozen(one, verb))} for one in ("nl", "en")}
    chain.add(
        "question-frozen",
        {
            "question": QUESTION,
            "version": 2,
            "verb": verb,
            "texts": texts,
            "roads": ["email", "sms-keyword"],
            "purposes": ["digital-post"],
            "controller": {"name": "Stichting Woonstichting Grachtstad"},
            "policy": {},
        },
        subject=QUESTION,
    )
    mail, phone = "j.devries@example.nl", "+31612345678"
    key, called, *own = (chain.hide(value) for value in ("H-104233", name, mail, phone))
    chain.add(
        "requested",
        {
            "request": REQUEST,
            "question": QUESTION,
            "question_digest": texts[language]["digest"],
            "language": language,
            "recipient": key,
            "name": called,
            "addresses": own,
            "token_digest": digest("token"),
            "valid_until": "2026-12-02T22:59:59+00:00",
            "roads": ["email", "sms-keyword"],
            "by": "usr_beheer",
        },
    )
    channel = "email" if road == "email" else "sms"
    said = f"{TITLES[language]}\n\n{ASKED[language]}\nhttps://mijn.grachtstad.example.nl/a/{'X' * 26}\n"
    rendered = {"subject": TITLES[language], "text": said} if channel == "email" else {"text": said}
    body = {"message": "msg_1", "channel": channel, "kind": "request"}
    to = chain.hide({"to": mail if channel == "email" else phone})
    chain.add("message-queued", {**body, "to": to, "rendered": chain.hide(rendered)})
    chain.add(
        "message-sent", {**body, "provider_id": "1tAbc-0004Fq-2x", "parts": 2 if channel == "sms" else 1}, hours=0.02
    )
    chain.add("message-delivered", {**body, "provider_at": "2026-11-02T11:04:11Z"}, hours=0.02)
    return chain


def agreed_on_page(language: str = "nl", verb: str = "agree", **more: str) -> Chain:
    """Asked by mail, a scanner looked, a person looked, and pressed yes."""
    chain = asked(language, verb, **more)
    chain.add(
        "link-fetched", {"request": REQUEST, "guess": "scanner", "user_agent": chain.hide("SafeLinks/1.0")}, hours=0.01
    )
    chain.add(
        "link-fetched",
        {"request": REQUEST, "guess": "person", "user_agent": chain.hide("Mozilla/5.0 (Android 16; Mobile)")},
    )
    device = {
        "from": chain.hide("2001:db8::17"),
        "user_agent": chain.hide("Mozilla/5.0 (Android 16; Mobile) Firefox/145.0"),
    }
    chain.add(
        "answered",
        {
            "request": REQUEST,
            "answer": "yes",
            "method": "web-post",
            "token_digest": digest("token"),
            "question_digest": digest(frozen(language, verb)),
            "page_digest": digest("page"),
            "buttons": list(BUTTONS[language]),
            "offered_at": "2026-11-02T12:05:00Z",
            **device,
            "decided": True,
            "why": "",
        },
        hours=0.05,
    )
    confirmation = {"message": "msg_2", "channel": "email", "kind": "confirmation"}
    chain.add(
        "message-queued",
        {**confirmation, "to": chain.hide({"to": "j.devries@example.nl"}), "rendered": chain.hide({"text": "ok"})},
        hours=0.001,
    )
    chain.add("message-sent", {**confirmation, "provider_id": "1tAbc-0004Fr-7y", "parts": 1}, hours=0.01)
    return chain


def agreed_by_sms(text: str, language: str = "nl", **more: str) -> Chain:
    """Asked and answered by text message."""
    chain = asked(language, road="sms", **more)
    chain.add(
        "answered",
        {
            "request": REQUEST,
            "answer": "yes",
            "method": "sms-keyword",
            "question_digest": digest(frozen(language)),
            "from": chain.hide("+31612345678"),
            "raw": chain.hide(text),
            "decided": True,
            "why": "",
        },
    )
    return chain


def agreed_on_paper(language: str = "nl") -> Chain:
    """A slip came back."""
    chain = asked(language, "consent")
    chain.add(
        "answered",
        {
            "request": REQUEST,
            "answer": "yes",
            "method": "slip-tick",
            "question_digest": digest(frozen(language, "consent")),
            "slip": {"page_digest": digest("slip"), "slip": "slp_1"},
            "decided": True,
            "why": "",
        },
    )
    return chain


def agreed_on_phone(language: str = "nl") -> Chain:
    """Staff wrote it down; the same answer came again, late, and then it was withdrawn."""
    chain = asked(language)
    body = {"request": REQUEST, "answer": "yes", "question_digest": digest(frozen(language))}
    seq = chain.add(
        "answered", {**body, "method": "staff-on-phone", "attested_by": "M. Bakker", "decided": True, "why": ""}
    )
    chain.add(
        "answered",
        {
            **body,
            "method": "sms-keyword",
            "decided": False,
            "why": "duplicate",
            "from": chain.hide("+31612345678"),
            "raw": chain.hide("Ja"),
        },
    )
    chain.add("withdrawn", {"request": REQUEST, "method": "web-post", "names": seq}, hours=100)
    return chain


def slip_picture() -> bytes:
    """A slip as a scanner gives it: gray, two boxes, a cross in the first."""
    page = Image.new("L", (1500, 780), 250)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(34)
    draw.rectangle((30, 30, 1470, 750), outline=60, width=3)
    draw.text((80, 80), ASKED["nl"], 40, font)
    for at, words in enumerate(BUTTONS["nl"]):
        top = 240 + 130 * at
        draw.rectangle((90, top, 150, top + 60), outline=40, width=4)
        draw.text((190, top + 10), words, 40, font)
    draw.line((98, 246, 144, 294), 70, 7)
    draw.line((144, 244, 96, 296), 70, 7)
    draw.text((80, 560), "Handtekening:", 40, font)
    curve = [(430 + 9 * x, 600 + int(45 * ((x * 7919) % 13 - 6) / 6)) for x in range(28)]
    draw.line(curve, 80, 6, joint="curve")
    out = BytesIO()
    page.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Write the files."""
    folder = _HERE / "agreements"
    folder.mkdir(exist_ok=True)
    web, text, paper = agreed_on_page(), agreed_by_sms("JA"), agreed_on_paper()
    for chain in (web, text, paper):
        chain.checkpoint()
    text.forget(1, 2)
    (folder / "evidence.json").write_bytes(web.document())
    (folder / "evidence-sms.json").write_bytes(text.document())
    (folder / "evidence-slip.json").write_bytes(paper.document())
    (folder / "slip.png").write_bytes(slip_picture())


if __name__ == "__main__":
    main()
