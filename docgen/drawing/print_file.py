"""The print file: compressed page streams in, one PDF out, written as it comes so that memory stays flat.

Rules of PDF/X-4 (ISO 15930-7) that are met here: header 1.6, one output intent with its ICC profile, XMP in plain
sight, boxes on every page, no annotations, actions or encryption. Fonts, art and profile stand once per file.

With document parts the file is PDF/VT-1 (ISO 16612-2) besides: each page is in one part, which is an envelope.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from isal import isal_zlib

from docgen.drawing import pdf_metadata
from docgen.drawing.document_parts import EnvelopePart, part_leaf, part_node, part_root
from docgen.drawing.font_files import font_file
from docgen.drawing.pdf_metadata import FileInfo
from docgen.drawing.pdf_objects import array as pdf_array
from docgen.drawing.pdf_objects import deflated_stream, dictionary, ref, stream
from docgen.postal.marks.model import Order
from docgen.postal.marks.sheets import page_places, printed_pages
from docgen.typesetting.face import FIRST_CODE, LAST_CODE
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from docgen.drawing.art import Art
    from docgen.drawing.output_intent import OutputIntent
    from docgen.typesetting.face import Face

__all__ = [
    "DrawnEnvelope",
    "DrawnLetter",
    "DrawnMarks",
    "EnvelopePart",
    "FileInfo",
    "Form",
    "PrintFileWriter",
    "Resources",
    "Sink",
    "Written",
]

_KIDS = 64
_ROWS_AT_ONCE = 4_096  # of the cross-reference table, which is long in a long file
_FONT_NAME = re.compile(rb"/(\w+) [\d.]+ Tf")
_A4_PT = b"[0 0 595.276 841.89]"
_CATALOG, _ROOT, _RESOURCES, _INTENT, _PROFILE, _XMP, _INFO, _BLANK = range(1, 9)


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """Static art of a kind of page: ink in page coordinates (points from the bottom-left)."""

    ink: bytes


@dataclass(frozen=True, slots=True)
class Resources:
    """Everything that pages may name: faces by resource name, forms and logo by theirs."""

    faces: Mapping[str, Face]
    forms: Mapping[str, Form] = field(default_factory=dict)
    art: Mapping[str, Art] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DrawnLetter:
    """Deflated content streams of a letter's pages, the resource names they use, and what the pages are.

    ``digests`` are hex SHA-256 of the content of each page before it was deflated.
    """

    pages: tuple[bytes, ...]
    uses: frozenset[bytes]
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawnMarks:
    """Deflated marks for every page that an envelope takes in a file, blank backs too; ``b""`` for a page without.

    In the order of the letters. They are streams of their own: those of the letters stay as they were drawn.
    """

    pages: tuple[bytes, ...]
    uses: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class DrawnEnvelope:
    """Letters that are inserted together, in the order in which they are read, and in which order they are printed."""

    letters: tuple[DrawnLetter, ...]
    marks: DrawnMarks | None = None
    order: Order = Order.FORWARD
    part: EnvelopePart | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a finished file holds."""

    letters: int
    pages: int
    size: int
    sha256: str


