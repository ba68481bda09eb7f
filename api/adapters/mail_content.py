"""The bytes of a mail: text with its HTML twin, inline pictures, signed by DKIM; always of 7 bits.

Headers are written here and not by the library, which folds long ones: a folded List-Unsubscribe is one that some
signers and receivers read differently. Nothing names the program.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.charset import QP, Charset
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import dkim
import idna

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from api.ports import OutboundMessage

LINE_BYTES: Final = 998  # RFC 5322, 2.1.1
_EOL: Final = "\r\n"
_PRINTABLE: Final = re.compile(r"[\x20-\x7e\u00a0-\U0010ffff]*")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z-]{0,60}")
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ .-]*")
_UTF8: Final = Charset("utf-8")
_UTF8.header_encoding = QP
_SIGNED: Final = (
    *("from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type"),
    *("content-transfer-encoding", "auto-submitted", "list-unsubscribe", "list-unsubscribe-post"),
)
# signed once more than they are there: nobody can put a second one in (RFC 6376, 8.15)
_FROZEN: Final = ("from", "to", "subject", "date")


class UnsafeContentError(ValueError):
    """A value that would have written headers of its own; says which."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a mail is from."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A key in PEM, under which name it is in DNS, and for which domain it signs."""

    domain: str
    selector: str
    private: bytes


def mail_bytes(message: OutboundMessage, sender: Sender, at: datetime, *, utf8: bool = False) -> bytes:
    """The whole mail with CRLF, the same for the same values. ``utf8`` writes the recipient as RFC 6532 does.

    Raises:
        UnsafeContentError: a header has control characters, or is longer than a line may be.
    """
    lines = [*_headers(message, sender, at, utf8=utf8), "MIME-Version: 1.0"]
    head = _EOL.join(lines) + _EOL
    encoded = head.encode("utf-8" if utf8 else "ascii")
    if any(len(line) > LINE_BYTES for line in encoded.split(b"\r\n")):
        raise UnsafeContentError("a header is longer than a line of mail may be")
    return encoded + _body(message, sender)


def signed(mail: bytes, key: DkimKey) -> bytes:
    """The mail with a DKIM signature in front. Raises dkim.DKIMException when the key is none."""
    there = {line.partition(b":")[0].lower().decode() for line in mail.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    covered = [name for name in _SIGNED if name in there] + list(_FROZEN)
    signature: bytes = dkim.sign(
        mail,
        key.selector.encode(),
        key.domain.encode(),
        key.private,
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=covered,
    )
    return signature + mail


def wire_address(address: str) -> tuple[str, bool]:
    """An address as servers take it, its domain in ASCII, and whether they must know RFC 6531 to do so.

    Raises:
        UnsafeContentError: it is no address.
    """
    local, _, domain = address.rpartition("@")
    if not local or not domain or not _PRINTABLE.fullmatch(address) or re.search(r'[\s<>"]', address):
        raise UnsafeContentError("this is no address")
    try:
        plain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        raise UnsafeContentError("this is no domain") from None
    return f"{local}@{plain}", not local.isascii()


def _headers(message: OutboundMessage, sender: Sender, at: datetime, *, utf8: bool) -> Iterator[str]:
    to, wants_utf8 = wire_address(message.to)
    if wants_utf8 and not utf8:
        raise UnsafeContentError("the recipient's address has letters beyond ASCII")
    yield f"From: {_mailbox(sender)}"
    yield f"To: <{to}>"
    yield f"Subject: {_words('Subject', message.subject)}"
    yield f"Date: {format_datetime(at)}"
    yield f"Message-ID: {_plain(message.message_id)}"
    if message.reply_to:
        yield f"Reply-To: <{wire_address(message.reply_to)[0]}>"
    for name, value in message.headers.items():
        if not _NAME.fullmatch(name):
            raise UnsafeContentError(f"{name!r} is no name of a header")
        yield f"{name}: {_plain(value)}"


def _mailbox(sender: Sender) -> str:
    address = f"<{wire_address(sender.address)[0]}>"
    if not sender.name:
        return address
    if _ATOMS.fullmatch(sender.name):
        return f'"{sender.name}" {address}'
    return f"{_words('From', sender.name, always=True)} {address}"


def _words(header: str, text: str, *, always: bool = False) -> str:
    """Words of people as encoded words when they need to be (RFC 2047), folded between words."""
    if not _PRINTABLE.fullmatch(text):
        raise UnsafeContentError(f"{header} has control characters")
    charset = _UTF8 if always or not text.isascii() or "=?" in text else "us-ascii"
    return Header(text, charset, header_name=header, maxlinelen=76).encode(linesep=_EOL)


def _plain(value: str) -> str:
    if not value.isascii() or not _PRINTABLE.fullmatch(value):
        raise UnsafeContentError("a header has characters that it may not have")
    return value


def _body(message: OutboundMessage, sender: Sender) -> bytes:
    """The MIME parts with their headers."""
    content = EmailMessage(policy=SMTP)
    content.set_content(_text(message.text), cte="quoted-printable")
    if message.html:
        domain = sender.address.rpartition("@")[2]
        html, names = message.html, {name: f"{name}@{domain}" for name in message.pictures}
        for name, content_id in names.items():
            html = html.replace(f'"cid:{name}"', f'"cid:{content_id}"')
        content.add_alternative(_text(html), subtype="html", cte="quoted-printable")
        _, page = content.iter_parts()
        for name, picture in message.pictures.items():
            kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
            page.add_related(picture, "image", kind, cid=f"<{names[name]}>", disposition="inline")
    del content["MIME-Version"]
    for number, part in enumerate(part for part in content.walk() if part.is_multipart()):
        part.set_boundary(f"=_{number}_{sha256(f'{message.id}:{number}'.encode()).hexdigest()[:32]}")
        del part["MIME-Version"]
    for part in content.walk():
        del part["MIME-Version"]
    return content.as_bytes(policy=SMTP)


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
