from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.lifecycle.deciding import (
    Act,
    Method,
    RequestState,
    Said,
    Standing,
    Why,
    cancel,
    decide,
    expire,
    may_answer,
    may_withdraw,
    stop,
)
from agreements.questions.model import WITHDRAWABLE, AskRoad, Verb

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
END = NOW + timedelta(days=30)
WORDS = "sha256:" + "a" * 64
ALL = frozenset(AskRoad)
HUMAN = {RequestState.AGREED, RequestState.DECLINED, RequestState.WITHDRAWN}

moments = st.integers(-5, 40).map(lambda days: NOW + timedelta(days=days))
acts = st.builds(
    Act,
    said=st.sampled_from(Said),
    method=st.sampled_from(Method),
    at=moments,
    words=st.sampled_from(["", WORDS, "sha256:" + "b" * 64]),
    signed=st.booleans(),
)
# what the world does by itself: time, the corporation, STOP
others = st.one_of(
    moments.map(lambda at: lambda one: expire(one, at)),
    st.just(cancel),
    st.sampled_from(Method).map(lambda method: lambda one: stop(one, method)),
)
standings = st.builds(
    Standing,
    verb=st.sampled_from(Verb),
    roads=st.frozensets(st.sampled_from(AskRoad), min_size=1),
    words=st.just(WORDS),
    valid_until=st.just(END),
    needs_signature=st.booleans(),
)


def asked(verb: Verb = Verb.AGREE, roads: frozenset[AskRoad] = ALL) -> Standing:
    return Standing(verb, roads, WORDS, END)


def web(said: Said, days: int = 0) -> Act:
    return Act(said, Method.WEB_POST, NOW + timedelta(days=days), WORDS)


def slip(said: Said, *, signed: bool = True) -> Act:
    return Act(said, Method.SLIP_TICK, NOW, "", signed)


@given(standings, st.lists(st.one_of(acts, others), max_size=20))
def test_nothing_but_a_valid_act_of_a_human_makes_a_decision(start: Standing, story: list[object]) -> None:
    standing = start
    for step in story:
        if not isinstance(step, Act):
            moved = step(standing)  # type: ignore[operator] # the other strategy makes functions
            assert moved.state in {standing.state, RequestState.EXPIRED, RequestState.CANCELLED, RequestState.WITHDRAWN}
            if moved.state is RequestState.WITHDRAWN and standing.state is not RequestState.WITHDRAWN:
                assert (standing.state, standing.verb) == (RequestState.AGREED, Verb.CONSENT)
            standing = moved
            continue
        outcome = decide(standing, step)
        assert outcome.decided == (outcome.standing != standing)
        if outcome.decided and outcome.standing.state is RequestState.AGREED:
            assert step.said is Said.YES
            assert step.at < standing.valid_until
            assert step.signed or not standing.needs_signature
            assert step.words in {"", WORDS}
            assert step.method is not Method.WEB_POST or step.words == WORDS
        standing = outcome.standing


@given(standings, st.lists(st.one_of(acts, others), max_size=20))
def test_a_decision_is_lost_by_nothing_but_a_later_act_or_stop(start: Standing, story: list[object]) -> None:
    standing = start
    for step in story:
        before = standing
        standing = decide(standing, step).standing if isinstance(step, Act) else step(standing)  # type: ignore[operator] # as above
        if before.state in HUMAN and standing.state is not before.state:
            assert standing.state in HUMAN


@given(standings, st.lists(acts, max_size=8), acts)
def test_the_same_act_twice_is_as_good_as_once(start: Standing, story: list[Act], last: Act) -> None:
    standing = start
    for act in story:
        standing = decide(standing, act).standing
    once = decide(standing, last)
    again = decide(once.standing, last)
    assert not (once.decided and again.decided and again.standing.state is RequestState.AGREED)
    if once.decided:
        assert again.why is Why.DUPLICATE


@pytest.mark.parametrize(("said", "state"), [(Said.YES, RequestState.AGREED), (Said.NO, RequestState.DECLINED)])
def test_an_answer_decides(said: Said, state: RequestState) -> None:
    assert decide(asked(), web(said)).standing.state is state


def test_an_answer_after_the_end_is_late_even_when_nobody_has_looked_at_the_clock() -> None:
    outcome = decide(asked(), web(Said.YES, days=31))
    assert (outcome.why, outcome.standing.state) == (Why.LATE, RequestState.OPEN)


