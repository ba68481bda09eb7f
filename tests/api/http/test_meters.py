"""The register of meters over HTTP: import, lists, exchange, reports and what is missing."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tests.api.http.service import CSV, JSON

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.api.http.service import Service

TABLE = (
    "complex;complex_name;dwelling;house_number;meter;meter_number;kind;dials;main_meter;last_reading;last_reading_on\n"
    "C1;Haven;;;main;HM;water;7;;40000;2025-06-01\n"
    "C1;;D1;1;m1;A;water;5;main;765;2025-06-01\n"
    "C1;;D2;2;m2;;water;5;main;2932;2025-06-01\n"
)
# the clock of tests stands at the beginning of 2026
PERIOD = {"from": "2025-11-01", "to": "2025-12-31"}
EXCHANGE = {"removed_on": "2025-09-01", "end_reading": "780", "number": "B"}


@pytest.fixture
def caller(service: Service) -> Iterator[httpx.Client]:
    with service.client("submitter") as client:
        yield client


@pytest.fixture
def haven(caller: httpx.Client) -> httpx.Client:
    answer = caller.post("/v1/meters/import", content=TABLE.encode(), headers=CSV)
    assert answer.status_code == 200, answer.text
    return caller


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def ids(client: httpx.Client) -> dict[str, str]:
    return {each["key"]: each["id"] for each in client.get("/v1/meters").json()["items"]}


def complex_path(client: httpx.Client) -> str:
    (found,) = client.get("/v1/complexes").json()["items"]
    return f"/v1/complexes/{found['id']}"


def test_a_table_is_checked_brought_in_and_brought_again(caller: httpx.Client) -> None:
    checked = caller.post("/v1/meters/import", params={"check": True}, content=TABLE.encode(), headers=CSV).json()
    assert (checked["applied"], checked["meters_new"], checked["findings"]) == (False, 3, [])
    assert ids(caller) == {}
    key = CSV | {"Idempotency-Key": "monday"}
    done = [caller.post("/v1/meters/import", content=TABLE.encode(), headers=key).json() for _ in range(2)]
    assert done[0] == done[1]
    assert (done[0]["applied"], done[0]["rows"], done[0]["dwellings_new"], done[0]["readings_new"]) == (True, 3, 2, 3)
    again = caller.post("/v1/meters/import", content=TABLE.encode(), headers=CSV).json()
    assert (again["meters_new"], again["meters_changed"]) == (0, 0)


def test_what_is_wrong_is_told_by_row_and_column(caller: httpx.Client) -> None:
    wrong = TABLE.replace("765", "765000").replace("m2;;water", "m2;;steam")
    answer = caller.post("/v1/meters/import", content=wrong.encode(), headers=CSV)
    assert code(answer) == (422, "meters-invalid")
    assert [(each["code"], each["place"]) for each in answer.json()["findings"]] == [
        ("meter-reading-unfit", {"record": "m1", "row": 3, "column": "last_reading"}),
        ("field-choice", {"record": "m2", "row": 4, "column": "kind"}),
    ]
    checked = caller.post("/v1/meters/import", params={"check": True}, content=wrong.encode(), headers=CSV).json()
    assert [each["code"] for each in checked["findings"]] == ["meter-reading-unfit", "field-choice"]
    assert ids(caller) == {}


@pytest.mark.parametrize(
    ("content", "headers", "expected"),
    [
        (b"x", {"Content-Type": "text/plain"}, (415, "media-type-unsupported")),
        (b"a;b\n1;2\n", CSV, (422, "records-csv-delimiter")),
        (b"[]", JSON, (422, "records-empty")),
        (b"{", JSON, (422, "records-json-malformed")),
        (b"[1]", JSON, (422, "meters-invalid")),
    ],
)
def test_files_that_are_none_are_refused(
    caller: httpx.Client, content: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    assert code(caller.post("/v1/meters/import", content=content, headers=headers)) == expected


def test_complexes_dwellings_and_meters_are_listed(haven: httpx.Client) -> None:
    (found,) = haven.get("/v1/complexes").json()["items"]
    assert (found["key"], found["name"], found["mode"]) == ("C1", "Haven", "live")
    assert haven.get(complex_path(haven)).json() == found
    homes = haven.get(f"{complex_path(haven)}/dwellings").json()["items"]
    assert [(each["key"], each["house_number"]) for each in homes] == [("D1", "1"), ("D2", "2")]
    first = haven.get("/v1/meters", params={"limit": 2, "complex": found["id"]}).json()
    rest = haven.get("/v1/meters", params={"cursor": first["next_cursor"]}).json()
    assert [each["key"] for each in (*first["items"], *rest["items"])] == ["m1", "m2", "main"]
    (one,) = haven.get("/v1/meters", params={"key": "m1"}).json()["items"]
    assert (one["number"], one["dials"], one["unit"], one["main_id"]) == ("A", 5, "m3", ids(haven)["main"])
    shown = haven.get(f"/v1/meters/{one['id']}").json()
    assert shown["readings"] == [{"on": "2025-06-01", "value": "765", "source": "import", "answer_id": None}]
    assert {name: shown[name] for name in one} == one
    assert code(haven.get("/v1/meters", params={"cursor": "mtr_nothing"})) == (400, "bad-cursor")


def test_an_exchange_is_recorded_once(haven: httpx.Client) -> None:
    path = f"/v1/meters/{ids(haven)['m1']}/exchange"
    for _ in range(2):
        answer = haven.post(path, json=EXCHANGE)
        assert answer.status_code == 200, answer.text
        assert [(each["number"], each["end_reading"]) for each in answer.json()["segments"]] == [
            ("A", "780"),
            ("B", None),
        ]
    assert (answer.json()["number"], answer.json()["placed_on"]) == ("B", "2025-09-01")
    new = f"/v1/meters/{ids(haven)['m1']}/segments/1"
    assert haven.delete(new).json()["number"] == "A"
    assert code(haven.delete(new)) == (409, "exchange-not-last")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"end_reading": "700"}, (422, "exchange-end-too-low")),
        ({"end_reading": "700", "insist": True}, (200, "")),
        ({"end_reading": "-1"}, (422, "exchange-invalid")),
        ({"end_reading": "NaN"}, (422, "request-invalid")),
        ({"end_reading": "1e400000"}, (422, "exchange-invalid")),
        ({"end_reading": "1e-400000", "insist": True, "start_reading": "1.5e-9"}, (200, "")),
        ({"removed_on": "2099-01-01"}, (422, "exchange-invalid")),
        ({"number": ""}, (422, "request-invalid")),
        ({"number": "x" * 65}, (422, "request-invalid")),
        ({"dials": 10**9}, (422, "exchange-invalid")),
    ],
)
def test_exchanges_that_cannot_be_are_refused(
    haven: httpx.Client, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    answer = haven.post(f"/v1/meters/{ids(haven)['m1']}/exchange", json=EXCHANGE | changes)
    assert (answer.status_code, answer.json().get("code", "")) == expected


def test_a_report_comes_as_json_csv_and_xlsx(haven: httpx.Client) -> None:
    more = (
        TABLE.replace("2025-06-01", "2025-12-01")
        .replace("40000", "40100")
        .replace("765", "805")
        .replace("2932", "2990")
    )
    assert haven.post("/v1/meters/import", content=more.encode(), headers=CSV).status_code == 200
    path = complex_path(haven)
    shown = haven.get(f"{path}/report", params=PERIOD).json()
    assert [(each["key"], each["use"], each["missing"]) for each in shown["meters"]] == [
        ("main", "100", False),
        ("m1", "40", False),
        ("m2", "58", False),
    ]
    (main,) = shown["sums"]
    assert (main["use"], main["sum"], main["difference"], main["difference_percent"], main["code"]) == (
        "100",
        "98",
        "2",
        "2.0",
        None,
    )
    strict = haven.get(f"{path}/report", params=PERIOD | {"tolerance": 1}).json()
    assert (strict["sums"][0]["code"], strict["tolerance_percent"]) == ("complex-less-than-main", "1.00")
    rows = list(csv.DictReader(io.StringIO(haven.get(f"{path}/report.csv", params=PERIOD).text)))
    assert [(row["meter"], row["use"], row["main_meter"]) for row in rows] == [
        ("main", "100", ""),
        ("m1", "40", "main"),
        ("m2", "58", "main"),
    ]
    book = openpyxl.load_workbook(io.BytesIO(haven.get(f"{path}/report.xlsx", params=PERIOD).content))
    assert book.sheetnames == ["meters", "sums", "missing"]


def test_what_is_missing_comes_as_json_csv_and_xlsx(haven: httpx.Client) -> None:
    first = haven.get("/v1/meters/missing", params=PERIOD | {"limit": 2}).json()
    rest = haven.get("/v1/meters/missing", params=PERIOD | {"cursor": first["next_cursor"]}).json()
    every = [*first["items"], *rest["items"]]
    assert [(each["key"], each["complex_key"], each["last"]["value"]) for each in every] == [
        ("m1", "C1", "765"),
        ("m2", "C1", "2932"),
        ("main", "C1", "40000"),
    ]
    rows = list(csv.DictReader(io.StringIO(haven.get("/v1/meters/missing.csv", params=PERIOD).text)))
    assert [row["meter"] for row in rows] == ["m1", "m2", "main"]
    book = openpyxl.load_workbook(io.BytesIO(haven.get("/v1/meters/missing.xlsx", params=PERIOD).content))
    assert [row[6] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)] == ["m1", "m2", "main"]
    assert code(haven.get("/v1/meters/missing", params={"from": "2026-02-01"})) == (422, "period-invalid")
    assert code(haven.get("/v1/meters/missing", params={"from": "soon"})) == (422, "request-invalid")


def test_nothing_of_another_organisation_or_mode_is_told(service: Service, haven: httpx.Client) -> None:
    meter, path = ids(haven)["m1"], complex_path(haven)
    with service.client("other") as other:
        for asked in (f"/v1/meters/{meter}", path, f"{path}/report", f"{path}/report.csv", f"{path}/dwellings"):
            assert other.get(asked).status_code == 404, asked
        assert other.get("/v1/meters").json()["items"] == []
        assert other.get("/v1/meters/missing", params=PERIOD).json()["items"] == []
        assert code(other.post(f"/v1/meters/{meter}/exchange", json=EXCHANGE)) == (404, "meter-not-found")
    with service.client("test") as test:
        assert test.get("/v1/complexes").json()["items"] == []
        assert code(test.post(f"/v1/meters/{meter}/exchange", json=EXCHANGE)) == (403, "mode-differs")
        assert test.post("/v1/meters/import", content=TABLE.encode(), headers=CSV).json()["meters_new"] == 3
    with service.client("print_room") as room:
        assert code(room.get("/v1/meters")) == (403, "role-missing")
    with service.client("mailroom") as mailroom:
        assert len(ids(mailroom)) == 3
        assert code(mailroom.post("/v1/meters/import", content=b"", headers=CSV)) == (403, "role-missing")
