"""Mail as it comes back: what mail servers, machines and people write."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.ports import Message


def dsn(
    message_id: str = "<none@elsewhere.example>",
    *,
    to: str = "",
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "550 5.1.1 <huurder@example.org>: no such user",
) -> bytes:
    """A delivery status report (RFC 3464)."""
    return f"""\
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: {to or "post@wonen.example.org"}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4XyZ

Final-Recipient: rfc822; huurder@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: text/rfc822-headers

From: "Wonen" <post@wonen.example.org>
To: <huurder@example.org>
Message-ID: {message_id}

--b--
""".encode()


def whole(message: Message) -> bytes:
    """A report with all that came back in it."""
    text = dsn(message.message_id).replace(b"text/rfc822-headers", b"message/rfc822")
    return text.replace(b"\n\n--b--", b"\n\nBeste mevrouw,\n\n--b--")


def complaint(to: str, kind: str = "abuse") -> bytes:
    """A complaint (RFC 5965)."""
    return f"""\
From: <fbl@mail.example>
To: {to}
Subject: FW: Een vraag
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <huurder@example.org>

--b
Content-Type: message/rfc822

From: <post@wonen.example.org>
Message-ID: <unknown@wonen.example.org>

text
--b--
""".encode()


def plain(to: str, subject: str, text: str = "", **headers: str) -> bytes:
    """A mail of one part."""
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return f"From: <iemand@example.org>\nTo: {to}\nSubject: {subject}\n{more}\n{text}\n".encode()


QMAIL = """\
Hi. This is the qmail-send program at example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<huurder@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.
"""
