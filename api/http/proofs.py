"""The proof of a request: what can be handed to whoever asks who agreed to what, when and how."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from agreements.proof.words import LANGUAGES
from api.http.auth import ANSWERS, CallerDep
from api.http.edge import DepsDep
from api.http.responses import MEDIA, binary, problems
from api.usecases.evidence import proving
from api.usecases.evidence.proving import ProofWish

router = APIRouter(prefix="/v1/agreements", tags=["agreements"])

_SEALS: Final = "none, sealed, sealed-without-timestamp or not-sealed"


@router.get(
    "/{request_id:id}/proof",
    summary="The proof of a request as PDF",
    dependencies=[ANSWERS],
    response_class=Response,
    responses={
        200: binary("The proof, with its evidence attached", "application/pdf")
        | {
            "headers": {
                "Proof-Seal": {"description": _SEALS, "schema": {"type": "string"}},
                "Proof-Seal-Code": {"description": "Why there is no seal or stamp", "schema": {"type": "string"}},
            }
        },
        **problems("agreement-not-found", "language-unknown"),
    },
)
def get_proof(
    deps: DepsDep,
    caller: CallerDep,
    request_id: str,
    language: Annotated[str, Query(description=f"One of {', '.join(LANGUAGES)}; else that of the request.")] = "",
    *,
    sealed: Annotated[bool, Query(description="Set an electronic seal with a time stamp.")] = False,
) -> Response:
    """In the house style of the question's brand. What became of the seal is in its headers and in the document."""
    found = proving.prove(deps, caller.organisation_id, request_id, ProofWish(language, sealed))
    headers = _headers(request_id, "pdf") | {"Proof-Seal": str(found.note.state)}
    headers |= {"Proof-Seal-Code": found.note.code} if found.note.code else {}
    return Response(found.pdf, headers=headers, media_type="application/pdf")


@router.get(
    "/{request_id:id}/proof.json",
    summary="The evidence of a request",
    dependencies=[ANSWERS],
    response_class=Response,
    responses={
        200: binary("Events, checkpoints and annexes, as `verify.py` checks them", "application/json"),
        **problems("agreement-not-found"),
    },
)
def get_evidence(deps: DepsDep, caller: CallerDep, request_id: str) -> Response:
    """Canonical JSON of the format `agreement-evidence/1`; the same that is attached to the PDF."""
    document = proving.evidence_of(deps, caller.organisation_id, request_id)
    return Response(document, headers=_headers(request_id, "json"), media_type=MEDIA["json"])


def _headers(request_id: str, kind: str) -> dict[str, str]:
    disposition = f'attachment; filename="proof-{request_id}.{kind}"'
    return {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
