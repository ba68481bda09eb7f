"""The page of a question as somebody sees it who was asked: the very template, with all that it shows inside it."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from agreements.questions.checks import MOST_DAYS
from agreements.questions.model import AskRoad
from api.http.recipient.agreeing import example_html
from api.http.recipient.look import Looks
from api.http.recipient.visit import Visit
from api.http.recipient.words import FIRST, languages
from api.ports import AgreementRequest, AskedQuestion, EntryHost, Mode, QuestionState
from api.usecases.agreeing.pages import Look, Shown

if TYPE_CHECKING:
    from starlette.requests import Request

    from agreements.questions.model import Question
    from api.ports import Package
    from api.usecases.deps import Deps

_LOOKS: Final = Looks()
_WEB: Final = frozenset({AskRoad.EMAIL, AskRoad.SMS_LINK, AskRoad.LETTER})
_SENT_TO: Final = "v***@example.nl"
_REFERENCE: Final = "12345"


class Paper(NamedTuple):
    """What is put before somebody: a question in a brand and a language."""

    package: Package
    question: Question
    language: str


class ExampleVisit(Visit):
    """A visit of nobody: its files are in the page itself, and its links lead nowhere."""

    __slots__ = ()

    def asset(self, name: str) -> str:
        """The file itself, as nothing is fetched for an example."""
        found = self.look.assets[name]
        return f"data:{found.media_type};base64,{base64.b64encode(found.data).decode()}"

    def url(self, path: str, language: str = "", **query: str) -> str:
        """Nowhere."""
        del path, language, query
        return "#"


def page_html(request: Request, deps: Deps, paper: Paper) -> str:
    """The page that a request would have; nobody is asked by looking at it."""
    shown = _shown(deps, paper)
    look = _LOOKS.of(deps, paper.package)
    host = EntryHost("", paper.package.organisation_id, paper.package.key, deps.clock.now())
    visit = ExampleVisit(request, deps, host, look, languages()[FIRST])
    return example_html(visit.in_one_of(tuple(paper.question.wordings), paper.language), shown)


def _shown(deps: Deps, paper: Paper) -> Shown:
    question, now = paper.question, deps.clock.now()
    days = max(1, min(question.valid_days, MOST_DAYS))
    organisation_id = paper.package.organisation_id
    request = AgreementRequest(
        id="",
        organisation_id=organisation_id,
        mode=Mode.TEST,
        question_id="",
        recipient=_REFERENCE,
        language=paper.language,
        token_digest="",
        words="",
        asked_at=now,
        valid_until=now + timedelta(days=days),
        updated_at=now,
        created_by="",
    )
    asked = AskedQuestion(
        id="",
        organisation_id=organisation_id,
        mode=Mode.TEST,
        key=question.key,
        version=1,
        name="",
        brand_id=paper.package.id,
        text="",
        state=QuestionState.DRAFT,
        created_at=now,
        created_by="",
    )
    by_page = bool(_WEB & set(question.roads))
    can_answer = by_page and not question.signature
    return Shown(
        request,
        asked,
        question,
        Look.OPEN,
        can_answer=can_answer,
        can_withdraw=False,
        sent_to=_SENT_TO,
        by_page=by_page,
        signed=question.signature,
    )
