"""A file of evidence becomes a PDF in the house style of a brand."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from agreements.proof.asked_part import answered, asked, sent, shown
from agreements.proof.evidence_part import evidence
from agreements.proof.first_page import first_page, headline
from agreements.proof.house import House
from agreements.proof.lay_out import stripes
from agreements.proof.letterhead import Letterhead
from agreements.proof.making import Making, SealNote
from agreements.proof.paging import Pages
from agreements.proof.pdf_file import Attached, Content, FileSays, write_pdf
from agreements.proof.pictures import read_picture
from agreements.proof.reading import read_evidence
from agreements.proof.tags import Tag
from agreements.proof.timeline import timeline
from agreements.proof.type_area import typefaces
from agreements.proof.words import speech

if TYPE_CHECKING:
    from agreements.proof.blocks import Block
    from docgen.layouts.theme import Brand

ATTACHED = "evidence.json"
_NO_NOTE = SealNote()


@dataclass(frozen=True, slots=True)
class Pictures:
    """Files (PNG, JPEG or TIFF) of the page that was shown and of the slip that came back."""

    page: bytes | None = None
    slip: bytes | None = None


def draw_proof(
    document: bytes, brand: Brand, language: str, pictures: Pictures | None = None, note: SealNote = _NO_NOTE
) -> bytes:
    """The proof of the request in ``document`` (``agreement-evidence/1``), which is attached as it is.

    The same values give the same bytes.

    Raises:
        Refusal: ``proof-evidence-invalid``, ``proof-picture-invalid``, ``language-unknown``, or that of a brand's logo.
    """
    pictures = pictures or Pictures()
    making = Making(
        proof=read_evidence(document),
        speech=speech(language),
        corporation=brand.legal_name,
        attached=ATTACHED,
        attached_digest=f"sha256:{sha256(document).hexdigest()}",
        note=note,
        page=read_picture(pictures.page) if pictures.page is not None else None,
        slip=read_picture(pictures.slip) if pictures.slip is not None else None,
    )
    return _draw(making, brand, document)


def _draw(making: Making, brand: Brand, document: bytes) -> bytes:
    faces, head, root = typefaces(brand), Letterhead(brand, making), Tag("Document")
    house, pages = House(faces, brand.colours, head.width_pt), Pages(head.frame)
    pages.place([stripe for block in _story(making) for stripe in stripes(house, block, root)])
    art = head.decorate(pages, faces)
    title = f"{headline(making)} ({making.proof.request})"
    says = FileSays(title, brand.legal_name, making.speech.language, making.proof.as_of, making.attached_digest)
    attached = Attached(making.attached, document, making.speech.say("evidence.title"))
    return write_pdf(Content(pages, root, faces.faces, art), says, attached)


def _story(making: Making) -> list[Block]:
    return [
        *first_page(making),
        *asked(making),
        *timeline(making),
        *sent(making),
        *shown(making),
        *answered(making),
        *evidence(making),
    ]
