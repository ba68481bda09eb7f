"""The file: pages, fonts, structure, outline, metadata and the attachment, the same bytes for the same content.

Made to the rules of PDF/A-3 (ISO 19005-3): embedded fonts, colours with a profile, XMP that agrees with the Info
dictionary, and an associated file that says how it relates to the document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import md5
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from agreements.proof.metadata import FileSays, xmp
from agreements.proof.screen_colours import profile
from docgen.drawing.font_files import font_file
from docgen.typesetting.face import FIRST_CODE, LAST_CODE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agreements.proof.paging import Mark, Pages
    from agreements.proof.pictures import Picture
    from agreements.proof.tags import Tag
    from docgen.typesetting.face import Face

__all__ = ["Attached", "Content", "FileSays", "write_pdf"]

_IDLE_FONT = re.compile(rb"BT /F\d+ [\d.]+ Tf [\d.]+ TL ET")
_A4_PT = (0, 0, 595.276, 841.89)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of JSON inside the document: the source of what is drawn."""

    name: str
    data: bytes
    says: str


@dataclass(frozen=True, slots=True)
class Content:
    """What is in the file; ``art`` is a PDF of one page whose page becomes the form ``Logo``."""

    pages: Pages
    root: Tag
    faces: Mapping[str, Face]
    art: bytes | None = None


def write_pdf(content: Content, says: FileSays, attached: Attached) -> bytes:
    """The document as bytes."""
    with pikepdf.new() as pdf:
        leaves = _pages(pdf, content)
        _structure(pdf, content, leaves)
        _outline(pdf, content.pages.marks, leaves)
        _attach(pdf, attached, says)
        _say(pdf, says)
        out = BytesIO()
        pdf.remove_unreferenced_resources()
        pdf.save(out, min_version="1.7", deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _pages(pdf: pikepdf.Pdf, content: Content) -> list[pikepdf.Object]:
    resources, leaves = _resources(pdf, content), list[pikepdf.Object]()
    for at, page in enumerate(content.pages.pages):
        leaf = pdf.make_indirect(
            Dictionary(
                Type=Name.Page,
                MediaBox=Array(_A4_PT),
                Resources=resources,
                Contents=Stream(pdf, b"\n".join(page.ink)),
                StructParents=at,
                Tabs=Name.S,
            )
        )
        pdf.pages.append(pikepdf.Page(leaf))
        leaves.append(pdf.pages[-1].obj)
    return leaves


def _resources(pdf: pikepdf.Pdf, content: Content) -> pikepdf.Object:
    fonts = {
        "/" + name.decode("ascii"): _font(pdf, content.faces, name.decode("ascii"))
        for name in sorted(content.pages.fonts)
    }
    pictures = {"/" + name: _picture(pdf, picture) for name, picture in content.pages.pictures.items()}
    if content.art is not None:
        pictures["/Logo"] = _form(pdf, content.art)
    return pdf.make_indirect(Dictionary(Font=Dictionary(fonts), XObject=Dictionary(pictures)))


def _form(pdf: pikepdf.Pdf, art: bytes) -> pikepdf.Object:
    """Vector art as a form. A canvas names a standard font even when no text is drawn; that would not be embedded."""
    with pikepdf.open(BytesIO(art)) as source:
        form = pdf.copy_foreign(source.pages[0].as_form_xobject())
    form.write(_IDLE_FONT.sub(b"", form.read_bytes()))
    if "/Font" in form.Resources:
        del form.Resources["/Font"]
    return form


def _picture(pdf: pikepdf.Pdf, picture: Picture) -> pikepdf.Object:
    return pdf.make_indirect(
        Stream(
            pdf,
            picture.data,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=picture.width_px,
            Height=picture.height_px,
            ColorSpace=Name.DeviceGray if picture.components == 1 else Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=Name.DCTDecode,
        )
    )


def _font(pdf: pikepdf.Pdf, faces: Mapping[str, Face], name: str) -> pikepdf.Object:
    """One code page of a face, as a symbolic TrueType font (ISO 32000-1, 9.6.6.4)."""
    face_name, _, page = name.partition("x")
    font = font_file(faces[face_name], int(page or 0))
    values = font.descriptor
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name("/" + font.base_font),
        FontBBox=Array([values[edge] for edge in ("Left", "Bottom", "Right", "Top")]),
        FontFile2=pdf.make_indirect(Stream(pdf, font.data, Length1=len(font.data))),
    )
    for key in ("Flags", "ItalicAngle", "Ascent", "Descent", "CapHeight", "StemV"):
        descriptor["/" + key] = values[key]
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=Name("/" + font.base_font),
            FirstChar=FIRST_CODE,
            LastChar=LAST_CODE,
            Widths=Array(font.widths),
            FontDescriptor=pdf.make_indirect(descriptor),
            ToUnicode=pdf.make_indirect(Stream(pdf, font.to_unicode)),
        )
    )


