"""The proof of a request that was really asked and answered: it holds, and says what happened."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest

from agreements import verify
from agreements.evidence.chain import moment
from agreements.evidence.checkpoint import take
from agreements.lifecycle.deciding import Act, Method, Said
from agreements.proof.making import SealState
from agreements.proof.reading import read_evidence
from agreements.proof.values import Standing
from agreements.questions.model import AskRoad, Verb
from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
from api.ports import (
    ChainOf,
    CheckpointState,
    KeptCheckpoint,
    Mode,
    ScanBatch,
    ScanFile,
    ScanPage,
    Sealer,
    Slip,
    StampMissing,
)
from api.usecases.agreeing import pages, staffing
from api.usecases.agreeing.deciding import Done, act_on
from api.usecases.agreeing.staffing import Attested
from api.usecases.evidence import proving
from api.usecases.evidence.keeping import forget, forget_subject
from api.usecases.evidence.proving import ProofWish
from api.usecases.messaging.tokens import token_of
from docgen.drawing.raster import open_pdf
from docgen.findings import Refusal
from scanning.readings import PageKind
from tests.api.usecases.agreeing.agree_world import BROWSER, PHONE, AgreeWorld, person
from tests.api.usecases.evidence.test_slip_picture import encoded, page
from tests.api.usecases.world import ORG, OTHER, SECRET

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.ports import AgreementRequest

LIVE = ChainOf(ORG, Mode.LIVE)
PLAIN = ProofWish()


@pytest.fixture
def agree(sqlite_database: SqlDatabase, clock: FakeClock, ids: SeededIds) -> AgreeWorld:
    world = AgreeWorld(sqlite_database, MemoryBlobs(), clock, ids)
    world.wait(hours=12)
    return world


def words(agree: AgreeWorld, request: AgreementRequest, wish: ProofWish = PLAIN) -> str:
    pdf = proving.prove(agree.deps, ORG, request.id, wish).pdf
    with open_pdf(pdf) as opened:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in opened)


def document(agree: AgreeWorld, request: AgreementRequest) -> bytes:
    found = proving.evidence_of(agree.deps, ORG, request.id)
    assert verify.check(found).findings == []
    return found


def test_an_answer_on_the_page_is_proven(agree: AgreeWorld) -> None:
    request = agree.one()
    visitor = pages.Visitor("192.0.2.1", BROWSER)
    shown = pages.page_of(agree.deps, ORG, token_of(SECRET, request.id))
    assert shown is not None
    agree.wait(hours=1)
    pages.note_fetch(agree.deps, shown, visitor)
    agree.press(request, Said.YES)
    proof = read_evidence(document(agree, request))
    assert (proof.standing, proof.wrong) == (Standing.AGREED, ())
    assert next(event.kind for event in proof.events) == "question-frozen"
    found = words(agree, request)
    for expected in ("Mevrouw T1 ging akkoord", "Met de knop", "192.0.2.1", "t***@example.org", "Pagina geopend"):
        assert expected in found
    assert "t1@example.org" not in found
    assert "Mevrouw T1 agreed" in words(agree, request, ProofWish("en"))


def test_a_text_message_is_proven_as_it_came_in(agree: AgreeWorld) -> None:
    request = agree.ask(agree.make(), person("T1", email="", phone=PHONE))[0]
    agree.text("Ja!")
    assert read_evidence(document(agree, request)).standing is Standing.AGREED
    found = words(agree, request)
    for expected in ("Met een sms", "“Ja!”", "+316****678", "Sms klaargezet: de vraag"):
        assert expected in found


def test_staff_a_no_and_a_withdrawal_are_proven(agree: AgreeWorld) -> None:
    asked = agree.make(verb=Verb.AGREE)
    one, two = agree.ask(asked, person("T1"), person("T2"))
    staffing.attest(agree.deps, ORG, one.id, Attested(Said.NO, "usr_anna", "belde zelf"))
    assert read_evidence(document(agree, one)).standing is Standing.DECLINED
    assert "usr_anna heeft aan de telefoon gehoord" in words(agree, one)
    agree.press(two, Said.YES)
    agree.wait(days=1)
    agree.press(two, Said.WITHDRAW)
    assert read_evidence(document(agree, two)).standing is Standing.WITHDRAWN
    assert "Mevrouw T2 trok het antwoord in" in words(agree, two)


def test_an_open_request_can_be_proven_too(agree: AgreeWorld) -> None:
    request = agree.one()
    assert read_evidence(document(agree, request)).standing is Standing.OPEN
    assert "heeft nog niet geantwoord" in words(agree, request)


def test_evidence_of_others_is_not_in_it(agree: AgreeWorld) -> None:
    one, two = agree.ask(agree.make(), person("T1"), person("T2"))
    agree.press(one, Said.YES)
    agree.press(two, Said.NO)
    found = document(agree, one)
    assert two.id.encode() not in found
    assert b"t2@example.org" not in found


def test_an_answer_that_a_person_settled_is_proven(agree: AgreeWorld) -> None:
    request = agree.ask(agree.make(), person("T1", email="", phone=PHONE))[0]
    agree.text("Ja maar pas in juni")
    (waiting,) = agree.unclear()
    staffing.settle_unclear(agree.deps, ORG, waiting.id, Attested(Said.YES, "usr_1", "asked back"))
    proof = read_evidence(document(agree, request))
    assert proof.standing is Standing.AGREED
    assert proof.deciding is not None
    assert proof.deciding.raw.value == "Ja maar pas in juni"
    assert "door usr_1" in words(agree, request)


def test_checkpoints_over_its_events_are_in_it_with_the_way_up(agree: AgreeWorld) -> None:
    one, two = agree.ask(agree.make(), person("T1"), person("T2"))
    agree.press(two, Said.NO)
    agree.press(one, Said.YES)
    with agree.deps.database.write() as uow:
        head = uow.evidence.hold(LIVE)
        point = take(LIVE.name, None, uow.evidence.digests(LIVE, 1, head.seq), moment(agree.deps.clock.now()))
        kept = KeptCheckpoint("ckp_1", LIVE, point, CheckpointState.UNSTAMPED, agree.deps.clock.now())
        uow.evidence.add_checkpoint(kept)
    report = verify.check(document(agree, one))
    assert report.anchored == report.events > 0
    assert "Nog geen gebeurtenis valt onder een tijdstempel" in words(agree, one)


def test_what_is_deleted_is_said_and_the_proof_holds(agree: AgreeWorld) -> None:
    request = agree.one()
    agree.press(request, Said.YES)
    with agree.deps.database.write() as uow:
        gone = forget_subject(agree.deps, uow, LIVE, request.id, "usr_1", "retention")
        assert gone
        forget(agree.deps, uow, LIVE, ["anx_of_another"], "usr_1", "retention")
    proof = read_evidence(document(agree, request))
    assert {told.annex for told in proof.gone} >= set(gone)
    assert all(told.deleted_at for told in proof.gone if told.annex in gone)
    assert "De ontvanger ging akkoord" in words(agree, request)


def test_a_seal_is_asked_of_the_sealer_and_its_absence_is_said(agree: AgreeWorld) -> None:
    class Paper:
        def seal(self, pdf: bytes, reason: str, *, stamped: bool) -> bytes:
            assert "Grachtstad" in reason
            if stamped:
                raise StampMissing("time-stamp-unreachable", "nobody answers")
            return pdf + b"%sealed"

    request = agree.one()
    wish = ProofWish(sealed=True)
    plain = proving.prove(agree.deps, ORG, request.id, wish)
    assert (plain.note.state, plain.note.code) == (SealState.NOT_SEALED, "seal-not-configured")
    sealer: Sealer = Paper()
    deps = replace(agree.deps, sealer=sealer)
    sealed = proving.prove(deps, ORG, request.id, wish)
    assert sealed.pdf.endswith(b"%sealed")
    assert sealed.note.state is SealState.WITHOUT_TIMESTAMP
    assert proving.prove(deps, ORG, request.id, ProofWish()).note.state is SealState.NONE


def test_only_who_asked_gets_a_proof(agree: AgreeWorld) -> None:
    request = agree.one()
    for organisation, name in ((OTHER, request.id), (ORG, "agr_none")):
        with pytest.raises(Refusal) as refused:
            proving.prove(agree.deps, organisation, name, ProofWish())
        assert refused.value.code == "agreement-not-found"
    with pytest.raises(Refusal) as refused:
        proving.prove(agree.deps, ORG, request.id, ProofWish("fr"))
    assert refused.value.code == "language-unknown"


def _scanned(agree: AgreeWorld, request: AgreementRequest, *, kept: bool) -> None:
    """A slip with a yes came back for a request; its picture is still there when ``kept``."""
    deps, now, picture = agree.deps, agree.deps.clock.now(), encoded(page())
    bundle = deps.blobs.put(ORG, [picture])
    corners = ((100.0, 600.0), (700.0, 600.0), (700.0, 900.0), (100.0, 900.0))
    file = ScanFile("scf_1", ORG, "scb_1", 1, "scan.pdf", bundle, now, "usr_1")
    parts = (len(picture),) if kept else ()
    seen = ScanPage(
        "pag_1",
        ORG,
        "scb_1",
        "scf_1",
        1,
        PageKind.SLIP,
        PageKind.SLIP,
        now,
        bundle=bundle if kept else None,
        parts=parts,
    )
    row = ("slp_1", ORG, Mode.LIVE, "scb_1", "pag_1", 0, "pce_1", "job_1", "ABC234", "template", 0, now)
    act = Act(Said.YES, Method.SLIP_TICK, now, request.words, signed=True)
    with deps.database.write() as uow:
        uow.scans.add_batch(ScanBatch("scb_1", ORG, Mode.LIVE, "Monday", now, "usr_1"))
        uow.scans.add_file(file)
        uow.scan_pages.add(seen)
        uow.scan_pages.add_slip(replace(Slip(*row), corners_px=corners))
        act_on(deps, uow, request.id, ORG, Done(act, {"slip": {"id": "slp_1", "field": "fld_1"}, "signed": True}))


@pytest.mark.parametrize("kept", [True, False])
def test_the_slip_is_shown_while_its_picture_is_kept(agree: AgreeWorld, *, kept: bool) -> None:
    request = agree.one(roads=(AskRoad.EMAIL, AskRoad.LETTER))
    _scanned(agree, request, kept=kept)
    proof = read_evidence(document(agree, request))
    assert proof.standing is Standing.AGREED
    pdf = proving.prove(agree.deps, ORG, request.id, ProofWish("en")).pdf
    with pikepdf.open(BytesIO(pdf)) as opened:
        images = [one for one in opened.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]
        assert [(int(one.Width), int(one.Height)) for one in images] == ([(600, 300)] if kept else [])
    found = words(agree, request, ProofWish("en"))
    assert ("as it came back" in found) is kept
    assert ("is not added to this proof" in found) is not kept


def test_a_slip_that_is_gone_is_named(agree: AgreeWorld) -> None:
    request = agree.one(roads=(AskRoad.EMAIL, AskRoad.LETTER))
    act = Act(Said.YES, Method.SLIP_TICK, agree.deps.clock.now(), request.words, signed=True)
    with agree.deps.database.write() as uow:
        act_on(agree.deps, uow, request.id, ORG, Done(act, {"slip": {"id": "slp_gone", "field": "fld_1"}}))
    assert "slp_gone" in words(agree, request, ProofWish("en"))
