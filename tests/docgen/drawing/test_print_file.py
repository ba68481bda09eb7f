from __future__ import annotations

import re
import subprocess
import sys
import zlib
from collections import Counter
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree
from pypdf import PdfReader

from docgen.drawing.font_files import font_file
from docgen.drawing.output_intent import fogra39
from docgen.drawing.pages import drawn_letter
from docgen.drawing.print_file import DrawnLetter, Resources
from docgen.drawing.single import letter_pdf
from tests.docgen.builders import CREATED, PrintFile, brand, composer, contents, example, print_file, template
from tests.docgen.printed import printed_texts

if TYPE_CHECKING:
    from pathlib import Path

_TEMPLATES = ("rent-reminder", "service-cost-statement", "water-meter-reading")
_PDFX = "{http://www.npes.org/pdfx/ns/id/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_MM = "{http://ns.adobe.com/xap/1.0/mm/}"
_PDF = "{http://ns.adobe.com/pdf/1.3/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_OTHER_COLOURS = frozenset(b"rg RG sc scn SC SCN cs CS ri".split())
_OPERATORS = re.compile(rb"(?<![/\w.])([a-zA-Z*]+)(?![\w(])")


@cache
def _letters(name: str) -> tuple[DrawnLetter, ...]:
    made = composer(name)
    return tuple(made.compose(example(template(name), language)).drawn for language in ("nl", "en"))


@cache
def batch(name: str = "rent-reminder", *, duplex: bool = True) -> PrintFile:
    return print_file(_letters(name) * 2, composer(name).resources, duplex=duplex)


@cache
def reader(name: str = "rent-reminder") -> PdfReader:
    return PdfReader(BytesIO(batch(name).data))


def _qpdf(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)  # noqa: S603, S607 (the checker itself, on our own file)


@pytest.mark.parametrize("name", _TEMPLATES)
@pytest.mark.parametrize("duplex", [True, False])
def test_qpdf_finds_nothing_wrong(name: str, duplex: bool, pdf_path: Path) -> None:  # noqa: FBT001 (a case)
    pdf_path.write_bytes(batch(name, duplex=duplex).data)
    checked = _qpdf(pdf_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "No syntax or stream encoding errors" in checked.stdout


def test_what_was_written_is_told() -> None:
    made = batch()
    assert made.written.size == len(made.data)
    assert made.written.letters == 4
    assert made.written.pages == len(reader().pages)


# Fonts.


def _fonts(name: str) -> dict[str, Any]:
    resources: Any = reader(name).pages[0]["/Resources"]
    return {font: entry.get_object() for font, entry in resources["/Font"].items()}


@pytest.mark.parametrize("name", _TEMPLATES)
def test_fonts_are_embedded_as_subsets_once_in_a_file(name: str) -> None:
    fonts = _fonts(name)
    assert {"/F0", "/F1"} <= set(fonts)
    names = [str(font["/BaseFont"]) for font in fonts.values()]
    assert len(set(names)) == len(names)
    for font in fonts.values():
        assert re.fullmatch(r"/[A-Z]{6}\+\S+", font["/BaseFont"])
        assert font["/FontDescriptor"]["/FontFile2"].get_data()[:4] in (b"\0\1\0\0", b"true")
    assert batch(name).data.count(b"/FontFile2") == len(fonts)


@pytest.mark.parametrize("name", _TEMPLATES)
def test_every_font_that_a_page_names_is_in_the_file(name: str) -> None:
    used = {
        m for letter in _letters(name) for page in contents(letter) for m in re.findall(rb"/(F\w+) [\d.]+ Tf", page)
    }
    assert {f"/{name.decode()}" for name in used} <= set(_fonts(name))


def test_pages_share_one_dictionary_of_resources() -> None:
    made: Any = reader()
    assert len({page.raw_get("/Resources").idnum for page in made.pages}) == 1


# PDF/X-4 (ISO 15930-7), the rules of postal-and-payment facts 7.1.


@pytest.mark.parametrize("name", _TEMPLATES)
def test_the_header_and_the_trailer_are_those_of_pdf_x(name: str) -> None:
    made: Any = reader(name)
    assert batch(name).data.startswith(b"%PDF-1.6\n%")
    ids = made.trailer["/ID"]
    assert len(ids) == 2
    assert all(len(bytes(i.original_bytes)) == 16 for i in ids)
    assert "/Encrypt" not in made.trailer
    assert not made.is_encrypted


@pytest.mark.parametrize("name", _TEMPLATES)
def test_there_is_one_output_intent_and_its_profile_has_as_many_inks_as_it_says(name: str) -> None:
    root: Any = reader(name).trailer["/Root"]
    (intent,) = root["/OutputIntents"]
    intent = intent.get_object()
    assert intent["/S"] == "/GTS_PDFX"
    assert intent["/OutputConditionIdentifier"] == "FOGRA39"
    profile = intent["/DestOutputProfile"].get_object()
    data = profile.get_data()
    # ICC.1:2010, 7.2: the colour space of the data stands at byte 16, the signature at 36.
    assert (data[16:20], data[36:40]) == (b"CMYK", b"acsp")
    assert profile["/N"] == {b"CMYK": 4, b"GRAY": 1}[data[16:20]]
    assert data == fogra39().profile


def _xmp(name: str) -> Any:  # noqa: ANN401 (lxml elements have no types)
    metadata: Any = reader(name).trailer["/Root"]["/Metadata"]  # type: ignore[index]  # a dictionary
    assert "/Filter" not in metadata
    data = metadata.get_data()
    assert data in batch(name).data
    return etree.fromstring(data).find(".//{*}Description")


@pytest.mark.parametrize("name", _TEMPLATES)
def test_the_metadata_packet_has_all_keys_and_agrees_with_the_info_dictionary(name: str) -> None:
    xmp, info = _xmp(name), reader(name).trailer["/Info"].get_object()
    text = {child.tag: (child.text or "").strip() for child in xmp}
    assert text[f"{_PDFX}GTS_PDFXVersion"] == info["/GTS_PDFXVersion"] == "PDF/X-4"  # type: ignore[index]  # the same
    assert xmp.findtext(f"{_DC}title//{{*}}li") == info["/Title"] == "Batch bat_1"  # type: ignore[index]  # the same
    assert text[f"{_PDF}Trapped"] == "False"
    assert info["/Trapped"] == "/False"  # type: ignore[index]  # the same
    dates = {text[f"{_XMP}{key}"] for key in ("CreateDate", "ModifyDate", "MetadataDate")}
    assert dates == {"2026-11-23T09:30:00Z"}
    assert info["/CreationDate"] == info["/ModDate"] == "D:20261123093000Z"  # type: ignore[index]  # the same
    assert text[f"{_MM}DocumentID"] == text[f"{_MM}InstanceID"]
    assert text[f"{_MM}VersionID"] == "1"
    assert text[f"{_MM}RenditionClass"] == "default"


@pytest.mark.parametrize("name", _TEMPLATES)
def test_every_page_has_boxes_inside_each_other_and_nothing_to_click(name: str) -> None:
    for page in reader(name).pages:
        assert [round(float(v), 2) for v in page.mediabox] == [0, 0, 595.28, 841.89]
        assert page.mediabox == page.cropbox == page.bleedbox == page.trimbox
        assert "/TrimBox" in page
        assert "/ArtBox" not in page
        assert not {"/Annots", "/AA"} & set(page)


@pytest.mark.parametrize("name", _TEMPLATES)
def test_nothing_in_the_file_acts(name: str) -> None:
    root: Any = reader(name).trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/AcroForm", "/Names", "/EmbeddedFiles"} & set(root)
    assert not re.search(rb"/JavaScript|/JS\b|/Launch|/Movie|/Sound|/OPI|/Encrypt|/ObjStm", batch(name).data)


def test_the_file_does_not_name_the_service() -> None:
    data = batch().data
    plain = data + b"".join(
        zlib.decompress(m) for m in re.findall(rb"/FlateDecode[^>]*>>\nstream\n(.*?)\nendstream", data, re.DOTALL)
    )
    assert b"posthoorn" not in plain.lower()
    assert "posthoorn".encode("utf-16-be").hex().encode() not in plain.lower()
    assert b"/Producer" not in data
    assert b"/Creator" not in data


def test_the_title_may_hold_any_letter() -> None:
    made = PdfReader(BytesIO(print_file([], composer("rent-reminder").resources, title="Afrekening <é> & Ω").data))
    assert made.metadata is not None
    assert made.metadata.title == "Afrekening <é> & Ω"
    assert b"Afrekening &lt;\xc3\xa9&gt; &amp;" in made.trailer["/Root"]["/Metadata"].get_data()  # type: ignore[index]  # a dictionary


# Colours.


def _streams(name: str) -> list[bytes]:
    forms = [form.ink for form in composer(name).resources.forms.values()]
    art = [art.content for art in composer(name).resources.art.values()]
    return [*(page for letter in _letters(name) for page in contents(letter)), *forms, *art]


@pytest.mark.parametrize("name", _TEMPLATES)
def test_nothing_is_drawn_in_rgb(name: str) -> None:
    for stream in _streams(name):
        without_text = re.sub(rb"\([^()]*\)", b"()", stream)
        assert not {b"rg", b"RG", b"sc", b"scn", b"SC", b"SCN", b"cs", b"CS", b"ri"} & set(
            _OPERATORS.findall(without_text)
        )
    assert b"/DeviceRGB" not in batch(name).data


def _colours_of_text(stream: bytes) -> Counter[bytes]:
    """Fill colours in which characters are shown; the graphics state is kept over q and Q."""
    colours, stack, current = Counter[bytes](), list[bytes](), b"0 g"
    plain = re.sub(rb"\(([^()]*)\)", lambda m: b"(x)" if m[1] else b"()", stream)
    for match in re.finditer(rb"\bq\b|\bQ\b|(?:[\d.]+ ){4}k\b|\(x\)", plain):
        if match[0] == b"q":
            stack.append(current)
        elif match[0] == b"Q":
            current = stack.pop()
        elif match[0] == b"(x)":
            colours[current] += 1
        else:
            current = match[0]
    return colours


@pytest.mark.parametrize("name", _TEMPLATES)
def test_words_are_printed_in_black_alone_except_headings_of_the_brand(name: str) -> None:
    accent = b"1 0.62 0.12 0.38 k"
    for letter in _letters(name):
        for page in contents(letter):
            colours = _colours_of_text(page)
            assert set(colours) <= {b"0 0 0 1 k", accent}
            assert colours[b"0 0 0 1 k"] > 5 * colours[accent] or colours[accent] <= 3
    for form in composer(name).resources.forms.values():
        assert set(_colours_of_text(form.ink)) <= {b"0 0 0 1 k"}


# Letters and pages.


def test_with_duplex_each_letter_begins_on_a_front() -> None:
    made = composer("water-meter-reading")
    letters = _letters("water-meter-reading")
    assert {len(letter.pages) for letter in letters} == {1}
    both = print_file(letters, made.resources, duplex=True)
    pages = PdfReader(BytesIO(both.data)).pages
    assert both.written.pages == len(pages) == 4
    assert [bool(text) for text in printed_texts(both.data)] == [True, False, True, False]
    assert print_file(letters, made.resources, duplex=False).written.pages == 2


def test_a_letter_of_its_own_has_the_very_pages_of_the_print_file() -> None:
    letter = _letters("rent-reminder")[0]
    single = PdfReader(BytesIO(letter_pdf(letter, composer("rent-reminder").resources, "Herinnering", CREATED)))
    root: Any = single.trailer["/Root"]
    assert "/OutputIntents" not in root
    assert b"GTS_PDFXVersion>" not in root["/Metadata"].get_data()
    pairs = zip(single.pages, reader().pages, strict=False)
    assert len(single.pages) == len(letter.pages)
    assert all(a.get_contents().get_data() == b.get_contents().get_data() for a, b in pairs)  # type: ignore[union-attr]  # pages have contents


def test_an_archive_copy_is_clean_too(pdf_path: Path) -> None:
    pdf_path.write_bytes(letter_pdf(_letters("rent-reminder")[0], composer("rent-reminder").resources, "t", CREATED))
    assert _qpdf(pdf_path).returncode == 0


@pytest.mark.parametrize("count", [0, 1, 64, 65, 64 * 64 + 1])
def test_the_page_tree_is_sound_at_any_length(count: int, pdf_path: Path) -> None:
    letter = drawn_letter([b"0 0 0 1 k 9 9 9 9 re f"], frozenset())
    made = print_file([letter] * count, Resources({}))
    document: Any = PdfReader(BytesIO(made.data))
    assert document.get_num_pages() == count == made.written.pages
    _check_node(document.trailer["/Root"]["/Pages"], None)
    if count > 65:
        pdf_path.write_bytes(made.data)
        assert _qpdf(pdf_path).returncode == 0
        assert len(document.pages) == count


def _check_node(node: Any, parent: Any) -> int:  # noqa: ANN401 (pypdf objects have no common type)
    """Leaves under a node; parents, counts and widths must be right."""
    assert (node.get("/Parent") is None) is (parent is None)
    if node["/Type"] == "/Page":
        return 1
    kids = [kid.get_object() for kid in node["/Kids"]]
    assert len(kids) <= 64
    assert all(kid["/Parent"].get_object() is node for kid in kids)
    count = sum(_check_node(kid, node) for kid in kids)
    assert node["/Count"] == count
    return count


_PROGRAM = """
import hashlib
from tests.docgen.builders import composer, example, print_file, template
name = "rent-reminder"
letters = [composer(name).compose(example(template(name), language)).drawn for language in ("nl", "en")]
made = print_file(letters * 2, composer(name).resources, duplex=True)
print(hashlib.sha256(made.data).hexdigest(), made.written.sha256)
"""


@pytest.mark.slow
def test_the_same_letters_give_the_same_bytes_in_any_process() -> None:
    other = subprocess.run(  # noqa: S603 (our own program in our own interpreter, which hashes strings otherwise)
        [sys.executable, "-c", _PROGRAM],
        env={"PYTHONHASHSEED": "4242", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout == f"{batch().written.sha256} {batch().written.sha256}\n"


# The embedded fonts.


def test_each_code_draws_the_glyph_of_its_character_with_its_width() -> None:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 (used here alone)

    from docgen.typesetting.face import code_page  # noqa: PLC0415 (used here alone)

    face = brand().sans.regular
    original = TTFont(BytesIO(face.data))
    for page in (0, 1):
        embedded = font_file(face, page)
        subset = TTFont(BytesIO(embedded.data))
        (table,) = subset["cmap"].tables
        assert (table.platformID, table.platEncID) == (3, 0)
        for character, code in code_page(face.pages[page]).items():
            theirs, ours = original.getBestCmap()[ord(character)], table.cmap[0xF000 + code]
            assert subset["hmtx"][ours] == original["hmtx"][theirs]
            advance = subset["hmtx"][ours][0] * 1000 / subset["head"].unitsPerEm
            assert embedded.widths[code - 0x20] == pytest.approx(advance, abs=0.5)
            assert _outline(subset, ours) == _outline(original, theirs)
        assert b"<%02X> <0041>" % 0x41 in embedded.to_unicode or page


def _outline(font: Any, glyph: str) -> object:  # noqa: ANN401 (fontTools has no types)
    from fontTools.pens.recordingPen import DecomposingRecordingPen  # noqa: PLC0415 (used here alone)

    glyphs = font.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[glyph].draw(pen)
    return pen.value
