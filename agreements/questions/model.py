"""A question and its parts: what is asked, in which words, by which roads, and what follows from a yes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Verb(StrEnum):
    """What a yes means; only a consent is one of the GDPR."""

    AGREE = "agree"
    ACKNOWLEDGE = "acknowledge"
    CONSENT = "consent"
    DECLARE = "declare"
    ATTEST = "attest"
    AUTHORISE = "authorise"


WITHDRAWABLE: frozenset[Verb] = frozenset({Verb.AGREE, Verb.CONSENT, Verb.AUTHORISE})
"""What a person can take back; what somebody has read or stated stays so, and staff can correct it."""


class AskRoad(StrEnum):
    """How a question may be asked and answered."""

    EMAIL = "email"
    SMS_LINK = "sms-link"
    SMS_KEYWORD = "sms-keyword"
    LETTER = "letter"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words in one language. ``yes`` and ``no`` stand on the buttons, ``after_`` on the page that follows."""

    title: str
    question: str
    explanation: str
    yes: str
    no: str
    after_yes: str = ""
    after_no: str = ""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What something is for: a stable key, and words per language."""

    key: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Controller:
    """Who asks and is responsible; ``contact`` is how a person reaches them, ``address`` one line."""

    name: str
    contact: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The privacy policy that was in force: where it is, and ``sha256:`` with the hex digest of its bytes."""

    url: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When nobody is written to: from one local hour until another, and on Sundays."""

    from_hour: int = 20
    until_hour: int = 8
    sundays: bool = True
    zone: str = "Europe/Amsterdam"


@dataclass(frozen=True, slots=True)
class ReminderPlan:
    """After how many days who has not answered is written to again: at most twice, growing."""

    after_days: tuple[int, ...] = ()
    quiet: QuietHours = QuietHours()


@dataclass(frozen=True, slots=True)
class Preference:
    """What the corporation's system sets on a yes, such as ``pay-method`` to ``payment-link``."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a SEPA direct debit mandate must name of the creditor; the debtor's part is on the slip."""

    creditor_name: str
    creditor_address: str
    creditor_id: str
    recurring: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, never changed once somebody was asked; other words are another ``version``.

    ``wordings`` are by language, the first is taken for who has none of them. ``valid_days`` is how long a request
    stays open. With ``signature`` a tick on paper counts only with a signature beside it. With ``transliterate`` the
    author agreed that text messages spell signs that make them dear in another way, but never names.
    """

    key: str
    version: int
    verb: Verb
    wordings: Mapping[str, Wording]
    controller: Controller
    roads: tuple[AskRoad, ...]
    purposes: tuple[Purpose, ...] = ()
    policy: Policy = Policy()
    valid_days: int = 30
    reminders: ReminderPlan = field(default_factory=ReminderPlan)
    preference: Preference | None = None
    signature: bool = False
    mandate: Mandate | None = None
    transliterate: bool = False

    def language(self, wished: str) -> str:
        """The language that somebody who wishes this one is asked in."""
        return wished if wished in self.wordings else next(iter(self.wordings))

    def wording(self, wished: str) -> Wording:
        """The words in that language, or the question's first."""
        return self.wordings[self.language(wished)]
