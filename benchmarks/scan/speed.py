"""Pages a second on one core, from the file to the readings, and where the time goes."""

from __future__ import annotations

import io
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pikepdf
from PIL import Image

from benchmarks.scan.press import Press
from benchmarks.scan.trial import invent
from docgen.findings import Finding
from scanning.digits.reader import DigitReader
from scanning.forms import KnownForms
from scanning.intake.pages import pages_of
from scanning.read import read_page
from scanning.simulation.filled import HandWriter, fill_in
from scanning.simulation.scanner import TYPICAL, scan

if TYPE_CHECKING:
    from scanning.page import GreyImage

_ROUNDS = 3


def speeds(pages: int) -> dict[str, object]:
    """Medians of three rounds over files of grey pages of A4, typical scans, by dpi; one thread."""
    cv2.setNumThreads(1)
    with TemporaryDirectory() as name:
        return {f"a4-{dpi}-grey-jpeg-pdf": _speed(Path(name), dpi, pages) for dpi in (200, 300)}


def _speed(folder: Path, dpi: int, pages: int) -> dict[str, object]:
    press = Press()
    path = folder / f"{dpi}.pdf"
    _write(path, [written_page(press, number, dpi) for number in range(pages)], dpi)
    forms, network = KnownForms({press.geometry.form: press.geometry.to_json()}), DigitReader.shipped()
    rounds = [_round(path, forms, network) for _ in range(_ROUNDS + 1)][1:]
    steps = {step: round(statistics.median(one[step] for one in rounds), 2) for step in rounds[0]}
    return {"pages_per_s": round(1000 / steps["all"], 1), "ms_a_page": steps, "pages": pages}


def _round(path: Path, forms: KnownForms, network: DigitReader) -> dict[str, float]:
    """Milliseconds of processor time a page, by step; what is not a step of reading is decoding."""
    started, steps, count = time.process_time(), dict[str, float](), 0
    for page in pages_of(path):
        if isinstance(page, Finding):
            continue
        count += 1
        for step, took_ms in read_page(page, forms, network).timings_ms.items():
            steps[step] = steps.get(step, 0.0) + took_ms
    whole = (time.process_time() - started) * 1000
    return {**{step: took / count for step, took in steps.items()}, "all": whole / count}


def written_page(press: Press, number: int, dpi: int) -> GreyImage:
    """A filled-in page of A4 as a typical scan."""
    rng = np.random.default_rng(number)
    paper = press.sheet(number).paper.copy()
    top = paper.shape[0] - round(press.geometry.height_mm * 400 / 25.4)
    fill_in(paper[top:], 400, press.geometry, invent(rng, junk=False).answers, HandWriter.draw(rng), rng)
    return scan(paper, 400, dpi, TYPICAL, rng)


def _write(path: Path, pages: list[GreyImage], dpi: int) -> None:
    pdf = pikepdf.new()
    for grey in pages:
        held = io.BytesIO()
        Image.fromarray(grey).save(held, "JPEG", quality=85)
        height, width = grey.shape
        image = pikepdf.Stream(pdf, held.getvalue())
        image.update(
            {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": width, "/Height": height}
        )
        image.update(
            {"/ColorSpace": pikepdf.Name.DeviceGray, "/BitsPerComponent": 8, "/Filter": pikepdf.Name.DCTDecode}
        )
        size = [width * 72 / dpi, height * 72 / dpi]
        page = pdf.add_blank_page(page_size=(size[0], size[1]))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=pdf.make_indirect(image)))
        page.Contents = pdf.make_stream(f"q {size[0]:.3f} 0 0 {size[1]:.3f} 0 0 cm /Im Do Q".encode())
    pdf.save(path)
