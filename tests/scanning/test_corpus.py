"""The committed scans: how much of them must be accepted, and that nothing wrong is, nor anything from other paper."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from docgen.reply_form import Known
from scanning.decide.fields import Decision, Situation, asked_of, decide
from scanning.decide.policy import DEFAULT_POLICY
from scanning.digits.reader import DigitReader
from scanning.forms import KnownForms, forms_in
from scanning.page import Page
from scanning.read import read_page
from scanning.readings import Outcome, PageReading

if TYPE_CHECKING:
    from collections.abc import Mapping

CORPUS = Path(__file__).parent / "corpus"
DAY = dt.date(2026, 11, 23)
SLIPS = sorted(path.parent for path in CORPUS.glob("*/truth.json"))
NOTHING = sorted((CORPUS / "nothing").iterdir())


def read(path: Path, quarters: int, *, bilevel: bool = False) -> PageReading:
    grey = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
    page = Page(1, np.ascontiguousarray(np.rot90(grey, quarters)), 200.0, bilevel=bilevel)
    return read_page(page, KnownForms(forms_in(CORPUS / "forms")), DigitReader.shipped())


def decisions(reading: PageReading, known: Mapping[str, str]) -> tuple[Decision, ...]:
    (geometry,) = [KnownForms(forms_in(CORPUS / "forms")).geometry(slip.code.form) for slip in reading.slips]
    assert geometry is not None
    known_of = {"reading": {Known(key): value for key, value in known.items()}}
    return decide(reading.slips[0], Situation(asked_of(geometry), DAY, DEFAULT_POLICY, known_of))


def is_right(one: Decision, written: Mapping[str, str]) -> bool:
    truth = written.get(one.name, "")
    match one.name:
        case "reading":
            return one.value == truth.lstrip("0")
        case "read_on":
            return one.value == f"{truth[4:]}-{truth[2:4]}-{truth[:2]}"
        case _:
            return (one.value == "yes") == (truth == "x")


def test_the_corpus_is_whole() -> None:
    assert [folder.name for folder in SLIPS] == ["european-harsh", "european-typical", "mixed-1bit", "us-typical"]
    assert len(NOTHING) == 8


@pytest.mark.parametrize("folder", SLIPS, ids=lambda folder: folder.name)
def test_enough_is_accepted_and_nothing_wrong(folder: Path) -> None:
    floor = tomllib.loads((folder / "floor.toml").read_text())
    truths = json.loads((folder / "truth.json").read_text())
    accepted, wrong, count = 0, list[str](), 0
    for place, (name, truth) in enumerate(truths.items()):
        reading = read(folder / name, place % 4, bilevel=floor["bilevel"])
        assert [slip.code.piece_id for slip in reading.slips] == [truth["piece_id"]], name  # type: ignore[union-attr] # a code names the piece
        for one in decisions(reading, truth["known"]):
            count += one.name != "signature"
            accepted += one.outcome is Outcome.BLANK
            if one.outcome is Outcome.BLANK and truth["written"].get(one.name, "") not in ("", "#"):
                wrong.append(f"{name} {one.name}: blank, though it was written on")
            if one.outcome is Outcome.ACCEPTED and one.name != "signature":
                accepted += 1
                if not is_right(one, truth["written"]):
                    wrong.append(f"{name} {one.name}: {one.value}")
    assert len(wrong) <= floor["max_wrongly_accepted"], wrong
    assert accepted / count >= floor["min_accepted"]


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("path", NOTHING, ids=lambda path: path.stem)
def test_nothing_is_read_from_what_is_no_slip_of_ours(path: Path, quarters: int) -> None:
    assert read(path, quarters).slips == ()
