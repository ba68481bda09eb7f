"""Scans as rows: forms that were printed, batches of files, files, and pages with the slips on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from scanning.readings import PageKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.ports.entities import Mode
    from api.ports.values import BlobRef


class ScanBatchState(StrEnum):
    """Whether files may still be added."""

    OPEN = "open"
    CLOSED = "closed"


class ScanFileState(StrEnum):
    """Where a scanned file is; a failed one has findings, and may have pages from before it failed."""

    WAITING = "waiting"
    READING = "reading"
    READ = "read"
    FAILED = "failed"


class WayOut(StrEnum):
    """What a person did with a page that is an exception; ``none`` while it waits."""

    NONE = "none"
    ASSIGNED = "assigned"
    OTHER_MAIL = "other_mail"
    BLANK = "blank"
    READ_AGAIN = "read_again"


@dataclass(frozen=True, slots=True)
class SlipForm:
    """A slip as it is printed: ``form`` (six characters) names its ``geometry``, which is JSON as is ``reply_form``.

    The same geometry may be printed by several versions of a template, each with its own row.
    """

    organisation_id: str
    form: str
    template_id: str
    template: str
    language: str
    geometry: str
    reply_form: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FormPolicy:
    """A version of what is asked before a reading of a form goes straight through (`scanning.decide.policy.Policy`)."""

    organisation_id: str
    form: str
    version: int
    thresholds: Mapping[str, float]
    at: datetime
    by: str


class PieceSlip(NamedTuple):
    """The slip that was printed with a piece. ``known`` has, by field, what its sender knows, as JSON."""

    piece_id: str
    organisation_id: str
    job_id: str
    mode: Mode
    form: str
    template_id: str
    page: int
    known: str


@dataclass(frozen=True, slots=True)
class ScanBatch:
    """Files that were scanned together. ``drop`` names the folder and day of a batch that fills by itself."""

    id: str
    organisation_id: str
    mode: Mode
    name: str
    created_at: datetime
    created_by: str
    state: ScanBatchState = ScanBatchState.OPEN
    closed_at: datetime | None = None
    closed_by: str = ""
    drop: str | None = None


@dataclass(frozen=True, slots=True)
class ScanFinding:
    """What is wrong with a file or page, flat."""

    code: str
    message: str
    severity: str = "error"


@dataclass(frozen=True, slots=True)
class ScanFile:
    """A scanned file. ``number`` counts from 1 in the batch, ``again`` how often the very same bytes came before.

    ``total`` is how many pages it has, once that is known, and ``pages`` how many were read and counted. ``claim``
    is the name of what was taken from a watched folder.
    """

    id: str
    organisation_id: str
    batch_id: str
    number: int
    name: str
    blob: BlobRef
    created_at: datetime
    created_by: str
    again: int = 0
    claim: str | None = None
    state: ScanFileState = ScanFileState.WAITING
    pages: int = 0
    total: int | None = None
    findings: tuple[ScanFinding, ...] = ()
    ended_at: datetime | None = None


class Balance(NamedTuple):
    """Pages that were read, and what they are; slips counts pages with a slip, ``slip_rows`` slips on them.

    ``unread`` is how many pages of files of known length were never read, ``waiting`` how many files are not at their
    end, ``failed`` how many cannot be read, ``open_exceptions`` and ``open_fields`` what waits for a person.
    """

    files: int = 0
    waiting: int = 0
    failed: int = 0
    pages: int = 0
    unread: int = 0
    slips: int = 0
    blanks: int = 0
    exceptions: int = 0
    open_exceptions: int = 0
    slip_rows: int = 0
    open_fields: int = 0

    @property
    def adds_up(self) -> bool:
        """Every page is counted, once."""
        return self.pages == self.slips + self.blanks + self.exceptions and not self.unread


@dataclass(frozen=True, slots=True)
class ScanPage:
    """A page, counted once. ``number`` counts from 1 in its file; ``read_as`` is what the machine took it for.

    ``bundle`` holds, one after the other with the lengths ``parts``: the page as JPEG, crops of fields as PNG, and
    the reading as JSON.
    """

    id: str
    organisation_id: str
    batch_id: str
    file_id: str
    number: int
    kind: PageKind
    read_as: PageKind
    created_at: datetime
    findings: tuple[ScanFinding, ...] = ()
    bundle: BlobRef | None = None
    parts: tuple[int, ...] = ()
    page_hash: str = ""
    dpi: float | None = None
    bilevel: bool = False
    way_out: WayOut = WayOut.NONE
    resolved_by: str = ""
    resolved_at: datetime | None = None
    note: str = ""

    @property
    def waits(self) -> bool:
        """True when a person must say what it is."""
        return self.kind is PageKind.EXCEPTION and self.way_out is WayOut.NONE


class PageLook(NamedTuple):
    """What tells whether two pages are the same: hash of the picture, digest of the file, its id, number in it."""

    page_hash: str
    sha256: str
    file_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip that came back. ``place`` counts from 0 on its page, ``ordinal`` from 0 among those of piece and form.

    ``first_id`` is the slip that said the same before. ``same_page`` tells that an earlier slip of the piece has a page
    that looks the same. A slip that is ``withdrawn_at`` counts no more: its page was looked at anew.
    """

    id: str
    organisation_id: str
    mode: Mode
    batch_id: str
    page_id: str
    place: int
    piece_id: str
    job_id: str
    form: str
    template_id: str
    ordinal: int
    created_at: datetime
    first_id: str | None = None
    same_page: bool = False
    same_file: bool = False
    residual_mm: float = 0.0
    squares: int = 0
    corners_px: tuple[tuple[float, float], ...] = field(default=())
    withdrawn_at: datetime | None = None
