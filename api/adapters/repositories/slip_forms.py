"""Forms of slips, their policies, and which piece has which slip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, select, update

from api.adapters import scan_tables as tables
from api.adapters.repositories.base import Repository, as_row, chunked, not_found
from api.ports import FormPolicy, PieceSlip, SlipForm
from docgen.findings import Refusal
from docgen.qr.token import LENGTH, PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_PIECE_SLIPS = select(*(tables.piece_slips.c[name] for name in PieceSlip._fields))
_LAST = "z"  # sorts behind all characters of ids, whatever the collation
_ID_LENGTH = len(PREFIX) + LENGTH


class SqlSlipForms(Repository):
    """`api.ports.SlipForms`."""

    def put(self, form: SlipForm) -> None:
        """Once for a template."""
        self._insert_new(tables.slip_forms, as_row(form), tables.slip_forms.c.form)

    def get(self, organisation_id: str, form: str, template_id: str | None = None) -> SlipForm:
        """The last one when no template is named."""
        c = tables.slip_forms.c
        statement = select(tables.slip_forms).where(c.organisation_id == organisation_id, c.form == form)
        if template_id is not None:
            statement = statement.where(c.template_id == template_id)
        latest = statement.order_by(c.created_at.desc(), c.template_id.desc()).limit(1)
        row = self._connection.execute(latest).one_or_none()
        if row is None:
            raise not_found("slip-form", form)
        return SlipForm(**row._asdict())

    def list(self, organisation_id: str) -> Sequence[SlipForm]:
        """Newest first."""
        c = tables.slip_forms.c
        statement = select(tables.slip_forms).where(c.organisation_id == organisation_id)
        rows = self._connection.execute(statement.order_by(c.created_at.desc(), c.form, c.template_id))
        return [SlipForm(**row._asdict()) for row in rows]

    def geometries(self, organisation_id: str) -> Mapping[str, str]:
        """Whichever template: the same form is the same geometry."""
        c = tables.slip_forms.c
        rows = self._connection.execute(select(c.form, c.geometry).where(c.organisation_id == organisation_id))
        return {row.form: row.geometry for row in rows}

    def policy(self, organisation_id: str, form: str) -> FormPolicy | None:
        """The highest version."""
        return next(iter(self._policies(organisation_id, form, 1)), None)

    def put_policy(self, policy: FormPolicy) -> None:
        """Insert, unless somebody was first."""
        if self._insert_new(tables.slip_policies, as_row(policy), tables.slip_policies.c.version) is None:
            raise Refusal("policy-changed", "Somebody changed this policy a moment ago. Look at it again.")
        data = {"version": policy.version, "thresholds": dict(policy.thresholds), "by": policy.by}
        self._event(policy.organisation_id, policy.form, "slip-policy-changed", policy.at, **data)

    def policies(self, organisation_id: str, form: str) -> Sequence[FormPolicy]:
        """All."""
        return self._policies(organisation_id, form, None)

    def _policies(self, organisation_id: str, form: str, limit: int | None) -> Sequence[FormPolicy]:
        c = tables.slip_policies.c
        statement = select(tables.slip_policies).where(c.organisation_id == organisation_id, c.form == form)
        rows = self._connection.execute(statement.order_by(c.version.desc()).limit(limit))
        return [FormPolicy(**row._asdict()) for row in rows]


class SqlPieceSlips(Repository):
    """`api.ports.PieceSlips`."""

    def add_many(self, organisation_id: str, slips: Iterable[PieceSlip]) -> None:
        """In blocks."""
        for block in chunked(slips):
            if any(slip.organisation_id != organisation_id for slip in block):
                raise ValueError("a slip of another organisation")
            self._insert_many(tables.piece_slips, PieceSlip._fields, block)

    def clear(self, organisation_id: str, job_id: str) -> None:
        """All of a job."""
        c = tables.piece_slips.c
        self._connection.execute(
            delete(tables.piece_slips).where(c.organisation_id == organisation_id, c.job_id == job_id)
        )

    def find(self, organisation_id: str, piece_id: str) -> PieceSlip | None:
        """At most one."""
        c = tables.piece_slips.c
        statement = _PIECE_SLIPS.where(c.organisation_id == organisation_id, c.piece_id == piece_id)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _piece_slip(row)

    def held(self, organisation_id: str, piece_id: str) -> PieceSlip | None:
        """A write that changes nothing."""
        c = tables.piece_slips.c
        hold = update(tables.piece_slips).where(c.organisation_id == organisation_id, c.piece_id == piece_id)
        self._connection.execute(hold.values(page=c.page))
        return self.find(organisation_id, piece_id)

    def starting(self, organisation_id: str, start: str, limit: int = 2) -> Sequence[PieceSlip]:
        """By id."""
        c = tables.piece_slips.c
        statement = _PIECE_SLIPS.where(c.organisation_id == organisation_id, *_begins(start))
        return list(map(_piece_slip, self._connection.execute(statement.order_by(c.piece_id).limit(limit))))

    def is_elsewhere(self, organisation_id: str, start: str) -> bool:
        """Yes or no."""
        c = tables.piece_slips.c
        found = exists().where(c.organisation_id != organisation_id, *_begins(start))
        return bool(self._connection.execute(select(func.count()).where(found)).scalar_one())


def _begins(start: str) -> tuple[Any, ...]:
    c = tables.piece_slips.c
    return (c.piece_id >= start, c.piece_id <= start.ljust(_ID_LENGTH, _LAST))


def _piece_slip(row: Any) -> PieceSlip:  # noqa: ANN401 - a row of the database
    return PieceSlip(*row)
