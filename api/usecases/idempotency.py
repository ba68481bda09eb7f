"""A request with an idempotency key happens once: the same request again gets the first answer.

Only success is kept. What was refused has changed nothing, so the caller may correct it and use the key again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from api.ports import StoredAnswer
from docgen.findings import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from api.ports import Ids
    from api.usecases.deps import Deps

MAX_KEY_CHARS: Final = 255
_KEY: Final = re.compile(rf"[\x21-\x7e]{{1,{MAX_KEY_CHARS}}}")
# no request takes this long; what is still open then was cut off by a crash
ABANDONED_AFTER: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Once:
    """What makes two requests the same: who, where, the caller's key, and the digest of all that was asked."""

    organisation_id: str
    route: str
    key: str
    request_sha256: str

    def __post_init__(self) -> None:
        """Refuse keys that would not fit, or that no header should hold (``bad-idempotency-key``)."""
        if not _KEY.fullmatch(self.key):
            message = f"Idempotency-Key takes 1 to {MAX_KEY_CHARS} visible ASCII characters, such as a UUID."
            raise Refusal("bad-idempotency-key", message)


@dataclass(frozen=True, slots=True)
class Begun:
    """``answer`` when one was given before; otherwise go on with ``deps`` and call `finish` or `abandon`.

    ``subject_id`` is the first id that ``deps`` gives for the prefix. With ``resumed`` an earlier attempt, cut off
    by a crash, had the same id: it may or may not have made the thing.
    """

    deps: Deps
    subject_id: str
    answer: StoredAnswer | None = None
    resumed: bool = False


class _FirstId:
    """`api.ports.Ids` whose first id with one prefix is known beforehand."""

    def __init__(self, ids: Ids, prefix: str, first: str) -> None:
        self._ids, self._prefix, self._first = ids, prefix, first

    def new(self, prefix: str) -> str:
        """The known one, once."""
        if prefix == self._prefix and self._first:
            first, self._first = self._first, ""
            return first
        return self._ids.new(prefix)

    def secret(self) -> str:
        """As ever."""
        return self._ids.secret()


def begin(deps: Deps, once: Once, prefix: str) -> Begun:
    """Write down that this request runs, and with which id; or find the answer that was given before.

    Raises `Refusal`: ``idempotency-key-reuse`` when the key came with another request, ``idempotency-in-progress``.
    """
    now = deps.clock.now()
    subject_id = deps.ids.new(prefix)
    resumed = False
    with deps.database.write() as uow:
        found = uow.answers.begin(replace(_marker(once, now), body=subject_id.encode()))
        if found is not None and _cut_off(found, once, now):
            subject_id, resumed = found.body.decode(), True
            uow.answers.abandon(once.organisation_id, once.key, once.route)
            found = uow.answers.begin(replace(_marker(once, now), body=found.body))
    if found is not None:
        _check(found, once)
        return Begun(deps, subject_id, found)
    return Begun(replace(deps, ids=_FirstId(deps.ids, prefix, subject_id)), subject_id, resumed=resumed)


def finish(deps: Deps, once: Once, status: int, media_type: str, body: bytes) -> None:
    """Keep the answer for later requests."""
    answer = replace(_marker(once, deps.clock.now()), status=status, media_type=media_type, body=body)
    with deps.database.write() as uow:
        uow.answers.finish(answer)


def abandon(deps: Deps, once: Once) -> None:
    """Nothing came of it: the key may be used again."""
    with deps.database.write() as uow:
        uow.answers.abandon(once.organisation_id, once.key, once.route)


def _marker(once: Once, now: datetime) -> StoredAnswer:
    return StoredAnswer(once.organisation_id, once.key, once.route, once.request_sha256, now)


def _cut_off(found: StoredAnswer, once: Once, now: datetime) -> bool:
    """A request that was never answered, whose process must be dead, and that is the same one."""
    open_too_long = found.status is None and found.created_at + ABANDONED_AFTER < now
    return open_too_long and found.body_sha256 == once.request_sha256


def _check(found: StoredAnswer, once: Once) -> None:
    if found.body_sha256 != once.request_sha256:
        message = "This Idempotency-Key was used for another request; use a new key for new work."
        raise Refusal("idempotency-key-reuse", message)
    if found.status is None:
        raise Refusal("idempotency-in-progress", "The first request with this key is still running; ask again soon.")
