"""Reading back finds what is wrong with a print file, and only that."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from docgen.compose import Composer
from docgen.drawing.print_file import FileInfo, PrintFileWriter
from docgen.job import Piece, raw_records, valid_pieces
from docgen.layouts.brand_file import load_brand
from docgen.readback import ExpectedLetter, expected_symbols, read_back
from docgen.templates.load import load_template
from docgen.templates.package import BRAND_RULES, read_folder

SAMPLES = Path(__file__).parents[2] / "samples"
DAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def composer() -> Composer:
    template = load_template(read_folder(SAMPLES / "templates/fourteen-day-letter"))
    return Composer(template, load_brand(read_folder(SAMPLES / "brands/grachtstad", BRAND_RULES)), DAY)


@pytest.fixture(scope="module")
def pieces(composer: Composer) -> list[Piece]:
    path = SAMPLES / "records/fourteen-day-letter.csv"
    with path.open("rb") as stream:
        return valid_pieces(composer.template, composer.brand, raw_records(path, stream, composer.template), "run")


def _written(composer: Composer, pieces: list[Piece], path: Path, *, swap: bool = False) -> list[ExpectedLetter]:
    with path.open("wb") as out:
        info = FileInfo("Test", dt.datetime.combine(DAY, dt.time(), dt.UTC))
        writer = PrintFileWriter(out, composer.resources, info, None, duplex=True)
        made = [composer.compose(piece.letter) for piece in pieces]
        drawn = [m.drawn for m in made]
        if swap:
            drawn[0], drawn[1] = drawn[1], drawn[0]
        firsts = [writer.add(d) for d in drawn]
        writer.close()
    return [
        ExpectedLetter(piece.id, first, expected_symbols(m.laid_out))
        for piece, first, m in zip(pieces, firsts, made, strict=True)
    ]


def _codes(path: Path, letters: list[ExpectedLetter], processes: int = 1) -> set[str]:
    return {f.code for result in read_back(path, letters, processes) for f in result.findings}


def test_a_good_file_has_no_findings_and_every_symbol_is_counted(
    composer: Composer, pieces: list[Piece], tmp_path: Path
) -> None:
    letters = _written(composer, pieces, tmp_path / "a.pdf")
    results = list(read_back(tmp_path / "a.pdf", letters))
    assert [r.findings for r in results] == [()]
    assert sum(r.symbols for r in results) == sum(len(letter.symbols) for letter in letters) > len(pieces)


def test_two_processes_find_the_same(composer: Composer, pieces: list[Piece], tmp_path: Path) -> None:
    letters = _written(composer, pieces, tmp_path / "a.pdf", swap=True)
    assert _codes(tmp_path / "a.pdf", letters, 2) == _codes(tmp_path / "a.pdf", letters)


def test_two_letters_swapped_are_found(composer: Composer, pieces: list[Piece], tmp_path: Path) -> None:
    letters = _written(composer, pieces, tmp_path / "a.pdf", swap=True)
    assert "readback-differs" in _codes(tmp_path / "a.pdf", letters)


def test_a_wrong_amount_in_the_code_is_found(composer: Composer, pieces: list[Piece], tmp_path: Path) -> None:
    letters = _written(composer, pieces, tmp_path / "a.pdf")
    code = next(s for s in letters[0].symbols if s.kind == "qr")
    other = replace(code, content=code.content.replace(b"EUR", b"EUR1"))
    wrong = replace(letters[0], symbols=(other,))
    assert _codes(tmp_path / "a.pdf", [wrong]) == {"readback-differs"}


def test_a_missing_page_is_found(composer: Composer, pieces: list[Piece], tmp_path: Path) -> None:
    letters = _written(composer, pieces[:2], tmp_path / "a.pdf")
    late = replace(letters[1], first_page=letters[1].first_page + 4)
    assert _codes(tmp_path / "a.pdf", [late]) == {"readback-page-missing"}


def test_a_symbol_that_is_not_there_is_unreadable(composer: Composer, pieces: list[Piece], tmp_path: Path) -> None:
    letters = _written(composer, pieces[:1], tmp_path / "a.pdf")
    moved = [replace(s, rect=replace(s.rect, left_mm=s.rect.left_mm + 60)) for s in letters[0].symbols]
    codes = _codes(tmp_path / "a.pdf", [replace(letters[0], symbols=tuple(moved))])
    assert codes == {"readback-unreadable"}
