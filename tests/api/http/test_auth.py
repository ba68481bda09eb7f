from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute

from api.http.auth import Guard
from api.http.channels import CALLBACK
from api.usecases import links
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    import httpx
    from fastapi.dependencies.models import Dependant

    from tests.api.http.service import Service


def _guards(dependant: Dependant) -> list[Guard]:
    found = [dependant.call] if isinstance(dependant.call, Guard) else []
    return found + [guard for each in dependant.dependencies for guard in _guards(each)]


def test_every_route_under_v1_has_a_guard_that_declares_who_may_pass(service: Service) -> None:
    routes = [route for route in service.app.state.routes if isinstance(route, APIRoute)]
    # gateways send no header of ours: a secret in the address is their key (test_channels.py)
    guarded = [route for route in routes if route.path.startswith("/v1") and route.path != CALLBACK]
    assert len(guarded) > 25
    for route in guarded:
        (guard,) = _guards(route.dependant)
        assert guard.operator or guard.roles, route.path


def test_the_guard_comes_before_anything_that_reads_the_body(service: Service) -> None:
    for route in service.app.state.routes:
        if route.path.startswith("/v1") and route.path != CALLBACK:
            assert isinstance(route.dependant.dependencies[0].call, Guard), route.path


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "key-missing"),
        ("Bearer ", "key-missing"),
        ("Basic abc", "key-missing"),
        ("Bearer ph_live_nobody", "key-unknown"),
        ("Bearer \u00e9".encode().decode("latin-1"), "key-unknown"),
    ],
)
def test_without_a_good_key_nothing_is_told(service: Service, header: str | None, code: str) -> None:
    with service.client("none") as client:
        headers = {} if header is None else {"Authorization": header.encode("latin-1")}
        answer = client.get("/v1/print-jobs", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_is_refused(admin: httpx.Client) -> None:
    made = admin.post("/v1/keys", json={"label": "for a while", "roles": ["admin"]}).json()
    headers = {"Authorization": f"Bearer {made['secret']}"}
    assert admin.get("/v1/keys", headers=headers).status_code == 200
    assert admin.post(f"/v1/keys/{made['id']}/revoke").json()["revoked_at"]
    answer = admin.get("/v1/keys", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "key-revoked")


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("print_room", "POST", "/v1/print-jobs?template=note&brand=grachtstad"),
        ("mailroom", "POST", "/v1/pieces/pce_1/stop"),
        ("submitter", "GET", "/v1/keys"),
        ("submitter", "POST", "/v1/brands"),
        ("submitter", "GET", "/v1/batches/bat_1/files/print.pdf"),
        ("submitter", "GET", "/v1/rules"),
        ("approver", "PUT", "/v1/rules"),
        ("mailroom", "POST", "/v1/pieces/pce_1/resume"),
        ("print_room", "POST", "/v1/print-jobs/job_1/approve"),
        ("submitter", "POST", "/v1/print-jobs/job_1/approve"),
        ("print_room", "POST", "/v1/batches/bat_1/approve"),
        *(
            ("approver", "POST", f"/v1/batches/bat_1/{step}")
            for step in ("write-again", "printed", "results", "results/rest", "reprints", "complete", "reopen")
        ),
        ("submitter", "POST", "/v1/reprints/rpr_1/retry"),
        ("submitter", "POST", "/v1/mail-runs"),
        ("mailroom", "POST", "/v1/mail-runs/run_1/hand-over"),
        ("mailroom", "PUT", "/v1/mail-runs/run_1/proof"),
        ("mailroom", "GET", "/v1/mail-runs/run_1/files/list.csv"),
        ("admin", "GET", "/v1/organisations"),
        ("admin", "POST", "/v1/organisations"),
    ],
)
def test_a_role_that_is_missing_is_said(service: Service, role: str, method: str, path: str) -> None:
    with service.client(role) as client:
        answer = client.request(method, path, json={"reason": "paid", "name": "x"} if method == "POST" else None)
    assert (answer.status_code, answer.json()["code"]) == (403, "role-missing")


