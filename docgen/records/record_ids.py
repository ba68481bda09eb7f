"""Record ids: which one a record has, and which have been seen before in the same input."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from docgen.templates.schema import RECORD_ID_LENGTH

if TYPE_CHECKING:
    from docgen.records.raw import RawRecord


def record_id_of(value: object) -> str:
    """The submitter's key in a record, '' when there is none that can be used."""
    text = value.strip() if isinstance(value, str) else ""
    return text if len(text) <= RECORD_ID_LENGTH and text.isprintable() else ""


class RecordIds:
    """Remembers the ids of one input; it grows by some hundred bytes a record."""

    def __init__(self) -> None:
        """None seen."""
        self._seen: set[str] = set()

    def repeats(self, record_id: str) -> bool:
        """True when this id was asked about before; '' never is."""
        if not record_id:
            return False
        before = len(self._seen)
        self._seen.add(record_id)
        return len(self._seen) == before

    def marked(self, raw: RawRecord) -> RawRecord:
        """The record, saying so when an earlier one had its id."""
        if not self.repeats(record_id_of(raw.values.get("record_id"))):
            return raw
        return replace(raw, repeats_id=True)
