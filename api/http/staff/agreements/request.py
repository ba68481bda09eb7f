"""One request: all that passed with its evidence, messages as they went, and what staff can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response

from agreements.evidence.kinds import EventKind
from agreements.lifecycle.deciding import RequestState, Said, Why, may_answer, may_withdraw
from agreements.questions.model import AskRoad
from api.http.edge import DepsDep
from api.http.staff.agreements.common import READERS, REQUESTS
from api.http.staff.agreements.words import WORDS, nothing_word
from api.http.staff.answers.common import of_mistake
from api.http.staff.desk import DeskDep, Done
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import VisitorDep, person
from api.usecases import people
from api.usecases.agreeing import seeing, staffing
from api.usecases.agreeing.deciding import standing_of
from api.usecases.agreeing.staffing import Attested
from api.usecases.evidence import proving
from api.usecases.evidence.proving import ProofWish
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agreements.evidence.canonical import Json
    from agreements.lifecycle.deciding import Outcome
    from api.http.staff.desk import Mistake
    from api.ports import EvidenceEvent
    from api.usecases.agreeing.seeing import SeenRequest
    from api.usecases.deps import Deps

router = APIRouter(prefix=REQUESTS, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_LIVE_S: Final = 5
_FIELDS: Final = {"answer-missing": "said-yes", "note-too-long": "note", "confirmation-missing": "sure"}
_TOLD: Final[Mapping[RequestState, str]] = {
    RequestState.AGREED: "Noted: they agreed. A confirmation goes to them.",
    RequestState.DECLINED: "Noted: they declined. A confirmation goes to them.",
    RequestState.WITHDRAWN: "Noted: they took it back. A confirmation goes to them.",
}
_PRIVATE: Final = {"Cache-Control": "private, no-store"}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that passed. ``raw`` and ``note`` are in people's own words, "" when there are none."""

    at: datetime
    seq: int
    kind: str
    words: str
    by: str
    about: str
    raw: str
    note: str


@router.get("/{request_id:id}", dependencies=[READERS])
def show(request: Request, deps: DepsDep, request_id: str) -> Response:
    """As it is now."""
    return request_page(request, deps, request_id)


@router.post("/{request_id:id}/attest", dependencies=[READERS])
def attest(desk: DeskDep, request_id: str) -> Response:
    """What they said on the phone or at the desk."""

    def make(deps: Deps) -> Done:
        said = next((one for one in Said if one == desk.form.text("said")), None)
        outcome = staffing.attest(
            deps, desk.organisation_id, request_id, Attested(said, desk.by, desk.form.text("note"))
        )
        return Done(f"{REQUESTS}/{request_id}", told_of(outcome))

    return desk.change(make, lambda mistake: request_page(desk.request, desk.deps, request_id, mistake), _FIELDS)


@router.post("/{request_id:id}/cancel", dependencies=[READERS])
def cancel(desk: DeskDep, request_id: str) -> Response:
    """Take it back before anybody answers."""

    def make(deps: Deps) -> Done:
        if not desk.form.text("sure"):
            raise Refusal("confirmation-missing", "Tick the box: it says what you are about to do.")
        staffing.cancel_agreement(deps, desk.organisation_id, request_id, desk.by, desk.form.text("why"))
        return Done(f"{REQUESTS}/{request_id}", "The request is cancelled: its page says so, and nobody is reminded.")

    return desk.change(make, lambda mistake: request_page(desk.request, desk.deps, request_id, mistake), _FIELDS)


@router.get("/{request_id:id}/proof.pdf", dependencies=[READERS])
def proof(deps: DepsDep, visitor: VisitorDep, request_id: str, *, sealed: bool = False) -> Response:
    """The proof, with its evidence in it."""
    found = proving.prove(deps, visitor.organisation_id, request_id, ProofWish(sealed=sealed))
    return Response(found.pdf, headers=_headers(request_id, "pdf"), media_type="application/pdf")


@router.get("/{request_id:id}/proof.json", dependencies=[READERS])
def evidence(deps: DepsDep, visitor: VisitorDep, request_id: str) -> Response:
    """The evidence alone."""
    document = proving.evidence_of(deps, visitor.organisation_id, request_id)
    return Response(document, headers=_headers(request_id, "json"), media_type="application/json")


def request_page(request: Request, deps: Deps, request_id: str, mistake: Mistake | None = None) -> Response:
    """The page; with a ``mistake`` in one of its forms."""
    organisation_id = person(request).organisation_id
    found = seeing.seen(deps, organisation_id, request_id)
    standing, now = standing_of(found.asked, found.request), deps.clock.now()
    values: dict[str, Any] = of_mistake(request, deps, mistake)
    return page(
        request,
        "agreements/request.html",
        **WORDS,
        found=found,
        asked=found.asked,
        question=found.question,
        wording=found.question.wording(found.request.language),
        steps=steps_of(found),
        by_staff=AskRoad.STAFF in found.question.roads,
        may_answer=may_answer(standing, now),
        may_withdraw=may_withdraw(standing),
        others=[
            each
            for each in seeing.of_recipient(deps, organisation_id, found.request.recipient)
            if each[0].id != found.request.id
        ],
        here=f"{REQUESTS}/{request_id}",
        names=people.names_of(deps, organisation_id),
        zone=zone_of(deps, organisation_id),
        now=now,
        live_s=_LIVE_S,
        errors={},
        **values,
    )


def told_of(outcome: Outcome) -> str:
    """What came of what somebody of ours noted."""
    if outcome.decided:
        return _TOLD[outcome.standing.state]
    why = nothing_word(outcome.why)
    kept = "It is kept in the evidence" if outcome.why is not Why.DUPLICATE else "Nothing changes"
    return f"It decided nothing: {why}. {kept}."


def steps_of(found: SeenRequest) -> Sequence[Step]:
    """What passed, the latest first; that a message was written is said by the message itself."""
    kinds = {one.message.id: one.message for one in found.sent}
    return [_step(found, event, kinds) for event in reversed(found.events) if event.kind != EventKind.MESSAGE_QUEUED]


def _step(found: SeenRequest, event: EvidenceEvent, messages: Mapping[str, Any]) -> Step:
    body = event.body or {}
    message = messages.get(str(body.get("message", "")))
    about = f"{WORDS['message_kind'](message.kind)}, by {message.channel}" if message else ""
    return Step(
        at=datetime.fromisoformat(event.at),
        seq=event.seq,
        kind=event.kind,
        words=WORDS["event_words"](event.kind, body),
        by=str(body.get("by") or body.get("attested_by") or ""),
        about=about or WORDS["method_word"](str(body.get("method") or "")),
        raw=_hidden(found, body.get("raw")),
        note=_hidden(found, body.get("note")),
    )


def _hidden(found: SeenRequest, reference: Json) -> str:
    """What is in the annex that a body refers to; nothing once it was deleted."""
    value = found.hidden.get(str(reference.get("annex", ""))) if isinstance(reference, dict) else None
    return value if isinstance(value, str) else ""


def _headers(request_id: str, kind: str) -> dict[str, str]:
    return _PRIVATE | {"Content-Disposition": f'attachment; filename="proof-{request_id}.{kind}"'}
