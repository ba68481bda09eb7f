"""What the file says of itself: the corporation and the title; never a tool."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID
from xml.sax.saxutils import escape


@dataclass(frozen=True, slots=True)
class FileSays:
    """``created`` is when the evidence was taken out, ``source`` the digest of what the document was drawn from."""

    title: str
    author: str
    language: str
    created: dt.datetime
    source: str

    @property
    def pdf_date(self) -> str:
        """The moment as PDF writes it (ISO 32000-1, 7.9.4)."""
        return self.created.astimezone(dt.UTC).strftime("D:%Y%m%d%H%M%SZ")


def xmp(says: FileSays) -> bytes:
    """The XMP packet (ISO 16684-1), with the part and level of ISO 19005 that the file is made to."""
    moment = says.created.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    key = sha256(f"{says.source}\0{says.title}\0{says.language}".encode()).hexdigest()[:32]
    title = f'<rdf:Alt><rdf:li xml:lang="x-default">{escape(says.title)}</rdf:li></rdf:Alt>'
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format><dc:title>{title}</dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(says.author)}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{says.language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>
<xmp:MetadataDate>{moment}</xmp:MetadataDate>
<xmpMM:DocumentID>uuid:{UUID(key)}</xmpMM:DocumentID><xmpMM:InstanceID>uuid:{UUID(key)}</xmpMM:InstanceID>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>""".encode()
