"""Findings and refusals: what docgen says when input is not as it should be.

A *finding* is expected trouble as a value: a stable kebab-case code, a place and what to do next.
A *refusal* is a business error that ends an operation and carries the findings that explain it.
A bug is neither and must surface as a bug.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """How bad a finding is; a letter with an error is never printed."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is. Rows, lines and pages count from 1; ``pointer`` is an RFC 6901 JSON pointer."""

    pointer: str | None = None
    record: str | None = None
    row: int | None = None
    column: str | None = None
    file: str | None = None
    line: int | None = None
    page: int | None = None
    frame: str | None = None

    def __str__(self) -> str:
        """The place in words, for a person."""
        parts = [f"{name} {value}" for name, value in asdict(self).items() if value is not None]
        return ", ".join(parts)


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; ``message`` says what, and what to do about it."""

    code: str
    message: str
    place: Place = NOWHERE
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """One line for a terminal."""
        where = str(self.place)
        return f"{self.severity}: {self.code}: {self.message}" + (f" ({where})" if where else "")


@dataclass(eq=False)
class Refusal(Exception):  # noqa: N818 (the word of the glossary: it is no error of ours)
    """A business error with a stable code; the edge turns it into problem+json or an exit code."""

    code: str
    detail: str
    findings: tuple[Finding, ...] = field(default=())

    def __str__(self) -> str:
        """Code and detail, then a line per finding."""
        return "\n".join([f"{self.code}: {self.detail}", *map(str, self.findings)])


def has_errors(findings: Iterable[Finding]) -> bool:
    """True when any finding forbids printing."""
    return any(f.severity is Severity.ERROR for f in findings)


def errors_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that forbid printing before all others, each in the order given."""
    return tuple(sorted(findings, key=lambda f: f.severity is not Severity.ERROR))
