"""Try a template or a brand before it is a version: what is wrong with it, and how letters look with it."""

from __future__ import annotations

import io
import threading
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api.ports import MAX_PAGE_ITEMS, PackageKind, PackageState, PageRequest
from api.usecases import packages
from api.usecases.packages import ONE_PICTURE_AT_A_TIME, Uploaded, files_of
from docgen.drawing.raster import page_png
from docgen.findings import Refusal
from docgen.layouts.brand_file import load_brand
from docgen.preview import Preview, preview
from docgen.templates.load import digest_of, load_template
from docgen.templates.package import BRAND_RULES, TEMPLATE_RULES, read_zip

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from api.ports import BlobRef, Package
    from api.usecases.deps import Deps
    from docgen.findings import Finding
    from docgen.layouts.theme import Brand
    from docgen.templates.model import Template

_RULES: Final = {PackageKind.BRAND: BRAND_RULES, PackageKind.TEMPLATE: TEMPLATE_RULES}
_MOST_PREVIEWS: Final = 8
_MOST_TITLES: Final = 500
_lock: Final = threading.Lock()
_previews: dict[tuple[str, str, str, dt.date, bool], Preview] = {}
_titles: dict[str, Titled] = {}


@dataclass(frozen=True, slots=True)
class Tried:
    """What an upload would be. ``content`` is None when a finding is an error, ``digest`` is of its files."""

    content: Brand | Template | None
    findings: tuple[Finding, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Titled:
    """What a version is called, the languages of a template, and whether it asks its readers anything."""

    title: str
    languages: tuple[str, ...]
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """A template in a brand: row ids of versions, or for one of them what was uploaded."""

    template: str | BlobRef
    brand: str | BlobRef
    language: str = ""
    frames: bool = False


def zip_of(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Files that were chosen one by one as the zip of a folder; the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def try_upload(deps: Deps, organisation_id: str, kind: PackageKind, ref: BlobRef) -> Tried:
    """Check an upload. Raises Refusal: ``draft-gone``, or a code of the zip."""
    files = _files(deps, organisation_id, kind, ref)
    content, findings = packages.check(kind, files)
    return Tried(content, findings, digest_of(files))


def publish(deps: Deps, organisation_id: str, kind: PackageKind, ref: BlobRef) -> Uploaded:
    """Make it a version. Raises Refusal: ``draft-gone``, and as `packages.upload`."""
    _check_there(deps, organisation_id, ref)
    with deps.blobs.open(organisation_id, ref) as stream:
        return packages.upload(deps, organisation_id, kind, io.BytesIO(stream.read()))


def preview_look(deps: Deps, organisation_id: str, look: Look) -> Preview:
    """The example letter; the last few are remembered, because each page is asked for by itself.

    Raises Refusal: ``draft-gone``, ``template-not-found``, ``brand-not-found``, and as `docgen.preview.preview`.
    """
    theirs = _files(deps, organisation_id, PackageKind.TEMPLATE, look.template)
    art = _files(deps, organisation_id, PackageKind.BRAND, look.brand)
    day = deps.clock.now().date()
    key = (digest_of(theirs), digest_of(art), look.language, day, look.frames)
    with _lock:
        found = _previews.get(key)
    if found is None:
        template = load_template(theirs)
        language = look.language or template.default_language
        with ONE_PICTURE_AT_A_TIME:
            found = preview(template, load_brand(art), language, day, deps.equipment.profiles, frames=look.frames)
    with _lock:
        _previews.pop(key, None)
        _previews[key] = found
        while len(_previews) > _MOST_PREVIEWS:
            del _previews[next(iter(_previews))]
    return found


def picture_of(deps: Deps, organisation_id: str, look: Look, page: int, dpi: int) -> bytes:
    """A page of the example letter as PNG. Raises Refusal as `preview_look`, and ``page-not-found``."""
    made = preview_look(deps, organisation_id, look)
    if look.frames:
        if page > len(made.pngs):
            raise Refusal("page-not-found", f"There is no page {page}; the letter has {len(made.pngs)}.")
        return made.pngs[page - 1]
    with ONE_PICTURE_AT_A_TIME:
        return page_png(made.pdf, page, dpi)


def offered(deps: Deps, organisation_id: str, kind: PackageKind) -> Sequence[Package]:
    """Versions that are not retired, newest first."""
    with deps.database.read() as uow:
        found = packages.packages_of(uow, kind).list(organisation_id, PageRequest(MAX_PAGE_ITEMS)).items
    return [package for package in found if package.state is not PackageState.RETIRED]


def titled(deps: Deps, package: Package) -> Titled:
    """What it is called, in the first of its languages."""
    with _lock:
        found = _titles.get(package.digest)
    if found is None:
        files = files_of(deps, package)
        if package.kind is PackageKind.TEMPLATE:
            template = load_template(files)
            title = template.title.get(template.default_language, template.id)
            found = Titled(title, template.languages, template.reply_form is not None)
        else:
            found = Titled(load_brand(files).name, ())
        with _lock:
            if len(_titles) >= _MOST_TITLES:
                _titles.clear()
            _titles[package.digest] = found
    return found


def _files(deps: Deps, organisation_id: str, kind: PackageKind, what: str | BlobRef) -> Mapping[str, bytes]:
    if isinstance(what, str):
        return files_of(deps, packages.get(deps, organisation_id, kind, what))
    _check_there(deps, organisation_id, what)
    with deps.blobs.open(organisation_id, what) as stream:
        return read_zip(stream.read(), _RULES[kind])


def _check_there(deps: Deps, organisation_id: str, ref: BlobRef) -> None:
    if not deps.blobs.exists(organisation_id, ref):
        raise Refusal("draft-gone", "What was uploaded is kept for a day and is not there any more. Upload it again.")
