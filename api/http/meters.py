"""The register of complexes, dwellings and meters: imports, exchanges, reports and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from api.http.auth import ANSWERS, SUBMITTER, CallerDep
from api.http.bodies import BodyDep, JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.files import table_response
from api.http.meter_schemas import (
    ComplexOut,
    DwellingOut,
    ExchangeIn,
    ImportedOut,
    MeterHistoryOut,
    MeterOut,
    MissingMeterOut,
    ReportOut,
)
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, LIST_CODES, MEDIA, POST_CODES, binary, body, problems
from api.http.schemas import In, ListOut, listed
from api.usecases.deps import Deps
from api.usecases.formats import read_format
from api.usecases.metering import importing, looking, replacing, reporting, tables
from api.usecases.metering.importing import ImportOptions
from api.usecases.metering.looking import Wanted
from api.usecases.metering.replacing import MeterReplaced
from scanning.meters.period import TOLERANCE, Period

router = APIRouter(prefix="/v1", tags=["meters"])

_ROW: Final = {
    "complex": "ZA-HAVEN",
    "complex_name": "Nieuwe Havenkade",
    "dwelling": "ZA-HAVEN-284",
    "address": "Nieuwe Havenkade 284 III",
    "postcode": "9813 DD",
    "house_number": "284",
    "meter": "WM 2009-742265",
    "meter_number": "WM 2009-742265",
    "kind": "water",
    "dials": 5,
    "main_meter": "WM-HAVEN",
    "last_reading": "765",
    "last_reading_on": "2025-12-12",
    "record_key": "ZA-00001",
    "field": "reading",
    "date_field": "reading_date",
}
_CSV: Final = (
    "complex;dwelling;meter;kind;dials;main_meter;record_key\n"
    "ZA-HAVEN;;WM-HAVEN;water;7;;\n"
    "ZA-HAVEN;ZA-HAVEN-284;WM 2009-742265;water;5;WM-HAVEN;ZA-00001\n"
)
_ROWS: Final = body("A row for each meter; see docs/meters.md for the columns.", json=[_ROW], csv=_CSV, xlsx="…")
_READ: Final = (
    *("records-csv-encoding", "records-csv-delimiter", "records-csv-malformed", "records-json-malformed"),
    *("records-xlsx-malformed", "records-xlsx-bomb", "records-column-unknown", "records-column-duplicate"),
    *("records-column-missing", "records-cell-too-long", "records-empty", "records-too-many"),
)


class ImportQuery(In):
    """How a file goes into the register."""

    check: bool = Field(default=False, description="Only say what would happen.")
    correct: bool = Field(
        default=False, description="Numbers and dials in the register were wrong: take those of the file."
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """The days of a period, as far as they are said."""

    first: date | None
    last: date | None


def _asked(
    first: Annotated[date | None, Query(alias="from", description="92 days before the last when left out.")] = None,
    last: Annotated[date | None, Query(alias="to", description="Today when left out. Both days count.")] = None,
) -> Asked:
    return Asked(first, last)


Tolerance = Annotated[
    float, Query(ge=0, le=100, description="Percent of a main meter's use that its sum may differ from it.")
]
USUAL: Final = float(TOLERANCE * 100)


def _media_type(request: Request) -> str:
    """Raises `Refusal` (``media-type-unsupported``, …) before the body is read."""
    return str(read_format(request.headers.get("content-type", "")))


MediaTypeDep = Annotated[str, Depends(_media_type)]
ImportDep = Annotated[ImportQuery, Query()]
PeriodDep = Annotated[Asked, Depends(_asked)]


@router.post(
    "/meters/import",
    response_model=ImportedOut,
    summary="Bring meters in",
    dependencies=[SUBMITTER, Depends(_media_type)],
    responses=problems(
        *("meters-invalid", "media-type-unsupported", "body-cut-off", "request-invalid"), *_READ, *POST_CODES
    ),
    openapi_extra=_ROWS,
)
def import_meters(
    caller: CallerDep, once: OnceDep, media_type: MediaTypeDep, query: ImportDep, content: BodyDep
) -> Response:
    """All or nothing, by your own keys. What a row leaves empty stays as it was; the same file again changes nothing.

    The register is that of the key's mode.
    """
    options = ImportOptions(query.check, query.correct)

    def make(deps: Deps) -> Answer:
        whose = (caller.organisation_id, caller.mode, caller.key_id)
        done = importing.import_meters(deps, whose, content.file, media_type, options)
        return Answer(HTTPStatus.OK, ImportedOut.of(done))

    return once.run(content.sha256, make)


@router.get("/complexes", summary="List complexes", dependencies=[ANSWERS], responses=problems(*LIST_CODES))
def list_complexes(deps: DepsDep, caller: CallerDep, page: PageDep) -> ListOut[ComplexOut]:
    """By key, those of the key's mode."""
    return listed(looking.list_complexes(deps, caller.organisation_id, caller.mode, page), ComplexOut.of)


