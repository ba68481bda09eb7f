"""Results: what the inserter or an operator says of each piece - OK, Reprint or Pull. What is not named is Not set.

A results file is CSV: a piece id or control code and a result, with an optional reason and the number of the print.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place
from docgen.postal.marks.control import CONTROL_CODE_LENGTH, PAYLOAD_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_RESULTS = 200_000
# a break of a line has two signs at most, and every other line may be empty
_MOST_BREAKS = 4 * MOST_RESULTS
MOST_REASON_CHARACTERS = 200
_KEYS = ("piece_id", "control_code", "piece", "code")
_COLUMNS = ("result", "print", "reason")
_DELIMITERS = (";", "\t", ",")
_KEY = re.compile(r"[A-Za-z0-9_]{1,64}")
_RANGE = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")
# the code of a batch may be all digits
_CODE_LENGTHS = frozenset({CONTROL_CODE_LENGTH, PAYLOAD_LENGTH})


class Outcome(StrEnum):
    """What happened to a piece at the inserter."""

    OK = "ok"
    REPRINT = "reprint"
    PULL = "pull"


@dataclass(frozen=True, slots=True)
class Result:
    """One row: ``key`` is a piece id or control code. ``row`` counts from 1, the header included.

    ``print_number`` counts the prints of the piece from 1; None: the last.
    """

    row: int
    key: str
    outcome: Outcome
    print_number: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ResultsFile:
    """All rows, and what is wrong; with any finding none of them may be applied."""

    results: tuple[Result, ...]
    findings: tuple[Finding, ...]


def read_results(data: bytes) -> ResultsFile:
    """Read a results file; a row that says again what another said counts once."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        message = f"Byte {wrong.start} is not UTF-8; save the results file as UTF-8."
        return ResultsFile((), (Finding("results-not-utf8", message),))
    if text.count("\n") + text.count("\r") > _MOST_BREAKS:
        return _too_many()
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as wrong:
        message = f"The results file is no CSV: {wrong}. Save it as CSV."
        return ResultsFile((), (Finding("results-malformed", message),))
    numbered = [(number, row) for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
    if not numbered:
        return ResultsFile(
            (), (Finding("results-empty", "The results file has no rows; send what the inserter wrote."),)
        )
    return _read_rows(numbered) if len(numbered) <= MOST_RESULTS else _too_many()


def read_ranges(text: str) -> tuple[tuple[str | range, ...], tuple[Finding, ...]]:
    """What an operator writes: ``12-15, 20, pce_…`` - ranges of envelope numbers of a batch, and ids as they are."""
    parts: list[str | range] = []
    findings: list[Finding] = []
    for token in text.replace(",", " ").replace(";", " ").split():
        found = _RANGE.fullmatch(token)
        if found is None and _KEY.fullmatch(token) and (not token.isdigit() or len(token) in _CODE_LENGTHS):
            parts.append(token)
        elif found and int(found[1]) <= int(found[2] or found[1]) and int(found[1]) > 0:
            parts.append(range(int(found[1]), int(found[2] or found[1]) + 1))
        else:
            message = f"'{token[:40]}' is no envelope number, range or id; write them as 12-15, 20."
            findings.append(Finding("range-invalid", message, Place(column=token[:40])))
    if not parts and not findings:
        findings.append(Finding("range-missing", "Name the envelopes: 12-15, 20, or scan their codes."))
    return tuple(parts), tuple(findings)


def _too_many() -> ResultsFile:
    message = f"The results file has more than {MOST_RESULTS:,} rows; send one file a batch."
    return ResultsFile((), (Finding("results-too-many", message),))


def _delimiter(text: str) -> str:
    head = text.lstrip().partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def _read_rows(numbered: Sequence[tuple[int, list[str]]]) -> ResultsFile:
    names = [cell.strip().lower() for cell in numbered[0][1]]
    at = {name: place for place, name in enumerate(names)}
    key = next((name for name in _KEYS if name in at), None)
    if key is None and len(names) > 1 and names[1] in list(Outcome):
        # inserters write such files without a header
        at, key, body = {"piece": 0, "result": 1}, "piece", numbered
    else:
        body = numbered[1:]
    if key is None or "result" not in at:
        message = f"The first row must name the columns: one of {', '.join(_KEYS)}, and result."
        return ResultsFile((), (Finding("results-columns", message, Place(row=numbered[0][0])),))
    places = [at[key], *(at.get(name, -1) for name in _COLUMNS)]
    return _without_doubles(_result(number, [_cell(row, place) for place in places]) for number, row in body)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if 0 <= place < len(row) else ""


def _result(row: int, cells: Sequence[str]) -> Result | Finding:
    key, said, print_number, reason = cells
    if not _KEY.fullmatch(key):
        message = f"'{key[:40]}' is no piece id or control code." if key else "There is no piece id or control code."
        return Finding("result-key-invalid", message, Place(row=row))
    if said.lower() not in list(Outcome):
        message = f"'{said[:40]}' is no result; write OK, Reprint or Pull."
        return Finding("result-unknown", message, Place(row=row, column="result"))
    if print_number and not re.fullmatch(r"[1-9]\d{0,3}", print_number):
        message = f"'{print_number[:40]}' is no number of a print; write 1 for the first."
        return Finding("result-print-invalid", message, Place(row=row, column="print"))
    if len(reason) > MOST_REASON_CHARACTERS or not (reason.isprintable() or not reason):
        message = f"A reason has at most {MOST_REASON_CHARACTERS} printable characters."
        return Finding("result-reason-invalid", message, Place(row=row, column="reason"))
    return Result(row, key, Outcome(said.lower()), int(print_number) if print_number else None, reason)


def _without_doubles(read: Iterator[Result | Finding]) -> ResultsFile:
    kept: dict[tuple[str, int | None], Result] = {}
    findings: list[Finding] = []
    for entry in read:
        if isinstance(entry, Finding):
            findings.append(entry)
            continue
        first = kept.setdefault((entry.key, entry.print_number), entry)
        if first.outcome is not entry.outcome:
            message = f"{entry.key} is {first.outcome} in row {first.row} and {entry.outcome} here; say one of them."
            findings.append(Finding("result-contradicts", message, Place(record=entry.key, row=entry.row)))
    return ResultsFile(tuple(kept.values()), tuple(findings))
