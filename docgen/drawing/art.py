"""Art that is embedded once: a brand's logo (SVG, PDF or PNG) as a Form or Image XObject in press colours."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from docgen.drawing.pdf_objects import dictionary, ref, stream
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdf.generic import PdfObject


@dataclass(frozen=True, slots=True)
class Art:
    """A picture of ``width_pt`` x ``height_pt`` in its own coordinates.

    ``content`` and ``resources`` make a form; ``image`` (width and height in pixels, components, samples) an image.
    """

    width_pt: float
    height_pt: float
    content: bytes = b""
    resources: PdfObject | None = None
    image: Image | None = None

    def scale_to(self, width_pt: float) -> tuple[float, float]:
        """What ``cm`` must scale x and y by, so that the picture is ``width_pt`` wide."""
        if self.image is not None:
            return width_pt, width_pt * self.height_pt / self.width_pt
        return width_pt / self.width_pt, width_pt / self.width_pt

    def objects(self, first: int) -> Iterator[bytes]:
        """Bodies of the PDF objects, the XObject itself first; they get the numbers from ``first`` on."""
        if self.image is not None:
            yield self.image.body()
            return
        numbering = _Numbering(first + 1)
        resources = b"<<>>" if self.resources is None else numbering.body(self.resources)
        box = b"[0 0 %s %s]" % (number(self.width_pt), number(self.height_pt))
        yield stream(self.content, {"Type": b"/XObject", "Subtype": b"/Form", "BBox": box, "Resources": resources})
        yield from numbering.bodies()


@dataclass(frozen=True, slots=True)
class Image:
    """Samples of 8 bits, one (gray) or four (CMYK) a pixel, rows from the top."""

    width_px: int
    height_px: int
    components: int
    samples: bytes

    def body(self) -> bytes:
        """The Image XObject."""
        space = b"/DeviceGray" if self.components == 1 else b"/DeviceCMYK"
        entries = {
            "Type": b"/XObject",
            "Subtype": b"/Image",
            "Width": b"%d" % self.width_px,
            "Height": b"%d" % self.height_px,
            "ColorSpace": space,
            "BitsPerComponent": b"8",
        }
        return stream(self.samples, entries)


class _Numbering:
    """Writes pypdf objects with object numbers of the new file."""

    def __init__(self, first: int) -> None:
        self._next = first
        self._numbers: dict[tuple[int, int], int] = {}
        self._queue: list[PdfObject] = []

    def bodies(self) -> Iterator[bytes]:
        """Bodies of all objects met so far and of those they name, in the order of their numbers."""
        while self._queue:
            yield self.body(self._queue.pop(0))

    def body(self, value: PdfObject) -> bytes:
        """The object's syntax; what it refers to is queued."""
        from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject  # noqa: PLC0415 (150 ms that plans without a PDF logo need not spend)

        if isinstance(value, IndirectObject):
            return ref(self._number(value))
        if isinstance(value, StreamObject):
            entries = {k[1:]: self.body(v) for k, v in value.items() if k != "/Length"}
            raw: bytes = value._data  # noqa: SLF001 (the data as filtered in the file; there is no public name for it)
            return stream(raw, entries, compress=False)
        if isinstance(value, DictionaryObject):
            return dictionary({k[1:]: self.body(v) for k, v in value.items()})
        if isinstance(value, ArrayObject):
            return b"[" + b" ".join([self.body(v) for v in value]) + b"]"
        out = BytesIO()
        value.write_to_stream(out)
        return out.getvalue()

    def _number(self, reference: PdfObject) -> int:
        key = (reference.idnum, reference.generation)  # type: ignore[attr-defined]  # IndirectObject, checked by the caller
        if key not in self._numbers:
            self._numbers[key] = self._next
            self._next += 1
            self._queue.append(reference.get_object())  # type: ignore[arg-type]  # a file's object is never None here
        return self._numbers[key]
