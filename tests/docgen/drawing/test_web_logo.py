"""Logos for pages: what is seen stays, and nothing else that lies in the file."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from reportlab.pdfgen.canvas import Canvas

from docgen.drawing.web_logo import web_logo
from docgen.findings import Refusal
from docgen.layouts.theme import Logo
from tests.docgen.builders import brand_files

SVG = b"""<?xml version="1.0"?><!-- made with a program --><?other thing?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://a.program/" viewBox="0 0 9 9" onload="alert(1)" x:made="by">
<metadata><x:author>Somebody</x:author></metadata><!-- a note -->
<g onclick="alert(2)" fill="#123456"><path d="M0 0h9v9z"/></g></svg>"""


def logo(name: str, data: bytes) -> Logo:
    return Logo(name, data, 30)


def test_shapes_of_an_svg_stay_and_nothing_that_runs_or_tells() -> None:
    kind, data = web_logo(logo("a.svg", SVG))
    assert kind == "svg"
    assert b'<path d="M0 0h9v9z"/>' in data
    for gone in (b"alert", b"program", b"Somebody", b"note", b"other", b"on", b"x:"):
        assert gone not in data, gone


@pytest.mark.parametrize("name", ["grachtstad", "zandeland"])
def test_logos_of_the_samples_keep_all_their_shapes(name: str) -> None:
    source = brand_files(name)["logo.svg"]
    made = web_logo(logo("logo.svg", source)).data
    assert made.count(b"<path") == source.count(b"<path") > 0


def test_an_svg_with_a_script_is_refused() -> None:
    with pytest.raises(Refusal, match="brand-logo-invalid"):
        web_logo(logo("a.svg", SVG.replace(b"<g ", b"<script/><g ")))


def test_a_png_is_written_anew_no_larger_than_a_page_shows_it() -> None:
    out, text = BytesIO(), PngInfo()
    text.add_text("Author", "Somebody")
    Image.new("RGB", (2000, 500), "red").save(out, "PNG", pnginfo=text, icc_profile=b"a profile" * 20)
    kind, data = web_logo(logo("a.PNG", out.getvalue()))
    made = Image.open(BytesIO(data))
    assert (kind, made.size, made.info) == ("png", (800, 200), {})


def test_a_pdf_becomes_a_picture_of_its_page() -> None:
    out = BytesIO()
    canvas = Canvas(out, pagesize=(100, 50))
    canvas.setAuthor("Somebody")
    canvas.rect(0, 0, 50, 50, fill=1)
    canvas.save()
    kind, data = web_logo(logo("a.pdf", out.getvalue()))
    made = Image.open(BytesIO(data))
    assert (kind, made.size, made.info) == ("png", (800, 400), {})
    assert made.getpixel((10, 200)) == (0, 0, 0, 255)
