"""People to ask: a list is uploaded, looked at with what is wrong and what it costs, and only then asked."""

from __future__ import annotations

import codecs
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from agreements.lifecycle.reminding import after_quiet
from api.http.edge import DepsDep
from api.http.problems import CONTEXT, status_of
from api.http.staff.agreements.common import HOME, MAKERS
from api.http.staff.agreements.words import WORDS
from api.http.staff.corporation.common import ref_of, token_of, with_query
from api.http.staff.desk import Desk, DeskDep, Done, Mistake
from api.http.staff.forms import FormDep
from api.http.staff.moments import for_input, local_moment
from api.http.staff.render import page
from api.http.staff.route import StaffRoute, see_other
from api.http.staff.today import zone_of
from api.http.staff.trouble import Trouble
from api.http.staff.visitors import VisitorDep, person
from api.http.words import some
from api.ports import Policy, QuestionState
from api.usecases import drafts
from api.usecases.agreeing import asking, questions
from api.usecases.agreeing.asking import AskWish
from api.usecases.agreeing.estimating import estimate
from api.usecases.answering.rows import RowsFile
from api.usecases.formats import RecordsFormat, RecordsType
from docgen.findings import Refusal, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from api.http.staff.forms import Form
    from api.http.staff.visitors import Visitor
    from api.ports import AskedQuestion, BlobRef
    from api.usecases.agreeing.estimating import Estimate
    from api.usecases.deps import Deps

