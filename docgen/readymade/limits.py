"""What a child process may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one look may cost; ``memory_bytes`` is address space, of which the libraries alone take 200 MB."""

    wall_s: int = 120
    cpu_s: int = 90
    memory_bytes: int = 1_200_000_000
    written_bytes: int = 500_000_000
    open_files: int = 64
