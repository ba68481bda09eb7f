"""Mail goes to a real server, and what the server says is told apart: about us, about a recipient, about a content."""

from __future__ import annotations

import ssl
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.adapters.fakes import FakeClock
from api.adapters.mail_content import Sender
from api.adapters.mail_smtp import SmtpChannel, SmtpServer
from api.ports import ChannelKind, OutboundMessage, RawCallback, SendResult, SendState
from tests.api.adapters.receivers import AUTHORITY
from tests.mailbox import DROP, Mailbox

if TYPE_CHECKING:
    from collections.abc import Iterator

SENDER = Sender("post@wonen.example.org", "Wonen")
MESSAGE = OutboundMessage(
    "msg_1",
    ChannelKind.EMAIL,
    "huurder@example.org",
    "Goedemiddag\n.punt vooraan\n",
    "Een vraag",
    message_id="<msg_1@wonen.example.org>",
    return_path="bounce+msg_1.abcdefgh@bounces.example.org",
)
CERTIFICATE = AUTHORITY.parent / "hooks.example.org.pem"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as mailbox:
        yield mailbox


def channel_to(mailbox: Mailbox, **changes: object) -> SmtpChannel:
    server = SmtpServer("127.0.0.1", mailbox.port, "none", timeout_s=5.0)
    return SmtpChannel(replace(server, **changes), SENDER, FakeClock())  # type: ignore[arg-type] # of mixed types


def send(mailbox: Mailbox, message: OutboundMessage = MESSAGE) -> SendResult:
    channel = channel_to(mailbox)
    result = channel.send(message)
    channel.close()
    return result


def trusting() -> ssl.SSLContext:
    """Trusts the authority of the tests; the certificate is of another name."""
    context = ssl.create_default_context(cafile=str(AUTHORITY))
    context.check_hostname = False
    return context


def serving() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def test_mail_is_taken_whole_and_known_by_what_the_server_calls_it(mailbox: Mailbox) -> None:
    assert send(mailbox) == SendResult(SendState.SENT, provider_id="4XyZ")
    (mail,) = mailbox.received
    assert (mail.sender, mail.to) == (MESSAGE.return_path, MESSAGE.to)
    assert b"Message-ID: <msg_1@wonen.example.org>\r\n" in mail.content
    assert b"\r\n.punt vooraan\r\n" in mail.content
    assert mailbox.greetings == ["wonen.example.org"]


def test_many_go_over_one_connection(mailbox: Mailbox) -> None:
    channel = channel_to(mailbox)
    for number in range(5):
        assert channel.send(replace(MESSAGE, to=f"h{number}@example.org")).state is SendState.SENT
    channel.close()
    channel.close()
    assert (len(mailbox.received), mailbox.connections) == (5, 1)


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        ("452 4.2.2 Mailbox full", SendState.DEFERRED, "4.2.2"),
        ("450 Greylisted", SendState.DEFERRED, "450"),
        ("421 4.7.0 Try again later", SendState.DEFERRED, "4.7.0"),
        ("550 5.1.1 <huurder@example.org>: no such user", SendState.REJECTED, "5.1.1"),
        ("550 No such user here", SendState.REJECTED, "550"),
        ("550 4.1.1 contradicts itself", SendState.REJECTED, "550"),
        ("556 5.1.10 Null MX", SendState.REJECTED, "5.1.10"),
        ("554 5.7.1 Blocked by our list", SendState.REJECTED, "5.7.1"),
        ("554 5.7.1 <huurder@example.org>: Relay access denied", SendState.UNREACHABLE, "5.7.1"),
        ("530 5.7.0 Authentication required", SendState.UNREACHABLE, "5.7.0"),
    ],
)
def test_what_is_said_of_a_recipient_is_about_that_recipient(
    mailbox: Mailbox, answer: str, state: SendState, code: str
) -> None:
    mailbox.orders.recipients[MESSAGE.to] = answer
    channel = channel_to(mailbox)
    result = channel.send(MESSAGE)
    assert (result.state, result.code) == (state, code)
    assert result.detail == answer.partition(" ")[2]
    # the next one is none the worse for it
    assert channel.send(replace(MESSAGE, to="ander@example.org")).state is SendState.SENT
    channel.close()


@pytest.mark.parametrize("answer", ["451 4.3.0 Not now", "553 5.7.1 Sender not yours", "421 4.7.0 Too many mails"])
def test_what_is_said_of_the_sender_is_about_us(mailbox: Mailbox, answer: str) -> None:
    mailbox.orders.senders = [answer]
    result = send(mailbox)
    assert (result.state, result.code) == (SendState.UNREACHABLE, answer.split()[1])


