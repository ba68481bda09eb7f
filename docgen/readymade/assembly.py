"""One print file from pages of uploaded PDFs, in the order that is asked for.

Each foreign page becomes a form: whatever its content does to the graphics state ends with it, so it cannot move a
mark, an address or a KIX of ours. The page itself is always upright A4 without rotation. Annotations, actions and
everything else beside the content stay behind. The uploaded files are only read.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from docgen.drawing import pdf_metadata
from docgen.drawing.document_parts import EnvelopePart, part_leaf, part_node, part_root
from docgen.drawing.pdf_objects import array, deflated_stream, dictionary, ref, stream
from docgen.postal.marks.sheets import page_places, printed_pages
from docgen.readymade.answers import Assembled, PlacedLetter
from docgen.readymade.copier import Copied, Copier
from docgen.readymade.foreign_forms import ForeignForms
from docgen.readymade.house_ink import HouseInk, kix_on_page, write_font
from docgen.readymade.letters import Front, PageKind, own_pages, page_kinds
from docgen.readymade.pdf_out import PageTree, PdfOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from docgen.drawing.print_file import Sink
    from docgen.readymade.letters import PrintEnvelope, PrintFileSettings, PrintLetter

_A4_PT = b"[0 0 595.276 841.89]"
_NAME_DIGITS = 32


def assemble(
    sources: Sequence[Path], envelopes: Iterable[PrintEnvelope], settings: PrintFileSettings, out: Sink
) -> Assembled:
    """Write the print file; the same sources, envelopes and settings give the same bytes.

    It looks into foreign files: call it through ``docgen.readymade.safely``.

    Raises:
        pikepdf.PdfError, BadPageError, TooDeepError: a source is not what ``inspect`` found it to be.
        ValueError: marks for another number of pages, or no part in a file of parts.
    """
    file = PdfOut(out)
    forms = ForeignForms(sources, Copier(file))
    writer = _Writer(settings, file, forms)
    try:
        placed = tuple([letter for envelope in envelopes for letter in writer.add(envelope)])
    finally:
        forms.close()
    pages = writer.close()
    return Assembled(placed, pages, file.size, file.sha256)


class _Page(NamedTuple):
    """What a page draws before marks: the foreign form, if any, and the content that calls it and adds ours."""

    form: Copied | None
    content: bytes

    @property
    def digest(self) -> str:
        return sha256(self.content).hexdigest()


_BLANK_PAGE = _Page(None, b"")


class _Leaf(NamedTuple):
    """A document part that is written when its pages are: object number, first and last page's, and what it says."""

    number: int
    start: int
    end: int
    part: EnvelopePart


