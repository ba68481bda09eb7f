"""What the print room knows: checks of print files, results, reprints, mail runs, rules and alarms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from api.ports.states import BatchState, CheckState, JobState, MailRunState, PieceState, ReprintState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from api.ports.entities import BatchFile, JobFinding
    from api.ports.scans import ScanFileState
    from api.ports.values import BlobRef, Page, PageRequest
    from docgen.postal.results import Outcome


class ReadBackPolicy(StrEnum):
    """How much of each print file is read back before it is released."""

    FULL = "full"
    SAMPLE = "sample"
    OFF = "off"


class ResultSource(StrEnum):
    """Who said what became of a piece."""

    INSERTER = "inserter"
    OPERATOR = "operator"


class Loop(StrEnum):
    """A reprint within the batch, with its marks, or in a child batch with new ones."""

    CLOSED = "closed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Rules:
    """How an organisation wants its post made. ``cut_offs`` is in the form of `docgen.postal.cut_off.read_schedule`.

    ``mark_profile`` and ``sort_plan`` name profiles of `docgen.postal`; ``household`` has the rules of who shares an
    envelope, in the form of `docgen.postal.household_rules.read_rules`. With ``four_eyes`` somebody who did not submit
    a job releases it. ``carrier`` is a profile of `docgen.postal.enrichment_profiles`, or ``none``.
    """

    organisation_id: str
    four_eyes: bool = False
    cut_offs: Mapping[str, object] | None = None
    mark_profile: str = "none"
    sort_plan: str = "none"
    household: str = ""
    carrier: str = "none"
    updated_at: datetime | None = None
    updated_by: str = ""

    def of_job(self) -> dict[str, str]:
        """What a job keeps of them, so that it is made by the same rules from its submission to its last reprint."""
        return {
            "mark_profile": self.mark_profile,
            "sort_plan": self.sort_plan,
            "household": self.household,
            "carrier": self.carrier,
        }


@dataclass(frozen=True, slots=True)
class Check:
    """A unit of reading back: of a print file the letters at these positions of the batch.

    ``symbols`` were read; ``findings`` are what differs and ``picture`` shows the first of them.
    """

    id: str
    organisation_id: str
    job_id: str
    batch_id: str
    number: int
    file: str
    blob: BlobRef
    first: int
    count: int
    state: CheckState = CheckState.PLANNED
    symbols: int = 0
    findings: tuple[JobFinding, ...] = ()
    picture: BlobRef | None = None


class PieceInRoom(NamedTuple):
    """What results are applied to. ``set_id`` is the piece that leads its envelope, ``envelope`` counts from 1."""

    id: str
    set_id: str
    envelope: int | None
    batch_position: int | None
    state: PieceState
    sheets: int
    prints: int


@dataclass(frozen=True, slots=True)
class PieceResult:
    """What was said of one print of a piece; the last that was said of a print counts. ``number`` grows."""

    organisation_id: str
    batch_id: str
    piece_id: str
    print_number: int
    outcome: Outcome
    source: ResultSource
    by: str
    at: datetime
    reason: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Reprint:
    """Damaged pieces that are printed again; ``number`` counts from 1 in the batch.

    An open loop has a ``child_id``, the batch that they are in from then on; a closed one ``files``.
    """

    id: str
    organisation_id: str
    batch_id: str
    number: int
    loop: Loop
    piece_ids: tuple[str, ...]
    by: str
    created_at: datetime
    state: ReprintState = ReprintState.ASKED
    child_id: str | None = None
    files: tuple[BatchFile, ...] = ()


@dataclass(frozen=True, slots=True)
class MailRun:
    """What goes to the post at one time; its batches name it. ``files`` are labels and the list for the post.

    ``proof`` is the document that the post gave at the counter.
    """

    id: str
    organisation_id: str
    title: str
    created_at: datetime
    created_by: str
    state: MailRunState = MailRunState.OPEN
    files: tuple[BatchFile, ...] = ()
    handed_over_at: datetime | None = None
    handed_over_by: str = ""
    reference: str = ""
    proof: BlobRef | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something has been in one state too long; open until it moves on."""

    organisation_id: str
    subject_id: str
    state: str
    since: datetime
    raised_at: datetime
    cleared_at: datetime | None = None


