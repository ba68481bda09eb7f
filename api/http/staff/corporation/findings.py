"""Findings of a job beside pictures of the letters that they are about."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Query, Request, Response

from api.http.edge import DepsDep
from api.http.files import table_response
from api.http.staff.corporation.common import JOBS, READERS, WORDS
from api.http.staff.corporation.pdf_words import Shot, shots_of
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.visitors import VisitorDep, person
from api.ports import MAX_PAGE_ITEMS, JobState, PageRequest
from api.usecases import jobs, looking
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from api.ports import JobFinding, PrintJob
    from api.usecases.deps import Deps
    from docgen.records.raw import RawRecord

router = APIRouter(prefix=JOBS, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_RECORDS_A_PAGE: Final = 10
_MOST_OF_A_RECORD: Final = 20
_MOST_OF_THE_WHOLE: Final = 20
_MOST_VALUES: Final = 60
_OTHERS_IN_A_CARD: Final = 5
_MOST_CHARACTERS: Final = 160
# a spreadsheet runs a cell that begins with these (OWASP, CSV injection)
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")
_ABOUT: Final[Mapping[str, str]] = {"error": "bad", "warning": "warn", "note": "info"}


class Value(NamedTuple):
    """A value of a record: its field, the column of the file that it came from, and what is wrong with it."""

    field: str
    column: str
    text: str
    wrong: bool


class Card(NamedTuple):
    """A record with its findings; ``pages`` is 0 when it makes no letter, and then its values say the most.

    Findings of a ready-made letter are in ``shots``, by page.
    """

    number: int
    record_id: str
    name: str
    findings: Sequence[JobFinding]
    left_out: int
    page: int
    pages: int
    values: Sequence[Value]
    shots: Sequence[Shot] = ()


@router.get("/{job_id:id}/findings", dependencies=[READERS])
def show(
    request: Request,
    deps: DepsDep,
    job_id: str,
    code: Annotated[str, Query(pattern=r"^[a-z0-9-]{0,100}$")] = "",
    after: Annotated[int, Query(ge=-1, le=1_000_000)] = -1,
) -> Response:
    """Ten records a page, grouped by code when one is chosen."""
    organisation_id = person(request).organisation_id
    job = jobs.get_job(deps, organisation_id, job_id)
    with deps.database.read() as uow:
        places = list(uow.findings.records(organisation_id, job_id, after, _RECORDS_A_PAGE + 1, code or None))
        whole = uow.findings.list(organisation_id, job_id, PageRequest(_MOST_OF_THE_WHOLE), code=code or None).items
    of_file = [finding for finding in whole if finding.record_index is None] if after < 0 else []
    return page(
        request,
        "corporation/findings.html",
        **WORDS,
        job=job,
        cards=[_card(deps, job, place, code) for place in places[:_RECORDS_A_PAGE]],
        whole=of_file,
        shots=shots_of(deps, job, None, of_file),
        codes=jobs.count_findings(deps, organisation_id, job_id),
        code=code,
        after=after,
        next_after=places[_RECORDS_A_PAGE - 1] if len(places) > _RECORDS_A_PAGE else None,
        tones=_ABOUT,
        done=job.state not in {JobState.RECEIVED, JobState.VALIDATING},
    )


@router.get("/{job_id:id}/findings.csv", dependencies=[READERS])
def as_csv(deps: DepsDep, visitor: VisitorDep, job_id: str) -> Response:
    """All of them, for whoever corrects the file."""
    job = jobs.get_job(deps, visitor.organisation_id, job_id)
    return table_response(f"findings-{job.id}.csv", _lines(deps, job))


def values_of(job: PrintJob, raw: RawRecord, findings: Sequence[Any]) -> Sequence[Value]:
    """The values of a record, those that findings are about first."""
    wrong = {path for finding in findings if (path := _path(raw, finding))}
    # by field in small letters, as the reader takes them
    columns = {field.casefold(): column for field, column in job.columns.items()}
    found = [
        Value(field, columns.get(_plain(field), ""), _short(text), _is_wrong(field, wrong))
        for field, text in _flat("", raw.values)
    ]
    there = {_plain(value.field) for value in found} | {value.field for value in found}
    found += [
        Value(path, columns.get(path.casefold(), ""), "", wrong=True) for path in sorted(wrong) if path not in there
    ]
    return sorted(found, key=lambda value: not value.wrong)[:_MOST_VALUES]


def _card(deps: Deps, job: PrintJob, place: int, code: str) -> Card:
    found = jobs.list_findings(deps, job.organisation_id, job.id, PageRequest(MAX_PAGE_ITEMS), place).items
    shown = sorted(found, key=lambda finding: finding.code != code)[:_MOST_OF_A_RECORD]
    try:
        looked = looking.look_at_record(deps, job, place)
    except Refusal:
        return Card(place + 1, "", "", shown, len(found) - len(shown), 1, 0, ())
    pages = [int(page) for finding in shown if (page := finding.place.get("page"))]
    return Card(
        place + 1,
        str(looked.raw.values.get("record_id") or ""),
        looking.name_of(looked.raw),
        shown,
        len(found) - len(shown),
        min(pages[0] if pages else 1, max(looked.pages, 1)),
        looked.pages,
        () if looked.pages else _shortest(values_of(job, looked.raw, found)),
        shots_of(deps, job, place, shown),
    )


def _shortest(values: Sequence[Value]) -> Sequence[Value]:
    """What is wrong, and enough of the rest to know the record."""
    wrong = [value for value in values if value.wrong]
    return [*wrong, *[value for value in values if not value.wrong][:_OTHERS_IN_A_CARD]]


def _path(raw: RawRecord, finding: Any) -> str:  # noqa: ANN401 - of a job or of docgen
    """Which field a finding is about, with points: that of the column, or of the pointer inside the record."""
    place = finding.place if isinstance(finding.place, dict) else vars_of(finding.place)
    if place.get("column"):
        return str(place["column"])
    pointer = str(place.get("pointer") or "").removeprefix(raw.place.pointer or "")
    return ".".join(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/") if part)


def vars_of(place: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a place of docgen
    """The parts of a place by name."""
    return {"column": place.column, "pointer": place.pointer}


def _plain(field: str) -> str:
    """Without the numbers of items: as columns of tables are called."""
    return ".".join(part for part in field.split(".") if not part.isdigit()).casefold()


def _is_wrong(field: str, wrong: set[str]) -> bool:
    return any(field == path or _plain(field) == path.casefold() or field.startswith(f"{path}.") for path in wrong)


def _flat(before: str, value: object) -> Iterator[tuple[str, str]]:
    """Values with the names of what they are in."""
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _flat(f"{before}.{name}" if before else str(name), inside)
    elif isinstance(value, list | tuple):
        for number, inside in enumerate(value):
            yield from _flat(f"{before}.{number}", inside)
    else:
        yield before, "" if value is None else str(value)


def _short(text: str) -> str:
    printable = "".join(character if character.isprintable() else "\ufffd" for character in text[:_MOST_CHARACTERS])
    return printable + ("…" if len(text) > _MOST_CHARACTERS else "")


def _lines(deps: Deps, job: PrintJob) -> Iterator[str]:
    """With the sign that lets spreadsheets know it is UTF-8; a part of the findings at a time."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    out.write("\ufeff")
    writer.writerow(("record", "record_id", "row", "field", "severity", "code", "message"))
    after: str | None = None
    while True:
        part = jobs.list_findings(deps, job.organisation_id, job.id, PageRequest(MAX_PAGE_ITEMS, after))
        for finding in part.items:
            writer.writerow([_cell(text) for text in _cells(finding)])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
        after = part.next_after
        if after is None:
            return


def _cells(finding: JobFinding) -> Sequence[object]:
    number = "" if finding.record_index is None else finding.record_index + 1
    place = finding.place
    field = place.get("column") or place.get("pointer") or ""
    row = place.get("row", "")
    return number, place.get("record", ""), row, field, finding.severity, finding.code, finding.message


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_RUNS) else text
