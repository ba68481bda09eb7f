"""The second part: every event of the request in plain words, in the order in which it was recorded."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from agreements.proof.blocks import Look, Step, Steps, Tone, Words
from agreements.proof.reading import moment_if

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agreements.proof.blocks import Block
    from agreements.proof.making import Making
    from agreements.proof.values import Act, Event

_TOLD_APART = 3
_BAD = frozenset({"message-bounced", "message-failed", "withdrawn", "stopped"})


def timeline(making: Making) -> list[Block]:
    """The blocks of the timeline."""
    speech = making.speech
    heading, note = Words(speech.say("timeline.title"), Look.HEADING), Words(speech.say("timeline.note"), Look.SMALL)
    runs = [list(run) for _, run in groupby(making.proof.events, key=_run)]
    return [heading, note, Steps(tuple(step for run in runs for step in _steps(making, run)))]


def _run(event: Event) -> int:
    """Fetches of the link that follow each other are told together."""
    return 0 if event.kind == "link-fetched" else event.seq


def _steps(making: Making, run: Sequence[Event]) -> list[Step]:
    if len(run) <= _TOLD_APART:
        return [_step(making, event) for event in run]
    speech = making.speech
    counted = Counter(_guess(making, event) for event in run)
    details = [speech.say("timeline.link-fetched-so", count=count, what=what) for what, count in counted.items()]
    when = f"{speech.short(run[0].at)}\n{speech.short(run[-1].at)}"
    return [Step(when, speech.say("timeline.link-fetched-often", count=len(run)), tuple(details))]


def _guess(making: Making, event: Event) -> str:
    guess = event.text("guess")
    return making.speech.say(f"timeline.{guess if guess in {'person', 'scanner'} else 'unknown'}")


def _step(making: Making, event: Event) -> Step:
    act = next((act for act in making.proof.acts if act.event.seq == event.seq), None)
    tone = Tone.BAD if event.kind in _BAD else Tone.PLAIN
    if act is not None and act.decided:
        tone = Tone.GOOD if act.answer == "yes" else Tone.BAD
    return Step(making.speech.short(event.at), title_of(making, event), tuple(_details(making, event, act)), tone)


def title_of(making: Making, event: Event) -> str:
    """What happened, in a few words."""
    speech, kind = making.speech, event.kind
    if kind.startswith("message-"):
        sent = next(one for one in making.proof.sent if event in one.events)
        channel = speech.name_of("channel", sent.channel, channel=sent.channel)
        words = speech.say(f"timeline.{kind}", kind=speech.name_of("message", sent.kind), channel=channel)
        return words[:1].upper() + words[1:]
    if kind == "answered":
        name = f"answered-{event.text('answer')}"
        return speech.name_of(
            "timeline", name if name in speech.words["timeline"] else "answered-other", answer=event.text("answer")
        )
    channel = event.text("channel")
    return speech.name_of(
        "timeline",
        kind,
        kind=kind,
        answer=_answer(making, event),
        channel=speech.name_of("channel", channel, channel=channel) if channel else "",
    )


def _answer(making: Making, event: Event) -> str:
    answer = event.text("answer")
    known = {"yes", "no", "withdraw", "nothing"}
    return making.speech.say(f"page1.{answer}").lower() if answer in known else answer


def _details(making: Making, event: Event, act: Act | None) -> Iterator[str]:
    speech, kind = making.speech, event.kind
    if kind == "question-frozen":
        yield speech.say("timeline.question-frozen-note")
    if kind == "requested":
        until = making.day_of(event.text("valid_until"))
        yield speech.say("timeline.requested-by", by=event.text("by"), until=until)
    if kind.startswith("message-"):
        yield from _carried(making, event)
    if kind == "link-fetched":
        yield _guess(making, event)
    if kind == "unclear":
        yield speech.say("timeline.unclear-note")
    if act is not None and kind == "answered":
        yield making.method(act)
        if not act.decided:
            yield making.not_counted(act)
    yield from _general(making, event)


def _carried(making: Making, event: Event) -> Iterator[str]:
    speech, sent = making.speech, next(one for one in making.proof.sent if event in one.events)
    if event.kind in {"message-queued", "message-sent"}:
        yield speech.say("timeline.to", address=making.address(sent.address))
    provided = moment_if(event.text("provider_at"))
    if provided is not None:
        yield speech.say("timeline.provider-at", when=speech.moment(provided))
    if event.text("provider_id"):
        yield speech.say("timeline.provider", id=event.text("provider_id"))
    if event.text("parts") not in {"", "0", "1"} and sent.channel == "sms":
        yield speech.say("timeline.parts", parts=event.text("parts"))


def _general(making: Making, event: Event) -> Iterator[str]:
    speech = making.speech
    if event.text("code"):
        yield speech.say("timeline.code", code=event.text("code"))
    if event.kind == "annex-deleted" and event.body:
        gone = event.body["annexes"]
        yield speech.say("timeline.annexes-count", count=len(gone) if isinstance(gone, list) else 0)
    if event.kind in {"settled-by-person", "annex-deleted", "cancelled", "corrected"} and event.text("by"):
        yield speech.say("timeline.by", by=event.text("by"))
    if event.kind == "withdrawn" and event.text("method"):
        yield speech.name_of("method", event.text("method"), method=event.text("method"))
    if event.text("names"):
        yield speech.say("timeline.names", seq=event.text("names"))
