"""A question as JSON values and back, as it is stored; what is read was written here."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from agreements.questions.model import (
    AskRoad,
    Controller,
    Mandate,
    Policy,
    Preference,
    Purpose,
    Question,
    QuietHours,
    ReminderPlan,
    Verb,
    Wording,
)

if TYPE_CHECKING:
    from typing import Any


def write_question(question: Question) -> str:
    """The same question, the same text; the order of languages is kept."""
    return json.dumps(asdict(question), ensure_ascii=False)


def read_question(text: str) -> Question:
    """What `write_question` wrote. Raises KeyError, TypeError or ValueError on anything else."""
    values: dict[str, Any] = json.loads(text)
    plan = values["reminders"]
    return Question(
        key=values["key"],
        version=values["version"],
        verb=Verb(values["verb"]),
        wordings={language: Wording(**words) for language, words in values["wordings"].items()},
        controller=Controller(**values["controller"]),
        roads=tuple(AskRoad(road) for road in values["roads"]),
        purposes=tuple(Purpose(**purpose) for purpose in values["purposes"]),
        policy=Policy(**values["policy"]),
        valid_days=values["valid_days"],
        reminders=ReminderPlan(tuple(plan["after_days"]), QuietHours(**plan["quiet"])),
        preference=Preference(**values["preference"]) if values["preference"] else None,
        signature=values["signature"],
        mandate=Mandate(**values["mandate"]) if values["mandate"] else None,
        # questions of before it was there are spelled as they were written
        transliterate=values.get("transliterate", False),
    )
