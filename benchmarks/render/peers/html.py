"""The letter as HTML and CSS, printed by WeasyPrint and by headless Chromium; codes are one-bit PNG pictures."""

from __future__ import annotations

import base64
import io
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader
from PIL import Image

from benchmarks.render.content import FONTS, LOGO, bars, read_contents, static
from benchmarks.render.engines import chromium

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.render.content import Content

_PIXELS = bytes.maketrans(b"01", b"\xff\x00")


def prepare_weasyprint(data: Path, out: Path) -> Callable[[], object]:
    """Pictures are made before; what is measured fills the template, sets and saves."""
    from weasyprint import HTML  # noqa: PLC0415 - only this one of the two engines needs it

    letters, codes = _read(data)

    def run() -> None:
        HTML(string=_page(letters, codes), base_url=str(data)).write_pdf(str(out))

    return run


def prepare_chromium(data: Path, out: Path) -> Callable[[], object]:
    """The same in Chromium; starting its processes is measured, because each file needs them."""
    letters, codes = _read(data)
    program, source = chromium() or "chromium", data / "letters.html"
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--no-pdf-header-footer",
        "--disable-pdf-tagging",
        f"--user-data-dir={data / 'chromium'}",
        f"--print-to-pdf={out}",
    ]

    def run() -> None:
        source.write_text(_page(letters, codes), "utf-8")
        subprocess.run([program, *options, source.as_uri()], check=True, capture_output=True)

    return run


def _read(data: Path) -> tuple[list[Content], list[tuple[str, str]]]:
    letters = list(read_contents(data / "letters.jsonl"))
    return letters, [(_picture(one.payment_code), _picture(one.entry_code)) for one in letters]


def _picture(rows: tuple[str, ...]) -> str:
    size, out = len(rows), io.BytesIO()
    pixels = Image.frombytes("L", (size, size), "".join(rows).encode("ascii").translate(_PIXELS))
    pixels.convert("1", dither=Image.Dither.NONE).save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode('ascii')}"


def _page(letters: list[Content], codes: list[tuple[str, str]]) -> str:
    """All letters as one page of HTML."""
    folder = FileSystemLoader(Path(__file__).parent)
    template = Environment(loader=folder, autoescape=False).get_template("letter.html")  # noqa: S701 - names are escaped in the template
    words = static()
    texts = [_markup(text) for text in words.paragraphs]
    return template.render(
        letters=zip(letters, codes, strict=True),
        s=words,
        texts=texts,
        bars=bars,
        fonts=FONTS.as_uri(),
        logo=LOGO.as_uri(),
    )


def _markup(text: str) -> str:
    before, *bold = text.split("**")
    return f"{before}<b>{bold[0]}</b>{bold[1]}" if bold else text
