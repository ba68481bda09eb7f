"""What the OpenAPI document says about trouble, and about bodies and answers that are no JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from api.http.problems import MEDIA_TYPE, status_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Responses = dict[int | str, dict[str, Any]]

_DETAILS: Final[Mapping[str, str]] = {
    "key-missing": "Send your key: Authorization: Bearer ph_live_…",
    "key-unknown": "This key is not known; check that it was copied whole.",
    "key-revoked": "This key has been revoked; ask an administrator for another.",
    "role-missing": "This key may not do this: it needs the role admin.",
    "mode-differs": "This is a test key and bat_01jd8m2x4c7n3k5p9qrstv0wxy is live; use a live key.",
    "not-ready": "A part of the service does not answer now; try again in a moment.",
    "internal-error": "Something is wrong with the service itself. Tell its operator: inc_0123456789abcdef.",
}
_ALWAYS: Final = ("key-missing", "key-unknown", "key-revoked", "role-missing", "internal-error", "not-ready")
POST_CODES: Final = ("idempotency-key-reuse", "idempotency-in-progress", "bad-idempotency-key", "body-too-large")
ACT_CODES: Final = (*POST_CODES, "mode-differs")
LIST_CODES: Final = ("bad-cursor", "bad-page-limit")
ZIP_CODES: Final = (*POST_CODES, "body-cut-off", "media-type-unsupported")


def problems(*codes: str) -> Responses:
    """The error responses of an operation with a key, an example for each code."""
    return _of((*_ALWAYS, *codes))


def open_problems(*codes: str) -> Responses:
    """The error responses of an operation that needs no key."""
    return _of((*codes, "internal-error"))


def _of(codes: tuple[str, ...]) -> Responses:
    found: Responses = {}
    for code in dict.fromkeys(codes):
        status = int(status_of(code))
        response = found.setdefault(status, {"description": "", "content": {MEDIA_TYPE: {"schema": _SCHEMA}}})
        response["description"] = f"{response['description']}, {code}".removeprefix(", ")
        response["content"][MEDIA_TYPE].setdefault("examples", {})[code] = {"value": _example(code, status)}
    return found


_SCHEMA: Final = {"$ref": "#/components/schemas/ProblemOut"}


def _example(code: str, status: int) -> dict[str, Any]:
    return {
        "type": f"/problems/{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": _DETAILS.get(code, f"See /problems/{code}."),
        "instance": "/v1/…",
        "code": code,
        "findings": [],
    }


def binary(description: str, *media_types: str) -> dict[str, Any]:
    """An answer that is a file."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}, "example": "…"} for kind in media_types}
    return {"description": description, "content": content}


def body(description: str, **examples: Any) -> dict[str, Any]:  # noqa: ANN401 - examples are any JSON
    """A body that is read as a stream: media types by the names in `MEDIA`, each with an example."""
    content = {}
    for name, example in examples.items():
        schema = {"type": "array", "items": {"type": "object"}} if name == "json" else {"type": "string"}
        content[MEDIA[name]] = {"schema": schema, "example": example}
    return {"requestBody": {"description": description, "required": True, "content": content}}


MEDIA: Final[Mapping[str, str]] = {
    "json": "application/json",
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
