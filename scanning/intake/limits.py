"""What reading may cost in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What one file, and each of its pages, may cost a child.

    Processor time is what binds: it does not run out because the machine is busy or the caller slow. ``page_cpu_s`` is
    for what happens between two parcels. ``page_wall_s`` is how long the caller waits for the next parcel, for a child
    that hangs. ``file_cpu_s`` is for all pages together. ``memory_bytes`` is address space above what the libraries
    take. A parcel may hold ``parcel_bytes`` of pictures.
    """

    page_cpu_s: float = 1.5
    page_wall_s: float = 20.0
    file_cpu_s: int = 1_800
    memory_bytes: int = 420_000_000
    parcel_bytes: int = 100_000_000
