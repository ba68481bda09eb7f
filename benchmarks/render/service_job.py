"""A whole job through the service, in the form of the other measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.service import measure_service

if TYPE_CHECKING:
    from pathlib import Path

_PROCESSES = 2


def through_service(letters: int, folder: Path) -> dict[str, float]:
    """A whole job over HTTP on the embedded default, against the bare engine with as many processes."""
    del folder
    return measure_service(letters, _PROCESSES)
