"""Repositories of organisations, their keys, brands and templates, and print jobs with what was found in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from api.ports.entities import ApiKey, JobFinding, JobTotals, Organisation, Overlay, Package, PrintJob
    from api.ports.print_room import Lingering
    from api.ports.states import JobState, PackageState
    from api.ports.values import BlobRef, Page, PageRequest


class Organisations(Protocol):
    """Who uses the service; the only repository that is about organisations rather than inside one."""

    def add(self, organisation: Organisation) -> None:
        """Insert; raises `Refusal` (``organisation-exists``) when the id is taken."""

    def get(self, organisation_id: str) -> Organisation:
        """One organisation."""

    def list(self, page: PageRequest) -> Page[Organisation]:
        """All, by id."""


class ApiKeys(Protocol):
    """Keys of organisations."""

    def add(self, key: ApiKey) -> None:
        """Insert and write an event."""

    def by_digest(self, digest: str) -> ApiKey | None:
        """The key with this digest in any organisation, revoked ones too: this is how a caller is known."""

    def get(self, organisation_id: str, key_id: str) -> ApiKey:
        """One key."""

    def list(self, organisation_id: str, page: PageRequest) -> Page[ApiKey]:
        """Keys by id, revoked ones included."""

    def revoke(self, organisation_id: str, key_id: str, at: datetime) -> ApiKey:
        """Revoke once; later calls keep the first time."""


class Packages(Protocol):
    """Versions of brands, or of templates (one repository for each)."""

    def add(self, package: Package) -> None:
        """Insert; raises `Refusal` (``package-version-exists``) when key and version are there with other content.

        The same digest again is accepted and changes nothing; the stored row is the one that `find` gives.
        """

    def get(self, organisation_id: str, package_id: str) -> Package:
        """One version by its row id."""

    def find(self, organisation_id: str, key: str, version: str | None = None) -> Package:
        """A version by key; without ``version`` the newest that is not retired."""

    def list(self, organisation_id: str, page: PageRequest) -> Page[Package]:
        """Versions, newest first."""

    def set_state(self, organisation_id: str, package_id: str, to: PackageState, at: datetime) -> Package:
        """Move to another state; staying where it is changes nothing."""


class Jobs(Protocol):
    """Print jobs."""

    def add(self, job: PrintJob) -> None:
        """Insert and write an event."""

    def get(self, organisation_id: str, job_id: str) -> PrintJob:
        """One job."""

    def list(self, organisation_id: str, page: PageRequest, state: JobState | None = None) -> Page[PrintJob]:
        """Jobs, newest first."""

    def set_state(
        self, organisation_id: str, job_id: str, to: JobState, at: datetime, error_code: str | None = None
    ) -> PrintJob:
        """Move to another state; staying where it is changes nothing, so that a repeated task can call it."""

    def set_error(self, organisation_id: str, job_id: str, error_code: str) -> None:
        """Note why a job will be rejected once its last record has been checked; the state stays."""

    def set_counts(self, organisation_id: str, job_id: str, **counts: int | None) -> None:
        """Set fields of `JobCounts`."""

    def add_counts(self, organisation_id: str, job_id: str, **counts: int) -> None:
        """Add to fields of `JobCounts` (``total`` must have been set)."""

    def set_letters(self, organisation_id: str, job_id: str, letters: BlobRef) -> None:
        """Note the list of the ready-made letters that were found."""

    def lingering(self) -> Iterator[Lingering]:
        """Live jobs of all organisations that have no batches yet, and failed ones."""

    def wait(self, organisation_id: str, job_id: str, waiting_for: str, at: datetime) -> None:
        """Note what it waits for, ``""`` for nothing any more, and write an event when that changes.

        What goes to another state waits no more.
        """

    def waiting(self, organisation_id: str, limit: int) -> Sequence[PrintJob]:
        """Jobs that wait for something, oldest first."""

    def approve(self, organisation_id: str, job_id: str, by: str, at: datetime) -> PrintJob:
        """Note who approved it before its files were written, once, and write an event."""

    def last_columns(self, organisation_id: str, template_key: str) -> Mapping[str, str]:
        """The columns that were chosen last for any version of a template; none when nobody has."""

    def with_input(self, organisation_id: str, blob: BlobRef, limit: int) -> Sequence[PrintJob]:
        """Jobs with the very same records, newest first."""

    def totals(self) -> Mapping[JobState, JobTotals]:
        """Over all organisations, for the numbers of the installation; states without jobs are left out."""


class Findings(Protocol):
    """Findings of jobs."""

    def add_many(self, organisation_id: str, job_id: str, findings: Iterable[JobFinding]) -> None:
        """Insert; ``number`` is the caller's."""

    def clear_input(self, organisation_id: str, job_id: str) -> None:
        """Remove those about the whole input, before it is read again."""

    def renumber(self, organisation_id: str, job_id: str) -> None:
        """Count from 0 in the order of their numbers, which all must be above any count."""

    def list(
        self,
        organisation_id: str,
        job_id: str,
        page: PageRequest,
        record_index: int | None = None,
        code: str | None = None,
    ) -> Page[JobFinding]:
        """Findings by number, of one record or of all, with one code or any."""

    def records(
        self, organisation_id: str, job_id: str, after: int, limit: int, code: str | None = None
    ) -> Sequence[int]:
        """Places of the first records behind ``after`` (-1: all) that have a finding, with this code when given."""

    def last_record_before(self, organisation_id: str, job_id: str, before: int) -> int | None:
        """The place of the last record before this one that has a finding."""

    def counts(self, organisation_id: str, job_id: str) -> Mapping[str, int]:
        """How often each code occurs."""


class Overlays(Protocol):
    """Pictures of what is wrong with ready-made PDFs."""

    def replace(self, organisation_id: str, job_id: str, overlays: Sequence[Overlay]) -> None:
        """All of a job, in the place of those before."""

    def of_job(self, organisation_id: str, job_id: str) -> Sequence[Overlay]:
        """All of a job, by file and page."""
