"""``python -m docgen slip``: where everything stands on the slips of a template, as files for a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen.__main__ import main
from docgen.layouts.slip_geometry import read_geometry
from docgen.preview import preview
from docgen.qr.slip_code import SPECIMEN_PIECE_ID, decode
from tests.docgen.builders import DAY, SAMPLES, brand, composer, example, template

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_BRAND = str(SAMPLES / "brands" / "zandeland")


def test_a_file_for_each_language_is_named_after_its_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "forms"
    assert main(["slip", str(SAMPLES / "templates" / "water-meter-reading"), _BRAND, str(out)]) == 0
    files = sorted(out.iterdir())
    made = composer("water-meter-reading", "zandeland")
    plans = [made.plan(language).slip_geometry for language in ("nl", "en")]
    assert [read_geometry(path.read_bytes()).form for path in files] == [path.stem for path in files]
    assert {path.stem for path in files} == {geometry.form for geometry in plans if geometry}
    assert "water-meter-reading in en" in capsys.readouterr().out


def test_a_template_without_a_form_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slip", str(SAMPLES / "templates" / "rent-reminder"), _BRAND, str(tmp_path / "forms")]) == 1
    assert "reply-form-missing" in capsys.readouterr().err


def test_the_slip_of_a_preview_is_of_no_piece() -> None:
    made = composer("water-meter-reading")
    slip = made.lay_out(example(template("water-meter-reading"))).pages[0].slip
    assert slip is not None
    code = decode(slip.payload.decode())
    assert code is not None
    assert code.piece_id == SPECIMEN_PIECE_ID
    assert preview(template("water-meter-reading"), brand(), "nl", DAY).findings == ()
