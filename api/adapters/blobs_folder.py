"""Blobs in a folder: ``organisation/ab/cdef…`` by content, written aside, synced and then linked into place."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final

from api.ports import BlobRef, Permanent, Retryable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_BLOCK = 1 << 20
_PART_KEPT_S = 86_400.0
# what an id looks like; anything else could name another folder
_ORGANISATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")


def blocks_of(data: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of a stream or an iterable, in pieces that fit in memory."""
    if hasattr(data, "read"):
        while block := data.read(_BLOCK):
            yield block
    else:
        yield from data


def safe_organisation(organisation_id: str) -> str:
    """The id, or ValueError when it could lead out of the organisation's own place."""
    if not _ORGANISATION.match(organisation_id):
        raise ValueError(f"not an organisation id: {organisation_id!r}")
    return organisation_id


class FolderBlobs:
    """`api.ports.Blobs` in a folder of this machine."""

    cheap_at_places: Final = True

    def __init__(self, root: Path) -> None:
        """The folder is made when it is not there."""
        self._root = root

    def put(self, organisation_id: str, data: BinaryIO | Iterable[bytes]) -> BlobRef:
        """Write aside, sync, rename, sync the folder."""
        safe_organisation(organisation_id)
        with _faults_translated():
            part = self._part()
            try:
                with part.open("xb") as file:
                    ref = copy_hashed(data, file)
                    file.flush()
                    os.fsync(file.fileno())
                self._keep(part, self._path(organisation_id, ref))
            finally:
                part.unlink(missing_ok=True)
            return ref

    @contextmanager
    def open(self, organisation_id: str, ref: BlobRef) -> Iterator[BinaryIO]:
        """The file itself."""
        try:
            with _faults_translated():
                file = self._path(organisation_id, ref).open("rb")
        except FileNotFoundError:
            raise blob_missing(ref) from None
        with file:
            yield file

    def exists(self, organisation_id: str, ref: BlobRef) -> bool:
        """There, and of the right size."""
        try:
            return self._path(organisation_id, ref).stat().st_size == ref.size
        except FileNotFoundError:
            return False

    def delete(self, organisation_id: str, ref: BlobRef) -> None:
        """Unlink."""
        with _faults_translated():
            self._path(organisation_id, ref).unlink(missing_ok=True)

    def ready(self) -> bool:
        """A file can be written."""
        try:
            part = self._part()
            part.write_bytes(b"")
            part.unlink()
        except OSError:
            return False
        return True

    def sweep_parts(self) -> None:
        """Remove what writers that were killed left behind: parts that nobody has touched for a day."""
        before = time.time() - _PART_KEPT_S
        for part in (self._root / ".parts").glob("*"):
            with suppress(FileNotFoundError):
                if part.stat().st_mtime < before:
                    part.unlink()

    def _part(self) -> Path:
        parts = self._root / ".parts"
        parts.mkdir(parents=True, exist_ok=True)
        return parts / secrets.token_hex(16)

    def _path(self, organisation_id: str, ref: BlobRef) -> Path:
        return self._root / safe_organisation(organisation_id) / ref.sha256[:2] / ref.sha256[2:]

    def _keep(self, part: Path, path: Path) -> None:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            for folder in (self._root, path.parent.parent):
                _sync(folder)
        part.chmod(0o440)
        # the same content replaces itself, so a half-written file from a dying disk does not stay
        part.replace(path)
        _sync(path.parent)


def copy_hashed(data: BinaryIO | Iterable[bytes], target: BinaryIO) -> BlobRef:
    """Copy a stream and name it by its content."""
    digest, size = hashlib.sha256(), 0
    for block in blocks_of(data):
        digest.update(block)
        size += len(block)
        target.write(block)
    return BlobRef(digest.hexdigest(), size)


def blob_missing(ref: BlobRef) -> Permanent:
    """The fault for a reference that leads nowhere."""
    return Permanent("blob-missing", f"Blob {ref} is not in the store; restore it from a backup.")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _faults_translated() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Retryable("blobs-unavailable", f"The blob folder cannot be used: {error.strerror or error}") from error
