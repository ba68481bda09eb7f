"""Logs, metrics and health: what whoever runs the service sees, and never sees."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
import structlog

from api.http import print_jobs
from api.http.headers import SECURITY
from api.ports import Permanent, Retryable
from tests.api.http.service import JSON, NOTE
from tests.api.usecases.world import as_json, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.api.http.service import Service

MARK = "Xylanthropa"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, as JSON lines."""
    out = io.StringIO()
    before = structlog.get_config()
    processors = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=processors,
        logger_factory=structlog.WriteLoggerFactory(file=out),
        wrapper_class=structlog.make_filtering_bound_logger(10),
    )
    yield out
    structlog.configure(**before)


def _marked(number: int) -> dict[str, object]:
    made = record(number, words=f"Beste {MARK}")
    made["recipient"] = {**made["recipient"], "name": f"Mevrouw {MARK}", "street": f"{MARK}straat"}
    return made


@pytest.mark.slow
def test_no_log_line_has_anything_of_a_recipient(service: Service, lines: io.StringIO) -> None:
    faulty = {**_marked(3), "amount": MARK, "record_id": f"{MARK}-3"}
    with service.client() as admin:
        for records in ([_marked(1), _marked(2)], [_marked(1), faulty]):
            answer = admin.post("/v1/print-jobs", params=NOTE, content=as_json(records), headers=JSON)
            service.world.run()
            job = answer.headers["Location"]
            admin.get(f"{job}/findings")
            for piece in admin.get(f"{job}/pieces").json()["items"]:
                assert admin.get(f"/v1/pieces/{piece['id']}/letter.pdf").status_code == 200
        admin.get(f"/v1/print-jobs/{MARK}", params={"cursor": MARK})
        admin.get(f"/{MARK}")
        admin.post("/v1/keys", json={"label": MARK, "roles": [MARK]})
    logged = lines.getvalue()
    assert logged.count('"event": "request"') >= 9
    assert MARK not in logged


def test_a_request_is_one_line_with_its_id(admin: httpx.Client, lines: io.StringIO) -> None:
    answer = admin.get("/v1/print-jobs/job_nope")
    (line,) = map(json.loads, lines.getvalue().splitlines())
    assert line["request"] == answer.headers["X-Request-Id"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/print-jobs/{job_id}", 404)
    assert (line["code"], line["organisation"]) == ("job-not-found", "org_one")
    assert line["key"].startswith("key_")


def test_a_bug_is_a_500_with_an_id_and_nothing_of_the_request(
    admin: httpx.Client, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: object) -> None:
        raise ValueError(f"cannot handle {MARK}")

    monkeypatch.setattr(print_jobs.jobs, "get_job", bug)
    answer = admin.get("/v1/print-jobs/job_1")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (500, "internal-error")
    assert MARK not in answer.text
    assert MARK not in lines.getvalue()
    found = [json.loads(line) for line in lines.getvalue().splitlines() if "incident" in line]
    assert [each["incident"] for each in found] == [problem["incident"]]
    assert (found[0]["error"], found[0]["request"]) == ("ValueError", answer.headers["X-Request-Id"])
    assert found[0]["trace"][-1].startswith(__file__)
    assert set(SECURITY) <= {name.title() for name in answer.headers}


@pytest.mark.parametrize(
    ("fault", "status", "code"), [(Retryable, 503, "not-ready"), (Permanent, 500, "internal-error")]
)
def test_a_fault_says_whether_trying_again_helps(
    admin: httpx.Client, monkeypatch: pytest.MonkeyPatch, lines: io.StringIO, fault: type, status: int, code: str
) -> None:
    def broken(*_: object) -> None:
        raise fault("blobs-unavailable", "the store is away")

    monkeypatch.setattr(print_jobs.jobs, "get_job", broken)
    answer = admin.get("/v1/print-jobs/job_1")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert "blobs-unavailable" in lines.getvalue()


def test_every_answer_has_the_security_headers(service: Service) -> None:
    with service.client("none") as client:
        for path in ("/healthz", "/v1/keys", "/nothing", "/problems/key-missing", "/openapi.json"):
            headers = client.get(path).headers
            assert set(SECURITY) <= {name.title() for name in headers}, path
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "server" not in headers


def test_alive_and_ready(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    with service.client("none") as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        monkeypatch.setattr(service.world.deps.database, "ready", lambda: True)
        assert client.get("/readyz").json() == {"database": True, "blobs": True, "broker": True}
        monkeypatch.setattr(service.world.deps.blobs, "ready", lambda: False)
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["blobs"]) == (503, False)


def test_metrics_count_requests_jobs_and_letters(service: Service) -> None:
    service.submit()
    with service.client() as admin:
        admin.get("/v1/print-jobs/job_nope")
        text = admin.get("/metrics").text
    assert 'posthoorn_http_requests_total{method="GET",route="/v1/print-jobs/{job_id}",status="404"} 1.0' in text
    assert 'posthoorn_print_jobs{state="released"} 1.0' in text
    assert 'posthoorn_work_items{state="queued"} 0.0' in text
    assert "posthoorn_letters_composed_total 2.0" in text
    assert "job_nope" not in text
