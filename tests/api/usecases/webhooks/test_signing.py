"""Signatures are those of Standard Webhooks, as its own package checks them."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from api.ports import Mode, Webhook
from api.usecases.webhooks.signing import headers_of, secret_of, signing_keys

SECRET = b"an installation of the tests only"
NOW = datetime.now(UTC)
HOOK = Webhook("whk_01", "org_one", Mode.LIVE, "https://hooks.example.org/", NOW)


def sent(webhook: Webhook, body: bytes = b'{"a":1}', now: datetime | None = None) -> dict[str, str]:
    # verifiers look at the clock, and a test may run long after it was loaded
    moment = now or datetime.now(UTC)
    return dict(headers_of("evt_42", moment, body, signing_keys(SECRET, webhook, moment)))


def test_a_secret_has_24_to_64_bytes_and_is_the_same_each_time() -> None:
    secret = secret_of(SECRET, "whk_01", 1)
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
    assert secret == secret_of(SECRET, "whk_01", 1)
    others = {secret_of(SECRET, "whk_01", 2), secret_of(SECRET, "whk_02", 1), secret_of(b"other", "whk_01", 1), secret}
    assert len(others) == 4


@given(st.binary(max_size=200).map(base64.b64encode))
def test_the_independent_package_verifies_what_is_signed(body: bytes) -> None:
    verifier = Verifier(secret_of(SECRET, HOOK.id, 1))
    verifier.verify(body, sent(HOOK, body), json_parse=False)
    with pytest.raises(WebhookVerificationError):
        verifier.verify(body + b" ", sent(HOOK, body), json_parse=False)


def test_every_part_of_the_message_is_signed() -> None:
    verifier = Verifier(secret_of(SECRET, HOOK.id, 1))
    headers = sent(HOOK)
    assert verifier.verify(b'{"a":1}', headers) == {"a": 1}
    for name, other in (("webhook-id", "evt_43"), ("webhook-timestamp", str(int(NOW.timestamp()) + 1))):
        with pytest.raises(WebhookVerificationError):
            verifier.verify(b'{"a":1}', {**headers, name: other})
    with pytest.raises(WebhookVerificationError):
        Verifier(secret_of(SECRET, "whk_02", 1)).verify(b'{"a":1}', headers)


def test_both_secrets_sign_while_one_takes_over() -> None:
    rotated = replace(HOOK, generation=2, previous_until=NOW + timedelta(hours=24))
    headers = sent(rotated)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for generation in (1, 2):
        assert Verifier(secret_of(SECRET, HOOK.id, generation)).verify(b'{"a":1}', headers) == {"a": 1}


def test_the_example_of_the_documentation_verifies_too() -> None:
    text = (Path(__file__).parents[4] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    example = next(block for block in text.split("```python\n") if "def verify" in block).partition("```")[0]
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - our own documentation
    secret = secret_of(SECRET, HOOK.id, 1)
    assert names["verify"](secret, sent(HOOK), b'{"a":1}')
    assert not names["verify"](secret, sent(HOOK), b'{"a":2}')
    assert not names["verify"](secret, sent(HOOK, now=NOW - timedelta(minutes=6)), b'{"a":1}')


def test_the_old_secret_ends_at_its_moment() -> None:
    rotated = replace(HOOK, generation=2, previous_until=NOW)
    headers = sent(rotated)
    assert len(headers["webhook-signature"].split(" ")) == 1
    assert Verifier(secret_of(SECRET, HOOK.id, 2)).verify(b'{"a":1}', headers) == {"a": 1}
    with pytest.raises(WebhookVerificationError):
        Verifier(secret_of(SECRET, HOOK.id, 1)).verify(b'{"a":1}', headers)


def test_secrets_from_the_oldest_that_is_good_sign_too() -> None:
    rotated = replace(HOOK, generation=4, signs_from=2, previous_until=NOW + timedelta(hours=24))
    for generation in (2, 3, 4):
        Verifier(secret_of(SECRET, HOOK.id, generation)).verify(b'{"a":1}', sent(rotated))
    with pytest.raises(WebhookVerificationError):
        Verifier(secret_of(SECRET, HOOK.id, 1)).verify(b'{"a":1}', sent(rotated))
