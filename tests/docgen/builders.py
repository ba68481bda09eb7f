"""Brands, templates, letters and print files for tests of composing, from samples or from a few lines."""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docgen.compose import Composed, Composer
from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import FileInfo, PrintFileWriter, Written
from docgen.findings import Place
from docgen.layouts.brand_file import load_brand
from docgen.letters import EntryAccess, Letter
from docgen.postal.address import PostalAddress
from docgen.preview import EXAMPLE_CODE, EXAMPLE_TOKEN
from docgen.qr import entry_link
from docgen.records.raw import RawRecord
from docgen.records.validate import validate_record
from docgen.templates.load import load_template
from docgen.templates.package import BRAND_RULES, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from docgen.drawing.output_intent import OutputIntent
    from docgen.drawing.print_file import DrawnLetter, Resources
    from docgen.layouts.theme import Brand
    from docgen.templates.model import Template

SAMPLES = Path(__file__).parents[2] / "samples"
DAY = dt.date(2026, 11, 23)
CREATED = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
ADDRESS = PostalAddress(("Mevrouw A.B. de Vries",), "Voorbeeldstraat", "12", "", "2", "1234 AB", "Voorbeeldstad")

REPLY_FORM = """
[reply_form]
id = "meter"
title = "Antwoordstrook"
size = "third"
[[reply_form.fields]]
name = "reading"
kind = "meter_reading"
label = "Stand"
dials = 5
"""


@cache
def brand_files(name: str) -> Mapping[str, bytes]:
    return read_folder(SAMPLES / "brands" / name, BRAND_RULES)


@cache
def brand(name: str = "grachtstad") -> Brand:
    return load_brand(brand_files(name))


@cache
def template(name: str) -> Template:
    return load_template(read_folder(SAMPLES / "templates" / name))


@cache
def composer(template_name: str, brand_name: str = "grachtstad") -> Composer:
    return Composer(template(template_name), brand(brand_name), DAY)


def example(made_from: Template, language: str = "nl", house: Brand | None = None, **changes: Any) -> Letter:  # noqa: ANN401 (any value of a record)
    """The template's example as a letter; ``changes`` replace values of the record."""
    record = {**made_from.example, "language": language, **changes}
    letter = validate_record(made_from, RawRecord(Place(), record))
    assert isinstance(letter, Letter), letter
    host = (house or brand()).entry_host
    entry = EntryAccess(entry_link.encode(f"https://{host}", EXAMPLE_TOKEN), host or "", EXAMPLE_CODE)
    return replace(letter, entry=entry if made_from.entry else None)


def small_template(body: str, toml: str = "", *, fields: str = "", head: str = "") -> Template:
    """A template of a few lines: ``head`` are further keys at the top, ``toml`` follows at the end."""
    source = f"""
id = "small"
version = "1"
title = {{ nl = "Klein" }}
languages = ["nl"]
{head if "envelope" in head else 'envelope = "nl-dl-right"' + chr(10) + head}
{fields}
{toml}
"""
    return load_template({"template.toml": source.encode(), "body.nl.md": f"Subject: Onderwerp\n\n{body}".encode()})


def small_letter(values: Mapping[str, object] | None = None, address: PostalAddress = ADDRESS) -> Letter:
    return Letter("r-1", "nl", address, values or {})


def contents(drawn: DrawnLetter) -> list[bytes]:
    """The content streams of a letter, inflated."""
    return [zlib.decompress(page) for page in drawn.pages]


@dataclass(frozen=True, slots=True)
class PrintFile:
    data: bytes
    written: Written


def print_file(
    letters: Iterable[DrawnLetter],
    resources: Resources,
    intent: OutputIntent | None = None,
    *,
    duplex: bool = False,
    title: str = "Batch bat_1",
) -> PrintFile:
    out = BytesIO()
    writer = PrintFileWriter(out, resources, FileInfo(title, CREATED), intent or fogra39(), duplex=duplex)
    for letter in letters:
        writer.add(letter)
    written = writer.close()
    return PrintFile(out.getvalue(), written)


def compose(made_from: Template, letter: Letter, house: Brand | None = None) -> tuple[Composer, Composed]:
    made = Composer(made_from, house or brand(), DAY)
    return made, made.compose(letter)
