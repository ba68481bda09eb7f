"""What went wrong with a form, for the top of its page: a sentence, what to do, and links to the fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from docgen.findings import Finding, Refusal

_MOST_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Trouble:
    """``field`` is the id of the field to correct; ``findings`` has the first of them."""

    code: str
    text: str
    field: str
    findings: Sequence[Finding]
    left_out: int

    @classmethod
    def of(cls, refusal: Refusal, fields: Mapping[str, str], otherwise: str = "") -> Self:
        """Of a refusal; ``fields`` has the id of the field by code."""
        found = refusal.findings
        return cls(
            refusal.code,
            refusal.detail,
            fields.get(refusal.code, otherwise),
            found[:_MOST_SHOWN],
            max(len(found) - _MOST_SHOWN, 0),
        )