def test_things_of_another_organisation_are_not_there(service: Service, admin: httpx.Client) -> None:
    job = service.submit()
    piece, batch = service.world.pieces(job)[0], service.world.batches(job)[0]
    key = admin.get("/v1/keys").json()["items"][0]["id"]
    reprint, run = _reprinted_and_gone(service, admin)
    gets = [
        *(f"/v1/print-jobs/{job}{end}" for end in ("", "/findings", "/pieces", "/events")),
        *(f"/v1/pieces/{piece.id}{end}" for end in ("", "/letter.pdf", "/letter.png", "/events", "/results")),
        *(f"/v1/batches/{batch.id}{end}" for end in ("", "/events", f"/files/{batch.files[0].name}", "/results")),
        *(f"/v1/batches/{batch.id}{end}" for end in ("/checks", "/checks/rbk_1/picture.png", "/reprints")),
        *(f"/v1/mail-runs/{run}{end}" for end in ("", "/proof", "/files/list.csv")),
        *(f"/v1/templates/tpl_note{end}" for end in ("", "/schema", "/preview.pdf?brand=grachtstad")),
        *("/v1/templates/note", "/v1/brands/grachtstad", "/v1/brands/brd_grachtstad", f"/v1/keys/{key}"),
        *(f"/v1/organisations/{ORG}", f"/v1/batches?job={job}"),
    ]
    posts = [
        *(f"/v1/print-jobs/{job}{end}" for end in ("/cancel", "/retry", "/links")),
        *(f"/v1/keys/{key}/revoke", "/v1/templates/note/retire", f"/v1/pieces/{piece.id}/stop"),
        *(f"/v1/pieces/{piece.id}/resume", f"/v1/print-jobs/{job}/approve", f"/v1/reprints/{reprint}/retry"),
        *(f"/v1/batches/{batch.id}{end}" for end in ("/approve", "/write-again", "/printed", "/results/rest")),
    ]
    more: list[tuple[str, dict[str, Any]]] = [
        (f"/v1/batches/{batch.id}/results", {"json": {"ranges": "1", "outcome": "ok"}}),
        (f"/v1/batches/{batch.id}/reprints", {"json": {"loop": "open"}}),
        (f"/v1/batches/{batch.id}/complete", {"json": {"note": "x"}}),
        (f"/v1/batches/{batch.id}/reopen", {"json": {"note": "x"}}),
        ("/v1/mail-runs", {"json": {"title": "x", "batches": [batch.id]}}),
        (f"/v1/mail-runs/{run}/hand-over", {"json": {}}),
    ]
    with service.client("other") as other:
        answers = [(path, other.get(path)) for path in gets]
        answers += [(path, other.post(path, json={"reason": "paid"})) for path in posts]
        answers += [(path, other.post(path, **options)) for path, options in more]
        answers.append(("put a proof", other.put(f"/v1/mail-runs/{run}/proof", content=b"%PDF-1.7")))
        lists = ("/v1/print-jobs", "/v1/batches", "/v1/brands", "/v1/mail-runs", "/v1/alarms")
        searches = (f"/v1/pieces?search={piece.id}", "/v1/pieces?search=R1", "/v1/pieces?search=Mevrouw")
        listed = [other.get(path).json()["items"] for path in (*lists, *searches)]
    assert {(path, answer.status_code) for path, answer in answers} == {(path, 404) for path, _ in answers}
    assert all(answer.json()["code"].endswith("-not-found") for _, answer in answers)
    assert listed == [[]] * 8


def _reprinted_and_gone(service: Service, admin: httpx.Client) -> tuple[str, str]:
    """The ids of a reprint and of a mail run."""
    path = f"/v1/batches/{service.world.batches(service.submit())[0].id}"
    admin.post(f"{path}/results", json={"ranges": "1", "outcome": "reprint"})
    reprint = admin.post(f"{path}/reprints", json={"loop": "open"}).json()["id"]
    admin.post(f"{path}/results/rest")
    assert admin.post(f"{path}/complete", json={"note": "x"}).status_code == 200
    run = admin.post("/v1/mail-runs", json={"title": "x", "batches": [path.rpartition("/")[2]]}).json()
    return reprint, run["id"]


def test_an_operator_adds_an_organisation_and_its_first_key(service: Service) -> None:
    deps = service.world.deps
    token = links.sign(deps.secret, links.OPERATE, (), deps.clock, timedelta(hours=1))
    headers = {"Authorization": f"Bearer {links.OPERATOR_PREFIX}{token}", "Idempotency-Key": "first"}
    with service.client("none") as client:
        client.headers.update(headers)
        made = client.post("/v1/organisations", json={"name": "Stichting Drie"})
        again = client.post("/v1/organisations", json={"name": "Stichting Drie"})
        other = client.post("/v1/organisations", json={"name": "Stichting Vier"})
        assert client.get("/v1/organisations").json()["items"][-1]["name"]
        path = f"/v1/organisations/{made.json()['id']}/keys"
        key = client.post(path, json={"label": "first", "roles": ["admin"]}).json()
        mine = client.get(
            f"/v1/organisations/{made.json()['id']}", headers={"Authorization": f"Bearer {key['secret']}"}
        )
    assert (made.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (201, made.json(), "true")
    assert other.json()["code"] == "idempotency-key-reuse"
    assert mine.json()["name"] == "Stichting Drie"


def test_an_operator_key_expires(service: Service) -> None:
    deps = service.world.deps
    token = links.sign(deps.secret, links.OPERATE, (), deps.clock, timedelta(seconds=-1))
    with service.client("none") as client:
        answer = client.get("/v1/organisations", headers={"Authorization": f"Bearer {links.OPERATOR_PREFIX}{token}"})
    assert answer.json()["code"] == "key-unknown"
