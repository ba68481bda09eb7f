"""The unit of work on SQLAlchemy: one connection, one transaction, all repositories."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.adapters.engine import WRITE_OPTION, faults_translated
from api.adapters.repositories.agreements import SqlAgreements
from api.adapters.repositories.answer_imports import SqlAnswerImports
from api.adapters.repositories.batches import SqlBatches, SqlChunks
from api.adapters.repositories.bounces import SqlBounces
from api.adapters.repositories.campaigns import SqlCampaigns
from api.adapters.repositories.carrier import SqlExchanges
from api.adapters.repositories.entries import SqlEntries
from api.adapters.repositories.entry_doors import SqlDoorTries, SqlEntryHosts
from api.adapters.repositories.evidence import SqlEvidenceChains
from api.adapters.repositories.gateway_calls import SqlGatewayCalls
from api.adapters.repositories.jobs import SqlFindings, SqlJobs
from api.adapters.repositories.journal import SqlAnswers, SqlEvents
from api.adapters.repositories.messages import SqlMessages
from api.adapters.repositories.meters import SqlMeters
from api.adapters.repositories.moments import SqlContactMoments
from api.adapters.repositories.overlays import SqlOverlays
from api.adapters.repositories.parties import SqlApiKeys, SqlOrganisations, SqlPackages
from api.adapters.repositories.people import SqlLoginAttempts, SqlSessions, SqlUsers
from api.adapters.repositories.pieces import SqlPieces
from api.adapters.repositories.print_room import (
    SqlAlarms,
    SqlChecks,
    SqlMailRuns,
    SqlReprints,
    SqlResults,
    SqlRules,
)
from api.adapters.repositories.questions import SqlQuestions
from api.adapters.repositories.queue import SqlOutbox, SqlWork
from api.adapters.repositories.records import SqlRecords
from api.adapters.repositories.scan_pages import SqlScanPages
from api.adapters.repositories.scans import SqlScans
from api.adapters.repositories.shards import SqlShards
from api.adapters.repositories.slip_fields import SqlSlipFields
from api.adapters.repositories.slip_forms import SqlPieceSlips, SqlSlipForms
from api.adapters.repositories.submissions import SqlSubmissions
from api.adapters.repositories.suppressions import SqlSuppressions
from api.adapters.repositories.trash import SqlTrash
from api.adapters.repositories.unclear import SqlUnclearAnswers
from api.adapters.repositories.webhooks import SqlWebhooks
from api.ports import PackageKind, Retryable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

    from api.ports import Clock


class SqlUnitOfWork:
    """`api.ports.UnitOfWork`."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Repositories on this connection."""
        self._connection = connection
        self._clock = clock

    @cached_property
    def organisations(self) -> SqlOrganisations:
        """Organisations."""
        return SqlOrganisations(self._connection)

    @cached_property
    def keys(self) -> SqlApiKeys:
        """API keys."""
        return SqlApiKeys(self._connection)

    @cached_property
    def users(self) -> SqlUsers:
        """People."""
        return SqlUsers(self._connection)

    @cached_property
    def sessions(self) -> SqlSessions:
        """Who is logged in."""
        return SqlSessions(self._connection)

    @cached_property
    def login_attempts(self) -> SqlLoginAttempts:
        """Attempts to log in."""
        return SqlLoginAttempts(self._connection)

    @cached_property
    def entry_hosts(self) -> SqlEntryHosts:
        """Where personal pages are."""
        return SqlEntryHosts(self._connection)

    @cached_property
    def door_tries(self) -> SqlDoorTries:
        """Tries to get into personal pages."""
        return SqlDoorTries(self._connection)

    @cached_property
    def brands(self) -> SqlPackages:
        """Brand versions."""
        return SqlPackages(self._connection, PackageKind.BRAND)

    @cached_property
    def templates(self) -> SqlPackages:
        """Template versions."""
        return SqlPackages(self._connection, PackageKind.TEMPLATE)

    @cached_property
    def jobs(self) -> SqlJobs:
        """Print jobs."""
        return SqlJobs(self._connection)

    @cached_property
    def findings(self) -> SqlFindings:
        """Findings of jobs."""
        return SqlFindings(self._connection)

    @cached_property
    def overlays(self) -> SqlOverlays:
        """Pictures of what is wrong with ready-made PDFs."""
        return SqlOverlays(self._connection)

    @cached_property
    def pieces(self) -> SqlPieces:
        """Mail pieces."""
        return SqlPieces(self._connection)

    @cached_property
    def batches(self) -> SqlBatches:
        """Batches."""
        return SqlBatches(self._connection)

    @cached_property
    def chunks(self) -> SqlChunks:
        """Chunks."""
        return SqlChunks(self._connection)

    @cached_property
    def shards(self) -> SqlShards:
        """Shards."""
        return SqlShards(self._connection)

    @cached_property
    def rules(self) -> SqlRules:
        """Rules of organisations."""
        return SqlRules(self._connection)

    @cached_property
    def checks(self) -> SqlChecks:
        """Units of reading back."""
        return SqlChecks(self._connection)

    @cached_property
    def exchanges(self) -> SqlExchanges:
        """Exchanges with carriers."""
        return SqlExchanges(self._connection)

    @cached_property
    def results(self) -> SqlResults:
        """What became of pieces."""
        return SqlResults(self._connection)

    @cached_property
    def reprints(self) -> SqlReprints:
        """Reprints."""
        return SqlReprints(self._connection)

    @cached_property
    def mail_runs(self) -> SqlMailRuns:
        """Mail runs."""
        return SqlMailRuns(self._connection)

    @cached_property
    def alarms(self) -> SqlAlarms:
        """What waits too long."""
        return SqlAlarms(self._connection)

    @cached_property
    def slip_forms(self) -> SqlSlipForms:
        """Forms that were printed."""
        return SqlSlipForms(self._connection)

    @cached_property
    def piece_slips(self) -> SqlPieceSlips:
        """Slips that were printed."""
        return SqlPieceSlips(self._connection)

    @cached_property
    def scans(self) -> SqlScans:
        """Scanned files, in batches."""
        return SqlScans(self._connection)

    @cached_property
    def scan_pages(self) -> SqlScanPages:
        """Pages, and the slips on them."""
        return SqlScanPages(self._connection)

    @cached_property
    def slip_fields(self) -> SqlSlipFields:
        """Fields of slips."""
        return SqlSlipFields(self._connection)

    @cached_property
    def records(self) -> SqlRecords:
        """Settled answers."""
        return SqlRecords(self._connection)

    @cached_property
    def meters(self) -> SqlMeters:
        """Complexes, dwellings and meters."""
        return SqlMeters(self._connection)

    @cached_property
    def campaigns(self) -> SqlCampaigns:
        """Campaigns."""
        return SqlCampaigns(self._connection)

    @cached_property
    def entries(self) -> SqlEntries:
        """Recipients of campaigns, and their ways in."""
        return SqlEntries(self._connection)

    @cached_property
    def submissions(self) -> SqlSubmissions:
        """What came in by any road."""
        return SqlSubmissions(self._connection)

    @cached_property
    def answer_imports(self) -> SqlAnswerImports:
        """Files of answers that a worker takes in."""
        return SqlAnswerImports(self._connection)

    @cached_property
    def contact_moments(self) -> SqlContactMoments:
        """What passed between corporation and recipients."""
        return SqlContactMoments(self._connection)

    @cached_property
    def webhooks(self) -> SqlWebhooks:
        """Endpoints of webhooks."""
        return SqlWebhooks(self._connection)

    @cached_property
    def messages(self) -> SqlMessages:
        """E-mails and SMS."""
        return SqlMessages(self._connection)

    @cached_property
    def suppressions(self) -> SqlSuppressions:
        """Addresses that get no messages."""
        return SqlSuppressions(self._connection)

    @cached_property
    def bounces(self) -> SqlBounces:
        """Mail that came back."""
        return SqlBounces(self._connection)

    @cached_property
    def gateway_calls(self) -> SqlGatewayCalls:
        """News of gateways of text messages."""
        return SqlGatewayCalls(self._connection)

    @cached_property
    def questions(self) -> SqlQuestions:
        """Questions that people agree to."""
        return SqlQuestions(self._connection, self._clock)

    @cached_property
    def agreements(self) -> SqlAgreements:
        """Who was asked, and what they decided."""
        return SqlAgreements(self._connection)

    @cached_property
    def unclear(self) -> SqlUnclearAnswers:
        """Answers that a person has to look at."""
        return SqlUnclearAnswers(self._connection)

    @cached_property
    def evidence(self) -> SqlEvidenceChains:
        """Chains of evidence."""
        return SqlEvidenceChains(self._connection)

    @cached_property
    def trash(self) -> SqlTrash:
        """Blobs that nobody needs."""
        return SqlTrash(self._connection)

    @cached_property
    def answers(self) -> SqlAnswers:
        """Answers to idempotent requests."""
        return SqlAnswers(self._connection)

    @cached_property
    def events(self) -> SqlEvents:
        """Events."""
        return SqlEvents(self._connection)

    @cached_property
    def outbox(self) -> SqlOutbox:
        """Requests for work."""
        return SqlOutbox(self._connection, self._clock)

    @cached_property
    def work(self) -> SqlWork:
        """The queue."""
        return SqlWork(self._connection)


