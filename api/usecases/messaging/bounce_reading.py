"""What mail to a return path says: delivery status (RFC 3464), complaint (RFC 5965), auto-reply (RFC 3834), or no such.

Nothing here is believed yet: whose mail it is about stands in what it was sent to, and is signed.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import Message
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import BounceOutcome
from api.usecases.messaging.wire import read_message_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_READ: Final = 1_000_000
"""Bytes of a mail that are looked at; what comes back may hold all that was sent."""

_TO: Final = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to")
_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_MAILBOX_FULL: Final = "5.2.2"
_UNSAID: Final = "5.0.0"
_AUTO_SUBJECT: Final = re.compile(
    r"^(auto(matic|matisch|mated)?[- ]?(reply|response|antwoord)|out of office|afwezig)", re.IGNORECASE
)
_ODD: Final = (LookupError, TypeError, ValueError, AttributeError, AssertionError, RecursionError)
"""What readers of the library raise at mail that is no mail."""


class BounceReading(NamedTuple):
    """``outcome`` is HARD, SOFT, DELAYED, DELIVERED, COMPLAINT, AUTOREPLY or OTHER.

    ``sent_to`` has every address that the mail itself says it was sent to, ``message_id`` is ours when the mail that
    came back is in it, and ``recipients`` are addresses that failed, as far as anybody could tell.
    """

    outcome: BounceOutcome
    sent_to: tuple[str, ...] = ()
    message_id: str = ""
    code: str = ""
    detail: str = ""
    recipients: tuple[str, ...] = ()


def read_bounce(raw: bytes) -> BounceReading:
    """Whatever it is, it is something: mail that nobody can read is OTHER."""
    mail = message_from_bytes(raw[:MOST_READ])
    try:
        return _read(mail)
    except _ODD as error:
        return BounceReading(
            BounceOutcome.OTHER, _sent_to(mail), detail=f"not readable as mail: {type(error).__name__}"
        )


def _read(mail: Message) -> BounceReading:
    about = BounceReading(BounceOutcome.OTHER, _sent_to(mail), _returned_id(mail))
    kind = str(mail.get_param("report-type") or "").lower() if mail.get_content_type() == "multipart/report" else ""
    if kind == "feedback-report":
        return _complaint(mail, about)
    blocks = list(_status_blocks(mail))
    if blocks:
        return _reported(blocks, about)
    if kind == "disposition-notification" or _is_automatic(mail):
        return about._replace(outcome=BounceOutcome.AUTOREPLY)
    return _guessed(mail, about)


def _reported(blocks: Sequence[Message], about: BounceReading) -> BounceReading:
    """By the block of the first recipient; our mails have one."""
    block = blocks[0]
    action = _header(block, "action").partition(" ")[0].lower()
    said = _header(block, "diagnostic-code").partition(";")[2].strip()
    found = _STATUS.search(_header(block, "status"))
    status = found[1] if found else _UNSAID
    recipient = _header(block, "final-recipient").partition(";")[2].strip()
    outcome = {"delayed": BounceOutcome.DELAYED, "delivered": BounceOutcome.DELIVERED}.get(action)
    if outcome is None and action != "failed":
        # relayed, expanded: it goes on where nobody tells of it
        return about._replace(code=status, detail=f"{action}: {said}")
    outcome = outcome or (BounceOutcome.HARD if _is_final(status) else BounceOutcome.SOFT)
    return about._replace(outcome=outcome, code=_sharper(status, said), detail=said, recipients=(recipient,))


def _is_final(status: str) -> bool:
    return status.startswith("5.") and status != _MAILBOX_FULL


def _sharper(status: str, said: str) -> str:
    """What the other side itself said, when the reporter has only a general status (x.0.0)."""
    found = _STATUS.search(said)
    return found[1] if status.endswith(".0.0") and found and found[1][0] == status[0] else status


def _complaint(mail: Message, about: BounceReading) -> BounceReading:
    for part in mail.walk():
        if part.get_content_type() == "message/feedback-report":
            for block in _blocks(part):
                kind = _header(block, "feedback-type").lower()
                to = _header(block, "original-rcpt-to").strip("<>")
                wrong = BounceOutcome.OTHER if kind == "not-spam" else BounceOutcome.COMPLAINT
                return about._replace(outcome=wrong, code=kind, recipients=(to,) if to else ())
    return about


def _guessed(mail: Message, about: BounceReading) -> BounceReading:
    """The many ways of mail servers that report as they like."""
    import flufl.bounce  # noqa: PLC0415 - twenty modules that most processes never need

    temporary, permanent = flufl.bounce.all_failures(mail)
    found = tuple(sorted(address.decode("ascii", "replace") for address in permanent or temporary))
    if not found:
        return about
    if not permanent:
        return about._replace(outcome=BounceOutcome.DELAYED, recipients=found)
    status = _STATUS.search(_words(mail))
    code = status[1] if status else _UNSAID
    return about._replace(
        outcome=BounceOutcome.HARD if _is_final(code) else BounceOutcome.SOFT, code=code, recipients=found
    )


def _words(mail: Message) -> str:
    """The first text of a mail."""
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            return payload.decode("utf-8", "replace")[:20_000] if isinstance(payload, bytes) else ""
    return ""


def _is_automatic(mail: Message) -> bool:
    """Machines that answer for people (RFC 3834), and those that were there before it."""
    submitted = _header(mail, "auto-submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return submitted != "auto-generated" or bool(_AUTO_SUBJECT.match(_header(mail, "subject")))
    older = ("x-autoreply", "x-autorespond", "x-auto-reply-from")
    if any(mail.get(name) is not None for name in older) or _header(mail, "precedence").lower() == "auto_reply":
        return True
    return bool(_AUTO_SUBJECT.match(_header(mail, "subject")))


def _status_blocks(mail: Message) -> Iterator[Message]:
    """Blocks of recipients; the first block is about the mail as a whole (RFC 3464, 2.1)."""
    for part in mail.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            yield from (block for block in _blocks(part) if block.get("action") is not None)


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    for block in payload if isinstance(payload, list) else []:
        if isinstance(block, Message):
            yield block


def _returned_id(mail: Message) -> str:
    """Our id in the Message-ID of the mail that came back, whole or only its headers."""
    for part in mail.walk():
        if part is mail or part.get_content_maintype() not in ("message", "text"):
            continue
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            inner = message_from_bytes(payload) if isinstance(payload, bytes) else part
            found = read_message_id(_header(inner, "message-id"))
        else:
            found = next((read_message_id(_header(each, "message-id")) for each in _blocks(part)), "")
        if found:
            return found
    referred = f"{_header(mail, 'in-reply-to')} {_header(mail, 'references')}"
    return read_message_id(referred)


def _sent_to(mail: Message) -> tuple[str, ...]:
    said = (str(value) for name in _TO for value in mail.get_all(name, []))
    return tuple(dict.fromkeys(said))


def _header(mail: Message, name: str) -> str:
    return " ".join(str(mail.get(name, "")).split())
