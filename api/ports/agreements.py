"""Agreements as rows: questions, who was asked, files of people to ask, and answers that a person has to look at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from agreements.lifecycle.deciding import RequestState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from agreements.lifecycle.deciding import Method
    from api.ports.entities import Mode
    from api.ports.values import BlobRef, Page, PageRequest


class QuestionState(StrEnum):
    """Whether a question can be changed, is asked, or is asked of nobody new."""

    DRAFT = "draft"
    FROZEN = "frozen"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question of an organisation. ``text`` is JSON (`agreements.questions.as_json`).

    With a ``campaign_id`` answers to ``answer_field`` of its reply form count too, with ``signature_field`` beside it;
    ``yes_value`` and ``no_value`` are what they say there. ``mail`` and ``sms`` name the channels that are used.
    """

    id: str
    organisation_id: str
    mode: Mode
    key: str
    version: int
    name: str
    brand_id: str
    text: str
    state: QuestionState
    created_at: datetime
    created_by: str
    frozen_at: datetime | None = None
    campaign_id: str = ""
    answer_field: str = ""
    signature_field: str = ""
    yes_value: str = "yes"
    no_value: str = "no"
    mail: str = ""
    sms: str = ""
    revision: int = 1


class Reach(StrEnum):
    """How far a request has come to its recipient."""

    NONE = ""
    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class AgreementRequest:
    """A question to one recipient, the corporation's own key; once for a question and recipient.

    ``name``, ``email`` and ``phone`` (E.164) are personal data that can be emptied. ``code`` is what tells it from
    others that are asked of the same number by text message. ``decided_seq`` is where the decision stands in the
    evidence, 0 for none. ``remind_at`` is when the next reminder is due, None for no more. ``fetches`` counts how often
    its page was fetched and noted.
    """

    id: str
    organisation_id: str
    mode: Mode
    question_id: str
    recipient: str
    language: str
    token_digest: str
    words: str
    asked_at: datetime
    valid_until: datetime
    updated_at: datetime
    created_by: str
    name: str = ""
    email: str = ""
    phone: str = ""
    code: str = ""
    state: RequestState = RequestState.OPEN
    how: Method | None = None
    decided_at: datetime | None = None
    decided_seq: int = 0
    reach: Reach = Reach.NONE
    reminded: int = 0
    remind_at: datetime | None = None
    fetches: int = 0
    annexes: tuple[str, ...] = ()
    revision: int = 1


