"""Photos of meters: bounded, read where nothing can come to harm, and kept as pictures and nothing else."""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from docgen.findings import Finding
from scanning.photo_task import read_photo

if TYPE_CHECKING:
    from typing import BinaryIO

    from api.ports import BlobRef
    from api.usecases.deps import Deps

MOST_BYTES: Final = 20_000_000
_HEAD_BYTES: Final = 16
# who sent a photo and never finished leaves none behind
_UNUSED: Final = timedelta(days=1)
_HEIC: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


class PhotoProblem(StrEnum):
    """Why a photo is not taken."""

    KIND = "kind"
    HEIC = "heic"
    LARGE = "large"
    BROKEN = "broken"


def take_photo(deps: Deps, organisation_id: str, photo: BinaryIO) -> BlobRef | PhotoProblem:
    """Keep a photo as JPEG without what else was in its file; what nobody sends off goes after a day."""
    problem = _problem(photo)
    if problem is not None:
        return problem
    descriptor, name = tempfile.mkstemp(prefix="photo-")
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            while block := photo.read(1 << 20):
                file.write(block)
        clean = read_photo(path)
    finally:
        path.unlink()
    if isinstance(clean, Finding):
        return PhotoProblem.BROKEN
    with deps.database.write() as uow:
        blob = deps.blobs.put(organisation_id, [clean])
        uow.trash.add(organisation_id, [blob], deps.clock.now() + _UNUSED, shared=True)
    return blob


def _problem(photo: BinaryIO) -> PhotoProblem | None:
    if photo.seek(0, os.SEEK_END) > MOST_BYTES:
        return PhotoProblem.LARGE
    photo.seek(0)
    head = photo.read(_HEAD_BYTES)
    photo.seek(0)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return PhotoProblem.HEIC
    known = head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head[:4], head[8:12]) == (b"RIFF", b"WEBP")
    return None if known else PhotoProblem.KIND
