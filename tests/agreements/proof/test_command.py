"""A proof without a service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agreements.__main__ import main
from samples.make_evidence import agreed_by_sms, agreed_on_page, agreed_on_paper, slip_picture

if TYPE_CHECKING:
    import pytest

_SAMPLES = Path(__file__).parents[3] / "samples"


def test_a_proof_is_drawn_and_checked_by_two_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples, out = _SAMPLES / "agreements", tmp_path / "proof.pdf"
    evidence, brand = str(samples / "evidence-slip.json"), str(_SAMPLES / "brands" / "zandeland")
    assert main(["proof", evidence, brand, str(out), "--language", "en", "--slip", str(samples / "slip.png")]) == 0
    assert out.read_bytes().startswith(b"%PDF-1.7")
    assert main(["verify", str(out)]) == 0
    assert "HOLDS" in capsys.readouterr().out


def test_what_is_no_evidence_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "no.json").write_text("{}")
    brand = str(_SAMPLES / "brands" / "grachtstad")
    assert main(["proof", str(tmp_path / "no.json"), brand, str(tmp_path / "out.pdf")]) == 1
    assert "proof-evidence-invalid" in capsys.readouterr().err
    assert main(["proof", str(tmp_path / "none.json"), brand, str(tmp_path / "out.pdf")]) == 1
    assert main(["prove"]) == 2


def test_the_samples_are_what_their_maker_makes() -> None:
    web, text, paper = agreed_on_page(), agreed_by_sms("JA"), agreed_on_paper()
    for chain in (web, text, paper):
        chain.checkpoint()
    text.forget(1, 2)
    for name, chain in (("evidence", web), ("evidence-sms", text), ("evidence-slip", paper)):
        assert (_SAMPLES / "agreements" / f"{name}.json").read_bytes() == chain.document()
    assert slip_picture()
