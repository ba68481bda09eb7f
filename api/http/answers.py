"""What recipients said: submissions, records with their history, judgements, and contact moments."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.answer_schemas import ContactMomentOut, JudgementIn, RecordHistoryOut, SubmissionOut
from api.http.auth import ANSWERS, MAILROOM, CallerDep
from api.http.bodies import JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, LIST_CODES, problems
from api.http.schemas import ListOut, listed
from api.usecases.answering import judging, seen
from api.usecases.answering.giving import is_kept
from api.usecases.deps import Deps
from docgen.findings import Finding, Place, Refusal
from scanning.validators.messages import message
from scanning.validators.verdict import Checked, Verdict

router = APIRouter(prefix="/v1", tags=["answers"])

Campaign = Annotated[
    str | None, Query(max_length=120, description="Only of this campaign, by id or your own key.", examples=["meters"])
]
Recipient = Annotated[
    str | None, Query(max_length=64, description="Only of this recipient, by your own key.", examples=["H-10442"])
]


@router.get(
    "/submissions",
    summary="List what came in",
    dependencies=[ANSWERS],
    responses=problems("campaign-not-found", "request-invalid", *LIST_CODES),
)
def list_submissions(
    deps: DepsDep, caller: CallerDep, page: PageDep, campaign: Campaign = None, record_id: Recipient = None
) -> ListOut[SubmissionOut]:
    """In the order in which it came, by whatever road, each with its answers."""
    found, answers = seen.list_submissions(deps, caller.organisation_id, page, campaign, record_id)
    return listed(found, lambda one: SubmissionOut.of(one, answers.get(one.id, ())))


@router.get(
    "/submissions/{submission_id:id}",
    summary="Show what came in at once",
    dependencies=[ANSWERS],
    responses=problems("submission-not-found"),
)
def get_submission(deps: DepsDep, caller: CallerDep, submission_id: str) -> SubmissionOut:
    """Each answer as it was given, what the rules said, and what the person was told."""
    return SubmissionOut.of(*seen.get_submission(deps, caller.organisation_id, submission_id))


@router.get(
    "/contact-moments",
    summary="List contact moments",
    dependencies=[ANSWERS],
    responses=problems("request-invalid", *LIST_CODES),
)
def list_moments(
    deps: DepsDep, caller: CallerDep, page: PageDep, record_id: Recipient = None
) -> ListOut[ContactMomentOut]:
    """Oldest first: letters, slips, pages opened, answers, links. Keep the last cursor, and ask for what came since."""
    found = seen.list_moments(deps, caller.organisation_id, page, record_id)
    return listed(found, ContactMomentOut.of)


@router.get(
    "/records/{answer_id:id}",
    summary="Show an answer with its history",
    dependencies=[ANSWERS],
    responses=problems("answer-not-found"),
)
def get_record(deps: DepsDep, caller: CallerDep, answer_id: str) -> RecordHistoryOut:
    """The record, and what was said by each road."""
    return RecordHistoryOut.of(seen.history_of(deps, caller.organisation_id, answer_id))


@router.post(
    "/records/{answer_id:id}/judge",
    response_model=RecordHistoryOut,
    summary="Settle an answer",
    dependencies=[MAILROOM],
    responses=problems(
        *("answer-not-found", "recipient-not-found", "answer-asked-again", "answer-refused", "value-too-long"),
        *("request-invalid", *ACT_CODES),
    ),
)
def judge(caller: CallerDep, answer_id: str, wanted: JudgementIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """A person says what the answer is. All that was said before stays.

    A strange answer is asked again (`answer-asked-again`, with why): send it once more with `insists`.
    """

    def make(deps: Deps) -> Answer:
        whose = (caller.organisation_id, answer_id)
        judged = judging.judge(deps, *whose, wanted.value, caller.key_id, insists=wanted.insists)
        if judged.checked is not None and not is_kept(judged.checked):
            raise _asked(judged.checked)
        return Answer(HTTPStatus.OK, RecordHistoryOut.of(seen.history_of(deps, *whose)))

    return once.run(sha256, make)


def _asked(checked: Checked) -> Refusal:
    words = f"{checked.code}: {message(checked, 'en')}"
    if checked.candidates:
        words += f" ({', '.join(checked.candidates)})"
    place = Place(pointer="/value")
    if checked.verdict is Verdict.REFUSE:
        detail = "This cannot be the answer."
        return Refusal("answer-refused", detail, (Finding("answer-refused", words, place),))
    detail = "Look again, and send it with `insists` if it is right."
    return Refusal("answer-asked-again", detail, (Finding("answer-asked-again", words, place),))
