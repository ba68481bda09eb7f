"""Complexes and meters: how far they are, what was used and what is missing, files brought in, and exchanges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.edge import DepsDep
from api.http.files import table_response
from api.http.responses import MEDIA
from api.http.staff.corporation.common import CORPORATION, SUBMITTERS, CursorQuery, with_query
from api.http.staff.desk import DeskDep, Done, notice_of
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.visitors import person
from api.ports import Mode, PageRequest, Role
from api.usecases.deps import Deps
from api.usecases.metering import importing, looking, replacing, reporting, tables
from api.usecases.metering.importing import ImportOptions
from api.usecases.metering.replacing import MeterReplaced
from docgen.findings import Finding, Place, Refusal, has_errors
from scanning.meters.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.http.staff.desk import Desk, Mistake
    from api.http.staff.forms import Form
    from api.usecases.metering.importing import Imported
    from api.usecases.metering.reporting import ComplexReport, MeterInReport

router = APIRouter(prefix="/staff", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

T = TypeVar("T")

METERS: Final = "/staff/meters"
_SHOWN_COMPLEXES: Final = 25
_SHOWN_METERS: Final = 60
_WHICH: Final = ("all", "missing", "told")
_CODES: Final[Mapping[str, str]] = {
    "previous-missing": "none before it",
    "lower-than-previous": "lower than before",
    "exchange-end-too-low": "old meter ended too low",
    "exchange-reading-missing": "a reading of the exchange is missing",
    "meter-field-unclear": "the letter asks several readings",
    "zero-use": "no use",
    "low": "low use",
    "high": "high use",
    "very-high": "very high use",
    "rollover-assumed": "went round",
    "too-many-digits": "more digits than the meter has",
    "complex-more-than-main": "more than the main meter",
    "complex-less-than-main": "less than the main meter",
    "complex-incomplete": "not complete yet",
    "complex-main-missing": "main meter not known",
}
_LABELS: Final[Mapping[str, str]] = {
    "removed_on": "Day",
    "placed_on": "Day",
    "end_reading": "Last reading of the old meter",
    "number": "Number of the new meter",
    "start_reading": "First reading of the new meter",
    "dials": "Digits of the new meter",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page was asked: the days as they were typed, which meters, and which part of them."""

    first: str
    last: str
    which: str = _WHICH[0]
    part: int = 1


