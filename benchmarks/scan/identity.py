"""Whose slip a page is, over many pages: found, placed, and never taken for another's."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import NamedTuple

import numpy as np

from benchmarks.scan.figures import share
from benchmarks.scan.press import PAPER_DPI, Press
from scanning.identify.codes import find_codes, find_hard_codes
from scanning.identify.number_line import read_line
from scanning.identify.slips import slips_of
from scanning.page import halved
from scanning.read import CODES_DPI
from scanning.register.align import align, align_by_squares
from scanning.register.constellation import find_by_squares
from scanning.simulation.scanner import CONDITIONS, scan, turned

FOUND, PLACED, WRONG, BY_NUMBER = "found", "placed", "wrong", "by_number"


class IdentityTask(NamedTuple):
    """Some empty slips of a condition, by number."""

    condition: str
    dpi: int
    first: int
    slips: int


def identify(task: IdentityTask) -> Counter[str]:
    """How many were found by code or number, placed, and taken for another slip."""
    press, counts = _press(), Counter[str](pages=task.slips)
    geometry = press.geometry
    for number in range(task.first, task.first + task.slips):
        rng = np.random.default_rng([number, 99])
        slip = press.slip(number)
        grey = turned(
            scan(slip.paper, PAPER_DPI, task.dpi, CONDITIONS[task.condition], rng), int(rng.choice([0, 0, 0, 1, 2, 3]))
        )
        codes = find_codes(
            grey, halved(grey) if task.dpi >= CODES_DPI and not CONDITIONS[task.condition].bilevel else None
        )
        found = slips_of((codes if codes.slips else find_hard_codes(grey)).slips)
        counts[WRONG] += sum(one.code != slip.code for one in found)
        placed = [align(grey, one.codes, geometry) for one in found]
        if found:
            counts[FOUND] += 1
            counts[PLACED] += all(placed)
        elif (lies := find_by_squares(grey)) and (told := read_line(grey, lies.to_px, lies.size)):
            counts[FOUND] += 1
            counts[BY_NUMBER] += 1
            counts[WRONG] += not (slip.code.piece_id.startswith(told.piece_start) and told.form == slip.code.form)
            counts[PLACED] += align_by_squares(grey, lies.to_px, geometry) is not None
    return counts


def shares(counts: Counter[str]) -> dict[str, object]:
    """Shares of all pages with their intervals."""
    pages = counts["pages"]
    return {
        "identified": share(counts[FOUND], pages),
        "registered": share(counts[PLACED], pages),
        "wrong_id": share(counts[WRONG], pages),
        "by_number": counts[BY_NUMBER],
    }


@cache
def _press() -> Press:
    return Press(run="identity")
