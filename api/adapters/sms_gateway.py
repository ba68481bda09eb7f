"""Text messages by a gateway that takes JSON over HTTP; a profile says how it is spoken to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from agreements.sms import segments
from api.adapters.sms_http import TIMEOUT_S, GatewayHttp, failure_of
from api.adapters.sms_profile import Numbers, Signed
from api.adapters.sms_values import at_place, e164, filled, items_of, moment, number_at, read_json, text_at, values_of
from api.ports import (
    Capabilities,
    ChannelKind,
    DeliveryEvent,
    DeliveryKind,
    InboundMessage,
    SendResult,
    SendState,
    takes_replies,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence

    from agreements.sms import Segments
    from api.adapters.sms_http import Reply
    from api.adapters.sms_profile import GatewayProfile, Signature
    from api.adapters.sms_values import Json
    from api.ports import OutboundMessage, RawCallback

OURS: Final = "message"
"""The name of the value that carries our id in the address of a report."""

_NO_LIMIT: Final = 8  # what most networks join


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """An account at a gateway. ``callback_url`` is where it calls us, with ``callback_secret`` at its end.

    ``most_parts``: a longer text is not sent; 0 for any. ``signing_key`` is that of its signatures, if it signs.
    ``replies``: what people send to the sender comes here.
    """

    sender: str
    key: str
    callback_url: str = ""
    callback_secret: str = ""
    signing_key: str = ""
    most_parts: int = 0
    replies: bool = False


class SmsGateway:
    """`api.ports.Channel` for one account."""

    def __init__(
        self,
        profile: GatewayProfile,
        account: SmsAccount,
        *,
        timeout_s: float = TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``now`` is looked at when a signature has a time in it."""
        self._profile = profile
        self._account = account
        self._http = GatewayHttp(timeout_s, tls)
        self._now = now

    def send(self, message: OutboundMessage) -> SendResult:
        """Hand one message over."""
        cut = segments(message.text)
        most = message.parts_allowed or self._account.most_parts
        if most and cut.parts > most:
            return too_long(cut, most)
        headers = {"accept": "application/json", "content-type": "application/json"}
        values = self._values(message, cut, most or _NO_LIMIT)
        headers |= {name: str(filled(value, values)) for name, value in self._profile.headers.items()}
        body = json.dumps(filled(self._profile.body, values), ensure_ascii=False).encode()
        reply = self._http.post(self._profile.url, headers, body)
        if isinstance(reply, SendResult):
            return reply
        return self._read(reply, cut)

    def parse_callback(self, raw: RawCallback) -> Sequence[DeliveryEvent | InboundMessage]:
        """Reports and messages in a request, however many there are."""
        data = values_of(raw)
        ours = raw.query.get(OURS, "")
        reports = [self._report(item, ours) for item in items_of(data, self._profile.report.items)]
        inbound = [self._inbound(item, raw) for item in items_of(data, self._profile.inbound.items)]
        return [found for found in (*reports, *inbound) if found is not None]

    def verify_callback(self, raw: RawCallback) -> bool:
        """By the secret at the end of the address, and by the signature when there is a key for it."""
        secret = raw.path.rpartition("/")[2]
        known = bool(self._account.callback_secret) and _same(secret, self._account.callback_secret)
        signature = self._profile.signature
        if signature is None or not self._account.signing_key:
            return known
        return known and self._is_signed(raw, signature)

    def capabilities(self) -> Capabilities:
        """Those of the account."""
        return able(self._account)

    def close(self) -> None:
        """Close connections."""
        self._http.close()

    def _values(self, message: OutboundMessage, cut: Segments, parts: int) -> dict[str, Json]:
        url = self._account.callback_url
        return {
            "to": _in_form(message.to, self._profile.numbers),
            "sender": self._account.sender.removeprefix("+"),
            "text": message.text,
            "reference": message.reference or message.id,
            "report_url": f"{url}?{urlencode({OURS: message.id})}" if url else "",
            "key": self._account.key,
            "encoding": self._profile.encodings.get(cut.encoding, str(cut.encoding)),
            "parts": parts,
        }

    def _read(self, reply: Reply, cut: Segments) -> SendResult:
        places, said = self._profile.answer, read_json(reply.body)
        code, detail = text_at(said, places.code), text_at(said, places.detail)
        failed = failure_of(reply, code, detail)
        status = self._profile.statuses.get(text_at(said, places.status).lower())
        if failed is None and status is DeliveryKind.FAILED:
            failed = SendResult(SendState.REJECTED, code=code, detail=detail)
        if failed is not None:
            return replace(failed, state=SendState.UNREACHABLE) if code in self._profile.account_codes else failed
        provider_id = text_at(said, places.id)
        if not provider_id:
            # taken, by its status; but by whom, when it is not the answer of this gateway?
            return SendResult(SendState.UNKNOWN, code="answer-unreadable", detail="There is no id in the answer.")
        state = SendState.QUEUED if self._account.callback_url else SendState.SENT
        parts = number_at(said, places.parts) or cut.parts
        return SendResult(state, provider_id, parts, str(cut.encoding))

    def _report(self, item: Json, ours: str) -> DeliveryEvent | None:
        places = self._profile.report
        kind = self._profile.statuses.get(text_at(item, places.status).lower())
        if kind is None:
            return None
        code, reference = text_at(item, places.code), text_at(item, places.reference)
        return DeliveryEvent(
            kind,
            provider_id=text_at(item, places.id),
            message_id=ours or (reference if reference.startswith("msg_") else ""),
            at=moment(text_at(item, places.at)),
            address=e164(text_at(item, places.number)),
            code=code,
            detail=text_at(item, places.detail),
            permanent=kind is DeliveryKind.FAILED and code in self._profile.permanent.codes,
        )

    def _inbound(self, item: Json, raw: RawCallback) -> InboundMessage | None:
        places = self._profile.inbound
        sender, text = text_at(item, places.sender), at_place(item, places.text)
        if not sender or not isinstance(text, str) or text_at(item, self._profile.report.status):
            return None
        to = e164(text_at(item, places.to)) or self._account.sender
        provider_id = text_at(item, places.id) or digest_of(raw)
        return InboundMessage(ChannelKind.SMS, provider_id, e164(sender), to, text, moment(text_at(item, places.at)))

    def _is_signed(self, raw: RawCallback, signature: Signature) -> bool:
        stamp = raw.headers.get(signature.timestamp_header, "")
        if signature.timestamp_header and not self._is_fresh(stamp, signature.most_age_s):
            return False
        pieces = (_piece(kind, raw, stamp) for kind in signature.over)
        mac = hmac.digest(self._account.signing_key.encode(), signature.joined_by.encode().join(pieces), hashlib.sha256)
        wanted = mac.hex() if signature.encoding == "hex" else base64.b64encode(mac).decode()
        return _same(raw.headers.get(signature.header, "").removeprefix(signature.prefix), wanted)

    def _is_fresh(self, stamp: str, most_age_s: int) -> bool:
        known = stamp.isascii() and stamp.isdigit()
        return known and abs(self._now().timestamp() - int(stamp)) <= most_age_s


