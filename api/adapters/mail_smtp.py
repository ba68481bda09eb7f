"""Sends mail by SMTP (RFC 5321), many over one connection, and tells apart what is wrong with whom.

What concerns every mail (nobody answers, login refused, relaying denied) leaves the channel unreachable, so that
messages wait; what concerns one recipient or one content settles that message alone. When the connection ends after the
content was sent, nobody knows: the message goes again with the same Message-ID.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api.adapters.mail_content import DkimKey, Sender, UnsafeContentError, mail_bytes, signed, wire_address
from api.ports import Capabilities, SendResult, SendState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Clock, DeliveryEvent, InboundMessage, OutboundMessage, RawCallback

TIMEOUT_S: Final = 30.0
AFTER_CONTENT_S: Final = 300.0
"""How long the answer to a whole content may take (RFC 5321, 4.5.3.2.6 asks for ten minutes)."""

_OK, _FINAL = 250, 500
_ENHANCED: Final = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?=[\s-]|$)")
_QUEUED: Final = re.compile(r"queued as ([\w.:-]{1,100})", re.IGNORECASE)
_RELAY: Final = re.compile(r"relay|authenticat", re.IGNORECASE)
# login needed, wrong or too weak (RFC 4954, 6): about us, never about a recipient
_LOGIN: Final = frozenset({530, 534, 535, 538})


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over. ``security`` is ``tls``, ``starttls`` or ``none``; ``hello`` is our name there."""

    host: str
    port: int
    security: str = "starttls"
    user: str = ""
    password: str = ""
    hello: str = ""
    timeout_s: float = TIMEOUT_S
    tls: ssl.SSLContext | None = None


