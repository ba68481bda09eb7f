"""A list of people looked at before anybody is asked: who can be, by which road, and what the messages cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agreements.messages import MessageKind
from api.ports import ChannelKind
from api.usecases.agreeing.asking import MOST_PEOPLE
from api.usecases.agreeing.people import people_of
from api.usecases.agreeing.previewing import Example, preview_question
from api.usecases.agreeing.questions import get_question, text_of
from api.usecases.agreeing.writing import channels_for
from api.usecases.answering.rows import Noted
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.usecases.answering.rows import RowsFile
    from api.usecases.deps import Deps


@dataclass(slots=True)
class Estimate:
    """What would come of a list. ``parts`` and ``tenths`` (of a cent, None without a price) are of the first messages.

    ``reminder_parts`` and ``reminder_tenths`` are of all reminders, when nobody answers. ``other`` people get no
    message: a letter or a colleague asks them.
    """

    rows: int = 0
    people: int = 0
    mails: int = 0
    texts: int = 0
    other: int = 0
    parts: int = 0
    reminder_parts: int = 0
    part_price: int | None = None
    languages: Counter[str] = field(default_factory=Counter)
    noted: Noted = field(default_factory=Noted)

    @property
    def wrong(self) -> int:
        """Rows that nobody can be asked of."""
        return self.rows - self.people

    @property
    def tenths(self) -> int | None:
        """The price of the first messages."""
        return None if self.part_price is None else self.part_price * self.parts

    @property
    def reminder_tenths(self) -> int | None:
        """The price of all reminders."""
        return None if self.part_price is None else self.part_price * self.reminder_parts


def estimate(deps: Deps, organisation_id: str, question_id: str, file: RowsFile) -> Estimate:
    """Look at a whole list; nobody is asked and nothing is kept.

    Raises Refusal: ``question-not-found``, ``people-too-many``, and what the readers of files refuse.
    """
    asked = get_question(deps, organisation_id, question_id).asked
    question, found = text_of(asked), Estimate()
    texted = Counter[str]()
    for person, findings in people_of(file, question):
        found.rows += 1
        if found.rows > MOST_PEOPLE:
            raise Refusal("people-too-many", f"A file may have {MOST_PEOPLE:,} people. Divide it.")
        found.noted.add(findings)
        if person is None:
            continue
        found.people += 1
        found.languages[person.language] += 1
        channel = next(iter(channels_for(question, person.email, person.phone)), None)
        found.mails += channel is ChannelKind.EMAIL
        found.texts += channel is ChannelKind.SMS
        found.other += channel is None
        texted[person.language] += channel is ChannelKind.SMS
    _price(deps, organisation_id, asked.id, found, texted)
    found.reminder_parts *= len(question.reminders.after_days)
    setups = {one.name: one for one in deps.channels.setups(organisation_id)}
    if asked.sms in setups and setups[asked.sms].part_price:
        found.part_price = setups[asked.sms].part_price
    return found


def _price(deps: Deps, organisation_id: str, question_id: str, found: Estimate, texted: Counter[str]) -> None:
    """Parts by language: no text message has anything of its recipient in it that makes it longer."""
    if not texted.total():
        return
    for kind in (MessageKind.REQUEST, MessageKind.REMINDER):
        shown = preview_question(deps, organisation_id, question_id, Example(kind=kind)).languages
        parts = sum(texted[one.language] * one.sms.segments.parts for one in shown if one.sms is not None)
        if kind is MessageKind.REQUEST:
            found.parts = parts
        else:
            found.reminder_parts = parts
