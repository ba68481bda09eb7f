"""Repositories of scans: every query takes the organisation; `get` raises `Refusal` with ``<thing>-not-found``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from api.ports.answers import ANY_OPEN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from api.ports.answers import FieldAct, Measured, OpenFilter, SlipFieldRow, Stage
    from api.ports.print_room import Lingering
    from api.ports.scans import (
        Balance,
        FormPolicy,
        PageLook,
        PieceSlip,
        ScanBatch,
        ScanFile,
        ScanFileState,
        ScanFinding,
        ScanPage,
        Slip,
        SlipForm,
    )
    from api.ports.values import Page, PageRequest
    from scanning.readings import PageKind


class SlipForms(Protocol):
    """Forms that were printed, and their policies."""

    def put(self, form: SlipForm) -> None:
        """Insert; the same form of the same template again changes nothing."""

    def get(self, organisation_id: str, form: str, template_id: str | None = None) -> SlipForm:
        """A form, as the template printed it or as the last one did; ``slip-form-not-found``."""

    def list(self, organisation_id: str) -> Sequence[SlipForm]:
        """Newest first, each form once for each template."""

    def geometries(self, organisation_id: str) -> Mapping[str, str]:
        """All geometries as JSON, by form."""

    def policy(self, organisation_id: str, form: str) -> FormPolicy | None:
        """The newest version; None when nobody has set one."""

    def put_policy(self, policy: FormPolicy) -> None:
        """Insert a version and write an event; raises ``policy-changed`` when the version is taken."""

    def policies(self, organisation_id: str, form: str) -> Sequence[FormPolicy]:
        """Newest first."""


class PieceSlips(Protocol):
    """Slips that were printed, by piece."""

    def add_many(self, organisation_id: str, slips: Iterable[PieceSlip]) -> None:
        """Insert."""

    def clear(self, organisation_id: str, job_id: str) -> None:
        """Remove all of a job."""

    def find(self, organisation_id: str, piece_id: str) -> PieceSlip | None:
        """The slip of a piece."""

    def held(self, organisation_id: str, piece_id: str) -> PieceSlip | None:
        """As `find`, with the row kept until the commit, so that two slips of a piece are settled one after another."""

    def starting(self, organisation_id: str, start: str, limit: int = 2) -> Sequence[PieceSlip]:
        """Slips of pieces whose ids begin so."""

    def is_elsewhere(self, organisation_id: str, start: str) -> bool:
        """Whether a piece whose id begins so is another organisation's; nothing else of it is told."""


class Scans(Protocol):
    """Batches of scanned files."""

    def add_batch(self, batch: ScanBatch) -> bool:
        """Insert and write an event; False when the drop has a batch already."""

    def batch(self, organisation_id: str, batch_id: str) -> ScanBatch:
        """One batch; ``scan-batch-not-found``."""

    def batch_of_drop(self, organisation_id: str, drop: str) -> ScanBatch | None:
        """The open batch of a folder and day."""

    def batches(self, organisation_id: str, page: PageRequest) -> Page[ScanBatch]:
        """Newest first."""

    def close(self, organisation_id: str, batch_id: str, by: str, at: datetime) -> ScanBatch:
        """Close once; again changes nothing."""

    def add_file(self, file: ScanFile) -> bool:
        """Insert and write an event; False when the same bytes, or the same claim, were taken in at the same time."""

    def next_number(self, organisation_id: str, batch_id: str) -> int:
        """The number of the next file, with the row of the batch kept until the commit."""

    def file(self, organisation_id: str, file_id: str) -> ScanFile:
        """One file; ``scan-file-not-found``."""

    def files(self, organisation_id: str, batch_id: str, page: PageRequest) -> Page[ScanFile]:
        """By number."""

    def same_bytes(self, organisation_id: str, sha256: str) -> Sequence[ScanFile]:
        """Files with the same content, newest first."""

    def of_claim(self, organisation_id: str, claim: str) -> ScanFile | None:
        """The file that was taken from a watched folder under this name."""

    def set_file(
        self,
        organisation_id: str,
        file_id: str,
        state: ScanFileState,
        at: datetime,
        findings: Sequence[ScanFinding] | None = None,
        total: int | None = None,
    ) -> None:
        """Set the state, and what is given; an event when the state changes."""

    def count_page(self, organisation_id: str, file_id: str, total: int | None = None) -> None:
        """One page more was read; ``total`` when it is known."""

    def lingering(self) -> Iterator[Lingering]:
        """Files of all organisations that are not read to their end."""

    def balances(self, organisation_id: str, batch_ids: Sequence[str]) -> Mapping[str, Balance]:
        """How the pages of batches add up."""