class SqlDatabase:
    """`api.ports.Database`."""

    def __init__(self, engine: Engine, clock: Clock, after_commit: Callable[[], None] = lambda: None) -> None:
        """``after_commit`` is called after a transaction that asked for work."""
        self._engine = engine
        self._clock = clock
        self.after_commit = after_commit
        sqlite = engine.dialect.name == "sqlite"
        snapshot = {} if sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = engine.execution_options(**snapshot)
        self._writer = engine.execution_options(**{WRITE_OPTION: True})

    @contextmanager
    def read(self) -> Iterator[SqlUnitOfWork]:
        """One snapshot."""
        with faults_translated(), self._reader.begin() as connection:
            yield SqlUnitOfWork(connection, self._clock)

    @contextmanager
    def write(self) -> Iterator[SqlUnitOfWork]:
        """Commit at the end, roll back on any exception."""
        with faults_translated(), self._writer.begin() as connection:
            uow = SqlUnitOfWork(connection, self._clock)
            yield uow
        if uow.outbox.notes:
            self.after_commit()

    def ready(self) -> bool:
        """Answers, and is migrated."""
        from api.adapters.migrate import is_current  # noqa: PLC0415 - half a second that a worker never needs

        try:
            with faults_translated(), self._reader.begin() as connection:
                connection.execute(text("SELECT 1"))
                return is_current(connection)
        except (Retryable, SQLAlchemyError):
            return False

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
