"""Writes the corpus of scans that tests hold the reader to: ``.venv/bin/python benchmarks/scan/corpus.py``.

Each folder has small images, what was written on them (``truth.json``) and what is asked (``floor.toml``). Run it anew
only when slips are printed differently; thresholds change in a diff that is looked at.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.scan.press import ROOT, Press  # noqa: E402 (needs the path above)
from benchmarks.scan.trial import invent  # noqa: E402 (the same)
from docgen.qr.encoder import Level, encode  # noqa: E402 (the same)
from docgen.qr.slip_code import SlipCode  # noqa: E402 (the same)
from docgen.qr.token import derive_piece_id  # noqa: E402 (the same)
from scanning.simulation.filled import HandWriter, fill_in  # noqa: E402 (the same)
from scanning.simulation.printed import printed_slip  # noqa: E402 (the same)
from scanning.simulation.scanner import CONDITIONS, scan  # noqa: E402 (the same)

if TYPE_CHECKING:
    from benchmarks.scan.trial import Written
    from scanning.page import GreyImage
    from scanning.simulation.hands import Style

CORPUS: Final = ROOT / "tests/scanning/corpus"
_PAPER_DPI, _DPI = 400, 200
_SLIPS = 5
# folder: condition, style of the hands, share of digit and tick fields that must at least be accepted
_FOLDERS: Final[dict[str, tuple[str, Style, float]]] = {
    "european-typical": ("typical", "european", 0.6),
    "us-typical": ("typical", "us", 0.5),
    "european-harsh": ("harsh", "european", 0.5),
    "mixed-1bit": ("typical-1bit", "mixed", 0.2),
}


def main() -> None:
    """Write everything anew."""
    shutil.rmtree(CORPUS, ignore_errors=True)
    press = Press(run="corpus")
    forms = CORPUS / "forms"
    forms.mkdir(parents=True)
    (forms / f"{press.geometry.form}.json").write_text(press.geometry.to_json(), encoding="utf-8")
    for name in _FOLDERS:
        _slips(name, press)
    _nothing(press)


def _slips(name: str, press: Press) -> None:
    condition, style, floor = _FOLDERS[name]
    folder, truths = CORPUS / name, dict[str, object]()
    folder.mkdir()
    for place in range(_SLIPS):
        number = sorted(_FOLDERS).index(name) * 100 + place
        rng = np.random.default_rng(number)
        written = invent(rng, junk=place == 0)
        slip = press.slip(number)
        fill_in(slip.paper, _PAPER_DPI, press.geometry, written.answers, HandWriter.draw(rng, style), rng)
        image = scan(slip.paper, _PAPER_DPI, _DPI, CONDITIONS[condition], rng)
        path = folder / f"{place}.{'png' if condition.endswith('1bit') else 'jpg'}"
        _write(path, image)
        truths[path.name] = {"piece_id": slip.code.piece_id, "written": written.answers, "known": _known(written)}
    (folder / "truth.json").write_text(json.dumps(truths, indent=1) + "\n", encoding="utf-8")
    bilevel = str(condition.endswith("1bit")).lower()
    floors = f"min_accepted = {floor}\nmax_wrongly_accepted = 0\nbilevel = {bilevel}\n"
    (folder / "floor.toml").write_text(floors, encoding="utf-8")


def _known(written: Written) -> dict[str, str]:
    return {str(key): value for key, value in written.known.items()}


def _nothing(press: Press) -> None:
    """Pages that hold no slip of ours: nothing may be read from them."""
    folder = CORPUS / "nothing"
    folder.mkdir()
    rng = np.random.default_rng(7)
    pages = {
        "letter": _letter(),
        "payment-code": _with_code("BCD\n002\n1\nSCT\n\nWoonstichting\nNL91ABNA0417164300\nEUR12.34\n\n\nhuur"),
        "web-code": _with_code("HTTPS://MIJN.GRACHTSTAD.EXAMPLE.NL/01H2K3M4N5P6Q7R8S9T0V1W2X3"),
        "spoilt-code": _with_code("RS1/EM6CDT04S8FSR1Q98KDH9NSVJ51NX"),
        "advert": _advert(rng),
        "blank": np.full((600, 800), 246, np.uint8),
        "squares": _without_codes(press),
        "foreign-slip": _foreign(press),
    }
    for name, page in pages.items():
        _write(folder / f"{name}.png", page)


def _letter() -> GreyImage:
    page = np.full((1169, 827), 250, np.uint8)
    for line in range(24):
        text = "Geachte mevrouw De Vries, wij schrijven u over de huur van uw woning."[: 40 + line % 17]
        cv2.putText(page, text, (70, 160 + 36 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.55, 30, 1, cv2.LINE_AA)
    return page


def _with_code(text: str) -> GreyImage:
    page = _letter()
    modules = encode(text.encode(), Level.M).modules()
    side = modules.shape[0] * 4
    symbol = cv2.resize((1 - modules) * 255, (side, side), interpolation=cv2.INTER_NEAREST)
    page[900 : 920 + side, 50 : 70 + side] = 255
    page[910 : 910 + side, 60 : 60 + side] = symbol
    return page


def _advert(rng: np.random.Generator) -> GreyImage:
    page = np.full((1169, 827), 235, np.uint8)
    for _ in range(60):
        corner = int(rng.integers(0, 760)), int(rng.integers(0, 1100))
        size = int(rng.integers(10, 200))
        grey = int(rng.integers(0, 230))
        cv2.rectangle(page, corner, (corner[0] + size, corner[1] + size), grey, -1)
        cv2.putText(page, f"NU {size}%", corner, cv2.FONT_HERSHEY_DUPLEX, 1.0, 255 - grey, 2, cv2.LINE_AA)
    return page


def _foreign(press: Press) -> GreyImage:
    """A slip of another house, with a form that is not known here."""
    geometry = replace(press.geometry, form_id="another-house")
    code = SlipCode(derive_piece_id("another-house", 1), geometry.form)
    return printed_slip(geometry, code, _DPI)


def _without_codes(press: Press) -> GreyImage:
    """Squares where those of a slip are, and boxes, but neither codes nor number."""
    page = press.slip(999).paper
    page[round(6 * _PAPER_DPI / 25.4) : round(28 * _PAPER_DPI / 25.4), round(14 * _PAPER_DPI / 25.4) :] = 255
    page[round(84 * _PAPER_DPI / 25.4) :, round(15 * _PAPER_DPI / 25.4) : round(130 * _PAPER_DPI / 25.4)] = 255
    return _smaller(page)


def _smaller(page: GreyImage) -> GreyImage:
    return np.asarray(cv2.resize(page, None, fx=0.375, fy=0.375, interpolation=cv2.INTER_AREA), np.uint8)


def _write(path: Path, image: GreyImage) -> None:
    if path.suffix == ".jpg":
        cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 60])
    elif len(np.unique(image)) == 2:  # noqa: PLR2004 (black and white)
        cv2.imwrite(str(path), image, [cv2.IMWRITE_PNG_BILEVEL, 1])
    else:
        cv2.imwrite(str(path), image, [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    main()
