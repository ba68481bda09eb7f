"""Recipients without letters, brought in by file: who they are, where they live and what is known of their answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from api.ports import Entry, Event, Policy
from api.usecases.answering.rows import Noted, rows_in_blocks
from api.usecases.scanning.forms import known_json, read_reply
from docgen.findings import Finding, Refusal, has_errors
from docgen.postal.countries import HOME, countries
from docgen.reply_form import Known
from docgen.templates.model import Field, FieldKind
from docgen.templates.values import MappingReader, Path, compile_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Campaign, UnitOfWork
    from api.usecases.answering.importing import ImportWish
    from api.usecases.answering.rows import Row, RowsFile
    from api.usecases.deps import Deps
    from docgen.reply_form import ReplyForm

_KIND_OF: Final = {
    Known.PREVIOUS_READING: FieldKind.DECIMAL,
    Known.PREVIOUS_DATE: FieldKind.DATE,
    Known.EXPECTED_PER_DAY: FieldKind.DECIMAL,
    Known.METER_NUMBER: FieldKind.TEXT,
}
_WHERE: Final = (
    Field("record_id", FieldKind.TEXT, max_length=64),
    Field("language", FieldKind.TEXT, required=False, max_length=16),
    Field("postcode", FieldKind.TEXT, required=False, max_length=16),
    Field("house", FieldKind.TEXT, required=False, max_length=32),
)


@dataclass(slots=True)
class Brought:
    """What came of a file of recipients: so many are new, are known otherwise from now on, or were known so."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    invalid: int = 0
    noted: Noted = field(default_factory=Noted)
    applied: bool = False


def columns_of(form: ReplyForm) -> tuple[Field, ...]:
    """What a row may say: who, where, and the fields of letters that hold what is known of an answer."""
    known = {name: _KIND_OF[what] for one in form.fields for what, name in one.known.items()}
    own = {one.name for one in _WHERE}
    return (*_WHERE, *(Field(name, kind, required=False) for name, kind in known.items() if name not in own))


def bring_recipients(deps: Deps, organisation_id: str, campaign_id: str, file: RowsFile, wish: ImportWish) -> Brought:
    """Add recipients, who have no way in until a link is made; the same file again changes nothing.

    What is said of a recipient takes the place of what was known. Raises Refusal: ``recipients-invalid`` with what is
    wrong, ``campaign-not-found``, ``campaign-revoked``, and what the readers of `docgen.records` refuse.
    """
    with deps.database.read() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
    if campaign.revoked_at is not None:
        raise Refusal("campaign-revoked", "This campaign was revoked. Make another.")
    job = _Bringing(deps, campaign, file, wish)
    found = job.read()
    if wish.check:
        return found
    if found.invalid and wish.policy is Policy.ALL_OR_NOTHING:
        said = f"{found.invalid} rows are wrong, so nobody was added."
        raise Refusal("recipients-invalid", said, tuple(found.noted.shown))
    job.write(found)
    found.applied = True
    return found


class _Bringing:
    """One file for one campaign."""

    def __init__(self, deps: Deps, campaign: Campaign, file: RowsFile, wish: ImportWish) -> None:
        self._deps, self._campaign, self._file, self._wish = deps, campaign, file, wish
        self._form = read_reply(campaign.reply_form)
        self._columns = columns_of(self._form)
        self._reader: MappingReader = compile_reader(self._columns, lines=False)
        # Dutch where it is asked in Dutch
        self._languages = tuple(sorted(self._form.title, key=lambda one: one != "nl")) or ("nl",)

    def read(self) -> Brought:
        """Judge every row."""
        found = Brought()
        for block in rows_in_blocks(self._file, self._columns):
            with self._deps.database.read() as uow:
                self._look(uow, block, found)
        return found

    def write(self, found: Brought) -> None:
        """Add whom the rows bring, some at a time."""
        own, now = self._campaign, self._deps.clock.now()
        for block in rows_in_blocks(self._file, self._columns):
            with self._deps.database.write() as uow:
                uow.entries.add_many(own.organisation_id, self._look(uow, block, Brought()))
        counts = {"rows": found.rows, "added": found.added, "changed": found.changed, "invalid": found.invalid}
        with self._deps.database.write() as uow:
            data = {**counts, "by": self._wish.by}
            uow.events.append(Event(own.organisation_id, own.id, "campaign-recipients-imported", now, data))

    def _look(self, uow: UnitOfWork, block: Sequence[Row], found: Brought) -> list[Entry]:
        """The rows that are to be added, each counted."""
        own = self._campaign
        before = uow.entries.of_recipients(own.organisation_id, own.id, {row.record_id for row in block})
        fresh = []
        for row in block:
            made, findings = self._entry(row)
            found.rows += 1
            found.noted.add(findings)
            if has_errors(findings):
                found.invalid += 1
                continue
            known = before.get(row.record_id, ())
            if known and _says_the_same(known[-1], made):
                found.unchanged += 1
                continue
            found.changed += bool(known)
            found.added += not known
            fresh.append(made)
        return fresh

    def _entry(self, row: Row) -> tuple[Entry, Sequence[Finding]]:
        findings = [*row.findings]

        def report(path: Path, code: str, text: str) -> None:
            if code not in {"field-unknown", "field-missing"}:
                findings.append(row.found(str(path[0]), code, text))

        values = self._reader.read(dict(row.values), (), report)
        language = row.text("language").lower() or self._languages[0]
        if language not in self._languages:
            known = ", ".join(self._languages)
            findings.append(row.found("language", "language-unknown", f"Choose one of: {known}."))
        deps, own = self._deps, self._campaign
        made = Entry(
            id=deps.ids.new("ent"),
            organisation_id=own.organisation_id,
            mode=own.mode,
            campaign_id=own.id,
            recipient=row.record_id,
            job_id=None,
            piece_id=None,
            language=language,
            postcode=_postcode(row.text("postcode")),
            house=row.text("house"),
            known=known_json(self._form, values),
            token_digest=None,
            code_digest=None,
            made_at=deps.clock.now(),
            made_by=self._wish.by,
        )
        return made, findings


def _postcode(text: str) -> str:
    """As it is printed on letters, when it is a Dutch one."""
    return countries()[HOME].read_postcode(text.strip()) or text.strip()


def _says_the_same(one: Entry, other: Entry) -> bool:
    return (one.language, one.postcode, one.house, one.known, one.revoked_at) == (
        *(other.language, other.postcode, other.house, other.known),
        None,
    )
