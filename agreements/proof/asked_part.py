"""The third part: what was asked, sent, shown and answered, in the very words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agreements.proof.blocks import Fact, Facts, Look, Quote, Screen, Shown, Words
from agreements.proof.reading import moment_if
from agreements.proof.timeline import title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agreements.proof.blocks import Block
    from agreements.proof.making import Making
    from agreements.proof.values import Act, Sent, Told

_PAGE_MM, _SLIP_MM = 120.0, 160.0
_ASKING = frozenset({"request", "reminder"})


def asked(making: Making) -> Iterator[Block]:
    """The question as a person read it."""
    speech, question = making.speech, making.proof.asked
    yield Words(speech.say("asked.title"), Look.HEADING)
    if not question.text:
        yield Words(speech.say("asked.text-gone", digest=question.digest))
        return
    yield Quote(spoken(making), question.line("title"))
    language = speech.words["language"].get(question.language, question.language)
    yield Words(speech.say("asked.version", version=question.version, language=language), Look.SMALL)
    if question.line("button yes"):
        buttons = {"yes": question.line("button yes"), "no": question.line("button no")}
        yield Words(speech.say("asked.buttons", **buttons), Look.SMALL)
    facts = tuple(_facts(making))
    if facts:
        yield Facts(facts)


def spoken(making: Making) -> str:
    """Explanation and question as paragraphs; the frozen text itself when it has another form."""
    lines = making.proof.asked.lines
    parts = [*lines.get("text", ()), *lines.get("asked", ()), *lines.get("mandate", ())]
    return "\n\n".join(parts) or making.proof.asked.text.strip()


def _facts(making: Making) -> Iterator[Fact]:
    speech, lines = making.speech, making.proof.asked.lines
    purposes = _purposes(making)
    if purposes:
        yield Fact(speech.say("asked.purposes"), "\n".join(purposes))
    who = [text for name in ("controller", "address", "contact") for text in lines.get(name, ()) if text]
    if who:
        yield Fact(speech.say("asked.controller"), " · ".join(who))
    policy = making.proof.asked.line("policy")
    if policy:
        yield Fact(speech.say("asked.policy"), policy.replace(" sha256:", "\nsha256:"), look=Look.SMALL)
    requested = making.proof.requested
    roads = (requested.body or {}).get("roads") if requested else None
    if isinstance(roads, list) and roads:
        named = [str(speech.words["road"].get(str(road), road)) for road in roads]
        yield Fact(speech.say("asked.roads"), ", ".join(named))


def _purposes(making: Making) -> list[str]:
    lines = making.proof.asked.lines
    return [text for name, texts in lines.items() if name.startswith("purpose ") for text in texts]


def sent(making: Making) -> Iterator[Block]:
    """The text of each message that asked."""
    speech = making.speech
    asking = [one for one in making.proof.sent if one.kind in _ASKING and one.rendered.annex]
    if not asking:
        return
    yield Words(speech.say("sent.title"), Look.HEADING)
    for one in asking:
        yield from _one_sent(making, one)


def _one_sent(making: Making, one: Sent) -> Iterator[Block]:
    speech = making.speech
    went = next((event for event in one.events if event.kind == "message-sent"), one.events[0])
    channel = speech.name_of("channel", one.channel, channel=one.channel)
    caption = speech.say("sent.caption", channel=channel[:1].upper() + channel[1:], when=speech.moment(went.at))
    text = one.rendered.field("text", "body")
    if not text:
        yield Words(f"{speech.say('sent.gone')} ({caption})", Look.SMALL)
        return
    value = one.rendered.value
    subject = str(value.get("subject") or "") if isinstance(value, dict) else ""
    title = speech.say("sent.subject", subject=subject) if subject else ""
    yield Quote(text.strip("\n"), title, caption, mono=one.channel == "sms")


def shown(making: Making) -> Iterator[Block]:
    """The page as a picture, or drawn again from what it said."""
    act = making.proof.deciding
    if act is None or act.method != "web-post":
        return
    speech = making.speech
    yield Words(speech.say("shown.title"), Look.HEADING)
    offered = moment_if(act.event.text("offered_at"))
    when = speech.moment(offered or act.event.at)
    if making.page is not None:
        yield Shown(making.page, speech.say("shown.page-alt"), speech.say("shown.page", when=when), _PAGE_MM)
    else:
        yield Words(speech.say("shown.no-picture"), leads=True)
        yield _screen(making, act)
    if offered is not None:
        yield Words(speech.say("shown.offered", when=when), Look.SMALL)
    if act.event.text("page_digest"):
        yield Words(speech.say("shown.digest", digest=act.event.text("page_digest")), Look.SMALL)


def _screen(making: Making, act: Act) -> Screen:
    """In the order of the page: what it is about, what for, and the question with its buttons."""
    question, speech = making.proof.asked, making.speech
    if not question.lines.get("asked"):
        return Screen(question.line("title"), spoken(making), "", act.buttons)
    parts = [*question.lines.get("text", ())]
    purposes = _purposes(making)
    if purposes:
        parts.append("\n".join((f"{speech.say('asked.purposes')}:", *(f"• {one}" for one in purposes))))
    parts += question.lines.get("mandate", ())
    buttons = act.buttons or tuple(filter(None, (question.line(f"button {one}") for one in ("yes", "no"))))
    return Screen(question.line("title"), "\n\n".join(parts), "\n".join(question.lines["asked"]), buttons)


def answered(making: Making) -> Iterator[Block]:
    """What a human did, as it came in."""
    acts = [act for act in making.proof.acts if act.decided or act.raw.annex]
    if not acts:
        return
    yield Words(making.speech.say("answered.title"), Look.HEADING)
    for act in acts:
        if len(acts) > 1:
            yield Words(title_of(making, act.event), Look.SUBHEADING)
        yield from _act(making, act)


def _act(making: Making, act: Act) -> Iterator[Block]:
    speech, when = making.speech, making.speech.moment(act.at)
    match act.method:
        case "sms-keyword" | "settled-by-person":
            yield _text_message(making, act, when)
        case "slip-tick":
            yield _slip(making, act, when)
        case "staff-on-phone":
            yield Words(speech.say("answered.staff", by=act.event.text("attested_by"), when=when))
        case "web-post":
            button = making.button(act)
            yield Words(speech.say("answered.web" if button else "answered.web-plain", button=button, when=when))
            yield from _device(making, act)
        case _:
            yield Words(making.method(act))


def _text_message(making: Making, act: Act, when: str) -> Block:
    speech = making.speech
    if not act.raw.is_known:
        return Words(speech.say("answered.sms-gone", seq=act.event.seq))
    sender = making.address(act.sender) if act.sender.is_known else speech.say("answered.unknown-sender")
    caption = speech.say("answered.sms", sender=sender, when=when)
    if not act.decided:
        caption = f"{caption} {making.not_counted(act)}"
    return Quote(act.raw.field("text", "raw"), "", caption, mono=True)


def _slip(making: Making, act: Act, when: str) -> Block:
    speech = making.speech
    if making.slip is not None:
        return Shown(making.slip, speech.say("answered.slip-alt"), speech.say("answered.slip", when=when), _SLIP_MM)
    slip = (act.event.body or {}).get("slip")
    told = slip if isinstance(slip, dict) else {}
    name = str(told.get("page_digest") or told.get("id") or "?")
    return Words(speech.say("answered.slip-none", name=name))


def _device(making: Making, act: Act) -> Iterator[Block]:
    speech, both = making.speech, [told for told in (act.sender, act.device) if told.annex]
    if not both:
        return
    parts = [str(value) for told in both for value in _values(told) if value]
    if not parts:
        yield Words(speech.say("answered.device-gone"), Look.SMALL)
        return
    yield Facts((Fact(speech.say("answered.device"), " · ".join(parts), look=Look.SMALL),))


def _values(told: Told) -> list[object]:
    return list(told.value.values()) if isinstance(told.value, dict) else [told.value]