router = APIRouter(prefix=HOME, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_PURPOSE: Final = "people-to-ask"
_KINDS: Final = {"csv": RecordsType.CSV, "xlsx": RecordsType.XLSX, "json": RecordsType.JSON}
_OFTEN: Final = "cp1252"
_SHOWN: Final = 100
_MOST_NAME: Final = 100
_FIELDS: Final = {"confirmation-missing": "sure", "ask-moment-invalid": "not_before"}
TokenQuery = Annotated[str, Query(alias="of", max_length=600)]
KindQuery = Annotated[str, Query(pattern="^(csv|xlsx|json)$")]
NameQuery = Annotated[str, Query(max_length=120)]


@dataclass(frozen=True, slots=True)
class _List:
    """A list that was uploaded and nobody has decided about."""

    ref: BlobRef
    token: str
    kind: str
    name: str

    def url(self, question_id: str) -> str:
        """The page where it is looked at."""
        return with_query(f"{HOME}/{question_id}/people/check", of=self.token, kind=self.kind, name=self.name)


def _list(deps: DepsDep, visitor: VisitorDep, of: TokenQuery, kind: KindQuery, name: NameQuery = "") -> _List:
    """Raises Refusal: ``draft-gone``."""
    return _List(ref_of(deps, visitor, of, _PURPOSE), of, kind, name)


ListDep = Annotated[_List, Depends(_list)]


@router.get("/{question_id:id}/people", dependencies=[MAKERS])
def choose(request: Request, deps: DepsDep, question_id: str) -> Response:
    """Where the list comes from."""
    return _choose_page(request, deps, question_id)


@router.post("/{question_id:id}/people", dependencies=[MAKERS])
def upload(request: Request, deps: DepsDep, visitor: VisitorDep, form: FormDep, question_id: str) -> Response:
    """Keep the list for a day; nobody is asked by this."""
    try:
        people = _kept(deps, visitor, form)
    except Refusal as refusal:
        return _refused(request, deps, question_id, refusal)
    return see_other(people.url(question_id))


@router.get("/{question_id:id}/people/check", dependencies=[MAKERS])
def check(request: Request, deps: DepsDep, question_id: str, people: ListDep) -> Response:
    """What would come of it, and the last step."""
    return _check_page(request, deps, question_id, people)


@router.post("/{question_id:id}/people/check", dependencies=[MAKERS])
def ask(desk: DeskDep, question_id: str, people: ListDep) -> Response:
    """Ask them, now or from a moment on."""

    def make(deps: Deps) -> Done:
        if not desk.form.text("sure"):
            raise Refusal("confirmation-missing", "Tick the box: it says how many people are asked.")
        policy = Policy.VALID_ONLY if desk.form.text("leave-out") else Policy.ALL_OR_NOTHING
        wish = AskWish(desk.by, policy, not_before=_moment(deps, desk))
        with _open(deps, desk.visitor, people) as file:
            result = asking.ask(deps, desk.organisation_id, question_id, file, wish)
        wrong = result.rows - result.people
        left = f" {some(wrong, 'row')} {'was' if wrong == 1 else 'were'} left out." if wrong else ""
        whom = "1 person is" if result.people == 1 else f"{result.people:,} people are"
        return Done(f"{HOME}/{question_id}", f"{whom} being asked.{left}")

    return desk.change(
        make, lambda mistake: _check_page(desk.request, desk.deps, question_id, people, mistake), _FIELDS, "ask"
    )


def _kept(deps: Deps, visitor: Visitor, form: Form) -> _List:
    """Raises Refusal: ``file-missing``, ``media-type-unsupported``, and so on."""
    if not form.files:
        raise Refusal("file-missing", "Choose the file with the people. A file without anything is not taken.")
    sent = form.files[0]
    kind = drafts.kind_of_file(sent.name, sent.file)
    ref = drafts.store_upload(deps, visitor.organisation_id, sent.file)
    short = next(name for name, one in _KINDS.items() if one is kind)
    last = sent.name.replace("\\", "/").rpartition("/")[2][-_MOST_NAME:]
    name = "".join(sign if sign.isprintable() else "_" for sign in last)
    return _List(ref, token_of(deps, visitor, ref, _PURPOSE), short, name)


def _choose_page(request: Request, deps: Deps, question_id: str, trouble: Trouble | None = None) -> Response:
    asked = _askable(deps, person(request).organisation_id, question_id)
    return page(
        request,
        "agreements/people.html",
        200 if trouble is None else int(status_of(trouble.code)),
        **WORDS,
        asked=asked,
        question=questions.text_of(asked),
        trouble=trouble,
    )


def _refused(request: Request, deps: Deps, question_id: str, refusal: Refusal) -> Response:
    request.scope[CONTEXT]["code"] = refusal.code
    return _choose_page(request, deps, question_id, Trouble.of(refusal, {}, "file"))


def _check_page(
    request: Request, deps: Deps, question_id: str, people: _List, mistake: Mistake | None = None
) -> Response:
    visitor = person(request)
    asked = _askable(deps, visitor.organisation_id, question_id)
    try:
        found = _estimate(deps, visitor, asked, people)
    except Refusal as refusal:
        if refusal.code == "draft-gone":
            raise
        return _refused(request, deps, question_id, refusal)
    question, zone, now = questions.text_of(asked), zone_of(deps, visitor.organisation_id), deps.clock.now()
    shown = sorted(found.noted.shown, key=lambda one: one.severity is not Severity.ERROR)[:_SHOWN]
    values: dict[str, Any] = {"trouble": None, "entered": {}}
    if mistake is not None:
        values = {"trouble": mistake.trouble, "entered": mistake.entered}
    return page(
        request,
        "agreements/people_check.html",
        **WORDS,
        asked=asked,
        question=question,
        found=found,
        shown=shown,
        left_out=found.noted.counts.total() - len(shown),
        error=Severity.ERROR,
        people=people,
        action=people.url(asked.id),
        begins=after_quiet(question.reminders.quiet, now),
        now=now,
        soonest=for_input(now, zone),
        zone=zone,
        **values,
    )


def _estimate(deps: Deps, visitor: Visitor, asked: AskedQuestion, people: _List) -> Estimate:
    with _open(deps, visitor, people) as file:
        return estimate(deps, visitor.organisation_id, asked.id, file)


@contextmanager
def _open(deps: Deps, visitor: Visitor, people: _List) -> Iterator[RowsFile]:
    """The list, to be read. A table that is no UTF-8 is taken to be of an older spreadsheet.

    Raises Refusal: ``draft-gone``.
    """
    organisation_id, kind = visitor.organisation_id, _KINDS[people.kind]
    if not deps.blobs.exists(organisation_id, people.ref):
        raise Refusal("draft-gone", "The list is kept for a day and is not there any more. Upload it again.")
    with deps.blobs.open(organisation_id, people.ref) as stream:
        is_old = kind is RecordsType.CSV and not _is_utf8(stream)
    wanted = RecordsFormat(kind, _OFTEN if is_old else "utf-8")
    with deps.blobs.open(organisation_id, people.ref) as stream:
        yield RowsFile(stream, str(wanted), people.ref.sha256)


def _is_utf8(stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := stream.read(1 << 16):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        # another alphabet altogether has a finding of its own, which says how to save the table
        return error.start == 0 and error.object[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    return True


def _moment(deps: Deps, desk: Desk) -> datetime | None:
    """When the first messages may go; None for now. Raises Refusal: ``ask-moment-invalid``."""
    if desk.form.text("when") != "later":
        return None
    try:
        moment = local_moment(desk.form.text("not_before"), zone_of(deps, desk.organisation_id))
    except ValueError:
        moment = None
    if moment is None or moment < deps.clock.now():
        raise Refusal("ask-moment-invalid", "Give a day and time that is still to come, such as 14-12-2026 09:00.")
    return moment


def _askable(deps: Deps, organisation_id: str, question_id: str) -> AskedQuestion:
    """Raises Refusal: ``question-not-found``, ``question-closed``."""
    asked = questions.get_question(deps, organisation_id, question_id).asked
    if asked.state is QuestionState.CLOSED:
        raise Refusal("question-closed", "This question is closed. Make another version of it.")
    return asked
