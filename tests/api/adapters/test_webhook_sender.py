"""The sender against real receivers on loopback, and its guard against names that mean what they should not."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING

import httpcore
import pytest

from api.adapters import webhook_sender
from api.adapters.webhook_sender import HttpWebhookSender, resolve_name
from api.ports import WebhookAnswer, WebhookMessage
from tests.api.adapters.receivers import (
    AUTHORITY,
    HOST,
    answers,
    drips,
    floods,
    receiving,
    says,
    sleeps,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.api.adapters.receivers import Behaviour

BODY = b'{"type":"job.released"}'
HEADERS = {"webhook-id": "evt_1", "content-type": "application/json"}


def message(url: str) -> WebhookMessage:
    return WebhookMessage(url, BODY, HEADERS)


def sender(timeout_s: float = 5.0, *, private: bool = True, means: Sequence[str] = ("127.0.0.1",)) -> HttpWebhookSender:
    """Trusts the authority of the tests; every name means loopback, or what was said."""
    tls = ssl.create_default_context(cafile=str(AUTHORITY))
    return HttpWebhookSender(private=private, timeout_s=timeout_s, tls=tls, resolve=lambda _host, _port: means)


def posted(behaviour: Behaviour, timeout_s: float = 5.0) -> WebhookAnswer:
    with receiving(behaviour) as receiver:
        return sender(timeout_s).post(message(receiver.url()))


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content", "299 Fine"])
def test_2xx_is_taken(status: str) -> None:
    assert posted(answers(status)) == WebhookAnswer("", int(status[:3]))


def test_the_message_arrives_as_it_was_signed() -> None:
    with receiving(answers("200 OK", body=b"thanks")) as receiver:
        assert sender().post(message(receiver.url())).text == "thanks"
        head, _, body = receiver.heard[0].partition(b"\r\n\r\n")
    assert body == BODY
    lines = head.lower().split(b"\r\n")
    assert lines[0] == b"post /in?x=1 http/1.1"
    assert {b"webhook-id: evt_1", b"content-type: application/json", b"connection: close"} <= set(lines)
    assert f"host: 127.0.0.1:{receiver.port}".encode() in lines


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
def test_no_redirect_is_followed(status: int) -> None:
    with receiving(answers("200 OK")) as elsewhere:
        answer = posted(answers(f"{status} Elsewhere", f"Location: {elsewhere.url()}"))
        assert elsewhere.heard == []
    assert answer == WebhookAnswer("webhook-redirected", status)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        *(("410 Gone", "webhook-gone"), ("400 Bad", "webhook-not-accepted"), ("404 No", "webhook-not-accepted")),
        *(("500 Oops", "webhook-not-accepted"), ("503 Later", "webhook-not-accepted")),
    ],
)
def test_other_answers_have_their_own_code(status: str, code: str) -> None:
    assert posted(answers(status, body=b"why")) == WebhookAnswer(code, int(status[:3]), "", "why")


def test_what_the_receiver_asks_for_is_handed_on() -> None:
    answer = posted(answers("429 Slow", "Retry-After: 120", body=b"too many\n\x00\x1b[31m"))
    assert answer == WebhookAnswer("webhook-not-accepted", 429, "120", "too many[31m")


def test_a_huge_body_is_not_read() -> None:
    begun = time.monotonic()
    answer = posted(floods(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n"))
    assert (answer.code, answer.status, answer.text) == ("", 200, "x" * 200)
    assert time.monotonic() - begun < 2


def test_headers_without_end_are_not_read_for_ever() -> None:
    assert posted(floods(b"HTTP/1.1 200 OK\r\nX: ")).code == "webhook-answer-broken"


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (sleeps, "webhook-too-slow"),
        (drips(b"x", begin=b"HTTP/1.1 200 OK\r\nX-Slow: "), "webhook-too-slow"),
        (drips(b"HTTP/1.1 100 Continue\r\n\r\n", 0.001), "webhook-too-slow"),
        # it was taken: how the body goes on changes nothing
        (drips(b"x", begin=b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), ""),
    ],
)
def test_nobody_holds_it_longer_than_its_time(behaviour: Behaviour, code: str) -> None:
    begun = time.monotonic()
    assert posted(behaviour, 0.4).code == code
    assert 0.3 < time.monotonic() - begun < 1.5


@pytest.mark.parametrize(
    ("data", "code"),
    [
        *((b"", "webhook-answer-broken"), (b"SSH-2.0-OpenSSH\r\n\r\n", "webhook-answer-broken")),
        *(
            (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", ""),
            (b"HTTP/1.1 999 Odd\r\n\r\n", "webhook-not-accepted"),
        ),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "webhook-answer-broken"),
    ],
)
def test_a_broken_answer_breaks_nothing(data: bytes, code: str) -> None:
    assert posted(says(data)).code == code


def test_who_is_down_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert sender().post(message(f"http://127.0.0.1:{port}/")).code == "webhook-unreachable"


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    with receiving(answers("200 OK")) as receiver:
        answer = sender(means=("::1", "127.0.0.1")).post(message(receiver.url(HOST)))
    assert answer.status == 200


def test_tls_checks_the_name_and_goes_to_the_address_that_was_checked() -> None:
    with receiving(answers("200 OK"), tls=True) as receiver:
        assert sender().post(message(receiver.url(HOST))).status == 200
        assert receiver.names == [HOST]
        assert f"host: {HOST}:{receiver.port}".encode() in receiver.heard[0].lower()
        assert sender().post(message(receiver.url("other.example.org"))).code == "webhook-tls-failed"
        assert HttpWebhookSender(private=True, resolve=lambda _host, _port: ("127.0.0.1",)).post(
            message(receiver.url(HOST))
        ) == WebhookAnswer("webhook-tls-failed")
        assert len(receiver.heard) == 1


def test_who_speaks_no_tls_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"220 hello, hello, hello")
                connection.recv(65536)

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        assert sender().post(message(f"https://{HOST}:{port}/")).code == "webhook-tls-failed"
        thread.join(5)


def test_a_handshake_that_drips_is_bounded() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ended = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                # a record of a handshake that says it is long
                for byte in b"\x16\x03\x03\x40\x00" + bytes(1000):
                    if ended.is_set():
                        return
                    try:
                        connection.sendall(bytes([byte]))
                    except OSError:
                        return
                    time.sleep(0.02)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        begun = time.monotonic()
        assert sender(0.4).post(message(f"https://{HOST}:{port}/")).code == "webhook-too-slow"
        assert time.monotonic() - begun < 1.5
        ended.set()
        thread.join(5)


@pytest.mark.parametrize(
    "means",
    [
        *(("127.0.0.1",), ("10.0.0.1",), ("169.254.169.254",), ("::1",), ("::ffff:10.0.0.1",), ("64:ff9b::a00:1",)),
        *(("2002:a00:1::",), ("fe80::1%eth0",), ("0.0.0.0",), ("93.184.216.34", "10.0.0.1"), ("fd00::1", "8.8.8.8")),  # noqa: S104 - not to listen on
    ],
)
def test_a_name_that_means_anything_private_is_not_used(means: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[object] = []
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *parts, **_: touched.append(parts))
    answer = sender(private=False, means=means).post(message(f"https://{HOST}/"))
    assert answer == WebhookAnswer("webhook-address-private")
    assert touched == []


def test_a_name_is_asked_for_once_and_only_what_was_checked_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    used: list[str] = []

    def rebinds(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ("93.184.216.34",) if len(asked) == 1 else ("127.0.0.1",)

    def connect(_self: object, host: str, port: int, timeout: float) -> httpcore.NetworkStream:
        assert (port, timeout) == (443, pytest.approx(5, abs=0.5))
        used.append(host)
        raise httpcore.ConnectError("stopped by the test")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    guarded = HttpWebhookSender(timeout_s=5, resolve=rebinds)
    assert guarded.post(message(f"https://{HOST}/")).code == "webhook-unreachable"
    assert (asked, used) == ([HOST], ["93.184.216.34"])


@pytest.mark.parametrize("url", ["http://hooks.example.org/", "https://127.0.0.1/", "https://hooks.example.org:8443/"])
def test_an_url_that_may_not_be_used_any_more_is_not_used(url: str) -> None:
    assert sender(private=False).post(message(url)) == WebhookAnswer("webhook-url-invalid")


def test_a_name_that_nobody_knows_and_one_that_takes_for_ever_to_find(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sender(means=()).post(message(f"https://{HOST}/")).code == "webhook-name-unresolved"
    waits = threading.Event()
    slow = HttpWebhookSender(timeout_s=0.2, resolve=lambda _host, _port: (waits.wait(5) and "") or ("127.0.0.1",))
    begun = time.monotonic()
    assert slow.post(message(f"https://{HOST}/")).code == "webhook-name-unresolved"
    assert time.monotonic() - begun < 1
    waits.set()

    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    assert "127.0.0.1" in resolve_name("localhost", 443)
    monkeypatch.setattr(webhook_sender.socket, "getaddrinfo", nobody)
    assert resolve_name("nothing.invalid", 443) == ()


def test_all_the_time_is_twenty_seconds() -> None:
    assert webhook_sender.TIMEOUT_S == 20
