"""What children of the tests do."""

from __future__ import annotations

import ctypes
import os
import time
from typing import TYPE_CHECKING

import numpy as np

from scanning.intake.parcels import Parcel

if TYPE_CHECKING:
    from collections.abc import Iterator


def count(most: int) -> Iterator[Parcel]:
    for number in range(1, most + 1):
        yield Parcel({"number": number}, (np.full((2, number), number, np.uint8),), number)


def then_crash(most: int) -> Iterator[Parcel]:
    yield from count(most)
    ctypes.string_at(0)


def then_spin(most: int) -> Iterator[Parcel]:
    yield from count(most)
    while True:
        pass


def then_sleep(most: int) -> Iterator[Parcel]:
    yield from count(most)
    time.sleep(600)


def then_eat(most: int) -> Iterator[Parcel]:
    yield from count(most)
    eaten = [np.ones(20_000_000, np.uint8) for _ in range(200)]
    yield Parcel(len(eaten))


def then_fail(most: int) -> Iterator[Parcel]:
    yield from count(most)
    raise KeyError("a name that is in the document")


def then_exit(most: int) -> Iterator[Parcel]:
    yield from count(most)
    os._exit(3)


def too_much(most: int) -> Iterator[Parcel]:
    yield from count(most)
    yield Parcel(None, (np.zeros((3000, 3000), np.uint8),), most + 1)


def environment() -> Iterator[Parcel]:
    yield Parcel([sorted(os.environ), len(os.listdir("/proc/self/fd")), os.getcwd()])  # noqa: PTH208, PTH109 (as it is)


def pace(most: int) -> Iterator[Parcel]:
    """Tells when each was made."""
    for number in range(most):
        yield Parcel(time.monotonic(), (np.zeros((1000, 1000), np.uint8),), number + 1)