def _asked(
    first: Annotated[str, Query(alias="from", max_length=20)] = "",
    last: Annotated[str, Query(alias="to", max_length=20)] = "",
    show: Annotated[str, Query(max_length=10)] = "",
    part: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Asked:
    return Asked(first.strip(), last.strip(), show if show in _WHICH else _WHICH[0], part)


AskedDep = Annotated[Asked, Depends(_asked)]


@router.get("/meters", dependencies=[CORPORATION])
def show_complexes(request: Request, deps: DepsDep, asked: AskedDep, cursor: CursorQuery = None) -> Response:
    """Complexes, each with how many meters it has and how many readings came in."""
    return _complexes(request, deps, asked, cursor)


@router.post("/meters/import", dependencies=[SUBMITTERS])
def import_file(desk: DeskDep) -> Response:
    """Put a file in the register, or only look whether it can be."""

    def make(deps: Deps) -> Done:
        options = ImportOptions(bool(desk.form.text("check")), bool(desk.form.text("correct")))
        return Done(METERS, _said(_imported(deps, desk, options)))

    def again(mistake: Mistake) -> Response:
        return _complexes(desk.request, desk.deps, Asked("", ""), None, mistake)

    return desk.change(make, again, {"": "file"})


@router.get("/meters/missing.{kind}", dependencies=[CORPORATION])
def fetch_missing(request: Request, deps: DepsDep, kind: str, asked: AskedDep) -> Response:
    """Meters without a reading, over all complexes."""
    organisation_id = person(request).organisation_id
    period = _period(deps, organisation_id, asked)
    every = reporting.every_missing_meter(deps, organisation_id, Mode.LIVE, period)
    return _file(kind, "missing", tables.missing_xlsx(every) if kind == "xlsx" else tables.missing_csv(every))


@router.get("/complexes/{complex_id:id}/report.{kind}", dependencies=[CORPORATION])
def fetch_report(request: Request, deps: DepsDep, complex_id: str, kind: str, asked: AskedDep) -> Response:
    """The report of a complex."""
    report = _report(request, deps, complex_id, asked)
    return _file(kind, "report", tables.report_xlsx(report) if kind == "xlsx" else tables.report_csv(report))


@router.get("/complexes/{complex_id:id}", dependencies=[CORPORATION])
def show_complex(request: Request, deps: DepsDep, complex_id: str, asked: AskedDep) -> Response:
    """Its meters, main meters against their sums, and what is missing."""
    report = _report(request, deps, complex_id, asked)
    wanted = _wanted(report, asked.which)
    parts = max(1, -(-len(wanted) // _SHOWN_METERS))
    begin = (min(asked.part, parts) - 1) * _SHOWN_METERS
    return page(
        request,
        "corporation/complex.html",
        **_WORDS,
        report=report,
        keys={each.meter.id: each.meter.key for each in report.meters},
        meters=wanted[begin : begin + _SHOWN_METERS],
        figures=tables.sum_figures,
        asked=asked,
        period=report.period,
        part=min(asked.part, parts),
        parts_of=parts,
        notice=notice_of(request, deps),
    )


@router.get("/meters/{meter_id:id}", dependencies=[CORPORATION])
def show_meter(request: Request, deps: DepsDep, meter_id: str) -> Response:
    """Its history, and the form for an exchange."""
    return _meter(request, deps, meter_id)


@router.post("/meters/{meter_id:id}/exchange", dependencies=[SUBMITTERS])
def exchange_meter(desk: DeskDep, meter_id: str) -> Response:
    """Record that it was exchanged."""
    fields = {"": "removed_on"}

    def make(deps: Deps) -> Done:
        whose, insists = (desk.organisation_id, desk.by), bool(desk.form.text("insist"))
        try:
            said = _replaced(desk.form)
            known = replacing.exchange_meter(deps, whose, meter_id, said, insists=insists)
        except Refusal as refusal:
            raise _in_words(refusal, fields) from None
        return Done(f"{METERS}/{meter_id}", f"Meter {known.current.number} hangs there now.")

    def again(mistake: Mistake) -> Response:
        return _meter(desk.request, desk.deps, meter_id, mistake)

    return desk.change(make, again, fields)


@router.post("/meters/{meter_id:id}/undo", dependencies=[SUBMITTERS])
def undo_exchange(desk: DeskDep, meter_id: str) -> Response:
    """Take the last exchange back."""

    def make(deps: Deps) -> Done:
        place = desk.form.text("place")
        known = replacing.undo_exchange(
            deps, (desk.organisation_id, desk.by), meter_id, int(place) if place.isdecimal() else 0
        )
        number = known.current.number or known.meter.key
        return Done(f"{METERS}/{meter_id}", f"The exchange is taken back: meter {number} hangs there.")

    def again(mistake: Mistake) -> Response:
        return _meter(desk.request, desk.deps, meter_id, mistake)

    return desk.change(make, again, {"": "segments"})


def _in_words(refusal: Refusal, fields: dict[str, str]) -> Refusal:
    """What is wrong with each field by its name on the page, and in ``fields`` the first of them."""
    names = [(finding.place.pointer or "").removeprefix("/") for finding in refusal.findings]
    if not names:
        return refusal
    fields[""] = names[0]
    said = [
        f"{_LABELS.get(name, name)}: {finding.message}" for name, finding in zip(names, refusal.findings, strict=True)
    ]
    return Refusal(refusal.code, " ".join(said))


def _complexes(
    request: Request, deps: Deps, asked: Asked, cursor: str | None, mistake: Mistake | None = None
) -> Response:
    visitor = person(request)
    period = _period(deps, visitor.organisation_id, asked)
    part = PageRequest(_SHOWN_COMPLEXES, cursor)
    found = reporting.overview(deps, visitor.organisation_id, Mode.LIVE, period, part)
    return page(
        request,
        "corporation/meters.html",
        **_WORDS,
        complexes=found.items,
        next_after=found.next_after,
        period=period,
        asked=asked,
        may_bring=visitor.may(Role.SUBMITTER),
        entered=mistake.entered if mistake else {},
        trouble=mistake.trouble if mistake else None,
        notice="" if mistake else notice_of(request, deps),
    )


def _meter(request: Request, deps: Deps, meter_id: str, mistake: Mistake | None = None) -> Response:
    visitor = person(request)
    known = looking.meter_with_history(deps, visitor.organisation_id, meter_id)
    return page(
        request,
        "corporation/meter.html",
        **_WORDS,
        known=known,
        complex=looking.get_complex(deps, visitor.organisation_id, known.meter.complex_id),
        home=looking.dwelling_of(deps, visitor.organisation_id, known.meter),
        may_exchange=visitor.may(Role.SUBMITTER),
        entered=mistake.entered if mistake else {},
        trouble=mistake.trouble if mistake else None,
        notice="" if mistake else notice_of(request, deps),
    )


def _period(deps: Deps, organisation_id: str, asked: Asked) -> Period:
    return reporting.period_of(deps, organisation_id, _day(asked.first), _day(asked.last))


def _day(text: str) -> date | None:
    """Raises Refusal: ``period-invalid``."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refusal("period-invalid", "Write days as year-month-day: 2026-11-01.") from None


def _report(request: Request, deps: Deps, complex_id: str, asked: Asked) -> ComplexReport:
    organisation_id = person(request).organisation_id
    return reporting.report_complex(deps, organisation_id, complex_id, _period(deps, organisation_id, asked))


def _wanted(report: ComplexReport, which: str) -> Sequence[MeterInReport]:
    if which == "missing":
        return report.missing
    return [each for each in report.meters if each.codes] if which == "told" else report.meters


def _imported(deps: Deps, desk: Desk, options: ImportOptions) -> Imported:
    """Raises Refusal: ``file-missing``, ``media-type-unsupported``, ``meters-invalid``."""
    if not desk.form.files:
        raise Refusal("file-missing", "Choose a file: a row for each meter, as CSV, XLSX or JSON.")
    sent = desk.form.files[0]
    media_type = MEDIA.get(PurePath(sent.name.lower()).suffix.lstrip("."), "application/octet-stream")
    comma = "; decimal-comma=true" if desk.form.text("decimal_comma") else ""
    whose = (desk.organisation_id, Mode.LIVE, desk.by)
    done = importing.import_meters(deps, whose, sent.file, f"{media_type}{comma}", options)
    if has_errors(done.findings):
        raise Refusal("meters-invalid", "The file cannot be put in the register as it is.", done.findings)
    return done


def _said(done: Imported) -> str:
    """What happened, in one sentence."""
    counts = done.counts
    what = f"{counts['meters_new']} new meters, {counts['meters_changed']} changed, {counts['readings_new']} readings"
    lonely = f" {len(done.findings)} meters stand under no main meter, though there is one." if done.findings else ""
    if done.applied:
        return f"{done.rows} rows are in the register: {what}.{lonely}"
    return f"Nothing is wrong with these {done.rows} rows: {what}. They are not in the register yet.{lonely}"


def _replaced(form: Form) -> MeterReplaced:
    """Raises Refusal: ``exchange-invalid`` with a finding for each field that cannot be read."""
    wrong: list[Finding] = []
    on = _read(form, "removed_on", date.fromisoformat, wrong)
    end = _read(form, "end_reading", _reading, wrong)
    start = _read(form, "start_reading", _reading, wrong) if form.text("start_reading") else Decimal(0)
    dials = _read(form, "dials", int, wrong) if form.text("dials") else None
    if not 1 <= len(form.text("number")) <= replacing.MOST_NUMBER:
        wrong.append(_unclear("number"))
    if wrong or on is None or end is None or start is None:
        raise Refusal("exchange-invalid", "Fill in what is missing.", tuple(wrong))
    return MeterReplaced(on, end, form.text("number"), on, start, dials)


def _read(form: Form, name: str, read_as: Callable[[str], T], wrong: list[Finding]) -> T | None:
    """The value of a field; None, with a finding, when it cannot be read."""
    try:
        return read_as(form.text(name))
    except (ValueError, InvalidOperation):
        wrong.append(_unclear(name))
        return None


def _unclear(name: str) -> Finding:
    return Finding("meter-entry-unclear", "Fill this in; it is empty, or cannot be read.", Place(pointer=f"/{name}"))


def _reading(text: str) -> Decimal:
    """A comma or a dot before decimals."""
    value = Decimal(text.replace(",", "."))
    if not value.is_finite():
        raise ValueError(text)
    return value


def _file(kind: str, name: str, content: Iterator[bytes] | Iterator[str]) -> Response:
    if kind not in {"csv", "xlsx"}:
        raise Refusal("route-not-found", "Only csv and xlsx can be fetched.")
    return table_response(f"{name}.{kind}", content)


def _shown(value: Decimal | None) -> str:
    return "\N{EN DASH}" if value is None else f"{value:f}"


def _word(code: str) -> str:
    return _CODES.get(code, code.replace("-", " "))


_WORDS: Final[Mapping[str, Any]] = {"shown": _shown, "word": _word, "with_query": with_query}