def _structure(pdf: pikepdf.Pdf, content: Content, leaves: Sequence[pikepdf.Object]) -> None:
    root, made = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot)), dict[int, pikepdf.Object]()
    root.K = _element(pdf, content.root, root, leaves, made)
    numbers = Array()
    for at, page in enumerate(content.pages.pages):
        numbers.append(at)
        numbers.append(pdf.make_indirect(Array([made[id(tag)] for tag in page.tags])))
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=numbers))
    root.ParentTreeNextKey = len(leaves)
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = Dictionary(Marked=True)


def _element(
    pdf: pikepdf.Pdf,
    tag: Tag,
    parent: pikepdf.Object,
    leaves: Sequence[pikepdf.Object],
    made: dict[int, pikepdf.Object],
) -> pikepdf.Object:
    element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name("/" + tag.kind), P=parent))
    made[id(tag)] = element
    if tag.alt:
        element.Alt = String(tag.alt)
    if tag.scope:
        element.A = Dictionary(O=Name.Table, Scope=Name("/" + tag.scope))
    kids = Array()
    for kid in tag.kids:
        if isinstance(kid, tuple):
            kids.append(Dictionary(Type=Name.MCR, Pg=leaves[kid[0]], MCID=kid[1]))
        else:
            kids.append(_element(pdf, kid, element, leaves, made))
    element.K = kids
    return element


def _outline(pdf: pikepdf.Pdf, marks: Sequence[Mark], leaves: Sequence[pikepdf.Object]) -> None:
    root = pdf.make_indirect(Dictionary(Type=Name.Outlines))
    last: list[pikepdf.Object] = [root]
    for mark in marks:
        parent = last[min(mark.level, len(last)) - 1]
        item = pdf.make_indirect(
            Dictionary(
                Title=String(mark.words),
                Parent=parent,
                Dest=Array([leaves[mark.page], Name.XYZ, 0, round(mark.top_pt + 4, 2), 0]),
            )
        )
        if "/Last" in parent:
            item.Prev = parent.Last
            parent.Last.Next = item
        else:
            parent.First = item
        parent.Last = item
        parent.Count = int(parent.get("/Count", 0)) + 1
        last = [*last[: min(mark.level, len(last))], item]
    pdf.Root.Outlines = root


def _attach(pdf: pikepdf.Pdf, attached: Attached, says: FileSays) -> None:
    """The associated file (ISO 19005-3, annex E): its relationship is that the document was made from it."""
    data = Stream(pdf, attached.data, Type=Name.EmbeddedFile, Subtype=Name("/application/json"))
    digest = md5(attached.data, usedforsecurity=False).digest()  # 7.11.4.1 of ISO 32000-1 names this one
    data.Params = Dictionary(Size=len(attached.data), ModDate=String(says.pdf_date), CheckSum=String(digest))
    stored = pdf.make_indirect(data)
    spec = pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(attached.name),
            UF=String(attached.name),
            Desc=String(attached.says),
            AFRelationship=Name.Source,
            EF=Dictionary(F=stored, UF=stored),
        )
    )
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([String(attached.name), spec])))
    pdf.Root.AF = pdf.make_indirect(Array([spec]))


def _say(pdf: pikepdf.Pdf, says: FileSays) -> None:
    """Title, author, dates and language, twice in agreement, and the profile of the colours. No tool is named."""
    info = pdf.docinfo
    info["/Title"], info["/Author"] = String(says.title), String(says.author)
    info["/CreationDate"], info["/ModDate"] = String(says.pdf_date), String(says.pdf_date)
    pdf.Root.Metadata = pdf.make_indirect(Stream(pdf, xmp(says), Type=Name.Metadata, Subtype=Name.XML))
    pdf.Root.Lang = String(says.language)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    colours = pdf.make_indirect(Stream(pdf, profile(), N=3, Alternate=Name.DeviceRGB))
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB IEC61966-2.1"),
        DestOutputProfile=colours,
    )
    pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])