class SmtpChannel:
    """`api.ports.Channel` on smtplib."""

    def __init__(self, server: SmtpServer, sender: Sender, clock: Clock, key: DkimKey | None = None) -> None:
        """Nothing is connected yet. Without ``key`` mails are not signed here."""
        self._server = server
        self._sender = sender
        self._clock = clock
        self._key = key
        self._smtp: smtplib.SMTP | None = None

    def send(self, message: OutboundMessage) -> SendResult:
        """Connect when there is no connection; a mail that cannot be written safely is rejected here."""
        try:
            address, wants_utf8 = wire_address(message.to)
            content = mail_bytes(message, self._sender, self._clock.now(), utf8=wants_utf8)
        except UnsafeContentError as error:
            return SendResult(SendState.REJECTED, code="5.6.0", detail=str(error))
        if self._key is not None:
            content = signed(content, self._key)
        return self._send(_Envelope(message.return_path or self._sender.address, address, content, wants_utf8))

    def parse_callback(self, raw: RawCallback) -> Sequence[DeliveryEvent | InboundMessage]:
        """Mail has none: what comes back comes as mail."""
        del raw
        return ()

    def verify_callback(self, raw: RawCallback) -> bool:
        """None is genuine."""
        del raw
        return False

    def capabilities(self) -> Capabilities:
        """Bounces come back by mail."""
        return Capabilities(delivery_reports=True)

    def greet(self) -> SendResult | None:
        """Connect, say hello and log in; None when that went well."""
        found = self._connected()
        return found if isinstance(found, SendResult) else None

    def close(self) -> None:
        """Say goodbye if anybody listens."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def _send(self, envelope: _Envelope) -> SendResult:
        """A connection that was open may have ended meanwhile: then once more over a new one."""
        fresh = self._smtp is None
        smtp = self._connected()
        if isinstance(smtp, SendResult):
            return smtp
        result = self._hand_over(smtp, envelope)
        if result.state is SendState.UNREACHABLE and not fresh:
            self.close()
            again = self._connected()
            result = again if isinstance(again, SendResult) else self._hand_over(again, envelope)
        if result.state in (SendState.UNREACHABLE, SendState.UNKNOWN):
            self.close()
        elif result.state is not SendState.SENT:
            self._reset()
        return result

    def _connected(self) -> smtplib.SMTP | SendResult:
        if self._smtp is not None:
            return self._smtp
        try:
            self._smtp = self._connect()
        except smtplib.SMTPResponseException as error:
            return _unreachable(error.smtp_code, error.smtp_error)
        except ssl.SSLError as error:
            return SendResult(SendState.UNREACHABLE, code="tls", detail=f"TLS failed: {error.reason or error}")
        except (smtplib.SMTPException, OSError) as error:
            return SendResult(SendState.UNREACHABLE, code="4.4.1", detail=f"no connection: {error}")
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        """Closed again when anything on the way fails."""
        server = self._server
        tls = server.tls or ssl.create_default_context()
        # the name of this machine is nobody's business
        hello = server.hello or self._sender.address.rpartition("@")[2]
        smtp = (
            smtplib.SMTP_SSL(server.host, server.port, hello, timeout=server.timeout_s, context=tls)
            if server.security == "tls"
            else smtplib.SMTP(server.host, server.port, hello, timeout=server.timeout_s)
        )
        try:
            smtp.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                smtp.starttls(context=tls)
                smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _hand_over(self, smtp: smtplib.SMTP, envelope: _Envelope) -> SendResult:
        if envelope.utf8 and not smtp.has_extn("smtputf8"):
            return SendResult(SendState.REJECTED, code="5.6.7", detail="the server takes no addresses beyond ASCII")
        try:
            code, said = smtp.mail(envelope.sender, ["SMTPUTF8"] if envelope.utf8 else [])
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            return SendResult(SendState.UNREACHABLE, code="4.4.2", detail=f"the connection ended: {error}")
        if code != _OK:
            # the sender is the same for all
            return _unreachable(code, said)
        return self._to_recipient(smtp, envelope)

    def _to_recipient(self, smtp: smtplib.SMTP, envelope: _Envelope) -> SendResult:
        try:
            code, said = smtp.rcpt(envelope.to)
            if code not in (_OK, _OK + 1):
                return _of_recipient(code, said)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close()
            return SendResult(SendState.DEFERRED, code="4.4.2", detail=f"the connection ended: {error}")
        return self._content(smtp, envelope)

    def _content(self, smtp: smtplib.SMTP, envelope: _Envelope) -> SendResult:
        try:
            code, said = _send_content(smtp, envelope.content)
        except smtplib.SMTPDataError as error:
            return _answer(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            detail = f"the connection ended before the mail was taken: {error}"
            return SendResult(SendState.UNKNOWN, code="4.4.2", detail=detail)
        if code != _OK:
            return _answer(code, said)
        text = _text(said)
        queued = _QUEUED.search(text)
        return SendResult(SendState.SENT, provider_id=queued[1] if queued else text[:100])

    def _reset(self) -> None:
        if self._smtp is None:
            return
        try:
            self._smtp.rset()
        except (smtplib.SMTPException, OSError):
            self.close()


@dataclass(frozen=True, slots=True)
class _Envelope:
    sender: str
    to: str
    content: bytes
    utf8: bool


def _send_content(smtp: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    """With more patience for the answer to it. Raises smtplib.SMTPDataError when it may not begin."""
    usual = smtp.timeout
    if smtp.sock is not None:
        smtp.sock.settimeout(max(usual, AFTER_CONTENT_S))
    try:
        return smtp.data(content)
    finally:
        if smtp.sock is not None:
            smtp.sock.settimeout(usual)


def _of_recipient(code: int, said: bytes) -> SendResult:
    text = _text(said)
    about_us = code in _LOGIN or (code >= _FINAL and _code(code, text).startswith("5.7.") and _RELAY.search(text))
    return _unreachable(code, said) if about_us else _answer(code, said)


def _answer(code: int, said: bytes | str) -> SendResult:
    text = _text(said)
    state = SendState.REJECTED if code >= _FINAL else SendState.DEFERRED
    return SendResult(state, code=_code(code, text), detail=text)


def _unreachable(code: int, said: bytes | str) -> SendResult:
    text = _text(said)
    return SendResult(SendState.UNREACHABLE, code=_code(code, text), detail=text)


def _code(code: int, text: str) -> str:
    """The enhanced status (RFC 3463) when there is one that fits, else the plain one."""
    found = _ENHANCED.match(text)
    return found[1] if found and found[1][0] == str(code)[0] else str(code)


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())
