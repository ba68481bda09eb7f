"""Questions: made, changed while nobody was asked, looked at beforehand, put to people, followed and closed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from api.http.auth import ASKERS, SUBMITTER, Caller, CallerDep
from api.http.bodies import BodyDep, JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.once import Answer, OnceDep
from api.http.question_schemas import (
    AskedOut,
    AskingOut,
    PersonIn,
    PreviewIn,
    PreviewOut,
    QuestionIn,
    QuestionOut,
    StandingOut,
)
from api.http.responses import ACT_CODES, LIST_CODES, POST_CODES, body, problems
from api.http.schemas import GivenTime, In, ListOut, listed
from api.ports import Policy
from api.usecases.agreeing import asking, previewing, questions
from api.usecases.agreeing.asking import MOST_PEOPLE, AskWish
from api.usecases.answering.rows import RowsFile
from api.usecases.deps import Deps
from api.usecases.formats import read_format
from docgen.findings import Refusal

router = APIRouter(prefix="/v1/questions", tags=["questions"])

_WRONG: Final = (
    *("question-invalid", "question-name-invalid", "question-changed", "brand-not-found", "brand-retired"),
    *("campaign-not-found", "request-invalid", "json-malformed"),
)
_READ: Final = (
    *("records-csv-encoding", "records-csv-delimiter", "records-csv-malformed", "records-json-malformed"),
    *("records-xlsx-malformed", "records-xlsx-bomb", "records-column-unknown", "records-column-duplicate"),
    *("records-column-missing", "records-cell-too-long", "records-empty"),
)
_PEOPLE: Final = body(
    "A row for each person: `record_id` (your own key), `language`, `name`, `email`, `phone`. At most 100,000.",
    json=[{"record_id": "H-1", "language": "nl", "name": "Mevrouw De Vries", "email": "devries@example.org"}],
    csv="record_id;language;name;email;phone\nH-1;nl;Mevrouw De Vries;devries@example.org;0612345678\n",
    xlsx="…",
)


class AskQuery(In):
    """How people are asked."""

    policy: Policy = Field(Policy.ALL_OR_NOTHING, description="What a faulty row does to the rest.")
    check: bool = Field(default=False, description="Only say what would happen.")
    not_before: GivenTime | None = Field(
        None,
        description="When the first messages may go, with time zone; now when left out.",
        examples=["2027-01-04T08:00:00Z"],
    )


def _media_type(request: Request) -> str:
    """Raises `Refusal` (``media-type-unsupported``, …) before the body is read."""
    return str(read_format(request.headers.get("content-type", "")))


MediaTypeDep = Annotated[str, Depends(_media_type)]
AskDep = Annotated[AskQuery, Query()]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=QuestionOut,
    summary="Make a question",
    dependencies=[SUBMITTER],
    responses=problems("question-is-draft", "question-key-taken", *_WRONG, *POST_CODES),
)
def make_question(caller: CallerDep, wanted: QuestionIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """A draft. With the key of a question that people were asked, its next version."""

    def make(deps: Deps) -> Answer:
        made = questions.make_question(deps, caller.organisation_id, wanted.wish(caller.mode), caller.key_id)
        return _created(QuestionOut.of(made))

    def found(question_id: str) -> Answer | None:
        try:
            return _created(
                QuestionOut.of(questions.get_question(once.deps, caller.organisation_id, question_id).asked)
            )
        except Refusal:
            return None

    return once.run(sha256, make, "qst", found)


@router.post(
    "/preview",
    response_model=PreviewOut,
    summary="Look at a question that is not kept",
    dependencies=[ASKERS],
    responses=problems("brand-not-found", "brand-retired", "campaign-not-found", "request-invalid", *POST_CODES),
)
def preview_wish(caller: CallerDep, wanted: PreviewIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Mail, text message and page in each language, and all that is wrong with it; nothing is kept."""

    def make(deps: Deps) -> Answer:
        wish = wanted.question.wish(caller.mode)
        found = previewing.preview_wish(deps, caller.organisation_id, wish, wanted.example())
        return Answer(HTTPStatus.OK, PreviewOut.of(found))

    return once.run(sha256, make)


@router.get("", summary="List questions", dependencies=[ASKERS], responses=problems(*LIST_CODES))
def list_questions(deps: DepsDep, caller: CallerDep, page: PageDep) -> ListOut[QuestionOut]:
    """Newest first."""
    return listed(questions.list_questions(deps, caller.organisation_id, page), QuestionOut.of)


@router.get(
    "/{question_id:id}",
    summary="Show a question",
    dependencies=[ASKERS],
    responses=problems("question-not-found"),
)
def get_question(deps: DepsDep, caller: CallerDep, question_id: str) -> StandingOut:
    """By id, or by your own key (its newest version, live before test), with how it stands now."""
    return StandingOut.of_standing(questions.get_question(deps, caller.organisation_id, question_id))


@router.put(
    "/{question_id:id}",
    summary="Change a draft",
    dependencies=[SUBMITTER],
    responses=problems("question-not-found", "question-frozen", "mode-differs", "body-too-large", *_WRONG),
)
def change_question(deps: DepsDep, caller: CallerDep, question_id: str, wanted: QuestionIn) -> QuestionOut:
    """All of it anew, but its key and version. Once somebody was asked, make another version with the same key."""
    own = _id(deps, caller, question_id)
    return QuestionOut.of(questions.change_question(deps, caller.organisation_id, own, wanted.wish(caller.mode)))


