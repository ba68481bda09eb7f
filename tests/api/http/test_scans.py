"""Scans over HTTP: who may, what comes back, bad input, and nothing of another organisation."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import httpx
import openpyxl
import pytest

from api.http.app import create_app
from api.http.edge import Edge
from api.ports import Mode, Role
from api.usecases import parties
from api.usecases.scanning import policies
from docgen.findings import Finding
from scanning.decide.policy import DEFAULT_POLICY
from tests.api.builders import ORG, OTHER
from tests.api.http.service import InProcess
from tests.api.usecases.slips import FORM, OLD_FORM, SlipWorld, page, piece_id, slip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fastapi import APIRouter, FastAPI

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds

PDF = {"Content-Type": "application/pdf"}
_ROUTER: dict[str, APIRouter] = {}


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> SlipWorld:
    made = SlipWorld(sqlite_database, memory_blobs, clock, ids)
    policies.put_policy(made.deps, ORG, FORM, {"checked_share": 0.0}, "usr_1")
    return made


@pytest.fixture
def client(world: SlipWorld, tmp_path: Path) -> Callable[..., httpx.Client]:
    """A caller with these roles, of ours unless said otherwise."""
    app: FastAPI = create_app(world.deps, Edge(spool_folder=tmp_path))
    app.router = _ROUTER.setdefault("prepared", app.router)

    def make(*roles: Role, organisation: str = ORG, mode: Mode = Mode.LIVE) -> httpx.Client:
        key = parties.add_key(world.deps, organisation, "test", list(roles), mode).secret
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.Client(transport=InProcess(app), base_url="http://testserver", headers=headers)

    return make


@pytest.fixture
def mailroom(client: Callable[..., httpx.Client]) -> httpx.Client:
    return client(Role.MAILROOM)


def scanned(world: SlipWorld) -> None:
    world.scan(page(1, slip(1, {"reading": "12345"})), page(2), page(3, slip("pce_00000000000000000000")))


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_batch_is_opened_filled_closed_and_adds_up(world: SlipWorld, mailroom: httpx.Client) -> None:
    opened = mailroom.post("/v1/scan-batches", json={"name": "Tuesday"}, headers={"Idempotency-Key": "a"})
    assert opened.status_code == 201
    batch = opened.json()["id"]
    assert mailroom.post("/v1/scan-batches", json={"name": "Tuesday"}, headers={"Idempotency-Key": "a"}).json() == (
        opened.json()
    )
    content = b"a scan"
    world.reader.files[content] = [page(1, slip(1, {"reading": "12345"})), page(2)]
    path = f"/v1/scan-batches/{batch}/files"
    sent = mailroom.post(path, params={"name": "a.pdf"}, content=content, headers={**PDF, "Idempotency-Key": "b"})
    again = mailroom.post(path, params={"name": "a.pdf"}, content=content, headers={**PDF, "Idempotency-Key": "b"})
    assert sent.status_code == again.status_code == 202
    assert sent.json() == again.json()
    world.run()
    file = sent.json()["files"][0]["id"]
    assert mailroom.get(f"/v1/scan-files/{file}").json()["state"] == "read"
    assert [each["id"] for each in mailroom.get(path).json()["items"]] == [file]
    assert mailroom.post(f"/v1/scan-batches/{batch}/close").json()["state"] == "closed"
    shown = mailroom.get(f"/v1/scan-batches/{batch}").json()
    assert shown["balance"] == {
        "files": 1,
        "files_waiting": 0,
        "files_failed": 0,
        "pages": 2,
        "slips": 1,
        "blanks": 1,
        "exceptions": 0,
        "exceptions_open": 0,
        "slips_found": 1,
        "fields_open": 0,
        "adds_up": True,
    }
    assert code(mailroom.post(path, content=b"b", headers=PDF)) == (409, "scan-batch-closed")
    assert [each["id"] for each in mailroom.get("/v1/scan-batches").json()["items"]] == [batch, world.batch.id]


def test_several_files_come_in_a_form_and_what_was_seen_is_told(world: SlipWorld, mailroom: httpx.Client) -> None:
    scanned(world)
    path = f"/v1/scan-batches/{world.batch.id}/files"
    parts = [("file", ("old.pdf", b"scan 1", "application/pdf")), ("file", ("new.pdf", b"new", "application/pdf"))]
    sent = mailroom.post(path, files=parts)
    assert sent.status_code == 202
    assert [each["name"] for each in sent.json()["files"]] == ["new.pdf"]
    assert [(each["code"], each["place"]) for each in sent.json()["findings"]] == [
        ("scan-file-seen", {"file": "old.pdf"})
    ]
    assert code(mailroom.post(path, files=parts)) == (409, "scan-file-seen")
    assert code(mailroom.post(path, content=b"new", headers=PDF)) == (409, "scan-file-seen")
    repeated = mailroom.post(path, params={"again": "true"}, content=b"new", headers=PDF)
    assert repeated.json()["files"][0]["again"] == 1


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"content": b"", "headers": PDF}, (400, "body-empty")),
        ({"content": b"x", "headers": {"Content-Type": "text/html"}}, (415, "media-type-unsupported")),
        ({"files": [("other", b"x")]}, (400, "body-empty")),
        ({"content": b"x", "headers": PDF, "params": {"again": "perhaps"}}, (422, "request-invalid")),
        ({"content": b"x", "headers": PDF, "params": {"name": " "}}, (422, "scan-name-invalid")),
        ({"content": b"x", "headers": PDF, "params": {"name": "x" * 301}}, (422, "request-invalid")),
    ],
)
def test_what_is_no_scan_is_refused(
    world: SlipWorld, mailroom: httpx.Client, options: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert code(mailroom.post(f"/v1/scan-batches/{world.batch.id}/files", **options)) == expected


def test_pages_slips_pictures_and_answers_are_shown(world: SlipWorld, mailroom: httpx.Client) -> None:
    scanned(world)
    pages = mailroom.get("/v1/scan-pages", params={"batch": world.batch.id}).json()["items"]
    assert [(each["kind"], each["waits"]) for each in pages] == [("slip", False), ("blank", False), ("exception", True)]
    assert mailroom.get(f"/v1/scan-pages/{pages[2]['id']}").json() == pages[2]
    assert pages[2]["findings"][0]["code"] == "slip-piece-unknown"
    assert mailroom.get(pages[0]["picture_url"]).headers["content-type"] == "image/jpeg"
    only = mailroom.get("/v1/scan-pages", params={"kind": "exception", "file": pages[0]["file_id"]}).json()["items"]
    assert only == pages[2:]
    (found,) = mailroom.get("/v1/slips", params={"piece": piece_id(1)}).json()["items"]
    assert mailroom.get(f"/v1/slips/{found['id']}").json() == found
    assert [(each["name"], each["outcome"], each["value"]) for each in found["fields"]] == [
        ("reading", "accepted", "12345"),
        ("number", "blank", ""),
        ("remark", "blank", ""),
    ]
    assert mailroom.get(found["fields"][0]["crop_url"]).content.startswith(b"\x89PNG")


def test_the_corporation_reads_answers_and_nothing_else(
    world: SlipWorld, client: Callable[..., httpx.Client], clock: FakeClock
) -> None:
    scanned(world)
    caller = client(Role.SUBMITTER)
    (record,) = caller.get("/v1/records").json()["items"]
    assert (record["piece_id"], record["field"], record["value"], record["state"]) == (
        piece_id(1),
        "reading",
        "12345",
        "settled",
    )
    assert caller.get(record["crop_url"]).status_code == 200
    rows = list(csv.DictReader(io.StringIO(caller.get("/v1/records.csv").text)))
    assert [(row["record_id"], row["value"], row["id"]) for row in rows] == [("record-1", "12345", record["id"])]
    book = openpyxl.load_workbook(io.BytesIO(caller.get("/v1/records.xlsx").content))
    heading, row = book.worksheets[0].iter_rows(values_only=True)
    assert {name: "" if value is None else str(value) for name, value in zip(heading, row, strict=True)} == {
        **rows[0],
        "confidence": str(float(rows[0]["confidence"])),
    }
    assert caller.get("/v1/records", params={"form": OLD_FORM}).json()["items"] == []
    after = {"updated_after": clock.now().isoformat()}
    assert caller.get("/v1/records", params=after).json()["items"] == []
    for path in ("/v1/slips", "/v1/scan-batches", "/v1/scan-pages", "/v1/slip-forms"):
        assert code(caller.get(path)) == (403, "role-missing")
    assert code(caller.post("/v1/scan-batches", json={"name": "a"})) == (403, "role-missing")
    assert code(client(Role.PRINT_ROOM).get("/v1/records")) == (403, "role-missing")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"updated_after": "2026-11-22T13:00:00"}, (422, "request-invalid")),
        ({"updated_after": "yesterday"}, (422, "request-invalid")),
        ({"form": "abc"}, (422, "request-invalid")),
        ({"cursor": "rec_1"}, (400, "bad-cursor")),
        ({"cursor": "9" * 30 + "-rec_1"}, (400, "bad-cursor")),
        ({"limit": 0}, (400, "bad-page-limit")),
    ],
)
def test_lists_of_answers_are_asked_well(
    mailroom: httpx.Client, params: dict[str, str], expected: tuple[int, str]
) -> None:
    assert code(mailroom.get("/v1/records", params=params)) == expected


def test_nothing_of_another_organisation_is_told(world: SlipWorld, client: Callable[..., httpx.Client]) -> None:
    scanned(world)
    (record,) = world.records().values()
    page_id = world.pages()[0].id
    theirs = client(Role.ADMIN, organisation=OTHER)
    for path in (
        f"/v1/scan-batches/{world.batch.id}",
        f"/v1/scan-batches/{world.batch.id}/files",
        f"/v1/scan-files/{world.pages()[0].file_id}",
        f"/v1/scan-pages/{page_id}",
        f"/v1/scan-pages/{page_id}/picture.jpg",
        f"/v1/slips/{record.slip_id}",
        f"/v1/slip-fields/{record.field_id}/crop.png",
        "/v1/scan-pages?batch=" + world.batch.id,
    ):
        assert theirs.get(path).status_code == 404, path
    for path in ("/v1/records", "/v1/slips", "/v1/scan-pages", "/v1/scan-batches"):
        assert theirs.get(path).json()["items"] == [], path
    sent = theirs.post(f"/v1/scan-batches/{world.batch.id}/files", content=b"x", headers=PDF)
    assert code(sent) == (404, "scan-batch-not-found")
    assert code(theirs.post(f"/v1/scan-batches/{world.batch.id}/close")) == (404, "scan-batch-not-found")


def test_a_test_key_acts_on_test_batches_only(world: SlipWorld, client: Callable[..., httpx.Client]) -> None:
    caller = client(Role.MAILROOM, mode=Mode.TEST)
    for path, options in ((f"/v1/scan-batches/{world.batch.id}/files", {"content": b"x", "headers": PDF}),):
        assert code(caller.post(path, **options)) == (403, "mode-differs")  # type: ignore[arg-type] # options of httpx
    assert caller.post("/v1/scan-batches", json={"name": "Test"}).json()["mode"] == "test"


def test_policies_are_shown_and_changed_with_their_history(mailroom: httpx.Client) -> None:
    path = f"/v1/slip-forms/{FORM}/policy"
    assert mailroom.get(path).json()["policy"] == asdict(DEFAULT_POLICY) | {"checked_share": 0.0}
    changed = mailroom.put(path, json={"digits": 0.995}).json()
    assert changed["policy"]["digits"] == 0.995
    assert [each["version"] for each in changed["versions"]] == [2, 1]
    assert code(mailroom.put(path, json={"digits": 0.1})) == (422, "policy-invalid")
    assert code(mailroom.put(path, json={"digit": 0.99})) == (422, "request-invalid")
    assert code(mailroom.put("/v1/slip-forms/ZZZZZZ/policy", json={})) == (404, "slip-form-not-found")
    assert mailroom.get("/v1/slip-forms").json()["forms"][0]["form"] in {FORM, OLD_FORM}


def test_a_page_finds_its_way_out_and_shows_who_said_so(
    world: SlipWorld, mailroom: httpx.Client, client: Callable[..., httpx.Client]
) -> None:
    scanned(world)
    path = f"/v1/scan-pages/{world.pages()[2].id}/way-out"
    for way, status, expected in (
        ({"way": "assign"}, 422, "request-invalid"),
        ({"way": "nowhere"}, 422, "request-invalid"),
        ({"way": "assign", "piece_id": "pce_nobody"}, 404, "piece-not-found"),
        ({"way": "take_all"}, 422, "slips-not-placed"),
        ({"way": "reopen"}, 409, "page-not-resolved"),
        ({"way": "blank", "note": "x" * 501}, 422, "note-too-long"),
    ):
        assert code(mailroom.post(path, json=way)) == (status, expected)
    shown = mailroom.post(path, json={"way": "other_mail", "note": "A card"}).json()
    assert (shown["way_out"], shown["note"], shown["waits"]) == ("other_mail", "A card", False)
    assert shown["resolved_by"].startswith("key_")
    assert code(mailroom.post(path, json={"way": "blank"})) == (409, "page-not-open")
    assert mailroom.post(path, json={"way": "reopen"}).json()["waits"]
    assert mailroom.post(path, json={"way": "assign", "piece_id": piece_id(5)}).json()["kind"] == "slip"
    assert code(client(Role.ADMIN, organisation=OTHER).post(path, json={"way": "blank"})) == (
        404,
        "scan-page-not-found",
    )
    assert code(client(Role.ADMIN, mode=Mode.TEST).post(path, json={"way": "blank"})) == (403, "mode-differs")


def test_a_failed_file_is_read_again(world: SlipWorld, mailroom: httpx.Client) -> None:
    scanned(world)
    read = world.pages()[0].file_id
    assert code(mailroom.post(f"/v1/scan-files/{read}/retry")) == (409, "scan-not-failed")
    failed = world.scan(Finding("scan-read-failed", "Our fault."))
    assert mailroom.post(f"/v1/scan-files/{failed.id}/retry").json()["state"] == "waiting"
