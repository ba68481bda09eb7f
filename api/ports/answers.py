"""Answers on slips as rows: fields with what became of them, what people did about them, and records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from api.ports.entities import Mode
    from docgen.reply_form import ReplyKind
    from scanning.decide.roads import RecordState
    from scanning.readings import Outcome


class Stage(StrEnum):
    """What a field waits for.

    A first person keys it, a second, or one who sees what both keyed; or nothing: it is settled, its answer is that of
    another slip (``merged``), or its slip counts no more (``withdrawn``).
    """

    KEY = "key"
    SECOND = "second"
    JUDGE = "judge"
    SETTLED = "settled"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


OPEN_STAGES: frozenset[Stage] = frozenset({Stage.KEY, Stage.SECOND, Stage.JUDGE})
"""A person is waited for."""


class DecidedBy(StrEnum):
    """Who settled a value."""

    NOBODY = "nobody"
    MACHINE = "machine"
    PERSON = "person"


class ActKind(StrEnum):
    """What a person did about a field."""

    KEYED = "keyed"
    CONFIRMED = "confirmed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class SlipFieldRow:
    """A field of a slip that came back.

    ``outcome`` to ``keying`` are what `scanning.decide.fields.Decision` says; ``machine`` is the machine's vote in the
    spelling of answers, None when it has none. ``area_mm`` is left, top, width and height on the slip; ``part`` is the
    crop among the parts of the page, None when there is only the page.

    ``value`` is the answer in force, None while there is none; ``is_check`` tells that people key an accepted field to
    measure how often the machine is wrong. ``rival_id`` is the field of an earlier slip that says otherwise.
    Until ``leased_until`` it is in the hands of ``leased_to``.
    """

    id: str
    organisation_id: str
    mode: Mode
    slip_id: str
    page_id: str
    piece_id: str
    form: str
    name: str
    kind: ReplyKind
    place: int
    outcome: Outcome
    reasons: tuple[str, ...]
    read: str
    machine: str | None
    confidence: float
    posterior: float | None
    alternatives: tuple[str, ...]
    keying: str
    area_mm: tuple[float, ...]
    part: int | None
    stage: Stage
    value: str | None
    decided_by: DecidedBy
    decided_at: datetime | None
    created_at: datetime
    unreadable: bool = False
    is_check: bool = False
    rival_id: str | None = None
    leased_to: str = ""
    leased_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FieldAct:
    """What a person did about a field; never changed, only taken back (``undone_at``).

    ``doubtful`` values need a second person even when they are what the machine read; with ``insisted`` the person was
    asked and kept to the value. ``number`` grows.
    """

    organisation_id: str
    field_id: str
    person: str
    kind: ActKind
    value: str
    at: datetime
    doubtful: bool = False
    insisted: bool = False
    number: int = 0
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A settled answer: one for each recipient of a campaign and field.

    ``record_id`` is the submitter's own key of the recipient. ``value`` is in the spelling of `scanning.validators`,
    ``code`` what they noted about it. ``source`` says by which road it came, ``submission_id`` with what, and
    ``slip_id`` and ``field_id`` from which slip; ``piece_id`` and ``job_id`` which letter asked. These are "" where
    there is none. ``confirmations`` counts other roads that said the same. ``decided_by`` and ``person`` say who
    decided. ``revision`` counts changes. ``updated_at`` is its place in the list, given after the change was committed.
    """

    id: str
    organisation_id: str
    mode: Mode
    piece_id: str
    job_id: str
    record_id: str
    form: str
    field: str
    kind: ReplyKind
    value: str
    state: RecordState
    source: str
    slip_id: str
    field_id: str
    confidence: float
    decided_by: DecidedBy
    person: str
    decided_at: datetime
    updated_at: datetime
    revision: int = 1
    campaign_id: str = ""
    submission_id: str = ""
    code: str = ""
    confirmations: int = 0


class Measured(NamedTuple):
    """Blind checks of a field of a form: how many ended, how many of these showed the machine wrong, how many wait."""

    form: str
    name: str
    accepted: int
    checked: int
    wrong: int
    waiting: int


class OpenFilter(NamedTuple):
    """Which open fields are wanted for a person: of a form, and of which people or slips say different things or not.

    With ``judges_own`` the person may decide about what he keyed himself, when two said different things.
    """

    form: str | None = None
    differs: bool | None = None
    judges_own: bool = False


class RecordFilter(NamedTuple):
    """Which records are wanted; None is any. With ``placed`` those only that have their place (`Records.place`)."""

    updated_after: datetime | None = None
    form: str | None = None
    campaign_id: str | None = None
    state: RecordState | None = None
    placed: bool = False


EVERY_RECORD: Final = RecordFilter()
ANY_OPEN: Final = OpenFilter()