@router.get(
    "/complexes/{complex_id:id}",
    summary="Show a complex",
    dependencies=[ANSWERS],
    responses=problems("complex-not-found"),
)
def show_complex(deps: DepsDep, caller: CallerDep, complex_id: str) -> ComplexOut:
    """Its key and name."""
    return ComplexOut.of(looking.get_complex(deps, caller.organisation_id, complex_id))


@router.get(
    "/complexes/{complex_id:id}/dwellings",
    summary="List dwellings of a complex",
    dependencies=[ANSWERS],
    responses=problems("complex-not-found"),
)
def list_dwellings(deps: DepsDep, caller: CallerDep, complex_id: str) -> ListOut[DwellingOut]:
    """All at once, by key."""
    found = looking.dwellings_of(deps, caller.organisation_id, complex_id)
    return ListOut(items=list(map(DwellingOut.of, found)), next_cursor=None)


_REPORT: Final = ("complex-not-found", "period-invalid", "request-invalid")


@router.get(
    "/complexes/{complex_id:id}/report",
    summary="Report the use of a complex",
    dependencies=[ANSWERS],
    responses=problems(*_REPORT),
)
def show_report(
    deps: DepsDep, caller: CallerDep, complex_id: str, asked: PeriodDep, tolerance: Tolerance = USUAL
) -> ReportOut:
    """Use per meter from the last reading before the period to the last in it, main meters against their sums.

    `missing` are the meters without a reading in the period.
    """
    return ReportOut.of(_report(deps, caller.organisation_id, complex_id, asked, tolerance))


@router.get(
    "/complexes/{complex_id:id}/report.csv",
    summary="Fetch the report of a complex as CSV",
    dependencies=[ANSWERS],
    response_class=Response,
    responses={200: binary("CSV", MEDIA["csv"]), **problems(*_REPORT)},
)
def report_csv(
    deps: DepsDep, caller: CallerDep, complex_id: str, asked: PeriodDep, tolerance: Tolerance = USUAL
) -> Response:
    """A row for each meter."""
    report = _report(deps, caller.organisation_id, complex_id, asked, tolerance)
    return table_response("report.csv", tables.report_csv(report))


@router.get(
    "/complexes/{complex_id:id}/report.xlsx",
    summary="Fetch the report of a complex as XLSX",
    dependencies=[ANSWERS],
    response_class=Response,
    responses={200: binary("XLSX", MEDIA["xlsx"]), **problems(*_REPORT)},
)
def report_xlsx(
    deps: DepsDep, caller: CallerDep, complex_id: str, asked: PeriodDep, tolerance: Tolerance = USUAL
) -> Response:
    """Three sheets: meters, sums, and what is missing."""
    report = _report(deps, caller.organisation_id, complex_id, asked, tolerance)
    return table_response("report.xlsx", tables.report_xlsx(report))


@router.get(
    "/meters", summary="List meters", dependencies=[ANSWERS], responses=problems(*LIST_CODES, "request-invalid")
)
def list_meters(
    deps: DepsDep,
    caller: CallerDep,
    page: PageDep,
    of: Annotated[str | None, Query(alias="complex", description="Only of this complex, by its id.")] = None,
    key: Annotated[str | None, Query(description="Only the one with this key of yours.")] = None,
) -> ListOut[MeterOut]:
    """By key, those of the key's mode, each with what hangs there now."""
    found = looking.list_meters(deps, caller.organisation_id, caller.mode, page, Wanted(of, key))
    return listed(found, MeterOut.of)


