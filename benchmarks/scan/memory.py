"""How much memory the reading of a long file takes, whole chain, in the child that reads it."""

from __future__ import annotations

import io
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PIL import Image

from benchmarks.scan.press import Press
from benchmarks.scan.speed import written_page
from scanning.intake.isolated import run_isolated
from scanning.reading_task import READING_LIMITS, reading_parcels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanning.page import GreyImage

_DPI, _DIFFERENT = 200, 12


def peaks(counts: Sequence[int]) -> dict[str, object]:
    """Files of so many pages of A4 at 200 dpi, each page a stream of its own."""
    press = Press()
    jpegs = [_jpeg(written_page(press, number, _DPI)) for number in range(_DIFFERENT)]
    geometries = {press.geometry.form: press.geometry.to_json()}
    with TemporaryDirectory() as folder:
        return {str(pages): _peak(Path(folder) / "scan.pdf", jpegs, pages, geometries) for pages in counts}


def _peak(path: Path, jpegs: Sequence[tuple[bytes, int, int]], pages: int, geometries: dict[str, str]) -> object:
    _write(path, jpegs, pages)
    started, slips = time.monotonic(), 0
    reading = run_isolated(reading_parcels, READING_LIMITS, path, geometries)
    while True:
        try:
            one = next(reading)
        except StopIteration as stop:
            ending = stop.value
            break
        slips += isinstance(getattr(one, "value", None), dict) and bool(one.value["slips"])  # type: ignore[union-attr] # a finding has no value
    size = path.stat().st_size
    path.unlink()
    return {
        "slips": slips,
        "file_mb": round(size / 1e6),
        "peak_mb": round(ending.peak_bytes / 1e6, 1) if ending else None,
        "cpu_s": round(ending.cpu_s, 1) if ending else None,
        "wall_s": round(time.monotonic() - started, 1),
    }


def _jpeg(grey: GreyImage) -> tuple[bytes, int, int]:
    held = io.BytesIO()
    Image.fromarray(grey).save(held, "JPEG", quality=85)
    return held.getvalue(), grey.shape[1], grey.shape[0]


def _write(path: Path, jpegs: Sequence[tuple[bytes, int, int]], pages: int) -> None:
    """The file, page by page, so that writing it takes no memory either."""
    places = list[int]()
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        for number in range(pages):
            for body in _page(3 + 3 * number, *jpegs[number % len(jpegs)]):
                places.append(file.tell())
                file.write(b"%d 0 obj\n%s\nendobj\n" % (2 + len(places), body))
        kids = b" ".join(b"%d 0 R" % (3 + 3 * number) for number in range(pages))
        first = [file.tell()]
        file.write(b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n")
        first.append(file.tell())
        file.write(b"2 0 obj\n<</Type/Pages/Count %d/Kids[%s]>>\nendobj\n" % (pages, kids))
        start = file.tell()
        file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (3 + len(places)))
        file.writelines(b"%010d 00000 n \n" % place for place in first + places)
        file.write(b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (3 + len(places), start))


def _page(number: int, jpeg: bytes, width: int, height: int) -> tuple[bytes, bytes, bytes]:
    """The page with this object number, its content and its picture, which follow."""
    wide, high = width * 72 / _DPI, height * 72 / _DPI
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.3f %.3f]/Contents %d 0 R/Resources<</XObject<</Im %d 0 R>>>>>>"
    content = b"q %.3f 0 0 %.3f 0 0 cm /Im Do Q" % (wide, high)
    keys = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode"
    return (
        page % (wide, high, number + 1, number + 2),
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content),
        keys % (width, height) + b"/Length %d>>\nstream\n%s\nendstream" % (len(jpeg), jpeg),
    )
