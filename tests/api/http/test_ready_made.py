"""Letters that are ready, over HTTP: sent as a PDF, a zip or a form, once per key; pages shown with what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.ports import JobKind, JobState
from tests.api.usecases.ready import in_the_margin, letter, many, pdf_of
from tests.api.usecases.world import zipped

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service

PDF = {"Content-Type": "application/pdf"}
URL = "/v1/print-jobs/ready-made"
BY_TWO = {"split": "pages", "pages": "2"}


def send(client: httpx.Client, body: bytes, query: dict[str, str] = BY_TWO, **headers: str) -> Any:  # noqa: ANN401 - any JSON
    answer = client.post(URL, params=query, content=body, headers=PDF | headers)
    assert answer.status_code == 202, answer.text
    return answer.json()


def test_a_pdf_is_accepted_followed_and_shown(service: Service) -> None:
    with service.client() as client:
        job = send(client, many(2), BY_TWO | {"title": "Uitnodigingen"})
        assert (job["kind"], job["state"], job["template_id"]) == (JobKind.READY_MADE, JobState.RECEIVED, None)
        service.world.run()
        job = client.get(f"/v1/print-jobs/{job['id']}").json()
        assert (job["state"], job["counts"]["valid"], job["counts"]["composed"]) == (JobState.RELEASED, 2, 2)
        pieces = client.get(f"/v1/print-jobs/{job['id']}/pieces").json()["items"]
        assert [piece["record_id"] for piece in pieces] == ["1", "2"]
        picture = client.get(f"/v1/pieces/{pieces[0]['id']}/letter.png", params={"dpi": 40})
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
        assert client.get(f"/v1/print-jobs/{job['id']}/overlays").json() == {"items": []}


def test_what_is_wrong_with_a_page_is_shown_to_its_organisation(service: Service) -> None:
    with service.client() as client:
        job = send(client, pdf_of(letter(1), letter(2, also=in_the_margin)))
        service.world.run()
        (finding,) = client.get(f"/v1/print-jobs/{job['id']}/findings").json()["items"]
        assert (finding["code"], finding["place"]["page"]) == ("pdf-ink-outside-printable", 3)
        (overlay,) = client.get(f"/v1/print-jobs/{job['id']}/overlays").json()["items"]
        assert client.get(overlay["url"]).content.startswith(b"\x89PNG")
        missing = client.get(f"/v1/print-jobs/{job['id']}/overlays/9.png")
        assert (missing.status_code, missing.json()["code"]) == (404, "overlay-not-found")
    with service.client("other") as client:
        assert client.get(overlay["url"]).json()["code"] == "job-not-found"


def test_the_same_key_twice_is_one_job_though_forms_differ(service: Service) -> None:
    files = {
        "file": ("brieven.pdf", many(2), "application/pdf"),
        "data": ("brieven.csv", b"reference\nA\nB", "text/csv"),
    }
    key = {"Idempotency-Key": "once"}
    with service.client() as client:
        first, second = [client.post(URL, params=BY_TWO, files=files, headers=key) for _ in range(2)]
        assert (first.status_code, second.status_code) == (202, 202), first.text
        assert first.json()["id"] == second.json()["id"]
        other = client.post(URL, params=BY_TWO, files=files | {"data": ("b.csv", b"reference\nA\nC")}, headers=key)
        assert other.json()["code"] == "idempotency-key-reuse"
        service.world.run()
        pieces = client.get(f"/v1/print-jobs/{first.json()['id']}/pieces").json()["items"]
    assert [piece["record_id"] for piece in pieces] == ["A", "B"]


def test_each_pdf_of_a_zip_is_a_letter(service: Service) -> None:
    with service.client() as client:
        body = zipped({"a.pdf": many(1), "b.pdf": many(1)})
        answer = client.post(URL, content=body, headers={"Content-Type": "application/zip"})
        service.world.run()
        assert client.get(f"/v1/print-jobs/{answer.json()['id']}").json()["counts"]["valid"] == 2


@pytest.mark.parametrize(
    ("query", "headers", "status", "code"),
    [
        ({}, {"Content-Type": "image/png"}, 415, "media-type-unsupported"),
        ({"split": "pages"}, PDF, 422, "readymade-split-invalid"),
        ({"split": "half"}, PDF, 422, "request-invalid"),
        ({"envelope": "x"}, PDF, 422, "envelope-unknown"),
        ({"split": "data"}, PDF, 422, "readymade-split-invalid"),
    ],
)
def test_what_cannot_be_is_refused(
    service: Service, query: dict[str, str], headers: dict[str, str], status: int, code: str
) -> None:
    with service.client() as client:
        answer = client.post(URL, params=query, content=b"%PDF-1.7", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_empty_body_and_a_form_without_a_file_are_refused(service: Service) -> None:
    with service.client() as client:
        assert client.post(URL, content=b"", headers=PDF).json()["code"] == "body-empty"
        answer = client.post(URL, files={"data": ("b.csv", b"reference\nA")})
        assert answer.json()["code"] == "body-empty"


def test_only_who_may_submit_may_send(service: Service) -> None:
    with service.client("print_room") as client:
        assert client.post(URL, content=b"%PDF", headers=PDF).json()["code"] == "role-missing"
