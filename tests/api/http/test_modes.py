"""A key changes only what belongs to jobs of its own mode, and looks at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute

from api.http.auth import Guard
from api.ports import Mode, Role
from api.usecases import parties
from api.usecases.print_room import account
from tests.api.http.service import CSV, JSON, NOTE
from tests.api.usecases.world import ORG, as_json, record

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service

MODED = {"job_id", "batch_id", "piece_id", "reprint_id", "run_id"} | {
    *("scan_batch_id", "scan_file_id", "scan_page_id", "slip_id", "slip_field_id", "webhook_id"),
    *("message_id", "suppression_id"),
    *("campaign_id", "answer_id", "submission_id", "complex_id", "meter_id"),
    *("question_id", "request_id", "unclear_id"),
}
# what has no mode, or is managed by keys that `check_may_manage` looks at
OTHERS = {
    "key_id",
    "organisation_id",
    "reference",
    "name",
    "kind",
    "check_id",
    "page",
    "form",
    "delivery_id",
    "bounce_id",
    "import_id",
    "asking_id",
    "record_id",
    "place",
}
# who calls here has a secret in place of a key, and the lane says of which mode it is
GATEWAYS = {"/v1/channels/{name}/callback/{secret}"}


@pytest.fixture
def tester(service: Service) -> httpx.Client:
    """A caller who may do everything, in test mode."""
    service.keys["tester"] = parties.add_key(service.world.deps, ORG, "tester", [Role.ADMIN], Mode.TEST).secret
    return service.client("tester")


def in_test(service: Service, tester: httpx.Client) -> str:
    """The id of a job of the test key, carried to its end."""
    body = as_json([record(1), record(2)])
    answer = tester.post("/v1/print-jobs", params=NOTE, content=body, headers=JSON)
    service.world.run()
    return str(answer.json()["id"])


def things(service: Service, job: str) -> tuple[str, str]:
    (batch,) = service.world.batches(job)
    return f"/v1/batches/{batch.id}", f"/v1/pieces/{service.world.pieces(job)[0].id}"


def acts(job: str, batch: str, piece: str) -> list[tuple[str, Any]]:
    """Every way to change something of a job, with a body that would do."""
    file: Any = {"content": b"piece_id;result\n", "headers": CSV}
    return [
        *((f"/v1/print-jobs/{job}/{step}", {}) for step in ("approve", "cancel", "retry", "links")),
        *((f"{batch}/{step}", {}) for step in ("approve", "write-again", "printed", "results/rest")),
        (f"{batch}/results", file),
        (f"{batch}/results", {"json": {"ranges": "1", "outcome": "ok"}}),
        (f"{batch}/reprints", {"json": {"loop": "closed"}}),
        (f"{batch}/complete", {"json": {"sheets_counted": 2}}),
        (f"{batch}/reopen", {"json": {"note": "why"}}),
        *((f"{piece}/{step}", {"json": {"reason": "why"}}) for step in ("stop", "resume")),
    ]


@pytest.mark.parametrize("mode", list(Mode))
def test_nothing_of_the_other_mode_is_changed(service: Service, tester: httpx.Client, mode: Mode) -> None:
    job = service.submit() if mode is Mode.LIVE else in_test(service, tester)
    caller = tester if mode is Mode.LIVE else service.client()
    batch, piece = things(service, job)
    batch_id = batch.rpartition("/")[2]
    before = service.world.job(job), service.world.batches(job), account(service.world.deps, ORG, batch_id)
    for path, body in acts(job, batch, piece):
        answer = caller.post(path, **body)
        assert (answer.status_code, answer.json()["code"]) == (403, "mode-differs"), path
    (file, *_) = service.world.batches(job)[0].files
    for path in (f"{batch}/files/{file.name}", f"{batch}/manifest.csv"):
        assert caller.get(path).json()["code"] == "mode-differs"
    after = service.world.job(job), service.world.batches(job), account(service.world.deps, ORG, batch_id)
    assert after == before
    for path in (f"/v1/print-jobs/{job}", batch, f"{batch}/results", f"{batch}/reprints", piece):
        assert caller.get(path).status_code == 200, path


def test_a_test_key_takes_its_own_jobs_through_the_print_room(service: Service, tester: httpx.Client) -> None:
    batch, _ = things(service, in_test(service, tester))
    (file,) = [file for file in tester.get(batch).json()["files"] if file["role"] == "print"]
    assert tester.get(file["url"]).status_code == 200
    assert tester.post(f"{batch}/results", json={"ranges": "1", "outcome": "reprint"}).status_code == 200
    reprint = tester.post(f"{batch}/reprints", json={"loop": "closed"}).json()
    service.world.run()
    with service.client() as live:
        assert live.post(f"/v1/reprints/{reprint['id']}/retry").json()["code"] == "mode-differs"
    assert tester.post(f"/v1/reprints/{reprint['id']}/retry").status_code == 200
    assert tester.post(f"{batch}/results/rest").status_code == 200


def test_mail_runs_and_rules_are_live(service: Service, tester: httpx.Client) -> None:
    batch, _ = things(service, service.submit())
    with service.client() as live:
        assert live.post(f"{batch}/results/rest").status_code == 200
        assert live.post(f"{batch}/complete", json={"sheets_counted": 2}).status_code == 200
        wanted = {"title": "Monday", "batches": [batch.rpartition("/")[2]]}
        assert tester.post("/v1/mail-runs", json=wanted).json()["code"] == "mode-differs"
        run = live.post("/v1/mail-runs", json=wanted).json()["id"]
        rules = live.get("/v1/rules").json()
    assert tester.post(f"/v1/mail-runs/{run}/hand-over", json={}).json()["code"] == "mode-differs"
    assert tester.put(f"/v1/mail-runs/{run}/proof", content=b"%PDF-1").json()["code"] == "mode-differs"
    assert tester.get(f"/v1/mail-runs/{run}").json()["state"] == "open"
    assert tester.put("/v1/rules", json=rules).json()["code"] == "mode-differs"


def test_a_test_key_makes_and_revokes_no_live_keys(service: Service, tester: httpx.Client) -> None:
    with service.client() as live:
        key = live.get("/v1/keys").json()["items"][0]
        assert key["mode"] == "live"
        for_tests = live.post("/v1/keys", json={"label": "t", "roles": ["admin"], "mode": "test"}).json()["id"]
    wanted = {"label": "x", "roles": ["admin"]}
    assert tester.post("/v1/keys", json=wanted).json()["code"] == "mode-differs"
    assert tester.post("/v1/keys", json=wanted | {"mode": "test"}).status_code == 201
    assert tester.post(f"/v1/keys/{key['id']}/revoke").json()["code"] == "mode-differs"
    assert tester.post(f"/v1/keys/{for_tests}/revoke").status_code == 200


def test_what_is_not_there_is_said_before_the_mode(service: Service, tester: httpx.Client) -> None:
    assert tester.post("/v1/batches/bat_none/printed").json()["code"] == "batch-not-found"
    with service.client("other") as other:
        job = service.submit()
        batch, _ = things(service, job)
        assert other.post(f"{batch}/printed").json()["code"] == "batch-not-found"


def test_every_name_in_a_path_has_a_mode_or_is_known_to_have_none(service: Service) -> None:
    routes = [route for route in service.app.state.routes if isinstance(route, APIRoute)]
    for route in routes:
        if route.path.startswith("/v1") and route.path not in GATEWAYS:
            assert set(route.param_convertors) <= MODED | OTHERS, route.path


def test_what_names_nothing_says_of_which_mode_it_is(service: Service) -> None:
    only = set()
    for route in service.app.state.routes:
        if route.path.startswith("/v1") and route.path not in GATEWAYS:
            guard = route.dependant.dependencies[0].call
            assert isinstance(guard, Guard)
            if guard.only is not None:
                only.add((route.path, *route.methods))
    assert only == {("/v1/mail-runs", "POST"), ("/v1/rules", "PUT"), ("/v1/channels/{name:id}/try", "POST")}
