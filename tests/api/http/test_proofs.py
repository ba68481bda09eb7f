"""Proofs over HTTP: two files, who may have them, and what is said of the seal."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from agreements import verify
from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
from api.adapters.sealer import SealFiles, open_sealer
from api.adapters.time_stamper import HttpTimeStamper
from tests.api.adapters.trust import make_pki, pkcs12, serving_stamps
from tests.api.http.service import Service, make_service
from tests.api.usecases.agreeing.agree_world import AgreeWorld

if TYPE_CHECKING:
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.ports import AgreementRequest


@pytest.fixture
def agree(sqlite_database: SqlDatabase, clock: FakeClock, ids: SeededIds) -> AgreeWorld:
    return AgreeWorld(sqlite_database, MemoryBlobs(), clock, ids)


@pytest.fixture
def service(agree: AgreeWorld, tmp_path: Path) -> Service:
    return make_service(agree, tmp_path)


@pytest.fixture
def request_id(agree: AgreeWorld) -> str:
    request: AgreementRequest = agree.one()
    return request.id


def test_a_proof_is_a_pdf_with_the_evidence_that_json_gives(service: Service, request_id: str) -> None:
    with service.client("submitter") as client:
        answer = client.get(f"/v1/agreements/{request_id}/proof")
        evidence = client.get(f"/v1/agreements/{request_id}/proof.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="proof-{request_id}.pdf"'
    assert answer.headers["proof-seal"] == "none"
    assert "proof-seal-code" not in answer.headers
    assert verify.attached(answer.content) == evidence.content
    assert evidence.headers["content-type"] == "application/json"
    assert verify.check(evidence.content).findings == []


def test_what_became_of_a_seal_is_in_the_headers(service: Service, request_id: str) -> None:
    with service.client("mailroom") as client:
        answer = client.get(f"/v1/agreements/{request_id}/proof", params={"sealed": "true", "language": "en"})
    assert answer.status_code == 200
    assert answer.headers["proof-seal"] == "not-sealed"
    assert answer.headers["proof-seal-code"] == "seal-not-configured"


def test_a_key_that_is_set_seals(agree: AgreeWorld, tmp_path: Path, request_id: str) -> None:
    pki = make_pki(tmp_path)
    (tmp_path / "seal.p12").write_bytes(pkcs12(pki))
    with serving_stamps(pki) as url:
        sealer = open_sealer(SealFiles(tmp_path / "seal.p12"), HttpTimeStamper(url))
        agree.deps = replace(agree.deps, sealer=sealer)
        with make_service(agree, tmp_path).client("submitter") as client:
            answer = client.get(f"/v1/agreements/{request_id}/proof", params={"sealed": "true"})
    assert answer.headers["proof-seal"] == "sealed"
    (seal,) = PdfFileReader(BytesIO(answer.content)).embedded_signatures
    assert seal.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert verify.check(answer.content).findings == []


def test_others_get_nothing(service: Service, request_id: str) -> None:
    for kind in ("proof", "proof.json"):
        path = f"/v1/agreements/{request_id}/{kind}"
        for key, status in (("other", 404), ("print_room", 403), ("none", 401)):
            with service.client(key) as client:
                assert client.get(path).status_code == status
    with service.client() as client:
        assert client.get("/v1/agreements/agr_none/proof").json()["code"] == "agreement-not-found"
        assert client.get(f"/v1/agreements/{request_id}/proof?language=fr").json()["code"] == "language-unknown"
