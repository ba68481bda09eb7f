"""What staff do: answer for somebody on the phone, take a request back, and settle what decided nothing by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from agreements.evidence.kinds import EventKind
from agreements.lifecycle.deciding import Act, Method, Outcome, RequestState, Said
from api.ports import AgreementFilter, ChannelKind, PageRequest, Reach, SuppressionReason
from api.usecases.agreeing.deciding import Done, act_on, end
from api.usecases.agreeing.keeping import chain_of, keep_about
from api.usecases.agreeing.replies import HALTED
from api.usecases.evidence.keeping import Fact
from api.usecases.messaging.addresses import to_digest
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.evidence.canonical import Json
    from api.ports import AgreementRequest, AskedQuestion, Message, Page, Unclear, UnitOfWork
    from api.usecases.deps import Deps

MOST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class Attested:
    """What staff heard: ``said`` None when it was nothing to decide by. ``note`` is how they know, in their words."""

    said: Said | None
    by: str
    note: str = ""


class Whole(NamedTuple):
    """A request with its question and its messages."""

    request: AgreementRequest
    asked: AskedQuestion
    messages: Sequence[Message]


def get_agreement(deps: Deps, organisation_id: str, request_id: str) -> Whole:
    """One request. Raises Refusal: ``agreement-not-found``."""
    with deps.database.read() as uow:
        request = uow.agreements.get(organisation_id, request_id)
        asked = uow.questions.get(organisation_id, request.question_id)
        return Whole(request, asked, uow.messages.of_subject(organisation_id, request.id))


def list_agreements(
    deps: Deps, organisation_id: str, wanted: AgreementFilter, page: PageRequest
) -> Page[AgreementRequest]:
    """Requests. Raises Refusal: ``question-not-found``."""
    with deps.database.read() as uow:
        if wanted.question_id is not None:
            wanted = wanted._replace(question_id=uow.questions.get(organisation_id, wanted.question_id).id)
        return uow.agreements.list(organisation_id, wanted, page)


def attest(deps: Deps, organisation_id: str, request_id: str, heard: Attested) -> Outcome:
    """Take what staff heard on the phone or at the door; the rule decides as for every road.

    Raises Refusal: ``agreement-not-found``, ``note-too-long``, ``answer-missing``.
    """
    if heard.said is None:
        raise Refusal("answer-missing", "Say what was answered: yes, no or withdraw.")
    _check_note(heard.note)
    act = Act(heard.said, Method.STAFF_ON_PHONE, deps.clock.now())
    with deps.database.write() as uow:
        return act_on(deps, uow, request_id, organisation_id, Done(act, {}, {"note": heard.note}, heard.by))


def cancel_agreement(deps: Deps, organisation_id: str, request_id: str, by: str, why: str = "") -> AgreementRequest:
    """Take a request back that nobody has decided. Raises Refusal: ``agreement-not-found``, ``agreement-decided``."""
    _check_note(why)
    with deps.database.write() as uow:
        uow.evidence.hold(chain_of(uow.agreements.get(organisation_id, request_id)))
        request = uow.agreements.hold(organisation_id, request_id)
        if request.state is RequestState.CANCELLED:
            return request
        if request.state is not RequestState.OPEN:
            raise Refusal("agreement-decided", f"This request is {request.state}, so it cannot be taken back.")
        end(deps, uow, request, RequestState.CANCELLED, by=by, why=why)
        return uow.agreements.get(organisation_id, request_id)


def waiting(deps: Deps, organisation_id: str, page: PageRequest, question_id: str | None = None) -> Page[Unclear]:
    """What decided nothing and waits for a person, oldest first. Raises Refusal: ``question-not-found``."""
    with deps.database.read() as uow:
        own = None if question_id is None else uow.questions.get(organisation_id, question_id).id
        return uow.unclear.waiting(organisation_id, page, own)


def get_unclear(deps: Deps, organisation_id: str, unclear_id: str) -> Unclear:
    """One, settled or not. Raises Refusal: ``unclear-not-found``."""
    with deps.database.read() as uow:
        return uow.unclear.get(organisation_id, unclear_id)


def count_waiting(deps: Deps, organisation_id: str) -> int:
    """How many wait for a person."""
    with deps.database.read() as uow:
        return uow.unclear.count(organisation_id)


def settle_unclear(
    deps: Deps, organisation_id: str, unclear_id: str, heard: Attested, request_id: str = ""
) -> Outcome | None:
    """Say what an unclear answer means, of which request; with nothing said it is only put away.

    A stop that held until somebody read it holds on when ``heard.note`` is ``stop``, and ends otherwise.
    Raises Refusal: ``unclear-not-found``, ``unclear-settled``, ``agreement-not-found``, ``request-missing``,
    ``note-too-long``.
    """
    _check_note(heard.note)
    with deps.database.write() as uow:
        unclear = uow.unclear.get(organisation_id, unclear_id)
        uow.evidence.hold(chain_of(unclear))
        about = request_id or unclear.request_id
        if heard.said is not None and not about:
            raise Refusal("request-missing", "Say which request this is about.")
        outcome_text = str(heard.said) if heard.said else "nothing"
        settled = replace(
            unclear, settled_at=deps.clock.now(), settled_by=heard.by, outcome=outcome_text, request_id=about
        )
        uow.unclear.settle(settled)
        _release(deps, uow, unclear, heard)
        if heard.said is None:
            _note_nothing(deps, uow, settled, heard)
            return None
        # it counts from when it came in
        act = Act(heard.said, Method.STAFF_ON_PHONE, unclear.came_at, signed=True, looked_at=True)
        done = Done(act, {}, {"note": heard.note}, heard.by, settles=unclear.seq)
        return act_on(deps, uow, about, organisation_id, done)


def unreachable(deps: Deps, organisation_id: str, question_id: str, page: PageRequest) -> Page[AgreementRequest]:
    """Whom no message reached, to be asked in another way."""
    wanted = AgreementFilter(question_id=question_id, reach=Reach.UNREACHABLE)
    return list_agreements(deps, organisation_id, wanted, page)


def _note_nothing(deps: Deps, uow: UnitOfWork, unclear: Unclear, heard: Attested) -> None:
    body: dict[str, Json] = {
        "request": unclear.request_id,
        "names": unclear.seq,
        "answer": unclear.outcome,
        "by": heard.by,
    }
    fact = Fact(EventKind.SETTLED_BY_PERSON, unclear.request_id or unclear.id, body)
    keep_about(deps, uow, chain_of(unclear), fact, {"note": heard.note})


def _release(deps: Deps, uow: UnitOfWork, unclear: Unclear, heard: Attested) -> None:
    """End the silence that an unclear message began, unless it was meant so."""
    if unclear.why != HALTED or heard.note.strip().lower() == "stop":
        return
    digest = to_digest(deps.secret, ChannelKind.SMS, unclear.sender)
    for one in uow.suppressions.of(unclear.organisation_id, unclear.mode, ChannelKind.SMS, digest):
        if one.reason is SuppressionReason.STOP and one.code == HALTED:
            uow.suppressions.lift(unclear.organisation_id, one.id, heard.by, deps.clock.now())


def _check_note(note: str) -> None:
    if len(note) > MOST_NOTE:
        raise Refusal("note-too-long", f"A note has at most {MOST_NOTE} characters.")
