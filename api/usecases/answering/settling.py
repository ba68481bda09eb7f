"""The record of a recipient and field, brought in line with all answers that came by any road."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from api.ports import DecidedBy, Record, RecordState
from api.usecases.agreeing.paper import note_records
from scanning.decide.roads import Given, Road, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Answer, Submission, UnitOfWork
    from api.usecases.answering.whose import Whose
    from api.usecases.deps import Deps
    from scanning.decide.roads import Settlement


class _Source(NamedTuple):
    """What an answer came with: its submission, and the slip's form and the job of the letter that asked."""

    submission: Submission
    form: str
    job_id: str


def bring_in_line(deps: Deps, uow: UnitOfWork, whose: Whose, fields: list[str]) -> None:
    """Settle all answers to these fields anew, and write the records that this changes."""
    organisation_id, _, campaign_id, recipient = whose
    uow.entries.hold(organisation_id, campaign_id, recipient)
    bring_held_in_line(deps, uow, whose, fields)


def bring_held_in_line(deps: Deps, uow: UnitOfWork, whose: Whose, fields: list[str]) -> None:
    """`bring_in_line` for who holds the recipient already."""
    organisation_id, _, campaign_id, recipient = whose
    if not fields:
        return
    answers: dict[str, list[Answer]] = {field: [] for field in fields}
    for one in uow.submissions.live_answers(organisation_id, campaign_id, recipient, set(fields)):
        answers[one.field].append(one)
    records = uow.records.of_recipient(organisation_id, campaign_id, recipient)
    before = {record.field: record for record in records}
    sources: dict[str, _Source] = {}
    changed = []
    for field, said in answers.items():
        made = _settled(deps, uow, said, before.get(field), sources)
        if made is not None:
            uow.records.put(made)
            changed.append(made)
    note_records(deps, uow, changed)


def _settled(
    deps: Deps,
    uow: UnitOfWork,
    answers: Sequence[Answer],
    before: Record | None,
    sources: dict[str, _Source],
) -> Record | None:
    """The record of a field as it is to be written; None when nothing changes."""
    settlement = settle([Given(one.number, one.road, one.value, one.standing) for one in answers])
    chosen = next((one for one in answers if one.number == settlement.number), None)
    if chosen is None:
        return _taken_back(deps, before)
    if chosen.submission_id not in sources:
        sources[chosen.submission_id] = _source(uow, chosen)
    made = _record(deps, settlement, chosen, sources[chosen.submission_id])
    if before is None:
        return made
    made = replace(made, id=before.id, revision=before.revision + 1)
    return None if _says_the_same(before, made) else made


def _taken_back(deps: Deps, before: Record | None) -> Record | None:
    """Nothing counts any more of what was said."""
    if before is None or before.state is RecordState.WITHDRAWN:
        return None
    now, revision = deps.clock.now(), before.revision + 1
    return replace(before, state=RecordState.WITHDRAWN, value="", updated_at=now, revision=revision)


def _source(uow: UnitOfWork, answer: Answer) -> _Source:
    submission = uow.submissions.get(answer.organisation_id, answer.submission_id)
    if not submission.piece_id:
        return _Source(submission, "", "")
    printed = uow.piece_slips.find(answer.organisation_id, submission.piece_id)
    job_id = printed.job_id if printed else uow.pieces.get(answer.organisation_id, submission.piece_id).job_id
    return _Source(submission, printed.form if printed else "", job_id)


def _record(deps: Deps, settlement: Settlement, chosen: Answer, source: _Source) -> Record:
    state, submission = settlement.state or RecordState.WITHDRAWN, source.submission
    return Record(
        id=deps.ids.new("rec"),
        organisation_id=submission.organisation_id,
        mode=submission.mode,
        piece_id=submission.piece_id,
        job_id=source.job_id,
        record_id=submission.recipient,
        form=source.form,
        field=chosen.field,
        kind=chosen.kind,
        value="" if state in {RecordState.UNREADABLE, RecordState.WITHDRAWN} else chosen.value,
        state=state,
        source=chosen.road,
        slip_id=submission.slip_id,
        field_id=chosen.slip_field_id,
        confidence=chosen.confidence,
        decided_by=chosen.decided_by if chosen.road is Road.SLIP else DecidedBy.PERSON,
        person=chosen.person,
        decided_at=chosen.at,
        updated_at=deps.clock.now(),
        campaign_id=submission.campaign_id,
        submission_id=submission.id,
        code=chosen.code,
        confirmations=settlement.confirmed,
    )


def _says_the_same(before: Record, made: Record) -> bool:
    kept = replace(made, revision=before.revision, updated_at=before.updated_at, decided_at=before.decided_at)
    return kept == before
