"""One print file from pages of uploaded PDFs, in the order that is asked for.

Each foreign page becomes a form (ISO 32000-1, 8.10): whatever its content does to the graphics state ends with it, so
it cannot move a mark, an address or a KIX of ours. The page itself is always upright A4 without rotation. Annotations,
actions and everything else beside the content stay behind. The uploaded files are only read.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

import pikepdf

from docgen.drawing import pdf_metadata
from docgen.drawing.pdf_objects import array, deflated_stream, dictionary, ref, stream
from docgen.readymade.answers import Assembled, PlacedLetter
from docgen.readymade.copier import Copied, Copier
from docgen.readymade.house_ink import HouseInk, kix_on_page, write_font
from docgen.readymade.letters import Front, PageKind, page_kinds
from docgen.readymade.pdf_out import PageTree, PdfOut
from docgen.readymade.shape import inherited_resources, page_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from docgen.drawing.print_file import Sink
    from docgen.readymade.copier import Known
    from docgen.readymade.letters import PrintFileSettings, PrintLetter

_A4_PT = b"[0 0 595.276 841.89]"
_BLANK = b"blank"
_MAX_OPEN = 8


def assemble(
    sources: Sequence[Path], letters: Iterable[PrintLetter], settings: PrintFileSettings, out: Sink
) -> Assembled:
    """Write the print file; the same sources, letters and settings give the same bytes.

    It looks into foreign files: call it through ``docgen.readymade.isolation``.

    Raises:
        pikepdf.PdfError, BadPageError, TooDeepError: a source is not what ``inspect`` found it to be.
    """
    writer = _Writer(sources, settings, PdfOut(out))
    with writer.opened():
        placed = tuple([writer.add(letter) for letter in letters])
    pages = writer.close()
    return Assembled(placed, pages, writer.out.size, writer.out.sha256)


@dataclass(slots=True)
class _Writer:
    """Writes letters as they come."""

    sources: Sequence[Path]
    settings: PrintFileSettings
    out: PdfOut
    tree: PageTree = field(init=False)
    copier: Copier = field(init=False)
    ink: HouseInk = field(init=False)
    fonts: int = field(init=False)
    used_fonts: set[bytes] = field(default_factory=set)
    _open: OrderedDict[int, tuple[pikepdf.Pdf, Known]] = field(default_factory=OrderedDict)
    _blank: int = 0

    def __post_init__(self) -> None:
        self.tree, self.copier = PageTree(self.out), Copier(self.out)
        self.ink = HouseInk(self.settings.envelope, self.settings.return_line)
        self.fonts = self.out.reserve()

    @contextmanager
    def opened(self) -> Iterator[None]:
        try:
            yield
        finally:
            while self._open:
                self._open.popitem()[1][0].close()

    def add(self, letter: PrintLetter) -> PlacedLetter:
        first, digests = self.tree.count + 1, list[str]()
        kinds = page_kinds(letter, duplex=self.settings.duplex)
        extras, foreign = dict(letter.extras), letter.pages.first
        for place, kind in enumerate(kinds, 1):
            extra = extras.get(place)
            if kind is PageKind.PAGE:
                over = self._over(letter) if foreign == letter.pages.first else b""
                digests.append(self._page(self._form(letter.source, foreign), over, extra))
                foreign += 1
            elif kind is PageKind.COVER:
                digests.append(self._page(None, self._cover(letter), extra))
            else:
                self._page(None, b"", extra)
        return PlacedLetter(letter.piece_id, first, len(kinds), tuple(digests))

    def close(self) -> int:
        names = sorted([name.decode("ascii") for name in self.used_fonts])
        fonts = {name: ref(write_font(self.out, self.ink.faces, name)) for name in names}
        self.out.put(self.fonts, dictionary(fonts))
        root = self.tree.close()
        catalog, info, file_id = _catalog(self.out, self.settings, root)
        self.out.finish(catalog, info, file_id)
        return self.tree.count

    def _over(self, letter: PrintLetter) -> bytes:
        """What we add to a letter's first page as it came."""
        if letter.front is Front.REDRAWN and letter.address is not None:
            ink, fonts = self.ink.redrawn(letter.address, letter.piece_id)
            self.used_fonts |= fonts
            return ink
        return kix_on_page(letter.kix) if letter.kix is not None else b""

    def _cover(self, letter: PrintLetter) -> bytes:
        if letter.address is None:
            return b""
        ink, fonts = self.ink.cover(letter.address, letter.cover_lines, letter.piece_id)
        self.used_fonts |= fonts
        return ink

    def _page(self, form: Copied | None, over: bytes, extra: bytes | None) -> str:
        """Write a page: the foreign form, then ours, then the extra stream; each in its own graphics state."""
        under = b"/P Do\n" if form else b""
        contents = [part for part in (under, _kept(over), _kept(extra or b"")) if part]
        entries = {"MediaBox": _A4_PT, "TrimBox": _A4_PT}
        entries["Resources"] = self._resources(form, with_fonts=bool(over or extra))
        entries["Contents"] = array([ref(self.out.add(_deflated(part))) for part in contents])
        if not contents:
            self._blank = self._blank or self.out.add(stream(b"", compress=False))
            entries["Contents"] = ref(self._blank)
        if extra:
            self.used_fonts |= {name for name in (b"F0", b"F1") if b"/%s " % name in extra}
        self.tree.add(entries)
        return sha256(b"".join([form.digest if form else _BLANK, *contents])).hexdigest()

    def _resources(self, form: Copied | None, *, with_fonts: bool) -> bytes:
        entries = {}
        if form:
            entries["XObject"] = dictionary({"P": ref(form.number)})
        if with_fonts:
            entries["Font"] = ref(self.fonts)
        return dictionary(entries)

    def _form(self, source: int, number: int) -> Copied:
        page = self._opened_source(source).pages[number - 1]
        shape = page_shape(page)
        contents = page.obj.get("/Contents")
        entries: dict[str, pikepdf.Object | bytes | None] = {
            "Type": b"/XObject",
            "Subtype": b"/Form",
            "BBox": array([_decimal(value) for value in shape.seen]),
            "Matrix": array([_decimal(value) for value in shape.upright]),
            "Resources": inherited_resources(page) or b"<<>>",
            "Group": page.obj.get("/Group"),
        }
        if isinstance(contents, pikepdf.Stream):
            filters = {"Filter": contents.get("/Filter"), "DecodeParms": contents.get("/DecodeParms")}
            return self.copier.stream({**entries, **filters}, bytes(contents.read_raw_bytes()))
        parts = [part.read_bytes() for part in _streams(contents)]
        return self.copier.stream({**entries, "Filter": b"/FlateDecode"}, zlib.compress(b"\n".join(parts), 6))

    def _opened_source(self, source: int) -> pikepdf.Pdf:
        """Some sources stay open, since postal order mixes the letters of several."""
        if source not in self._open:
            if len(self._open) >= _MAX_OPEN:
                self._open.popitem(last=False)[1][0].close()
            self._open[source] = (pikepdf.open(self.sources[source]), {})
        self._open.move_to_end(source)
        pdf, known = self._open[source]
        self.copier.enter(known)
        return pdf


