"""The record of a recipient and field, brought in line with all answers that came by any road."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.ports import DecidedBy, Record, RecordState
from scanning.decide.roads import Given, Road, settle

if TYPE_CHECKING:
    from api.ports import Answer, Submission, UnitOfWork
    from api.usecases.answering.whose import Whose
    from api.usecases.deps import Deps
    from scanning.decide.roads import Settlement


def bring_in_line(deps: Deps, uow: UnitOfWork, whose: Whose, field: str) -> Record | None:
    """Settle all answers anew, and write the record when that changes it; None when there never was one."""
    organisation_id, _, campaign_id, recipient = whose
    uow.entries.hold(organisation_id, campaign_id, recipient)
    answers = uow.submissions.live_answers(organisation_id, campaign_id, recipient, field)
    settlement = settle([Given(one.number, one.road, one.value, one.standing) for one in answers])
    before = uow.records.find(organisation_id, campaign_id, recipient, field)
    chosen = next((one for one in answers if one.number == settlement.number), None)
    if chosen is None:
        return _take_back(deps, uow, before)
    submission = uow.submissions.get(organisation_id, chosen.submission_id)
    made = _record(deps, uow, settlement, chosen, submission)
    if before is not None:
        made = replace(made, id=before.id, revision=before.revision + 1)
        if _says_the_same(before, made):
            return before
    uow.records.put(made)
    return made


def _take_back(deps: Deps, uow: UnitOfWork, before: Record | None) -> Record | None:
    """Nothing counts any more of what was said."""
    if before is None or before.state is RecordState.WITHDRAWN:
        return before
    now, revision = deps.clock.now(), before.revision + 1
    made = replace(before, state=RecordState.WITHDRAWN, value="", updated_at=now, revision=revision)
    uow.records.put(made)
    return made


def _record(deps: Deps, uow: UnitOfWork, settlement: Settlement, chosen: Answer, submission: Submission) -> Record:
    state = settlement.state or RecordState.WITHDRAWN
    organisation_id, piece_id = submission.organisation_id, submission.piece_id
    printed = uow.piece_slips.find(organisation_id, piece_id) if piece_id else None
    return Record(
        id=deps.ids.new("rec"),
        organisation_id=organisation_id,
        mode=submission.mode,
        piece_id=piece_id,
        job_id=uow.pieces.get(organisation_id, piece_id).job_id if piece_id else "",
        record_id=submission.recipient,
        form=printed.form if printed else "",
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
