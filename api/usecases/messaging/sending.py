"""Sends what is due by one lane: the handler of a work item, over one connection, each message settled by itself.

Messages are taken some at a time. What was taken when this is killed is taken again, and goes with the same Message-ID;
at most one of them had gone before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from api.ports import ChainOf, ChannelKind, MessageState, Mode, Retryable, SendResult, SendState
from api.usecases.kinds import WorkKind
from api.usecases.messaging.addresses import scrubbed
from api.usecases.messaging.composing import outbound
from api.usecases.messaging.domains import refusal_of
from api.usecases.messaging.happened import happened
from api.usecases.messaging.lanes import lane_failed, lane_works
from api.usecases.messaging.outbox import TEST_LANE, ask_for
from api.usecases.messaging.private import chain_of, shown
from api.usecases.messaging.schedule import next_try_at
from api.usecases.messaging.suppressing import suppress_for
from api.usecases.messaging.telling import listen
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.ports import Channel, ChannelSetup, Message, MessageLane, UnitOfWork, WorkContext, WorkItem
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

RUN_S: Final = 10.0
AT_ONCE: Final = 20
TEST_ID: Final = "test"
_PACE_S: Final = 5.0
_AFTER_A_FAULT: Final = timedelta(minutes=5)
_TRIES_TO_NOTE: Final = 3
_TAKEN: Final = (SendState.SENT, SendState.QUEUED)


@dataclass(frozen=True, slots=True)
class _Road:
    """A lane with the channel that carries what is in it; both None for tests, which go nowhere."""

    lane: MessageLane
    setup: ChannelSetup | None
    channel: Channel | None


@dataclass(frozen=True, slots=True)
class _Ready:
    message: Message
    values: Mapping[str, str]


def send_messages(deps: Deps, work: WorkContext) -> None:
    """Send what is due by a lane for some seconds; a channel that nobody answers is left alone for a while."""
    listen()
    organisation_id, lane_id = work.item.organisation_id, work.item.subject_id
    with deps.database.read() as uow:
        lane = uow.messages.lane(organisation_id, lane_id)
    if lane is not None and (lane.paused_until is None or lane.paused_until <= deps.clock.now()):
        road = _road(deps, lane)
        if road is not None:
            try:
                _send_all(deps, road, work)
            finally:
                if road.channel is not None:
                    road.channel.close()
    with deps.database.write() as uow:
        work.complete(uow)
        _ask_again(deps, uow, organisation_id, lane_id)


def sending_failed(deps: Deps, uow: UnitOfWork, item: WorkItem) -> bool:
    """Leave a lane alone for a while when work for it was given up; False when the work was about other things."""
    if item.kind != WorkKind.SEND_MESSAGES:
        return False
    uow.messages.change_lane(item.organisation_id, item.subject_id, paused_until=deps.clock.now() + _AFTER_A_FAULT)
    return True


def _road(deps: Deps, lane: MessageLane) -> _Road | None:
    """None when the channel is configured no more: its messages wait."""
    if lane.name == TEST_LANE:
        return _Road(lane, None, None)
    found = [each for each in deps.channels.setups(lane.organisation_id) if each.name == lane.name]
    try:
        channel = deps.channels.channel(lane.organisation_id, lane.name)
    except Refusal as refusal:
        lane_failed(deps, lane, SendResult(SendState.UNREACHABLE, code=refusal.code, detail=refusal.detail))
        return None
    return _Road(lane, found[0], channel)


def _ask_again(deps: Deps, uow: UnitOfWork, organisation_id: str, lane_id: str) -> None:
    now = deps.clock.now()
    lane = uow.messages.lane(organisation_id, lane_id)
    if lane is None or (lane.paused_until is not None and lane.paused_until > now):
        return
    if uow.messages.has_due(organisation_id, lane.name, now):
        ask_for(uow, organisation_id, lane_id)


def _send_all(deps: Deps, road: _Road, work: WorkContext) -> None:
    end = deps.clock.now() + timedelta(seconds=RUN_S)
    pace = road.setup.most_a_minute if road.setup is not None else 0
    at_once = min(AT_ONCE, max(1, round(pace * _PACE_S / 60))) if pace else AT_ONCE
    while deps.clock.now() < end:
        work.check()
        ready = _take(deps, road, at_once)
        if ready is None or not _send_some(deps, road, work, ready):
            return
        if pace:
            # whoever takes a few a minute is not asked for more; the sweeper asks for work again
            pause = timedelta(seconds=60 * at_once / pace)
            with deps.database.write() as uow:
                uow.messages.change_lane(road.lane.organisation_id, road.lane.id, paused_until=deps.clock.now() + pause)
            return


def _take(deps: Deps, road: _Road, limit: int) -> Sequence[_Ready] | None:
    """Some messages with what is in their annexes; None when nothing was due. What may not go is settled here."""
    lane = road.lane
    mode = Mode.TEST if lane.name == TEST_LANE else Mode.LIVE
    with deps.database.write() as uow:
        uow.evidence.hold(ChainOf(lane.organisation_id, mode))
        taken = uow.messages.take(lane.organisation_id, lane.name, deps.clock.now(), limit)
        values, stopped, ready = shown(uow, taken), _stopped(uow, road, taken), list[_Ready]()
        for message in taken:
            why = stopped.get(message.id) or ("" if message.id in values else "deleted")
            if why:
                dropped = replace(message, state=MessageState.DROPPED, state_at=deps.clock.now(), code=why)
                _write(deps, uow, message, dropped, "message-dropped")
            else:
                ready.append(_Ready(message, values[message.id]))
    return ready if taken else None


def _stopped(uow: UnitOfWork, road: _Road, messages: Sequence[Message]) -> Mapping[str, str]:
    """By the id of the message the reason why its address gets no such message."""
    sender = road.setup.sender if road.setup is not None else ""
    found: dict[str, str] = {}
    for channel in {message.channel for message in messages}:
        mine = [message for message in messages if message.channel is channel]
        digests = [message.to_digest for message in mine]
        rows = uow.suppressions.among(road.lane.organisation_id, mine[0].mode, channel, digests)
        for message in mine:
            for row in rows:
                if row.to_digest == message.to_digest and row.stops(message.purpose, sender):
                    found[message.id] = str(row.reason)
    return found


def _send_some(deps: Deps, road: _Road, work: WorkContext, ready: Sequence[_Ready]) -> bool:
    """Send them one by one; False when the channel is to be left alone."""
    for place, each in enumerate(ready):
        work.check()
        if not _still_wanted(deps, each.message):
            continue
        result = _send(deps, road, each)
        if result.state is SendState.UNREACHABLE:
            with deps.database.write() as uow:
                lane_failed(deps, road.lane, result, uow)
                _wait(uow, road.lane, each.message)
                uow.messages.put_back(road.lane.organisation_id, [one.message for one in ready[place + 1 :]])
            return False
        _note(deps, road, each.message, result)
        log.info("message-tried", message=each.message.id, attempt=each.message.attempts, state=result.state)
    return True


def _note(deps: Deps, road: _Road, message: Message, result: SendResult) -> None:
    """Write what came of it: a database that does not answer just now is no reason to send it again."""
    for tries_left in reversed(range(_TRIES_TO_NOTE)):
        try:
            with deps.database.write() as uow:
                # whoever answers holds the chain first, then messages: two that wait for each other would both fail
                uow.evidence.hold(chain_of(message))
                if road.lane.failures:
                    lane_works(deps, road.lane, uow)
                _settle(deps, uow, message, result)
        except Retryable:
            if not tries_left:
                raise
        else:
            return


def _still_wanted(deps: Deps, message: Message) -> bool:
    """Nobody decided, stopped or took over in the moment since it was taken."""
    with deps.database.read() as uow:
        return uow.messages.is_taken(message)


def _send(deps: Deps, road: _Road, ready: _Ready) -> SendResult:
    if road.setup is None or road.channel is None:
        return SendResult(SendState.SENT, provider_id=TEST_ID)
    if road.setup.check_domains and ready.message.channel is ChannelKind.EMAIL:
        refused = refusal_of(deps.dns, ready.values["to"])
        if refused is not None:
            return refused
    return road.channel.send(outbound(deps, road.setup, ready.message, ready.values))


def _wait(uow: UnitOfWork, lane: MessageLane, message: Message) -> None:
    """Put one back behind the others: what nobody could take may be its fault, and must not hold up the lane."""
    uow.messages.put_back(lane.organisation_id, [message])
    now = uow.messages.lane(lane.organisation_id, lane.id)
    waiting = uow.messages.find(message.organisation_id, message.id)
    if waiting is not None and now is not None and now.paused_until is not None:
        later = replace(waiting, not_before=max(waiting.not_before, now.paused_until + timedelta(seconds=1)))
        uow.messages.settle(waiting, later)


def _settle(deps: Deps, uow: UnitOfWork, message: Message, result: SendResult) -> None:
    """Note what came of it, and what it says of the address."""
    now = deps.clock.now()
    tried = replace(message, code=result.code[:64], detail=scrubbed(result.detail), state_at=now)
    if result.state in _TAKEN:
        gone = replace(
            message,
            state=MessageState.SENT,
            provider_id=result.provider_id[:200],
            parts=result.parts,
            encoding=result.encoding,
            code="",
            detail="",
            state_at=now,
        )
        _write(deps, uow, message, gone, "message-sent")
        return
    again_at = _again_at(message, result, now)
    if again_at is not None:
        uow.messages.settle(message, replace(tried, state=MessageState.WAITING, not_before=again_at))
        return
    soft = 0 if result.state is SendState.REJECTED else 1
    failed = replace(tried, state=MessageState.FAILED, soft_bounces=message.soft_bounces + soft)
    if _write(deps, uow, message, failed, "message-failed"):
        suppress_for(deps, uow, failed, failed.code)


def _again_at(message: Message, result: SendResult, now: datetime) -> datetime | None:
    if result.state is SendState.REJECTED:
        return None
    return next_try_at(message.id, message.attempts, now, result.retry_after_s)


def _write(deps: Deps, uow: UnitOfWork, before: Message, after: Message, kind: str) -> bool:
    if not uow.messages.settle(before, after):
        return False
    happened(deps, uow, after, kind)
    return True
