from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agreements.lifecycle.deciding import Method, RequestState, Said
from agreements.questions.model import AskRoad
from api.ports import Campaign, Entry, Mode, Road
from api.usecases.agreeing import paper as paper_of
from api.usecases.agreeing import questions, staffing
from api.usecases.agreeing.questions import QuestionWish
from api.usecases.agreeing.staffing import Attested
from api.usecases.answering.giving import Offer, give
from api.usecases.scanning.forms import reply_json
from docgen.findings import Refusal
from docgen.reply_form import Choice, ReplyField, ReplyForm, ReplyKind
from tests.api.usecases.agreeing.agree_world import person, question
from tests.api.usecases.answer_world import AnswerWorld
from tests.api.usecases.slips import page, slip
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from api.ports import AgreementRequest
    from tests.api.usecases.agreeing.agree_world import AgreeWorld

WORDS = {"nl": "Wilt u betalen met een link?", "en": "Would you like to pay with a link?"}
TICK = ReplyField("agree", ReplyKind.TICK, WORDS, required=False)
SIGNED = ReplyField("signed", ReplyKind.SIGNATURE, {"nl": "Handtekening"}, required=False)
CHOICE = replace(
    TICK, kind=ReplyKind.CHOICE, choices=(Choice("yes", {"nl": "Ja"}), Choice("no", {"nl": "Nee"})), required=True
)


class Paper:
    """Letters that ask the question of a campaign."""

    def __init__(self, agree: AgreeWorld, form: ReplyForm, **changes: object) -> None:
        self.agree, now = agree, agree.deps.clock.now()
        self.campaign = Campaign(
            id="cmp_letters",
            organisation_id=ORG,
            mode=Mode.LIVE,
            key="letters",
            name="Letters",
            template_id="tpl_note",
            brand_id="brd_grachtstad",
            reply_form=reply_json(form),
            created_at=now,
            created_by="key_1",
            closes_at=now + timedelta(days=60),
            gone_at=now + timedelta(days=90),
        )
        with agree.deps.database.write() as uow:
            uow.campaigns.add(self.campaign)
            uow.entries.add_many(ORG, [self._entry(number) for number in range(3)])
        wish = QuestionWish(
            question(roads=(AskRoad.EMAIL, AskRoad.LETTER), **changes),
            "Betalen",
            "grachtstad",
            campaign="letters",
            answer_field="agree",
            signature_field="signed" if changes.get("signature") else "",
        )
        self.asked = questions.make_question(agree.deps, ORG, wish, "key_1")

    def _entry(self, number: int) -> Entry:
        whose = (f"ent_{number}", ORG, Mode.LIVE, "cmp_letters", f"T{number}")
        return Entry(*whose, None, None, "nl", "1234AB", "1", "{}", None, None)

    def ask(self) -> AgreementRequest:
        """Ask T1 by mail and letter."""
        return self.agree.ask(self.asked, person("T1"))[0]

    def answer(self, road: Road, number: int = 1, **given: str) -> None:
        """What is on the form of a letter."""
        offer = Offer(road, given, by="usr_2" if road is Road.STAFF else "")
        assert give(self.agree.deps, self._entry(number), offer).kept


@pytest.fixture
def paper(agree: AgreeWorld) -> Paper:
    return Paper(agree, ReplyForm("letter", {"nl": "Brief"}, (TICK, SIGNED)))


@pytest.mark.parametrize(
    ("road", "method"),
    [(Road.SLIP, Method.SLIP_TICK), (Road.PAGE, Method.LETTER_PAGE), (Road.STAFF, Method.STAFF_ON_PHONE)],
)
def test_a_tick_on_the_form_of_a_letter_is_an_act_of_the_same_request(
    agree: AgreeWorld, road: Road, method: Method
) -> None:
    roads = (AskRoad.EMAIL, AskRoad.LETTER, AskRoad.STAFF)
    paper = Paper(agree, ReplyForm("letter", {"nl": "Brief"}, (TICK,)))
    request = paper.ask()
    paper.answer(road, agree="yes")
    after = agree.now(request)
    if road is Road.STAFF:
        # the question does not allow staff, so a person of ours cannot give the answer for its recipient
        assert after.state is RequestState.OPEN
        assert AskRoad.STAFF in roads
        return
    assert (after.state, after.how) == (RequestState.AGREED, method)
    assert agree.kinds(request)[-1] == "confirmation email"


def test_a_box_that_is_not_ticked_says_nothing(paper: Paper) -> None:
    request = paper.ask()
    paper.answer(Road.SLIP, agree="")
    assert paper.agree.now(request).state is RequestState.OPEN


def test_a_tick_counts_with_its_signature_only(agree: AgreeWorld) -> None:
    paper = Paper(agree, ReplyForm("letter", {"nl": "Brief"}, (TICK, SIGNED)), signature=True)
    request = paper.ask()
    paper.answer(Road.SLIP, agree="yes")
    assert agree.now(request).state is RequestState.OPEN
    (waiting,) = agree.unclear()
    assert waiting.why == "not-signed"
    staffing.settle_unclear(agree.deps, ORG, waiting.id, Attested(Said.YES, "usr_1", "signed on the back"))
    assert agree.now(request).state is RequestState.AGREED


def test_paper_that_says_otherwise_than_the_person_did_goes_to_one_of_ours(agree: AgreeWorld) -> None:
    paper = Paper(agree, ReplyForm("letter", {"nl": "Brief"}, (CHOICE,)))
    request = paper.ask()
    agree.press(request, Said.YES)
    paper.answer(Road.SLIP, agree="no")
    assert agree.now(request).state is RequestState.AGREED
    assert [one.why for one in agree.unclear()] == ["contradicts"]


def test_an_answer_of_somebody_who_was_not_asked_waits_for_a_person(paper: Paper) -> None:
    paper.ask()
    paper.answer(Road.SLIP, 2, agree="yes")
    assert [one.why for one in paper.agree.unclear()] == ["not-asked"]


def test_paper_and_message_ask_the_same_words(agree: AgreeWorld) -> None:
    other = replace(TICK, label={"nl": "Ik wil iets heel anders"})
    with pytest.raises(Refusal) as refused:
        Paper(agree, ReplyForm("letter", {"nl": "Brief"}, (other,)))
    assert {one.code for one in refused.value.findings} == {"question-differs-from-form"}


def test_a_question_names_fields_that_are_there(agree: AgreeWorld) -> None:
    with pytest.raises(Refusal) as refused:
        Paper(agree, ReplyForm("letter", {"nl": "Brief"}, (SIGNED,)))
    assert {one.code for one in refused.value.findings} == {"question-field-invalid"}


def test_evidence_of_a_slip_has_the_digest_of_its_page(
    sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds
) -> None:
    world = AnswerWorld(sqlite_database, memory_blobs, clock, ids)
    world.scan(page(1, slip(0, {"number": "1234"})))
    record = world.record(0)
    assert record is not None
    with world.deps.database.read() as uow:
        found = paper_of._slip(uow, record)
        bundle = uow.scan_pages.get(ORG, str(found["page"])).bundle
    assert bundle is not None
    assert found == {
        "id": record.slip_id,
        "field": record.field_id,
        "page": found["page"],
        "page_digest": f"sha256:{bundle.sha256}",
    }
