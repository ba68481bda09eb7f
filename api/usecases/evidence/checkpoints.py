"""Checkpoints: taken of chains every hour or thousand events, put outside the database, and stamped with the time.

A stamp that fails is a state that is shown, with a code and the time of the next try; nothing takes its place.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from agreements.evidence.chain import moment
from agreements.evidence.checkpoint import take
from api.ports import UNFINISHED, Alarm, CheckpointState, Event, Fault, KeptCheckpoint, Mode, derived_id
from api.usecases.kinds import IN_TURN, WorkKind
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.ports import ChainOf, UnitOfWork, WorkContext, WorkItem
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

EVERY_EVENTS: Final = 1000
EVERY: Final = timedelta(hours=1)
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)
STAMP_FAILED: Final = str(CheckpointState.STAMP_FAILED)
_MOST_CHAINS: Final = 100
_MOST_STAMPS: Final = 100
_LARGEST: Final = 100_000  # events under one checkpoint: some megabytes of digests


def tend_evidence(deps: Deps) -> None:
    """One round: take the checkpoints that are due, and ask for work where one is not outside yet."""
    with deps.database.read() as uow:
        chains = uow.evidence.uncovered(EVERY_EVENTS, deps.clock.now() - EVERY, _MOST_CHAINS)
    for chain in chains:
        take_checkpoint(deps, chain)
    ask_for_stamps(deps)


def take_checkpoint(deps: Deps, chain: ChainOf) -> KeptCheckpoint | None:
    """Take one now over all events that are under none; None when there are no such events."""
    now = deps.clock.now()
    with deps.database.write() as uow:
        head, before = uow.evidence.hold(chain), uow.evidence.last_checkpoint(chain)
        done = before.checkpoint.last if before else 0
        if head.seq == done:
            return None
        digests = uow.evidence.digests(chain, done + 1, min(head.seq, done + _LARGEST))
        point = take(chain.name, before.checkpoint if before else None, digests, moment(now))
        row_id = derived_id("ckp", chain.name, point.number)
        kept = KeptCheckpoint(row_id, chain, point, CheckpointState.WAITING, now)
        uow.evidence.add_checkpoint(kept)
        _tell(uow, kept, "checkpoint-taken", now)
        _ask(uow, kept)
    return kept


def newest(deps: Deps, chain: ChainOf) -> KeptCheckpoint:
    """One over all there is: taken now, or the last when nothing came since. Raises Refusal: ``evidence-empty``."""
    made = take_checkpoint(deps, chain)
    if made is not None:
        return made
    with deps.database.read() as uow:
        last = uow.evidence.last_checkpoint(chain)
    if last is None:
        raise Refusal("evidence-empty", "The chain has no events yet, so there is nothing to take a checkpoint of.")
    return last


def ask_for_stamps(deps: Deps) -> int:
    """Ask for work for every checkpoint whose next try has come; returns how many there are."""
    states = {*UNFINISHED, CheckpointState.UNSTAMPED} if deps.time_stamper else UNFINISHED
    with deps.database.read() as uow:
        due = uow.evidence.due(states, deps.clock.now(), _MOST_STAMPS)
    due = [kept for kept in due if kept.state is not CheckpointState.UNSTAMPED or kept.chain.mode is Mode.LIVE]
    if due:
        with deps.database.write() as uow:
            for kept in due:
                _ask(uow, kept)
    return len(due)


def stamp_checkpoint(deps: Deps, work: WorkContext) -> None:
    """Put one checkpoint outside the database and have it stamped: the handler of a work item.

    When this is killed it runs again: files and blobs are the same, and a second stamp is as good as the first.
    """
    with deps.database.read() as uow:
        kept = uow.evidence.checkpoint(work.item.organisation_id, work.item.subject_id)
    after = kept if kept.state is CheckpointState.STAMPED else _try(deps, kept)
    with deps.database.write() as uow:
        work.complete(uow)
        if after is not kept and uow.evidence.settle(kept, after):
            _note(uow, kept, after, deps.clock.now())


def stamping_failed(deps: Deps, uow: UnitOfWork, item: WorkItem) -> bool:
    """Note on the checkpoint that work for it was given up, to be tried later; False when the work was about others."""
    if item.kind != WorkKind.STAMP_CHECKPOINT:
        return False
    kept = uow.evidence.checkpoint(item.organisation_id, item.subject_id)
    after = _failed(kept, deps.clock.now(), item.error_code or "internal-error", "Work on it was given up.")
    if kept.state is not CheckpointState.STAMPED and uow.evidence.settle(kept, after):
        _note(uow, kept, after, deps.clock.now())
    return True


def list_checkpoints(deps: Deps, chain: ChainOf, after: int = 0, limit: int = 1000) -> Sequence[KeptCheckpoint]:
    """Those with numbers above ``after``, in order."""
    with deps.database.read() as uow:
        return uow.evidence.checkpoints(chain, after, limit)


def file_name(kept: KeptCheckpoint) -> str:
    """What its files are called, without the end of the name."""
    return f"{kept.chain.organisation_id}.{kept.chain.mode}.{kept.checkpoint.number:08}"


def _try(deps: Deps, kept: KeptCheckpoint) -> KeptCheckpoint:
    now, document = deps.clock.now(), kept.checkpoint.document()
    organisation_id = kept.chain.organisation_id
    try:
        if deps.checkpoint_shelf is not None:
            deps.checkpoint_shelf.put(f"{file_name(kept)}.json", document)
        kept = replace(kept, document=deps.blobs.put(organisation_id, [document]))
        # tests are not worth an authority's stamp
        if deps.time_stamper is None or kept.chain.mode is not Mode.LIVE:
            return replace(kept, state=CheckpointState.UNSTAMPED, state_at=now, next_try_at=None)
        stamp = deps.time_stamper.stamp(hashlib.sha256(document).digest())
        kept = replace(kept, stamp=deps.blobs.put(organisation_id, [stamp]))
        if deps.checkpoint_shelf is not None:
            deps.checkpoint_shelf.put(f"{file_name(kept)}.{hashlib.sha256(stamp).hexdigest()[:8]}.tsr", stamp)
    except Fault as fault:
        return _failed(kept, now, fault.code, fault.detail)
    clear = replace(kept, tries=0, next_try_at=None, code="", detail="")
    return replace(clear, state=CheckpointState.STAMPED, state_at=now)


def _failed(kept: KeptCheckpoint, now: datetime, code: str, detail: str) -> KeptCheckpoint:
    """Twice as long a pause each time, without end; what is wrong is shown all the while."""
    pause = min(FIRST_PAUSE * 2 ** min(kept.tries, 10), LONGEST_PAUSE)
    since = kept.state_at if kept.state is CheckpointState.STAMP_FAILED else now
    tried = replace(kept, tries=kept.tries + 1, next_try_at=now + pause, code=code, detail=detail)
    return replace(tried, state=CheckpointState.STAMP_FAILED, state_at=since)


def _note(uow: UnitOfWork, before: KeptCheckpoint, after: KeptCheckpoint, now: datetime) -> None:
    """Events when the state changes, and one alarm for as long as no stamp comes."""
    organisation_id, rings = after.chain.organisation_id, uow.alarms.open(after.chain.organisation_id)
    ours = [alarm for alarm in rings if alarm.state == STAMP_FAILED]
    if before.state is not after.state:
        _tell(uow, after, f"checkpoint-{after.state}", now)
    if after.state is not CheckpointState.STAMP_FAILED:
        if CheckpointState.STAMP_FAILED is before.state or CheckpointState.STAMPED is after.state:
            uow.alarms.close(ours, now)
        return
    log.warning("stamp-failed", checkpoint=after.id, code=after.code, tries=after.tries)
    if not ours:
        uow.alarms.raise_(Alarm(organisation_id, after.id, STAMP_FAILED, after.state_at, now))


def _tell(uow: UnitOfWork, kept: KeptCheckpoint, name: str, now: datetime) -> None:
    data = {"mode": str(kept.chain.mode), "number": kept.checkpoint.number, "last": kept.checkpoint.last}
    data |= {"code": kept.code} if kept.code else {}
    uow.events.append(Event(kept.chain.organisation_id, kept.id, name, now, data))


def _ask(uow: UnitOfWork, kept: KeptCheckpoint) -> None:
    asked = (kept.chain.organisation_id, WorkKind.STAMP_CHECKPOINT, kept.id)
    if not uow.outbox.enqueue(*asked, IN_TURN):
        uow.outbox.again(*asked)
