"""The letter in Typst, in its fastest form: one compile, codes as raw pixels, no accessibility tags."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typst

from benchmarks.render.content import BAR_DOTS, BAR_PITCH_DOTS, FONTS, LOGO, read_contents, static

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.render.content import Content

_TEMPLATE = Path(__file__).with_name("letter.typ")
_FONT_FOLDERS = [FONTS / "source-sans-3", FONTS / "source-code-pro"]
_FIELD = re.compile(r"{(\w+)}")
_DARK, _LIGHT = 0, 255


def prepare(data: Path, out: Path, *, tags: bool = False) -> Callable[[], object]:
    """Data files beside the template; what is measured reads them, compiles and writes ``out``."""
    source = data / "letter.typ"
    source.write_text(_with_texts(_TEMPLATE.read_text("utf-8")), "utf-8")
    shutil.copy(LOGO, data / "logo.svg")
    _write_data(data)

    def run() -> None:
        typst.compile(source, out, data, _FONT_FOLDERS, ignore_system_fonts=True, pdf_tags=tags)

    return run


def prepare_tagged(data: Path, out: Path) -> Callable[[], object]:
    """The same with tags, which is how Typst writes a file unless told otherwise."""
    return prepare(data, out, tags=True)


def _with_texts(template: str) -> str:
    """The template behind its texts, as functions of a letter."""
    words = static()
    texts = ",\n".join(_function(text) for text in words.paragraphs)
    return f"#let subject = {_function(words.subject)}\n#let paragraphs = (\n{texts},\n)\n{template}"


def _function(text: str) -> str:
    body = _FIELD.sub(r"#(l.\1)", text).replace("**", "*")
    return f"l => [{body}]"


def _write_data(data: Path) -> None:
    letters = list[dict[str, object]]()
    with (data / "pixels.bin").open("wb") as pixels:
        for one in read_contents(data / "letters.jsonl"):
            letters.append(_letter(one, pixels.tell(), blob := bytearray()))
            pixels.write(blob)
    text = json.dumps({"static": asdict(static()), "letters": letters}, ensure_ascii=False)
    (data / "letters.json").write_text(text, "utf-8")


def _letter(one: Content, start: int, blob: bytearray) -> dict[str, object]:
    """A letter whose codes are places in the file of pixels; their bytes are appended to ``blob``."""
    fields = asdict(one)
    for name in ("payment_code", "entry_code", "kix"):
        del fields[name]
    for name, rows in (("pay", one.payment_code), ("entry", one.entry_code)):
        fields |= {name: start + len(blob), f"{name}_n": len(rows)}
        blob += bytes([_DARK if module == "1" else _LIGHT for module in "".join(rows)])
    for name, states in (("upper", "FA"), ("middle", "FADT"), ("lower", "FD")):
        strip = _strip(one.kix, states)
        fields |= {name: start + len(blob), "bars": len(strip)}
        blob += strip
    return fields


def _strip(states: str, dark: str) -> bytes:
    """One row of pixels over all bars, two dots wide each."""
    bar, gap = BAR_DOTS // 2, (BAR_PITCH_DOTS - BAR_DOTS) // 2
    row = b"".join([bytes([_DARK if state in dark else _LIGHT]) * bar + bytes([_LIGHT]) * gap for state in states])
    return row[:-gap]
