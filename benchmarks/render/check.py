"""Draws letters of an engine and reads them, so that no engine is fast because it leaves something out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pypdfium2
import zxingcpp

from benchmarks.render.content import content, entry_payload, payment_payload, static

if TYPE_CHECKING:
    from pathlib import Path

_DPI = 200
_PAGES = 2
_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def checked(folder: Path, name: str, letters: int) -> dict[str, object]:
    """Pages, codes that hold what they should and lines of text that lack of ``name``.pdf in ``folder``.

    The pages become pictures beside it, for the eye.
    """
    document = pypdfium2.PdfDocument(folder / f"{name}.pdf")
    codes, lacking = 0, list[str]()
    for number in range(letters):
        texts, found = list[str](), set[bytes]()
        for index in range(_PAGES * number, min(_PAGES * (number + 1), len(document))):
            page = document[index]
            image = page.render(scale=_DPI / 72).to_pil()
            image.save(folder / f"{name}-{index + 1}.png")
            texts.append(page.get_textpage().get_text_range())
            found |= {code.bytes for code in zxingcpp.read_barcodes(image, formats=_FORMATS)}
        codes += len(found & {payment_payload(number), entry_payload(number)})
        lacking += _lacking("".join(texts), number)
    return {"letters": letters, "pages": len(document), "codes": codes, "lacking": lacking}


def _lacking(text: str, number: int) -> list[str]:
    """Lines of a letter that its pages do not have; spaces and line ends do not count."""
    found = "".join(text.split())
    return [line for line in _lines(number) if "".join(line.split()) not in found]


def _lines(number: int) -> list[str]:
    """Everything that a reader of the letter sees."""
    one, words = content(number), static()
    fields = one.fields()
    texts = [text.replace("**", "").format_map(fields) for text in (words.subject, *words.paragraphs)]
    cells = [cell for row in (*one.rows, *one.vat) for cell in row]
    single = (words.return_line, words.pay_caption, words.pay_to, words.iban, words.host, words.cut_here)
    slip = (words.slip_title, words.slip_label, *one.slip)
    blocks = (*words.pay_labels, *words.entry_labels, words.pay_title, words.entry_title, one.entry_words, one.ref)
    return [*texts, *cells, *single, *slip, *blocks, *words.sender, *words.footer, *words.pages, *one.address, one.due]
