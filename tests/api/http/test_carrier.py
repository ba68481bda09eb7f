"""The exchange with a carrier over HTTP: waiting, addresses, the file that comes back, going on without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import Mode, Role
from api.usecases import parties
from docgen.postal.enrichment_profiles import builtin_profiles
from tests.api.http.service import CSV, JSON, NOTE
from tests.api.usecases import fake_carrier
from tests.api.usecases.world import NOTE_TOML, ORG, as_json, note_template, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.api.http.service import Service


@pytest.fixture
def job(service: Service, admin: httpx.Client) -> str:
    """A job that waits for its carrier."""
    assert admin.put("/v1/rules", json={"carrier": "postnl"}).json()["carrier"] == "postnl"
    return f"/v1/print-jobs/{service.submit([record(1), record(2), record(3)])}"


@pytest.fixture
def room(service: Service) -> Iterator[httpx.Client]:
    with service.client("print_room") as client:
        yield client


def test_a_job_says_that_it_waits_and_goes_on_by_the_file(service: Service, room: httpx.Client, job: str) -> None:
    shown = room.get(job).json()
    assert (shown["state"], shown["waiting_for"], shown["rules"]["carrier"]) == ("accepted", "carrier", "postnl")
    assert room.get(f"{job}/carrier").json()["waiting"] is True
    answer = room.get(f"{job}/carrier/addresses")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "addresses.csv" in answer.headers["Content-Disposition"]
    assert len(fake_carrier.addresses(answer.content)) == 3
    back = fake_carrier.answer(answer.content)
    for _ in range(2):
        brought = room.post(f"{job}/carrier/answer", content=back, headers=CSV | {"Idempotency-Key": "one"})
        assert brought.status_code == 200, brought.text
    assert (brought.json()["waiting"], brought.json()["envelopes"]) == (False, 3)
    assert brought.json()["by"].startswith("key_")
    service.world.run()
    assert room.get(job).json()["state"] == "released"
    assert room.get(job).json()["waiting_for"] is None
    again = room.post(f"{job}/carrier/answer", content=back, headers=CSV)
    assert again.json() == room.get(f"{job}/carrier").json()
    other = room.post(f"{job}/carrier/answer", content=back + b"\r\n", headers=CSV)
    assert (other.status_code, other.json()["code"]) == (409, "carrier-file-differs")
    names = [event["name"] for event in room.get(f"{job}/events").json()["items"]]
    assert names.count("carrier-imported") == 1
    assert names.count("carrier-exported") == 1


def test_every_fault_of_a_file_is_told_with_its_place(room: httpx.Client, job: str) -> None:
    back = fake_carrier.answer(room.get(f"{job}/carrier/addresses").content)
    answer = room.post(f"{job}/carrier/answer", content=back.replace(b";1;", b";x;"), headers=CSV)
    assert (answer.status_code, answer.json()["code"]) == (422, "enrichment-invalid")
    (finding,) = answer.json()["findings"]
    assert (finding["code"], finding["place"]["column"]) == ("enrichment-order-invalid", "Volgnummer")
    assert room.get(job).json()["waiting_for"] == "carrier"
    for content, headers, code in ((b"", CSV, "body-empty"), (back, JSON, "media-type-unsupported")):
        assert room.post(f"{job}/carrier/answer", content=content, headers=headers).json()["code"] == code


def test_going_on_without_needs_a_reason(service: Service, room: httpx.Client, job: str) -> None:
    assert room.post(f"{job}/carrier/skip", json={"reason": " "}).json()["code"] == "reason-invalid"
    assert room.post(f"{job}/carrier/skip", json={}).json()["code"] == "request-invalid"
    for _ in range(2):
        assert room.post(f"{job}/carrier/skip", json={"reason": "no answer"}).json()["reason"] == "no answer"
    service.world.run()
    assert room.get(job).json()["state"] == "released"
    late = room.post(f"{job}/carrier/answer", content=b"KlantID;Volgnummer\r\n", headers=CSV)
    assert (late.status_code, late.json()["code"]) == (409, "job-not-waiting")
    assert room.get(f"{job}/carrier/addresses").status_code == 409


def test_only_the_print_room_has_the_addresses(service: Service, admin: httpx.Client, job: str) -> None:
    routes = (("GET", "addresses", {}), ("POST", "answer", {"content": b"x", "headers": CSV}))
    skip = ("POST", "skip", {"json": {"reason": "x"}})
    for key, status in (("submitter", 403), ("approver", 403), ("mailroom", 403), ("none", 401)):
        with service.client(key) as client:
            for method, path, options in (*routes, skip):
                assert client.request(method, f"{job}/carrier/{path}", **options).status_code == status, (key, path)
    with service.client("other") as other:
        for method, path, options in (*routes, skip):
            assert other.request(method, f"{job}/carrier/{path}", **options).status_code == 404
    with service.client("submitter") as client:
        assert client.get(f"{job}/carrier").json()["waiting"] is True
    service.keys["test-room"] = parties.add_key(
        service.world.deps, ORG, "test-room", [Role.PRINT_ROOM], Mode.TEST
    ).secret
    with service.client("test-room") as client:
        assert client.get(f"{job}/carrier/addresses").json()["code"] == "mode-differs"
    before = len(admin.get(f"{job}/events").json()["items"])
    assert admin.head(f"{job}/carrier/addresses").status_code == 200
    assert len(admin.get(f"{job}/events").json()["items"]) == before


def test_an_envelope_without_room_is_refused_when_the_job_is_sent(admin: httpx.Client) -> None:
    small = NOTE_TOML.replace("nl-dl-right", "nl-c5-left").replace('"note"', '"small"')
    made = admin.post(
        "/v1/templates", content=note_template(template_toml=small), headers={"Content-Type": "application/zip"}
    )
    assert made.status_code == 201, made.text
    admin.put("/v1/rules", json={"carrier": "postnl"})
    query = NOTE | {"template": "small"}
    answer = admin.post("/v1/print-jobs", params=query, content=as_json([record(1)]), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "envelope-without-carrier-room")
    assert admin.put("/v1/rules", json={"carrier": "pigeon"}).json()["code"] == "rules-invalid"


def test_the_rules_name_the_carriers_that_there_are(admin: httpx.Client) -> None:
    for name in ("none", *builtin_profiles()):
        assert admin.put("/v1/rules", json={"carrier": name}).json()["carrier"] == name
