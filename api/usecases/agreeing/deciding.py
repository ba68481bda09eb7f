"""What a human did, put to the one rule that decides, and all that follows: evidence, events, messages, the queue."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from agreements.evidence.kinds import EventKind
from agreements.lifecycle import deciding as rule
from agreements.lifecycle.deciding import FOR_A_PERSON, Act, Method, Outcome, RequestState, Said, Standing, Why
from agreements.messages import Decided, MessageKind
from api.ports import Unclear
from api.usecases.agreeing.keeping import chain_of, keep_about, last_step
from api.usecases.agreeing.questions import text_of
from api.usecases.agreeing.telling import tell
from api.usecases.agreeing.writing import Occasion, drop_waiting, write_to
from api.usecases.evidence.keeping import Fact

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agreements.evidence.canonical import Json
    from api.ports import AgreementRequest, AskedQuestion, UnitOfWork
    from api.usecases.deps import Deps

_EVENTS: Final[Mapping[RequestState, str]] = {
    RequestState.AGREED: "agreement-agreed",
    RequestState.DECLINED: "agreement-declined",
    RequestState.WITHDRAWN: "agreement-withdrawn",
    RequestState.EXPIRED: "agreement-expired",
    RequestState.CANCELLED: "agreement-cancelled",
}
_DECIDED: Final[Mapping[RequestState, Decided]] = {
    RequestState.AGREED: Decided.YES,
    RequestState.DECLINED: Decided.NO,
    RequestState.WITHDRAWN: Decided.WITHDRAWN,
}
MOST_IDLE: Final = 20
"""How often the evidence has a button that decided nothing: whoever presses without end fills nothing."""
_ANSWERED_LATE: Final = frozenset({Why.LATE, Why.CANCELLED, Why.ENDED})


@dataclass(frozen=True, slots=True)
class Done:
    """An act and where it came from. ``seen`` are facts about it that are not personal, ``hidden`` those that are.

    ``channel`` is where an answer to it goes: a `ChannelKind` as text, "" for where the recipient was written to.
    ``settles`` is what a person of ours says the meaning of, by where it stands in the evidence.
    """

    act: Act
    seen: Mapping[str, Json] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    channel: str = ""
    settles: int = 0


def standing_of(asked: AskedQuestion, request: AgreementRequest) -> Standing:
    """Where a request stands, as the rule sees it."""
    question = text_of(asked)
    return Standing(
        verb=question.verb,
        roads=frozenset(question.roads),
        words=request.words,
        valid_until=request.valid_until,
        state=request.state,
        how=request.how,
        needs_signature=question.signature,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """One act on one request, which is held, with its question."""

    deps: Deps
    uow: UnitOfWork
    asked: AskedQuestion
    request: AgreementRequest
    done: Done

    def keep_act(self, outcome: Outcome) -> int:
        """The act in the evidence, whatever came of it; where it stands there."""
        act, request, done = self.done.act, self.request, self.done
        withdraws = outcome.decided and outcome.standing.state is RequestState.WITHDRAWN
        body: dict[str, Json] = {
            "request": request.id,
            "answer": _answer(act.said, outcome),
            "method": str(act.method),
            "question_digest": act.words or request.words,
            "came_at": act.at.isoformat(),
            "decided": outcome.decided,
            "why": str(outcome.why),
            **done.seen,
        }
        body |= {"attested_by": done.by} if done.by else {}
        body |= {"names": request.decided_seq} if request.decided_seq else {}
        if done.settles:
            seq = self._keep_settled(outcome, decides=outcome.decided and not withdraws)
            if not withdraws:
                return seq
        fact = Fact(EventKind.WITHDRAWN if withdraws else EventKind.ANSWERED, request.id, body)
        return keep_about(self.deps, self.uow, chain_of(request), fact, done.hidden)

    def _keep_settled(self, outcome: Outcome, *, decides: bool) -> int:
        """What a person made of something unclear; a yes or no there is the decision itself."""
        request, done = self.request, self.done
        body: dict[str, Json] = {
            "request": request.id,
            "names": done.settles,
            "answer": _answer(done.act.said, outcome) if decides else "nothing",
            "by": done.by,
            "why": str(outcome.why),
        }
        fact = Fact(EventKind.SETTLED_BY_PERSON, request.id, body)
        return keep_about(self.deps, self.uow, chain_of(request), fact, done.hidden)

    def settle(self, standing: Standing, seq: int) -> AgreementRequest:
        """Write a decision and tell of it."""
        now = self.deps.clock.now()
        decided = replace(
            self.request,
            state=standing.state,
            how=standing.how,
            decided_at=now,
            decided_seq=seq,
            remind_at=None,
            updated_at=now,
            revision=self.request.revision + 1,
        )
        self.uow.agreements.change(decided)
        drop_waiting(self.deps, self.uow, self.request, "decided")
        method = str(self.done.act.method)
        tell(self.deps, self.uow, decided, _EVENTS[standing.state], by=self.done.by, method=method)
        self._prefer(decided)
        return decided

    def confirm(self, decided: AgreementRequest) -> None:
        """Tell the person what was decided, and how to take it back."""
        why = Occasion(MessageKind.CONFIRMATION, self.deps.clock.now(), _DECIDED[decided.state], self.done.channel)
        write_to(self.deps, self.uow, self.asked, decided, why)

    def set_aside(self, why: Why, seq: int) -> None:
        """What decided nothing is told to the person, or goes to one of ours."""
        now, act = self.deps.clock.now(), self.done.act
        if why in FOR_A_PERSON:
            self.uow.unclear.add(
                Unclear(
                    id=self.deps.ids.new("unc"),
                    organisation_id=self.request.organisation_id,
                    mode=self.request.mode,
                    channel=str(act.method),
                    why=str(why),
                    came_at=now,
                    seq=seq,
                    request_id=self.request.id,
                    question_id=self.request.question_id,
                    sender=self.done.hidden.get("from", ""),
                    text=self.done.hidden.get("raw", ""),
                )
            )
        if why in _ANSWERED_LATE and act.method is not Method.STAFF_ON_PHONE:
            self._tell_late(now)

    def _tell_late(self, now: datetime) -> None:
        """Once to who is on the page, as that says it too; to each text message, as nothing else answers it."""
        there = self.uow.messages.of_subject(self.request.organisation_id, self.request.id)
        if self.done.act.method is Method.WEB_POST and any(one.kind == MessageKind.LATE for one in there):
            return
        occasion = Occasion(MessageKind.LATE, now, channel=self.done.channel)
        write_to(self.deps, self.uow, self.asked, self.request, occasion)

    def _prefer(self, after: AgreementRequest) -> None:
        """Tell the corporation's system what to set, and what to set no longer."""
        preference = text_of(self.asked).preference
        if preference is None:
            return
        data = {"preference": preference.name, "value": preference.value}
        if after.state is RequestState.AGREED:
            tell(self.deps, self.uow, after, "preference-set", **data)
        elif self.request.state is RequestState.AGREED:
            tell(self.deps, self.uow, after, "preference-ended", **data)


