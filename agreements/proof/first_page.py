"""The first page: who answered what, when and how, and how sure that is."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from agreements.proof.blocks import Fact, Facts, Look, Tone, Words
from agreements.proof.values import StampState, Standing

if TYPE_CHECKING:
    from agreements.proof.blocks import Block
    from agreements.proof.making import Making
    from agreements.proof.values import Act, Proof

_ANSWERED = {Standing.AGREED, Standing.DECLINED}
_TONES = {Standing.AGREED: Tone.GOOD, Standing.WITHDRAWN: Tone.BAD, Standing.DECLINED: Tone.BAD}


def first_page(making: Making) -> list[Block]:
    """The blocks of the first page."""
    proof, speech = making.proof, making.speech
    over = speech.say("over.agreed" if proof.standing in _ANSWERED and not proof.wrong else "over.other")
    blocks: list[Block] = []
    if proof.is_test:
        blocks.append(Words(speech.say("over.test"), Look.SUBHEADING))
    blocks += [Words(over.upper(), Look.OVERLINE), Words(headline(making), Look.TITLE, outline=over)]
    tone = Tone.BAD if proof.wrong else _TONES.get(proof.standing, Tone.PLAIN)
    blocks.append(Facts((*_warning(making), *_summary(making)), panel=True, tone=tone))
    blocks += [Words(speech.say("sure.title"), Look.HEADING), Facts(tuple(_sure(making)))]
    return blocks


def headline(making: Making) -> str:
    """The outcome in one sentence; evidence that does not hold has none."""
    proof, speech, who = making.proof, making.speech, _who(making)
    if proof.wrong:
        return speech.say("page1.wrong-title")
    if proof.standing in _ANSWERED:
        verb = proof.asked.verb if proof.asked.verb in speech.words["said"] else "other"
        return speech.say(f"said.{verb}.{'yes' if proof.standing is Standing.AGREED else 'no'}", who=who)
    sentence = speech.say(f"said.other.{proof.standing}", who=who)
    return sentence[:1].upper() + sentence[1:]


def _warning(making: Making) -> list[Fact]:
    """That the file does not hold, when the check found so."""
    wrong, speech = making.proof.wrong, making.speech
    if not wrong:
        return []
    where = min((one.seq for one in wrong if one.seq is not None), default=None)
    name = "page1.wrong-at" if where else "page1.wrong-is"
    codes = ", ".join(dict.fromkeys(one.code for one in wrong))
    return [Fact(speech.say("page1.wrong"), speech.say(name, seq=where), codes, Look.LEAD)]


def _who(making: Making) -> str:
    proof = making.proof
    named = proof.name.annex != proof.recipient.annex or isinstance(proof.name.value, dict)
    return (proof.name.field("name") if named else "") or making.speech.say("page1.recipient")


def _summary(making: Making) -> list[Fact]:
    proof, speech = making.proof, making.speech
    title = proof.asked.line("title") or speech.say("page1.unasked")
    verb = speech.words["verb"].get(proof.asked.verb, "")
    what_note = speech.say("page1.what-note", verb=verb) if verb else ""
    when, when_note, how, how_note = _when_and_how(making)
    return [
        Fact(speech.say("page1.who"), _who(making), _who_note(making), Look.LEAD),
        Fact(speech.say("page1.what"), title, f"{proof.asked.line('asked')}\n{what_note}".strip(), Look.LEAD),
        Fact(speech.say("page1.when"), when, when_note, Look.LEAD),
        Fact(speech.say("page1.how"), how, how_note, Look.LEAD),
        Fact(speech.say("page1.now"), _now(making), _as_of(making), Look.LEAD),
    ]


def _who_note(making: Making) -> str:
    proof, speech = making.proof, making.speech
    key = proof.recipient.field("key", "recipient", "id")
    notes = [speech.say("page1.customer", key=key)] if key else []
    if not proof.name.is_known:
        notes.append(speech.say("page1.gone-name"))
    notes += [
        f"{speech.name_of('channel', on, channel=on)} {making.address(told, 'page1')}" for on, told in proof.addresses
    ]
    return " · ".join(notes)


def _when_and_how(making: Making) -> tuple[str, str, str, str]:
    proof, speech = making.proof, making.speech
    act = proof.deciding
    if act is None:
        return speech.say("page1.no-answer"), _asked_on(making), "–", ""  # noqa: RUF001 (the dash itself is meant)
    at = act.at
    zone, when = speech.say("dates.zone", exact=speech.exact(at)), speech.moment(at)
    if proof.standing not in _ANSWERED:
        answer = speech.say(f"page1.{'yes' if act.answer == 'yes' else 'no'}")
        when = speech.say("page1.when-answered", answer=answer, when=when)
    return when, zone, making.method(act), _how_note(making, act)


def _asked_on(making: Making) -> str:
    requested = making.proof.requested
    if requested is None:
        return ""
    until = making.day_of(requested.text("valid_until"))
    return making.speech.say("page1.asked-on", when=making.speech.moment(requested.at), until=until)


def _how_note(making: Making, act: Act) -> str:
    said = [f"“{act.raw.field('text')}”"] if act.raw.is_known else []
    staff = act.event.text("attested_by") or act.event.text("by")
    return "\n".join([*said, *([making.speech.say("page1.by", by=staff)] if staff else [])])


def _as_of(making: Making) -> str:
    return making.speech.say("page1.as-of", when=making.speech.moment(making.proof.as_of))


def _now(making: Making) -> str:
    proof, speech = making.proof, making.speech
    if proof.wrong:
        return speech.say("page1.now-wrong")
    when = speech.moment(proof.ended.at) if proof.ended else ""
    corrected = proof.ended is not None and proof.ended.kind == "corrected"
    return speech.say("page1.now-corrected" if corrected else f"page1.now-{proof.standing}", when=when)


def _sure(making: Making) -> list[Fact]:
    proof, speech = making.proof, making.speech
    chain = speech.say("sure.chain-broken" if proof.wrong else "sure.chain-is", count=len(proof.events))
    return [
        Fact(speech.say("sure.chain"), chain),
        Fact(speech.say("sure.stamp"), _stamps(proof, making)),
        Fact(speech.say("sure.seal"), making.seal()),
        Fact(speech.say("sure.check"), speech.say("sure.check-is", name=making.attached)),
    ]


def _stamps(proof: Proof, making: Making) -> str:
    speech = making.speech
    stamped = [one for one in proof.checkpoints if one.state is StampState.STAMPED]
    covered = [e for e in proof.events if any(one.first <= e.seq <= one.last for one in stamped)]
    latest = max((one.stamped_at for one in stamped if one.stamped_at), default=dt.datetime.min.replace(tzinfo=dt.UTC))
    if any(one.state is StampState.OTHER for one in proof.checkpoints):
        return speech.say("sure.stamp-other")
    if not covered:
        return speech.say("sure.stamp-none")
    if len(covered) == len(proof.events):
        return speech.say("sure.stamp-all", when=speech.moment(latest))
    return speech.say("sure.stamp-some", covered=len(covered), count=len(proof.events))
