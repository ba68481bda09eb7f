"""Whatever happens in whatever order: only valid acts decide, none is lost, and a stranger can check all of it."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements import verify
from agreements.evidence.bundle import chain_lines
from agreements.lifecycle.deciding import RequestState, Said
from agreements.questions.model import Purpose, Verb
from api.ports import ChainOf, MessageState, Mode
from api.usecases.agreeing import pages, staffing, timing
from api.usecases.agreeing.staffing import Attested
from api.usecases.messaging.tokens import token_of
from docgen.findings import Refusal
from tests.api.usecases.agreeing.agree_world import BROWSER, PHONE, person
from tests.api.usecases.world import ORG, SECRET

if TYPE_CHECKING:
    from api.ports import AgreementRequest
    from tests.api.usecases.agreeing.agree_world import AgreeWorld

PURPOSE = (Purpose("nieuws", {"nl": "Nieuws", "en": "News"}),)
TEXTS = ("ja", "JA!", "nee", "stop", "start", "ja maar later", "stop ermee, ja", "help", "ja 1234", "👍")
DECIDED = {RequestState.AGREED, RequestState.DECLINED, RequestState.WITHDRAWN}

steps = st.lists(
    st.one_of(
        st.sampled_from(Said).map(lambda said: ("press", said)),
        st.sampled_from(TEXTS).map(lambda words: ("text", words)),
        st.sampled_from([*Said, None]).map(lambda said: ("settle", said)),
        st.sampled_from(Said).map(lambda said: ("phone", said)),
        st.sampled_from(["message-sent", "message-delivered", "message-bounced", "message-failed"]).map(
            lambda kind: ("happen", kind)
        ),
        st.sampled_from([1, 8, 20]).map(lambda days: ("wait", days)),
        st.just(("time", None)),
        st.just(("cancel", None)),
        st.just(("look", None)),
    ),
    min_size=1,
    max_size=12,
)


class Story:
    """One request, and a shadow of what people did to it that was valid."""

    def __init__(self, agree: AgreeWorld, request: AgreementRequest) -> None:
        self.agree, self.request = agree, request

    def do(self, what: str, how: Any) -> None:  # noqa: ANN401 - of many kinds
        """One step."""
        before = self.agree.now(self.request)
        getattr(self, f"_{what}")(how)
        after = self.agree.now(self.request)
        if before.state in DECIDED:
            assert after.state in DECIDED
        if what in {"happen", "wait", "time", "look", "cancel"}:
            assert after.state is before.state or after.state in {RequestState.EXPIRED, RequestState.CANCELLED}
        if after.state is RequestState.AGREED is not before.state:
            assert self._said_yes(what, how)

    def _said_yes(self, what: str, how: Any) -> bool:  # noqa: ANN401 - of many kinds
        said = how is Said.YES or how in {"ja", "JA!"}
        return said and what in {"press", "text", "settle", "phone"}

    def _press(self, said: Said) -> None:
        self.agree.press(self.request, said)

    def _text(self, words: str) -> None:
        self.agree.text(words)

    def _settle(self, said: Said | None) -> None:
        for one in self.agree.unclear()[:1]:
            heard = Attested(said, "usr_1", "read")
            staffing.settle_unclear(self.agree.deps, ORG, one.id, heard, self.request.id)

    def _phone(self, said: Said) -> None:
        staffing.attest(self.agree.deps, ORG, self.request.id, Attested(said, "usr_1", "heard"))

    def _happen(self, kind: str) -> None:
        messages = self.agree.messages(self.request)
        if messages:
            self.agree.happen(messages[-1], kind)

    def _wait(self, days: int) -> None:
        self.agree.wait(days=days)

    def _time(self, _: None) -> None:
        timing.remind_people(self.agree.deps)
        timing.expire_requests(self.agree.deps)

    def _cancel(self, _: None) -> None:
        # what was decided is not taken back, and says so
        with contextlib.suppress(Refusal):
            staffing.cancel_agreement(self.agree.deps, ORG, self.request.id, "usr_1")

    def _look(self, _: None) -> None:
        shown = pages.page_of(self.agree.deps, ORG, token_of(SECRET, self.request.id))
        assert shown is not None
        pages.note_fetch(self.agree.deps, shown, pages.Visitor("192.0.2.1", BROWSER))


@pytest.fixture
def stage(agree: AgreeWorld) -> tuple[AgreeWorld, Counter[str]]:
    return agree, Counter()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([Verb.AGREE, Verb.CONSENT, Verb.DECLARE]), steps)
def test_no_order_of_what_happens_makes_or_loses_a_decision(
    stage: tuple[AgreeWorld, Counter[str]], verb: Verb, story: list[tuple[str, Any]]
) -> None:
    agree, told = stage
    told["stories"] += 1
    number = told["stories"]
    purposes = PURPOSE if verb is Verb.CONSENT else ()
    asked = agree.make(key=f"q{number}", verb=verb, purposes=purposes)
    phone = f"+316{10000000 + number}"
    (request,) = agree.ask(asked, person(f"T{number}", phone=phone))
    one = Story(agree, request)
    one.agree.text = lambda words, sender=phone: type(agree).text(agree, words, sender)  # type: ignore[method-assign] # of this number
    for what, how in story:
        one.do(what, how)
    assert sum(message.kind == "reminder" for message in agree.messages(request)) <= 2
    _check_evidence(agree)
    del agree.__dict__["text"]
    for left in agree.unclear():
        staffing.settle_unclear(agree.deps, ORG, left.id, Attested(None, "usr_1"))


def test_evidence_of_every_kind_of_story_is_whole(agree: AgreeWorld) -> None:
    asked = agree.make(verb=Verb.CONSENT, purposes=PURPOSE)
    first, second, third = agree.ask(
        asked, person("T1"), person("T2", email="", phone=PHONE), person("T3", email="", phone="+31622222222")
    )
    agree.press(first, Said.NO)
    agree.press(first, Said.YES)
    agree.press(first, Said.WITHDRAW)
    agree.text("ja")
    agree.text("stop")
    agree.text("nou ja, doe maar", "+31622222222")
    agree.wait(days=40)
    timing.expire_requests(agree.deps)
    (unclear,) = agree.unclear()
    staffing.settle_unclear(agree.deps, ORG, unclear.id, Attested(Said.YES, "usr_1"))
    states = [agree.now(one).state for one in (first, second, third)]
    assert states == [RequestState.WITHDRAWN, RequestState.WITHDRAWN, RequestState.AGREED]
    report = _check_evidence(agree)
    assert [one["answer"] for one in report.decisions][-1] == "yes"


def test_nothing_goes_to_who_has_decided(agree: AgreeWorld) -> None:
    request = agree.one()
    agree.press(request, Said.YES)
    states = {one.kind: one.state for one in agree.messages(request)}
    assert states == {"request": MessageState.DROPPED, "confirmation": MessageState.WAITING}


def _check_evidence(agree: AgreeWorld) -> verify.Report:
    chain = ChainOf(ORG, Mode.LIVE)
    with agree.deps.database.read() as uow:
        events, head = uow.evidence.page(chain, 0, 100_000), uow.evidence.head(chain)
    report = verify.check(b"".join(chain_lines(chain.name, head, events, ())))
    assert report.findings == []
    return report
