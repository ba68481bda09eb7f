"""Files of answers that a worker takes in: how far each is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.ports.entities import Policy
    from api.ports.values import BlobRef, Page, PageRequest
    from docgen.findings import Finding


class ImportState(StrEnum):
    """Where a file of answers is: its rows are judged, then taken; or nothing of it is kept, or work was given up."""

    JUDGING = "judging"
    TAKING = "taking"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


IMPORT_ENDED: frozenset[ImportState] = frozenset({ImportState.DONE, ImportState.REFUSED, ImportState.FAILED})


@dataclass(frozen=True, slots=True)
class AnswerImport:
    """A file of answers of a campaign. ``by`` brought it; with ``checks_only`` nothing of it is kept.

    ``blob`` is the file until it is over, ``sha256`` names its bytes for good. Of ``rows`` that were judged so far so
    many are to be ``taken``, of which ``for_review`` wait for a person; ``unchanged`` say nothing new, ``invalid``
    cannot be taken. ``written`` rows have been gone through again and kept. ``findings`` are the first,
    ``finding_counts`` how many there are by severity. ``code`` and ``detail`` say why it was refused or failed.
    """

    id: str
    organisation_id: str
    campaign_id: str
    by: str
    policy: Policy
    checks_only: bool
    media_type: str
    blob: BlobRef | None
    sha256: str
    created_at: datetime
    state: ImportState = ImportState.JUDGING
    rows: int = 0
    written: int = 0
    taken: int = 0
    for_review: int = 0
    unchanged: int = 0
    invalid: int = 0
    findings: tuple[Finding, ...] = ()
    finding_counts: Mapping[str, int] = field(default_factory=dict)
    code: str = ""
    detail: str = ""
    ended_at: datetime | None = None


class AnswerImports(Protocol):
    """Files of answers; every query takes the organisation."""

    def add(self, made: AnswerImport) -> None:
        """Insert."""

    def get(self, organisation_id: str, import_id: str) -> AnswerImport:
        """One; ``answer-import-not-found``."""

    def change(self, changed: AnswerImport) -> None:
        """Write all of it."""

    def list(self, organisation_id: str, campaign_id: str, page: PageRequest) -> Page[AnswerImport]:
        """Of a campaign, newest first."""
