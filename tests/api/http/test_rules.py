"""Rules, cut-offs, alarms, approval, and pieces that are stopped, resumed and searched for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import Alarm, ReadBackPolicy
from tests.api.http.service import JSON, NOTE
from tests.api.usecases.world import ORG, as_json, record

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service

CUT_OFFS = {"times": {"monday": "17:00", "sunday": "17:00"}, "holidays": "NL", "closed": ["2026-12-27"]}
RULES: dict[str, Any] = {"four_eyes": True, "cut_offs": CUT_OFFS, "mark_profile": "datamatrix", "sort_plan": "nl-2"}


def submitted(client: httpx.Client, records: list[dict[str, Any]], **query: str) -> str:
    answer = client.post("/v1/print-jobs", params={**NOTE, **query}, content=as_json(records), headers=JSON)
    assert answer.status_code == 202, answer.text
    return answer.headers["Location"]


def test_rules_are_the_defaults_until_they_are_set(service: Service, admin: httpx.Client) -> None:
    before = admin.get("/v1/rules").json()
    assert (before["four_eyes"], before["cut_offs"], before["updated_at"]) == (False, None, None)
    assert admin.get("/v1/cut-off").json()["next_at"] is None
    made = admin.put("/v1/rules", json=RULES).json()
    assert made == admin.get("/v1/rules").json()
    assert made["cut_offs"] == {**CUT_OFFS, "timezone": "Europe/Amsterdam"}
    assert made["updated_by"].startswith("key_")
    with service.client("other") as other:
        assert other.get("/v1/rules").json() == before
    shown = {name: value for name, value in made.items() if not name.startswith("updated")}
    assert admin.put("/v1/rules", json={**shown, "four_eyes": False}).json()["sort_plan"] == "nl-2"
    cut_off = admin.get("/v1/cut-off").json()
    assert datetime.fromisoformat(cut_off["next_at"]) > datetime.fromisoformat(cut_off["now"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mark_profile": "morse"}, "rules-invalid"),
        ({"sort_plan": "\ud7ff"}, "rules-invalid"),
        ({"household": "[[rule]]\n"}, "household-rules-invalid"),
        ({"household": "x = " + "[" * 30_000}, "household-rules-invalid"),
        ({"cut_offs": {**CUT_OFFS, "timezone": "Mars/Olympus"}}, "cut-off-schedule-invalid"),
        ({"cut_offs": {**CUT_OFFS, "timezone": "Europe"}}, "cut-off-schedule-invalid"),
        ({"cut_offs": {**CUT_OFFS, "holidays": "XX"}}, "cut-off-schedule-invalid"),
        ({"cut_offs": {**CUT_OFFS, "times": {}}}, "cut-off-schedule-invalid"),
        ({"cut_offs": {**CUT_OFFS, "times": {"monday": "25:00"}}}, "request-invalid"),
        ({"cut_offs": {**CUT_OFFS, "times": {"someday": "17:00"}}}, "request-invalid"),
        ({"four_eyes": "perhaps"}, "request-invalid"),
        ({"four_ears": True}, "request-invalid"),
    ],
)
def test_rules_with_a_fault_change_nothing(admin: httpx.Client, change: dict[str, Any], code: str) -> None:
    before = admin.put("/v1/rules", json=RULES).json()
    answer = admin.put("/v1/rules", json={**RULES, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert admin.get("/v1/rules").json() == before


def test_a_job_keeps_the_rules_and_the_cut_off_of_when_it_was_sent(admin: httpx.Client) -> None:
    admin.put("/v1/rules", json=RULES)
    job = admin.get(submitted(admin, [record(1)])).json()
    assert job["cut_off_at"] == admin.get("/v1/cut-off").json()["next_at"]
    assert job["rules"] == {"mark_profile": "datamatrix", "sort_plan": "nl-2", "household": "", "carrier": "none"}
    assert job["created_by"].startswith("key_")
    asked = submitted(admin, [record(1)], cut_off_at="2030-01-01T00:00:00Z")
    assert admin.get(asked).json()["cut_off_at"] == "2030-01-01T00:00:00.000Z"


def test_who_submitted_does_not_release(service: Service, admin: httpx.Client) -> None:
    admin.put("/v1/rules", json={"four_eyes": True})
    job = submitted(admin, [record(1)])
    service.world.run()
    (batch,) = admin.get("/v1/batches", params={"state": "ready"}).json()["items"]
    for path in (f"/v1/batches/{batch['id']}/approve", f"{job}/approve"):
        answer = admin.post(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "approval-by-submitter")
    with service.client("approver") as approver:
        released = approver.post(f"/v1/batches/{batch['id']}/approve", headers={"Idempotency-Key": "a-key"})
        assert released.json()["state"] == "released"
        assert approver.post(f"{job}/approve").json()["state"] == "released"
        assert approver.post(f"/v1/batches/{batch['id']}/approve").json()["state"] == "released"
        later = submitted(admin, [record(2)], cut_off_at="2030-01-01T00:00:00Z")
        service.world.run()
        (early,) = approver.get("/v1/batches", params={"job": later.rpartition("/")[2]}).json()["items"]
        answer = approver.post(f"/v1/batches/{early['id']}/approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "batch-not-ready")


def test_a_job_is_approved_before_its_files_are_there(service: Service, admin: httpx.Client) -> None:
    admin.put("/v1/rules", json={"four_eyes": True})
    job = submitted(admin, [record(1)], cut_off_at="2030-01-01T00:00:00Z")
    service.world.run()
    with service.client("approver") as approver:
        approved = approver.post(f"{job}/approve").json()
        assert approved["approved_by"].startswith("key_")
    service.world.deps.clock.advance(timedelta(days=3650).total_seconds())  # type: ignore[attr-defined] # a fake
    service.world.run()
    assert admin.get(job).json()["state"] == "released"


def test_a_piece_is_stopped_and_goes_after_all(service: Service, admin: httpx.Client) -> None:
    job = submitted(admin, [record(1), record(2)], cut_off_at="2030-01-01T00:00:00Z")
    service.world.run()
    piece = f"/v1/pieces/{admin.get(f'{job}/pieces').json()['items'][0]['id']}"
    assert admin.post(f"{piece}/stop", json={"reason": "paid"}).json()["state"] == "stopped"
    assert admin.post(f"{piece}/resume", json={"reason": ""}).json()["code"] == "reason-invalid"
    for _ in range(2):
        resumed = admin.post(f"{piece}/resume", json={"reason": "not paid"}, headers={"Idempotency-Key": "a-key"})
        assert (resumed.json()["state"], resumed.json()["stop_reason"]) == ("composed", None)
    key = next(each["id"] for each in admin.get("/v1/keys").json()["items"] if each["label"] == "admin")
    who = {each["name"]: each["data"] for each in admin.get(f"{piece}/events").json()["items"]}
    assert who["piece-stopped"] == {"reason": "paid", "by": key}
    assert who["piece-resumed"] == {"reason": "not paid", "by": key}
    service.world.deps.clock.advance(timedelta(days=3650).total_seconds())  # type: ignore[attr-defined] # a fake
    service.world.run()
    shown = admin.get(piece).json()
    assert (shown["state"], shown["prints"], shown["envelope"]) == ("printed_ready", 1, shown["batch_position"] + 1)
    answer = admin.post(f"{piece}/stop", json={"reason": "paid"})
    assert (answer.status_code, answer.json()["code"]) == (409, "state-conflict")


def test_a_piece_is_found_by_id_code_record_and_name(service: Service, admin: httpx.Client) -> None:
    job = f"/v1/print-jobs/{service.submit()}"
    piece = admin.get(f"{job}/pieces").json()["items"][1]
    batch = admin.get(f"/v1/batches/{piece['batch_id']}").json()
    assert piece["control_code"] == f"{batch['code']}{piece['envelope']:06}"
    assert admin.get(f"/v1/pieces/{piece['id']}").json() == piece
    for text in (piece["id"], piece["control_code"], piece["control_code"].lower(), " R2 ", "vrouw 2"):
        (found,) = admin.get("/v1/pieces", params={"search": text}).json()["items"]
        assert found == {**piece, "name": "Mevrouw 2"}, text
    assert len(admin.get("/v1/pieces", params={"search": "mevrouw"}).json()["items"]) == 2
    assert admin.get("/v1/pieces", params={"search": "me"}).json()["items"] == []
    for query in ("", "?search=", f"?search={'x' * 201}"):
        assert admin.get(f"/v1/pieces{query}").json()["code"] == "request-invalid"


def test_alarms_are_listed_and_counted(service: Service, admin: httpx.Client) -> None:
    batch = service.world.batches(service.submit())[0]
    now = service.world.deps.clock.now()
    with service.world.deps.database.write() as uow:
        uow.alarms.raise_(Alarm(ORG, batch.id, "released", now - timedelta(hours=13), now))
    (alarm,) = admin.get("/v1/alarms").json()["items"]
    assert (alarm["subject_id"], alarm["state"]) == (batch.id, "released")
    lines = admin.get("/metrics").text.splitlines()
    assert "posthoorn_open_alarms 1.0" in lines
    assert 'posthoorn_batches{state="released"} 1.0' in lines
    assert 'posthoorn_batches{state="blocked"} 0.0' in lines


def test_files_are_listed_once_they_are_released(service: Service, admin: httpx.Client) -> None:
    service.world.limit(read_back=ReadBackPolicy.FULL)
    admin.put("/v1/rules", json={"four_eyes": True})
    submitted(admin, [record(1)])
    service.world.run()
    (batch,) = admin.get("/v1/batches", params={"state": "ready"}).json()["items"]
    assert batch["files"] == []
    answer = admin.get(f"/v1/batches/{batch['id']}/files/x.pdf")
    assert (answer.status_code, answer.json()["code"]) == (409, "batch-not-released")
