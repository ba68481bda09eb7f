"""Commands of channels: looked at, tried, and mail that a mail server hands in."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from api.adapters.fakes import FakeChannels, FakeDns
from api.cli.channels import TRY_AGAIN
from api.cli.exits import ExitCode
from api.ports import SendResult, SendState
from tests.api.http.test_mail_channels import SETUPS
from tests.api.usecases.messaging.returned import dsn
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from tests.api.cli.conftest import Command
    from tests.api.http.service import Service


@pytest.fixture
def channels(service: Service) -> FakeChannels:
    """Two channels at the running service."""
    made = FakeChannels(*SETUPS)
    object.__setattr__(service.app.state.deps, "channels", made)
    object.__setattr__(service.app.state.deps, "dns", FakeDns())
    return made


def typed(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr("api.cli.channels.sys", SimpleNamespace(stdin=SimpleNamespace(buffer=io.BytesIO(raw))))


def test_a_channel_is_listed_checked_and_tried(posthoorn: Command, channels: FakeChannels) -> None:
    assert posthoorn("channels", "list") == ExitCode.OK
    assert "post@wonen.example.org" in posthoorn.out
    assert posthoorn("channels", "check") == ExitCode.FINDINGS
    assert "put in DNS: _dmarc.wonen.example.org TXT v=DMARC1" in posthoorn.out
    assert posthoorn("channels", "check", "nowhere") == ExitCode.NOT_FOUND
    assert posthoorn("channels", "try", "ict@example.org") == ExitCode.OK
    assert posthoorn.out == "sent fake-1\n"
    channels.fakes[ORG, "mail"].next_answers = [SendResult(SendState.UNREACHABLE, code="4.4.1", detail="no connection")]
    assert posthoorn("channels", "try", "ict@example.org") == ExitCode.FINDINGS
    assert posthoorn.out == "unreachable 4.4.1 no connection\n"


@pytest.mark.usefixtures("channels")
def test_a_mail_server_hands_in_what_came_back(posthoorn: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        typed(patched, dsn())
        assert posthoorn("mail", "bounce", "--to", "bounce+msg_1.aaaaaaaa@bounces.example.org") == ExitCode.OK
    assert posthoorn.out == "forged  5.1.1\n"
    assert posthoorn("mail", "bounces") == ExitCode.OK
    assert "forged" in posthoorn.out
    assert posthoorn("mail", "bounces", "--unseen") == ExitCode.OK
    assert "forged" not in posthoorn.out
    assert posthoorn("mail", "list") == ExitCode.OK
    with monkeypatch.context() as patched:
        typed(patched, dsn())
        assert posthoorn("mail", "bounce", "--channel", "nowhere") == ExitCode.NOT_FOUND


def test_while_the_service_is_away_the_mail_server_keeps_the_mail(
    posthoorn: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTHOORN_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("POSTHOORN_API_KEY", "ph_live_x")
    out = SimpleNamespace(stdin=SimpleNamespace(buffer=io.BytesIO(dsn())), stderr=io.StringIO())
    with monkeypatch.context() as patched:
        patched.setattr("api.cli.channels.sys", out)
        assert posthoorn("mail", "bounce") == TRY_AGAIN
    assert out.stderr.getvalue().startswith("service-unreachable: ")


@pytest.mark.usefixtures("channels")
def test_an_address_is_stopped_and_let_go_again(posthoorn: Command) -> None:
    assert posthoorn("suppressions", "add", "huurder@example.org") == ExitCode.OK
    suppression = posthoorn.out.strip()
    assert posthoorn("suppressions", "of", "huurder@example.org") == ExitCode.OK
    assert suppression in posthoorn.out
    assert posthoorn("suppressions", "list") == ExitCode.OK
    assert suppression in posthoorn.out
    assert posthoorn("suppressions", "lift", suppression) == ExitCode.OK
    assert posthoorn("suppressions", "lift", suppression) == ExitCode.NOT_FOUND