@dataclass(slots=True)
class _Writer:
    """Writes envelopes as they come."""

    settings: PrintFileSettings
    out: PdfOut
    forms: ForeignForms
    tree: PageTree = field(init=False)
    ink: HouseInk = field(init=False)
    fonts: int = field(init=False)
    parts: tuple[int, int] = field(init=False)
    blank: int = field(init=False)
    _used_fonts: set[bytes] = field(default_factory=set)
    _leaves: list[_Leaf] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tree = PageTree(self.out)
        self.ink = HouseInk(self.settings.envelope, self.settings.return_line)
        self.fonts = self.out.reserve()
        self.parts = (self.out.reserve(), self.out.reserve()) if self.settings.info.parts else (0, 0)
        self.blank = self.out.add(stream(b"", compress=False))

    def add(self, envelope: PrintEnvelope) -> Iterator[PlacedLetter]:
        """Write the pages of an envelope in the order in which they are printed."""
        duplex, before = self.settings.duplex, self.tree.count
        letters = [self._pages(letter) for letter in envelope.letters]
        every = [page for letter in letters for page in letter]
        marks = envelope.marks or (b"",) * len(every)
        bodies = [self._entries(page, ink) for page, ink in zip(every, marks, strict=True)]
        sheets = len(bodies) // 2 if duplex else len(bodies)
        self._write([bodies[place - 1] for place in printed_pages(sheets, envelope.order, duplex=duplex)], envelope)
        places = page_places([len(letter) for letter in letters], envelope.order, duplex=duplex)
        for letter, pages, at in zip(envelope.letters, letters, places, strict=True):
            own = own_pages(letter, duplex=duplex)
            numbers = tuple([before + place for place in at[:own]])
            digests = tuple([page.digest for page in pages[:own]])
            yield PlacedLetter(letter.piece_id, min(numbers), len(pages), numbers, digests)

    def close(self) -> int:
        """Write what all pages share; returns the number of pages."""
        names = sorted([name.decode("ascii") for name in self._used_fonts])
        fonts = {name: ref(write_font(self.out, self.ink.faces, name)) for name in names}
        self.out.put(self.fonts, dictionary(fonts))
        entries = {"Pages": ref(self.tree.close())}
        if self._leaves:
            root, node = self.parts
            for number, start, end, part in self._leaves:
                self.out.put(number, part_leaf(node, start, end, part))
            self.out.put(root, part_root(node))
            self.out.put(node, part_node(root, [leaf.number for leaf in self._leaves]))
            entries["DPartRoot"] = ref(root)
        _finish(self.out, self.settings, entries)
        return self.tree.count

    def _pages(self, letter: PrintLetter) -> list[_Page]:
        """The pages of a letter as they are read; forms are written meanwhile."""
        pages, foreign = list[_Page](), letter.pages.first
        for kind in page_kinds(letter, duplex=self.settings.duplex):
            if kind is PageKind.PAGE:
                form = self.forms.form(letter.source, foreign)
                over = self._over(letter) if foreign == letter.pages.first else b""
                pages.append(_Page(form, b"/%s Do\n" % _name(form) + over))
                foreign += 1
            else:
                pages.append(_Page(None, self._cover(letter)) if kind is PageKind.COVER else _BLANK_PAGE)
        return pages

    def _over(self, letter: PrintLetter) -> bytes:
        """What we add to a letter's first page as it came."""
        if letter.front is Front.REDRAWN and letter.address is not None:
            ink, fonts = self.ink.redrawn(letter.address, letter.piece_id)
            self._used_fonts |= fonts
            return _kept(ink)
        return _kept(kix_on_page(letter.kix)) if letter.kix is not None else b""

    def _cover(self, letter: PrintLetter) -> bytes:
        if letter.address is None:
            return b""
        ink, fonts = self.ink.cover(letter.address, letter.cover_lines, letter.piece_id)
        self._used_fonts |= fonts
        return _kept(ink)

    def _entries(self, page: _Page, marks: bytes) -> dict[str, bytes]:
        """What a page dictionary holds; marks are a stream of their own, so that what was drawn stays as it was."""
        streams = [self.out.add(_deflated(data)) for data in (page.content, _kept(marks)) if data]
        self._used_fonts |= {name for name in (b"F0", b"F1") if b"/%s " % name in marks}
        resources = (
            {} if page.form is None else {"XObject": dictionary({_name(page.form).decode(): ref(page.form.number)})}
        )
        if marks or b" Tf" in page.content:
            resources["Font"] = ref(self.fonts)
        contents = array([ref(number) for number in streams]) if len(streams) > 1 else ref((streams or [self.blank])[0])
        return {"MediaBox": _A4_PT, "TrimBox": _A4_PT, "Resources": dictionary(resources), "Contents": contents}

    def _write(self, bodies: Sequence[dict[str, bytes]], envelope: PrintEnvelope) -> None:
        if not self.settings.info.parts:
            for body in bodies:
                self.tree.add(body)
            return
        if envelope.part is None:
            raise ValueError("A file of document parts needs the part of each envelope.")
        leaf = self.out.reserve()
        numbers = [self.tree.add({**body, "DPart": ref(leaf)}) for body in bodies]
        self._leaves.append(_Leaf(leaf, numbers[0], numbers[-1], envelope.part))


def _name(form: Copied) -> bytes:
    """The resource name of a form says what it holds, so that the digest of a page's content does too."""
    return b"P" + form.digest.hex()[:_NAME_DIGITS].encode("ascii")


def _kept(content: bytes) -> bytes:
    return b"q\n" + content + b"\nQ\n" if content else b""


def _deflated(content: bytes) -> bytes:
    # zlib and not ISA-L, whose bytes differ between kinds of processors.
    return deflated_stream(zlib.compress(content, 6))


def _finish(out: PdfOut, settings: PrintFileSettings, entries: dict[str, bytes]) -> None:
    """Catalog, Info dictionary and the rest. No conformance is claimed: what others drew may not have it."""
    file_id = out.file_id
    xmp = pdf_metadata.xmp(settings.info, file_id, print_ready=False)
    metadata = out.add(stream(xmp, {"Type": b"/Metadata", "Subtype": b"/XML"}, compress=False))
    info = out.add(pdf_metadata.info(settings.info, print_ready=False))
    entries = {"Type": b"/Catalog", **entries, "Metadata": ref(metadata)}
    if settings.intent is not None:
        profile = out.add(stream(settings.intent.profile, {"N": b"%d" % settings.intent.components}))
        entries["OutputIntents"] = array([ref(out.add(settings.intent.dictionary(profile)))])
    out.finish(out.add(dictionary(entries)), info, file_id)
