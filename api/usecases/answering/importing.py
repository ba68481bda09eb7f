"""Answers by file: each row judged by the rules for answers, and what nobody can be asked again left to a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import Event, Policy, RecordState, Road
from api.usecases.answering.giving import MOST_NOTE, Offer, check, check_open, give_in, may_stand, says_nothing
from api.usecases.answering.pages import asked_by
from api.usecases.answering.rows import Noted, rows_in_blocks
from api.usecases.answering.whose import latest_of
from api.usecases.scanning.forms import read_reply
from docgen.findings import Finding, Refusal, Severity, errors_first, has_errors
from docgen.reply_form import ReplyKind
from docgen.templates.model import Field, FieldKind
from scanning.validators.messages import message
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from api.ports import Campaign, Entry, Record, UnitOfWork
    from api.usecases.answering.pages import Asked
    from api.usecases.answering.rows import Row, RowsFile
    from api.usecases.deps import Deps
    from docgen.reply_form import ReplyForm
    from scanning.validators.verdict import Checked

MOST_ROWS: Final = 10_000
"""Of one file that is answered when all of it is done; `api.usecases.answering.import_jobs` takes larger ones."""

# people who answer on the page meanwhile wait no longer than this many take
_WRITTEN_AT_ONCE: Final = 20
INSISTS, NOTE, ANSWERED_AT = "insists", "note", "answered_at"
_YES: Final = frozenset({"yes", "y", "ja", "j", "true", "waar", "1", "x"})
_NOT: Final = frozenset({"", "no", "n", "nee", "false", "onwaar", "0"})


@dataclass(frozen=True, slots=True)
class ImportWish:
    """How answers are brought in; with ``check`` nothing is kept. ``by`` is the key or user that brings them."""

    by: str
    policy: Policy = Policy.ALL_OR_NOTHING
    check: bool = False


@dataclass(slots=True)
class Imported:
    """What came of a file of answers, or with a check would come.

    Of ``rows`` so many were ``taken``, of which ``for_review`` wait for a person; ``unchanged`` said nothing new, and
    ``invalid`` could not be taken.
    """

    rows: int = 0
    taken: int = 0
    for_review: int = 0
    unchanged: int = 0
    invalid: int = 0
    noted: Noted = field(default_factory=Noted)
    applied: bool = False


class _Known(NamedTuple):
    """What is known when a row is judged: its campaign as it is now, and the recipient's ways in and records."""

    campaign: Campaign
    entries: Sequence[Entry]
    records: Sequence[Record]


class _Judged(NamedTuple):
    """What would come of a row; no ``entry`` when it cannot be taken."""

    entry: Entry | None
    offer: Offer
    findings: Sequence[Finding]
    is_news: bool = True


def import_answers(deps: Deps, organisation_id: str, campaign_id: str, file: RowsFile, wish: ImportWish) -> Imported:
    """Take the answers of a file. The same file twice adds nothing, and so does a row that says what was said by file.

    The whole file is judged first; then rows are written some at a time, so that a file that was cut off is sent again.
    Raises Refusal: ``answers-invalid`` with what is wrong, ``campaign-not-found``, ``answers-not-open``,
    ``media-type-unsupported``, and what the readers of `docgen.records` refuse.
    """
    with deps.database.read() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
    job = Importing(deps, campaign, read_reply(campaign.reply_form), file, wish)
    found = Imported()
    for block in job.blocks():
        with deps.database.read() as uow:
            job.judge(uow, block, found)
    if wish.check:
        return found
    if found.invalid and wish.policy is Policy.ALL_OR_NOTHING:
        raise job.refusal(found)
    for block in job.blocks_to_write():
        with deps.database.write() as uow:
            job.take(uow, block, found)
    with deps.database.write() as uow:
        job.tell(uow, found)
    found.applied = True
    return found


