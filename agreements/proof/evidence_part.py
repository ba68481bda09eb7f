"""The last part: digests, checkpoints, what was deleted, what all that shows and what not, and how to check it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agreements.evidence.tiers import Tier, sentence
from agreements.proof.blocks import Fact, Facts, Look, NewPage, Quote, Table, Words
from agreements.proof.timeline import title_of
from agreements.proof.values import StampState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agreements.proof.blocks import Block
    from agreements.proof.making import Making
    from agreements.proof.values import StampedCheckpoint


def evidence(making: Making) -> Iterator[Block]:
    """The blocks of the evidence."""
    speech, proof = making.speech, making.proof
    yield NewPage()
    yield Words(speech.say("evidence.title"), Look.HEADING)
    yield Words(speech.say("evidence.lead"))
    yield Facts(tuple(_facts(making)))
    yield Words(speech.say("evidence.events"), Look.SUBHEADING)
    yield Table(
        head=tuple(speech.say(f"evidence.{name}") for name in ("seq", "at", "kind", "digest")),
        rows=tuple(_row(making, at) for at in range(len(proof.events))),
        shares=(0.07, 0.15, 0.33, 0.45),
        looks=(Look.SMALL, Look.SMALL, Look.SMALL, Look.TINY_MONO),
    )
    yield from _checkpoints(making)
    yield from _deleted(making)
    if proof.asked.text:
        yield Words(speech.say("evidence.frozen"), Look.SUBHEADING)
        yield Quote(proof.asked.text.rstrip("\n"), mono=True)
    yield from _tiers(making)
    yield from _check(making)


def _facts(making: Making) -> Iterator[Fact]:
    speech, proof = making.speech, making.proof
    yield Fact(speech.say("evidence.request"), proof.request, look=Look.MONO)
    yield Fact(speech.say("evidence.chain"), proof.chain, look=Look.MONO)
    yield Fact(speech.say("evidence.head"), speech.say("evidence.head-is", seq=proof.head[0]), proof.head[1])
    if proof.links:
        yield Fact(speech.say("evidence.links"), speech.say("evidence.links-is", count=proof.links))
    yield Fact(speech.say("evidence.question-digest"), halves(proof.asked.digest), look=Look.TINY_MONO)
    file = speech.say("evidence.file", name=making.attached)
    yield Fact(file, halves(making.attached_digest), look=Look.TINY_MONO)


def halves(digest: str) -> str:
    """A digest on two lines, so that it can be compared by eye."""
    name, colon, digits = digest.rpartition(":")
    return f"{name}{colon}{digits[:32]}\n{digits[32:]}" if len(digits) > 32 else digest  # noqa: PLR2004 (half of a SHA-256)


def _row(making: Making, at: int) -> tuple[str, ...]:
    event = making.proof.events[at]
    utc = making.speech.exact(event.at).removesuffix(" UTC")
    digits = event.digest.removeprefix("sha256:")
    return str(event.seq), utc.replace(" ", "\n"), title_of(making, event), f"{digits[:32]}\n{digits[32:]}"


def _checkpoints(making: Making) -> Iterator[Block]:
    speech, proof = making.speech, making.proof
    yield Words(speech.say("evidence.checkpoints"), Look.SUBHEADING)
    if not proof.checkpoints:
        yield Words(speech.say("evidence.checkpoints-none"))
        return
    yield Table(
        head=tuple(speech.say(f"evidence.{name}") for name in ("stretch", "stamp", "root")),
        rows=tuple(_checkpoint(making, one) for one in proof.checkpoints),
        shares=(0.16, 0.39, 0.45),
        looks=(Look.SMALL, Look.SMALL, Look.TINY_MONO),
    )


def _checkpoint(making: Making, one: StampedCheckpoint) -> tuple[str, str, str]:
    speech = making.speech
    stretch = speech.say("evidence.stretch-is", first=one.first, last=one.last)
    digests = "\n".join(halves(digest.removeprefix("sha256:")) for digest in (one.root, one.digest))
    if one.state is StampState.STAMPED and one.stamped_at is not None:
        name = "stamped" if one.authority else "stamped-nameless"
        when = speech.exact(one.stamped_at)
        return stretch, speech.say(f"evidence.{name}", when=when, authority=one.authority), digests
    return stretch, speech.say(f"evidence.{one.state}"), digests


def _deleted(making: Making) -> Iterator[Block]:
    speech, gone = making.speech, making.proof.gone
    if not gone:
        return
    yield Words(speech.say("evidence.deleted"), Look.SUBHEADING)
    yield Words(speech.say("evidence.deleted-lead"), leads=True)
    rows = []
    for told in gone:
        when = told.deleted_at
        became = (
            speech.say("evidence.deleted-on", when=speech.moment(when)) if when else speech.say("evidence.left-out")
        )
        rows.append((told.annex, became))
    head = (speech.say("evidence.annex"), speech.say("evidence.what-became"))
    yield Table(head, tuple(rows), (0.5, 0.5), (Look.TINY_MONO, Look.SMALL))


def _tiers(making: Making) -> Iterator[Block]:
    speech = making.speech
    yield Words(speech.say("evidence.tiers"), Look.SUBHEADING)
    told = {tier: sentence(tier, speech.language) for tier in Tier}
    yield Table(
        head=tuple(speech.say(f"evidence.{name}") for name in ("tier", "detects", "not-detected")),
        rows=tuple((speech.say(f"evidence.tier-{t}"), told[t].detects, told[t].not_detected) for t in Tier),
        shares=(0.15, 0.425, 0.425),
        looks=(Look.SMALL, Look.SMALL, Look.SMALL),
    )


def _check(making: Making) -> Iterator[Block]:
    speech = making.speech
    yield Words(speech.say("evidence.check"), Look.SUBHEADING)
    for number in (1, 2, 3):
        yield Words(speech.say(f"evidence.check-{number}", name=making.attached))
    yield Words(making.seal())
    yield Words(speech.say("evidence.not-signature", corporation=making.corporation))
