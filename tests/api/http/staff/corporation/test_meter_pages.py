"""Pages of complexes and meters: how far they are, files brought in, what is missing, exchanges."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import openpyxl
import pytest

from api.ports import Mode, PageRequest, Role
from api.usecases.metering import importing, looking
from api.usecases.metering.looking import Wanted
from tests.api.http.staff.corporation.registering import NOW, TABLE, bring
from tests.api.usecases.world import ORG, OTHER

if TYPE_CHECKING:
    from tests.api.http.staff.browser import Browser, Staff
    from tests.api.usecases.world import World

METERS = "/staff/meters"
BRING = f"{METERS}/import"
NOTHING = "\N{EN DASH}"
PERIOD = {"from": "2025-11-01", "to": "2025-12-31"}


def ids(world: World) -> dict[str, str]:
    found = looking.list_meters(world.deps, ORG, Mode.LIVE, PageRequest(1000), Wanted())
    return {meter.key: meter.id for meter, _ in found.items}


def rows(browser: Browser, label: str) -> list[list[str]]:
    found = browser.page.xpath(f"//div[@aria-label='{label}']//tbody/tr")
    return [[" ".join(" ".join(cell.itertext()).split()) for cell in row] for row in found]


@pytest.fixture
def haven(sam: Browser, world: World) -> Browser:
    bring(world, TABLE, NOW)
    return sam


def test_an_empty_register_asks_for_a_file(sam: Browser) -> None:
    assert "There is no meter yet" in sam.get(METERS).text


def test_a_file_is_looked_at_and_then_brought_in(sam: Browser, world: World) -> None:
    sam.get(METERS)
    sam.send(BRING, {"file": ("meters.csv", TABLE.encode())}, check="yes")
    assert "Nothing is wrong with these 5 rows: 5 new meters" in sam.text
    assert ids(world) == {}
    sam.send(BRING, {"file": ("meters.csv", TABLE.encode())}, check="")
    assert "5 rows are in the register" in sam.text
    bring(world, NOW)
    assert [row[:5] for row in rows(sam.get(METERS, **PERIOD), "Complexes")] == [
        ["Haven C1", "3", "4", "3", "1"],
        ["C2", "0", "1", "0", "1"],
    ]


def test_faults_of_a_file_are_shown_by_row_and_column(sam: Browser, world: World) -> None:
    sam.get(METERS)
    sam.send(BRING, {"file": ("meters.csv", TABLE.replace("765", "765000").encode())}, check="yes")
    assert sam.answer.status_code == 422
    assert "record m1, row 3, column last_reading" in sam.text
    assert sam.page.get_element_by_id("check").checked
    sam.get(METERS)
    assert "media-type-unsupported" in sam.send(BRING, {"file": ("meters.txt", b"a")}).text
    assert "file-missing" in sam.send(BRING).text
    assert ids(world) == {}


def test_a_complex_shows_use_sums_and_what_is_missing(haven: Browser) -> None:
    haven.get(METERS, **PERIOD)
    haven.get(haven.page.xpath("//a[text()='Haven']/@href")[0])
    assert rows(haven, "Main meters") == [["main", "100", "3 meters 1 not known", "98", "2 2.0 %", "not complete yet"]]
    assert [(row[1].split()[0], row[4], row[5]) for row in rows(haven, "Meters")] == [
        ("main", "100 m3", ""),
        ("m1", "40 m3", ""),
        ("m2", "58 m3", ""),
        ("m3", NOTHING, "missing"),
    ]
    assert "1 reading missing" in haven.text
    haven.get(haven.page.xpath("//a[text()='missing']/@href")[0])
    assert [row[1].split()[0] for row in rows(haven, "Meters")] == ["m3"]
    haven.get(haven.page.xpath("//a[text()='with something to look at']/@href")[0])
    assert "There is nothing to look at" in haven.text


def test_a_large_complex_comes_in_parts(sam: Browser, world: World) -> None:
    many = "".join(f"C1;;D{n};{n};m{n};water;5;;;\n" for n in range(1, 131))
    bring(world, TABLE.splitlines()[0] + "\n" + many)
    sam.get(METERS)
    sam.get(sam.page.xpath("//tbody//a/@href")[0])
    assert ("Part 1 of 3" in sam.text, len(rows(sam, "Meters"))) == (True, 60)
    for _ in range(2):
        sam.get(sam.page.xpath("//a[@rel='next']/@href")[0])
    assert ("Part 3 of 3" in sam.text, rows(sam, "Meters")[-1][0]) == (True, "130")


def test_reports_are_fetched(haven: Browser, world: World) -> None:
    haven.get(METERS, **PERIOD)
    for link in haven.page.xpath("//p[@class='actions']//a/@href"):
        assert haven.client.get(link).status_code == 200
    path = haven.page.xpath("//a[text()='Haven']/@href")[0].partition("?")[0]
    book = openpyxl.load_workbook(io.BytesIO(haven.client.get(f"{path}/report.xlsx", params=PERIOD).content))
    assert book.sheetnames == ["meters", "sums", "missing"]
    assert "m3" in haven.client.get(f"{path}/report.csv", params=PERIOD).text
    assert "m3" in haven.client.get(f"{METERS}/missing.csv", params=PERIOD).text
    assert haven.client.get(f"{METERS}/missing.pdf").status_code == 404
    assert haven.client.get(METERS, params={"from": "gisteren"}).status_code == 422
    assert haven.client.get(METERS, params={"from": "2026-01-02", "to": "2026-01-01"}).status_code == 422
    assert importing.IMPORTED in {event.name for event in _events(world)}


def _events(world: World) -> list[object]:
    with world.deps.database.read() as uow:
        return list(uow.events.of_subject(ORG, ORG, PageRequest(1000)).items)


def test_an_exchange_is_recorded_from_the_page(haven: Browser, world: World) -> None:
    path = f"{METERS}/{ids(world)['m1']}"
    haven.get(path)
    form = f"{path}/exchange"
    haven.send(form, removed_on="2025-09-01", end_reading="780,5", number="B-17")
    assert "Meter B-17 hangs there now." in haven.text
    assert rows(haven, "What hung here") == [["B-17", "2025-09-01 at 0", "now"], ["A", NOTHING, "2025-09-01 at 780"]]


def test_an_exchange_is_taken_back_from_the_page(haven: Browser, world: World) -> None:
    path = f"{METERS}/{ids(world)['m1']}"
    assert f"{path}/undo" not in haven.get(path).actions()
    haven.send(f"{path}/exchange", removed_on="2025-09-01", end_reading="780", number="B-17")
    old = haven.fields(f"{path}/undo")
    assert "The exchange is taken back: meter A hangs there." in haven.send(f"{path}/undo").text
    assert rows(haven, "What hung here") == [["A", NOTHING, "now"]]
    haven.get(path)
    headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    again = haven.client.post(f"{path}/undo", data=old | {"key": "another"}, headers=headers)
    assert (again.status_code, "exchange-not-last" in again.text) == (409, True)


def test_what_is_wrong_with_an_exchange_is_told_and_what_was_typed_stays(haven: Browser, world: World) -> None:
    path = f"{METERS}/{ids(world)['m1']}"
    form = f"{path}/exchange"
    haven.get(path)
    haven.send(form, removed_on="2025-09-01", end_reading="seven", number="B")
    assert haven.answer.status_code == 422
    assert "Last reading of the old meter: Fill this in" in haven.text
    assert haven.page.xpath("//h2[@id='trouble-title']/a/@href") == ["#end_reading"]
    assert haven.page.get_element_by_id("number").value == "B"
    haven.send(form, end_reading="700")
    assert "exchange-end-too-low" in haven.text
    haven.send(form, insist="yes")
    assert "Meter B hangs there now." in haven.text
    for entered in ({"removed_on": ""}, {"number": ""}, {"dials": "x"}, {"start_reading": "NaN"}, {"dials": "99"}):
        haven.get(path)
        right = {"removed_on": "2025-10-01", "end_reading": "5", "number": "C"}
        assert haven.send(form, **(right | entered)).answer.status_code == 422, entered
    assert len(rows(haven.get(path), "What hung here")) == 2


def test_who_approves_looks_and_others_do_not(ann: Browser, anna: Browser, staff: Staff, world: World) -> None:
    bring(world, TABLE)
    meter = f"{METERS}/{ids(world)['m1']}"
    assert "Bring meters in" not in ann.get(METERS).text
    assert f"{meter}/exchange" not in ann.get(meter).actions()
    assert anna.get(METERS).answer.status_code == 403
    with staff.browser("olga", Role.SUBMITTER, organisation=OTHER) as other:
        assert other.get(meter).answer.status_code == 404
        assert "There is no meter yet" in other.get(METERS).text
