"""What a message is made of, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from docgen.layouts.theme import Colours

if TYPE_CHECKING:
    from datetime import date

    from agreements.questions.model import Question


class MessageKind(StrEnum):
    """Why somebody is written to."""

    REQUEST = "request"
    REMINDER = "reminder"
    CONFIRMATION = "confirmation"
    LATE = "late"
    NEEDS_CODE = "needs-code"
    HELP = "help"
    STOPPED = "stopped"
    EXPIRED_NOTICE = "expired-notice"
    LINK = "link"


class Decided(StrEnum):
    """What a confirmation confirms."""

    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One message to one person.

    ``name`` is how they are addressed and may be empty, ``link`` their own page, ``code`` the four digits that tell
    their questions apart or nothing, ``contact`` how they reach the corporation (the question's when empty).
    ``replies`` is whether the sender of a text message can be answered.
    """

    kind: MessageKind
    question: Question
    language: str
    link: str
    name: str
    reference: str
    valid_until: date
    code: str = ""
    decided: Decided = Decided.NOTHING
    decided_on: date | None = None
    contact: str = ""
    replies: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """The brand. ``logo`` is a PNG that is shown at half its size; ``footer`` are lines below the message."""

    organisation: str
    colours: Colours = field(default_factory=Colours)
    logo: bytes | None = None
    footer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inline:
    """A picture that travels with the mail: ``Content-ID: <cid>``, related to its HTML (RFC 2392)."""

    cid: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in two forms that say the same. The subject is one line."""

    subject: str
    text: str
    html: str
    inline: tuple[Inline, ...] = ()
