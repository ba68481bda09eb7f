"""Records: the answers in force, one for each piece and field, brought in line with the fields they come from."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from api.ports import DecidedBy, Record, RecordState
from api.usecases.sheets import Sheet, workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from api.ports import Page, PageRequest, SlipFieldRow, UnitOfWork
    from api.usecases.deps import Deps

SOURCE: Final = "slip"
COLUMNS: Final = (
    *("id", "piece_id", "record_id", "form", "field", "kind", "value", "state", "source", "confidence"),
    *("decided_by", "person", "decided_at", "updated_at", "revision", "slip_id", "field_id", "mode"),
)


def list_records(
    deps: Deps,
    organisation_id: str,
    page: PageRequest,
    updated_after: datetime | None = None,
    form: str | None = None,
) -> Page[Record]:
    """In the order in which they changed last. Raises Refusal: ``bad-cursor``."""
    with deps.database.read() as uow:
        return uow.records.list(organisation_id, page, updated_after, form)


def records_csv(records: Iterable[Record], *, heading: bool = True) -> Iterator[str]:
    """Lines of CSV (RFC 4180), in UTF-8 with a heading."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if heading:
        writer.writerow(COLUMNS)
    for record in records:
        writer.writerow([_cell(getattr(record, name)) for name in COLUMNS])
        yield _taken(buffer)
    yield _taken(buffer)


def records_xlsx(records: Iterable[Record]) -> Iterator[bytes]:
    """A workbook of one sheet with the columns of `records_csv`."""
    rows = ([getattr(record, name) for name in COLUMNS] for record in records)
    return workbook([Sheet("records", COLUMNS, rows)])


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _cell(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def put_in_force(deps: Deps, uow: UnitOfWork, field: SlipFieldRow, person: str = "") -> None:
    """Bring the record of a field in line with it: settled, unreadable, or gone when nothing was written."""
    if field.unreadable:
        _put(deps, uow, field, (RecordState.UNREADABLE, ""), person)
    elif field.value:
        _put(deps, uow, field, (RecordState.SETTLED, field.value), person)
    else:
        take_out(deps, uow, field, person)


def take_out(deps: Deps, uow: UnitOfWork, field: SlipFieldRow, person: str = "") -> None:
    """The answer is in force no more, as far as there was one."""
    before = uow.records.find(field.organisation_id, field.piece_id, field.name)
    if before is not None and before.state is not RecordState.WITHDRAWN:
        _put(deps, uow, field, (RecordState.WITHDRAWN, ""), person)


def dispute(deps: Deps, uow: UnitOfWork, field: SlipFieldRow) -> None:
    """Another slip says otherwise: whoever has used the value is told that it may not stay."""
    before = uow.records.find(field.organisation_id, field.piece_id, field.name)
    if before is not None and before.state is RecordState.SETTLED:
        now = deps.clock.now()
        uow.records.put(replace(before, state=RecordState.DISPUTED, updated_at=now, revision=before.revision + 1))


def _put(deps: Deps, uow: UnitOfWork, field: SlipFieldRow, answer: tuple[RecordState, str], person: str) -> None:
    before = uow.records.find(field.organisation_id, field.piece_id, field.name)
    piece = uow.pieces.get(field.organisation_id, field.piece_id)
    now, (state, value) = deps.clock.now(), answer
    made = Record(
        id=deps.ids.new("rec") if before is None else before.id,
        organisation_id=field.organisation_id,
        mode=field.mode,
        piece_id=field.piece_id,
        job_id=piece.job_id,
        record_id=piece.record_id,
        form=field.form,
        field=field.name,
        kind=field.kind,
        value=value,
        state=state,
        source=SOURCE,
        slip_id=field.slip_id,
        field_id=field.id,
        confidence=field.confidence,
        decided_by=DecidedBy.PERSON if person else field.decided_by,
        person=person,
        decided_at=field.decided_at or now,
        updated_at=now,
        revision=1 if before is None else before.revision + 1,
    )
    if before is None or not _says_the_same(before, made):
        uow.records.put(made)


def _says_the_same(before: Record, made: Record) -> bool:
    kept = replace(made, revision=before.revision, updated_at=before.updated_at, decided_at=before.decided_at)
    return kept == before