def able(account: SmsAccount) -> Capabilities:
    """What an account can do, however it is spoken to."""
    return Capabilities(
        inbound=account.replies,
        alphanumeric_sender=not takes_replies(account.sender),
        delivery_reports=bool(account.callback_url),
        most_parts=account.most_parts or _NO_LIMIT,
    )


def too_long(cut: Segments, most: int) -> SendResult:
    """What is said of a text of more parts than may be."""
    detail = f"The text takes {cut.parts} parts; at most {most} may be sent."
    return SendResult(SendState.REJECTED, parts=cut.parts, encoding=str(cut.encoding), code="too-long", detail=detail)


def digest_of(raw: RawCallback) -> str:
    """An id for what has none: the same request again has the same."""
    said = urlencode(sorted(raw.query.items())).encode() + b"\n" + raw.body
    return f"sha256-{hashlib.sha256(said).hexdigest()[:40]}"


def _piece(kind: Signed, raw: RawCallback, stamp: str) -> bytes:
    if kind is Signed.TIMESTAMP:
        return stamp.encode()
    if kind is Signed.QUERY:
        return urlencode(sorted(raw.query.items())).encode()
    return raw.body if kind is Signed.BODY else hashlib.sha256(raw.body).digest()


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _in_form(number: str, form: Numbers) -> str:
    digits = number.removeprefix("+")
    return {Numbers.PLUS: f"+{digits}", Numbers.PLAIN: digits, Numbers.ZEROS: f"00{digits}"}[form]
