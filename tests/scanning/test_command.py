from __future__ import annotations

import json
from typing import TYPE_CHECKING

import cv2
import pytest

from scanning.__main__ import main
from tests.scanning.slips import geometry, scanned

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / f"{geometry().form}.json").write_text(geometry().to_json())
    return folder


@pytest.mark.slow
def test_scans_are_read_without_a_service(tmp_path: Path, forms: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan, broken = tmp_path / "slip.png", tmp_path / "broken.tif"
    cv2.imwrite(str(scan), scanned(1, {"reading": "12345"}).grey)
    broken.write_bytes(b"")

    assert main(["read", str(scan), str(broken), "--forms", str(forms), "--json", "--day", "2026-11-23"]) == 1
    page, failed, balance = map(json.loads, capsys.readouterr().out.splitlines())
    assert (page["kind"], page["slips"][0]["fields"][0]["read"]) == ("slip", "12345")
    assert failed["findings"][0]["code"] == "scan-empty-file"
    assert balance == {"balance": {"pages": 2, "slip": 1, "blank": 0, "exception": 1}}


@pytest.mark.slow
def test_what_is_read_is_told_in_words(tmp_path: Path, forms: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan = tmp_path / "slip.png"
    cv2.imwrite(str(scan), scanned(1, {"reading": "12345"}).grey)

    assert main(["read", str(scan), "--forms", str(forms), "--day", "2026-11-23"]) == 0
    assert "1 pages, 1 slip, 0 blank, 0 exception" in capsys.readouterr().out


def test_a_folder_without_forms_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "scan.pdf", "--forms", str(tmp_path)]) == 2
    assert "slip-forms-missing" in capsys.readouterr().err


def test_a_spoilt_form_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ABCDEF.json").write_text("{}")
    assert main(["read", "scan.pdf", "--forms", str(tmp_path)]) == 2
    assert "slip-geometry-unreadable" in capsys.readouterr().err
