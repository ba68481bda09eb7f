"""Rows of the service as values. Times are aware and UTC; every row belongs to exactly one organisation."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from api.ports.states import BatchState, ChunkState, JobState, PackageState, PieceState, ShardState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.ports.values import BlobRef


class Role(StrEnum):
    """What a key may do; admin may do everything in its organisation."""

    SUBMITTER = "submitter"
    PRINT_ROOM = "print_room"
    MAILROOM = "mailroom"
    APPROVER = "approver"
    ADMIN = "admin"


class Mode(StrEnum):
    """What is made in test mode never reaches a print file that is handed over."""

    LIVE = "live"
    TEST = "test"


class Policy(StrEnum):
    """What happens to a job with a faulty record: refuse it whole, or print the valid ones and report the rest."""

    ALL_OR_NOTHING = "all_or_nothing"
    VALID_ONLY = "valid_only"


class JobKind(StrEnum):
    """What a job sends: records that become letters, or PDFs of letters that are ready."""

    LETTERS = "letters"
    READY_MADE = "ready_made"


class PackageKind(StrEnum):
    """What a package holds."""

    BRAND = "brand"
    TEMPLATE = "template"


class FileRole(StrEnum):
    """What a file of a batch is for."""

    PRINT = "print"
    MANIFEST_CSV = "manifest_csv"
    MANIFEST_JSON = "manifest_json"
    JOB_TICKET = "job_ticket"
    CONTACT_SHEET = "contact_sheet"
    REPRINT = "reprint"
    LABELS = "labels"
    RUN_LIST = "run_list"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A corporation that uses the service."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of an organisation. Only ``digest`` (hex SHA-256 of the secret) is kept, never the secret."""

    id: str
    organisation_id: str
    digest: str
    roles: frozenset[Role]
    mode: Mode
    label: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """A version of a brand or a template; ``key`` is the id its author gave it, ``digest`` that of its files."""

    id: str
    organisation_id: str
    kind: PackageKind
    key: str
    version: str
    package: BlobRef
    digest: str
    created_at: datetime
    state: PackageState = PackageState.DRAFT


@dataclass(frozen=True, slots=True)
class JobCounts:
    """Progress of a job. ``total`` is None until the last record has been read."""

    total: int | None = None
    valid: int = 0
    invalid: int = 0
    composed: int = 0
    pages: int = 0
    sheets: int = 0


