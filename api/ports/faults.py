"""Faults: what an adapter says when the world around the service fails.

Two leaves, one question each: `Retryable` (the same call may work later) and `Permanent` (it never will).
A business error is a `docgen.findings.Refusal`, not a fault; a bug is neither and surfaces as itself.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class Fault(Exception):  # noqa: N818 - one of the three words of the design: finding, refusal, fault
    """An integration error: a stable kebab-case ``code`` and a ``detail`` that says what to check."""

    code: str
    detail: str

    def __str__(self) -> str:
        """Code and detail on one line."""
        return f"{self.code}: {self.detail}"


class Retryable(Fault):
    """The same call may succeed later: a busy database, a store or broker that does not answer."""


class Permanent(Fault):
    """The same call can never succeed: a blob that is gone, a store that refuses the credentials."""


class LeaseLost(Fault):
    """Another worker owns this work item now; whatever this one was about to commit must not be committed."""
