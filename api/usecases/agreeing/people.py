"""People to ask, from a file: each row checked, and reached by at least one road of the question."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from agreements.questions.model import AskRoad
from api.usecases.answering.rows import read_rows
from docgen.findings import Finding, Severity, has_errors
from docgen.templates.model import Field, FieldKind
from scanning.validators import email, phone
from scanning.validators.messages import message
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agreements.questions.model import Question
    from api.usecases.answering.rows import Row, RowsFile
    from scanning.validators.verdict import Checked

MOST_CHARS: Final = 200
_COLUMNS: Final = ("language", "name", "email", "phone")
_BY_MAIL: Final = frozenset({AskRoad.EMAIL})
_BY_SMS: Final = frozenset({AskRoad.SMS_LINK, AskRoad.SMS_KEYWORD})
# a letter or a call finds them without an address of ours
_BY_OTHERS: Final = frozenset({AskRoad.LETTER, AskRoad.STAFF})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to ask: the corporation's own key, and where messages go; ``phone`` is E.164 and takes messages."""

    recipient: str
    language: str
    name: str = ""
    email: str = ""
    phone: str = ""


def people_of(file: RowsFile, question: Question) -> Iterator[tuple[Person | None, tuple[Finding, ...]]]:
    """Each row as a person, None when it cannot be asked, with what was found in it.

    Raises Refusal: as `api.usecases.answering.rows.read_rows`.
    """
    for row in read_rows(file, _fields()):
        findings = [*row.findings, *_long(row)]
        person = _person(row, question, findings)
        yield (None if has_errors(findings) else person), tuple(findings)


def write_person(person: Person) -> bytes:
    """One line of JSON."""
    return json.dumps(asdict(person), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_person(line: bytes) -> Person:
    """What `write_person` wrote."""
    return Person(**json.loads(line))


def _fields() -> Iterator[Field]:
    yield Field("record_id", FieldKind.TEXT)
    for name in _COLUMNS:
        yield Field(name, FieldKind.TEXT, required=False)


def _long(row: Row) -> Iterator[Finding]:
    for name in _COLUMNS:
        if len(row.text(name)) > MOST_CHARS:
            yield row.found(name, "person-too-long", f"{name} has at most {MOST_CHARS} characters.")


def _person(row: Row, question: Question, findings: list[Finding]) -> Person:
    roads = set(question.roads)
    mail = _address(row, "email", email.check(row.text("email")), findings) if row.text("email") else ""
    number = ""
    if row.text("phone"):
        checked = phone.check(row.text("phone"), mobile_needed=bool(roads & _BY_SMS))
        number = _address(row, "phone", checked, findings)
    wished = row.text("language").lower()
    if wished and wished not in question.wordings:
        said = f"The question has no words in {wished[:8]!r}, so {question.language('')} is taken."
        findings.append(row.found("language", "person-language-missing", said, Severity.WARNING))
    person = Person(row.record_id, question.language(wished), row.text("name"), mail, number)
    reached = roads & _BY_OTHERS or (mail and roads & _BY_MAIL) or (number and roads & _BY_SMS)
    if not reached:
        said = f"Nothing of this row can be used for {', '.join(question.roads)}. Give an address, or leave it out."
        findings.append(row.found("record_id", "person-without-road", said))
    return person


def _address(row: Row, name: str, checked: Checked, findings: list[Finding]) -> str:
    """The address as it is used; what may be a slip is used and said, what is none is left out and said."""
    usable = checked.value is not None and checked.verdict is not Verdict.REFUSE and _reaches(name, checked)
    if checked.verdict is not Verdict.ACCEPT or not usable:
        code = f"{checked.code}: {message(checked, 'en')}"
        findings.append(row.found(name, "person-address-doubtful", code, Severity.WARNING))
    return (checked.value or "") if usable else ""


def _reaches(name: str, checked: Checked) -> bool:
    return name != "phone" or bool(checked.facts.get("mobile"))
