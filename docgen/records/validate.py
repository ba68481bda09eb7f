"""One raw record as a letter, or everything that is wrong with it.

A `RecordValidator` is made once for a run: it has the template's readers ready and remembers which record ids it
has seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from docgen.findings import Finding, Place
from docgen.letters import Letter
from docgen.postal.address import PostalAddress, read_address
from docgen.records.raw import escaped, printable
from docgen.records.record_ids import RecordIds, record_id_of
from docgen.templates.kinds import BadValueError, clean_text
from docgen.templates.names import FIXED_KEYS
from docgen.templates.schema import RECORD_ID_LENGTH
from docgen.templates.values import MappingReader, Path, compile_reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docgen.records.raw import RawRecord
    from docgen.templates.model import Template

_CHECKED_FOR_DIRECTION: Final = ("name", "name_2", "name_3", "street", "street_and_number", "town")


@dataclass(slots=True)
class RecordValidator:
    """Validates the records of one run against a template."""

    template: Template
    _reader: MappingReader = field(init=False)
    _ids: RecordIds = field(default_factory=RecordIds, init=False)

    def __post_init__(self) -> None:
        """Make the readers."""
        self._reader = compile_reader(self.template.fields, frozenset(FIXED_KEYS))

    def validate(self, raw: RawRecord) -> Letter | tuple[Finding, ...]:
        """The letter, or all findings of the record. A record id that was seen before in this run is a finding."""
        check = _Check(raw)
        values = raw.values
        record_id = check.record_id(values.get("record_id"))
        language = check.language(values.get("language"), self.template)
        address = check.address(values.get("recipient"))
        fields = self._reader.read(values, (), check.report)
        if raw.repeats_id or self._ids.repeats(record_id):
            message = "An earlier record has the same record_id. Give each record its own."
            check.report(("record_id",), "record-id-duplicate", message)
        if check.found or raw.findings or address is None:
            return check.all_findings(record_id)
        return Letter(record_id=record_id, language=language, address=address, values=fields)


def validate_record(template: Template, raw: RawRecord) -> Letter | tuple[Finding, ...]:
    """One record alone. For many, make one `RecordValidator` and keep it."""
    return RecordValidator(template).validate(raw)


@dataclass(slots=True)
class _Check:
    """The faults of one record, with their places."""

    raw: RawRecord
    found: list[Finding] = field(default_factory=list)

    def report(self, path: Path, code: str, message: str) -> None:
        """Keep a finding at a value."""
        self.found.append(Finding(code, message, self.place(path)))

    def place(self, path: Path) -> Place:
        """Pointer in JSON, row and column in a table."""
        place = self.raw.place
        if place.row is None:
            pointer = "".join(f"/{escaped(part)}" for part in path)
            return replace(place, pointer=(place.pointer or "") + pointer)
        row = place.row
        rows = self.raw.item_rows.get(str(path[0]), ())
        index = path[1] if len(path) > 1 else None
        if isinstance(index, int) and index < len(rows):
            row = rows[index]
        return replace(place, row=row, column=".".join(printable(part) for part in path if isinstance(part, str)))

    def record_id(self, value: object) -> str:
        """The submitter's key, '' when there is none."""
        record_id = record_id_of(value)
        if not record_id:
            message = "`record_id` is missing or no text. Give each record its own key of at most 64 characters."
            if isinstance(value, str) and value.strip():
                message = f"`record_id` may have at most {RECORD_ID_LENGTH} printable characters. Shorten it."
            self.report(("record_id",), "record-id-missing", message)
        return record_id

    def language(self, value: object, template: Template) -> str:
        """The language of the letter; the template's first when none is named."""
        if value is None or value == "":
            return template.default_language
        text = value.strip().lower() if isinstance(value, str) else ""
        if text not in template.languages:
            known = ", ".join(template.languages)
            self.report(
                ("language",), "language-unknown", f"The template has no such language. Choose one of: {known}."
            )
        return text

    def address(self, value: object) -> PostalAddress | None:
        """The recipient's address."""
        if value is None:
            self.report(("recipient",), "field-missing", "`recipient` is missing. Give a name and an address.")
            return None
        if not isinstance(value, dict):
            self.report(("recipient",), "field-type", "Give an object with name, street and so on.")
            return None
        self._direction(value)
        made = read_address(value, self._recipient_place())
        if isinstance(made, PostalAddress):
            return made
        self.found.extend(made)
        return None

    def _recipient_place(self) -> Place:
        place = self.raw.place
        return place if place.row is not None else replace(place, pointer=f"{place.pointer or ''}/recipient")

    def _direction(self, recipient: Mapping[str, object]) -> None:
        """Findings for characters that no address line can hold; the address itself looks at the rest."""
        for key in _CHECKED_FOR_DIRECTION:
            text = recipient.get(key)
            if isinstance(text, str) and not text.isascii():
                try:
                    clean_text(text)
                except BadValueError as bad:
                    # control characters are the address reader's own finding
                    if bad.code == "text-direction-unsupported":
                        self.report(("recipient", key), bad.code, bad.message)

    def all_findings(self, record_id: str) -> tuple[Finding, ...]:
        """What the reader and the validator saw, each with the record's id.

        After a fault of the reader values are missing that the file does have; those are not reported again.
        """
        named = record_id or None
        own = [f for f in self.found if not (self.raw.findings and f.code.endswith("-missing"))]
        return tuple(replace(f, place=replace(f.place, record=named)) for f in (*self.raw.findings, *own))
