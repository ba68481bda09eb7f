"""A folder or a zip as files by name: for templates and brands, with limits that hold against hostile uploads."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from docgen.findings import Finding, Place, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENCRYPTED: Final = 0x1
_IGNORED_NAMES: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_IGNORED_FOLDERS: Final = frozenset({"__MACOSX", ".git", "__pycache__"})
_CHUNK: Final = 65_536


@dataclass(frozen=True, slots=True)
class PackageRules:
    """What a package may hold; ``what`` begins the codes of refusals (``template-zip-bomb``)."""

    what: str = "template"
    kinds: frozenset[str] = frozenset({".toml", ".md", ".txt", ".json", ".csv", ".svg", ".png", ".pdf", ".ttf", ".otf"})
    max_files: int = 200
    max_total_bytes: int = 30_000_000


TEMPLATE_RULES: Final = PackageRules("template", frozenset({".toml", ".md", ".txt", ".json", ".csv"}))
BRAND_RULES: Final = PackageRules("brand")


def read_folder(path: Path, rules: PackageRules = TEMPLATE_RULES) -> dict[str, bytes]:
    """Every file under the folder by its relative name with slashes, sorted.

    Raises Refusal: ``…-folder-missing``, ``…-folder-symlink``, ``…-folder-too-large``, ``…-folder-file-kind``.
    """
    if not path.is_dir():
        raise _refusal(rules, "folder-missing", "There is no such folder. Give the folder with the files.", str(path))
    files: dict[str, bytes] = {}
    total = 0
    for member in sorted(path.rglob("*")):
        name = member.relative_to(path).as_posix()
        if member.is_dir() or _ignored(name):
            continue
        if member.is_symlink():
            raise _refusal(rules, "folder-symlink", "A link is not taken along. Put the file itself there.", name)
        _check_kind(rules, "folder", name)
        total += member.stat().st_size
        if total > rules.max_total_bytes or len(files) >= rules.max_files:
            raise _refusal(rules, "folder-too-large", _too_large(rules), name)
        files[name] = member.read_bytes()
    return files


def read_zip(data: bytes, rules: PackageRules = TEMPLATE_RULES) -> dict[str, bytes]:
    """Every file in the zip by its name, sorted; one folder around all files is taken off.

    Nothing is written to disk, and never more than the allowed bytes are unpacked, whatever the zip claims.
    Raises Refusal ``…-zip-`` malformed, bomb, path, symlink, encrypted, duplicate or file-kind.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _checked(archive.infolist(), rules)
            files = _unpack(archive, members, rules)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise _refusal(rules, "zip-malformed", "This is no zip file, or it is damaged. Make it again.") from error
    return _without_common_folder(files)


def _checked(members: list[zipfile.ZipInfo], rules: PackageRules) -> list[zipfile.ZipInfo]:
    """The members to unpack; every rule that can be checked without unpacking."""
    kept: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        _check_path(rules, member)
        if member.is_dir() or _ignored(member.filename):
            continue
        if stat.S_ISLNK(member.external_attr >> 16):
            raise _refusal(
                rules, "zip-symlink", "A link is not taken. Put the file itself in the zip.", member.filename
            )
        if member.flag_bits & _ENCRYPTED:
            raise _refusal(rules, "zip-encrypted", "The zip has a password. Make one without.", member.filename)
        if member.filename.casefold() in kept:
            raise _refusal(rules, "zip-duplicate", "The name is in the zip twice. Remove one.", member.filename)
        _check_kind(rules, "zip", member.filename)
        kept[member.filename.casefold()] = member
    if len(kept) > rules.max_files or sum(m.file_size for m in kept.values()) > rules.max_total_bytes:
        raise _refusal(rules, "zip-bomb", _too_large(rules))
    return list(kept.values())


def _check_path(rules: PackageRules, member: zipfile.ZipInfo) -> None:
    """Refuse names that could lead outside a folder."""
    name = member.filename
    parts = PurePosixPath(name).parts
    # orig_filename still has what ZipInfo cleans away: a NUL byte, and the backslash on Windows
    odd = "\\" in member.orig_filename or "\0" in member.orig_filename or ":" in name or not parts
    if odd or name.startswith("/") or ".." in parts:
        raise _refusal(rules, "zip-path", "The name leads outside the folder. Use plain relative names.", name)


def _unpack(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], rules: PackageRules) -> dict[str, bytes]:
    """The contents; counts what really comes out, because the sizes in a zip can lie."""
    files: dict[str, bytes] = {}
    left = rules.max_total_bytes
    for member in members:
        content = bytearray()
        with archive.open(member) as stream:
            while chunk := stream.read(min(_CHUNK, left + 1)):
                content += chunk
                left -= len(chunk)
                if left < 0:
                    raise _refusal(rules, "zip-bomb", _too_large(rules), member.filename)
        files[member.filename] = bytes(content)
    return files


def _without_common_folder(files: Mapping[str, bytes]) -> dict[str, bytes]:
    tops = {name.partition("/")[0] for name in files}
    if len(tops) == 1 and all("/" in name for name in files):
        files = {name.partition("/")[2]: content for name, content in files.items()}
    return dict(sorted(files.items()))


def _ignored(name: str) -> bool:
    """Files that file managers leave behind."""
    parts = PurePosixPath(name).parts
    return bool(parts) and (parts[-1] in _IGNORED_NAMES or not _IGNORED_FOLDERS.isdisjoint(parts))


def _check_kind(rules: PackageRules, how: str, name: str) -> None:
    if PurePosixPath(name).suffix.lower() not in rules.kinds:
        known = ", ".join(sorted(rules.kinds))
        raise _refusal(
            rules, f"{how}-file-kind", f"This kind of file is not taken. Remove it; taken are {known}.", name
        )


def _too_large(rules: PackageRules) -> str:
    megabytes = rules.max_total_bytes // 1_000_000
    return f"More than {rules.max_files} files or {megabytes} MB unpacked. Leave out what is not needed."


def _refusal(rules: PackageRules, code: str, message: str, file: str | None = None) -> Refusal:
    code = f"{rules.what}-{code}"
    return Refusal(code, message, (Finding(code, message, Place(file=file)),) if file else ())
