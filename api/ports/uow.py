"""Repositories and the unit of work: every query takes the organisation, every change of state writes an event.

`get` raises `docgen.findings.Refusal` with code ``<thing>-not-found`` when the row is not there or is another
organisation's. A change of state that the machine does not allow raises `Refusal` with code ``state-conflict``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from api.ports.agreements import Agreements, Questions, UnclearAnswers
    from api.ports.answer_imports import AnswerImports
    from api.ports.campaign_repositories import Campaigns, ContactMoments, Entries, Records, Submissions
    from api.ports.carrier import Exchanges
    from api.ports.entry_doors import DoorTries, EntryHosts
    from api.ports.evidence import EvidenceChains
    from api.ports.gateway_calls import GatewayCalls
    from api.ports.job_repositories import ApiKeys, Findings, Jobs, Organisations, Overlays, Packages
    from api.ports.journal import Answers, Events, Outbox, Trash, Work
    from api.ports.mail import Batches, Chunks, Pieces, Shards
    from api.ports.messages import Bounces, Messages, Suppressions
    from api.ports.meters import Meters
    from api.ports.people import LoginAttempts, Sessions, Users
    from api.ports.print_room import (
        Alarms,
        Checks,
        MailRuns,
        Reprints,
        Results,
        RulesOf,
    )
    from api.ports.scan_repositories import PieceSlips, ScanPages, Scans, SlipFields, SlipForms
    from api.ports.webhooks import Webhooks


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