@router.get(
    "/meters/missing",
    summary="List meters without a reading",
    dependencies=[ANSWERS],
    responses=problems(*LIST_CODES, "period-invalid", "request-invalid"),
)
def list_missing(deps: DepsDep, caller: CallerDep, page: PageDep, asked: PeriodDep) -> ListOut[MissingMeterOut]:
    """Over all complexes, by the key of the meter."""
    period = _period(deps, caller.organisation_id, asked)
    found = reporting.missing_meters(deps, caller.organisation_id, caller.mode, period, page)
    return listed(found, MissingMeterOut.of)


@router.get(
    "/meters/missing.csv",
    summary="Fetch meters without a reading as CSV",
    dependencies=[ANSWERS],
    response_class=Response,
    responses={200: binary("CSV", MEDIA["csv"]), **problems("period-invalid", "request-invalid")},
)
def missing_csv(deps: DepsDep, caller: CallerDep, asked: PeriodDep) -> Response:
    """All of them."""
    period = _period(deps, caller.organisation_id, asked)
    every = reporting.every_missing_meter(deps, caller.organisation_id, caller.mode, period)
    return table_response("missing.csv", tables.missing_csv(every))


@router.get(
    "/meters/missing.xlsx",
    summary="Fetch meters without a reading as XLSX",
    dependencies=[ANSWERS],
    response_class=Response,
    responses={200: binary("XLSX", MEDIA["xlsx"]), **problems("period-invalid", "request-invalid")},
)
def missing_xlsx(deps: DepsDep, caller: CallerDep, asked: PeriodDep) -> Response:
    """All of them."""
    period = _period(deps, caller.organisation_id, asked)
    every = reporting.every_missing_meter(deps, caller.organisation_id, caller.mode, period)
    return table_response("missing.xlsx", tables.missing_xlsx(every))


@router.get(
    "/meters/{meter_id:id}", summary="Show a meter", dependencies=[ANSWERS], responses=problems("meter-not-found")
)
def show_meter(deps: DepsDep, caller: CallerDep, meter_id: str) -> MeterHistoryOut:
    """With the meters that hung there, and every reading that is known."""
    return MeterHistoryOut.of_known(looking.meter_with_history(deps, caller.organisation_id, meter_id))


@router.post(
    "/meters/{meter_id:id}/exchange",
    response_model=MeterHistoryOut,
    summary="Record that a meter was exchanged",
    dependencies=[SUBMITTER],
    responses=problems(
        "meter-not-found", "exchange-invalid", "exchange-end-too-low", "request-invalid", "json-malformed", *ACT_CODES
    ),
)
def exchange_meter(caller: CallerDep, meter_id: str, said: ExchangeIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Use is the sum of what the old and the new one counted. The same exchange again changes nothing."""
    replaced = MeterReplaced(
        said.removed_on,
        said.end_reading,
        said.number,
        said.placed_on or said.removed_on,
        said.start_reading,
        said.dials,
        said.decimals,
    )

    def make(deps: Deps) -> Answer:
        whose = (caller.organisation_id, caller.key_id)
        known = replacing.exchange_meter(deps, whose, meter_id, replaced, insists=said.insist)
        return Answer(HTTPStatus.OK, MeterHistoryOut.of_known(known))

    return once.run(sha256, make)


@router.delete(
    "/meters/{meter_id:id}/segments/{place:int}",
    summary="Take an exchange back",
    dependencies=[SUBMITTER],
    responses=problems("meter-not-found", "exchange-not-last", "mode-differs"),
)
def undo_exchange(deps: DepsDep, caller: CallerDep, meter_id: str, place: int) -> MeterHistoryOut:
    """The last one, by the `place` of the new meter: the old one hangs there as if nothing had been recorded."""
    whose = (caller.organisation_id, caller.key_id)
    return MeterHistoryOut.of_known(replacing.undo_exchange(deps, whose, meter_id, place))


def _period(deps: Deps, organisation_id: str, asked: Asked) -> Period:
    return reporting.period_of(deps, organisation_id, asked.first, asked.last)


def _report(
    deps: Deps, organisation_id: str, complex_id: str, asked: Asked, tolerance: float
) -> reporting.ComplexReport:
    period = _period(deps, organisation_id, asked)
    share = Decimal(str(tolerance)) / 100
    return reporting.report_complex(deps, organisation_id, complex_id, period, share)
