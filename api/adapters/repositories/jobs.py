"""Print jobs and their findings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, delete, func, insert, not_, select, update

from api.adapters import tables
from api.adapters.repositories.base import Repository, as_row, chunked
from api.ports import JOB_STATES, JobCounts, JobFinding, JobState, JobTotals, Lingering, Mode, PrintJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from api.ports import BlobRef, Page, PageRequest

_WITHOUT_BATCHES = frozenset({JobState.RECEIVED, JobState.VALIDATING, JobState.ACCEPTED, JobState.FAILED})
_COUNTS = ("total", "valid", "invalid", "composed", "pages", "sheets")


class SqlJobs(Repository):
    """`api.ports.Jobs`."""

    def add(self, job: PrintJob) -> None:
        """Insert."""
        row = as_row(job)
        del row["counts"]
        self._connection.execute(insert(tables.jobs).values(**row, **as_row(job.counts)))
        self._event(job.organisation_id, job.id, f"job-{job.state}", job.created_at, mode=job.mode)

    def get(self, organisation_id: str, job_id: str) -> PrintJob:
        """One job."""
        return _job(self._one(tables.jobs, organisation_id, job_id, "job"))

    def list(self, organisation_id: str, page: PageRequest, state: JobState | None = None) -> Page[PrintJob]:
        """Newest first."""
        c = tables.jobs.c
        statement = select(tables.jobs).where(c.organisation_id == organisation_id).order_by(c.id.desc())
        if state is not None:
            statement = statement.where(c.state == state)
        if page.after is not None:
            statement = statement.where(c.id < page.after)
        return self._page(statement, page.limit, _job, lambda job: job.id)

    def set_state(
        self, organisation_id: str, job_id: str, to: JobState, at: datetime, error_code: str | None = None
    ) -> PrintJob:
        """Guarded."""
        row = self._one(tables.jobs, organisation_id, job_id, "job")
        if not self._move(tables.jobs, JOB_STATES, row, to, error_code=error_code, waiting_for=""):
            return _job(row)
        data = {} if error_code is None else {"code": error_code}
        self._event(organisation_id, job_id, f"job-{to}", at, **data)
        return replace(_job(row), state=to, error_code=error_code, waiting_for="")

    def set_error(self, organisation_id: str, job_id: str, error_code: str) -> None:
        """Set."""
        c = tables.jobs.c
        where = (c.organisation_id == organisation_id, c.id == job_id)
        self._connection.execute(update(tables.jobs).where(*where).values(error_code=error_code))

    def set_counts(self, organisation_id: str, job_id: str, **counts: int | None) -> None:
        """Set."""
        self._update_counts(organisation_id, job_id, counts)

    def add_counts(self, organisation_id: str, job_id: str, **counts: int) -> None:
        """Add."""
        self._update_counts(organisation_id, job_id, {name: tables.jobs.c[name] + n for name, n in counts.items()})

    def set_letters(self, organisation_id: str, job_id: str, letters: BlobRef) -> None:
        """Set."""
        c = tables.jobs.c
        where = (c.organisation_id == organisation_id, c.id == job_id)
        self._connection.execute(update(tables.jobs).where(*where).values(letters=letters))

    def lingering(self) -> Iterator[Lingering]:
        """Of all organisations; what is only validated ends when it is accepted."""
        c = tables.jobs.c
        ends = (c.state == JobState.ACCEPTED) & c.validate_only
        where = (c.mode == Mode.LIVE, c.state.in_(_WITHOUT_BATCHES), not_(ends))
        columns = (c.organisation_id, c.id, c.state, c.created_at)
        for row in self._connection.execute(select(*columns).where(*where).order_by(c.id)):
            yield Lingering(*row, None)

    def wait(self, organisation_id: str, job_id: str, waiting_for: str, at: datetime) -> None:
        """Once."""
        c = tables.jobs.c
        where = (c.organisation_id == organisation_id, c.id == job_id, c.waiting_for != waiting_for)
        changed = self._connection.execute(update(tables.jobs).where(*where).values(waiting_for=waiting_for)).rowcount
        if changed:
            self._event(organisation_id, job_id, "job-waits", at, waiting_for=waiting_for)

    def waiting(self, organisation_id: str, limit: int) -> Sequence[PrintJob]:
        """By id."""
        c = tables.jobs.c
        where = (c.organisation_id == organisation_id, c.waiting_for != "")
        statement = select(tables.jobs).where(*where).order_by(c.id).limit(limit)
        return [_job(row) for row in self._connection.execute(statement)]

    def approve(self, organisation_id: str, job_id: str, by: str, at: datetime) -> PrintJob:
        """Once."""
        job = self.get(organisation_id, job_id)
        if job.approved_by:
            return job
        c = tables.jobs.c
        where = (c.organisation_id == organisation_id, c.id == job_id)
        self._connection.execute(update(tables.jobs).where(*where).values(approved_by=by))
        self._event(organisation_id, job_id, "job-approved", at, by=by)
        return replace(job, approved_by=by)

    def last_columns(self, organisation_id: str, template_key: str) -> Mapping[str, str]:
        """Of the newest job that has any."""
        c, packages = tables.jobs.c, tables.packages.c
        statement = (
            select(c.columns)
            .join(tables.packages, packages.id == c.template_id)
            .where(c.organisation_id == organisation_id, packages.organisation_id == organisation_id)
            .where(packages.key == template_key, cast(c.columns, Text) != "{}")
            .order_by(c.id.desc())
            .limit(1)
        )
        found: Mapping[str, str] | None = self._connection.execute(statement).scalar_one_or_none()
        return found or {}

    def with_input(self, organisation_id: str, blob: BlobRef, limit: int) -> Sequence[PrintJob]:
        """By the reference."""
        c = tables.jobs.c
        where = (c.organisation_id == organisation_id, c.input == blob)
        statement = select(tables.jobs).where(*where).order_by(c.id.desc()).limit(limit)
        return [_job(row) for row in self._connection.execute(statement)]

    def totals(self) -> Mapping[JobState, JobTotals]:
        """All organisations."""
        c = tables.jobs.c
        statement = select(c.state, func.count(), func.coalesce(func.sum(c.composed), 0)).group_by(c.state)
        rows = self._connection.execute(statement).all()
        return {state: JobTotals(jobs, int(composed)) for state, jobs, composed in rows}

    def _update_counts(self, organisation_id: str, job_id: str, changes: Mapping[str, object]) -> None:
        if unknown := set(changes) - set(_COUNTS):
            raise ValueError(f"not counts of a job: {sorted(unknown)}")
        c = tables.jobs.c
        self._connection.execute(
            update(tables.jobs).where(c.organisation_id == organisation_id, c.id == job_id).values(**changes)
        )


class SqlFindings(Repository):
    """`api.ports.Findings`."""

    def add_many(self, organisation_id: str, job_id: str, findings: Iterable[JobFinding]) -> None:
        """Insert in blocks."""
        scope = {"organisation_id": organisation_id, "job_id": job_id}
        for block in chunked(findings):
            rows = [as_row(finding) | scope | {"place": dict(finding.place)} for finding in block]
            self._connection.execute(insert(tables.findings), rows)

    def clear_input(self, organisation_id: str, job_id: str) -> None:
        """Those without a record."""
        c = tables.findings.c
        where = (c.organisation_id == organisation_id, c.job_id == job_id, c.record_index.is_(None))
        self._connection.execute(delete(tables.findings).where(*where))

    def renumber(self, organisation_id: str, job_id: str) -> None:
        """One statement; a new number can never be an old one."""
        c = tables.findings.c
        where = (c.organisation_id == organisation_id, c.job_id == job_id)
        place = func.row_number().over(order_by=c.number) - 1
        counted = select(c.number.label("old"), place.label("new")).where(*where).subquery()
        statement = update(tables.findings).where(*where, c.number == counted.c.old).values(number=counted.c.new)
        self._connection.execute(statement)

    def list(
        self,
        organisation_id: str,
        job_id: str,
        page: PageRequest,
        record_index: int | None = None,
        code: str | None = None,
    ) -> Page[JobFinding]:
        """By number."""
        c = tables.findings.c
        statement = (
            select(tables.findings)
            .where(c.organisation_id == organisation_id, c.job_id == job_id, c.number > page.after_number())
            .order_by(c.number)
        )
        if record_index is not None:
            statement = statement.where(c.record_index == record_index)
        if code is not None:
            statement = statement.where(c.code == code)
        return self._page(statement, page.limit, _finding, lambda finding: finding.number)

    def records(
        self, organisation_id: str, job_id: str, after: int, limit: int, code: str | None = None
    ) -> Sequence[int]:
        """By place."""
        c = tables.findings.c
        where = [c.organisation_id == organisation_id, c.job_id == job_id, c.record_index > after]
        if code is not None:
            where.append(c.code == code)
        statement = select(c.record_index).distinct().where(*where).order_by(c.record_index).limit(limit)
        return [row.record_index for row in self._connection.execute(statement)]

    def last_record_before(self, organisation_id: str, job_id: str, before: int) -> int | None:
        """The greatest."""
        c = tables.findings.c
        where = (c.organisation_id == organisation_id, c.job_id == job_id, c.record_index < before)
        found: int | None = self._connection.execute(select(func.max(c.record_index)).where(*where)).scalar_one()
        return found

    def counts(self, organisation_id: str, job_id: str) -> Mapping[str, int]:
        """By code."""
        c = tables.findings.c
        statement = (
            select(c.code, func.count().label("number"))
            .where(c.organisation_id == organisation_id, c.job_id == job_id)
            .group_by(c.code)
            .order_by(c.code)
        )
        return {row.code: row.number for row in self._connection.execute(statement)}


def _job(row: Row[Any]) -> PrintJob:
    values = row._asdict()
    counts = JobCounts(**{name: values.pop(name) for name in _COUNTS})
    return PrintJob(**values, counts=counts)


def _finding(row: Row[Any]) -> JobFinding:
    values = row._asdict()
    del values["organisation_id"], values["job_id"]
    return JobFinding(**values)