class Lingering(NamedTuple):
    """A batch, job or scanned file that is not at its end, for whoever looks whether it waits too long.

    ``cut_off_at`` is of the job of a batch. Of a job or file ``state_at`` is when it came in.
    """

    organisation_id: str
    id: str
    state: BatchState | JobState | ScanFileState
    state_at: datetime
    cut_off_at: datetime | None


class RulesOf(Protocol):
    """Rules of organisations."""

    def get(self, organisation_id: str) -> Rules:
        """The rules; those of an organisation that has set none are the defaults."""

    def put(self, rules: Rules, at: datetime) -> None:
        """Replace them and write an event with what they are now."""


class Checks(Protocol):
    """Units of reading back."""

    def replace(self, organisation_id: str, batch_id: str, checks: Iterable[Check]) -> None:
        """Forget those of earlier files; ids that are there already are left as they are."""

    def get(self, organisation_id: str, check_id: str) -> Check:
        """One unit."""

    def of_batch(self, organisation_id: str, batch_id: str) -> Sequence[Check]:
        """Units of a batch by number."""

    def finish(
        self, organisation_id: str, check_id: str, symbols: int, findings: Sequence[JobFinding], picture: BlobRef | None
    ) -> bool:
        """Keep what was found; False when it was checked before, and then nothing changes."""


class Results(Protocol):
    """What was said of pieces: append only."""

    def add_many(self, organisation_id: str, results: Iterable[PieceResult]) -> int:
        """Append; returns how many."""

    def of_batch(self, organisation_id: str, batch_id: str) -> Sequence[PieceResult]:
        """All of a batch, oldest first."""

    def list(self, organisation_id: str, batch_id: str, page: PageRequest) -> Page[PieceResult]:
        """Part of those of a batch, oldest first."""

    def of_piece(self, organisation_id: str, piece_id: str) -> Sequence[PieceResult]:
        """All of a piece, in whatever batch, oldest first."""

    def remember_file(self, organisation_id: str, batch_id: str, sha256: str, at: datetime) -> bool:
        """Note a results file as applied; False when the same bytes were applied to the batch before."""


class Reprints(Protocol):
    """Reprints."""

    def add(self, reprint: Reprint) -> None:
        """Insert and write an event on the batch."""

    def get(self, organisation_id: str, reprint_id: str) -> Reprint:
        """One reprint."""

    def of_batch(self, organisation_id: str, batch_id: str) -> Sequence[Reprint]:
        """Reprints of a batch by number."""

    def release(self, organisation_id: str, reprint_id: str, at: datetime, files: Sequence[BatchFile] = ()) -> bool:
        """Note that it can be fetched; False when it could before, and then nothing changes."""


class MailRuns(Protocol):
    """Mail runs."""

    def add(self, run: MailRun) -> None:
        """Insert and write an event."""

    def get(self, organisation_id: str, run_id: str) -> MailRun:
        """One mail run."""

    def list(self, organisation_id: str, page: PageRequest) -> Page[MailRun]:
        """Mail runs, newest first."""

    def set_files(self, organisation_id: str, run_id: str, files: Sequence[BatchFile]) -> None:
        """Replace the files of a run that has not gone."""

    def set_proof(self, organisation_id: str, run_id: str, by: str, at: datetime, proof: BlobRef) -> MailRun:
        """Keep the document that the post gave, also of a run that has gone; the same changes nothing."""

    def hand_over(
        self, organisation_id: str, run_id: str, by: str, at: datetime, reference: str, proof: BlobRef | None
    ) -> MailRun:
        """Move to handed over, once: doing it again changes nothing. Without ``proof`` it keeps the one it has."""


class Alarms(Protocol):
    """What waits too long. One sweeper looks over all organisations."""

    def raise_(self, alarm: Alarm) -> bool:
        """Let it ring, with an event; False when it rings already for this stay in the state."""

    def close(self, alarms: Iterable[Alarm], at: datetime) -> None:
        """Close alarms of things that have moved on, with an event for each."""

    def all_open(self) -> Sequence[Alarm]:
        """Those that ring, over all organisations."""

    def open(self, organisation_id: str) -> Sequence[Alarm]:
        """Those that ring, oldest first."""