@dataclass(frozen=True, slots=True)
class JobTotals:
    """How many jobs there are in a state, over all organisations, and how many of their letters are composed."""

    jobs: int
    composed: int


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One submission. ``template_id`` and ``brand_id`` are `Package` ids; ``input`` holds the records as sent.

    Ready-made letters have neither: ``input`` is a PDF, or a zip of them, and ``wishes`` say how it becomes letters.
    ``letters`` lists those that were found in it, once it was looked at.

    ``created_by`` is the key or the user that sent it, ``rules`` what `Rules.of_job` gave then. ``columns`` names the
    columns of a table by field when they have names of their own. ``approved_by`` approved it before its files were.
    ``waiting_for`` says what an accepted job waits for, such as `api.ports.CARRIER`; nothing goes on before.
    ``campaign_id`` is the campaign that its letters invite to, None for one of its own (`own_campaign_id`).
    """

    id: str
    organisation_id: str
    mode: Mode
    policy: Policy
    validate_only: bool
    template_id: str | None
    brand_id: str | None
    input: BlobRef
    media_type: str
    created_at: datetime
    cut_off_at: datetime | None = None
    title: str = ""
    state: JobState = JobState.RECEIVED
    counts: JobCounts = field(default_factory=JobCounts)
    error_code: str | None = None
    created_by: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    approved_by: str = ""
    kind: JobKind = JobKind.LETTERS
    wishes: Mapping[str, Any] = field(default_factory=dict)
    letters: BlobRef | None = None
    waiting_for: str = ""
    campaign_id: str | None = None


@dataclass(frozen=True, slots=True)
class JobFinding:
    """A finding of a job, flat. ``number`` counts from 0 in the job; ``record_index`` is None for the whole input.

    While the job is validated numbers have the same order with gaps between them.
    """

    number: int
    record_index: int | None
    severity: str
    code: str
    message: str
    place: Mapping[str, str | int] = field(default_factory=dict)


class Overlay(NamedTuple):
    """A picture of a page of a ready-made PDF with ink where it may not be; ``file`` counts its PDFs from 0."""

    file: int
    page: int
    blob: BlobRef


@dataclass(frozen=True, slots=True)
class Piece:
    """One mail piece. ``id`` is the piece id that is printed; ``sequence`` counts from 0 in the job.

    ``record_index`` is the record's place in the input, ``input_offset`` its byte offset when the format has one.
    ``group_key`` says which pieces print and insert alike, ``sort_key`` is the postal order as text. ``postcode``,
    ``house`` (number, letter and addition) and ``kix`` are as printed: the manifest has them, and never a name.
    ``batch_position`` counts from 0 in the batch and ``envelope`` from 1; ``set_id`` is the piece that leads the
    envelope, its own id when it is alone there. ``household`` is a digest of who may share an envelope.
    ``prints`` is how often it has been printed. ``bundle`` and ``tray`` count from 1 in the batch.
    """

    id: str
    organisation_id: str
    job_id: str
    sequence: int
    record_id: str
    record_index: int
    pages: int
    sheets: int
    weight_mg: int
    country: str
    language: str
    sort_key: str
    group_key: str = ""
    input_offset: int | None = None
    batch_id: str | None = None
    batch_position: int | None = None
    state: PieceState = PieceState.ACCEPTED
    stop_reason: str | None = None
    postcode: str = ""
    house: str = ""
    kix: str | None = None
    household: str = ""
    set_id: str = ""
    envelope: int | None = None
    bundle: int | None = None
    tray: int | None = None
    prints: int = 0


class PieceToPlan(NamedTuple):
    """What planning needs of a piece."""

    sort_key: str
    sequence: int
    id: str
    group_key: str
    pages: int
    sheets: int
    weight_mg: int
    country: str
    postcode: str
    household: str


class PieceToCompose(NamedTuple):
    """What composing needs of a piece besides its values."""

    id: str
    record_index: int
    pages: int
    state: PieceState


@dataclass(frozen=True, slots=True)
class Placement:
    """Where planning put a piece; see `Piece`."""

    piece_id: str
    batch_id: str
    position: int
    set_id: str = ""
    envelope: int | None = None
    bundle: int | None = None
    tray: int | None = None


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file of a batch; ``number`` counts print files from 1 and is 0 for a file there is one of."""

    role: FileRole
    number: int
    name: str
    media_type: str
    blob: BlobRef
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Mail pieces that print and insert the same way. ``number`` counts from 1 in the job.

    ``code`` (6 signs) begins the control codes of its envelopes. ``parent_id`` is the batch that an open-loop reprint
    came from. ``state_at`` is when it came into its state. ``sheets_counted`` is what the inserter counted.
    """

    id: str
    organisation_id: str
    job_id: str
    number: int
    group: Mapping[str, str]
    pieces: int
    pages: int
    sheets: int
    weight_mg: int
    created_at: datetime
    mode: Mode = Mode.LIVE
    state: BatchState = BatchState.PLANNED
    files: tuple[BatchFile, ...] = ()
    released_at: datetime | None = None
    code: str = ""
    envelopes: int = 0
    parent_id: str | None = None
    mail_run_id: str | None = None
    state_at: datetime | None = None
    sheets_counted: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A unit of work: the pieces of a batch at positions ``first`` up to, not including, ``first + count``."""

    id: str
    organisation_id: str
    job_id: str
    batch_id: str
    number: int
    first: int
    count: int
    state: ChunkState = ChunkState.PLANNED
    result: BlobRef | None = None


@dataclass(frozen=True, slots=True)
class Shard:
    """A unit of validating: the records of a job from ``first`` up to, not including, ``first + count``.

    ``records`` is the blob with them, one a line (`docgen.records.raw_lines`). ``drawn`` is a shelf of its letters
    (`docgen.drawing.chunks`) by place, counted from ``first``; None when none were kept.
    """

    id: str
    organisation_id: str
    job_id: str
    number: int
    first: int
    count: int
    records: BlobRef
    state: ShardState = ShardState.PLANNED
    drawn: BlobRef | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``number`` grows; 0 until the row is written. ``data`` never holds personal data."""

    organisation_id: str
    subject_id: str
    name: str
    at: datetime
    data: Mapping[str, object] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The response that a repeated request gets again; ``status`` is None while the first one is still running."""

    organisation_id: str
    key: str
    route: str
    body_sha256: str
    created_at: datetime
    status: int | None = None
    media_type: str = "application/json"
    body: bytes = b""
