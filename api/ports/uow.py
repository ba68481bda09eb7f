"""Repositories and the unit of work: every query takes the organisation, every change of state writes an event.

`get` raises `docgen.findings.Refusal` with code ``<thing>-not-found`` when the row is not there or is another
organisation's. A change of state that the machine does not allow raises `Refusal` with code ``state-conflict``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from api.ports.agreements import Agreements, Questions, UnclearAnswers
    from api.ports.answer_imports import AnswerImports
    from api.ports.campaign_repositories import Campaigns, ContactMoments, Entries, Records, Submissions
    from api.ports.carrier import Exchanges
    from api.ports.entities import (
        ApiKey,
        Event,
        JobFinding,
        JobTotals,
        Organisation,
        Overlay,
        Package,
        PrintJob,
        StoredAnswer,
    )
    from api.ports.entry_doors import DoorTries, EntryHosts
    from api.ports.evidence import EvidenceChains
    from api.ports.gateway_calls import GatewayCalls
    from api.ports.mail import Batches, Chunks, Pieces, Shards
    from api.ports.messages import Bounces, Messages, Suppressions
    from api.ports.meters import Meters
    from api.ports.people import LoginAttempts, Sessions, Users
    from api.ports.print_room import (
        Alarms,
        Checks,
        Lingering,
        MailRuns,
        Reprints,
        Results,
        RulesOf,
    )
    from api.ports.scan_repositories import PieceSlips, ScanPages, Scans, SlipFields, SlipForms
    from api.ports.states import JobState, PackageState, WorkState
    from api.ports.values import BlobRef, Page, PageRequest
    from api.ports.webhooks import Webhooks
    from api.ports.work import WorkItem


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


class Trash(Protocol):
    """Blobs that may be removed once nothing refers to them: named in the transaction that lets go of them."""

    def add(
        self, organisation_id: str, blobs: Iterable[BlobRef], not_before: datetime, *, shared: bool = False
    ) -> None:
        """Name blobs; one that is named again keeps the later time.

        ``shared`` blobs may be the same bytes as something else has and are looked for before they go.
        """

    def keep(self, organisation_id: str, blob: BlobRef) -> None:
        """Take a blob's name back. Waits for whoever is removing it; look afterwards whether it is still there."""

    def take(self, now: datetime, limit: int = 100) -> Sequence[tuple[str, BlobRef]]:
        """Forget names that are due, in all organisations; those to which nothing refers are to be removed now.

        Remove them before the transaction ends: whoever wants one of them waits until then.
        """


class Answers(Protocol):
    """Answers to requests with an idempotency key."""

    def begin(self, answer: StoredAnswer) -> StoredAnswer | None:
        """Insert the in-progress marker; returns the row that was there when the key was used before."""

    def finish(self, answer: StoredAnswer) -> None:
        """Store the response."""

    def abandon(self, organisation_id: str, key: str, route: str) -> None:
        """Remove an in-progress marker, so that the caller may try again."""

    def expire(self, before: datetime) -> int:
        """Remove what is older, in all organisations; returns how many rows went."""


class Events(Protocol):
    """What happened: append only."""

    def append(self, event: Event) -> Event:
        """Write one event; returns it with its number."""

    def of_subject(self, organisation_id: str, subject_id: str, page: PageRequest) -> Page[Event]:
        """Events of one thing, oldest first."""

    def list(self, organisation_id: str, page: PageRequest) -> Page[Event]:
        """Events of an organisation, oldest first."""


class Outbox(Protocol):
    """Asks for work in the same transaction as the state that needs it."""

    def enqueue(
        self, organisation_id: str, kind: str, subject_id: str, priority: int = 5, not_before: datetime | None = None
    ) -> bool:
        """Ask once: False, and no change, when this kind and subject was asked before (done and failed too)."""

    def again(self, organisation_id: str, kind: str, subject_id: str) -> bool:
        """Queue a failed or done item afresh; False when there is none."""

    def cancel(self, organisation_id: str, kind: str, subject_ids: Sequence[str]) -> int:
        """Remove items that nobody has claimed; returns how many went."""


class Work(Protocol):
    """The queue itself; only the worker and the sweeper use it, so it spans organisations."""

    def claim(
        self, owner: str, now: datetime, lease_until: datetime, kinds: Sequence[str], max_attempts: int
    ) -> WorkItem | None:
        """Take the first item that is due, free and has attempts left, or None."""

    def extend(self, item: WorkItem, lease_until: datetime) -> bool:
        """Extend the lease; False when the item is no longer ours."""

    def complete(self, item: WorkItem) -> None:
        """Mark done; raises `LeaseLost` when the item is no longer ours."""

    def retry(self, item: WorkItem, code: str, not_before: datetime) -> bool:
        """Give the item back for later; False when it is no longer ours."""

    def fail(self, item: WorkItem, code: str, at: datetime) -> bool:
        """Give up for good, with an event on the subject; False when it is no longer ours."""

    def release(self, owner: str) -> int:
        """Queue again what a worker that has died was doing; returns how many."""

    def expire_leases(self, now: datetime) -> int:
        """Queue again what has a lease that ran out; returns how many."""

    def exhausted(self, max_attempts: int, limit: int = 100) -> Sequence[WorkItem]:
        """Queued items that have used up their attempts."""

    def unsent(self, limit: int = 1000) -> Sequence[int]:
        """Numbers of outbox notes, oldest first: one wake-up is to be sent for each."""

    def sent(self, notes: Sequence[int], next_send_at: datetime) -> None:
        """Remove notes whose wake-ups have been sent; an item still queued at ``next_send_at`` counts as starved."""

    def starved(self, now: datetime, resend_after_s: float, limit: int = 100) -> int:
        """Mark queued items whose wake-up seems lost as sent again; returns how many wake-ups to send."""

    def find(self, organisation_id: str, kind: str, subject_id: str) -> WorkItem | None:
        """One item."""

    def counts(self) -> Mapping[WorkState, int]:
        """How many items are in each state."""


