"""Text messages by Kannel, a gateway of one's own: `sendsms`, reports to an address of ours, and a get-url for replies.

Kannel userguide 1.4.5, "Using the HTTP interface to send SMS messages". Values go in headers of a POST, which Kannel
takes as well as parameters, so that no password stands in logs of addresses.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from agreements.sms import Encoding, segments
from api.adapters.sms_gateway import OURS, able, digest_of, too_long
from api.adapters.sms_http import TIMEOUT_S, GatewayHttp, failure_of
from api.adapters.sms_values import e164
from api.ports import (
    Capabilities,
    ChannelKind,
    DeliveryEvent,
    DeliveryKind,
    InboundMessage,
    SendResult,
    SendState,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.sms_gateway import SmsAccount
    from api.ports import OutboundMessage, RawCallback

REPLY_QUERY: Final = "from=%p&to=%P&text=%b&id=%I&at=%t"
"""What follows the callback address in the get-url of Kannel's sms-service."""

_EVERY_REPORT: Final = "31"
_GSM, _UCS_2 = "0", "2"
_ACCEPTED: Final = re.compile(r"\s*(?P<code>[03]): [^:]*(?:: *(?P<id>\S+))?\s*")
_KANNEL_TIME: Final = "%Y-%m-%d %H:%M:%S"
_KINDS: Final = {
    "1": DeliveryKind.DELIVERED,
    "2": DeliveryKind.FAILED,
    "4": DeliveryKind.DEFERRED,
    "8": DeliveryKind.ACCEPTED,
    "16": DeliveryKind.FAILED,
}
_REJECTED_BY_NETWORK: Final = "16"


class KannelGateway:
    """`api.ports.Channel` for one user of one smsbox. ``url`` is that of `sendsms`."""

    def __init__(self, url: str, username: str, account: SmsAccount, *, timeout_s: float = TIMEOUT_S) -> None:
        """The key of the account is the password."""
        self._url = url
        self._username = username
        self._account = account
        self._http = GatewayHttp(timeout_s)

    def send(self, message: OutboundMessage) -> SendResult:
        """Hand one message over; Kannel cuts it into parts itself."""
        cut = segments(message.text)
        most = message.parts_allowed or self._account.most_parts
        if most and cut.parts > most:
            return too_long(cut, most)
        coding = _GSM if cut.encoding is Encoding.GSM_7 else _UCS_2
        reply = self._http.post(self._url, self._headers(message, coding), message.text.encode())
        if isinstance(reply, SendResult):
            return reply
        said = reply.body.decode("utf-8", "replace").strip()
        failed = failure_of(reply, "", said)
        if failed is not None:
            return failed
        taken = _ACCEPTED.fullmatch(said)
        if taken is None:
            return SendResult(SendState.UNKNOWN, code="answer-unreadable", detail=said)
        state = SendState.QUEUED if self._account.callback_url else SendState.SENT
        return SendResult(state, taken["id"] or message.id, cut.parts, str(cut.encoding))

    def parse_callback(self, raw: RawCallback) -> Sequence[DeliveryEvent | InboundMessage]:
        """A report has a status, a message a text; `report_query` and `REPLY_QUERY` name the values."""
        at = _moment(raw.query.get("at", ""))
        status = raw.query.get("status", "")
        if status:
            kind = _KINDS.get(status)
            return [self._report(raw, kind, status, at)] if kind is not None else []
        sender, text = raw.query.get("from", ""), raw.query.get("text")
        if not sender or text is None:
            return []
        to = e164(raw.query.get("to", "")) or self._account.sender
        provider_id = raw.query.get("id") or digest_of(raw)
        return [InboundMessage(ChannelKind.SMS, provider_id, e164(sender), to, text, at)]

    def verify_callback(self, raw: RawCallback) -> bool:
        """By the secret at the end of the address; Kannel signs nothing."""
        known, given = self._account.callback_secret.encode(), raw.path.rpartition("/")[2].encode()
        return bool(known) and hmac.compare_digest(given, known)

    def capabilities(self) -> Capabilities:
        """Those of the account."""
        return able(self._account)

    def close(self) -> None:
        """Close connections."""
        self._http.close()

    def _headers(self, message: OutboundMessage, coding: str) -> dict[str, str]:
        headers = {
            "content-type": "text/plain; charset=UTF-8",
            "x-kannel-username": self._username,
            "x-kannel-password": self._account.key,
            "x-kannel-from": self._account.sender,
            "x-kannel-to": message.to,
            "x-kannel-coding": coding,
        }
        if self._account.callback_url:
            headers["x-kannel-dlr-mask"] = _EVERY_REPORT
            headers["x-kannel-dlr-url"] = f"{self._account.callback_url}?{report_query(message.id)}"
        return headers

    def _report(self, raw: RawCallback, kind: DeliveryKind, status: str, at: datetime | None) -> DeliveryEvent:
        return DeliveryEvent(
            kind,
            provider_id=raw.query.get("id", ""),
            message_id=raw.query.get(OURS, ""),
            at=at,
            code="" if kind in {DeliveryKind.ACCEPTED, DeliveryKind.DELIVERED} else status,
            detail=raw.query.get("said", ""),
            permanent=status == _REJECTED_BY_NETWORK,
        )


def report_query(message_id: str) -> str:
    """What follows the callback address of a report; Kannel fills in what begins with %."""
    return f"{urlencode({OURS: message_id})}&status=%d&at=%t&said=%A"


def _moment(text: str) -> datetime | None:
    """Kannel's own form, in UTC."""
    try:
        return datetime.strptime(text, _KANNEL_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
