from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.usecases import idempotency
from docgen.findings import Refusal
from tests.api.http.service import JSON, NOTE
from tests.api.usecases.world import ORG, as_json, record

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service

BODY = as_json([record(1)])
KEYED = {**JSON, "Idempotency-Key": "a-key"}


def test_the_same_request_gets_the_same_answer_and_happens_once(admin: httpx.Client) -> None:
    first, second = (admin.post("/v1/print-jobs", params=NOTE, content=BODY, headers=KEYED) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.content == second.content
    assert first.headers["Location"] == second.headers["Location"]
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(admin.get("/v1/print-jobs").json()["items"]) == 1


@pytest.mark.parametrize("change", ["body", "query", "type"])
def test_the_key_with_another_request_is_refused(admin: httpx.Client, change: str) -> None:
    assert admin.post("/v1/print-jobs", params=NOTE, content=BODY, headers=KEYED).status_code == 202
    params = {**NOTE, "title": "other"} if change == "query" else NOTE
    body = as_json([record(2)]) if change == "body" else BODY
    headers = {**KEYED, "Content-Type": "text/csv"} if change == "type" else KEYED
    answer = admin.post("/v1/print-jobs", params=params, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-key-reuse")


def test_a_request_that_still_runs_is_said(service: Service, admin: httpx.Client) -> None:
    stored = _interrupt(service, admin)
    answer = admin.post("/v1/print-jobs", params=NOTE, content=BODY, headers=KEYED)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-in-progress")
    assert stored


def test_after_a_crash_the_job_that_was_made_is_found_and_not_made_again(service: Service, admin: httpx.Client) -> None:
    job = _interrupt(service, admin)
    service.world.deps.clock.advance(idempotency.ABANDONED_AFTER.total_seconds() + 1)  # type: ignore[attr-defined] # a fake
    answer = admin.post("/v1/print-jobs", params=NOTE, content=BODY, headers=KEYED)
    assert (answer.status_code, answer.json()["id"]) == (202, job)
    assert len(admin.get("/v1/print-jobs").json()["items"]) == 1


def _interrupt(service: Service, admin: httpx.Client) -> str:
    """A job was made, and the process died before the answer was kept."""
    job = admin.post("/v1/print-jobs", params=NOTE, content=BODY, headers=KEYED).json()["id"]
    with service.world.deps.database.write() as uow:
        probe = idempotency.StoredAnswer(ORG, "a-key", "POST /v1/print-jobs", "", service.world.deps.clock.now())
        stored = uow.answers.begin(probe)
        assert stored is not None
        uow.answers.finish(
            idempotency.StoredAnswer(
                ORG, stored.key, stored.route, stored.body_sha256, stored.created_at, None, body=job.encode()
            )
        )
    return str(job)


def test_what_was_refused_may_be_corrected_with_the_same_key(admin: httpx.Client) -> None:
    wrong = admin.post("/v1/print-jobs", params={**NOTE, "template": "nope"}, content=BODY, headers=KEYED)
    right = admin.post("/v1/print-jobs", params=NOTE, content=BODY, headers=KEYED)
    assert (wrong.status_code, right.status_code) == (404, 202)


def test_keys_of_two_organisations_do_not_meet(service: Service, admin: httpx.Client) -> None:
    wanted = {"label": "one", "roles": ["submitter"]}
    with service.client("other") as other:
        ids = {c.post("/v1/keys", json=wanted, headers={"Idempotency-Key": "k"}).json()["id"] for c in (admin, other)}
    assert len(ids) == 2


def test_a_secret_is_never_kept(admin: httpx.Client) -> None:
    wanted = {"label": "one", "roles": ["submitter"]}
    first, second = (admin.post("/v1/keys", json=wanted, headers={"Idempotency-Key": "k"}).json() for _ in range(2))
    assert first["secret"].startswith("ph_live_")
    assert second == {**first, "secret": None}


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "caf\u00e9"])
def test_a_key_that_no_header_should_hold_is_refused(admin: httpx.Client, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("utf-8")}
    answer = admin.post("/v1/keys", json={"label": "one", "roles": ["submitter"]}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-idempotency-key")


def test_every_post_takes_the_key(service: Service) -> None:
    posts = [o["post"] for o in service.app.openapi()["paths"].values() if "post" in o]
    assert len(posts) > 12
    for operation in posts:
        assert "Idempotency-Key" in [each["name"] for each in operation["parameters"]], operation["summary"]


def test_answers_expire_no_earlier_than_after_a_day(service: Service, admin: httpx.Client) -> None:
    admin.post("/v1/print-jobs", params=NOTE, content=BODY, headers=KEYED)
    service.world.deps.clock.advance(24 * 3600)  # type: ignore[attr-defined] # a fake
    assert admin.post("/v1/print-jobs", params=NOTE, content=BODY, headers=KEYED).headers["Idempotent-Replayed"]


def test_a_fault_while_the_work_is_done_frees_the_key(service: Service) -> None:
    once = idempotency.Once(ORG, "POST /x", "key", "0" * 64)
    idempotency.begin(service.world.deps, once, "job")
    idempotency.abandon(service.world.deps, once)
    assert idempotency.begin(service.world.deps, once, "job").answer is None
    with pytest.raises(Refusal, match="idempotency-in-progress"):
        idempotency.begin(service.world.deps, once, "job")
