"""Evidence over HTTP: a chain that verifies, proofs, checkpoints whose trouble is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agreements import verify
from api.ports import Retryable
from tests.api.usecases.evidence.archive import LIVE, TEST, Archive

if TYPE_CHECKING:
    import httpx

    from api.adapters.fakes import FakeClock
    from tests.api.http.service import Service


@pytest.fixture
def archive(service: Service, clock: FakeClock) -> Archive:
    """On the ports of the service, which has no authority of its own."""
    made = Archive(service.world.deps, clock)
    made.deps = replace(made.deps, time_stamper=None)
    made.freeze()
    made.ask("agr_1")
    made.ask("agr_2")
    made.answer("agr_1")
    return made


def test_the_chain_is_fetched_whole_and_verifies(archive: Archive, admin: httpx.Client) -> None:
    admin.post("/v1/evidence/checkpoints")
    archive.answer("agr_2", "no")
    response = admin.get("/v1/evidence")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/jsonl")
    assert response.headers["cache-control"] == "private, no-store"
    report = verify.check(response.content)
    assert (report.findings, report.events, report.anchored) == ([], 5, 4)
    assert len(report.decisions) == 2
    assert verify.check(admin.get("/v1/evidence", params={"mode": "test"}).content).events == 0


@pytest.mark.usefixtures("archive")
def test_a_key_of_tests_gets_the_chain_of_tests(service: Service, archive: Archive) -> None:
    archive.fetch(2, chain=TEST)
    assert verify.check(service.client("admin").get("/v1/evidence?mode=test").content).events == 2
    assert verify.check(service.client("other").get("/v1/evidence").content).events == 0


@pytest.mark.usefixtures("archive")
def test_the_proof_of_a_request_verifies(admin: httpx.Client) -> None:
    admin.post("/v1/evidence/checkpoints")
    response = admin.get("/v1/evidence/requests/agr_1")
    assert response.headers["content-type"] == "application/json"
    report = verify.check(response.content)
    assert (report.findings, report.events, report.anchored, report.complete) == ([], 3, 3, False)
    assert b"huurder" not in response.content
    shown = admin.get("/v1/evidence/requests/agr_1", params={"annexes": "yes", "links": "yes"})
    report = verify.check(shown.content)
    assert (report.findings, report.events, report.complete, report.annexes["shown"]) == ([], 4, True, 3)
    assert b"agr_1@huurder.example" in shown.content
    receipt = admin.get("/v1/evidence/requests/agr_1", params={"shape": "kantara"}).json()
    assert (receipt["version"], receipt["piiPrincipalId"]) == ("KI-CR-v1.1.0", "huurder agr_1")


@pytest.mark.usefixtures("archive")
def test_what_is_not_there_is_said(service: Service, admin: httpx.Client) -> None:
    assert admin.get("/v1/evidence/requests/agr_9").json()["code"] == "evidence-not-found"
    assert service.client("other").get("/v1/evidence/requests/agr_1").status_code == 404
    refused = admin.get("/v1/evidence/requests/agr_2", params={"shape": "kantara"})
    assert (refused.status_code, refused.json()["code"]) == (422, "receipt-without-agreement")
    assert admin.get("/v1/evidence/requests/agr_1", params={"links": "perhaps"}).status_code == 422
    assert service.client("other").post("/v1/evidence/checkpoints").json()["code"] == "evidence-empty"


@pytest.mark.usefixtures("archive")
def test_who_may_look(service: Service) -> None:
    for role, whole, one in (("submitter", 403, 200), ("print_room", 403, 403), ("none", 401, 401)):
        with service.client(role) as client:
            assert client.get("/v1/evidence").status_code == whole
            assert client.get("/v1/evidence/checkpoints").status_code == whole
            assert client.post("/v1/evidence/checkpoints").status_code == whole
            assert client.get("/v1/evidence/requests/agr_1").status_code == one


def test_checkpoints_are_taken_and_listed(archive: Archive, admin: httpx.Client) -> None:
    made = admin.post("/v1/evidence/checkpoints").json()
    assert (made["number"], made["first"], made["last"], made["state"], made["mode"]) == (1, 1, 4, "waiting", "live")
    assert admin.post("/v1/evidence/checkpoints").json()["id"] == made["id"]
    for _ in range(2):
        archive.fetch(1)
        admin.post("/v1/evidence/checkpoints")
    archive.run()
    first = admin.get("/v1/evidence/checkpoints", params={"limit": 2}).json()
    assert [each["number"] for each in first["items"]] == [1, 2]
    rest = admin.get("/v1/evidence/checkpoints", params={"cursor": first["next_cursor"]}).json()
    assert ([each["number"] for each in rest["items"]], rest["next_cursor"]) == ([3], None)
    assert {each["state"] for each in (*first["items"], *rest["items"])} == {"unstamped"}


def test_a_stamp_that_failed_is_shown_and_rings(archive: Archive, admin: httpx.Client) -> None:
    archive.stamper.fault = Retryable("time-stamp-refused", "The time stamping authority refuses: no credit.")
    archive.deps = replace(archive.deps, time_stamper=archive.stamper)
    made = admin.post("/v1/evidence/checkpoints").json()
    archive.run()
    (shown,) = admin.get("/v1/evidence/checkpoints").json()["items"]
    assert (shown["state"], shown["code"], shown["tries"]) == ("stamp-failed", "time-stamp-refused", 1)
    assert shown["next_try_at"] == "2026-01-01T00:01:00.000Z"
    (alarm,) = admin.get("/v1/alarms").json()["items"]
    assert (alarm["subject_id"], alarm["state"]) == (made["id"], "stamp-failed")


def test_the_document_of_a_checkpoint_is_what_its_digest_says(archive: Archive, admin: httpx.Client) -> None:
    made = admin.post("/v1/evidence/checkpoints").json()
    lines = admin.get("/v1/evidence").content.splitlines()
    document = json.loads(lines[-1])["checkpoint"]
    assert verify.sha(verify.canon(document)) == made["digest"] == archive.kept(LIVE)[0].checkpoint.digest
