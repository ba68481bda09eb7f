"""What time does to requests: reminders that are due, and requests whose time is over. Chores of the sweeper."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from agreements.evidence.kinds import EventKind
from agreements.lifecycle.deciding import RequestState
from agreements.lifecycle.reminding import is_quiet, next_reminder
from agreements.messages import MessageKind
from api.ports import Reach
from api.usecases.agreeing.deciding import end, is_over
from api.usecases.agreeing.keeping import chain_of, keep_about, last_step
from api.usecases.agreeing.questions import text_of
from api.usecases.agreeing.telling import tell
from api.usecases.agreeing.writing import Occasion, write_to
from api.usecases.evidence.keeping import Fact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.evidence.canonical import Json
    from api.ports import AgreementRequest, AskedQuestion, UnitOfWork
    from api.usecases.deps import Deps

_AT_ONCE: Final = 25
_STEPS: Final = 20
_LATER: Final = dt.timedelta(hours=1)
_MORNING: Final = dt.timedelta(hours=9)


def remind_people(deps: Deps) -> int:
    """Write to those whose reminder is due, each once, some in each transaction; returns how many were looked at."""
    done = 0
    for _ in range(_STEPS):
        with deps.database.write() as uow:
            due = uow.agreements.to_remind(deps.clock.now(), _AT_ONCE)
            _hold_chains(uow, due)
            for request in due:
                _remind(deps, uow, uow.agreements.hold(request.organisation_id, request.id))
        done += len(due)
        if len(due) < _AT_ONCE:
            break
    return done


def expire_requests(deps: Deps) -> int:
    """Note which requests have ended without an answer; returns how many."""
    done = 0
    for _ in range(_STEPS):
        with deps.database.write() as uow:
            due = uow.agreements.to_expire(deps.clock.now(), _AT_ONCE)
            _hold_chains(uow, due)
            for request in due:
                held = uow.agreements.hold(request.organisation_id, request.id)
                if is_over(held, deps.clock.now()):
                    end(deps, uow, held, RequestState.EXPIRED)
        done += len(due)
        if len(due) < _AT_ONCE:
            break
    return done


def _hold_chains(uow: UnitOfWork, requests: Sequence[AgreementRequest]) -> None:
    """All at once and in one order, before any of the rows."""
    for chain in sorted({chain_of(one) for one in requests}):
        uow.evidence.hold(chain)


def _remind(deps: Deps, uow: UnitOfWork, request: AgreementRequest) -> None:
    """One reminder, unless something has happened since it was planned."""
    now = deps.clock.now()
    if request.state is not RequestState.OPEN or request.remind_at is None or request.remind_at > now:
        return
    asked = uow.questions.get(request.organisation_id, request.question_id)
    plan = text_of(asked).reminders
    if is_quiet(plan.quiet, now):
        # it was due while nothing ran
        _plan(uow, request, now + _LATER)
        return
    sent = request.reminded + 1
    # it is open until the end of its last day, so this is in the morning of its first
    begins = request.valid_until - dt.timedelta(days=text_of(asked).valid_days + 1) + _MORNING
    after = replace(request, reminded=sent, remind_at=next_reminder(plan, begins, sent), updated_at=now)
    if is_over(request, now) or request.reach is Reach.UNREACHABLE:
        _plan(uow, request, None)
        return
    uow.agreements.change(replace(after, revision=request.revision + 1))
    _write(deps, uow, asked, request)


def _write(deps: Deps, uow: UnitOfWork, asked: AskedQuestion, request: AgreementRequest) -> None:
    current = uow.agreements.get(request.organisation_id, request.id)
    if not write_to(deps, uow, asked, current, Occasion(MessageKind.REMINDER, deps.clock.now())):
        return
    body: dict[str, Json] = {
        "request": request.id,
        "names": last_step(uow, request),
        "number": current.reminded,
    }
    keep_about(deps, uow, chain_of(request), Fact(EventKind.REMINDED, request.id, body))
    tell(deps, uow, current, "agreement-reminded", number=str(current.reminded))


def _plan(uow: UnitOfWork, request: AgreementRequest, at: dt.datetime | None) -> None:
    uow.agreements.change(replace(request, remind_at=at, revision=request.revision + 1))
