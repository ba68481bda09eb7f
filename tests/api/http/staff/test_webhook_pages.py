"""The pages of webhooks: administrators see endpoints and messages, and the alarm leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import Mode, Role, WebhookOff
from api.usecases.webhooks import endpoints, switching
from api.usecases.webhooks.endpoints import WebhookWish
from tests.api.usecases.world import ORG, OTHER, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.ports import Webhook
    from tests.api.http.staff.browser import Browser, Staff

WEBHOOKS = "/staff/webhooks"
URL = "https://hooks.example.org/in"


@pytest.fixture
def boss(staff: Staff) -> Iterator[Browser]:
    with staff.browser("boss", Role.ADMIN) as browser:
        yield browser


@pytest.fixture
def webhook(world: World) -> Webhook:
    return endpoints.add_webhook(world.deps, ORG, Mode.LIVE, WebhookWish(URL, "rents", ("job.*",))).webhook


def test_endpoints_are_listed_and_led_to(boss: Browser, webhook: Webhook) -> None:
    assert WEBHOOKS in boss.get("/staff/rules").page.xpath("//a/@href")
    assert boss.get(WEBHOOKS).page.xpath("//tbody//a/@href") == [f"{WEBHOOKS}/{webhook.id}"]
    assert URL in boss.text
    assert "job.*" in boss.text


def test_it_is_tested_disabled_enabled_and_messages_are_sent_again(boss: Browser, webhook: Webhook) -> None:
    here = f"{WEBHOOKS}/{webhook.id}"
    boss.get(here).send(f"{here}/test")
    assert "A test is on its way" in boss.text
    assert "webhook.test" in boss.text
    (replay,) = [action for action in boss.actions() if action.endswith("/replay")]
    boss.send(replay)
    assert "is sent again" in boss.text
    boss.send(f"{here}/disable")
    assert "somebody disabled it" in boss.text
    assert f"{here}/test" not in boss.actions()
    assert boss.send(f"{here}/enable").answer.status_code == 200
    assert f"{here}/disable" in boss.actions()


def test_a_form_that_comes_too_late_says_so(boss: Browser, webhook: Webhook, world: World) -> None:
    here = f"{WEBHOOKS}/{webhook.id}"
    boss.get(here)
    switching.disable(world.deps, ORG, webhook.id, "key_1")
    boss.send(f"{here}/test")
    assert boss.answer.status_code == 409
    assert "is disabled; enable it first" in boss.text


def test_the_alarm_leads_administrators_there_and_breaks_no_page(
    staff: Staff, boss: Browser, webhook: Webhook, world: World
) -> None:
    now = world.deps.clock.now()
    with world.deps.database.write() as uow:
        switching.switch_off(uow, webhook, WebhookOff.GONE, now)
    assert f"{WEBHOOKS}/{webhook.id}" in boss.get("/staff").page.xpath("//section[@class='alarm']//a/@href")
    assert "it was disabled" in boss.text
    assert "it is gone (410)" in boss.get(f"{WEBHOOKS}/{webhook.id}").text
    with staff.browser("anna", Role.PRINT_ROOM) as anna:
        assert anna.get("/staff").answer.status_code == 200
        assert URL in anna.text
        assert anna.page.xpath("//section[@class='alarm']//a/@href") == []
    boss.get(f"{WEBHOOKS}/{webhook.id}").send(f"{WEBHOOKS}/{webhook.id}/enable")
    assert not boss.get("/staff").page.xpath("//section[@class='alarm']")


def test_nobody_else_sees_them(staff: Staff, webhook: Webhook) -> None:
    with staff.browser("anna", Role.PRINT_ROOM) as anna:
        assert anna.get(WEBHOOKS).answer.status_code == 403
        assert anna.get(f"{WEBHOOKS}/{webhook.id}").answer.status_code == 403
    with staff.browser("other", Role.ADMIN, organisation=OTHER) as other:
        assert other.get(WEBHOOKS).text.count(URL) == 0
        assert other.get(f"{WEBHOOKS}/{webhook.id}").answer.status_code == 404