def _streams(contents: pikepdf.Object | None) -> Iterator[pikepdf.Stream]:
    """The parts of a page's content; a page may have none."""
    if isinstance(contents, pikepdf.Array):
        for part in contents:
            if isinstance(part, pikepdf.Stream):
                yield part


def _kept(content: bytes) -> bytes:
    return b"q\n" + content + b"\nQ\n" if content else b""


def _deflated(content: bytes) -> bytes:
    # zlib and not ISA-L, whose bytes differ between kinds of processors.
    return deflated_stream(zlib.compress(content, 6))


def _decimal(value: float) -> bytes:
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return b"0" if text in ("-0", "") else text.encode("ascii")


def _catalog(out: PdfOut, settings: PrintFileSettings, root: int) -> tuple[int, int, str]:
    """Catalog, Info dictionary and file id. No conformance is claimed: what others drew may not have it."""
    file_id = out.file_id
    xmp = pdf_metadata.xmp(settings.info, file_id, print_ready=False)
    metadata = out.add(stream(xmp, {"Type": b"/Metadata", "Subtype": b"/XML"}, compress=False))
    info = out.add(pdf_metadata.info(settings.info, print_ready=False))
    entries = {"Type": b"/Catalog", "Pages": ref(root), "Metadata": ref(metadata)}
    if settings.intent is not None:
        profile = out.add(stream(settings.intent.profile, {"N": b"%d" % settings.intent.components}))
        entries["OutputIntents"] = array([ref(out.add(settings.intent.dictionary(profile)))])
    return out.add(dictionary(entries)), info, file_id
