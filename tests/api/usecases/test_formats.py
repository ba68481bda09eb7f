from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.usecases.formats import RecordsFormat, RecordsType, read_format
from docgen.findings import Refusal
from docgen.records.read_csv import ENCODINGS

TABLES = st.builds(
    RecordsFormat,
    type=st.just(RecordsType.CSV),
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from([None, ",", ";", "\t"]),
    decimal_comma=st.booleans(),
)


@given(TABLES)
def test_a_format_comes_back_from_its_media_type(wanted: RecordsFormat) -> None:
    assert read_format(str(wanted)) == wanted


@given(TABLES)
def test_a_format_fits_the_column_it_is_kept_in(wanted: RecordsFormat) -> None:
    assert len(str(wanted)) <= 200


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("application/json", RecordsFormat(RecordsType.JSON)),
        ("Application/JSON; charset=UTF-8", RecordsFormat(RecordsType.JSON)),
        ("text/csv", RecordsFormat(RecordsType.CSV)),
        ('text/csv; header="present"; Charset=Windows-1252', RecordsFormat(RecordsType.CSV, "cp1252")),
        ("text/csv; charset=latin1", RecordsFormat(RecordsType.CSV, "iso-8859-1")),
        (
            "text/csv; delimiter=Semicolon; decimal-comma=1",
            RecordsFormat(RecordsType.CSV, "utf-8", ";", decimal_comma=True),
        ),
        (f"{RecordsType.XLSX}", RecordsFormat(RecordsType.XLSX)),
    ],
)
def test_a_content_type_is_read(media_type: str, expected: RecordsFormat) -> None:
    assert read_format(media_type) == expected


@pytest.mark.parametrize(
    ("media_type", "code"),
    [
        ("", "media-type-unsupported"),
        ("text/plain", "media-type-unsupported"),
        ("application/pdf", "media-type-unsupported"),
        ("text/csv; charset=utf-16", "records-csv-encoding"),
        ("text/csv; charset=nonsense", "records-csv-encoding"),
        ("application/json; charset=cp1252", "records-csv-encoding"),
        ("text/csv; delimiter=|", "records-csv-delimiter"),
    ],
)
def test_what_cannot_be_read_is_refused(media_type: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_format(media_type)
    assert refused.value.code == code
