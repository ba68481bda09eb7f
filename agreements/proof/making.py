"""What every part of a proof is made from, and the sayings they share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from agreements.proof.masking import masked
from agreements.proof.words import ZONE

if TYPE_CHECKING:
    from agreements.proof.pictures import Picture
    from agreements.proof.values import Act, Proof, Told
    from agreements.proof.words import Speech


class SealState(StrEnum):
    """What became of the seal of a document."""

    NONE = "none"
    SEALED = "sealed"
    WITHOUT_TIMESTAMP = "sealed-without-timestamp"
    NOT_SEALED = "not-sealed"


@dataclass(frozen=True, slots=True)
class SealNote:
    """What the document says of its own seal; ``code`` is what went wrong."""

    state: SealState = SealState.NONE
    code: str = ""


@dataclass(frozen=True, slots=True)
class Making:
    """A proof, the words it is told in, its pictures and seal, and the name and digest of the attached file."""

    proof: Proof
    speech: Speech
    corporation: str
    attached: str
    attached_digest: str
    note: SealNote = SealNote()
    page: Picture | None = None
    slip: Picture | None = None

    def seal(self) -> str:
        """The sentence about the seal."""
        return self.speech.say(f"seal.{self.note.state}", code=self.note.code)

    def address(self, told: Told, section: str = "timeline") -> str:
        """An address as far as it may be shown, else the words of a section for one that is gone."""
        text = told.field("to", "address", "email", "phone", "number")
        return masked(text) if text else self.speech.say(f"{section}.address-gone")

    def method(self, act: Act) -> str:
        """How somebody answered."""
        button = self.button(act)
        if act.method == "web-post" and button:
            return self.speech.say("method.web-button", button=button)
        return self.speech.name_of("method", act.method, method=act.method)

    def not_counted(self, act: Act) -> str:
        """Why an answer decided nothing."""
        why = act.event.text("why")
        return self.speech.say("timeline.not-counted", why=self.speech.name_of("why", why, why=why))

    def button(self, act: Act) -> str:
        """The words on the button that was pressed."""
        order = ("yes", "no")
        if act.buttons and act.answer in order and len(act.buttons) > order.index(act.answer):
            return act.buttons[order.index(act.answer)]
        return self.proof.asked.line(f"button {act.answer}")

    def day_of(self, text: str) -> str:
        """The last day before a moment of the evidence ends it; a day stays as it is."""
        try:
            if "T" not in text:
                return self.speech.day(dt.date.fromisoformat(text))
            last = dt.datetime.fromisoformat(text) - dt.timedelta(microseconds=1)
            return self.speech.day(last.astimezone(ZONE).date())
        except (ValueError, OverflowError):
            return text or "?"
