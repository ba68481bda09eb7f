"""Forgetting who a request was about, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agreements import verify
from agreements.lifecycle.deciding import Said

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service
    from tests.api.usecases.agreeing.agree_world import AgreeWorld


def test_a_request_that_has_ended_is_forgotten_and_its_proof_holds(
    agree: AgreeWorld, service: Service, admin: httpx.Client
) -> None:
    request = agree.one()
    path = f"/v1/evidence/requests/{request.id}"
    asked = {"why": "asked"}
    assert admin.post(f"{path}/forget", json=asked).json()["code"] == "agreement-open"
    agree.press(request, Said.YES)
    assert admin.post(f"{path}/forget", json={"why": "Mevrouw T1"}).status_code == 422
    for key, status in (("submitter", 403), ("test", 403), ("other", 404)):
        assert service.client(key).post(f"{path}/forget", json=asked).status_code == status
    assert b"t1@example.org" in admin.get(path, params={"annexes": "yes"}).content
    gone = admin.post(f"{path}/forget", json=asked).json()["annexes"]
    shown = admin.get(path, params={"annexes": "yes"})
    report = verify.check(shown.content)
    assert (report.findings, report.annexes["deleted"]) == ([], len(gone))
    assert b"t1@example.org" not in shown.content
    assert agree.now(request).email == ""