@dataclass(frozen=True, slots=True)
class Importing:
    """One file for one campaign, some rows at a time: all of them judged, then all of them taken."""

    deps: Deps
    campaign: Campaign
    form: ReplyForm
    file: RowsFile
    wish: ImportWish

    def blocks(self, skip: int = 0) -> Iterator[list[Row]]:
        """Rows to judge, without the first ones. Raises as `rows_in_blocks`."""
        return rows_in_blocks(self.file, self._columns(), skip=skip)

    def blocks_to_write(self, skip: int = 0) -> Iterator[list[Row]]:
        """Rows for one transaction each."""
        return rows_in_blocks(self.file, self._columns(), _WRITTEN_AT_ONCE, skip)

    def judge(self, uow: UnitOfWork, block: Sequence[Row], found: Imported) -> None:
        """Judge and count these rows, and keep nothing of them."""
        for judged in self._judged(uow, block):
            found.rows += 1
            found.noted.add(judged.findings)
            found.invalid += judged.entry is None
            found.unchanged += judged.entry is not None and not judged.is_news
            found.taken += judged.entry is not None and judged.is_news
            found.for_review += judged.is_news and _waits(judged)

    def take(self, uow: UnitOfWork, block: Sequence[Row], found: Imported) -> None:
        """Keep what can be kept of these rows; what changed in between is judged anew."""
        for judged in self._judged(uow, block):
            if judged.entry is None or not judged.is_news:
                continue
            given = give_in(self.deps, uow, judged.entry, judged.offer)
            if not given.checked:
                # the same row of the same file
                found.taken, found.unchanged = found.taken - 1, found.unchanged + 1
                found.for_review -= _waits(judged)

    def refusal(self, found: Imported) -> Refusal:
        """Why nothing of the file is kept."""
        said = f"{found.invalid} rows are wrong, so nothing was kept."
        return Refusal("answers-invalid", said, errors_first(found.noted.shown))

    def tell(self, uow: UnitOfWork, found: Imported, import_id: str = "") -> None:
        """Write what came of it in the journal."""
        counts = {"rows": found.rows, "taken": found.taken, "unchanged": found.unchanged, "invalid": found.invalid}
        own, now = self.campaign, self.deps.clock.now()
        data = {**counts, "for_review": found.for_review, "by": self.wish.by, "import": import_id}
        uow.events.append(Event(own.organisation_id, own.id, "campaign-answers-imported", now, data))

    def _columns(self) -> Iterator[Field]:
        asked = [one.name for one in self.form.fields if one.kind is not ReplyKind.SIGNATURE]
        yield Field("record_id", FieldKind.TEXT)
        for name in dict.fromkeys([*asked, INSISTS, NOTE, ANSWERED_AT]):
            yield Field(name, FieldKind.TEXT, required=False)

    def _judged(self, uow: UnitOfWork, block: Sequence[Row]) -> Iterator[_Judged]:
        whose = (self.campaign.organisation_id, self.campaign.id)
        keys = {row.record_id for row in block}
        entries = uow.entries.of_recipients(*whose, keys)
        records = uow.records.of_recipients(*whose, keys)
        campaign = uow.campaigns.get(*whose)
        for row in block:
            known = _Known(campaign, entries.get(row.record_id, ()), records.get(row.record_id, ()))
            yield self._judge(uow, row, known)

    def _judge(self, uow: UnitOfWork, row: Row, known: _Known) -> _Judged:
        campaign, entries, records = known
        offer, findings = self._offer(row, entries), [*row.findings]
        if not entries and row.record_id:
            said = f"{self.campaign.key} has no such recipient. Correct the key, or import the recipient first."
            findings.append(row.found("record_id", "recipient-not-found", said))
        if not entries or has_errors([*findings, *_in_extras(row, offer)]):
            return _Judged(None, offer, [*findings, *_in_extras(row, offer)])
        asked = asked_by(self.deps, uow, latest_of(entries), campaign, records)
        try:
            check_open(asked, Road.IMPORT)
        except Refusal as closed:
            return _Judged(None, offer, [*findings, row.found("record_id", closed.code, closed.detail)])
        checked = check(self.deps, asked, offer)
        findings += _said_of(row, checked)
        is_taken = all(may_stand(Road.IMPORT, one) for one in checked.values())
        return _Judged(asked.entry if is_taken else None, offer, findings, _is_news(asked, records, checked))

    def _offer(self, row: Row, entries: Sequence[Entry]) -> Offer:
        given = {name: value for name, value in row.values.items() if self.form.field(name) is not None}
        insists = not self._asks(INSISTS) and row.text(INSISTS).casefold() in _YES
        at, note = (("" if self._asks(name) else row.text(name)) for name in (ANSWERED_AT, NOTE))
        return Offer(
            road=Road.IMPORT,
            given=given,
            insists=frozenset(given) if insists else frozenset(),
            language=entries[-1].language if entries else "",
            once=f"{self.file.sha256}:{row.number}",
            by=self.wish.by,
            note=f"Answered {at}. {note}".strip() if at else note,
        )

    def _asks(self, name: str) -> bool:
        """A form may ask what has the name of one of our columns; then it is the answer."""
        return self.form.field(name) is not None


def _in_extras(row: Row, offer: Offer) -> Iterator[Finding]:
    if len(offer.note) > MOST_NOTE:
        yield row.found(NOTE, "note-too-long", f"A note has at most {MOST_NOTE} characters. Shorten it.")
    if INSISTS not in offer.given and row.text(INSISTS).casefold() not in _YES | _NOT:
        yield row.found(INSISTS, "field-type", "Say yes or no.")


def _said_of(row: Row, checked: Mapping[str, Checked]) -> Iterator[Finding]:
    """What the rules say of answers that are not simply right; a code of theirs goes before their words."""
    for name, one in checked.items():
        words = f"{one.code}: {message(one, 'en')}"
        if one.verdict is Verdict.REFUSE:
            yield row.found(name, "answer-refused", words)
        elif one.verdict is not Verdict.ACCEPT:
            yield row.found(name, "answer-for-review", words, Severity.WARNING)


def _is_news(asked: Asked, records: Sequence[Record], checked: Mapping[str, Checked]) -> bool:
    """False when every answer of a row is what a file said last, or says nothing where nothing was said."""
    by_field = {one.field: one for one in records if one.state is not RecordState.WITHDRAWN}
    fresh = any(not says_nothing(asked.form, name, one) for name, one in checked.items() if name not in by_field)
    return fresh or any(_differs(asked, by_field[name], one) for name, one in checked.items() if name in by_field)


def _differs(asked: Asked, record: Record, checked: Checked) -> bool:
    field_name = record.field
    return (
        record.source != Road.IMPORT
        or asked.given.get(field_name, "") != checked.value
        or (checked.insisted and record.state is RecordState.REVIEW)
    )


def _waits(judged: _Judged) -> bool:
    """True when a person will look at a row."""
    warned = any(one.code == "answer-for-review" for one in judged.findings)
    return judged.entry is not None and warned
