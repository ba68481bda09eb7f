"""Everyday use of the API: packages, jobs, pieces, lists."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.api.http.service import JSON, NOTE, ZIP
from tests.api.usecases.world import NOTE_TOML, as_json, note_template, record, sample

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service


def test_a_template_is_uploaded_once_and_found_by_id_key_and_version(service: Service, admin: httpx.Client) -> None:
    service.world.deps.clock.advance(1)  # type: ignore[attr-defined] # a fake
    content = note_template(template_toml=NOTE_TOML.replace('"1.0"', '"2.0"'))
    first, second = (admin.post("/v1/templates", content=content, headers=ZIP) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert first.headers["Location"] == f"/v1/templates/{first.json()['id']}"
    found = [admin.get(f"/v1/templates/{name}").json() for name in ("note", "note@2.0", first.json()["id"])]
    assert {each["version"] for each in found} == {"2.0"}
    assert admin.get("/v1/templates/note@1.0").json()["version"] == "1.0"


def test_another_content_under_the_same_version_is_refused(admin: httpx.Client) -> None:
    content = note_template(template_toml=NOTE_TOML.replace("Notitie", "Anders"))
    answer = admin.post("/v1/templates", content=content, headers=ZIP)
    assert (answer.status_code, answer.json()["code"]) == (409, "package-version-exists")


def test_a_retired_template_takes_no_jobs(admin: httpx.Client) -> None:
    assert admin.post("/v1/templates/note/retire").json()["state"] == "retired"
    answer = admin.post(
        "/v1/print-jobs", params={**NOTE, "template": "note@1.0"}, content=as_json([record(1)]), headers=JSON
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "template-retired")


def test_the_schema_and_the_example_letter_of_a_template(admin: httpx.Client) -> None:
    schema = admin.get("/v1/templates/note/schema").json()
    assert schema["$schema"].endswith("2020-12/schema")
    assert "amount" in schema["required"]
    pdf = admin.get("/v1/templates/note/preview.pdf?brand=grachtstad")
    png, framed = (
        admin.get("/v1/templates/note/preview.png", params={"brand": "grachtstad", "frames": frames})
        for frames in ("false", "true")
    )
    assert pdf.content.startswith(b"%PDF")
    assert png.content.startswith(b"\x89PNG")
    assert framed.content != png.content
    for query, code in (
        ("page=9", "page-not-found"),
        ("language=fr", "language-unknown"),
        ("page=0", "request-invalid"),
    ):
        assert admin.get(f"/v1/templates/note/preview.png?brand=grachtstad&{query}").json()["code"] == code


def test_a_job_is_followed_to_its_letters(service: Service, admin: httpx.Client) -> None:
    query = {**NOTE, "title": "November"}
    answer = admin.post("/v1/print-jobs", params=query, content=as_json([record(1), record(2)]), headers=JSON)
    path = answer.headers["Location"]
    assert (answer.status_code, answer.json()["state"]) == (202, "received")
    service.world.run()
    job = admin.get(path).json()
    assert (job["state"], job["title"], job["counts"]["composed"]) == ("released", "November", 2)
    assert job["created_at"].endswith("Z")
    pieces = admin.get(f"{path}/pieces").json()["items"]
    assert [piece["record_id"] for piece in pieces] == ["R1", "R2"]
    piece = f"/v1/pieces/{pieces[0]['id']}"
    assert admin.get(piece).json()["state"] == "printed_ready"
    pdf = [admin.get(f"{piece}/letter.pdf").content for _ in range(2)]
    assert pdf[0] == pdf[1]
    assert admin.get(f"{piece}/letter.png?dpi=50").content.startswith(b"\x89PNG")
    assert admin.get(f"{piece}/letter.png?dpi=5").json()["code"] == "request-invalid"
    names = [event["name"] for event in admin.get(f"{path}/events").json()["items"]]
    assert names[0] == "job-received"
    assert names[-1] == "job-released"
    assert len(admin.get("/v1/events").json()["items"]) > len(names)


def test_a_caller_says_what_goes_in_each_envelope_besides(admin: httpx.Client) -> None:
    query = [*NOTE.items(), ("insert", "reply-envelope"), ("insert", "flyer-a5")]
    made = admin.post("/v1/print-jobs", params=query, content=as_json([record(1)]), headers=JSON)
    assert made.json()["rules"]["inserts"] == "reply-envelope flyer-a5"
    refused = admin.post("/v1/print-jobs", params=NOTE | {"insert": "brochure"}, content=b"{}", headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (422, "insert-unknown")
    assert "reply-envelope" in refused.json()["detail"]


def test_a_job_that_waits_is_cancelled_and_a_piece_is_stopped(service: Service, admin: httpx.Client) -> None:
    later = (service.world.deps.clock.now() + timedelta(hours=1)).isoformat()
    body = as_json([record(1), record(2)])
    path = admin.post("/v1/print-jobs", params={**NOTE, "cut_off_at": later}, content=body, headers=JSON).headers[
        "Location"
    ]
    service.world.run()
    piece = admin.get(f"{path}/pieces").json()["items"][0]["id"]
    stopped = admin.post(f"/v1/pieces/{piece}/stop", json={"reason": "paid"}).json()
    assert (stopped["state"], stopped["stop_reason"]) == ("stopped", "paid")
    assert admin.post(f"/v1/pieces/{piece}/stop", json={"reason": " "}).json()["code"] == "reason-invalid"
    assert admin.post(f"/v1/pieces/{piece}/stop", json={"why": "paid"}).json()["findings"][0]["place"]["pointer"]
    for _ in range(2):
        assert admin.post(f"{path}/cancel").json()["state"] == "cancelled"
    assert admin.post(f"{path}/retry").json()["code"] == "job-not-failed"


def test_lists_come_in_parts_that_meet(service: Service, admin: httpx.Client) -> None:
    job = service.submit([record(number) for number in range(1, 6)])
    path, seen, cursor = f"/v1/print-jobs/{job}/pieces", [], ""
    while cursor is not None:
        part = admin.get(path, params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["record_id"] for item in part["items"]]
        cursor = part["next_cursor"]
    assert seen == ["R1", "R2", "R3", "R4", "R5"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "bad-page-limit"),
        ("limit=1001", "bad-page-limit"),
        ("cursor=%00", "bad-cursor"),
        ("limit=x", "request-invalid"),
    ],
)
def test_parts_that_cannot_be_given_are_said(admin: httpx.Client, query: str, code: str) -> None:
    assert admin.get(f"/v1/keys?{query}").json()["code"] == code


@pytest.mark.parametrize(
    ("params", "code", "status"),
    [
        ({"template": "nope"}, "template-not-found", 404),
        ({"brand": "no/pe\x00"}, "brand-not-found", 404),
        ({"title": "a\nb"}, "title-invalid", 422),
        ({"cut_off_at": "2020-01-01T00:00:00Z"}, "cut-off-invalid", 422),
        ({"cut_off_at": "2030-01-01T00:00:00"}, "cut-off-invalid", 422),
        ({"cut_off_at": "soon"}, "request-invalid", 422),
        ({"policy": "some"}, "request-invalid", 422),
        ({"polcy": "valid_only"}, "request-invalid", 422),
    ],
)
def test_a_wish_that_cannot_be_granted_is_said(
    admin: httpx.Client, params: dict[str, str], code: str, status: int
) -> None:
    answer = admin.post("/v1/print-jobs", params={**NOTE, **params}, content=as_json([record(1)]), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not admin.get("/v1/print-jobs").json()["items"]


def test_an_empty_body_is_no_job(admin: httpx.Client) -> None:
    answer = admin.post("/v1/print-jobs", params=NOTE, content=b"", headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "body-empty")


def test_a_method_that_is_not_possible_says_which_are(admin: httpx.Client) -> None:
    answer = admin.put("/v1/brands")
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_head_is_get_without_content(admin: httpx.Client) -> None:
    for path in ("/v1/brands", "/healthz", "/v1/nothing"):
        head, full = admin.head(path), admin.get(path)
        assert (head.status_code, head.content) == (full.status_code, b"")
        assert head.headers["Content-Type"] == full.headers["Content-Type"]


def test_a_brand_of_the_samples_can_be_uploaded(service: Service) -> None:
    with service.client("other") as other:
        answer = other.post("/v1/brands", content=sample("brand", "zandeland"), headers=ZIP)
        assert answer.status_code == 201, answer.text
        assert other.post("/v1/brands", content=b"x").json()["code"] == "media-type-unsupported"


def test_json_that_is_none_says_where(admin: httpx.Client) -> None:
    answer = admin.post("/v1/keys", content=b'{"label": ', headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "json-malformed")
    unlabelled = admin.post("/v1/keys", content=b'{"label": "x"}', headers={"Content-Type": "text/plain"})
    assert unlabelled.json()["code"] == "request-invalid"