class ScanPages(Protocol):
    """Pages, and the slips on them."""

    def add(self, page: ScanPage) -> bool:
        """Insert; False when this page of the file is there already."""

    def numbers(self, organisation_id: str, file_id: str) -> frozenset[int]:
        """Which pages of a file are there."""

    def get(self, organisation_id: str, page_id: str) -> ScanPage:
        """One page; ``scan-page-not-found``."""

    def held(self, organisation_id: str, page_id: str) -> ScanPage:
        """As `get`, with the row kept until the commit."""

    def at(self, organisation_id: str, file_id: str, number: int) -> ScanPage | None:
        """A page of a file."""

    def list(
        self,
        organisation_id: str,
        page: PageRequest,
        batch_id: str | None = None,
        file_id: str | None = None,
        kind: PageKind | None = None,
        *,
        waits: bool | None = None,
    ) -> Page[ScanPage]:
        """By id, which is the order in which they were read; ``waits`` tells exceptions that nobody resolved."""

    def change(self, page: ScanPage) -> None:
        """Write kind, findings, pictures and way out, with an event."""

    def count_waiting(self, organisation_id: str) -> int:
        """How many exceptions nobody resolved."""

    def add_slip(self, slip: Slip) -> None:
        """Insert and write an event on the slip."""

    def slip(self, organisation_id: str, slip_id: str) -> Slip:
        """One slip; ``slip-not-found``."""

    def slips(
        self, organisation_id: str, page: PageRequest, batch_id: str | None = None, piece_id: str | None = None
    ) -> Page[Slip]:
        """By id; those of one batch or piece."""

    def slips_on(self, organisation_id: str, page_id: str) -> Sequence[Slip]:
        """Those of a page that count, by place."""

    def slips_of(self, organisation_id: str, piece_id: str, form: str) -> Sequence[Slip]:
        """Those of a piece and form, also withdrawn ones, by ordinal."""

    def withdraw(self, organisation_id: str, slip_ids: Collection[str], at: datetime) -> None:
        """They count no more."""

    def looks(self, organisation_id: str, page_ids: Sequence[str]) -> Mapping[str, PageLook]:
        """What pages look like and where they stand, by id."""


class SlipFields(Protocol):
    """Fields of slips, and what people did about them."""

    def add_many(self, fields: Sequence[SlipFieldRow]) -> None:
        """Insert."""

    def get(self, organisation_id: str, field_id: str) -> SlipFieldRow:
        """One field; ``slip-field-not-found``."""

    def held(self, organisation_id: str, field_id: str) -> SlipFieldRow:
        """As `get`, with the row kept until the commit."""

    def of_slips(self, organisation_id: str, slip_ids: Sequence[str]) -> Sequence[SlipFieldRow]:
        """By slip and place."""

    def change(self, field: SlipFieldRow) -> None:
        """Write stage, value, who decided, rival and lease."""

    def next_open(
        self,
        organisation_id: str,
        person: str,
        now: datetime,
        leave_out: Collection[str] = (),
        wanted: OpenFilter = ANY_OPEN,
    ) -> SlipFieldRow | None:
        """The first that waits for this person, kept until the commit: fields of a form and name together.

        Left out are those in another's hands, and those that the person acted on.
        """

    def count_differing(self, organisation_id: str) -> int:
        """How many wait of which people or slips say different things."""

    def count_checks(self, organisation_id: str) -> int:
        """How many wait that are keyed only to measure the machine."""
        ...

    def count_acts(self, organisation_id: str, person: str, since: datetime) -> int:
        """How much a person did since then and did not take back; nobody asks for more than 2,000."""

    def count_open(self, organisation_id: str) -> Mapping[tuple[str, str, Stage], int]:
        """How many wait, by form, name and stage."""

    def acts(self, organisation_id: str, field_id: str) -> Sequence[FieldAct]:
        """What was done about a field and not taken back, oldest first."""

    def history(self, organisation_id: str, field_id: str) -> Sequence[FieldAct]:
        """All that was done, oldest first."""

    def add_act(self, act: FieldAct) -> FieldAct:
        """Insert; with its number."""

    def last_act_of(self, organisation_id: str, person: str) -> FieldAct | None:
        """The last that a person did and did not take back."""

    def undo(self, organisation_id: str, number: int, at: datetime) -> None:
        """Take an act back."""

    def gallery(self, organisation_id: str, form: str, name: str, page: PageRequest) -> Page[SlipFieldRow]:
        """All of a field of a form that have a crop, least confident first."""

    def measured(self, organisation_id: str) -> Sequence[Measured]:
        """Blind checks, by form and name."""