def act_on(deps: Deps, uow: UnitOfWork, request_id: str, organisation_id: str, done: Done) -> Outcome:
    """Take what somebody did: kept whatever comes of it, and decided only by the rule.

    Raises Refusal: ``agreement-not-found``.
    """
    # the chain before the row, as everywhere, or two who wait for each other's never end
    uow.evidence.hold(chain_of(uow.agreements.get(organisation_id, request_id)))
    request = uow.agreements.hold(organisation_id, request_id)
    asked = uow.questions.get(organisation_id, request.question_id)
    case = _Case(deps, uow, asked, request, done)
    standing = replace(standing_of(asked, request), also=_other_texts(uow, asked, request, done.act))
    outcome = rule.decide(standing, done.act)
    if not outcome.decided and _is_pressed_enough(uow, request, done.act):
        return outcome
    seq = case.keep_act(outcome)
    if outcome.decided:
        case.confirm(case.settle(outcome.standing, seq))
    else:
        case.set_aside(outcome.why, seq)
    return outcome


def end(
    deps: Deps, uow: UnitOfWork, request: AgreementRequest, state: RequestState, by: str = "", why: str = ""
) -> None:
    """Note that a request has ended without an act; ``request`` is held, and its rule allowed it."""
    kind = EventKind(_EVENTS[state].removeprefix("agreement-"))
    body: dict[str, Json] = {"request": request.id, "names": last_step(uow, request), "by": by}
    keep_about(deps, uow, chain_of(request), Fact(kind, request.id, body), {"note": why})
    drop_waiting(deps, uow, request, kind)
    now = deps.clock.now()
    ended = replace(request, state=state, remind_at=None, updated_at=now, revision=request.revision + 1)
    uow.agreements.change(ended)
    tell(deps, uow, ended, _EVENTS[state], by=by)


