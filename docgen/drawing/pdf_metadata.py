"""What a print file says of itself: the Info dictionary and the XMP packet, in agreement (PDF/X-4, 6.16)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID
from xml.sax.saxutils import escape

from docgen.drawing.pdf_objects import dictionary, text_string

_VERSION = "PDF/X-4"
_VT_VERSION = "PDF/VT-1"


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What the file says of itself, which is not the service; with ``parts`` its envelopes are document parts."""

    title: str
    created: dt.datetime
    parts: bool = False


def info(file: FileInfo, *, print_ready: bool) -> bytes:
    """The Info dictionary; it names no producer."""
    moment = file.created.astimezone(dt.UTC).strftime("(D:%Y%m%d%H%M%SZ)").encode("ascii")
    entries = {"Title": text_string(file.title), "CreationDate": moment, "ModDate": moment, "Trapped": b"/False"}
    if print_ready:
        entries["GTS_PDFXVersion"] = text_string(_VERSION)
    return dictionary(entries)


def xmp(file: FileInfo, file_id: str, *, print_ready: bool, parts: bool = False) -> bytes:
    """The XMP packet. ``file_id`` (32 hex digits) makes the document and instance ids.

    A file that is print-ready and has all its pages in document ``parts`` is PDF/VT-1 too (ISO 16612-2, 6.1).
    """
    moment = file.created.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    uuid = f"uuid:{UUID(file_id)}"
    standard = f"<pdfxid:GTS_PDFXVersion>{_VERSION}</pdfxid:GTS_PDFXVersion>" if print_ready else ""
    if print_ready and parts:
        standard += f"<pdfvtid:GTS_PDFVTVersion>{_VT_VERSION}</pdfvtid:GTS_PDFVTVersion>"
        standard += f"<pdfvtid:GTS_PDFVTModDate>{moment}</pdfvtid:GTS_PDFVTModDate>"
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/" xmlns:pdfvtid="http://www.npes.org/pdfvt/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(file.title)}</rdf:li></rdf:Alt></dc:title>
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>
<xmp:MetadataDate>{moment}</xmp:MetadataDate>
<xmpMM:DocumentID>{uuid}</xmpMM:DocumentID><xmpMM:InstanceID>{uuid}</xmpMM:InstanceID>
<xmpMM:VersionID>1</xmpMM:VersionID><xmpMM:RenditionClass>default</xmpMM:RenditionClass>
<pdf:Trapped>False</pdf:Trapped>{standard}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""".encode()
