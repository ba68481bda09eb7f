"""One slip from press to decision, and what came of it beside what was written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.scan.press import DAY
from docgen.reply_form import Known, ReplyKind
from scanning.decide.fields import Situation, decide
from scanning.decide.policy import DEFAULT_POLICY, MOST_NO_DIGIT
from scanning.page import Page
from scanning.read import read_page
from scanning.readings import Outcome, Presence
from scanning.simulation.filled import CANCELLED, fill_in
from scanning.simulation.scanner import scan, turned

if TYPE_CHECKING:
    from numpy.random import Generator

    from benchmarks.scan.press import PrintedSlip
    from docgen.layouts.slip_geometry import SlipGeometry
    from docgen.reply_form import ReplyForm
    from scanning.fields.rows import DigitNetwork
    from scanning.readings import BoxReading, FieldReading, SlipReading
    from scanning.simulation.filled import Writer
    from scanning.simulation.scanner import Condition

_JUNK = ("scribble", "dash", "strike", "two-digits", "letter", "loops", "question", "tick")
_USE_PER_DAY = 0.3
_NO_DIGIT = 10


@dataclass(frozen=True, slots=True)
class FieldTrial:
    """A field of digits: what was written, what was read and with what confidence, alone and with what was known."""

    kind: str
    truth: str
    read: str
    confidence: float
    posterior: float | None
    agrees: bool
    clean: bool
    outcome: str
    value: str
    has_junk: bool


@dataclass(slots=True)
class Trial:
    """A page: found or not, and its fields.

    ``digits`` are (truth, read, chance of what was read) of single boxes; ``junk`` says of boxes that hold no digit
    whether each would go through as one, alone in its field.
    """

    identified: bool = False
    wrong_id: bool = False
    registered: bool = False
    residual_mm: float | None = None
    digits: list[tuple[int, int, float]] = field(default_factory=list)
    lost: int = 0
    empties: int = 0
    empties_inked: int = 0
    junk: list[bool] = field(default_factory=list)
    fields: list[FieldTrial] = field(default_factory=list)
    ticks: list[tuple[bool, str]] = field(default_factory=list)
    read_ms: float = 0.0
    steps_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written on a slip, and what its sender knew."""

    answers: dict[str, str]
    known: dict[Known, str]


def invent(rng: Generator, *, junk: bool) -> Written:
    """Answers as people give them: most meters moved as usual, some readings have nothing to do with the last one."""
    previous = int(rng.integers(100, 9_000))
    days = int(rng.integers(300, 420))
    usual = _USE_PER_DAY * days
    reading = int(rng.integers(0, 99_999)) if rng.random() < 0.03 else previous + int(rng.gamma(2.0, usual / 2))  # noqa: PLR2004 (3 %)
    signs = str(min(reading, 99_999))
    if rng.random() < 0.4:  # noqa: PLR2004 (some write the zeros in front, too)
        signs = signs.zfill(5)
    if junk:
        place = int(rng.integers(len(signs)))
        signs = signs[:place] + CANCELLED + signs[place + 1 :]
    day = DAY - dt.timedelta(days=int(rng.integers(0, 20)))
    tick = ("", "x", CANCELLED)[int(rng.choice(3, p=[0.45, 0.45, 0.1]))]
    answers = {"reading": signs, "read_on": f"{day:%d%m%Y}", "moved": tick, "signature": "x"}
    known = {
        Known.PREVIOUS_READING: str(previous),
        Known.PREVIOUS_DATE: (DAY - dt.timedelta(days=days)).isoformat(),
        Known.EXPECTED_PER_DAY: str(_USE_PER_DAY),
    }
    return Written(answers, known)


@dataclass(frozen=True, slots=True)
class Setting:
    """How slips are written on and scanned, and what reads them."""

    condition: Condition
    dpi: int
    geometry: SlipGeometry
    form: ReplyForm
    network: DigitNetwork


class _Forms:
    def __init__(self, geometry: SlipGeometry) -> None:
        self._geometry = geometry

    def geometry(self, form: str) -> SlipGeometry | None:
        return self._geometry if form == self._geometry.form else None


def run(slip: PrintedSlip, writer: Writer, written: Written, setting: Setting, rng: Generator) -> Trial:
    """Write, scan, read and decide."""
    paper = slip.paper.copy()
    top = paper.shape[0] - round(setting.geometry.height_mm * 400 / 25.4)
    fill_in(paper[top:], 400, setting.geometry, written.answers, writer, rng)
    grey = turned(scan(paper, 400, setting.dpi, setting.condition, rng), int(rng.choice([0, 0, 0, 1, 2, 3])))
    page = Page(1, grey, float(setting.dpi), bilevel=setting.condition.bilevel)
    trial, started = Trial(), perf_counter()
    read = read_page(page, _Forms(setting.geometry), setting.network)
    trial.read_ms, trial.steps_ms = (perf_counter() - started) * 1000, read.timings_ms
    found = {code for finding in read.findings if (code := finding.code)}
    trial.identified = bool(read.slips) or "slip-not-aligned" in found
    trial.wrong_id = any(one.code != slip.code for one in read.slips)
    if read.slips:
        _note(trial, read.slips[0], written, setting)
    return trial


def _note(trial: Trial, slip: SlipReading, written: Written, setting: Setting) -> None:
    trial.registered, trial.residual_mm = True, slip.residual_mm
    asked = {one.name: one for one in setting.form.fields}
    alone = decide(slip, Situation(asked, DAY, DEFAULT_POLICY, {}))
    aided = decide(slip, Situation(asked, DAY, DEFAULT_POLICY, {"reading": written.known}))
    for reading, by_picture, decision in zip(slip.fields, alone, aided, strict=True):
        truth = written.answers.get(reading.name, "")
        if reading.kind in (ReplyKind.METER_READING, ReplyKind.DATE):
            _note_digits(trial, reading, truth)
            same = reading.kind is ReplyKind.METER_READING
            trial.fields.append(
                FieldTrial(
                    reading.kind,
                    truth.lstrip("0") if same else truth,
                    reading.value.lstrip("0") if same else reading.value,
                    reading.confidence,
                    decision.posterior,
                    "unlike-previous-reading" not in decision.reasons,
                    not reading.reasons and set(by_picture.reasons) <= {"low-confidence"},
                    decision.outcome,
                    decision.value,
                    CANCELLED in truth,
                )
            )
        elif reading.kind is ReplyKind.TICK:
            trial.ticks.append((truth == "x", decision.outcome if decision.outcome != Outcome.ACCEPTED else "ticked"))


def _note_digits(trial: Trial, reading: FieldReading, truth: str) -> None:
    for sign, box in zip(truth.rjust(len(reading.boxes)), reading.boxes, strict=True):
        blank = box.presence is Presence.BLANK
        if sign == " ":
            trial.empties += 1
            trial.empties_inked += not blank
        elif sign == CANCELLED:
            trial.junk.append(not blank and _is_taken_for_a_digit(box, reading.kind))
        elif blank:
            trial.lost += 1
        else:
            best = int(np.argmax(box.probabilities[:_NO_DIGIT]))
            trial.digits.append((int(sign), best, box.probabilities[best]))


def _is_taken_for_a_digit(box: BoxReading, kind: ReplyKind) -> bool:
    sure = max(box.probabilities[:_NO_DIGIT]) >= DEFAULT_POLICY.straight_from(kind)
    return sure and box.probabilities[_NO_DIGIT] <= MOST_NO_DIGIT
