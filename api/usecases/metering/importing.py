"""Bring meters in by file: checked whole, and then all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from api.usecases.metering.columns import read_rows
from api.usecases.metering.days import today_of
from api.usecases.metering.merging import Circumstances, Merger
from docgen.findings import Finding, Refusal, Severity, errors_first, has_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import BinaryIO

    from api.ports import Mode, UnitOfWork
    from api.usecases.deps import Deps
    from api.usecases.metering.columns import GivenMeter

IMPORTED: Final = "meters-imported"
COUNTS: Final = (
    *("complexes_new", "complexes_changed", "dwellings_new", "dwellings_changed", "meters_new", "meters_changed"),
    *("readings_new", "readings_changed"),
)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """``check`` only says what would happen; with ``correct`` numbers and dials in the register may change."""

    check: bool = False
    correct: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file did, or would do; ``findings`` with an error mean that nothing was put in the register."""

    rows: int
    counts: Mapping[str, int]
    findings: tuple[Finding, ...] = ()
    applied: bool = False


def import_meters(
    deps: Deps,
    whose: tuple[str, Mode, str],
    stream: BinaryIO,
    media_type: str,
    options: ImportOptions = ImportOptions(),
) -> Imported:
    """Put the meters of a file in the register of an organisation and mode, by the corporation's own keys.

    ``whose`` is the organisation, the mode, and who brings it. What a row leaves empty stays as it was; the same file
    again changes nothing. Raises Refusal: ``meters-invalid`` with a finding for all that is wrong (with ``check`` the
    findings are in the answer), ``media-type-unsupported``, and what the readers of `docgen.records` refuse.
    """
    rows = list(read_rows(stream, media_type, deps.limits.max_records))
    # a large file takes a while to compare, and meanwhile others write
    with deps.database.read() as uow:
        merged = _merged(deps, uow, whose, rows, options)
    if options.check:
        return merged.outcome
    _check(merged)
    with deps.database.write() as uow:
        uow.meters.lock(whose[0])
        if uow.meters.revision(whose[0]) != merged.revision:
            merged = _merged(deps, uow, whose, rows, options)
            _check(merged)
        changes = merged.merger.rows()
        if changes:
            uow.meters.put(changes)
            told = {"by": whose[2], "mode": whose[1], "rows": len(rows), **merged.outcome.counts}
            uow.meters.tell(whose[0], whose[0], IMPORTED, deps.clock.now(), **told)
    return replace(merged.outcome, applied=True)


class _Merged(NamedTuple):
    merger: Merger
    outcome: Imported
    revision: int


def _merged(
    deps: Deps, uow: UnitOfWork, whose: tuple[str, Mode, str], rows: Sequence[GivenMeter], options: ImportOptions
) -> _Merged:
    """The register with the rows in it; the rows themselves stay as they are."""
    organisation_id, mode, _ = whose
    now = deps.clock.now()
    known = Circumstances(
        *(organisation_id, mode, now, today_of(uow, organisation_id, now), deps.ids.new), correct=options.correct
    )
    merger = Merger.of(uow.meters.register(organisation_id, mode), known)
    given = [replace(row, values=dict(row.values), findings=list(row.findings)) for row in rows]
    for row in given:
        merger.add(row)
    merger.finish()
    return _Merged(merger, _outcome(given, merger), uow.meters.revision(organisation_id))


def _check(merged: _Merged) -> None:
    """Raises Refusal: ``meters-invalid``."""
    findings = merged.outcome.findings
    if has_errors(findings):
        raise Refusal("meters-invalid", "Nothing was put in the register.", errors_first(findings))


def _outcome(given: Sequence[GivenMeter], merger: Merger) -> Imported:
    findings = [finding for row in given for finding in row.findings]
    counts = {name: merger.counts[name] for name in COUNTS}
    return Imported(len(given), counts, (*findings, *_lonely(given, merger)))


def _lonely(given: Sequence[GivenMeter], merger: Merger) -> Iterator[Finding]:
    """Meters of dwellings that count in no sum, though there is a main meter of their kind."""
    every = merger.meters.values()
    above = {(meter.complex_id, meter.kind) for meter in every if meter.dwelling_id is None and meter.main_id is None}
    for row in given:
        meter = merger.meters.get(row.text("meter"))
        if meter is None or meter.dwelling_id is None or meter.main_id is not None or row.is_wrong("main_meter"):
            continue
        if (meter.complex_id, meter.kind) in above:
            message = "The complex has a main meter of this kind, and this meter is not under it. Name it, if it is."
            yield Finding("meter-without-main", message, row.at("main_meter"), Severity.WARNING)
