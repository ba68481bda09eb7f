"""Forms with many or large files: all of them in one file on disk, so that 500 PDFs take neither memory nor handles."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final, cast

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from api.http.edge import DepsDep
from api.http.staff.desk import Desk
from api.http.staff.forms import MOST_FIELD_BYTES, MOST_FIELDS, Form, check_origin, form_of
from api.http.staff.visitors import VisitorDep
from api.usecases.ready_made.uploads import MOST_FILES
from docgen.findings import Refusal

if TYPE_CHECKING:
    from typing_extensions import Buffer

# a data file, and empty fields for files, come on top
_MOST_PARTS: Final = MOST_FILES + 3


class _Part(io.RawIOBase):
    """One file of a form: what was written to the shared file from its first write on; parts come one by one."""

    def __init__(self, whole: BinaryIO) -> None:
        self._whole = whole
        self._start, self._size, self._at = 0, 0, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        end = self._whole.seek(0, io.SEEK_END)
        if not self._size:
            self._start = end
        written = self._whole.write(data)
        self._size += written
        self._at = self._size
        return written

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        self._whole.seek(self._start + self._at)
        block = self._whole.read(max(0, min(len(view), self._size - self._at)))
        view[: len(block)] = block
        self._at += len(block)
        return len(block)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def tell(self) -> int:
        return self._at


class _Parser(MultiPartParser):
    """Puts every file in one."""

    whole: BinaryIO

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        sent = self._current_part.file
        if sent is not None:
            sent.file.close()
            kept = cast("BinaryIO", _Part(self.whole))
            self._current_part.file = UploadFile(kept, size=0, filename=sent.filename, headers=sent.headers)


async def _form(request: Request) -> AsyncIterator[Form]:
    """Raises `Refusal` (``form-not-ours``)."""
    check_origin(request)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Refusal("form-not-ours", "This form was sent without its files. Open the page and try again.")
    with TemporaryFile() as whole:
        parser = _Parser(
            request.headers,
            request.stream(),
            max_files=_MOST_PARTS,
            max_fields=MOST_FIELDS,
            max_part_size=MOST_FIELD_BYTES,
        )
        parser.whole = cast("BinaryIO", whole)
        try:
            data = await parser.parse()
        except MultiPartException as error:
            raise HTTPException(400, error.message) from error
        yield form_of(request, data)


def _desk(request: Request, deps: DepsDep, visitor: VisitorDep, form: Annotated[Form, Depends(_form)]) -> Desk:
    return Desk(request, deps, visitor, form)


ManyFilesDesk = Annotated[Desk, Depends(_desk)]