@router.post(
    "/{question_id:id}/close",
    response_model=StandingOut,
    summary="Close a question",
    dependencies=[SUBMITTER],
    responses=problems("question-not-found", "question-changed", *ACT_CODES),
)
def close_question(caller: CallerDep, question_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """Nobody new is asked; who was asked can still answer. Again changes nothing."""

    def make(deps: Deps) -> Answer:
        closed = questions.close_question(deps, caller.organisation_id, _id(deps, caller, question_id))
        standing = questions.get_question(deps, caller.organisation_id, closed.id)
        return Answer(HTTPStatus.OK, StandingOut.of_standing(standing))

    return once.run(sha256, make)


@router.post(
    "/{question_id:id}/preview",
    response_model=PreviewOut,
    summary="Look at what people would get and see",
    dependencies=[ASKERS],
    responses=problems("question-not-found", "request-invalid", *ACT_CODES),
)
def preview_question(
    caller: CallerDep, question_id: str, wanted: PersonIn, once: OnceDep, sha256: JsonSha256
) -> Response:
    """Mail, text message with its parts and price, and page, in each language; nothing is kept or sent."""

    def make(deps: Deps) -> Answer:
        found = previewing.preview_question(deps, caller.organisation_id, question_id, wanted.example())
        return Answer(HTTPStatus.OK, PreviewOut.of(found))

    return once.run(sha256, make)


@router.post(
    "/{question_id:id}/requests",
    status_code=HTTPStatus.ACCEPTED,
    response_model=AskedOut,
    summary="Ask people",
    dependencies=[SUBMITTER, Depends(_media_type)],
    responses=problems(
        *("people-invalid", "people-none", "people-too-many", "question-not-found", "question-closed"),
        *("media-type-unsupported", "body-cut-off", "request-invalid", "question-changed", *_READ, *ACT_CODES),
    ),
    openapi_extra=_PEOPLE,
)
def ask_people(
    caller: CallerDep, question_id: str, once: OnceDep, media_type: MediaTypeDep, query: AskDep, content: BodyDep
) -> Response:
    """The list is checked whole, then a worker takes people up: look at the asking to follow it.

    From the first person on the question is frozen. Who was asked this question before is left out, so the same list
    again asks nobody twice. Messages go after `not_before` and outside of quiet hours.
    """
    if query.not_before is not None and query.not_before.tzinfo is None:
        raise Refusal("request-invalid", "Give the time with its time zone: 2027-01-04T08:00:00Z.")

    def make(deps: Deps) -> Answer:
        # one more can be read, so that it is said that there are too many people
        file = RowsFile(content.file, media_type, content.sha256, MOST_PEOPLE + 1)
        wish = AskWish(caller.key_id, query.policy, query.check, query.not_before)
        result = asking.ask(deps, caller.organisation_id, _id(deps, caller, question_id), file, wish)
        return _asked(AskedOut.of(result))

    def found(asking_id: str) -> Answer | None:
        try:
            whose = (caller.organisation_id, _id(once.deps, caller, question_id), asking_id)
            return _asked(AskedOut.of_asking(asking.get_asking(once.deps, *whose)))
        except Refusal:
            return None

    return once.run(content.sha256, make, "ask", found)


@router.get(
    "/{question_id:id}/askings/{asking_id:id}",
    summary="Show how far a list of people is",
    dependencies=[ASKERS],
    responses=problems("question-not-found", "asking-not-found"),
)
def get_asking(deps: DepsDep, caller: CallerDep, question_id: str, asking_id: str) -> AskingOut:
    """`done` of `total` until its state is `done`, or `stopped`."""
    own = _id(deps, caller, question_id)
    return AskingOut.of(asking.get_asking(deps, caller.organisation_id, own, asking_id))


@router.post(
    "/{question_id:id}/askings/{asking_id:id}/stop",
    response_model=AskingOut,
    summary="Ask nobody more of a list",
    dependencies=[SUBMITTER],
    responses=problems("question-not-found", "asking-not-found", "asking-over", *ACT_CODES),
)
def stop_asking(caller: CallerDep, question_id: str, asking_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """Who was asked by then stays asked; take those back one by one."""

    def make(deps: Deps) -> Answer:
        found = asking.get_asking(deps, caller.organisation_id, _id(deps, caller, question_id), asking_id)
        stopped = asking.stop_asking(deps, caller.organisation_id, found.id, caller.key_id)
        return Answer(HTTPStatus.OK, AskingOut.of(stopped))

    return once.run(sha256, make)


def _id(deps: Deps, caller: Caller, question_id: str) -> str:
    """The id of a question that is named by its key."""
    return questions.get_question(deps, caller.organisation_id, question_id).asked.id


def _created(made: QuestionOut) -> Answer:
    return Answer(HTTPStatus.CREATED, made, location=f"/v1/questions/{made.id}")


def _asked(asked: AskedOut) -> Answer:
    if asked.asking is None:
        return Answer(HTTPStatus.OK, asked)
    location = f"/v1/questions/{asked.asking.question_id}/askings/{asked.asking.id}"
    return Answer(HTTPStatus.ACCEPTED, asked, location=location)
