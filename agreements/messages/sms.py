"""Text messages: who asks, what, how to answer and how to make it stop; a line each, and as short as can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agreements.messages.model import Decided, MessageKind
from agreements.messages.plain import one_line, web_host
from agreements.messages.words import words_of
from agreements.questions.model import WITHDRAWABLE, AskRoad
from agreements.sms import transliterate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from agreements.messages.model import Ask, Look
    from agreements.messages.words import Words


def render_sms(ask: Ask, look: Look) -> str:
    """The text message for one person. An address ends its line, so that phones do not take a full stop with it."""
    words = words_of(ask.question.language(ask.language))
    return "\n".join(_LINES[ask.kind](ask, _names(ask, look), words))


def spelled_sms(ask: Ask, look: Look) -> str:
    """The text message as it goes: dear signs in another way when the author agreed to it, names never."""
    text = render_sms(ask, look)
    return transliterate(text, names_in(ask, look)) if ask.question.transliterate else text


def names_in(ask: Ask, look: Look) -> tuple[str, ...]:
    """What of a text message is never spelled in another way to make it cheaper: names, and the link."""
    controller = one_line(ask.question.controller.name)
    return tuple(part for part in (one_line(ask.name), one_line(look.organisation), controller, ask.link) if part)


def _names(ask: Ask, look: Look) -> dict[str, str]:
    """Values that lines may name."""
    wording, words = ask.question.wording(ask.language), words_of(ask.question.language(ask.language))
    code = f" {ask.code}" if ask.code else ""
    return {
        "organisation": one_line(look.organisation),
        "question": one_line(wording.question),
        "title": one_line(wording.title),
        "contact": one_line(ask.contact or ask.question.controller.contact),
        "link": ask.link,
        "code": ask.code,
        "day": words.day(ask.decided_on or ask.valid_until),
        "last_day": words.day(ask.valid_until),
        "yes": words.sms("say_yes") + code,
        "no": words.sms("say_no") + code,
    }


def _by_keyword(ask: Ask) -> bool:
    return ask.replies and AskRoad.SMS_KEYWORD in ask.question.roads


def _asked(ask: Ask, values: dict[str, str], words: Words) -> Iterator[str]:
    yield words.sms(ask.kind, **values)
    if not ask.link:
        # nowhere else can the person read what the yes is about
        explanation = one_line(ask.question.wording(ask.language).explanation)
        yield from (explanation,) if explanation else ()
    yield from _how(ask, values, words)
    yield words.sms("until", day=values["last_day"])
    yield from _stop(ask, values, words)


def _how(ask: Ask, values: dict[str, str], words: Words) -> Iterator[str]:
    """The ways to answer: read first, then the word."""
    keyword = _by_keyword(ask)
    if web_host(ask.link):
        chosen_there = AskRoad.SMS_LINK in ask.question.roads or not keyword
        yield words.sms("choose" if chosen_there else "read", **values)
    if keyword:
        yield words.sms("answer_code" if ask.code else "answer", **values)


def _stop(ask: Ask, values: dict[str, str], words: Words) -> Iterator[str]:
    if ask.replies:
        yield words.sms("stop")
    elif values["contact"]:
        yield words.sms("stop_no_replies", **values)


def _questions(values: dict[str, str], words: Words) -> Iterator[str]:
    if values["contact"]:
        yield words.sms("questions", **values)


def _confirmation(ask: Ask, values: dict[str, str], words: Words) -> Iterator[str]:
    yield words.sms(ask.decided, **values)
    may_withdraw = ask.decided is Decided.YES and ask.question.verb in WITHDRAWABLE
    may_change = ask.decided is Decided.NO
    if may_withdraw and _by_keyword(ask):
        yield words.sms("withdraw", **values)
    elif may_change and _by_keyword(ask):
        yield words.sms("change", yes=values["yes"], day=values["last_day"])
    elif (may_withdraw or may_change) and web_host(ask.link):
        yield words.sms("see", **values)
    else:
        yield from _questions(values, words)


def _late(ask: Ask, values: dict[str, str], words: Words) -> Iterator[str]:
    yield words.sms("late", organisation=values["organisation"], day=words.day(ask.valid_until))
    yield from _questions(values, words)


def _needs_code(ask: Ask, values: dict[str, str], words: Words) -> Iterator[str]:
    yield words.sms("needs_code", **values)
    yield from _how(ask, values, words)


def _help(ask: Ask, values: dict[str, str], words: Words) -> Iterator[str]:
    yield words.sms("help", **values)
    yield from _how(ask, values, words)
    yield from _questions(values, words)
    yield from _stop(ask, values, words)


def _stopped(ask: Ask, values: dict[str, str], words: Words) -> Iterator[str]:
    yield words.sms("stopped" if ask.replies else "stopped_no_replies", **values)


def _expired(ask: Ask, values: dict[str, str], words: Words) -> Iterator[str]:
    del ask
    values["day"] = values["last_day"]
    yield words.sms("expired", **values)
    yield from _questions(values, words)


_LINES: Mapping[MessageKind, Callable[[Ask, dict[str, str], Words], Iterator[str]]] = {
    MessageKind.REQUEST: _asked,
    MessageKind.REMINDER: _asked,
    MessageKind.LINK: _asked,
    MessageKind.CONFIRMATION: _confirmation,
    MessageKind.LATE: _late,
    MessageKind.NEEDS_CODE: _needs_code,
    MessageKind.HELP: _help,
    MessageKind.STOPPED: _stopped,
    MessageKind.EXPIRED_NOTICE: _expired,
}
