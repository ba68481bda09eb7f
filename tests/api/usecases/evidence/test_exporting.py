from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from agreements import verify
from api.ports import EvidenceKind, Mode
from api.usecases.evidence import exporting
from api.usecases.evidence.checkpoints import take_checkpoint
from api.usecases.evidence.exporting import chain_file, kantara_receipt, request_proof
from api.usecases.evidence.keeping import forget, forget_subject
from docgen.findings import Refusal
from tests.api.builders import ORG, OTHER
from tests.api.usecases.evidence.archive import LIVE, TEST

if TYPE_CHECKING:
    from tests.api.usecases.evidence.archive import Archive


def _asked(archive: Archive) -> None:
    """Two people: one has agreed and one has not answered; a checkpoint between."""
    archive.freeze()
    archive.ask("agr_1")
    archive.ask("agr_2")
    archive.fetch(1, "agr_1")
    take_checkpoint(archive.deps, LIVE)
    archive.run()
    archive.answer("agr_1")


def _verified(data: bytes) -> verify.Report:
    report = verify.check(data)
    assert report.findings == []
    return report


def test_a_chain_is_handed_over_whole_and_holds(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_AT_ONCE", 2)
    _asked(archive)
    data = b"".join(chain_file(archive.deps, LIVE))
    report = _verified_but_for_stamps(data)
    assert (report.events, report.anchored, len(report.checkpoints)) == (5, 4, 1)
    assert b"huurder.example" not in data
    assert b"192.0.2.7" not in data


def _verified_but_for_stamps(data: bytes) -> verify.Report:
    """Stamps of the archive are no real ones."""
    lines = data.split(b"\n")
    bare = [
        verify.canon({**json.loads(line), "stamp": ""}).encode() if line.startswith(b'{"checkpoint"') else line
        for line in lines
    ]
    assert any(json.loads(line)["stamp"] for line in lines if line.startswith(b'{"checkpoint"'))
    return _verified(b"\n".join(bare))


def test_an_empty_chain_is_a_file_too(archive: Archive) -> None:
    report = _verified(b"".join(chain_file(archive.deps, LIVE)))
    assert (report.events, report.chain) == (0, "org_one/live")


def test_the_proof_of_a_request_has_its_events_and_no_one_elses(archive: Archive) -> None:
    archive.without_authority()
    _asked(archive)
    proof = request_proof(archive.deps, ORG, "agr_1")
    assert [event.kind for event in proof.events] == ["question-frozen", "requested", "link-fetched", "answered"]
    assert {path.seq for path in proof.paths} == {1, 2, 4}
    assert b"agr_2" not in proof.document()
    assert b"huurder.example" not in proof.document()
    report = _verified(proof.document())
    assert (report.anchored, report.complete) == (3, False)
    assert [one["state"] for one in report.decisions] == ["agreed"]


def test_what_is_personal_is_in_the_proof_when_it_is_asked_for(archive: Archive) -> None:
    archive.without_authority()
    _asked(archive)
    proof = request_proof(archive.deps, ORG, "agr_1", annexes=True)
    assert {str(annex.value) for annex in proof.annexes} == {
        "huurder agr_1",
        "agr_1@huurder.example",
        str({"ip": "192.0.2.7"}),
    }
    report = _verified(proof.document())
    assert report.annexes == {"shown": 3, "deleted": 0, "left_out": 0}


def test_a_proof_after_deletion_tells_of_it_and_holds(archive: Archive) -> None:
    archive.without_authority()
    _asked(archive)
    with archive.deps.database.write() as uow:
        forget_subject(archive.deps, uow, LIVE, "agr_1", "usr_1", "retention")
    proof = request_proof(archive.deps, ORG, "agr_1", annexes=True)
    assert proof.annexes == ()
    assert _verified(proof.document()).annexes == {"shown": 0, "deleted": 3, "left_out": 0}


def test_with_links_a_proof_shows_that_nothing_is_missing(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.without_authority()
    _asked(archive)
    proof = request_proof(archive.deps, ORG, "agr_1", links=True)
    report = _verified(proof.document())
    assert (report.events, report.complete, report.anchored) == (5, True, 4)
    monkeypatch.setattr(exporting, "_MOST_LINKS", 4)
    with pytest.raises(Refusal, match="evidence-too-long"):
        request_proof(archive.deps, ORG, "agr_1", links=True)


def test_events_that_are_named_come_along(archive: Archive) -> None:
    archive.without_authority()
    archive.freeze()
    archive.ask("agr_1")
    raw = archive.hidden("unc_1", "Ja hoor")
    unclear = archive.put_down(
        EvidenceKind.UNCLEAR, "unc_1", {"request": "", "raw": raw, "channel": "sms", "why": "words"}
    )
    body = {"request": "agr_1", "names": unclear.seq, "answer": "yes", "by": "usr_1"}
    archive.put_down(EvidenceKind.SETTLED_BY_PERSON, "agr_1", body)  # type: ignore[arg-type] # JSON
    with archive.deps.database.write() as uow:
        forget(archive.deps, uow, LIVE, [str(raw["annex"])], "usr_1", "retention")
    proof = request_proof(archive.deps, ORG, "agr_1")
    assert [event.kind for event in proof.events] == [
        "question-frozen",
        "requested",
        "unclear",
        "settled-by-person",
        "annex-deleted",
    ]
    _verified(proof.document())


def test_evidence_of_others_and_of_nothing_is_not_found(archive: Archive) -> None:
    _asked(archive)
    archive.freeze(TEST)
    archive.ask("agr_test", TEST)
    assert request_proof(archive.deps, ORG, "agr_test").chain == f"{ORG}/{Mode.TEST}"
    for organisation_id, request_id in ((OTHER, "agr_1"), (ORG, "agr_3")):
        with pytest.raises(Refusal, match="evidence-not-found"):
            request_proof(archive.deps, organisation_id, request_id)


def test_a_receipt_is_of_an_agreement_that_stands(archive: Archive) -> None:
    _asked(archive)
    made = kantara_receipt(archive.deps, ORG, "agr_1")
    assert (made["version"], made["piiPrincipalId"], made["collectionMethod"]) == (
        "KI-CR-v1.1.0",
        "huurder agr_1",
        "web-post",
    )
    with pytest.raises(Refusal, match="receipt-without-agreement"):
        kantara_receipt(archive.deps, ORG, "agr_2")
    with archive.deps.database.write() as uow:
        forget_subject(archive.deps, uow, LIVE, "agr_1", "usr_1", "retention")
    assert str(kantara_receipt(archive.deps, ORG, "agr_1")["piiPrincipalId"]).startswith("anx_")
    body = {"request": "agr_1", "method": "web-post", "names": 5}
    archive.put_down(EvidenceKind.WITHDRAWN, "agr_1", body)  # type: ignore[arg-type] # JSON
    with pytest.raises(Refusal, match="receipt-without-agreement"):
        kantara_receipt(archive.deps, ORG, "agr_1")
