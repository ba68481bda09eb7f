"""A whole run without a service."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docgen.__main__ import main

SAMPLES = Path(__file__).parents[2] / "samples"


def _run(template: str, brand: str, records: Path, out: Path) -> int:
    folders = [str(SAMPLES / "templates" / template), str(SAMPLES / "brands" / brand)]
    return main([*folders, str(records), str(out), "--processes", "1"])


@pytest.mark.parametrize(
    ("template", "brand", "records"),
    [
        ("contact-data-request", "zandeland", "contact-data-request.json"),
        ("service-cost-statement", "zandeland", "service-cost-statement.xlsx"),
        ("fourteen-day-letter", "grachtstad", "fourteen-day-letter.csv"),
        ("rent-reminder", "grachtstad", "hard-cases.json"),
    ],
)
def test_samples_compose_and_read_back(
    template: str, brand: str, records: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.pdf"
    assert _run(template, brand, SAMPLES / "records" / records, out) == 0
    assert out.read_bytes().startswith(b"%PDF-1.6")
    assert "0 differ" in capsys.readouterr().out


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    records = SAMPLES / "records/fourteen-day-letter.csv"
    for name in ("a.pdf", "b.pdf"):
        assert _run("fourteen-day-letter", "grachtstad", records, tmp_path / name) == 0
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_faulty_records_are_all_named_and_nothing_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("rent-reminder", "grachtstad", SAMPLES / "records/faulty.json", tmp_path / "out.pdf") == 1
    errors = capsys.readouterr().err
    assert "records-invalid" in errors
    assert "text-direction-unsupported" in errors
    assert list(tmp_path.iterdir()) == []


def test_letters_that_may_not_be_printed_stop_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = tmp_path / "records.json"
    first = json.loads((SAMPLES / "records/rent-reminder.json").read_bytes())["records"][0]
    records.write_text(json.dumps([first | {"salutation": "mevrouw \U0001f600"}]), "utf-8")
    assert _run("rent-reminder", "grachtstad", records, tmp_path / "out.pdf") == 1
    assert "glyph-missing" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["records.json"]


def test_an_unknown_kind_of_records_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "records.ods"
    path.write_bytes(b"x")
    assert _run("rent-reminder", "grachtstad", path, tmp_path / "out.pdf") == 1
    assert "records-kind-unknown" in capsys.readouterr().err
