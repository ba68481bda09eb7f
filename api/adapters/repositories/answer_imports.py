"""Files of answers that a worker takes in."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from api.adapters.campaign_tables import answer_imports
from api.adapters.repositories.base import Repository, as_row
from api.ports import AnswerImport
from docgen.findings import Finding, Place, Severity

if TYPE_CHECKING:
    from sqlalchemy import Row

    from api.ports import Page, PageRequest


class SqlAnswerImports(Repository):
    """`api.ports.AnswerImports`."""

    def add(self, made: AnswerImport) -> None:
        """One row."""
        self._connection.execute(insert(answer_imports).values(**_row(made)))

    def get(self, organisation_id: str, import_id: str) -> AnswerImport:
        """At most one."""
        return _import(self._one(answer_imports, organisation_id, import_id, "answer-import"))

    def change(self, changed: AnswerImport) -> None:
        """All columns."""
        c = answer_imports.c
        where = (c.organisation_id == changed.organisation_id, c.id == changed.id)
        self._connection.execute(update(answer_imports).where(*where).values(**_row(changed)))

    def list(self, organisation_id: str, campaign_id: str, page: PageRequest) -> Page[AnswerImport]:
        """By id, which grows with time."""
        c = answer_imports.c
        which = [c.organisation_id == organisation_id, c.campaign_id == campaign_id]
        which += [] if page.after is None else [c.id < page.after]
        statement = select(answer_imports).where(*which).order_by(c.id.desc())
        return self._page(statement, page.limit, _import, lambda one: one.id)


def _row(one: AnswerImport) -> dict[str, Any]:
    return as_row(one) | {"findings": list(map(_flat, one.findings)), "finding_counts": dict(one.finding_counts)}


def _flat(finding: Finding) -> dict[str, Any]:
    place = {name: value for name, value in asdict(finding.place).items() if value is not None}
    return {"code": finding.code, "message": finding.message, "severity": finding.severity.value, "place": place}


def _finding(flat: dict[str, Any]) -> Finding:
    return Finding(flat["code"], flat["message"], Place(**flat["place"]), Severity(flat["severity"]))


def _import(row: Row[Any]) -> AnswerImport:
    values: dict[str, Any] = row._asdict()
    return AnswerImport(**values | {"findings": tuple(map(_finding, values["findings"]))})