def withdraw_by_stop(
    deps: Deps, uow: UnitOfWork, asked: AskedQuestion, request: AgreementRequest, stopped_seq: int
) -> None:
    """Take back the consent that STOP ends; ``request`` is held."""
    standing = rule.stop(standing_of(asked, request), Method.SMS_KEYWORD)
    if standing.state is request.state:
        return
    body: dict[str, Json] = {
        "request": request.id,
        "method": str(Method.SMS_KEYWORD),
        "names": request.decided_seq,
        "stopped": stopped_seq,
    }
    seq = keep_about(deps, uow, chain_of(request), Fact(EventKind.WITHDRAWN, request.id, body))
    done = Done(Act(Said.WITHDRAW, Method.SMS_KEYWORD, deps.clock.now()))
    _Case(deps, uow, asked, request, done).settle(standing, seq)


def set_aside(
    deps: Deps, uow: UnitOfWork, unclear: Unclear, body: Mapping[str, Json], hidden: Mapping[str, str]
) -> Unclear:
    """Put what nobody can be sure of before a person, and into the evidence; gives it with its place there."""
    fact = Fact(EventKind.UNCLEAR, unclear.request_id or unclear.id, body)
    made = replace(unclear, seq=keep_about(deps, uow, chain_of(unclear), fact, hidden))
    uow.unclear.add(made)
    return made


def _answer(said: Said, outcome: Outcome) -> str:
    """What was answered; who takes back what was never given says no."""
    return str(Said.NO) if outcome.decided and outcome.standing.state is RequestState.DECLINED else str(said)


def _is_pressed_enough(uow: UnitOfWork, request: AgreementRequest, act: Act) -> bool:
    if act.method is not Method.WEB_POST:
        return False
    events = uow.evidence.of_subject(chain_of(request), request.id)
    return sum(one.kind == EventKind.ANSWERED for one in events) >= MOST_IDLE


def _other_texts(uow: UnitOfWork, asked: AskedQuestion, request: AgreementRequest, act: Act) -> frozenset[str]:
    """Digests of the question in all its languages, as frozen; looked up only when another than its own was read."""
    if act.words in ("", request.words):
        return frozenset()
    events = uow.evidence.of_subject(chain_of(asked), asked.id)
    frozen = next((one.body for one in events if one.kind == EventKind.QUESTION_FROZEN), None) or {}
    texts = frozen.get("texts")
    values = texts.values() if isinstance(texts, dict) else ()
    return frozenset(str(one["digest"]) for one in values if isinstance(one, dict) and "digest" in one)


def is_over(request: AgreementRequest, now: datetime) -> bool:
    """Whether its time is over though nobody has noted it."""
    return request.state is RequestState.OPEN and now >= request.valid_until
