"""When a field is settled: what people keyed, weighed with what the machine read. Pure; nothing else says so.

A value is in force only when two agree on it, of whom one may be the machine, or when a third person who saw two
different answers decides. Text has no second reading, and one person's is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import ActKind, Stage
from docgen.reply_form import ReplyKind
from scanning.decide.fields import Keying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import FieldAct, SlipFieldRow

_ALONE: Final = frozenset({ReplyKind.TEXT})


class Vote(NamedTuple):
    """What somebody says stands there: a value ("" for nothing), or that nobody can read it."""

    value: str
    unreadable: bool = False


class Standing(NamedTuple):
    """What a field waits for; ``vote`` is the answer of people once it is settled."""

    stage: Stage
    vote: Vote | None = None


def standing_of(field: SlipFieldRow, acts: Sequence[FieldAct]) -> Standing:
    """Where a field stands after these acts of different people, oldest first."""
    machine, votes = machine_vote(field), list(map(vote_of, acts))
    if not acts:
        return Standing(Stage.KEY)
    first = acts[0]
    if len(acts) == 1:
        alone = field.kind in _ALONE and machine is None and not votes[0].unreadable
        enough = (votes[0] == machine or alone) and not first.doubtful
        return Standing(Stage.SETTLED, votes[0]) if enough else Standing(Stage.SECOND)
    if len(acts) == 2:  # noqa: PLR2004 - two people
        agreed = votes[1] == votes[0] or (votes[1] == machine and not acts[1].doubtful)
        return Standing(Stage.SETTLED, votes[1]) if agreed else Standing(Stage.JUDGE)
    return Standing(Stage.SETTLED, votes[-1])


def machine_vote(field: SlipFieldRow) -> Vote | None:
    """The machine's; none where two slips say different things, or where it made nothing of the picture."""
    if field.machine is None or field.rival_id is not None:
        return None
    return Vote(field.machine)


def vote_of(act: FieldAct) -> Vote:
    """A person's."""
    return Vote("", unreadable=True) if act.kind is ActKind.UNREADABLE else Vote(act.value)


def may_confirm(field: SlipFieldRow) -> bool:
    """Whether a person is shown what the machine read: only the first, of what is not there to measure the machine."""
    shown = field.keying == Keying.CONFIRM and not field.is_check
    return shown and field.stage is Stage.KEY and machine_vote(field) is not None
