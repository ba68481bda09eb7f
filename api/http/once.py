"""`Idempotency-Key`: the header of every POST, and how an answer is made once and given again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, Header, Request, Response

from api.http.edge import DepsDep
from api.usecases import idempotency

if TYPE_CHECKING:
    from pydantic import BaseModel

    from api.usecases.deps import Deps

JSON: Final = "application/json"
REPLAYED: Final = "Idempotent-Replayed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a POST answers. ``kept`` stands in for the content when the request is repeated (for what is shown once)."""

    status: int
    content: BaseModel
    kept: BaseModel | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class OncePerKey:
    """The request as far as it matters for being the same one."""

    deps: Deps
    organisation_id: str
    route: str
    question: str
    key: str | None

    def run(
        self,
        body_sha256: str,
        make: Callable[[Deps], Answer],
        prefix: str = "req",
        found: Callable[[str], Answer | None] = lambda _: None,
    ) -> Response:
        """Make the answer, or give the one that was given before.

        ``make`` gets ports whose first id with ``prefix`` was written down beforehand; when a crash cut an earlier
        attempt off, ``found`` gets that id and says whether the work had been done all the same.
        """
        if self.key is None:
            return _response(make(self.deps))
        digest = hashlib.sha256(f"{self.question}\n{body_sha256}".encode()).hexdigest()
        once = idempotency.Once(self.organisation_id, self.route, self.key, digest)
        begun = idempotency.begin(self.deps, once, prefix)
        if begun.answer is not None:
            return _again(begun.answer.status or 0, begun.answer.media_type, begun.answer.body)
        answer: Answer | None = None
        try:
            answer = (found(begun.subject_id) if begun.resumed else None) or make(begun.deps)
        finally:
            if answer is None:
                idempotency.abandon(self.deps, once)
        kept = (answer.kept or answer.content).model_dump_json().encode()
        media_type = JSON if answer.location is None else f"{JSON}\n{answer.location}"
        idempotency.finish(self.deps, once, answer.status, media_type, kept)
        return _response(answer)


def _response(answer: Answer) -> Response:
    headers = {"Location": answer.location} if answer.location else None
    return Response(answer.content.model_dump_json(), answer.status, headers, JSON)


def _again(status: int, media_type: str, body: bytes) -> Response:
    kind, _, location = media_type.partition("\n")
    headers = {REPLAYED: "true"} | ({"Location": location} if location else {})
    return Response(body, status, headers, kind)


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Up to 255 characters of your own, such as a UUID. The same request with the same key happens "
        "once and gets the first answer again for 48 hours.",
        examples=["5f0c8a52-58a1-4b6c-9d1b-0f6d2e2f3b11"],
    ),
]


def _once(request: Request, deps: DepsDep, key: IdempotencyKey = None) -> OncePerKey:
    # an operator has no organisation: it is the one in the path
    caller = getattr(request.state, "caller", None)
    organisation_id = request.path_params["organisation_id"] if caller is None else caller.organisation_id
    route = f"{request.method} {request.url.path}"
    question = f"{request.url.query}\n{request.headers.get('content-type', '')}"
    return OncePerKey(deps, organisation_id, route, question, key)


OnceDep = Annotated[OncePerKey, Depends(_once)]
