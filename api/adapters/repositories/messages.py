"""The outbox of messages and its lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from api.adapters import message_tables as own
from api.adapters.repositories.base import Repository, as_row
from api.ports import UNDER_WAY, Message, MessageLane, MessageState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from api.ports import ChannelKind, MessageFilter, Mode, Page, PageRequest

# what was dropped while it was on its way has gone all the same
_MAY_SETTLE: Final = (MessageState.SENDING, MessageState.DROPPED)


_SETTLED: Final = (
    *("state", "state_at", "not_before", "attempts", "message_id", "provider_id"),
    *("logo", "parts", "encoding", "soft_bounces", "code", "detail"),
)


def _mine() -> tuple[ColumnElement[bool], ...]:
    c = own.messages.c
    whose = (c.id == bindparam("own_id"), c.organisation_id == bindparam("own_organisation"))
    return (*whose, c.attempts == bindparam("own_attempts"))


# made once: these run for each message, and making them takes longer than the database does
_IS_TAKEN: Final = select(own.messages.c.id).where(*_mine(), own.messages.c.state == MessageState.SENDING)
_SETTLE: Final = (
    update(own.messages)
    .where(*_mine(), own.messages.c.state.in_(bindparam("own_states", expanding=True)))
    .values({name: bindparam(f"new_{name}", type_=own.messages.c[name].type) for name in _SETTLED})
)


class SqlMessages(Repository):
    """`api.ports.Messages`."""

    def add(self, message: Message) -> bool:
        """Once."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(own.messages).on_conflict_do_nothing().returning(own.messages.c.id)
        return self._connection.execute(statement, as_row(message)).scalar_one_or_none() is not None

    def get(self, organisation_id: str, message_id: str) -> Message:
        """One message."""
        return _message(self._one(own.messages, organisation_id, message_id, "message"))

    def find(self, organisation_id: str, message_id: str) -> Message | None:
        """At most one."""
        return self._first(own.messages.c.organisation_id == organisation_id, own.messages.c.id == message_id)

    def whose(self, message_id: str) -> str | None:
        """By its id alone."""
        c = own.messages.c
        return self._connection.execute(select(c.organisation_id).where(c.id == message_id)).scalar_one_or_none()

    def of_provider(self, organisation_id: str, lane: str, provider_id: str) -> Message | None:
        """The latest, as numbers of carriers come round again."""
        c = own.messages.c
        return self._first(c.organisation_id == organisation_id, c.lane == lane, c.provider_id == provider_id)

    def latest_to(self, organisation_id: str, mode: Mode, channel: ChannelKind, to_digest: str) -> Message | None:
        """Only what has gone."""
        c = own.messages.c
        gone = c.state.in_([MessageState.SENT, MessageState.DELIVERED])
        return self._first(
            c.organisation_id == organisation_id, c.to_digest == to_digest, c.mode == mode, c.channel == channel, gone
        )

    def soft_bounced(self, message: Message, since: datetime) -> int:
        """Counted."""
        c = own.messages.c
        same = (c.organisation_id == message.organisation_id, c.mode == message.mode, c.channel == message.channel)
        where = (*same, c.to_digest == message.to_digest, c.soft_bounces > 0, c.created_at >= since)
        return self._connection.execute(select(func.count()).where(*where)).scalar_one()

    def list(self, organisation_id: str, page: PageRequest, only: MessageFilter) -> Page[Message]:
        """Ids grow with time."""
        c = own.messages.c
        wanted = [c.organisation_id == organisation_id, *([c.id < page.after] if page.after else [])]
        wanted += [c.state == only.state] if only.state else []
        wanted += [c.lane == only.lane] if only.lane else []
        wanted += [c.kind == only.kind] if only.kind else []
        wanted += [c.subject_id == only.subject_id] if only.subject_id else []
        statement = select(own.messages).where(*wanted).order_by(c.id.desc())
        return self._page(statement, page.limit, _message, lambda message: message.id)

    def of_subject(self, organisation_id: str, subject_id: str) -> Sequence[Message]:
        """By time."""
        c = own.messages.c
        where = (c.organisation_id == organisation_id, c.subject_id == subject_id)
        statement = select(own.messages).where(*where).order_by(c.created_at, c.id)
        return [_message(row) for row in self._connection.execute(statement)]

    def counts(self, organisation_id: str, mode: Mode, lane: str) -> Mapping[MessageState, int]:
        """Grouped."""
        c = own.messages.c
        where = (c.organisation_id == organisation_id, c.mode == mode, c.lane == lane)
        statement = select(c.state, func.count()).where(*where).group_by(c.state)
        return {row[0]: row[1] for row in self._connection.execute(statement)}

    def take(self, organisation_id: str, lane: str, now: datetime, limit: int) -> Sequence[Message]:
        """One statement; on PostgreSQL two that take never wait for each other."""
        c = own.messages.c
        due = select(c.id).where(*_due(organisation_id, lane, now)).order_by(c.not_before, c.id).limit(limit)
        taken = {"state": MessageState.SENDING, "state_at": now, "attempts": c.attempts + 1}
        first = due.with_for_update(skip_locked=True)
        statement = update(own.messages).where(c.id.in_(first)).values(**taken).returning(own.messages)
        rows = self._connection.execute(statement).all()
        return sorted(map(_message, rows), key=lambda message: (message.not_before, message.id))

    def is_taken(self, message: Message) -> bool:
        """By state and attempts."""
        which = {"own_id": message.id, "own_organisation": message.organisation_id, "own_attempts": message.attempts}
        return self._connection.execute(_IS_TAKEN, which).first() is not None

    def put_back(self, organisation_id: str, messages: Sequence[Message]) -> None:
        """Each by itself: they are few."""
        for message in messages:
            again = {"state": MessageState.WAITING, "attempts": message.attempts - 1}
            statement = update(own.messages).where(*_as(organisation_id, message, (MessageState.SENDING,)))
            self._connection.execute(statement.values(**again))

    def settle(self, before: Message, after: Message) -> bool:
        """Guarded by what a second worker or a drop changes."""
        states = _MAY_SETTLE if before.state is MessageState.SENDING else (before.state,)
        which = {"own_id": before.id, "own_organisation": before.organisation_id, "own_attempts": before.attempts}
        row = which | {"own_states": list(states)} | {f"new_{name}": getattr(after, name) for name in _SETTLED}
        return self._connection.execute(_SETTLE, row).rowcount > 0

    def drop(
        self, organisation_id: str, subject_id: str, kinds: Sequence[str], why: str, at: datetime
    ) -> Sequence[str]:
        """Those that are being sent too: each is looked at once more before it goes."""
        c = own.messages.c
        where = [c.organisation_id == organisation_id, c.subject_id == subject_id, c.state.in_(UNDER_WAY)]
        where += [c.kind.in_(kinds)] if kinds else []
        changes = {"state": MessageState.DROPPED, "state_at": at, "code": why}
        statement = update(own.messages).where(*where).values(**changes).returning(c.id)
        return sorted(self._connection.execute(statement).scalars())

    def add_lane(self, lane: MessageLane) -> None:
        """Once."""
        self._insert_new(own.message_lanes, as_row(lane), own.message_lanes.c.id)

    def lane(self, organisation_id: str, lane_id: str) -> MessageLane | None:
        """At most one."""
        c = own.message_lanes.c
        statement = select(own.message_lanes).where(c.organisation_id == organisation_id, c.id == lane_id)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else MessageLane(**row._asdict())

    def lanes(self, organisation_id: str) -> Sequence[MessageLane]:
        """By name."""
        c = own.message_lanes.c
        statement = select(own.message_lanes).where(c.organisation_id == organisation_id).order_by(c.name)
        return [MessageLane(**row._asdict()) for row in self._connection.execute(statement)]

    def change_lane(self, organisation_id: str, lane_id: str, **values: object) -> None:
        """Any fields."""
        c = own.message_lanes.c
        where = (c.organisation_id == organisation_id, c.id == lane_id)
        self._connection.execute(update(own.message_lanes).where(*where).values(**values))

    def has_due(self, organisation_id: str, lane: str, now: datetime) -> bool:
        """Any."""
        there = exists(select(own.messages.c.id).where(*_due(organisation_id, lane, now)))
        return self._connection.execute(select(there)).scalar_one()

    def due_lanes(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """By id."""
        c, of = own.messages.c, own.message_lanes.c
        free = or_(of.paused_until.is_(None), of.paused_until <= now)
        mine = (c.organisation_id == of.organisation_id, c.lane == of.name)
        waits = exists(select(c.id).where(*mine, c.state.in_(UNDER_WAY), c.not_before <= now))
        statement = select(of.organisation_id, of.id).where(free, waits).order_by(of.id).limit(limit)
        return [(row[0], row[1]) for row in self._connection.execute(statement)]

    def _first(self, *where: ColumnElement[bool]) -> Message | None:
        statement = select(own.messages).where(*where).order_by(own.messages.c.id.desc()).limit(1)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _message(row)


def _due(organisation_id: str, lane: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    c = own.messages.c
    mine = (c.organisation_id == organisation_id, c.lane == lane)
    return (*mine, c.state.in_(UNDER_WAY), c.not_before <= now)


def _as(organisation_id: str, message: Message, states: Sequence[MessageState]) -> tuple[ColumnElement[bool], ...]:
    c = own.messages.c
    mine = (c.organisation_id == organisation_id, c.id == message.id)
    return (*mine, c.state.in_(states), c.attempts == message.attempts)


def _message(row: Row[Any]) -> Message:
    return Message(**row._asdict())
