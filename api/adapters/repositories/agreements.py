"""Requests to agree, and the files of people that they come from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, func, insert, select, update

from agreements.lifecycle.deciding import RequestState
from api.adapters import agreement_tables as tables
from api.adapters.repositories.base import Repository, as_row, day_of, not_found
from api.adapters.repositories.cursors import behind, cursor_at
from api.ports import AgreementCounts, AgreementRequest, Asking, DecidedCount, Reach
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, Row, Select

    from api.ports import AgreementFilter, Mode, Page, PageRequest

_REQUESTS = tables.agreements
_ASKINGS = tables.askings
_COLUMNS: Final = tuple([column for column in _REQUESTS.c if column.name != "fresh"])
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class SqlAgreements(Repository):
    """`api.ports.Agreements`."""

    def add(self, request: AgreementRequest) -> bool:
        """Once for a question and recipient; on PostgreSQL two that add wait for each other."""
        if self._insert_new(_REQUESTS, self._placed(request), _REQUESTS.c.id) is not None:
            return True
        if self.of_recipient(request.organisation_id, request.question_id, request.recipient) is None:
            raise ValueError(f"the id or token of {request.id} is that of another request")
        return False

    def get(self, organisation_id: str, request_id: str) -> AgreementRequest:
        """One."""
        found = self._find(organisation_id, _REQUESTS.c.id == request_id)
        if found is None:
            raise not_found("agreement", request_id)
        return found

    def hold(self, organisation_id: str, request_id: str) -> AgreementRequest:
        """A lock on the row; SQLite has one writer anyway."""
        c = _REQUESTS.c
        statement = select(*_COLUMNS).where(c.organisation_id == organisation_id, c.id == request_id)
        row = self._connection.execute(statement.with_for_update(key_share=True)).one_or_none()
        if row is None:
            raise not_found("agreement", request_id)
        return _request(row)

    def by_token(self, organisation_id: str, token_digest: str) -> AgreementRequest | None:
        """At most one."""
        return self._find(organisation_id, _REQUESTS.c.token_digest == token_digest)

    def of_recipient(self, organisation_id: str, question_id: str, recipient: str) -> AgreementRequest | None:
        """At most one."""
        return self._find(organisation_id, _REQUESTS.c.question_id == question_id, _REQUESTS.c.recipient == recipient)

    def of_phone(self, organisation_id: str, mode: Mode, phone: str) -> Sequence[AgreementRequest]:
        """A number that was emptied is nobody's."""
        if not phone:
            return []
        c = _REQUESTS.c
        own = (c.organisation_id == organisation_id, c.phone == phone, c.mode == mode)
        return self._requests(select(*_COLUMNS).where(*own).order_by(c.asked_at.desc(), c.id.desc()))

    def codes_of_phone(self, organisation_id: str, phone: str) -> Collection[str]:
        """Each once."""
        if not phone:
            return frozenset()
        c = _REQUESTS.c
        own = (c.organisation_id == organisation_id, c.phone == phone, c.state == RequestState.OPEN, c.code != "")
        return frozenset(self._connection.execute(select(c.code).where(*own)).scalars())

    def change(self, request: AgreementRequest) -> None:
        """Only the next revision."""
        c = _REQUESTS.c
        own = (c.organisation_id == request.organisation_id, c.id == request.id)
        statement = update(_REQUESTS).where(*own, c.revision == request.revision - 1)
        if self._connection.execute(statement.values(**self._placed(request))).rowcount == 0:
            raise Refusal("agreement-changed", "Somebody changed this request a moment ago. Look at it again.")

    def unplaced(self) -> Sequence[str]:
        """By an index of them alone."""
        c = _REQUESTS.c
        return [*self._connection.execute(select(c.organisation_id).where(c.fresh).distinct()).scalars()]

    def has_unplaced(self, organisation_id: str) -> bool:
        """By an index of them alone."""
        c = _REQUESTS.c
        any_of = exists(select(c.id).where(c.organisation_id == organisation_id, c.fresh))
        return self._connection.execute(select(any_of)).scalar_one()

    def place(self, organisation_id: str, now: datetime, limit: int) -> int:
        """One moment for all of them, later than any that was given; those being changed now come next time."""
        self._hold_places(organisation_id)
        c, at = _REQUESTS.c, self._next_place(organisation_id, now)
        mine = select(c.id).where(c.organisation_id == organisation_id, c.fresh).order_by(c.id).limit(limit)
        some = mine.with_for_update(skip_locked=True, key_share=True)
        changes = {"updated_at": at, "fresh": False}
        return self._connection.execute(update(_REQUESTS).where(c.id.in_(some)).values(**changes)).rowcount

    def list(self, organisation_id: str, wanted: AgreementFilter, page: PageRequest) -> Page[AgreementRequest]:
        """By last change and id, or by id, which grows with time."""
        c = _REQUESTS.c
        names = ("question_id", "state", "reach", "recipient")
        said = {name: getattr(wanted, name) for name in names}
        which = [
            c.organisation_id == organisation_id,
            *(c[name] == is_ for name, is_ in said.items() if is_ is not None),
        ]
        if wanted.updated_after is None and not wanted.placed:
            which += [] if page.after is None else [c.id < page.after]
            return self._page(select(*_COLUMNS).where(*which).order_by(c.id.desc()), page.limit, _request, _id)
        if page.after is not None:
            which.append(_behind(page.after))
        elif wanted.updated_after is not None:
            which.append(c.updated_at > wanted.updated_after)
        which += [~c.fresh] if wanted.placed else []
        statement = select(*_COLUMNS).where(*which).order_by(c.updated_at, c.id)
        return self._page(statement, page.limit, _request, _cursor)

    def counts(self, organisation_id: str, question_id: str) -> AgreementCounts:
        """One look at an index, and one at what waits."""
        c, u = _REQUESTS.c, tables.unclear_answers.c
        own = (c.organisation_id == organisation_id, c.question_id == question_id)
        rows = self._connection.execute(
            select(c.state, c.reach, func.count()).where(*own).group_by(c.state, c.reach)
        ).all()
        waits = (u.organisation_id == organisation_id, u.question_id == question_id, u.settled_at.is_(None))
        unclear = self._connection.execute(select(func.count()).where(*waits)).scalar_one()
        states = {str(state): sum(row[2] for row in rows if row[0] is state) for state in RequestState}
        reaches = {reach: sum(row[2] for row in rows if row[1] is reach) for reach in Reach}
        return AgreementCounts(asked=sum(states.values()), **states, **_came(reaches), unclear=unclear)

    def decided_per_day(self, organisation_id: str, question_id: str) -> Sequence[DecidedCount]:
        """Days as both databases write them."""
        c = _REQUESTS.c
        day = day_of(self._connection.dialect.name, c.decided_at)
        own = (c.organisation_id == organisation_id, c.question_id == question_id, c.decided_at.is_not(None))
        statement = select(day, c.state, func.count()).where(*own).group_by(day, c.state).order_by(day, c.state)
        return [DecidedCount(date.fromisoformat(row[0]), *row[1:]) for row in self._connection.execute(statement)]

    def to_remind(self, now: datetime, limit: int) -> Sequence[AgreementRequest]:
        """By moment and id."""
        c = _REQUESTS.c
        due = select(*_COLUMNS).where(c.state == RequestState.OPEN, c.remind_at <= now)
        return self._requests(due.order_by(c.remind_at, c.id).limit(limit))

    def to_expire(self, now: datetime, limit: int) -> Sequence[AgreementRequest]:
        """The last moment itself is in time."""
        c = _REQUESTS.c
        over = select(*_COLUMNS).where(c.state == RequestState.OPEN, c.valid_until <= now)
        return self._requests(over.order_by(c.valid_until, c.id).limit(limit))

    def add_asking(self, asking: Asking) -> None:
        """One row; the event has the mode of the question, which the asking does not say."""
        self._connection.execute(insert(_ASKINGS).values(**as_row(asking)))
        question = self._one(tables.questions, asking.organisation_id, asking.question_id, "question")
        data = {"question": asking.question_id, "mode": question.mode, "total": asking.total, "by": asking.created_by}
        self._event(asking.organisation_id, asking.id, "asking-new", asking.created_at, **data)

    def asking(self, organisation_id: str, asking_id: str) -> Asking:
        """One."""
        return _asking(self._one(_ASKINGS, organisation_id, asking_id, "asking"))

    def change_asking(self, before: Asking, after: Asking) -> bool:
        """Guarded by what a worker changes."""
        c = _ASKINGS.c
        own = (c.organisation_id == before.organisation_id, c.id == before.id)
        statement = update(_ASKINGS).where(*own, c.done == before.done, c.state == before.state)
        return self._connection.execute(statement.values(**as_row(after))).rowcount > 0

    def askings(self, organisation_id: str, question_id: str) -> Sequence[Asking]:
        """By id, which grows with time."""
        c = _ASKINGS.c
        own = (c.organisation_id == organisation_id, c.question_id == question_id)
        return [_asking(row) for row in self._connection.execute(select(_ASKINGS).where(*own).order_by(c.id.desc()))]

    def _placed(self, request: AgreementRequest) -> dict[str, Any]:
        """The row with its place, or without one where several write at a time."""
        row = as_row(request) | {"annexes": list(request.annexes)}
        if self._has_one_writer:
            return row | {"updated_at": self._next_place(request.organisation_id, request.updated_at), "fresh": False}
        if request.revision > 1:
            # it keeps its place until it is given a later one, so that the last that was given is never forgotten
            del row["updated_at"]
        return row | {"fresh": True}

    def _next_place(self, organisation_id: str, now: datetime) -> datetime:
        c = _REQUESTS.c
        last = self._connection.execute(select(func.max(c.updated_at)).where(c.organisation_id == organisation_id))
        return max(now, (last.scalar_one() or _EPOCH) + _MICROSECOND)

    def _find(self, organisation_id: str, *which: ColumnElement[bool]) -> AgreementRequest | None:
        statement = select(*_COLUMNS).where(_REQUESTS.c.organisation_id == organisation_id, *which)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _request(row)

    def _requests(self, statement: Select[Any]) -> Sequence[AgreementRequest]:
        return [_request(row) for row in self._connection.execute(statement)]


def _came(reaches: Mapping[Reach, int]) -> dict[str, int]:
    """Who opened had it delivered, and what was delivered was sent."""
    opened = reaches[Reach.OPENED]
    delivered = opened + reaches[Reach.DELIVERED]
    sent = delivered + reaches[Reach.SENT]
    return {"sent": sent, "delivered": delivered, "opened": opened, "unreachable": reaches[Reach.UNREACHABLE]}


def _id(request: AgreementRequest) -> str:
    return request.id


def _cursor(request: AgreementRequest) -> str:
    return cursor_at(request.updated_at, request.id)


def _behind(cursor: str) -> ColumnElement[bool]:
    return behind(cursor, _REQUESTS.c.updated_at, _REQUESTS.c.id)


def _request(row: Row[Any]) -> AgreementRequest:
    values: dict[str, Any] = row._asdict()
    return AgreementRequest(**values | {"annexes": tuple(values["annexes"])})


def _asking(row: Row[Any]) -> Asking:
    return Asking(**row._asdict())
