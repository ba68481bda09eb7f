"""People asked from a file: checked whole, kept, then taken up some at a time by workers, each of them once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from agreements.evidence.kinds import EventKind
from agreements.lifecycle.reminding import after_quiet, end_of_day, next_reminder
from agreements.messages import MessageKind
from agreements.questions.frozen import text_digest
from agreements.questions.model import AskRoad
from api.ports import AgreementRequest, Alarm, Asking, AskingState, Event, Policy
from api.usecases.agreeing.keeping import chain_of, keep_about
from api.usecases.agreeing.links import sms_code, token_digest
from api.usecases.agreeing.people import Person, people_of, read_person, write_person
from api.usecases.agreeing.questions import freeze, text_of
from api.usecases.agreeing.telling import tell
from api.usecases.agreeing.writing import Occasion, channels_of, note_unreachable, write_to
from api.usecases.answering.rows import Noted
from api.usecases.evidence.keeping import Fact, make_annex, reference_to
from api.usecases.kinds import SOON, WorkKind
from api.usecases.messaging.tokens import token_of
from api.usecases.trash import let_go, take_back
from docgen.findings import Refusal, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from agreements.evidence.canonical import Json
    from agreements.questions.model import Question
    from api.ports import AskedQuestion, UnitOfWork, WorkContext
    from api.usecases.answering.rows import RowsFile
    from api.usecases.deps import Deps

ASKING_STOPPED: Final = "asking-stopped"
"""The state in the alarm when people cannot be asked any more."""
MOST_PEOPLE: Final = 100_000
# a transaction is over before anybody waits for it
_AT_ONCE: Final = 25
_TEXTED: Final = frozenset({AskRoad.SMS_LINK, AskRoad.SMS_KEYWORD})


@dataclass(frozen=True, slots=True)
class AskWish:
    """How people are asked; with ``check`` nobody is. ``not_before`` None is now, outside of quiet hours."""

    by: str
    policy: Policy = Policy.ALL_OR_NOTHING
    check: bool = False
    not_before: datetime | None = None


@dataclass(slots=True)
class AskResult:
    """What came of a file: how many rows, how many people can be asked, what was found, and the asking."""

    rows: int = 0
    people: int = 0
    noted: Noted = field(default_factory=Noted)
    asking: Asking | None = None


def ask(deps: Deps, organisation_id: str, question_id: str, file: RowsFile, wish: AskWish) -> AskResult:
    """Check a whole file, keep it, and ask for it to be taken up. Who was asked this question before is left out.

    Raises Refusal: ``people-invalid`` with findings, ``people-none``, ``people-too-many``, ``question-not-found``,
    ``question-closed``, and what the readers of files refuse.
    """
    with deps.database.read() as uow:
        asked = uow.questions.get(organisation_id, question_id)
    result, question = AskResult(), text_of(asked)
    if wish.check:
        for _ in _checked(file, question, result):
            pass
        return result
    people = deps.blobs.put(organisation_id, map(write_person, _checked(file, question, result)))
    with deps.database.write() as uow:
        # removed in an hour unless it is asked of
        let_go(deps, uow, organisation_id, [people], shared=True)
    _refuse_faulty(result, wish)
    with deps.database.write() as uow:
        uow.evidence.hold(chain_of(asked))
        frozen = freeze(deps, uow, uow.questions.get(organisation_id, asked.id), wish.by)
        take_back(deps, uow, organisation_id, people)
        made = Asking(
            id=deps.ids.new("ask"),
            organisation_id=organisation_id,
            question_id=frozen.id,
            people=people,
            total=result.people,
            created_at=deps.clock.now(),
            created_by=wish.by,
            not_before=after_quiet(question.reminders.quiet, wish.not_before or deps.clock.now()),
        )
        uow.agreements.add_asking(made)
        uow.outbox.enqueue(organisation_id, WorkKind.ASK_PEOPLE, made.id, SOON)
    result.asking = made
    return result


def get_asking(deps: Deps, organisation_id: str, question_id: str, asking_id: str) -> Asking:
    """A file of this question. Raises Refusal: ``asking-not-found``."""
    with deps.database.read() as uow:
        found = uow.agreements.asking(organisation_id, asking_id)
    if found.question_id != question_id:
        raise Refusal("asking-not-found", f"There is no asking {asking_id} of this question.")
    return found


def stop_asking(deps: Deps, organisation_id: str, asking_id: str, by: str) -> Asking:
    """Ask nobody more of a file. Who was asked stays so. Raises Refusal: ``asking-not-found``, ``asking-over``."""
    with deps.database.write() as uow:
        before = uow.agreements.asking(organisation_id, asking_id)
        stopped = replace(before, state=AskingState.STOPPED)
        if before.state is not AskingState.ASKING or not uow.agreements.change_asking(before, stopped):
            raise Refusal("asking-over", "It is over, or went on a moment ago. Look at it again.")
        data = {"by": by, "done": before.done}
        uow.events.append(Event(organisation_id, before.question_id, "question-asking-stopped", deps.clock.now(), data))
        return stopped


def ask_people(deps: Deps, work: WorkContext) -> None:
    """Take up the people of a file, some in each transaction, from where it is; the handler of a work item."""
    organisation_id, asking_id = work.item.organisation_id, work.item.subject_id
    with deps.database.read() as uow:
        asking = uow.agreements.asking(organisation_id, asking_id)
        asked = uow.questions.get(organisation_id, asking.question_id)
    blocks = _from(deps, asking) if asking.state is AskingState.ASKING else iter(())
    for people in blocks:
        work.check()
        try:
            asking = _take_up(deps, asked, asking, people)
        except _Overtaken:
            break
        except Refusal as refusal:
            _give_up(deps, asking, refusal)
            break
    with deps.database.write() as uow:
        before = uow.agreements.asking(organisation_id, asking_id)
        if before.state is AskingState.ASKING and before.done >= before.total:
            uow.agreements.change_asking(before, replace(before, state=AskingState.DONE))
            data = {"made": before.made, "total": before.total}
            uow.events.append(Event(organisation_id, asked.id, "question-asking-done", deps.clock.now(), data))
        work.complete(uow)


def make_request(deps: Deps, uow: UnitOfWork, asked: AskedQuestion, person: Person, ask: Ask) -> bool:
    """Ask one person, unless they were asked this: row, evidence, and the first message. True when they are new."""
    question, now = text_of(asked), deps.clock.now()
    request_id = deps.ids.new("agr")
    begins = max(ask.not_before, now)
    request = AgreementRequest(
        id=request_id,
        organisation_id=asked.organisation_id,
        mode=asked.mode,
        question_id=asked.id,
        recipient=person.recipient,
        language=person.language,
        token_digest=token_digest(token_of(deps.secret, request_id)),
        words=text_digest(question, person.language),
        asked_at=now,
        valid_until=end_of_day(question.reminders.quiet, begins + dt.timedelta(days=question.valid_days)),
        updated_at=now,
        created_by=ask.by,
        name=person.name,
        email=person.email,
        phone=person.phone,
        code=_code(deps, uow, asked, question, person, request_id),
        remind_at=next_reminder(question.reminders, begins, 0),
    )
    if not uow.agreements.add(request):
        return False
    _note(deps, uow, request, question)
    tell(deps, uow, request, "agreement-requested", by=ask.by)
    made = uow.agreements.get(request.organisation_id, request_id)
    is_written = write_to(deps, uow, asked, made, Occasion(MessageKind.REQUEST, begins))
    if not is_written and channels_of(asked, made):
        note_unreachable(deps, uow, made)
    return True


class Ask(NamedTuple):
    """By whom people are asked, and when the first message may go."""

    by: str
    not_before: datetime


def _checked(file: RowsFile, question: Question, result: AskResult) -> Iterator[Person]:
    for person, findings in people_of(file, question):
        result.rows += 1
        if result.rows > MOST_PEOPLE:
            raise Refusal("people-too-many", f"A file may have {MOST_PEOPLE:,} people. Divide it.")
        result.noted.add(findings)
        if person is not None:
            result.people += 1
            yield person


def _refuse_faulty(result: AskResult, wish: AskWish) -> None:
    wrong = result.rows - result.people
    if wrong and wish.policy is Policy.ALL_OR_NOTHING:
        shown = sorted(result.noted.shown, key=lambda one: one.severity is not Severity.ERROR)
        raise Refusal("people-invalid", f"{wrong} of {result.rows} rows are wrong, so nobody was asked.", tuple(shown))
    if not result.people:
        raise Refusal("people-none", "There is nobody to ask in this file.")


def _from(deps: Deps, asking: Asking) -> Iterator[list[Person]]:
    """People of a file from where it is, some at a time."""
    with deps.blobs.open(asking.organisation_id, asking.people) as stream:
        lines = islice(stream, asking.done, None)
        while block := [read_person(line) for line in islice(lines, _AT_ONCE)]:
            yield block


def _take_up(deps: Deps, asked: AskedQuestion, asking: Asking, people: Sequence[Person]) -> Asking:
    """One step. Raises _Overtaken, and nothing was done, when the file was stopped or somebody else is at it."""
    with deps.database.write() as uow:
        uow.evidence.hold(chain_of(asked))
        wish = Ask(asking.created_by, asking.not_before)
        made = sum(make_request(deps, uow, asked, person, wish) for person in people)
        after = replace(asking, done=asking.done + len(people), made=asking.made + made)
        if not uow.agreements.change_asking(asking, after):
            raise _Overtaken
        return after


def _give_up(deps: Deps, asking: Asking, refusal: Refusal) -> None:
    """What cannot be asked now, as a channel is gone, is stopped; a person is told."""
    now = deps.clock.now()
    with deps.database.write() as uow:
        if not uow.agreements.change_asking(asking, replace(asking, state=AskingState.STOPPED)):
            return
        data = {"code": refusal.code, "done": asking.done}
        uow.events.append(Event(asking.organisation_id, asking.question_id, "question-asking-stopped", now, data))
        uow.alarms.raise_(Alarm(asking.organisation_id, asking.question_id, ASKING_STOPPED, now, now))


class _Overtaken(Exception):  # noqa: N818 - it is no error
    """Somebody else has done this step; rolls it back."""


def _code(
    deps: Deps, uow: UnitOfWork, asked: AskedQuestion, question: Question, person: Person, request_id: str
) -> str:
    if AskRoad.SMS_KEYWORD not in question.roads or not person.phone:
        return ""
    return sms_code(deps.secret, request_id, uow.agreements.codes_of_phone(asked.organisation_id, person.phone))


def _note(deps: Deps, uow: UnitOfWork, request: AgreementRequest, question: Question) -> None:
    """The request in the evidence; who it is for only as digests."""
    chain = chain_of(request)
    person = {"recipient": request.recipient, "name": request.name, "email": request.email, "phone": request.phone}
    hidden = {name: make_annex(deps, chain, request.id, value) for name, value in person.items() if value}
    uow.evidence.add_annexes(list(hidden.values()))
    refers: dict[str, Json] = {name: reference_to(annex) for name, annex in hidden.items()}
    body: dict[str, Json] = {
        "request": request.id,
        "question": request.question_id,
        "question_digest": request.words,
        "language": request.language,
        "recipient": refers["recipient"],
        "name": refers.get("name"),
        "addresses": [refers[name] for name in ("email", "phone") if name in refers],
        "token_digest": request.token_digest,
        "valid_until": request.valid_until.isoformat(),
        "roads": [str(road) for road in question.roads],
        "by": request.created_by,
    }
    keep_about(deps, uow, chain, Fact(EventKind.REQUESTED, request.id, body))
    annexes = tuple(annex.id for annex in hidden.values())
    uow.agreements.change(replace(request, annexes=annexes, revision=request.revision + 1))
