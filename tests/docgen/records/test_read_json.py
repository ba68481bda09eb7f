"""Records from JSON: both shapes, flat memory, and exact places of faults."""

from __future__ import annotations

import io
import json
import tracemalloc
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Refusal
from docgen.records.read_json import read_json

if TYPE_CHECKING:
    from docgen.records.raw import RawRecord

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


class Trickle(io.RawIOBase):
    """A stream that gives at most a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data = io.BytesIO(data)
        self._size = size

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, self._size) if size > 0 else self._size)


def records(data: bytes | str, limit: int = 1_000) -> list[RawRecord]:
    return list(read_json(io.BytesIO(data.encode() if isinstance(data, str) else data), limit))


def refusal(data: bytes | str, limit: int = 1_000) -> Refusal:
    with pytest.raises(Refusal) as refused:
        records(data, limit)
    return refused.value


@pytest.mark.slow
@given(
    st.lists(st.dictionaries(st.text(), JSON, max_size=4), min_size=1, max_size=5), st.booleans(), st.integers(1, 50)
)
def test_what_json_writes_is_read_in_any_chunks(values: list[dict[str, Any]], bare: bool, size: int) -> None:  # noqa: FBT001 -- Hypothesis passes it by name
    document = values if bare else {"other": [1, {"records": 3}], "records": values, "more": None}
    data = json.dumps(document, ensure_ascii=False, indent=size % 3 or None).encode("utf-8", "surrogatepass")
    if b"\xed" in data:  # a lone surrogate, which is no UTF-8
        return
    found = list(read_json(Trickle(data, size)))  # type: ignore[arg-type]  # it only reads
    assert [record.values for record in found] == values
    prefix = "" if bare else "/records"
    assert [record.place.pointer for record in found] == [f"{prefix}/{i}" for i in range(len(values))]


def test_numbers_with_a_point_are_decimals() -> None:
    assert records('[{"a": 1.50}]')[0].values["a"] == Decimal("1.50")


def test_a_byte_order_mark_is_passed_over() -> None:
    assert records(b'\xef\xbb\xbf[{"a":1}]')[0].values == {"a": 1}


def test_a_record_that_is_no_object_is_its_own_finding() -> None:
    good, bad = records('[{"a":1}, 3]')
    assert good.findings == ()
    assert bad.findings[0].code == "field-type"
    assert bad.place.pointer == "/1"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('[{"a":1},\n {"b" 2}]', 2, 7),
        ('[{"a":1}\n', 2, 1),
        ('{"records":[{"a":1}}', 1, 20),
        ('{"records":{"a":1}}', 1, 12),
        ("", 1, 1),
        ("3", 1, 1),
        ('[{"a":1}] x', 1, 11),
        ('[{"a":1},]', 1, 10),
        ('[{"a":NaN}]', 1, 2),
        ('[{"a":"\x01"}]', 1, 8),
        ('{"records":[{"a":1}] 3}', 1, 22),
        ("{3:4}", 1, 2),
        ('{"a" 4}', 1, 6),
        ('[{"a":"' + "x" * 70_000 + '",\n\n 3]', 3, 2),
    ],
)
def test_malformed_json_is_refused_with_line_and_column(text: str, line: int, column: int) -> None:
    refused = refusal(text)
    assert refused.code == "records-json-malformed"
    assert (refused.findings[0].place.line, refused.findings[0].place.column) == (line, str(column))


@pytest.mark.parametrize(
    "data",
    [
        b'[{"a":' + b"9" * 5000 + b"}]",
        b'[{"a":-' + b"9" * 5000 + b"}]",
        b'[{"a":1e99999999999999999999}]',
        b"[" * 100_000,
        b'[{"a":' * 50_000,
        b'{"records":' * 50_000,
    ],
)
def test_hostile_json_is_refused_and_does_not_break_the_process(data: bytes) -> None:
    assert refusal(data).code == "records-json-malformed"


def test_bytes_that_are_no_utf8_are_refused_with_their_place() -> None:
    refused = refusal(b'[{"a":1},\n{"a":"\xe9"}]')
    assert "Byte 16 (0xE9)" in refused.detail
    assert refused.findings[0].place.line == 2
    assert refusal("[]".encode("utf-16")).code == "records-json-malformed"
    assert refusal(b'[{"a":"\xc3').code == "records-json-malformed"


def test_none_or_too_many_records_are_refused() -> None:
    assert refusal("[]").code == "records-empty"
    assert refusal("{}").code == "records-empty"
    assert refusal('{"record":[{}]}').code == "records-empty"
    assert refusal("[{},{},{}]", limit=2).code == "records-too-many"


def test_one_huge_record_is_refused_before_it_fills_memory() -> None:
    assert refusal('[{"a":"' + "x" * 10_000_000 + '"}]').code == "records-cell-too-long"


def test_memory_stays_flat() -> None:
    one = json.dumps({"a": "x" * 500}).encode()

    class Endless(io.RawIOBase):
        """Twenty thousand records, made as they are read."""

        def __init__(self) -> None:
            self._left = 20_000
            self._start = b"["

        def read(self, _size: int = -1) -> bytes:
            if not self._left:
                return b""
            self._left -= 100
            head, self._start = self._start, b","
            return head + b",".join([one] * 100) + (b"" if self._left else b"]")

    tracemalloc.start()
    count = 0
    for _ in read_json(Endless()):  # type: ignore[arg-type]  # it only reads
        count += 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 3_000_000
