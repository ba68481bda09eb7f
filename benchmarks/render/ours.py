"""Ours and its limits; what is not measured is made ready before, as for the peers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, BinaryIO

import pypdf  # noqa: F401 (logos need these two late; imports are made before measuring, for every engine)
import svglib.svglib  # noqa: F401
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from benchmarks.letters import DAY, composer, letter
from benchmarks.render.content import entry_payload, payment_payload
from benchmarks.render.engines import BY_NAME, FLOOR
from docgen.compose import collect_seldom
from docgen.drawing.chunks import read_chunk, write_chunk
from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import DrawnLetter, FileInfo, PrintFileWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from docgen.compose import Composer

_STREAMS = "streams.chunk"


def prepare(data: Path, out: Path) -> Callable[[], object]:
    """Everything is measured: compiling the template, making the letters, subsets of fonts, the finished file."""
    count = letter_count(data)

    def run() -> None:
        collect_seldom()
        engine = composer()
        write_file(engine, (one.drawn for one in engine.compose_all(map(letter, range(count)))), out)

    return run


def prepare_laid_out(data: Path, out: Path) -> Callable[[], object]:
    """Compiling and laying out alone: what validation does with a letter. The file stays empty."""
    count = letter_count(data)

    def run() -> None:
        collect_seldom()
        engine = composer()
        for _ in engine.lay_out_all(map(letter, range(count))):
            pass
        out.touch()

    return run


def prepare_writer(data: Path, out: Path) -> Callable[[], object]:
    """Our writer alone, on streams made before: framing, hashing, subsets of fonts."""
    engine, drawn = composer(), drawn_letters(data)
    return lambda: write_file(engine, drawn, out)


def prepare_floor(data: Path, out: Path) -> Callable[[], object]:
    """The streams framed as pages and written, and nothing else; several times over, or there is nothing to measure."""
    pages = [page for one in drawn_letters(data) for page in one.pages] * BY_NAME[FLOOR].times
    return lambda: _write_bare(pages, out)


def prepare_encoder(data: Path, out: Path) -> Callable[[], object]:
    """The two codes of each letter by the reference encoder: what no engine without an own encoder can pass."""
    payloads = [payload(number) for number in range(letter_count(data)) for payload in (payment_payload, entry_payload)]

    def run() -> None:
        for payload in payloads:
            code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
            code.add_data(payload, optimize=0)
            code.make(fit=True)
        out.touch()

    return run


def letter_count(data: Path) -> int:
    """How many letters a data folder is for."""
    return int((data / "count").read_text("ascii"))


def write_streams(data: Path) -> None:
    """Compose the letters of a data folder once, for who only writes them."""
    engine = composer()
    composed = engine.compose_all(map(letter, range(letter_count(data))))
    with (data / _STREAMS).open("wb") as out:
        out.writelines(write_chunk((one.laid_out.record_id, one.drawn) for one in composed))


def drawn_letters(data: Path) -> list[DrawnLetter]:
    """The letters of ``write_streams``."""
    with (data / _STREAMS).open("rb") as stream:
        return [one for _, one in read_chunk(stream)]


def write_file(engine: Composer, letters: Iterable[DrawnLetter], out: Path) -> int:
    """One print file of letters as they come; its size."""
    with out.open("wb") as file:
        writer = file_writer(engine, file)
        for one in letters:
            writer.add(one)
        return writer.close().size


def file_writer(engine: Composer, file: BinaryIO) -> PrintFileWriter:
    """A print file as a real run writes it, with colour profile and metadata."""
    info = FileInfo("Benchmark", dt.datetime.combine(DAY, dt.time(), dt.UTC))
    return PrintFileWriter(file, engine.resources, info, fogra39(), duplex=engine.template.duplex)


def _write_bare(pages: list[bytes], out: Path) -> None:
    """A PDF of page streams without fonts or forms: the bytes that no engine can leave out."""
    offsets, size = list[int](), 9
    with out.open("wb") as file:
        file.write(b"%PDF-1.6\n")
        for number, page in enumerate(pages):
            body = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (2 * number + 3, len(page), page)
            head = b"%d 0 obj\n<</Type/Page/Parent 1 0 R/Contents %d 0 R>>\nendobj\n" % (2 * number + 4, 2 * number + 3)
            offsets += (size, size + len(body))
            size += len(body) + len(head)
            file.write(body + head)
        kids = b" ".join([b"%d 0 R" % (2 * number + 4) for number in range(len(pages))])
        tree = b"1 0 obj\n<</Type/Pages/MediaBox[0 0 595 842]/Count %d/Kids[%s]>>\nendobj\n" % (len(pages), kids)
        root = b"2 0 obj\n<</Type/Catalog/Pages 1 0 R>>\nendobj\n"
        file.write(tree + root)
        rows = b"".join([b"%010d 00000 n \n" % offset for offset in (size, size + len(tree), *offsets)])
        count, start = len(offsets) + 3, size + len(tree) + len(root)
        file.write(b"xref\n0 %d\n0000000000 65535 f \n%strailer\n" % (count, rows))
        file.write(b"<</Size %d/Root 2 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, start))
