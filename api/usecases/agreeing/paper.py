"""Answers to a question that came with a letter: what is settled on its form is an act of the same request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agreements.lifecycle.deciding import Act, Method, Said
from api.ports import RecordState, Road, Stage, Unclear
from api.usecases.agreeing.deciding import Done, act_on, set_aside
from docgen.reply_form import ReplyKind
from scanning.validators.answer import SIGNED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agreements.evidence.canonical import Json
    from api.ports import AgreementRequest, AskedQuestion, Record, UnitOfWork
    from api.usecases.deps import Deps

_METHODS: Final[Mapping[Road, Method]] = {
    Road.SLIP: Method.SLIP_TICK,
    Road.PAGE: Method.LETTER_PAGE,
    Road.CODE: Method.LETTER_PAGE,
    Road.STAFF: Method.STAFF_ON_PHONE,
}


def note_records(deps: Deps, uow: UnitOfWork, records: Sequence[Record]) -> None:
    """Take what was settled of one recipient's form as an act, when its campaign belongs to a question."""
    settled = [one for one in records if one.state is RecordState.SETTLED]
    if not settled:
        return
    first = settled[0]
    for asked in uow.questions.of_campaign(first.organisation_id, first.campaign_id):
        mine = {asked.answer_field, asked.signature_field}
        if asked.mode is first.mode and any(one.field in mine for one in settled):
            _note(deps, uow, asked, first)


def _note(deps: Deps, uow: UnitOfWork, asked: AskedQuestion, about: Record) -> None:
    """The answer with the signature beside it, whichever of them was settled last."""
    whose = (about.organisation_id, about.campaign_id, about.record_id)
    settled = {one.field: one for one in uow.records.of_recipient(*whose) if one.state is RecordState.SETTLED}
    answer = settled.get(asked.answer_field)
    said = None if answer is None else _said(asked, answer)
    if answer is None or said is None:
        return
    signature = settled.get(asked.signature_field)
    if signature is None and _comes_later(uow, asked, answer):
        # whether it is signed is not settled yet, and this comes again then
        return
    request = uow.agreements.of_recipient(about.organisation_id, asked.id, about.record_id)
    if request is None:
        _not_asked(deps, uow, asked, answer)
        return
    signed = signature is not None and signature.kind is ReplyKind.SIGNATURE and signature.value == SIGNED
    _act(deps, uow, request, answer, said, signed=signed)


def _act(deps: Deps, uow: UnitOfWork, request: AgreementRequest, answer: Record, said: Said, *, signed: bool) -> None:
    road = Road(answer.source)
    method = _METHODS.get(road, Method.STAFF_ON_PHONE)
    # the form asks the very words of the question, which was checked when the question was made
    act = Act(said, method, deps.clock.now(), request.words, signed)
    seen: dict[str, Json] = {
        "record": answer.id,
        "submission": answer.submission_id,
        "slip": _slip(uow, answer) if answer.slip_id else None,
        "signed": signed,
        "road": str(road),
    }
    done = Done(act, seen, by=answer.person or ("file" if road is Road.IMPORT else ""))
    act_on(deps, uow, request.id, request.organisation_id, done)


def _slip(uow: UnitOfWork, answer: Record) -> dict[str, Json]:
    """Which slip it was, and the digest of its page as it was kept when it was read: picture, crops and reading."""
    slip = uow.scan_pages.slip(answer.organisation_id, answer.slip_id)
    bundle = uow.scan_pages.get(answer.organisation_id, slip.page_id).bundle
    found: dict[str, Json] = {"id": slip.id, "field": answer.field_id, "page": slip.page_id}
    return found | ({"page_digest": f"sha256:{bundle.sha256}"} if bundle else {})


def _comes_later(uow: UnitOfWork, asked: AskedQuestion, answer: Record) -> bool:
    """Whether the signature of the answer's slip waits for a person, or was read and is the next to be settled."""
    fields = uow.slip_fields.of_slips(answer.organisation_id, [answer.slip_id]) if answer.slip_id else ()
    signatures = [one for one in fields if one.name == asked.signature_field]
    return any(one.stage is not Stage.SETTLED or one.value for one in signatures)


def _said(asked: AskedQuestion, answer: Record) -> Said | None:
    """What the field says; a box that is not ticked says nothing."""
    if answer.value == asked.yes_value:
        return Said.YES
    return Said.NO if answer.value == asked.no_value and answer.kind is ReplyKind.CHOICE else None


def _not_asked(deps: Deps, uow: UnitOfWork, asked: AskedQuestion, answer: Record) -> None:
    """Somebody answers who is on no list: a person looks whose answer it is."""
    unclear = Unclear(
        id=deps.ids.new("unc"),
        organisation_id=answer.organisation_id,
        mode=answer.mode,
        channel=str(answer.source),
        why="not-asked",
        came_at=deps.clock.now(),
        seq=0,
        question_id=asked.id,
    )
    body: dict[str, Json] = {
        "request": "",
        "question": asked.id,
        "why": "not-asked",
        "record": answer.id,
        "channel": str(answer.source),
    }
    set_aside(deps, uow, unclear, body, {"recipient": answer.record_id, "raw": answer.value or " "})
