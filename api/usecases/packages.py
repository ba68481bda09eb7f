"""Brands and templates as uploaded: checked whole, kept as they came, found by id or by key and version."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from api.ports import Package, PackageKind, PackageState
from api.usecases.entry_hosts import keep_host
from api.usecases.trash import take_back
from docgen.drawing.logo import load_logo
from docgen.findings import Refusal, has_errors
from docgen.layouts.brand_file import check_brand
from docgen.preview import preview
from docgen.templates.load import check_template, digest_of, load_template
from docgen.templates.package import BRAND_RULES, TEMPLATE_RULES, read_zip
from docgen.templates.schema import json_schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

    from api.ports import Packages, Page, PageRequest, UnitOfWork
    from api.usecases.deps import Deps
    from docgen.findings import Finding
    from docgen.layouts.theme import Brand
    from docgen.preview import Preview
    from docgen.templates.model import Template

_PREFIX: Final = {PackageKind.BRAND: "brd", PackageKind.TEMPLATE: "tpl"}
_RULES: Final = {PackageKind.BRAND: BRAND_RULES, PackageKind.TEMPLATE: TEMPLATE_RULES}
_REFERENCE: Final = re.compile(r"[A-Za-z0-9_.+-]{1,64}(@[A-Za-z0-9.+-]{1,32})?")
# the library that makes pictures of pages keeps state outside its documents
ONE_PICTURE_AT_A_TIME = threading.RLock()


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The stored version and the warnings it came with; ``created`` is False when it was there already."""

    package: Package
    findings: tuple[Finding, ...]
    created: bool


@dataclass(frozen=True, slots=True)
class PreviewWish:
    """What to preview: a template in a brand; ``language`` None is the template's first."""

    template: str
    brand: str
    language: str | None = None
    frames: bool = False


def upload(deps: Deps, organisation_id: str, kind: PackageKind, stream: BinaryIO) -> Uploaded:
    """Check a zip and keep it.

    Raises `Refusal`: ``template-invalid`` or ``brand-invalid`` with every fault, a code of the zip,
    ``package-version-exists`` when this version is there with other content, or ``entry-host-taken``.
    """
    files = read_zip(stream.read(), _RULES[kind])
    content, findings = check(kind, files)
    if content is None:
        raise Refusal(f"{kind}-invalid", f"The {kind} has faults. Correct each and upload it again.", findings)
    stream.seek(0)
    package = Package(
        id=deps.ids.new(_PREFIX[kind]),
        organisation_id=organisation_id,
        kind=kind,
        key=content.id,
        version=content.version,
        package=deps.blobs.put(organisation_id, stream),
        digest=digest_of(files),
        created_at=deps.clock.now(),
    )
    with deps.database.write() as uow:
        packages = packages_of(uow, kind)
        take_back(deps, uow, organisation_id, package.package)
        packages.add(package)
        keep_host(uow, package, content)
        stored = packages.find(organisation_id, package.key, package.version)
    return Uploaded(stored, findings, created=stored.id == package.id)


def check(kind: PackageKind, files: Mapping[str, bytes]) -> tuple[Brand | Template | None, tuple[Finding, ...]]:
    """What these files are, None when a finding is an error; nothing is stored."""
    content, findings = _whole_brand(files) if kind is PackageKind.BRAND else check_template(files)
    return (None if has_errors(findings) else content), findings


def check_zip(kind: PackageKind, stream: BinaryIO) -> tuple[Finding, ...]:
    """The findings of a zip; nothing is stored. Raises `Refusal` with a code of the zip."""
    return check(kind, read_zip(stream.read(), _RULES[kind]))[1]


def get(deps: Deps, organisation_id: str, kind: PackageKind, reference: str) -> Package:
    """A version by id, by ``key`` (the newest) or ``key@version``. Raises `Refusal` (``<kind>-not-found``)."""
    with deps.database.read() as uow:
        return resolve(uow, organisation_id, kind, reference)


def resolve(uow: UnitOfWork, organisation_id: str, kind: PackageKind, reference: str) -> Package:
    """`get` inside a transaction."""
    if not _REFERENCE.fullmatch(reference):
        raise Refusal(f"{kind}-not-found", f"This is no id, key or key@version of a {kind}; check what was sent.")
    packages = packages_of(uow, kind)
    if reference.startswith(f"{_PREFIX[kind]}_"):
        return packages.get(organisation_id, reference)
    key, _, version = reference.partition("@")
    return packages.find(organisation_id, key, version or None)


def list_packages(deps: Deps, organisation_id: str, kind: PackageKind, page: PageRequest) -> Page[Package]:
    """Versions, newest first."""
    with deps.database.read() as uow:
        return packages_of(uow, kind).list(organisation_id, page)


def retire(deps: Deps, organisation_id: str, kind: PackageKind, reference: str) -> Package:
    """Offer a version no longer; jobs that use it go on. Doing it again changes nothing."""
    with deps.database.write() as uow:
        package = resolve(uow, organisation_id, kind, reference)
        packages = packages_of(uow, kind)
        return packages.set_state(organisation_id, package.id, PackageState.RETIRED, deps.clock.now())


def packages_of(uow: UnitOfWork, kind: PackageKind) -> Packages:
    """The repository of a kind."""
    return uow.brands if kind is PackageKind.BRAND else uow.templates


def schema_of(deps: Deps, organisation_id: str, reference: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of one record of a template."""
    return json_schema(_template(deps, get(deps, organisation_id, PackageKind.TEMPLATE, reference)))


def preview_of(deps: Deps, organisation_id: str, wish: PreviewWish) -> Preview:
    """The example letter in a brand. Raises `Refusal` (``language-unknown``, or what composing refuses)."""
    template = _template(deps, get(deps, organisation_id, PackageKind.TEMPLATE, wish.template))
    brand, _ = check_brand(files_of(deps, get(deps, organisation_id, PackageKind.BRAND, wish.brand)))
    if brand is None:
        raise Refusal("brand-invalid", "The brand has faults.")
    language = wish.language or template.default_language
    with ONE_PICTURE_AT_A_TIME:
        return preview(template, brand, language, deps.clock.now().date(), frames=wish.frames)


def files_of(deps: Deps, package: Package) -> dict[str, bytes]:
    """The files of a version, by name."""
    with deps.blobs.open(package.organisation_id, package.package) as stream:
        return read_zip(stream.read(), _RULES[package.kind])


def _whole_brand(files: Mapping[str, bytes]) -> tuple[Brand | None, tuple[Finding, ...]]:
    """A brand with its logo drawn once: what is wrong with it must not wait for the first letter."""
    brand, findings = check_brand(files)
    if brand is None or brand.logo is None:
        return brand, findings
    colours = brand.colours
    try:
        _, of_logo = load_logo(brand.logo, (colours.accent, colours.text, colours.rule, colours.zebra))
    except Refusal as refusal:
        of_logo = refusal.findings
    return brand, (*findings, *of_logo)


def _template(deps: Deps, package: Package) -> Template:
    return load_template(files_of(deps, package))
