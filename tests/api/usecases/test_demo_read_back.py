"""The demonstration's thousand letters, from submission to release: every symbol reads back from the print files."""

from __future__ import annotations

import csv
import io
import subprocess
from typing import TYPE_CHECKING

import pytest

from api.ports import PackageKind
from api.usecases.composers import composer_of
from docgen.readback import ExpectedLetter, expected_symbols, read_back
from docgen.records.letter_json import read_letter
from tests.api.usecases.world import ORG, sample, sample_records

if TYPE_CHECKING:
    from pathlib import Path

    from api.ports import PrintJob
    from tests.api.usecases.world import World


def _expected(world: World, job: PrintJob, manifest: bytes) -> dict[str, list[ExpectedLetter]]:
    """By print file: what the data say must be on its pages."""
    composer = composer_of(world.deps, job)
    rows = list(csv.DictReader(io.StringIO(manifest.decode())))
    with world.deps.database.read() as uow:
        values = uow.pieces.values(ORG, [row["piece_id"] for row in rows])
    found: dict[str, list[ExpectedLetter]] = {}
    for row in rows:
        laid = composer.lay_out(read_letter(values[row["piece_id"]]))
        letter = ExpectedLetter(row["piece_id"], int(row["first_page"]), expected_symbols(laid))
        found.setdefault(row["file"], []).append(letter)
    return found


@pytest.mark.slow
@pytest.mark.long
def test_every_symbol_of_the_thousand_letters_reads_back_from_the_print_files(world: World, tmp_path: Path) -> None:
    world.put(PackageKind.TEMPLATE, "rent-reminder", sample("template", "rent-reminder"))
    world.limit(chunk_pieces=250)
    records = sample_records("rent-reminder")
    job = world.released(records, template="rent-reminder")
    letters = symbols = 0
    for batch in world.batches(job.id):
        files = world.files(batch)
        manifest = next(data for name, data in files.items() if name.endswith("manifest.csv"))
        for name, expected in _expected(world, job, manifest).items():
            path = tmp_path / name
            path.write_bytes(files[name])
            assert subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=False).returncode == 0  # noqa: S603, S607 (our own file)
            for result in read_back(path, expected, processes=2):
                assert result.findings == ()
                symbols += result.symbols
            letters += len(expected)
    assert letters == len(records)
    # one payment code each, and a KIX for nearly every address in the country
    assert symbols > 1.9 * letters
