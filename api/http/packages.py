"""Brands and templates: upload, check, look. What both have in common is in one class."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from fastapi.params import Depends
from pydantic import Field

from api.http.auth import ADMIN, READERS, STAFF, SUBMITTER, CallerDep
from api.http.bodies import IS_ZIP, BodyDep, JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.once import Answer, OnceDep
from api.http.responses import LIST_CODES, POST_CODES, ZIP_CODES, binary, body, problems
from api.http.schemas import CheckOut, FindingOut, In, ListOut, PackageOut, listed
from api.ports import PackageKind
from api.usecases import packages
from api.usecases.deps import Deps
from api.usecases.packages import PreviewWish
from docgen.findings import Refusal, has_errors

router = APIRouter(prefix="/v1")

_ZIP_FAULTS: Final = ("zip-malformed", "zip-bomb", "zip-path", "zip-symlink", "zip-encrypted", "zip-file-kind")
_IN_ZIP: Final = body("A zip of the folder; one folder around all files may be there.", zip="…")
BrandQuery = Annotated[str, Query(description="Id, key or key@version of a brand.", examples=["grachtstad"])]
LanguageQuery = Annotated[str | None, Query(description="One of the template's languages.", examples=["nl"])]


class PreviewQuery(In):
    """How to look at an example letter."""

    brand: str = Field(description="Id, key or key@version of a brand.", examples=["grachtstad"])
    language: str | None = Field(None, description="One of the template's languages.", examples=["nl"])
    page: int = Field(1, ge=1, le=1000, description="Counts from 1.", examples=[1])
    frames: bool = Field(default=False, description="Draw the frames over it.", examples=[True])


def _zip_codes(kind: PackageKind) -> tuple[str, ...]:
    return (*ZIP_CODES, *(f"{kind}-{fault}" for fault in _ZIP_FAULTS))


def _taken(kind: PackageKind) -> tuple[str, ...]:
    return ("entry-host-taken",) if kind is PackageKind.BRAND else ()


@dataclass(frozen=True, slots=True)
class Routes:
    """What brands and templates have in common: the endpoints of one kind."""

    kind: PackageKind
    uploaders: Depends

    def upload(self, caller: CallerDep, once: OnceDep, content: BodyDep) -> Response:
        """A zip of the folder. Every fault in it is in the findings; the same zip again changes nothing."""

        def make(deps: Deps) -> Answer:
            uploaded = packages.upload(deps, caller.organisation_id, self.kind, content.file)
            status = HTTPStatus.CREATED if uploaded.created else HTTPStatus.OK
            shown = PackageOut.of(uploaded.package, uploaded.findings)
            return Answer(status, shown, location=f"/v1/{self.kind}s/{uploaded.package.id}")

        return once.run(content.sha256, make)

    def check(self, once: OnceDep, content: BodyDep) -> Response:
        """Read the zip and say everything that is wrong with it; nothing is kept."""

        def make(_: Deps) -> Answer:
            found = packages.check_zip(self.kind, content.file)
            shown = CheckOut(valid=not has_errors(found), findings=[FindingOut.of(finding) for finding in found])
            return Answer(HTTPStatus.OK, shown)

        return once.run(content.sha256, make)

    def show_all(self, deps: DepsDep, caller: CallerDep, page: PageDep) -> ListOut[PackageOut]:
        """Versions, newest first."""
        return listed(packages.list_packages(deps, caller.organisation_id, self.kind, page), PackageOut.of)

    def show(self, deps: DepsDep, caller: CallerDep, reference: str) -> PackageOut:
        """A version by id, by key (the newest) or by key@version."""
        return PackageOut.of(packages.get(deps, caller.organisation_id, self.kind, reference))

    def retire(self, caller: CallerDep, reference: str, once: OnceDep, sha256: JsonSha256) -> Response:
        """Offer the version no longer; jobs that use it go on. Doing it again changes nothing."""

        def make(deps: Deps) -> Answer:
            retired = packages.retire(deps, caller.organisation_id, self.kind, reference)
            return Answer(HTTPStatus.OK, PackageOut.of(retired))

        return once.run(sha256, make)

    def add_to(self, to: APIRouter) -> None:
        """Register them all."""
        self._add_uploads(to)
        kind, path, tags = self.kind, f"/{self.kind}s", [self._tag]
        not_found = f"{kind}-not-found"
        to.get(path, summary=f"List {kind}s", tags=tags, dependencies=[READERS], responses=problems(*LIST_CODES))(
            self.show_all
        )
        to.get(
            f"{path}/{{reference:id}}",
            summary=f"Show a {kind}",
            tags=tags,
            dependencies=[READERS],
            responses=problems(not_found),
        )(self.show)
        to.post(
            f"{path}/{{reference:id}}/retire",
            summary=f"Retire a {kind}",
            tags=tags,
            response_model=PackageOut,
            dependencies=[self.uploaders],
            responses=problems(not_found, *POST_CODES),
        )(self.retire)

    def _add_uploads(self, to: APIRouter) -> None:
        kind, path, tags = self.kind, f"/{self.kind}s", [self._tag]
        to.post(
            path,
            status_code=HTTPStatus.CREATED,
            summary=f"Upload a {kind}",
            tags=tags,
            response_model=PackageOut,
            dependencies=[self.uploaders, IS_ZIP],
            responses={
                200: {"model": PackageOut, "description": "It was there"},
                **problems(*_zip_codes(kind), f"{kind}-invalid", "package-version-exists", *_taken(kind)),
            },
            openapi_extra=_IN_ZIP,
        )(self.upload)
        to.post(
            f"{path}/check",
            summary=f"Check a {kind}",
            tags=tags,
            response_model=CheckOut,
            dependencies=[READERS, IS_ZIP],
            responses=problems(*_zip_codes(kind)),
            openapi_extra=_IN_ZIP,
        )(self.check)

    @property
    def _tag(self) -> str | Enum:
        return f"{self.kind}s"


Routes(PackageKind.BRAND, ADMIN).add_to(router)
Routes(PackageKind.TEMPLATE, SUBMITTER).add_to(router)

_PREVIEW_CODES: Final = ("template-not-found", "brand-not-found", "language-unknown", "plan-invalid")


@router.get(
    "/templates/{reference:id}/schema",
    tags=["templates"],
    summary="JSON Schema of a record",
    dependencies=[READERS],
    responses=problems("template-not-found"),
)
def schema(deps: DepsDep, caller: CallerDep, reference: str) -> dict[str, Any]:
    """What one record needs, as JSON Schema 2020-12, with an example."""
    return packages.schema_of(deps, caller.organisation_id, reference)


@router.get(
    "/templates/{reference:id}/preview.pdf",
    tags=["templates"],
    summary="Example letter as PDF",
    dependencies=[STAFF],
    response_class=Response,
    responses={200: binary("The letter", "application/pdf"), **problems(*_PREVIEW_CODES)},
)
def preview_pdf(
    deps: DepsDep, caller: CallerDep, reference: str, brand: BrandQuery, language: LanguageQuery = None
) -> Response:
    """The letter made of the examples in the template."""
    wish = PreviewWish(reference, brand, language)
    made = packages.preview_of(deps, caller.organisation_id, wish)
    return Response(made.pdf, media_type="application/pdf")


@router.get(
    "/templates/{reference:id}/preview.png",
    tags=["templates"],
    summary="A page of the example letter as PNG",
    dependencies=[STAFF],
    response_class=Response,
    responses={200: binary("The page", "image/png"), **problems(*_PREVIEW_CODES, "page-not-found", "request-invalid")},
)
def preview_png(
    deps: DepsDep,
    caller: CallerDep,
    reference: str,
    look: Annotated[PreviewQuery, Query()],
) -> Response:
    """One page at 150 dpi; with `frames` the frames, the window and the clear zones are drawn over it."""
    wish = PreviewWish(reference, look.brand, look.language, frames=look.frames)
    pictures = packages.preview_of(deps, caller.organisation_id, wish).pngs
    if look.page > len(pictures):
        raise Refusal("page-not-found", f"There is no page {look.page}; the letter has {len(pictures)}.")
    return Response(pictures[look.page - 1], media_type="image/png")