def test_other_words_than_were_asked_decide_nothing() -> None:
    assert decide(asked(), Act(Said.YES, Method.WEB_POST, NOW, "sha256:" + "b" * 64)).why is Why.WORDS
    assert decide(asked(), Act(Said.YES, Method.WEB_POST, NOW)).why is Why.WORDS


def test_the_same_question_in_another_language_decides() -> None:
    standing = replace(asked(), also=frozenset({"sha256:" + "c" * 64}))
    assert decide(standing, Act(Said.YES, Method.WEB_POST, NOW, "sha256:" + "c" * 64)).decided
    assert decide(standing, Act(Said.YES, Method.WEB_POST, NOW, "sha256:" + "b" * 64)).why is Why.WORDS
    assert decide(standing, Act(Said.YES, Method.WEB_POST, NOW)).why is Why.WORDS


def test_a_road_that_is_not_allowed_decides_nothing() -> None:
    assert decide(asked(roads=frozenset({AskRoad.EMAIL})), slip(Said.YES)).why is Why.ROAD


def test_a_tick_without_its_signature_goes_to_a_person() -> None:
    standing = Standing(Verb.AGREE, ALL, WORDS, END, needs_signature=True)
    assert decide(standing, slip(Said.YES, signed=False)).why is Why.UNSIGNED
    assert decide(standing, slip(Said.YES)).decided


@pytest.mark.parametrize("verb", list(Verb))
def test_a_yes_can_be_taken_back_at_any_time_where_that_makes_sense(verb: Verb) -> None:
    standing = decide(asked(verb), web(Said.YES)).standing
    outcome = decide(standing, web(Said.WITHDRAW, days=400))
    assert outcome.decided == may_withdraw(standing) == (verb in WITHDRAWABLE)
    assert outcome.decided or outcome.why is Why.FIXED


def test_a_no_may_become_a_yes_while_the_request_is_open() -> None:
    standing = decide(asked(), web(Said.NO)).standing
    assert may_answer(standing, NOW)
    assert decide(standing, web(Said.YES, days=3)).standing.state is RequestState.AGREED
    assert decide(standing, web(Said.YES, days=31)).why is Why.LATE


def test_what_was_taken_back_needs_a_new_request() -> None:
    standing = decide(decide(asked(), web(Said.YES)).standing, web(Said.WITHDRAW)).standing
    assert decide(standing, web(Said.YES)).why is Why.ENDED


def test_paper_never_undoes_what_was_said_elsewhere() -> None:
    agreed, declined = (decide(asked(), web(said)).standing for said in (Said.YES, Said.NO))
    assert decide(agreed, slip(Said.NO)).why is Why.CONTRADICTS
    assert decide(declined, slip(Said.YES)).why is Why.CONTRADICTS


def test_stop_takes_back_a_consent_given_by_text_message_and_nothing_else() -> None:
    roads = ALL | {AskRoad.SMS_KEYWORD}
    by_sms = Act(Said.YES, Method.SMS_KEYWORD, NOW)
    for verb in Verb:
        standing = decide(asked(verb, roads), by_sms).standing
        ends = stop(standing, Method.SMS_KEYWORD).state is RequestState.WITHDRAWN
        assert ends == (verb is Verb.CONSENT)
        assert stop(decide(asked(verb), web(Said.YES)).standing, Method.SMS_KEYWORD).state is RequestState.AGREED


def test_what_came_in_time_and_was_read_by_a_person_later_is_not_lost() -> None:
    ended = expire(asked(roads=frozenset({AskRoad.SMS_KEYWORD})), END + timedelta(days=1))
    assert ended.state is RequestState.EXPIRED
    read = Act(Said.YES, Method.STAFF_ON_PHONE, NOW, looked_at=True)
    assert decide(ended, read).standing.state is RequestState.AGREED
    assert decide(ended, Act(Said.YES, Method.SMS_KEYWORD, END + timedelta(days=2))).why is Why.LATE


def test_the_end_itself_is_too_late() -> None:
    assert decide(asked(), Act(Said.YES, Method.WEB_POST, END, WORDS)).why is Why.LATE
    assert expire(asked(), END).state is RequestState.EXPIRED
    assert not may_answer(asked(), END)
