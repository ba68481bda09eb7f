"""Bodies as files: kept on disk until they are whole, hashed on the way; a caller who leaves leaves nothing."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, BinaryIO, Final, TypeVar, cast

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.http.edge import EdgeDep
from docgen.findings import Refusal

M = TypeVar("M", bound=BaseModel)

_BLOCK: Final = 1 << 20
ZIP: Final = "application/zip"


@dataclass(frozen=True, slots=True)
class Body:
    """A whole body: a file at its start, and the digest of what is in it."""

    file: BinaryIO
    sha256: str
    size: int


async def spooled(request: Request, edge: EdgeDep) -> AsyncIterator[Body]:
    """The body of a request, until the answer is made."""
    digest, size, waiting = hashlib.sha256(), 0, bytearray()
    with tempfile.SpooledTemporaryFile(_BLOCK, dir=str(edge.spool_folder)) as spool:
        async for block in request.stream():
            digest.update(block)
            size += len(block)
            waiting += block
            if len(waiting) >= _BLOCK:
                await run_in_threadpool(spool.write, bytes(waiting))
                waiting.clear()
        spool.write(waiting)
        spool.seek(0)
        yield Body(cast("BinaryIO", spool), digest.hexdigest(), size)


async def _hashed(request: Request) -> str:
    # a body that the framework reads as JSON has been read by now
    return hashlib.sha256(await request.body()).hexdigest()


def check_zip(request: Request) -> None:
    """Raises `Refusal` (``media-type-unsupported``) for anything that does not say it is a zip."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != ZIP:
        raise Refusal("media-type-unsupported", f"Send a zip of the folder with Content-Type: {ZIP}.")


def read_json(model: type[M], data: bytes) -> M:
    """A body that is JSON in one of its forms, with the trouble that the framework would find."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as wrong:
        place = wrong.pos if isinstance(wrong, json.JSONDecodeError) else 0
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body", place), "msg": ""}]) from wrong
    try:
        return model.model_validate(value)
    except ValidationError as wrong:
        found = [{"type": each["type"], "loc": ("body", *each["loc"]), "msg": each["msg"]} for each in wrong.errors()]
        raise RequestValidationError(found) from wrong


BodyDep = Annotated[Body, Depends(spooled)]
JsonSha256 = Annotated[str, Depends(_hashed)]
IS_ZIP: Final = Depends(check_zip)
