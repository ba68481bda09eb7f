"""What people and others send by mistake or on purpose: said on the page, and nothing is lost or let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.http import middleware
from api.ports import Role
from tests.api.http.staff.corporation.sending import HEAD, JOBS, check, checked, columns, row, send, table, upload
from tests.api.usecases.world import OTHER, sample

if TYPE_CHECKING:
    from tests.api.http.staff.browser import Browser, Staff
    from tests.api.usecases.world import World

UNKNOWN = "job_0000000000000000000000none"


@pytest.mark.parametrize(
    ("name", "content", "status", "says"),
    [
        ("a.pdf", b"%PDF-1.7", 415, "Save the table as .xlsx or as CSV"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", 415, "an old Excel file"),
        ("a.csv", b"", 422, "Choose the file"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", 415, "no CSV, XLSX or JSON"),
        ("a.xlsx", b"not a workbook", 422, "cannot be read as XLSX"),
    ],
)
def test_a_file_that_is_none_is_refused_at_its_field(
    sam: Browser, name: str, content: bytes, status: int, says: str
) -> None:
    upload(sam, content, name, title="Huur")
    assert sam.answer.status_code == status
    assert says in sam.text
    assert sam.page.xpath("//section[@class='trouble']//h2/a/@href") == ["#file"]
    assert sam.page.get_element_by_id("title").value == "Huur"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xlsx", b"PK\x03\x04 no zip", "cannot be read as XLSX"),
        ("a.csv", table(row(1)).decode().encode("utf-16"), "The file is UTF-16"),
        ("a.csv", table(row(1), ['"open', *row(2)[1:]]), "Row 3 cannot be read"),
        ("a.csv", b"\n\n", "Put the names of the columns in the first row"),
    ],
)
def test_a_table_that_cannot_be_read_says_where_and_can_be_read_otherwise(
    sam: Browser, name: str, content: bytes, says: str
) -> None:
    upload(sam, content, name)
    assert sam.answer.status_code == 422
    assert says in sam.text
    assert sam.page.get_element_by_id("reading") is not None


def test_a_table_from_excel_is_read_as_it_was_written(sam: Browser, world: World) -> None:
    upload(sam, table(row(1), row(2, Naamhuurder="Mévrouw Citroën")).decode().encode("cp1252", "replace"))
    assert "Line 3" in sam.text
    assert "It seems to come from Excel" in sam.text
    url = sam.answer.url.copy_merge_params({"encoding": "cp1252"})
    sam.get(str(url))
    assert columns(sam)["Name on the envelope"] == "Naam huurder"
    check_id = check(sam, world, f13="6", decimal_comma="yes")
    assert "cp1252" in world.job(check_id).media_type
    assert "Mévrouw Citroën" in sam.get(f"{JOBS}/{check_id}/letters/2").text


def test_a_file_that_is_too_large_is_refused_with_its_limit(sam: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "STAFF_RECORDS_LIMIT_BYTES", 1_000)
    upload(sam, b"a;b\n" * 60_000)
    assert sam.answer.status_code == 413
    assert "larger than" in sam.text


def test_many_columns_get_fields_with_suggestions(sam: Browser, world: World) -> None:
    head = [*HEAD, *[f"Extra {number}" for number in range(300)]]
    upload(sam, table([*row(1), *["x"] * 300], head=head))
    assert len(sam.answer.content) < 60_000
    assert len(sam.page.xpath("//datalist[@id='names']/option")) == len(head)
    (action,) = [each for each in sam.actions() if "draft" in each]
    sam.send(action, f13="Saldi", decimal_comma="yes")
    assert "The file has no such column: Saldi" in sam.text
    check_id = check(sam, world, f13="Saldo", decimal_comma="yes")
    assert world.job(check_id).counts.valid == 1


@pytest.mark.parametrize(
    "path",
    [
        f"{JOBS}/{UNKNOWN}",
        f"{JOBS}/{UNKNOWN}/findings",
        f"{JOBS}/{UNKNOWN}/findings.csv",
        f"{JOBS}/{UNKNOWN}/letters",
        f"{JOBS}/{UNKNOWN}/letters/1",
        f"{JOBS}/{UNKNOWN}/letters/1/page-1.png",
        f"{JOBS}/{UNKNOWN}/letters/1/letter.pdf",
        f"{JOBS}/new?after={UNKNOWN}",
        "/staff/templates/tpl_none",
        "/staff/brands/brd_none",
        "/staff/templates/tpl_none/page-1.png",
    ],
)
def test_what_is_not_there_is_said_so(sam: Browser, path: str) -> None:
    assert sam.get(path).answer.status_code == 404
    assert "That did not work" in sam.text


def test_numbers_beyond_the_file_are_not_there(sam: Browser, world: World) -> None:
    upload(sam, table(row(1)))
    check_id = check(sam, world, f13="6", decimal_comma="yes")
    for path in ("letters/0", "letters/2", "letters/999999999", "letters/1/page-0.png", "letters/1/page-9.png"):
        assert sam.get(f"{JOBS}/{check_id}/{path}").answer.status_code == 404, path


def test_nothing_of_another_organisation_is_seen_or_done(sam: Browser, staff: Staff, world: World) -> None:
    upload(sam, table(row(1)))
    draft = sam.answer.url
    check_id = check(sam, world, f13="6", decimal_comma="yes")
    url = f"{JOBS}/{check_id}"
    job_id = send(sam, check_id)
    with staff.browser("eve", Role.ADMIN, organisation=OTHER) as eve:
        token = eve.get(JOBS).fields("/staff/logout")["csrf"]
        assert "Nothing has been sent" in eve.text
        for path in (url, f"{url}/findings", f"{url}/letters/1", f"{url}/letters/1/page-1.png", f"{url}/findings.csv"):
            assert eve.get(path).answer.status_code == 404, path
        assert eve.get(str(draft)).answer.status_code == 422
        assert "not of your organisation" in eve.text
        for path in ("send", "cancel", "approve", "letters/1/stop"):
            answer = eve.client.post(f"{JOBS}/{job_id}/{path}", data={"csrf": token, "sure": "1", "reason": "x"})
            assert answer.status_code == 404, path
        assert eve.get("/staff/templates/tpl_note").answer.status_code == 404
    assert str(world.job(job_id).state) == "received"


@pytest.mark.parametrize("token", ["", "x", "x.y", "eyJhIjoxfQ.AAAA", "ü", "a" * 700])
def test_a_token_that_is_none_is_no_draft(sam: Browser, token: str) -> None:
    for kind in ("jobs", "templates"):
        sam.get(f"/staff/{kind}/draft", of=token)
        assert sam.answer.status_code in {200, 404, 422}
        assert "internal-error" not in sam.answer.text


def test_a_session_that_ends_in_between_comes_back_to_what_was_uploaded(sam: Browser, world: World) -> None:
    upload(sam, table(row(1)))
    draft = sam.answer.url
    (action,) = [each for each in sam.actions() if "draft" in each]
    world.deps.clock.advance(9 * 3600)  # type: ignore[attr-defined] # a fake
    answer = sam.client.post(action, data=sam.fields(action), headers={"Referer": str(draft)}, follow_redirects=True)
    sam.answer = answer
    assert "Nothing was changed; log in again" in sam.text
    sam.send("/staff/login", login="sam", password="five words that nobody guesses")
    assert sam.answer.url == draft
    assert columns(sam)["Postcode"] == "Postcode"


@pytest.mark.parametrize("role", [Role.PRINT_ROOM, Role.APPROVER, Role.MAILROOM])
def test_only_submitters_send(staff: Staff, sam: Browser, world: World, role: Role) -> None:
    upload(sam, table(row(1)))
    check_id = check(sam, world, f13="6", decimal_comma="yes")
    with staff.browser("other", role) as other:
        token = other.get("/staff/password").fields("/staff/logout")["csrf"]
        assert other.get(f"{JOBS}/new").answer.status_code == 403
        answer = other.client.post(f"{JOBS}/{check_id}/send", data={"csrf": token, "sure": "yes"})
        assert answer.status_code == 403


def test_the_longest_pages_stay_small(sam: Browser, world: World) -> None:
    upload(sam, table(row(1)))
    check(sam, world, f13="6", decimal_comma="yes")
    words = ["x" * 30_000, "12345", "=1", "veel", "<script>alert(1)</script>"]
    rows = [row(number, Postcode=words[number % 5], Saldo=words[(number + 2) % 5]) for number in range(120)]
    check_id = checked(sam, world, *rows)
    for path in ("", "/findings", "/letters", "/letters/5"):
        sam.get(f"{JOBS}/{check_id}{path}")
        assert sam.answer.status_code == 200
        assert len(sam.answer.content) < 60_000, path
        assert "<script>alert" not in sam.answer.text
    sam.get("/staff/templates")
    assert sample("template", "rent-reminder")
    assert len(sam.answer.content) < 60_000
