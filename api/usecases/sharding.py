"""Shards: the records of a large job in parts, each checked by whichever worker is free.

A part is cut once: cutting again after a crash goes on behind what is there. A part is checked in one transaction with
the end of its work item, so it is there whole or not at all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from api.ports import JobState, Shard, ShardState, derived_id
from api.usecases.checking import Checker
from api.usecases.composers import composer_of
from api.usecases.deciding import decide_when_known
from api.usecases.gathering import shelve
from api.usecases.kinds import IN_TURN, WorkKind
from api.usecases.leases import keep_lease, nothing_to_do
from api.usecases.trash import let_go
from docgen.records.raw_lines import read_lines, write_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import BlobRef, PrintJob, WorkContext
    from api.usecases.checking import Checked
    from api.usecases.deps import Deps
    from docgen.records.raw import RawRecord

# records may be large, and a part is in memory while it is cut
_MOST_BYTES: Final = 8_000_000


class NotValidatingError(Exception):
    """The job was cancelled or has failed while its records were read."""


@dataclass(slots=True)
class Cutter:
    """Cuts records as they come; ``there`` are parts of an earlier attempt.

    ``lines`` were read and not cut yet, ``first`` is the place of the first of them in the input.
    """

    deps: Deps
    context: WorkContext
    job: PrintJob
    there: Sequence[Shard]
    lines: list[bytes] = field(default_factory=list)
    first: int = 0
    number: int = 0
    size: int = 0

    @property
    def records(self) -> int:
        """How many were read."""
        return self.first + len(self.lines)

    @property
    def in_parts(self) -> bool:
        """True when the records are more than one part."""
        return bool(self.there or self.number)

    def add(self, raw: RawRecord) -> None:
        """Take a record; what came before it is cut off when that is enough for a part."""
        if self._is_enough():
            self.cut()
        line = write_line(raw)
        self.lines.append(line)
        self.size += len(line)

    def cut(self) -> None:
        """Make a part of the lines and ask for its check, unless it is there. Raises `NotValidatingError`."""
        if self.number >= len(self.there):
            self._ask()
        self.first = self.records
        self.number += 1
        self.lines, self.size = [], 0

    def _is_enough(self) -> bool:
        if self.number < len(self.there):
            return len(self.lines) == self.there[self.number].count
        return len(self.lines) >= self.deps.limits.shard_records or self.size >= _MOST_BYTES

    def _ask(self) -> None:
        organisation_id, job_id = self.job.organisation_id, self.job.id
        # no other part of any job has the same first line, so the blob is this part's alone
        head = json.dumps({"job": job_id, "shard": self.number}).encode() + b"\n"
        records = self.deps.blobs.put(organisation_id, [head, *self.lines])
        shard_id = derived_id("shd", job_id, self.number)
        with self.deps.database.write() as uow:
            keep_lease(self.deps, uow, self.context)
            if uow.jobs.get(organisation_id, job_id).state is not JobState.VALIDATING:
                raise NotValidatingError
            uow.shards.add(Shard(shard_id, organisation_id, job_id, self.number, self.first, len(self.lines), records))
            uow.outbox.enqueue(organisation_id, WorkKind.VALIDATE_SHARD, shard_id, IN_TURN)


def validate_shard(deps: Deps, context: WorkContext) -> None:
    """Handler of ``validate_shard``: the rows of its records, and with the last shard what becomes of the job."""
    organisation_id = context.item.organisation_id
    with deps.database.read() as uow:
        shard = uow.shards.get(organisation_id, context.item.subject_id)
        job = uow.jobs.get(organisation_id, shard.job_id)
    if job.state is not JobState.VALIDATING or shard.state is ShardState.VALIDATED:
        nothing_to_do(deps, context)
        return
    checker = Checker(deps, job, composer_of(deps, job), draws=deps.blobs.cheap_at_places)
    with deps.blobs.open(organisation_id, shard.records) as stream:
        stream.readline()
        checked = checker.check(context, read_lines(iter(stream.readline, b"")), shard.first)
    drawn = None if checked.is_hopeless(job) else shelve(deps, context, shard, checked.drawn)
    try:
        _finish(deps, context, shard, checked, drawn)
    except NotValidatingError:
        nothing_to_do(deps, context)


def _finish(deps: Deps, context: WorkContext, shard: Shard, checked: Checked, drawn: BlobRef | None) -> None:
    organisation_id = shard.organisation_id
    with deps.database.write() as uow:
        context.complete(uow)
        checked.write(uow, uow.jobs.get(organisation_id, shard.job_id))
        job = uow.jobs.get(organisation_id, shard.job_id)
        if job.state is not JobState.VALIDATING or not uow.shards.finish(organisation_id, shard.id, drawn):
            # rolled back: nothing of these records is kept
            raise NotValidatingError
        let_go(deps, uow, organisation_id, [shard.records])
        if drawn is not None:
            uow.trash.keep(organisation_id, drawn)
        decide_when_known(deps, uow, job)