def test_a_connection_that_ended_meanwhile_is_made_anew(mailbox: Mailbox) -> None:
    channel = channel_to(mailbox)
    assert channel.send(MESSAGE).state is SendState.SENT
    mailbox.orders.senders = [DROP]
    assert channel.send(MESSAGE).state is SendState.SENT
    mailbox.orders.senders = ["421 4.7.0 That was enough for one connection"]
    assert channel.send(MESSAGE).state is SendState.SENT
    mailbox.orders.senders = [DROP, DROP]
    assert channel.send(MESSAGE).state is SendState.UNREACHABLE
    channel.close()
    assert mailbox.connections == 4


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        ("552 5.3.4 Too large", SendState.REJECTED, "5.3.4"),
        ("451 4.3.2 Not now", SendState.DEFERRED, "4.3.2"),
        (DROP, SendState.UNKNOWN, "4.4.2"),
    ],
)
def test_what_becomes_of_a_content_settles_that_mail(
    mailbox: Mailbox, answer: str, state: SendState, code: str
) -> None:
    mailbox.orders.contents = [answer]
    result = send(mailbox)
    assert (result.state, result.code) == (state, code)


def test_a_connection_that_ends_at_a_recipient_puts_that_mail_off(mailbox: Mailbox) -> None:
    mailbox.orders.recipients[MESSAGE.to] = DROP
    assert send(mailbox).state is SendState.DEFERRED


def test_when_nobody_listens_all_wait() -> None:
    with Mailbox() as gone:
        channel = channel_to(gone)
    result = channel.send(MESSAGE)
    assert (result.state, result.code) == (SendState.UNREACHABLE, "4.4.1")
    assert channel.greet() == result


def test_logins_go_over_tls_alone() -> None:
    with Mailbox(context=serving(), login=("wonen", "geheim")) as mailbox:
        wanted = {"security": "starttls", "tls": trusting(), "user": "wonen", "password": "geheim"}
        channel = channel_to(mailbox, **wanted)
        assert channel.greet() is None
        assert channel.send(MESSAGE).state is SendState.SENT
        channel.close()
        assert (mailbox.received[0].login, mailbox.received[0].tls) == ("wonen", True)
        wrong = channel_to(mailbox, **wanted | {"password": "anders"})
        result = wrong.send(MESSAGE)
        assert (result.state, result.code) == (SendState.UNREACHABLE, "5.7.8")
        plain = channel_to(mailbox, **wanted | {"security": "none"})
        assert plain.send(MESSAGE).state is SendState.UNREACHABLE
        unknown = channel_to(mailbox, security="starttls")
        result = unknown.send(MESSAGE)
        assert (result.state, result.code) == (SendState.UNREACHABLE, "tls")


def test_tls_may_be_there_from_the_first_byte() -> None:
    with Mailbox(tls=serving()) as mailbox:
        channel = channel_to(mailbox, security="tls", tls=trusting())
        assert channel.send(MESSAGE).state is SendState.SENT
        channel.close()
        stranger = channel_to(mailbox, security="tls").send(MESSAGE)
        assert (stranger.state, stranger.code) == (SendState.UNREACHABLE, "tls")
        assert len(mailbox.received) == 1


def test_a_server_without_tls_gets_nothing_when_tls_is_wanted(mailbox: Mailbox) -> None:
    result = channel_to(mailbox, security="starttls").send(MESSAGE)
    assert (result.state, mailbox.received) == (SendState.UNREACHABLE, [])


def test_an_address_beyond_ascii_needs_a_server_that_knows_them(mailbox: Mailbox) -> None:
    assert send(mailbox, replace(MESSAGE, to="huurder@bücher.example")).state is SendState.SENT
    assert mailbox.received[0].to == "huurder@xn--bcher-kva.example"
    assert send(mailbox, replace(MESSAGE, to="jürgen@example.org")).state is SendState.SENT
    assert mailbox.received[1].to == "jürgen@example.org"
    assert "SMTPUTF8" in mailbox.received[1].options
    assert "To: <jürgen@example.org>".encode() in mailbox.received[1].content
    with Mailbox(utf8=False) as old:
        result = send(old, replace(MESSAGE, to="jürgen@example.org"))
    assert (result.state, result.code) == (SendState.REJECTED, "5.6.7")


@pytest.mark.parametrize(
    "evil",
    [
        {"to": "a@example.org>\r\nRCPT TO:<b@example.org"},
        {"subject": "Hallo\r\nBcc: b@example.org"},
        {"subject": "Hallo\x00"},
        {"reply_to": "a@example.org\nBcc: b@example.org"},
        {"message_id": "<a@b>\r\nX: y"},
        {"headers": {"Auto-Submitted": "no\r\nBcc: b@example.org"}},
        {"headers": {"Auto\r\nBcc": "b@example.org"}},
        {"headers": {"List-Unsubscribe": f"<https://example.org/{'a' * 1000}>"}},
    ],
)
def test_nothing_writes_headers_of_its_own(mailbox: Mailbox, evil: dict[str, object]) -> None:
    result = send(mailbox, replace(MESSAGE, **evil))  # type: ignore[arg-type] # of mixed types
    assert (result.state, result.code) == (SendState.REJECTED, "5.6.0")
    assert mailbox.connections == 0


def test_mail_has_no_callbacks(mailbox: Mailbox) -> None:
    channel = channel_to(mailbox)
    raw = RawCallback("POST", "/")
    assert (channel.parse_callback(raw), channel.verify_callback(raw)) == ((), False)
    assert not channel.capabilities().inbound