class UnitOfWork(Protocol):
    """One transaction: everything in it happens, or nothing."""

    @property
    def organisations(self) -> Organisations:
        """Organisations."""

    @property
    def keys(self) -> ApiKeys:
        """API keys."""

    @property
    def users(self) -> Users:
        """People."""

    @property
    def sessions(self) -> Sessions:
        """Who is logged in."""

    @property
    def login_attempts(self) -> LoginAttempts:
        """Attempts to log in."""

    @property
    def entry_hosts(self) -> EntryHosts:
        """Where personal pages are."""

    @property
    def door_tries(self) -> DoorTries:
        """Tries to get into personal pages."""

    @property
    def brands(self) -> Packages:
        """Brand versions."""

    @property
    def templates(self) -> Packages:
        """Template versions."""

    @property
    def jobs(self) -> Jobs:
        """Print jobs."""

    @property
    def findings(self) -> Findings:
        """Findings of jobs."""

    @property
    def overlays(self) -> Overlays:
        """Pictures of what is wrong with ready-made PDFs."""

    @property
    def pieces(self) -> Pieces:
        """Mail pieces."""

    @property
    def batches(self) -> Batches:
        """Batches."""

    @property
    def chunks(self) -> Chunks:
        """Chunks."""

    @property
    def shards(self) -> Shards:
        """Shards."""

    @property
    def rules(self) -> RulesOf:
        """Rules of organisations."""

    @property
    def checks(self) -> Checks:
        """Units of reading back."""

    @property
    def exchanges(self) -> Exchanges:
        """Exchanges with carriers."""

    @property
    def results(self) -> Results:
        """What became of pieces."""

    @property
    def reprints(self) -> Reprints:
        """Reprints."""

    @property
    def mail_runs(self) -> MailRuns:
        """Mail runs."""

    @property
    def alarms(self) -> Alarms:
        """What waits too long."""

    @property
    def slip_forms(self) -> SlipForms:
        """Forms that were printed."""

    @property
    def piece_slips(self) -> PieceSlips:
        """Slips that were printed."""

    @property
    def scans(self) -> Scans:
        """Scanned files, in batches."""

    @property
    def scan_pages(self) -> ScanPages:
        """Pages, and the slips on them."""

    @property
    def slip_fields(self) -> SlipFields:
        """Fields of slips."""

    @property
    def meters(self) -> Meters:
        """Complexes, dwellings and meters."""

    @property
    def records(self) -> Records:
        """Settled answers."""

    @property
    def campaigns(self) -> Campaigns:
        """Campaigns."""

    @property
    def entries(self) -> Entries:
        """Recipients of campaigns, and their ways in."""

    @property
    def submissions(self) -> Submissions:
        """What came in by any road."""

    @property
    def answer_imports(self) -> AnswerImports:
        """Files of answers that a worker takes in."""

    @property
    def contact_moments(self) -> ContactMoments:
        """What passed between corporation and recipients."""

    @property
    def webhooks(self) -> Webhooks:
        """Endpoints of webhooks."""

    @property
    def messages(self) -> Messages:
        """E-mails and SMS."""

    @property
    def suppressions(self) -> Suppressions:
        """Addresses that get no messages."""

    @property
    def bounces(self) -> Bounces:
        """Mail that came back."""

    @property
    def gateway_calls(self) -> GatewayCalls:
        """News of gateways of text messages."""

    @property
    def questions(self) -> Questions:
        """Questions that people agree to."""

    @property
    def agreements(self) -> Agreements:
        """Who was asked, and what they decided."""

    @property
    def unclear(self) -> UnclearAnswers:
        """Answers that a person has to look at."""

    @property
    def evidence(self) -> EvidenceChains:
        """Chains of evidence."""

    @property
    def trash(self) -> Trash:
        """Blobs that nobody needs."""

    @property
    def answers(self) -> Answers:
        """Answers to idempotent requests."""

    @property
    def events(self) -> Events:
        """Events."""

    @property
    def outbox(self) -> Outbox:
        """Requests for work."""

    @property
    def work(self) -> Work:
        """The queue."""


class Database(Protocol):
    """Opens transactions: ``with database.write() as uow`` commits at the end of its block; an exception rolls back."""

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """A transaction that only reads, on one snapshot."""

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """A transaction that may write; wakes workers after the commit when work was asked for."""

    def ready(self) -> bool:
        """True when the database answers and its tables are of this version."""
