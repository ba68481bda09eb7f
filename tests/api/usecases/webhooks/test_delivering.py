"""What each answer means: taken, tried again at the published moments, given up, switched off."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from api.ports import DeliveryState, WebhookAnswer, WebhookOff, WebhookState, WorkState
from api.usecases.kinds import WorkKind
from api.usecases.webhooks import delivering, endpoints, replaying, switching
from api.usecases.webhooks.dealing import tend
from api.usecases.webhooks.schedule import SCHEDULE_S
from api.usecases.webhooks.signing import secret_of
from tests.api.usecases.webhooks.hooks import ORG, SECRET, URL

if TYPE_CHECKING:
    from api.ports import Webhook, WebhookMessage
    from tests.api.usecases.webhooks.hooks import Hooks

DOWN = WebhookAnswer("webhook-unreachable")


@pytest.fixture
def webhook(hooks: Hooks) -> Webhook:
    return hooks.add(types=["thing.*"])


def test_what_is_taken_is_over(hooks: Hooks, webhook: Webhook) -> None:
    hooks.receiver.answers[URL] = WebhookAnswer("", 204, "", "thanks")
    hooks.happen()
    hooks.run()
    (delivery,) = hooks.deliveries(webhook)
    assert (delivery.state, delivery.attempts, delivery.next_try_at) == (DeliveryState.DELIVERED, 1, None)
    assert (delivery.last_status, delivery.last_code, delivery.last_answer) == (204, "", "thanks")
    assert hooks.run(86_400) == 0


def test_what_fails_is_tried_at_the_published_moments_with_the_same_id(hooks: Hooks, webhook: Webhook) -> None:
    hooks.receiver.answers[URL] = DOWN
    hooks.happen()
    hooks.run()
    moments = [hooks.clock.now()]
    while (delivery := hooks.deliveries(webhook)[0]).next_try_at is not None:
        early = (delivery.next_try_at - hooks.clock.now()).total_seconds() - 0.01
        assert hooks.run(early) == 0
        hooks.run(0.01)
        moments.append(hooks.clock.now())
    pauses = [(after - before).total_seconds() for before, after in pairwise(moments)]
    for pause, step in zip(pauses, SCHEDULE_S[1:], strict=True):
        assert step <= pause <= step * 1.1 + 0.01
    assert len(hooks.receiver.sent) == len(SCHEDULE_S)
    assert len({(m.headers["webhook-id"], m.body) for m in hooks.receiver.sent}) == 1
    stamps = [int(message.headers["webhook-timestamp"]) for message in hooks.receiver.sent]
    assert stamps == sorted(set(stamps))
    assert delivery.state is DeliveryState.FAILED


def test_who_spends_all_tries_is_switched_off_and_its_owner_is_told(hooks: Hooks, webhook: Webhook) -> None:
    other = hooks.add(f"{URL}/other", types=["webhook.disabled"])
    hooks.receiver.answers[URL] = DOWN
    hooks.happen()
    hooks.run()
    while (next_try_at := hooks.deliveries(webhook)[0].next_try_at) is not None:
        hooks.run((next_try_at - hooks.clock.now()).total_seconds())
    assert hooks.of(webhook).disabled_why is WebhookOff.TRIES_SPENT
    assert hooks.of(webhook).disabled_at == hooks.clock.now()
    assert hooks.alarms() == [(webhook.id, "webhook-disabled")]
    hooks.run()
    assert hooks.sent()[-1] == (f"{URL}/other", "webhook.disabled")
    assert hooks.of(other).state is WebhookState.ENABLED


def test_who_fails_for_five_days_is_switched_off(hooks: Hooks, webhook: Webhook) -> None:
    hooks.receiver.answers[URL] = DOWN
    hooks.happen()
    hooks.run()
    with hooks.deps.database.write() as uow:
        since = hooks.clock.now() - timedelta(days=5) + timedelta(seconds=5)
        uow.webhooks.change(ORG, webhook.id, failing_since=since)
    hooks.run(5.9)
    assert hooks.of(webhook).disabled_why is WebhookOff.FAILING_LONG
    assert hooks.deliveries(webhook)[0].state is DeliveryState.PENDING


def test_who_is_gone_is_switched_off_at_once(hooks: Hooks, webhook: Webhook) -> None:
    hooks.receiver.answers[URL] = WebhookAnswer("webhook-gone", 410)
    for _ in range(3):
        hooks.happen()
    hooks.run()
    assert hooks.of(webhook).disabled_why is WebhookOff.GONE
    assert len(hooks.receiver.sent) == 1
    assert [each.state for each in hooks.deliveries(webhook)] == ["pending", "pending", "failed"]
    assert hooks.run(86_400) == 0
    assert hooks.alarms() == [(webhook.id, "webhook-disabled")]


def test_enabling_goes_on_where_it_was_and_silences_the_alarm(hooks: Hooks, webhook: Webhook) -> None:
    hooks.receiver.answers[URL] = WebhookAnswer("webhook-gone", 410)
    for _ in range(3):
        hooks.happen()
    hooks.run()
    hooks.receiver.answers.clear()
    for _ in range(2):
        assert switching.enable(hooks.deps, ORG, webhook.id, "key_1").disabled_at is None
    assert hooks.alarms() == []
    assert hooks.names().count("webhook-enabled") == 1
    hooks.run()
    assert [each.state for each in hooks.deliveries(webhook)] == ["delivered", "delivered", "failed"]


def test_who_asks_to_wait_is_left_alone_for_so_long(hooks: Hooks, webhook: Webhook) -> None:
    hooks.receiver.answers[URL] = WebhookAnswer("webhook-not-accepted", 429, "600")
    hooks.happen()
    hooks.run()
    hooks.receiver.answers.clear()
    hooks.happen()
    assert hooks.run(599) == 0
    hooks.run(1.1)
    assert [each.state for each in hooks.deliveries(webhook)] == ["delivered", "delivered"]


def test_a_failure_leaves_an_endpoint_alone_for_a_moment_and_others_not_at_all(hooks: Hooks, webhook: Webhook) -> None:
    other = hooks.add(f"{URL}/other", types=["thing.*"])
    hooks.receiver.answers[URL] = DOWN
    for _ in range(10):
        hooks.happen()
    hooks.run()
    assert [url for url, _ in hooks.sent()].count(URL) == 1
    assert {each.state for each in hooks.deliveries(other)} == {DeliveryState.DELIVERED}
    hooks.run(5.6)
    assert [url for url, _ in hooks.sent()].count(URL) == 2
    hooks.receiver.answers.clear()
    hooks.run(11)
    assert hooks.of(webhook).failing_since is None
    hooks.run(400)
    assert {each.state for each in hooks.deliveries(webhook)} == {DeliveryState.DELIVERED}


def test_a_run_is_bounded_and_what_is_left_is_asked_for_again(
    hooks: Hooks, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "MOST_IN_A_RUN", 3)
    for _ in range(7):
        hooks.happen()
    assert hooks.run() == 3
    assert {each.state for each in hooks.deliveries(webhook)} == {DeliveryState.DELIVERED}


def test_a_slow_endpoint_gives_way_after_some_seconds(hooks: Hooks, webhook: Webhook) -> None:
    for _ in range(4):
        hooks.happen()

    class Slow:
        def post(self, message: WebhookMessage) -> WebhookAnswer:
            hooks.clock.advance(3)
            return hooks.receiver.post(message)

    tend(hooks.deps)
    assert hooks.runner(Slow()).run_next("worker-1")
    assert len(hooks.receiver.sent) == 2
    assert hooks.runner().drain("worker-1") == 1
    assert {each.state for each in hooks.deliveries(webhook)} == {DeliveryState.DELIVERED}


def test_a_kill_between_sending_and_noting_sends_again_with_the_same_id(hooks: Hooks, webhook: Webhook) -> None:
    hooks.happen()

    class Killed(BaseException):
        pass

    class Dies:
        def post(self, message: WebhookMessage) -> WebhookAnswer:
            hooks.receiver.post(message)
            raise Killed

    tend(hooks.deps)
    with pytest.raises(Killed):
        hooks.runner(Dies()).run_next("worker-1")
    assert hooks.deliveries(webhook)[0].attempts == 0
    with hooks.deps.database.write() as uow:
        assert uow.work.release("worker-1") == 1
    hooks.runner().drain("worker-2")
    first, second = hooks.receiver.sent
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert hooks.deliveries(webhook)[0].state is DeliveryState.DELIVERED


def test_a_bug_leaves_the_endpoint_alone_for_an_hour_and_goes_on_then(hooks: Hooks, webhook: Webhook) -> None:
    hooks.happen()

    class Broken:
        def post(self, message: WebhookMessage) -> WebhookAnswer:
            hooks.receiver.post(message)
            raise ZeroDivisionError

    tend(hooks.deps)
    with pytest.raises(ZeroDivisionError):
        hooks.runner(Broken()).run_next("worker-1")
    assert hooks.names().count("work-failed") == 1
    assert hooks.run(3599) == 0
    hooks.run(1)
    assert hooks.deliveries(webhook)[0].state is DeliveryState.DELIVERED


def test_an_endpoint_that_is_removed_gets_nothing_more(hooks: Hooks, webhook: Webhook) -> None:
    hooks.happen()

    class Removes:
        def post(self, message: WebhookMessage) -> WebhookAnswer:
            endpoints.remove_webhook(hooks.deps, ORG, webhook.id, "key_1")
            return hooks.receiver.post(message)

    hooks.happen()
    tend(hooks.deps)
    hooks.runner(Removes()).drain("worker-1")
    assert len(hooks.receiver.sent) == 1
    with hooks.deps.database.read() as uow:
        item = uow.work.find(ORG, WorkKind.DELIVER_WEBHOOKS, webhook.id)
        assert item is not None
        assert item.state is WorkState.DONE
        assert uow.webhooks.find(ORG, webhook.id) is None


def test_a_replay_during_a_try_is_not_lost(hooks: Hooks, webhook: Webhook) -> None:
    hooks.happen()
    hooks.run()
    (delivery,) = hooks.deliveries(webhook)
    replaying.replay_delivery(hooks.deps, ORG, webhook.id, delivery.id)

    class Replays:
        def post(self, message: WebhookMessage) -> WebhookAnswer:
            hooks.receiver.post(message)
            hooks.clock.advance(1)
            if len(hooks.receiver.sent) == 2:
                replaying.replay_delivery(hooks.deps, ORG, webhook.id, delivery.id)
            return WebhookAnswer(status=200)

    hooks.runner(Replays()).drain("worker-1")
    assert len(hooks.receiver.sent) == 3
    assert hooks.deliveries(webhook)[0].state is DeliveryState.DELIVERED


def test_messages_are_signed_with_both_secrets_while_one_takes_over(hooks: Hooks, webhook: Webhook) -> None:
    new = endpoints.rotate_secret(hooks.deps, ORG, webhook.id, 24, "key_1")
    assert new.secret == secret_of(SECRET, webhook.id, 2)
    hooks.happen()
    hooks.run()
    hooks.happen()
    hooks.run(24 * 3600)
    first, second = hooks.receiver.sent
    verifier = {generation: Verifier(secret_of(SECRET, webhook.id, generation)) for generation in (1, 2)}
    for message, generations in ((first, {1, 2}), (second, {2})):
        stamp = int(message.headers["webhook-timestamp"])
        moment = hooks.clock.now().fromtimestamp(stamp, tz=hooks.clock.now().tzinfo)
        signed = {
            verifier[generation].sign(message.headers["webhook-id"], moment, message.body.decode())
            for generation in generations
        }
        assert set(message.headers["webhook-signature"].split(" ")) == signed


def test_who_was_disabled_by_its_owner_meanwhile_stays_so(hooks: Hooks, webhook: Webhook) -> None:
    hooks.happen()

    class Disabled:
        def post(self, message: WebhookMessage) -> WebhookAnswer:
            hooks.receiver.post(message)
            switching.disable(hooks.deps, ORG, webhook.id, "key_1")
            return WebhookAnswer("webhook-gone", 410)

    tend(hooks.deps)
    hooks.runner(Disabled()).drain("worker-1")
    assert hooks.of(webhook).disabled_why is WebhookOff.ASKED
    assert hooks.alarms() == []
    assert hooks.names().count("webhook-disabled") == 1
