"""What a mail says, before it has a form: text and HTML are both made of these."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from agreements.messages.model import Decided, MessageKind
from agreements.messages.plain import one_line, paragraphs, web_host
from agreements.messages.words import words_of
from agreements.questions.model import WITHDRAWABLE, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from agreements.messages.model import Ask, Look
    from agreements.messages.words import Words
    from agreements.questions.model import Wording


class Part(StrEnum):
    """How a block is shown. An address is that of the button in full; in plain text the button has it already."""

    TITLE = "title"
    TEXT = "text"
    ASKED = "asked"
    BUTTON = "button"
    ADDRESS = "address"
    SMALL = "small"
    FOOT = "foot"


class Block(NamedTuple):
    """A line of text, and an address of the web that belongs to it."""

    part: Part
    text: str
    link: str = ""


def blocks(ask: Ask, look: Look) -> tuple[Block, ...]:
    """All that a mail says, in order."""
    words = words_of(ask.question.language(ask.language))
    name = one_line(ask.name)
    return (
        Block(Part.TITLE, subject(ask)),
        _text(words.mail("hello", name=name) if name else words.mail("hello_nobody")),
        *_BODIES[ask.kind](ask, words),
        *_end(ask, look, words),
    )


def subject(ask: Ask) -> str:
    """The subject of the mail, which is its title too."""
    words, wording = words_of(ask.question.language(ask.language)), ask.question.wording(ask.language)
    title = one_line(wording.title)
    if ask.kind in {MessageKind.REQUEST, MessageKind.LINK}:
        return title
    if ask.kind is MessageKind.REMINDER:
        return words.mail("subject_reminder", title=title)
    if ask.kind is MessageKind.CONFIRMATION:
        return words.mail(f"subject_{ask.decided}", answer=_answer(ask, wording))
    return words.mail(f"subject_{ask.kind.removesuffix('-notice').replace('-', '_')}")


def _answer(ask: Ask, wording: Wording) -> str:
    return one_line(wording.yes if ask.decided is Decided.YES else wording.no)


def _text(text: str) -> Block:
    return Block(Part.TEXT, text)


def _request(ask: Ask, words: Words) -> Iterator[Block]:
    if ask.kind is MessageKind.REMINDER:
        yield _text(words.mail("again"))
    if ask.kind is MessageKind.LINK:
        yield _text(words.mail("link_asked"))
    yield _text(words.mail(f"asks_{ask.question.verb}"))
    yield from _asked(ask, words)
    yield _text(words.mail("how"))
    yield from _button(ask, words, "button_choose")
    yield _text(words.mail("until", day=words.day(ask.valid_until)))


def _asked(ask: Ask, words: Words) -> Iterator[Block]:
    """The question with its explanation, whole: it is what the evidence says was asked."""
    wording = ask.question.wording(ask.language)
    yield from map(_text, paragraphs(wording.explanation))
    if ask.question.verb is Verb.CONSENT:
        language = ask.question.language(ask.language)
        labels = (one_line(purpose.label.get(language, "")) for purpose in ask.question.purposes)
        yield from (_text(words.mail("purpose", purpose=label)) for label in labels if label)
    yield Block(Part.ASKED, one_line(wording.question))


def _button(ask: Ask, words: Words, key: str) -> Iterator[Block]:
    host = web_host(ask.link)
    if not host:
        return
    yield Block(Part.BUTTON, words.mail(key), ask.link)
    yield Block(Part.SMALL, words.mail("host", host=host))
    yield Block(Part.ADDRESS, words.mail("or_type"), ask.link)


def _confirmation(ask: Ask, words: Words) -> Iterator[Block]:
    wording = ask.question.wording(ask.language)
    day = words.day(ask.decided_on) if ask.decided_on else ""
    if ask.decided is Decided.WITHDRAWN:
        yield _text(words.mail("you_withdrew", day=day))
        yield from _what_was_asked(ask, words)
    else:
        yield _text(words.mail("thanks"))
        yield from _what_was_asked(ask, words)
        yield _text(words.mail("you_chose", day=day))
        yield Block(Part.ASKED, _answer(ask, wording))
        yield from map(_text, paragraphs(wording.after_yes if ask.decided is Decided.YES else wording.after_no))
    yield from _way_back(ask, words)
    yield _text(words.mail("not_you"))


def _way_back(ask: Ask, words: Words) -> Iterator[Block]:
    """To withdraw is as easy as to agree (GDPR, article 7(3))."""
    if ask.decided is Decided.YES and ask.question.verb in WITHDRAWABLE:
        yield _text(words.mail("withdraw"))
    if ask.decided is Decided.NO:
        yield _text(words.mail("change", day=words.day(ask.valid_until)))
    yield from _button(ask, words, "button_see")


def _what_was_asked(ask: Ask, words: Words) -> Iterator[Block]:
    yield _text(words.mail("we_asked"))
    yield Block(Part.ASKED, one_line(ask.question.wording(ask.language).question))


def _late(ask: Ask, words: Words) -> Iterator[Block]:
    yield _text(words.mail("late", day=words.day(ask.valid_until)))
    yield from _what_was_asked(ask, words)
    yield _text(words.mail("late_help"))


def _needs_code(ask: Ask, words: Words) -> Iterator[Block]:
    yield _text(words.mail("needs_code"))
    yield Block(Part.ASKED, one_line(ask.question.wording(ask.language).question))
    yield _text(words.mail("needs_code_how"))
    yield from _button(ask, words, "button_choose")


def _help(ask: Ask, words: Words) -> Iterator[Block]:
    yield _text(words.mail("help"))
    yield from _asked(ask, words)
    yield from _button(ask, words, "button_choose")
    yield _text(words.mail("until", day=words.day(ask.valid_until)))


def _stopped(ask: Ask, words: Words) -> Iterator[Block]:
    del ask
    yield _text(words.mail("stopped"))


def _expired(ask: Ask, words: Words) -> Iterator[Block]:
    yield from _what_was_asked(ask, words)
    yield _text(words.mail("expired", day=words.day(ask.valid_until)))


_BODIES: Mapping[MessageKind, Callable[[Ask, Words], Iterator[Block]]] = {
    MessageKind.REQUEST: _request,
    MessageKind.REMINDER: _request,
    MessageKind.LINK: _request,
    MessageKind.CONFIRMATION: _confirmation,
    MessageKind.LATE: _late,
    MessageKind.NEEDS_CODE: _needs_code,
    MessageKind.HELP: _help,
    MessageKind.STOPPED: _stopped,
    MessageKind.EXPIRED_NOTICE: _expired,
}


def _end(ask: Ask, look: Look, words: Words) -> Iterator[Block]:
    contact = ask.contact or ask.question.controller.contact
    yield from closing(look, words, contact, ask.reference, ask.question.policy.url)


def closing(look: Look, words: Words, contact: str, reference: str, policy: str = "") -> Iterator[Block]:
    """How every mail ends: how to reach whom, and who it is from."""
    organisation, reached = one_line(look.organisation), one_line(contact).rstrip(".")
    if reached:
        yield _text(words.mail("questions", contact=reached))
    yield _text(words.mail("bye"))
    yield _text(organisation)
    if web_host(policy):
        yield Block(Part.SMALL, words.mail("policy"), policy)
    if reference:
        yield Block(Part.SMALL, words.mail("reference", reference=one_line(reference)))
    yield Block(Part.SMALL, words.mail("from_us", organisation=organisation))
    yield from (Block(Part.FOOT, one_line(line)) for line in look.footer)
