"""The proof of one request: its evidence as a file, and that drawn as a PDF, sealed when that is wished."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agreements.proof.drawing import Pictures, draw_proof
from agreements.proof.making import SealNote
from agreements.proof.words import LANGUAGES, speech
from api.usecases.composers import ONE_AT_A_TIME
from api.usecases.evidence.exporting import request_proof
from api.usecases.evidence.sealing import Sealed, draw_sealed
from api.usecases.evidence.slip_picture import slip_picture
from api.usecases.packages import files_of
from api.usecases.scanning.kept import PICTURE, part_of
from docgen.findings import Refusal
from docgen.layouts.brand_file import load_brand

if TYPE_CHECKING:
    from agreements.evidence.bundle import RequestProof
    from api.usecases.deps import Deps


class ProofWish(NamedTuple):
    """The language of the words, that of the request when empty, and whether to seal."""

    language: str = ""
    sealed: bool = False


def evidence_of(deps: Deps, organisation_id: str, request_id: str) -> bytes:
    """The evidence of a request (``agreement-evidence/1``). Raises Refusal: ``agreement-not-found``."""
    with deps.database.read() as uow:
        uow.agreements.get(organisation_id, request_id)
    return request_proof(deps, organisation_id, request_id, annexes=True).document()


def prove(deps: Deps, organisation_id: str, request_id: str, wish: ProofWish) -> Sealed:
    """The proof as PDF, in the brand of the question, and what became of its seal.

    Raises Refusal: ``agreement-not-found``, ``language-unknown``.
    """
    if wish.language:
        speech(wish.language)
    with deps.database.read() as uow:
        request = uow.agreements.get(organisation_id, request_id)
        question = uow.questions.get(organisation_id, request.question_id)
        package = uow.brands.get(organisation_id, question.brand_id)
    evidence = request_proof(deps, organisation_id, request_id, annexes=True)
    pictures = Pictures(slip=_slip(deps, organisation_id, evidence))
    brand = load_brand(files_of(deps, package))
    language = wish.language or (request.language if request.language in LANGUAGES else LANGUAGES[0])

    def draw(note: SealNote) -> bytes:
        # faces are shared and read their files as they go
        with ONE_AT_A_TIME:
            return draw_proof(evidence.document(), brand, language, pictures, note)

    if not wish.sealed:
        return Sealed(draw(SealNote()), SealNote())
    reason = speech(language).say("seal.reason", corporation=brand.legal_name)
    return draw_sealed(deps.sealer, draw, reason)


def _slip(deps: Deps, organisation_id: str, evidence: RequestProof) -> bytes | None:
    """The picture of the slip that decided, while it is kept."""
    slips = [(event.body or {}).get("slip") for event in evidence.events if (event.body or {}).get("decided") is True]
    name = next((one.get("id") for one in reversed(slips) if isinstance(one, dict)), None)
    if not isinstance(name, str):
        return None
    try:
        with deps.database.read() as uow:
            slip = uow.scan_pages.slip(organisation_id, name)
            page = uow.scan_pages.get(organisation_id, slip.page_id)
    except Refusal:
        # scans are deleted sooner than evidence: the digest still tells which it was
        return None
    picture = part_of(deps, page, PICTURE)
    return slip_picture(picture, slip.corners_px) if picture else None
