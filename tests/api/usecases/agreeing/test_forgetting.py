"""Who a request was about can be forgotten; what was asked and decided cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agreements import verify
from agreements.lifecycle.deciding import Said
from api.usecases.agreeing import staffing
from api.usecases.agreeing.staffing import Attested
from api.usecases.evidence.exporting import request_proof
from api.usecases.evidence.forgetting import WhyForget, forget_request
from docgen.findings import Refusal
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from api.ports import AgreementRequest
    from tests.api.usecases.agreeing.agree_world import AgreeWorld


def _settled(agree: AgreeWorld) -> AgreementRequest:
    request = agree.one()
    agree.text("Ja hoor, doe maar, groet Ünal")
    (waiting,) = agree.unclear()
    staffing.settle_unclear(agree.deps, ORG, waiting.id, Attested(Said.YES, "usr_1"))
    return agree.now(request)


def test_what_is_personal_goes_and_the_decision_stays(agree: AgreeWorld) -> None:
    request = _settled(agree)
    assert (request.name, request.state) == ("Mevrouw T1", "agreed")
    before = request_proof(agree.deps, ORG, request.id, annexes=True)
    assert "Ünal" in before.document().decode()
    gone = forget_request(agree.deps, ORG, request.id, "key_1", WhyForget.RETENTION)
    assert set(gone) == {annex.id for annex in before.annexes}
    after = agree.now(request)
    assert (after.name, after.email, after.phone, after.recipient, after.state) == ("", "", "", "T1", "agreed")
    proof = request_proof(agree.deps, ORG, request.id, annexes=True)
    assert proof.annexes == ()
    report = verify.check(proof.document())
    assert (report.findings, report.annexes["left_out"]) == ([], 0)
    assert [one["state"] for one in report.decisions] == ["agreed"]


def test_answers_for_a_person_lose_their_words(agree: AgreeWorld) -> None:
    request = agree.one()
    agree.text("Ja hoor, doe maar, groet Ünal")
    (waiting,) = agree.unclear()
    staffing.settle_unclear(agree.deps, ORG, waiting.id, Attested(Said.YES, "usr_1"))
    forget_request(agree.deps, ORG, request.id, "key_1", WhyForget.ASKED)
    with agree.deps.database.read() as uow:
        unclear = uow.unclear.get(ORG, waiting.id)
    assert (unclear.sender, unclear.text, unclear.outcome) == ("", "", "yes")


def test_forgetting_again_changes_nothing(agree: AgreeWorld) -> None:
    request = _settled(agree)
    forget_request(agree.deps, ORG, request.id, "key_1", WhyForget.MISTAKE)
    once = (agree.now(request), len(agree.evidence(request.id)))
    assert forget_request(agree.deps, ORG, request.id, "key_1", WhyForget.MISTAKE) == []
    assert (agree.now(request), len(agree.evidence(request.id))) == once


def test_an_open_request_is_not_forgotten(agree: AgreeWorld) -> None:
    request = agree.one()
    with pytest.raises(Refusal, match="agreement-open"):
        forget_request(agree.deps, ORG, request.id, "key_1", WhyForget.ASKED)
    with pytest.raises(Refusal, match="agreement-not-found"):
        forget_request(agree.deps, ORG, "agr_none", "key_1", WhyForget.ASKED)
    assert agree.now(request).name == "Mevrouw T1"
