"""Each step of a question and of its requests goes to endpoints, as ids alone."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from agreements.lifecycle.deciding import Said
from agreements.questions.model import AskRoad, Preference
from api.adapters.fakes import FakeWebhookSender
from api.ports import Mode
from api.usecases.agreeing import pages, questions, staffing, timing
from api.usecases.agreeing.staffing import Attested
from api.usecases.kinds import WorkKind
from api.usecases.messaging.tokens import token_of
from api.usecases.webhooks import endpoints
from api.usecases.webhooks.dealing import tend
from api.usecases.webhooks.delivering import deliver_webhooks
from api.usecases.webhooks.endpoints import WebhookWish
from tests.api.usecases.agreeing.agree_world import BROWSER, PHONE, person
from tests.api.usecases.world import ORG, SECRET

if TYPE_CHECKING:
    from tests.api.usecases.agreeing.agree_world import AgreeWorld

OUT = {
    *(f"agreement.{step}" for step in ("requested", "sent", "delivered", "fetched", "agreed", "declined")),
    *(f"agreement.{step}" for step in ("withdrawn", "expired", "cancelled", "unreachable", "reminded")),
    *("preference.set", "preference.ended", "unclear.new", "unclear.settled"),
    *("question.new", "question.changed", "question.asking_done", "asking.new"),
    *("message.queued", "message.sent", "message.delivered", "message.bounced", "message.received"),
}
MAILED = (AskRoad.EMAIL, AskRoad.STAFF)


def heard(agree: AgreeWorld, request_id: str, said: Said) -> None:
    staffing.attest(agree.deps, ORG, request_id, Attested(said, "key_1", "gave the birth date"))


def test_every_step_is_sent_to_endpoints_and_nothing_of_it_is_personal(agree: AgreeWorld) -> None:
    endpoints.add_webhook(agree.deps, ORG, Mode.LIVE, WebhookWish("https://hooks.example.org/in"))
    asked = agree.make(preference=Preference("pay-method", "payment-link"))
    people = [person(f"T{number}", phone=PHONE) for number in range(1, 5)]
    one, two, three, four = agree.ask(asked, *people)
    alone = agree.ask(agree.make(key="by-mail", roads=MAILED), person("T9"))[0]
    message = agree.messages(one)[0]
    agree.happen(message, "message-sent")
    agree.happen(message, "message-delivered")
    agree.happen(agree.messages(alone)[0], "message-bounced")
    agree.wait(minutes=5)
    shown = pages.page_of(agree.deps, ORG, token_of(SECRET, one.id))
    assert shown is not None
    pages.note_fetch(agree.deps, shown, pages.Visitor("192.0.2.1", BROWSER))
    agree.text("Ja maar niet in december")
    (waits,) = agree.unclear()
    staffing.settle_unclear(agree.deps, ORG, waits.id, Attested(None, "key_1"))
    agree.press(one, Said.YES)
    heard(agree, one.id, Said.WITHDRAW)
    heard(agree, two.id, Said.NO)
    staffing.cancel_agreement(agree.deps, ORG, three.id, "key_1", "moved out")
    agree.wait(days=8)
    timing.remind_people(agree.deps)
    agree.wait(days=40)
    timing.expire_requests(agree.deps)
    questions.close_question(agree.deps, ORG, asked.id)
    receiver = FakeWebhookSender()
    agree.handlers |= {WorkKind.DELIVER_WEBHOOKS: partial(deliver_webhooks, agree.deps, receiver)}
    while True:
        tend(agree.deps)
        if not agree.run():
            break
    sent = {json.loads(message.body)["type"] for message in receiver.sent}
    assert sent >= OUT, OUT - sent
    told = b"".join(message.body for message in receiver.sent)
    for personal in (PHONE, "example.org", "Mevrouw", "december", "birth", "moved", '"T1"', token_of(SECRET, four.id)):
        assert personal.encode() not in told, personal
