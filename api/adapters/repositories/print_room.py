"""Checks, results, reprints, mail runs, rules and alarms."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, insert, or_, select, update

from api.adapters import print_room_tables as tables
from api.adapters.repositories.base import Repository, as_row, chunked
from api.adapters.repositories.files import file_of, file_row
from api.ports import (
    Alarm,
    Check,
    CheckState,
    JobFinding,
    MailRun,
    MailRunState,
    PieceResult,
    Reprint,
    ReprintState,
    Rules,
)
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from api.ports import BatchFile, BlobRef, Page, PageRequest

_RULES = tuple(field.name for field in fields(Rules))


class SqlRules(Repository):
    """`api.ports.RulesOf`."""

    def get(self, organisation_id: str) -> Rules:
        """The defaults when there are none."""
        c = tables.rules.c
        row = self._connection.execute(
            select(*(c[name] for name in _RULES)).where(c.organisation_id == organisation_id)
        ).one_or_none()
        return Rules(organisation_id) if row is None else Rules(*row)

    def put(self, rules: Rules, at: datetime) -> None:
        """Update, or insert the first time."""
        row = as_row(replace(rules, updated_at=at))
        if self._insert_new(tables.rules, row, tables.rules.c.organisation_id) is None:
            where = tables.rules.c.organisation_id == rules.organisation_id
            self._connection.execute(update(tables.rules).where(where).values(**row))
        data = {name: row[name] for name in _RULES if name not in {"organisation_id", "updated_at"}}
        self._event(rules.organisation_id, rules.organisation_id, "rules-changed", at, **data)


class SqlChecks(Repository):
    """`api.ports.Checks`."""

    def replace(self, organisation_id: str, batch_id: str, checks: Iterable[Check]) -> None:
        """Only of this batch."""
        wanted = list(checks)
        c = tables.checks.c
        kept = [check.id for check in wanted]
        where = (c.organisation_id == organisation_id, c.batch_id == batch_id, c.id.not_in(kept))
        self._connection.execute(delete(tables.checks).where(*where))
        for check in wanted:
            self._insert_new(tables.checks, as_row(check) | {"findings": []}, c.id)

    def get(self, organisation_id: str, check_id: str) -> Check:
        """One unit."""
        return _check(self._one(tables.checks, organisation_id, check_id, "check"))

    def of_batch(self, organisation_id: str, batch_id: str) -> Sequence[Check]:
        """By number."""
        c = tables.checks.c
        statement = select(tables.checks).where(c.organisation_id == organisation_id, c.batch_id == batch_id)
        return [_check(row) for row in self._connection.execute(statement.order_by(c.number))]

    def finish(
        self, organisation_id: str, check_id: str, symbols: int, findings: Sequence[JobFinding], picture: BlobRef | None
    ) -> bool:
        """Once."""
        c = tables.checks.c
        statement = (
            update(tables.checks)
            .where(c.organisation_id == organisation_id, c.id == check_id, c.state == CheckState.PLANNED)
            .values(
                state=CheckState.CHECKED,
                symbols=symbols,
                findings=[asdict(finding) | {"place": dict(finding.place)} for finding in findings],
                picture=picture,
            )
        )
        return self._connection.execute(statement).rowcount == 1


class SqlResults(Repository):
    """`api.ports.Results`."""

    def add_many(self, organisation_id: str, results: Iterable[PieceResult]) -> int:
        """In blocks."""
        added = 0
        for block in chunked(results):
            if any(result.organisation_id != organisation_id for result in block):
                raise ValueError("a result of another organisation")
            rows = [as_row(result) for result in block]
            for row in rows:
                del row["number"]
            self._connection.execute(insert(tables.results), rows)
            added += len(block)
        return added

    def of_batch(self, organisation_id: str, batch_id: str) -> Sequence[PieceResult]:
        """By number."""
        return self._results(organisation_id, tables.results.c.batch_id == batch_id)

    def list(self, organisation_id: str, batch_id: str, page: PageRequest) -> Page[PieceResult]:
        """By number."""
        c = tables.results.c
        where = (c.organisation_id == organisation_id, c.batch_id == batch_id, c.number > page.after_number())
        statement = select(tables.results).where(*where).order_by(c.number)
        return self._page(statement, page.limit, _result, lambda result: result.number)

    def of_piece(self, organisation_id: str, piece_id: str) -> Sequence[PieceResult]:
        """By number."""
        return self._results(organisation_id, tables.results.c.piece_id == piece_id)

    def _results(self, organisation_id: str, where: Any) -> Sequence[PieceResult]:  # noqa: ANN401 - a clause of a statement
        c = tables.results.c
        statement = select(tables.results).where(c.organisation_id == organisation_id, where).order_by(c.number)
        return list(map(_result, self._connection.execute(statement)))

    def remember_file(self, organisation_id: str, batch_id: str, sha256: str, at: datetime) -> bool:
        """Once for a batch."""
        row = {"organisation_id": organisation_id, "batch_id": batch_id, "sha256": sha256, "at": at}
        return self._insert_new(tables.results_files, row, tables.results_files.c.sha256) is not None


class SqlReprints(Repository):
    """`api.ports.Reprints`."""

    def add(self, reprint: Reprint) -> None:
        """Insert."""
        self._connection.execute(insert(tables.reprints).values(**as_row(reprint) | {"files": []}))
        data = {"reprint": reprint.id, "loop": reprint.loop, "pieces": len(reprint.piece_ids), "by": reprint.by}
        self._event(reprint.organisation_id, reprint.batch_id, "reprint-asked", reprint.created_at, **data)

    def get(self, organisation_id: str, reprint_id: str) -> Reprint:
        """One reprint."""
        return _reprint(self._one(tables.reprints, organisation_id, reprint_id, "reprint"))

    def of_batch(self, organisation_id: str, batch_id: str) -> Sequence[Reprint]:
        """By number."""
        c = tables.reprints.c
        statement = select(tables.reprints).where(c.organisation_id == organisation_id, c.batch_id == batch_id)
        return [_reprint(row) for row in self._connection.execute(statement.order_by(c.number))]

    def release(self, organisation_id: str, reprint_id: str, at: datetime, files: Sequence[BatchFile] = ()) -> bool:
        """Once."""
        reprint = self.get(organisation_id, reprint_id)
        c = tables.reprints.c
        statement = (
            update(tables.reprints)
            .where(c.organisation_id == organisation_id, c.id == reprint_id, c.state == ReprintState.ASKED)
            .values(state=ReprintState.RELEASED, files=list(map(file_row, files)))
        )
        if self._connection.execute(statement).rowcount == 0:
            return False
        self._event(organisation_id, reprint.batch_id, "reprint-released", at, reprint=reprint_id)
        return True


class SqlMailRuns(Repository):
    """`api.ports.MailRuns`."""

    def add(self, run: MailRun) -> None:
        """Insert."""
        self._connection.execute(
            insert(tables.mail_runs).values(**as_row(run) | {"files": list(map(file_row, run.files))})
        )
        self._event(run.organisation_id, run.id, "mail-run-open", run.created_at, title=run.title, by=run.created_by)

    def get(self, organisation_id: str, run_id: str) -> MailRun:
        """One mail run."""
        return _mail_run(self._one(tables.mail_runs, organisation_id, run_id, "mail-run"))

    def list(self, organisation_id: str, page: PageRequest) -> Page[MailRun]:
        """Newest first."""
        c = tables.mail_runs.c
        statement = select(tables.mail_runs).where(c.organisation_id == organisation_id)
        if page.after is not None:
            last = self._one(tables.mail_runs, organisation_id, page.after, "mail-run")
            older = or_(c.created_at < last.created_at, and_(c.created_at == last.created_at, c.id < last.id))
            statement = statement.where(older)
        ordered = statement.order_by(c.created_at.desc(), c.id.desc())
        return self._page(ordered, page.limit, _mail_run, lambda run: run.id)

    def set_files(self, organisation_id: str, run_id: str, files: Sequence[BatchFile]) -> None:
        """Until it has gone."""
        if self.get(organisation_id, run_id).state is MailRunState.HANDED_OVER:
            raise Refusal("state-conflict", f"{run_id} is handed over; its papers can no longer change.")
        c = tables.mail_runs.c
        where = (c.organisation_id == organisation_id, c.id == run_id)
        self._connection.execute(update(tables.mail_runs).where(*where).values(files=list(map(file_row, files))))

    def set_proof(self, organisation_id: str, run_id: str, by: str, at: datetime, proof: BlobRef) -> MailRun:
        """Whatever its state."""
        before = self.get(organisation_id, run_id)
        if before.proof == proof:
            return before
        c = tables.mail_runs.c
        where = (c.organisation_id == organisation_id, c.id == run_id)
        self._connection.execute(update(tables.mail_runs).where(*where).values(proof=proof))
        self._event(organisation_id, run_id, "mail-run-proof", at, by=by, sha256=proof.sha256)
        return replace(before, proof=proof)

    def hand_over(
        self, organisation_id: str, run_id: str, by: str, at: datetime, reference: str, proof: BlobRef | None
    ) -> MailRun:
        """Once."""
        c = tables.mail_runs.c
        changes = {
            "state": MailRunState.HANDED_OVER,
            "handed_over_at": at,
            "handed_over_by": by,
            "reference": reference,
            **({} if proof is None else {"proof": proof}),
        }
        where = (c.organisation_id == organisation_id, c.id == run_id, c.state == MailRunState.OPEN)
        if self._connection.execute(update(tables.mail_runs).where(*where).values(**changes)).rowcount:
            self._event(organisation_id, run_id, "mail-run-handed_over", at, by=by, reference=reference)
        return self.get(organisation_id, run_id)


class SqlAlarms(Repository):
    """`api.ports.Alarms`."""

    def raise_(self, alarm: Alarm) -> bool:
        """Once for a stay in a state; one that was silenced rings again."""
        c = tables.alarms.c
        if self._insert_new(tables.alarms, as_row(alarm), c.subject_id) is None:
            silent = and_(*_same(alarm), c.cleared_at.is_not(None))
            again = update(tables.alarms).where(silent).values(raised_at=alarm.raised_at, cleared_at=None)
            if self._connection.execute(again).rowcount == 0:
                return False
        data = {"state": alarm.state, "since": alarm.since.isoformat()}
        self._event(alarm.organisation_id, alarm.subject_id, "alarm-raised", alarm.raised_at, **data)
        return True

    def close(self, alarms: Iterable[Alarm], at: datetime) -> None:
        """One by one: there are never many."""
        c = tables.alarms.c
        for alarm in alarms:
            ring = update(tables.alarms).where(*_same(alarm), c.cleared_at.is_(None)).values(cleared_at=at)
            if self._connection.execute(ring).rowcount:
                self._event(alarm.organisation_id, alarm.subject_id, "alarm-cleared", at, state=alarm.state)

    def all_open(self) -> Sequence[Alarm]:
        """Oldest first."""
        c = tables.alarms.c
        statement = select(tables.alarms).where(c.cleared_at.is_(None)).order_by(c.raised_at, c.subject_id)
        return [Alarm(**row._asdict()) for row in self._connection.execute(statement)]

    def open(self, organisation_id: str) -> Sequence[Alarm]:
        """Oldest first."""
        c = tables.alarms.c
        statement = select(tables.alarms).where(c.organisation_id == organisation_id, c.cleared_at.is_(None))
        return [
            Alarm(**row._asdict()) for row in self._connection.execute(statement.order_by(c.raised_at, c.subject_id))
        ]


def _result(row: Row[Any]) -> PieceResult:
    return PieceResult(**row._asdict())


def _same(alarm: Alarm) -> tuple[ColumnElement[bool], ...]:
    c = tables.alarms.c
    return (c.subject_id == alarm.subject_id, c.state == alarm.state, c.since == alarm.since)


def _check(row: Row[Any]) -> Check:
    values: dict[str, Any] = row._asdict()
    return Check(**values | {"findings": tuple([JobFinding(**finding) for finding in values["findings"]])})


def _reprint(row: Row[Any]) -> Reprint:
    values: dict[str, Any] = row._asdict()
    return Reprint(**values | {"piece_ids": tuple(values["piece_ids"]), "files": tuple(map(file_of, values["files"]))})


def _mail_run(row: Row[Any]) -> MailRun:
    values: dict[str, Any] = row._asdict()
    return MailRun(**values | {"files": tuple(map(file_of, values["files"]))})
