"""A mail server in the process of the test, which takes, refuses, delays and drops what it is told to."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from aiosmtpd.smtp import Envelope, Session

DROP = "drop"
"""An answer that is none: the connection ends."""


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as it came."""

    sender: str
    to: str
    content: bytes
    options: Sequence[str]
    login: str
    tls: bool


@dataclass(slots=True)
class Orders:
    """What to answer: to senders (in turn), to recipients by address, to contents (in turn). Else all is taken."""

    senders: list[str] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)
    contents: list[str] = field(default_factory=list)


class Mailbox:
    """Serves on a free port of loopback inside ``with``."""

    def __init__(
        self,
        *,
        context: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        utf8: bool = True,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """``context`` is for STARTTLS, ``tls`` for TLS from the first byte."""
        self.received: list[Received] = []
        self.orders = Orders()
        self.connections = 0
        self.greetings: list[str] = []
        self._login = login
        auth = {"authenticator": self._authenticate, "auth_required": True} if login else {}
        self._controller = _Controller(
            self,
            hostname="127.0.0.1",
            port=_free_port(),
            tls_context=context,
            ssl_context=tls,
            enable_SMTPUTF8=utf8,
            auth_require_tls=context is not None,
            ident="ready",
            **auth,
        )

    def __enter__(self) -> Self:
        self._controller.start()
        # starting makes one to see that it has started
        self.connections = 0
        return self

    def __exit__(self, *_exception: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    async def handle_EHLO(  # noqa: N802 - the server looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        del server, envelope
        self.greetings.append(hostname)
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802 - as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session
        answer = self.orders.senders.pop(0) if self.orders.senders else "250 OK"
        if answer.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return _said(server, answer)

    async def handle_RCPT(  # noqa: N802 - as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session, options
        answer = self.orders.recipients.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return _said(server, answer)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        answer = self.orders.contents.pop(0) if self.orders.contents else "250 2.0.0 Ok: queued as 4XyZ"
        if answer.startswith("250") or answer == DROP:
            assert isinstance(envelope.content, bytes)
            login = session.auth_data.login.decode() if session.auth_data else ""
            (to,) = envelope.rcpt_tos
            mail = Received(
                envelope.mail_from or "", to, envelope.content, envelope.mail_options, login, session.ssl is not None
            )
            self.received.append(mail)
        return _said(server, answer)

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        del server, session, envelope, mechanism
        right = (data.login.decode(), data.password.decode()) == self._login
        return AuthResult(success=right, handled=False, auth_data=data)


class _Controller(Controller):
    def __init__(self, mailbox: Mailbox, **options: object) -> None:
        super().__init__(mailbox, **options)
        self._mailbox = mailbox

    def factory(self) -> SMTP:
        self._mailbox.connections += 1
        return SMTP(self.handler, **self.SMTP_kwargs)


def _said(server: SMTP, answer: str) -> str:
    if answer == DROP:
        assert server.transport is not None
        server.transport.abort()
        return "421 gone"
    return answer


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