class AskingState(StrEnum):
    """How far a file of people is."""

    ASKING = "asking"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Asking:
    """A list of people to ask, checked whole before: ``done`` of ``total`` were taken up, ``made`` of them were new.

    ``people`` is one JSON value a line. ``not_before`` is when the first messages may go.
    """

    id: str
    organisation_id: str
    question_id: str
    people: BlobRef
    total: int
    created_at: datetime
    created_by: str
    not_before: datetime
    done: int = 0
    made: int = 0
    state: AskingState = AskingState.ASKING


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something that came in and decided nothing, for a person to look at. ``text`` and ``sender`` can be emptied.

    ``request_id`` is "" when nobody knows which request it is about. ``seq`` is where it stands in the evidence.
    ``outcome`` is what a person made of it: a yes, a no, a withdrawal, or nothing.
    """

    id: str
    organisation_id: str
    mode: Mode
    channel: str
    why: str
    came_at: datetime
    seq: int
    request_id: str = ""
    question_id: str = ""
    sender: str = ""
    text: str = ""
    settled_at: datetime | None = None
    settled_by: str = ""
    outcome: str = ""


class AgreementFilter(NamedTuple):
    """Which requests; what is None is not looked at. ``placed`` leaves out what has no place in the list yet."""

    question_id: str | None = None
    state: RequestState | None = None
    reach: Reach | None = None
    recipient: str | None = None
    updated_after: datetime | None = None
    placed: bool = False


class AgreementCounts(NamedTuple):
    """How many requests of a question are where; ``unclear`` are answers that wait for a person."""

    asked: int = 0
    open: int = 0
    agreed: int = 0
    declined: int = 0
    withdrawn: int = 0
    expired: int = 0
    cancelled: int = 0
    sent: int = 0
    delivered: int = 0
    opened: int = 0
    unreachable: int = 0
    unclear: int = 0


class DecidedCount(NamedTuple):
    """How many requests were decided on a day (UTC), by where they stand now."""

    day: date
    state: RequestState
    requests: int


class Questions(Protocol):
    """Questions."""

    def add(self, question: AskedQuestion) -> None:
        """Insert and write an event. Raises Refusal: ``question-key-taken`` when key and version are there."""

    def get(self, organisation_id: str, question_id: str) -> AskedQuestion:
        """By id, or by key: the newest version, live before test. Raises Refusal: ``question-not-found``."""

    def newest(self, organisation_id: str, mode: Mode, key: str) -> AskedQuestion | None:
        """The newest version of a key."""

    def change(self, question: AskedQuestion) -> None:
        """Write the next revision, with an event. Raises Refusal: ``question-changed``."""

    def list(self, organisation_id: str, page: PageRequest) -> Page[AskedQuestion]:
        """Newest first."""

    def of_campaign(self, organisation_id: str, campaign_id: str) -> Sequence[AskedQuestion]:
        """Frozen or closed questions to which answers of a campaign count."""


class Agreements(Protocol):
    """Requests, and the files they come from."""

    def add(self, request: AgreementRequest) -> bool:
        """Insert; False, and no change, when this recipient was asked this question."""

    def get(self, organisation_id: str, request_id: str) -> AgreementRequest:
        """One. Raises Refusal: ``agreement-not-found``."""

    def hold(self, organisation_id: str, request_id: str) -> AgreementRequest:
        """As `get`, and nobody else changes it before the commit."""

    def by_token(self, organisation_id: str, token_digest: str) -> AgreementRequest | None:
        """The request that a link names."""

    def of_recipient(self, organisation_id: str, question_id: str, recipient: str) -> AgreementRequest | None:
        """At most one."""

    def of_phone(self, organisation_id: str, mode: Mode, phone: str) -> Sequence[AgreementRequest]:
        """All that were ever asked of this number, newest first."""

    def codes_of_phone(self, organisation_id: str, phone: str) -> Collection[str]:
        """Codes that open requests to this number have, in either mode."""

    def change(self, request: AgreementRequest) -> None:
        """Write the next revision. Raises Refusal: ``agreement-changed``.

        ``updated_at`` is its place in the list of changes. Where several write at a time, both are given by `place`.
        """

    def unplaced(self) -> Sequence[str]:
        """Organisations with requests that have no place yet; none where one writes at a time."""

    def has_unplaced(self, organisation_id: str) -> bool:
        """Whether some have no place yet."""

    def place(self, organisation_id: str, now: datetime, limit: int) -> int:
        """Give places to what was committed, at most ``limit``, behind all that were given; returns how many.

        ``updated_at`` becomes ``now``, or later when a place like that was given before.
        """

    def list(self, organisation_id: str, wanted: AgreementFilter, page: PageRequest) -> Page[AgreementRequest]:
        """In the order of ``updated_at`` and id with ``updated_after`` or ``placed``, else newest first."""

    def counts(self, organisation_id: str, question_id: str) -> AgreementCounts:
        """How a question stands; ``sent`` and ``delivered`` count those that came further too."""

    def decided_per_day(self, organisation_id: str, question_id: str) -> Sequence[DecidedCount]:
        """Days on which anybody decided, in order."""

    def to_remind(self, now: datetime, limit: int) -> Sequence[AgreementRequest]:
        """Open requests of all organisations whose reminder is due, longest due first."""

    def to_expire(self, now: datetime, limit: int) -> Sequence[AgreementRequest]:
        """Open requests of all organisations whose time is over."""

    def add_asking(self, asking: Asking) -> None:
        """Insert and write an event."""

    def asking(self, organisation_id: str, asking_id: str) -> Asking:
        """One. Raises Refusal: ``asking-not-found``."""

    def change_asking(self, before: Asking, after: Asking) -> bool:
        """Write when the row still has ``before``'s ``done`` and ``state``; False, and no change, when it has not."""

    def askings(self, organisation_id: str, question_id: str) -> Sequence[Asking]:
        """Files of a question, newest first."""


class UnclearAnswers(Protocol):
    """What a person has to look at."""

    def add(self, unclear: Unclear) -> None:
        """Insert and write an event."""

    def get(self, organisation_id: str, unclear_id: str) -> Unclear:
        """One. Raises Refusal: ``unclear-not-found``."""

    def waiting(self, organisation_id: str, page: PageRequest, question_id: str | None = None) -> Page[Unclear]:
        """Those that nobody has settled, oldest first."""

    def count(self, organisation_id: str) -> int:
        """How many wait."""

    def settle(self, unclear: Unclear) -> None:
        """Write ``settled_at``, ``settled_by``, ``outcome``, ``request_id`` once, and an event.

        Raises Refusal: ``unclear-settled`` when somebody did.
        """

    def forget(self, organisation_id: str, request_id: str) -> Sequence[str]:
        """Empty ``sender`` and ``text`` of all about a request; ids of those, sorted."""
