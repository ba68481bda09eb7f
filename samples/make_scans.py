#!/usr/bin/env python3
"""Make scans of slips as they come back: printed by the service, filled in by made hands, and scanned.

``python samples/make_scans.py BATCHES RECORDS.csv OUT.pdf`` takes the first slips of fetched batches and writes one
PDF of pictures, as a feeder scanner does, with a blank back and somebody's other letter among them. Each reading is the
one before it, from the records, with a year's use added. The same batches give the same scans.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PIL import Image

from docgen.compose import Composer
from docgen.drawing.raster import open_pdf, page_gray
from docgen.layouts.brand_file import load_brand
from docgen.layouts.geometry import A4_WIDTH_MM, Rect
from docgen.templates.load import load_template
from docgen.templates.package import BRAND_RULES, read_folder
from scanning.simulation.filled import CANCELLED, HandWriter, fill_in
from scanning.simulation.scanner import TYPICAL, scan, turned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docgen.layouts.slip_geometry import SlipGeometry
    from scanning.page import GreyImage

SAMPLES: Final = Path(__file__).parent
_PAPER_DPI, _DPI, _SEED = 300, 200, 20261123
_READ_ON = dt.date(2026, 11, 20)
_JPEG_QUALITY = 80


def main() -> None:
    """Write the scans."""
    parser = argparse.ArgumentParser(description="Make scans of slips as they come back.")
    parser.add_argument(
        "batches", type=Path, help="folder of batches that were fetched, with manifests and print files"
    )
    parser.add_argument("records", type=Path, help="the records that they were made from, as .csv")
    parser.add_argument("out", type=Path, help="the PDF to write")
    parser.add_argument("--brand", type=Path, default=SAMPLES / "brands/zandeland")
    parser.add_argument("--template", type=Path, default=SAMPLES / "templates/water-meter-reading")
    parser.add_argument("--slips", type=int, default=24)
    options = parser.parse_args()
    pages = [_jpeg(page) for page in _pages(options)]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    pages[0].save(options.out, "PDF", save_all=True, append_images=pages[1:], resolution=_DPI)
    sys.stdout.write(f"{options.out}: {len(pages)} pages\n")


def _pages(options: argparse.Namespace) -> Iterator[GreyImage]:
    composer = Composer(
        load_template(read_folder(options.template)), load_brand(read_folder(options.brand, BRAND_RULES)), _READ_ON
    )
    before = _previous_readings(options.records)
    rng = np.random.default_rng(_SEED)
    for number, (pdf, page, row) in enumerate(_slips(options.batches, options.slips)):
        geometry = composer.plan(row["language"]).slip_geometry
        if geometry is None:
            continue
        paper = _cut_off(pdf, page, geometry)
        answers = _answers(number, before.get(row["record_id"], ""), rng)
        fill_in(paper, _PAPER_DPI, geometry, answers, HandWriter.draw(rng, "mixed"), rng)
        yield turned(scan(paper, _PAPER_DPI, _DPI, TYPICAL, rng), 2 * int(rng.random() < 0.1))  # noqa: PLR2004 (a few lie upside down)
        if number == 0:
            yield scan(np.full_like(paper, 255), _PAPER_DPI, _DPI, TYPICAL, rng)
            yield scan(_other_letter(paper), _PAPER_DPI, _DPI, TYPICAL, rng)


def _slips(folder: Path, count: int) -> Iterator[tuple[Path, int, dict[str, str]]]:
    """Print file, page and row of the manifest of the first letters that have a slip on one page."""
    rows = [
        (manifest, row)
        for manifest in sorted(folder.glob("*/*-manifest.csv"))
        for row in csv.DictReader(manifest.open(encoding="utf-8"))
    ]
    for manifest, row in rows[:count]:
        yield manifest.parent / row["file"], int(row["first_page"]), row


def _previous_readings(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8-sig") as records:
        return {row["record_id"]: row["previous_reading"] for row in csv.DictReader(records, delimiter=";")}


def _cut_off(pdf: Path, page: int, geometry: SlipGeometry) -> GreyImage:
    area = Rect(0.0, geometry.page_top_mm, A4_WIDTH_MM, geometry.height_mm)
    with open_pdf(pdf) as document:
        return np.array(page_gray(document, page, _PAPER_DPI, area))


def _answers(number: int, previous: str, rng: np.random.Generator) -> dict[str, str]:
    """What people write: nearly all a reading and a day, some leave one out or scribble."""
    reading = str(int(previous or 0) + int(rng.gamma(2.0, 50)))
    if number % 8 == 3:  # noqa: PLR2004 (some strike out a digit)
        reading = reading[:-1] + CANCELLED
    day = _READ_ON + dt.timedelta(days=int(rng.integers(-8, 1)))
    return {
        "reading": "" if number % 12 == 5 else reading,  # noqa: PLR2004 (some forget it)
        "reading_date": f"{day:%d%m%Y}",
        "signature": "x",
    }


def _other_letter(paper: GreyImage) -> GreyImage:
    page = np.full_like(paper, 255)
    for line in range(8):
        cv2.putText(
            page, "Beste buren, zaterdag is er koffie.", (200, 180 + 110 * line), cv2.FONT_HERSHEY_SIMPLEX, 2, 40, 4
        )
    return page


def _jpeg(page: GreyImage) -> Image.Image:
    held = BytesIO()
    Image.fromarray(page).save(held, "JPEG", quality=_JPEG_QUALITY, dpi=(_DPI, _DPI))
    return Image.open(held)


if __name__ == "__main__":
    main()
