"""Draws letter 0 of an engine and reads its codes, so that no engine is fast because it leaves something out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2
import zxingcpp

from benchmarks.render.content import content, entry_payload, payment_payload, static

if TYPE_CHECKING:
    from pathlib import Path

_DPI = 200
_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, slots=True)
class Read:
    """What was found of letter 0: pages, codes that hold what they should, words that are missing from its text."""

    pages: int
    codes: int
    words_missing: tuple[str, ...]
    pictures: tuple[Path, ...]

    @property
    def whole(self) -> bool:
        """True when nothing is missing."""
        return (self.pages, self.codes, self.words_missing) == (2, 2, ())


def checked(folder: Path, name: str) -> Read:
    """Read ``name``.pdf in ``folder``; its pages become pictures beside it."""
    pictures: list[Path] = []
    texts, codes = list[str](), set[bytes]()
    document = pypdfium2.PdfDocument(folder / f"{name}.pdf")
    for number, page in enumerate(document, 1):
        image = page.render(scale=_DPI / 72, grayscale=False).to_pil()
        path = folder / f"{name}-{number}.png"
        image.save(path)
        pictures.append(path)
        texts.append(page.get_textpage().get_text_range())
        codes |= {found.bytes for found in zxingcpp.read_barcodes(image, formats=_FORMATS)}
    wanted = {payment_payload(0), entry_payload(0)}
    return Read(len(document), len(codes & wanted), _missing(" ".join(texts)), tuple(pictures))


def _missing(text: str) -> tuple[str, ...]:
    """Words of the letter that its pages do not have; spaces and line ends do not count."""
    found = "".join(text.split())
    return tuple([words for words in _words() if "".join(words.split()) not in found])


def _words() -> list[str]:
    """Everything that a reader of the letter sees."""
    one, words = content(0), static()
    fields = one.fields()
    texts = [text.replace("**", "").format_map(fields) for text in (words.subject, *words.paragraphs)]
    cells = [cell for row in (*one.rows, *one.vat) for cell in row]
    single = (words.return_line, words.pay_caption, words.pay_to, words.iban, words.host, words.cut_here)
    slip = (words.slip_title, words.slip_label, *one.slip)
    blocks = (*words.pay_labels, *words.entry_labels, words.pay_title, words.entry_title, one.entry_words, one.ref)
    return [*texts, *cells, *single, *slip, *blocks, *words.sender, *words.footer, *words.pages, *one.address, one.due]
