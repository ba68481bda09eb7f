from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Finding, Place, Severity
from docgen.records.raw import RawRecord
from docgen.records.raw_lines import read_lines, write_line
from docgen.records.read_json import read_json
from docgen.records.record_ids import RecordIds
from docgen.records.validate import RecordValidator

if TYPE_CHECKING:
    from docgen.templates.model import Template

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FINDINGS = st.builds(
    Finding, st.just("a-code"), st.text(), st.builds(Place, row=st.integers(1, 9)), st.sampled_from(list(Severity))
)


def through(raw: RawRecord) -> RawRecord:
    (read,) = read_lines([write_line(raw)])
    return read


@given(st.lists(ANYTHING, min_size=1, max_size=4), st.sampled_from([None, 1, "\r\n\t"]))
def test_records_from_json_come_back_as_they_were_read(records: list[object], indent: int | str | None) -> None:
    data = json.dumps({"records": records}, ensure_ascii=False, indent=indent).encode()
    raws = list(read_json(io.BytesIO(data)))
    lines = [write_line(raw) for raw in raws]
    assert all(line.count(b"\n") == 1 for line in lines)
    assert list(read_lines(lines)) == [replace(raw, source=None) for raw in raws]


@given(
    st.dictionaries(st.text(), ANYTHING, max_size=4),
    st.dictionaries(st.text(), st.lists(st.integers(1, 99), max_size=3).map(tuple), max_size=2),
    st.lists(FINDINGS, max_size=2).map(tuple),
)
def test_records_from_tables_come_back(
    values: dict[str, object], rows: dict[str, tuple[int, ...]], findings: tuple[Finding, ...]
) -> None:
    raw = RawRecord(Place(row=7), values, rows, findings, repeats_id=bool(values))
    assert through(raw) == raw


def test_what_no_field_takes_is_found_all_the_same(template: Template) -> None:
    values = {"record_id": "R1", "recipient": {"name": dt.time(1)}} | {
        field.name: dt.timedelta(1) for field in template.fields
    }
    raw = RawRecord(Place(row=3), values)
    assert RecordValidator(template).validate(through(raw)) == RecordValidator(template).validate(raw)


def test_a_repeated_id_is_marked_and_found(template: Template) -> None:
    ids = RecordIds()
    raws = [RawRecord(Place(row=n), {"record_id": name}) for n, name in enumerate(["A", " A ", "", "", "B", 5, 5])]
    marked = [ids.marked(raw).repeats_id for raw in raws]
    assert marked == [False, True, False, False, False, False, False]
    found = RecordValidator(template).validate(through(replace(raws[0], repeats_id=True)))
    assert isinstance(found, tuple)
    assert found[-1].code == "record-id-duplicate"
