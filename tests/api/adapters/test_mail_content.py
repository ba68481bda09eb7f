"""Bytes of mail: two twins of one text, headers on one line, signatures that others verify, nothing that names us."""

from __future__ import annotations

import base64
import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from api.adapters.mail_content import DkimKey, Sender, UnsafeContentError, mail_bytes, signed
from api.ports import ChannelKind, OutboundMessage

if TYPE_CHECKING:
    from email.message import EmailMessage

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
SENDER = Sender("post@wonen.example.org", "Wonen & Zo")
LINK = "https://mijn.example.org/a/0123456789ABCDEFGHJKMNPQRS"
STOP = f"<https://mijn.wonen-en-leven-in-de-polder.example.org/stop/{'a' * 26}.bcdefghj>"
MESSAGE = OutboundMessage(
    "msg_1",
    ChannelKind.EMAIL,
    "huurder@example.org",
    f"Beste mevrouw België,\n\nBekijk de vraag:\n{LINK}\n\nFrom hier\n" + "lang " * 300,
    "Een vraag over uw geïnde huur: wilt u voortaan digitaal betalen, en zo ja op welke dag van de maand?",
    f'<p>Beste mevrouw België</p><img src="cid:logo"><a href="{LINK}">Bekijk</a>',
    message_id="<msg_1@wonen.example.org>",
    reply_to="klant@wonen.example.org",
    headers={
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": STOP,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
    pictures={"logo": b"\x89PNG\r\n\x1a\n picture"},
)


@pytest.fixture(scope="module")
def key() -> tuple[DkimKey, bytes]:
    """A key, and its record in DNS."""
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return DkimKey("wonen.example.org", "post1", pem), b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def parsed(mail: bytes) -> EmailMessage:
    return email.message_from_bytes(mail, policy=email.policy.default)


def verified(mail: bytes, record: bytes) -> bool:
    names: list[bytes] = []

    def answer(name: bytes, timeout: float = 5.0) -> bytes:
        del timeout
        names.append(name)
        return record

    right: bool = dkim.verify(mail, dnsfunc=answer)
    assert names == [b"post1._domainkey.wonen.example.org."]
    return right


def test_the_text_has_a_twin_in_html_with_its_picture() -> None:
    mail = parsed(mail_bytes(MESSAGE, SENDER, NOW))
    assert mail.get_content_type() == "multipart/alternative"
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n").rstrip("\n") == MESSAGE.text
    assert 'src="cid:logo@wonen.example.org"' in page.get_content()
    (picture,) = (part for part in mail.walk() if part.get_content_maintype() == "image")
    assert (picture["Content-ID"], picture.get_content()) == ("<logo@wonen.example.org>", MESSAGE.pictures["logo"])
    assert picture.get_content_type() == "image/png"


def test_headers_say_what_they_should_and_nothing_names_the_program() -> None:
    raw = mail_bytes(MESSAGE, SENDER, NOW)
    mail = parsed(raw)
    assert mail["From"] == "Wonen & Zo <post@wonen.example.org>"
    assert (mail["To"], mail["Subject"]) == ("huurder@example.org", MESSAGE.subject)
    assert mail["Reply-To"] == "klant@wonen.example.org"
    assert mail["Date"] == "Thu, 01 Jan 2026 12:00:00 +0000"
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == ("<msg_1@wonen.example.org>", "auto-generated")
    names = [line.partition(b":")[0] for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n") if line[:1] != b" "]
    assert len(names) == len(set(names))
    assert b"posthoorn" not in raw.lower()
    assert b"python" not in raw.lower()


def test_all_lines_are_short_and_of_seven_bits() -> None:
    raw = mail_bytes(MESSAGE, SENDER, NOW)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) < 140


def test_the_link_that_stops_is_on_one_line() -> None:
    raw = mail_bytes(MESSAGE, SENDER, NOW)
    assert f"\r\nList-Unsubscribe: {STOP}\r\n".encode() in raw


def test_the_same_message_is_the_same_bytes() -> None:
    assert mail_bytes(MESSAGE, SENDER, NOW) == mail_bytes(MESSAGE, SENDER, NOW)


def test_a_plain_text_is_one_part() -> None:
    mail = parsed(mail_bytes(replace(MESSAGE, html=""), Sender("post@wonen.example.org"), NOW))
    assert mail.get_content_type() == "text/plain"
    assert mail["From"] == "post@wonen.example.org"


def test_a_signature_covers_what_counts_and_is_verified_by_others(key: tuple[DkimKey, bytes]) -> None:
    raw = signed(mail_bytes(MESSAGE, SENDER, NOW), key[0])
    assert verified(raw, key[1])
    head = raw.partition(b"\r\nFrom:")[0].decode()
    covered = head.partition("h=")[2].partition(";")[0].split(":")
    said = [name.strip() for name in covered]
    assert {"from", "to", "subject", "message-id", "list-unsubscribe", "list-unsubscribe-post"} <= set(said)
    assert said.count("from") == said.count("subject") == 2
    assert "d=wonen.example.org" in head


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Bekijk de vraag", b"Bekijk de prijs"),
        (b"/stop/aaaa", b"/stop/bbbb"),
        (b"Subject: ", b"Subject: Spoed "),
        (b"\r\nTo: ", b"\r\nSubject: een tweede\r\nTo: "),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
    ],
)
def test_whatever_is_changed_breaks_the_signature(key: tuple[DkimKey, bytes], old: bytes, new: bytes) -> None:
    raw = signed(mail_bytes(MESSAGE, SENDER, NOW), key[0])
    assert old in raw
    assert not verified(raw.replace(old, new), key[1])


def test_the_key_of_somebody_else_verifies_nothing(key: tuple[DkimKey, bytes]) -> None:
    other = rsa.generate_private_key(65537, 2048)
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    assert not verified(signed(mail_bytes(MESSAGE, SENDER, NOW), replace(key[0], private=pem)), key[1])


@given(st.text(max_size=200), st.text(max_size=60))
def test_words_come_through_or_are_refused(subject: str, name: str) -> None:
    try:
        raw = mail_bytes(replace(MESSAGE, subject=subject), Sender("post@wonen.example.org", name), NOW)
    except UnsafeContentError:
        assert not (subject + name).isprintable()
        return
    mail = parsed(raw)
    # spaces at the ends of a header are nobody's
    assert " ".join(mail["Subject"].split()) == " ".join(subject.split())
    assert mail["From"].addresses[0].addr_spec == "post@wonen.example.org"
    assert mail["Bcc"] is None
    assert len(mail.keys()) == len(set(mail.keys())) == 11
