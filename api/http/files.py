"""Downloads. Blobs: ranges, entity tags, names; read in blocks, so that memory stays flat (RFC 9110, 13 and 14)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.responses import Response, StreamingResponse

from api.http.middleware import IS_HEAD
from api.http.responses import MEDIA
from docgen.findings import Refusal

if TYPE_CHECKING:
    from starlette.requests import Request

    from api.ports import BatchFile
    from api.usecases.deps import Deps

_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_BLOCK: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes ``first`` up to, not including, ``end``."""

    first: int
    end: int


def file_response(
    request: Request,
    deps: Deps,
    organisation_id: str,
    file: BatchFile,
    note: Callable[[int], object] = lambda _: None,
) -> Response:
    """The file, or the part of it that was asked for. Raises `Refusal` (``range-not-satisfiable``).

    ``note`` is told the first byte, once it is sure that content follows.
    """
    etag = f'"{file.blob.sha256}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        # it can never change, but only who has a key may see it
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": f'attachment; filename="{file.name}"',
    }
    if _matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    # of the whole file, whatever part is sent (RFC 9530, 3)
    headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(file.blob.sha256)).decode()}:"
    wanted = None if request.headers.get("if-range", etag) != etag else request.headers.get("range")
    span = read_range(wanted, file.blob.size)
    part = span or Span(0, file.blob.size)
    headers["Content-Length"] = str(part.end - part.first)
    if span is not None:
        headers["Content-Range"] = f"bytes {span.first}-{span.end - 1}/{file.blob.size}"
    if request.scope.get(IS_HEAD):
        return Response(None, 206 if span else 200, headers, file.media_type)
    note(part.first)
    content = _blocks(deps, organisation_id, file, part)
    return StreamingResponse(content, 206 if span else 200, headers, file.media_type)


def read_range(header: str | None, size: int) -> Span | None:
    """The bytes that a ``Range`` header asks for; None for all, also for what a server may leave aside.

    Raises `Refusal` (``range-not-satisfiable``) when there are no such bytes.
    """
    found = _RANGE.fullmatch((header or "").replace(" ", ""))
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        first, end = max(size - int(found[2]), 0), size
    else:
        first, end = int(found[1]), min(int(found[2]) + 1 if found[2] else size, size)
        if found[2] and int(found[2]) < first:
            return None
    if first >= size or first >= end:
        raise Refusal("range-not-satisfiable", f"The file has {size} bytes; ask for bytes of it.")
    return Span(first, end)


def table_response(name: str, content: Iterator[bytes] | Iterator[str]) -> Response:
    """Rows as a download that is kept nowhere; how ``name`` ends, csv or xlsx, says what they are."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingResponse(content, media_type=MEDIA[name.rpartition(".")[2]], headers=headers)


def _matches(header: str | None, etag: str) -> bool:
    given = [each.strip().removeprefix("W/") for each in (header or "").split(",")]
    return etag in given or given == ["*"]


def _blocks(deps: Deps, organisation_id: str, file: BatchFile, part: Span) -> Iterator[bytes]:
    left = part.end - part.first
    with deps.blobs.open(organisation_id, file.blob) as stream:
        stream.seek(part.first)
        while left and (block := stream.read(min(_BLOCK, left))):
            left -= len(block)
            yield block
