"""Pages for people: a print job behind a signed link, and what a code means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from api.http.print_jobs import LINK_LASTS
from tests.api.http.service import JSON, NOTE
from tests.api.usecases.world import as_json, record

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service


def _link(admin: httpx.Client, job: str) -> str:
    answer = admin.post(f"/v1/print-jobs/{job}/links")
    assert answer.status_code == 201
    return str(answer.json()["url"])


def test_the_page_shows_the_job_with_its_batches_without_a_key(service: Service, admin: httpx.Client) -> None:
    job = service.submit()
    url = _link(admin, job)
    with service.client("none") as anyone:
        page = anyone.get(url)
        assert page.status_code == 200
        assert "Released" in page.text
        assert "http-equiv" not in page.text
        hrefs = {href.replace("&amp;", "&") for href in re.findall(r'(?:href|src)="(/jobs[^"]+)"', page.text)}
        answers = {href: anyone.get(href) for href in hrefs}
    assert len(hrefs) >= 6
    assert {answer.status_code for answer in answers.values()} == {200}
    kinds = {answer.headers["Content-Type"].partition(";")[0] for answer in answers.values()}
    assert {"application/pdf", "image/png", "text/csv", "application/json"} <= kinds
    (batch,) = admin.get("/v1/batches", params={"job": job}).json()["items"]
    events = admin.get(f"/v1/batches/{batch['id']}/events").json()["items"]
    seen = {event["data"]["file"] for event in events if event["name"] == "file-seen" and event["data"]["by"] == "link"}
    # who looks at a link is not the print room
    assert (seen, batch["state"]) == ({file["name"] for file in batch["files"]}, "released")


def test_the_page_asks_again_while_the_job_runs(admin: httpx.Client) -> None:
    job = admin.post("/v1/print-jobs", params=NOTE, content=as_json([record(1)]), headers=JSON).json()["id"]
    page = admin.get(_link(admin, job)).text
    assert 'http-equiv="refresh"' in page
    assert "<progress" in page


def test_the_page_shows_findings_and_escapes_everything(service: Service, admin: httpx.Client) -> None:
    params = {**NOTE, "title": "<script>alert(1)</script>"}
    faulty = record(1, **{"<img src=x>": "1"})
    job = admin.post("/v1/print-jobs", params=params, content=as_json([faulty]), headers=JSON).json()["id"]
    service.world.run()
    page = admin.get(_link(admin, job)).text
    assert "Rejected" in page
    assert "field-unknown" in page
    assert "<script" not in page
    assert "<img src=x" not in page


def test_the_page_brings_nothing_from_afar_and_runs_no_script(service: Service, admin: httpx.Client) -> None:
    answer = admin.get(_link(admin, service.submit()))
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.findall(r'(?:href|src)="(?:https?:)?//', answer.text)
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("change", ["cut", "other job", "none", "garbage", "old"])
def test_a_link_that_is_not_whole_or_not_for_this_job_opens_nothing(
    service: Service, admin: httpx.Client, change: str
) -> None:
    first, second = service.submit(), service.submit([record(3)])
    url = _link(admin, first)
    changed = {
        "cut": url[:-2],
        "other job": url.replace(first, second),
        "none": url.partition("?")[0],
        "garbage": url.partition("=")[0] + "=W10.%C3%A9",
        "old": url,
    }[change]
    if change == "old":
        service.world.deps.clock.advance(LINK_LASTS.total_seconds() + 1)  # type: ignore[attr-defined] # a fake
    batch = service.world.batches(first)[0]
    with service.client("none") as anyone:
        page = anyone.get(changed)
        file = anyone.get(changed.replace("?", f"/batches/{batch.id}/files/{batch.files[0].name}?"))
    assert page.status_code == 403
    assert "Grachtstad" not in page.text
    assert "released" not in page.text
    assert file.status_code in {403, 404} if change != "none" else True


def test_a_link_shows_no_batch_of_another_job(service: Service, admin: httpx.Client) -> None:
    first, second = service.submit(), service.submit([record(3)])
    batch = service.world.batches(second)[0]
    url = _link(admin, first).replace("?", f"/batches/{batch.id}/files/{batch.files[0].name}?")
    assert admin.get(url).json()["code"] == "batch-not-found"


def test_a_code_has_a_page(service: Service) -> None:
    with service.client("none") as anyone:
        page = anyone.get("/problems/idempotency-key-reuse")
        missing = anyone.get("/problems/nothing-of-the-kind")
    assert page.status_code == 200
    assert "idempotency-key-reuse" in page.text
    assert "409" in page.text
    assert missing.json()["code"] == "code-not-found"
