"""What is sent to people: mails in the brand with a text twin, and text messages."""

from agreements.messages.brand_look import look_of
from agreements.messages.mail import render_mail
from agreements.messages.model import Ask, Decided, Inline, Look, Mail, MessageKind
from agreements.messages.page_link import PageLink, render_link_mail, render_link_sms
from agreements.messages.sms import names_in, render_sms, spelled_sms

__all__ = [
    "Ask",
    "Decided",
    "Inline",
    "Look",
    "Mail",
    "MessageKind",
    "PageLink",
    "look_of",
    "names_in",
    "render_link_mail",
    "render_link_sms",
    "render_mail",
    "render_sms",
    "spelled_sms",
]
