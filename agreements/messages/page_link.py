"""A fresh link to somebody's own page, for who asked for it: as mail and as text message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agreements.messages.blocks import Block, Part, closing
from agreements.messages.mail import mail_of
from agreements.messages.plain import one_line, web_host
from agreements.messages.words import words_of

if TYPE_CHECKING:
    from datetime import date

    from agreements.messages.model import Look, Mail


@dataclass(frozen=True, slots=True)
class PageLink:
    """``title`` is what the page is about, ``until`` the last day to answer, ``contact`` how to reach who sends it."""

    title: str
    language: str
    link: str
    until: date
    contact: str = ""
    reference: str = ""


def render_link_mail(page: PageLink, look: Look) -> Mail:
    """The mail; the same values give the same bytes."""
    words = words_of(page.language)
    title = one_line(page.title)
    said = (
        Block(Part.TITLE, title),
        Block(Part.TEXT, words.mail("hello_nobody")),
        Block(Part.TEXT, words.mail("link_asked")),
        Block(Part.TEXT, words.mail("link_address")),
        Block(Part.BUTTON, words.mail("button_page"), page.link),
        Block(Part.SMALL, words.mail("host", host=web_host(page.link))),
        Block(Part.ADDRESS, words.mail("or_type"), page.link),
        Block(Part.TEXT, words.mail("until", day=words.day(page.until))),
        *closing(look, words, page.contact, page.reference),
    )
    return mail_of(title, said, page.language, look)


def render_link_sms(page: PageLink, look: Look) -> str:
    """The text message; the link ends its line."""
    words = words_of(page.language)
    lines = [
        words.sms("page", organisation=one_line(look.organisation), title=one_line(page.title)),
        page.link,
        words.sms("until", day=words.day(page.until)),
    ]
    return "\n".join(lines)