class PrintFileWriter:
    """Writes one print file; call ``add`` per letter or ``add_envelope`` per envelope in order, then ``close``."""

    def __init__(
        self, out: Sink, resources: Resources, info: FileInfo, intent: OutputIntent | None, *, duplex: bool
    ) -> None:
        """Write the header. With ``duplex`` a letter of odd pages gets a blank back, so that each starts on a front."""
        self._out = out
        self._resources = resources
        self._info = info
        self._intent = intent
        self._duplex = duplex
        self._hash = sha256()
        self._size = 0
        self._offsets = array("Q", [0] * (_BLANK + 1))
        self._pages = array("Q")
        self._nodes: list[int] = []
        self._uses: set[bytes] = set()
        self._letters = 0
        self._leaves = array("Q")
        self._part_root, self._part_node = (self._reserve(), self._reserve()) if info.parts else (0, 0)
        self._write(b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n")
        self._object(_BLANK, stream(b"", compress=False))

    @property
    def page_count(self) -> int:
        """Pages so far, blank backs included."""
        return len(self._pages)

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._size

    def add(self, letter: DrawnLetter) -> int:
        """Append a letter alone in its envelope, without marks; returns the number of its first page, from 1."""
        return self.add_envelope(DrawnEnvelope((letter,)))[0][0]

    def add_envelope(self, envelope: DrawnEnvelope) -> tuple[tuple[int, ...], ...]:
        """Append the letters of an envelope, each from a front on; returns the page numbers of each letter's pages.

        Raises:
            ValueError: marks for another number of pages, or no part in a file of parts.
        """
        before, bodies = len(self._pages), self._bodies(envelope)
        leaf = self._reserve() if self._info.parts else 0
        sheets = len(bodies) // 2 if self._duplex else len(bodies)
        for place in printed_pages(sheets, envelope.order, duplex=self._duplex):
            self._page(bodies[place - 1], leaf)
        if leaf:
            self._part(leaf, before, envelope.part)
        counts = [len(letter.pages) for letter in envelope.letters]
        places = page_places(counts, envelope.order, duplex=self._duplex)
        self._letters += len(envelope.letters)
        return tuple([tuple([before + place for place in of_letter]) for of_letter in places])

    def _bodies(self, envelope: DrawnEnvelope) -> list[bytes]:
        """What is on each page in the order of the letters, as a reference or an array of them."""
        drawn = list[bytes]()
        for letter in envelope.letters:
            drawn += letter.pages
            if self._duplex and len(letter.pages) % 2:
                drawn.append(b"")
            self._uses |= letter.uses
        marks = envelope.marks.pages if envelope.marks else (b"",) * len(drawn)
        if len(marks) != len(drawn):
            raise ValueError(f"There are marks for {len(marks)} pages; the envelope has {len(drawn)}.")
        self._uses |= envelope.marks.uses if envelope.marks else set()
        return [self._contents(*streams) for streams in zip(drawn, marks, strict=True)]

    def _contents(self, drawn: bytes, marks: bytes) -> bytes:
        refs = []
        for data in filter(None, (drawn, marks)):
            refs.append(self._reserve())
            self._object(refs[-1], deflated_stream(data))
        if len(refs) > 1:
            return pdf_array([ref(node) for node in refs])
        return ref(refs[0] if refs else _BLANK)

    def _part(self, leaf: int, before: int, part: EnvelopePart | None) -> None:
        """The leaf of the pages after the first ``before``."""
        if part is None:
            raise ValueError("A file of document parts needs the part of each envelope.")
        self._object(leaf, part_leaf(self._part_node, self._pages[before], self._pages[-1], part))
        self._leaves.append(leaf)

    def close(self) -> Written:
        """Write what all pages share, the page tree and the cross-reference table."""
        self._page_tree()
        self._shared_resources()
        self._catalog()
        self._cross_references()
        return Written(self._letters, len(self._pages), self._size, self._hash.hexdigest())

    def _page(self, body: bytes, leaf: int) -> None:
        if len(self._pages) % _KIDS == 0:
            self._nodes.append(self._reserve())
        page = self._reserve()
        self._object(
            page,
            b"<</Type/Page/Parent %d 0 R/Resources %d 0 R/MediaBox%s/TrimBox%s/Contents %s%s>>"
            % (self._nodes[-1], _RESOURCES, _A4_PT, _A4_PT, body, b"/DPart %d 0 R" % leaf if leaf else b""),
        )
        self._pages.append(page)

    def _page_tree(self) -> None:
        level = [
            (node, list(self._pages[i * _KIDS : (i + 1) * _KIDS]), len(self._pages[i * _KIDS : (i + 1) * _KIDS]))
            for i, node in enumerate(self._nodes)
        ]
        while len(level) > _KIDS:
            level = [self._tree_node(level[i : i + _KIDS]) for i in range(0, len(level), _KIDS)]
        for node, kids, count in level:
            self._tree_object(node, kids, count, _ROOT)
        self._tree_object(_ROOT, [node for node, _, _ in level], len(self._pages), None)

    def _tree_node(self, children: list[tuple[int, list[int], int]]) -> tuple[int, list[int], int]:
        parent = self._reserve()
        for node, kids, count in children:
            self._tree_object(node, kids, count, parent)
        return parent, [node for node, _, _ in children], sum(count for _, _, count in children)

    def _tree_object(self, node: int, kids: Iterable[int], count: int, parent: int | None) -> None:
        entries = {"Type": b"/Pages", "Count": b"%d" % count, "Kids": pdf_array([ref(k) for k in kids])}
        if parent is not None:
            entries["Parent"] = ref(parent)
        self._object(node, dictionary(entries))

    def _shared_resources(self) -> None:
        fonts = {name: self._font(name) for name in sorted(self._font_names())}
        forms = {name: self._form(form) for name, form in self._resources.forms.items() if name.encode() in self._uses}
        art = {name: self._art(art) for name, art in self._resources.art.items()}
        entries = {
            "Font": dictionary({name: ref(n) for name, n in fonts.items()}),
            "XObject": dictionary({name: ref(n) for name, n in {**forms, **art}.items()}),
        }
        self._object(_RESOURCES, dictionary(entries))

    def _font_names(self) -> set[str]:
        used = {name.decode("ascii") for name in self._uses}
        for form in self._resources.forms.values():
            used |= {name.decode("ascii") for name in _FONT_NAME.findall(form.ink)}
        return {name for name in used if name.partition("x")[0] in self._resources.faces}

    def _font(self, name: str) -> int:
        face_name, _, page = name.partition("x")
        font = font_file(self._resources.faces[face_name], int(page or 0))
        data, descriptor, unicode_map, widths, top = [self._reserve() for _ in range(5)]
        self._object(data, stream(font.data, {"Length1": b"%d" % len(font.data)}))
        self._object(descriptor, _descriptor(font.base_font, font.descriptor, data))
        self._object(unicode_map, stream(font.to_unicode))
        self._object(widths, pdf_array([b"%d" % w for w in font.widths]))
        entries = {
            "Type": b"/Font",
            "Subtype": b"/TrueType",
            "BaseFont": b"/" + font.base_font.encode("ascii"),
            "FirstChar": b"%d" % FIRST_CODE,
            "LastChar": b"%d" % LAST_CODE,
            "Widths": ref(widths),
            "FontDescriptor": ref(descriptor),
            "ToUnicode": ref(unicode_map),
        }
        self._object(top, dictionary(entries))
        return top

    def _form(self, form: Form) -> int:
        node = self._reserve()
        entries = {"Type": b"/XObject", "Subtype": b"/Form", "BBox": _A4_PT, "Resources": ref(_RESOURCES)}
        self._object(node, stream(form.ink, entries))
        return node

    def _art(self, art: Art) -> int:
        first = len(self._offsets)
        for body in art.objects(first):
            self._object(self._reserve(), body)
        return first

    def _catalog(self) -> None:
        file_id = self._hash.hexdigest()[:32].upper()
        print_ready = self._intent is not None
        xmp = pdf_metadata.xmp(self._info, file_id, print_ready=print_ready, parts=bool(self._leaves))
        self._object(_XMP, stream(xmp, {"Type": b"/Metadata", "Subtype": b"/XML"}, compress=False))
        self._object(_INFO, pdf_metadata.info(self._info, print_ready=print_ready))
        entries = {"Type": b"/Catalog", "Pages": ref(_ROOT), "Metadata": ref(_XMP)}
        if self._intent is not None:
            self._object(_PROFILE, _profile_stream(self._intent))
            self._object(_INTENT, self._intent.dictionary(_PROFILE))
            entries["OutputIntents"] = pdf_array([ref(_INTENT)])
        if self._leaves:
            self._object(self._part_root, part_root(self._part_node))
            self._object(self._part_node, part_node(self._part_root, self._leaves))
            entries["DPartRoot"] = ref(self._part_root)
        self._object(_CATALOG, dictionary(entries))

    def _cross_references(self) -> None:
        start, file_id = self._size, self._hash.hexdigest()[:32].upper().encode("ascii")
        count = len(self._offsets)
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        for first in range(1, count, _ROWS_AT_ONCE):
            rows = self._offsets[first : first + _ROWS_AT_ONCE]
            self._write(b"".join([b"%010d 00000 n \n" % row if row else b"0000000000 00001 f \n" for row in rows]))
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (count, _CATALOG, _INFO, file_id, file_id, start)
        )

    def _reserve(self) -> int:
        self._offsets.append(0)
        return len(self._offsets) - 1

    def _object(self, node: int, body: bytes) -> None:
        self._offsets[node] = self._size
        self._write(b"%d 0 obj\n%s\nendobj\n" % (node, body))

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._hash.update(data)
        self._size += len(data)


@lru_cache(maxsize=2)
def _profile_stream(intent: OutputIntent) -> bytes:
    """The profile as an object, deflated fast: zlib takes ten times as long, in every process, for 2 % fewer bytes."""
    data = bytes(isal_zlib.compress(intent.profile, isal_zlib.ISAL_BEST_COMPRESSION))
    entries = {"N": b"%d" % intent.components, "Filter": b"/FlateDecode"}
    return stream(data, entries, compress=False)


def _descriptor(base_font: str, values: Mapping[str, int], data: int) -> bytes:
    box = b" ".join(number(values[edge]) for edge in ("Left", "Bottom", "Right", "Top"))
    names = ("Flags", "ItalicAngle", "Ascent", "Descent", "CapHeight", "StemV")
    entries = {
        "Type": b"/FontDescriptor",
        "FontName": b"/" + base_font.encode("ascii"),
        "FontBBox": b"[" + box + b"]",
        "FontFile2": ref(data),
        **{name: b"%d" % values[name] for name in names},
    }
    return dictionary(entries)
