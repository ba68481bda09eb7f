"""Uploads as files: a PDF, or the PDFs of a zip, in a folder that is removed afterwards."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, NamedTuple

from api.usecases.ready_made.wishes import ZIP
from docgen.findings import Finding, Place, Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from api.ports import BlobRef, PrintJob
    from api.usecases.deps import Deps

MOST_FILES: Final = 500
_BLOCK: Final = 1 << 20
_ENCRYPTED: Final = 0x1
_LEFT_BEHIND: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


class Upload(NamedTuple):
    """PDFs of a job by number, their names without ending, and a folder for what is made of them."""

    files: tuple[Path, ...]
    names: tuple[str, ...]
    folder: Path


@contextmanager
def opened(deps: Deps, job: PrintJob, wanted: Collection[int] | None = None) -> Iterator[Upload]:
    """The PDFs of a job; with ``wanted`` only those numbers are there.

    Raises Refusal: ``readymade-zip-`` malformed, bomb, encrypted, duplicate, file-kind or empty.
    """
    with TemporaryDirectory(prefix="posthoorn-") as name:
        folder = Path(name)
        sent = folder / "sent"
        copy_blob(deps, job.organisation_id, job.input, sent)
        if job.media_type == ZIP:
            yield _unpacked(sent, folder, deps.limits.max_body_bytes, wanted)
        else:
            yield Upload((sent,), ("1",), folder)


def copy_blob(deps: Deps, organisation_id: str, blob: BlobRef, path: Path) -> None:
    """A blob as a file."""
    with deps.blobs.open(organisation_id, blob) as stream, path.open("wb") as out:
        shutil.copyfileobj(stream, out, _BLOCK)


def _unpacked(sent: Path, folder: Path, most_bytes: int, wanted: Collection[int] | None) -> Upload:
    try:
        with zipfile.ZipFile(sent) as archive:
            members = _members(archive.infolist(), most_bytes)
            files = tuple([folder / f"{number:06}.pdf" for number in range(len(members))])
            left = most_bytes
            for number, (member, path) in enumerate(zip(members, files, strict=True)):
                if wanted is None or number in wanted:
                    left = _unpack(archive, member, path, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise _refusal("malformed", "This is no zip file, or it is damaged. Make it again.") from error
    return Upload(files, tuple([PurePosixPath(member.filename).stem for member in members]), folder)


def _members(every: Sequence[zipfile.ZipInfo], most_bytes: int) -> list[zipfile.ZipInfo]:
    """The PDFs by name; every rule that can be checked without unpacking. Names are never used as paths."""
    kept: dict[str, zipfile.ZipInfo] = {}
    for member in every:
        path = PurePosixPath(member.filename)
        if member.is_dir() or "__MACOSX" in path.parts or path.name in _LEFT_BEHIND:
            continue
        if path.suffix.lower() != ".pdf":
            raise _refusal("file-kind", "Only PDFs go in the zip. Take this file out.", member.filename)
        if member.flag_bits & _ENCRYPTED:
            raise _refusal("encrypted", "The zip has a password. Make one without.", member.filename)
        if path.stem.casefold() in kept:
            raise _refusal("duplicate", "Two PDFs have this name. Each is the reference of a letter.", member.filename)
        kept[path.stem.casefold()] = member
    if not kept:
        raise _refusal("empty", "There is no PDF in the zip.")
    if len(kept) > MOST_FILES or sum(member.file_size for member in kept.values()) > most_bytes:
        raise _too_large(most_bytes)
    return sorted(kept.values(), key=lambda member: member.filename)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, left: int) -> int:
    """One file; counts what really comes out, because the sizes in a zip can lie."""
    with archive.open(member) as stream, path.open("wb") as out:
        while block := stream.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise _too_large(0)
            out.write(block)
    return left


def _too_large(most_bytes: int) -> Refusal:
    size = f" of together {most_bytes:,} bytes" if most_bytes else ""
    return _refusal("bomb", f"A zip may hold {MOST_FILES} PDFs{size}. Divide them over several jobs.")


def _refusal(trouble: str, message: str, name: str | None = None) -> Refusal:
    code = f"readymade-zip-{trouble}"
    findings = () if name is None else (Finding(code, message, Place(file=name[:200])),)
    return Refusal(code, message, findings)
