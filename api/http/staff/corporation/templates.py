"""Templates and brands: what is wrong with an upload and how it looks before it becomes a version, and the versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.http.edge import DepsDep
from api.http.problems import CONTEXT, status_of
from api.http.staff.corporation.common import (
    ADMINS,
    READERS,
    SUBMITTERS,
    WORDS,
    TokenQuery,
    ref_of,
    token_of,
    with_query,
)
from api.http.staff.desk import DeskDep, Done, notice_of
from api.http.staff.forms import FormDep
from api.http.staff.render import page
from api.http.staff.route import StaffRoute, see_other
from api.http.staff.today import zone_of
from api.http.staff.trouble import Trouble
from api.http.staff.visitors import VisitorDep, person
from api.ports import PackageKind, PageRequest, Role
from api.usecases import drafts, packages, trying
from api.usecases.trying import Look
from docgen.findings import Refusal
from docgen.templates.model import Template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi.params import Depends

    from api.http.staff.desk import Mistake
    from api.http.staff.forms import Form
    from api.http.staff.visitors import Visitor
    from api.ports import BlobRef, Package
    from api.usecases.deps import Deps

router = APIRouter(prefix="/staff", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

DRAFT: Final = "draft-of-package"
_SHOWN: Final = 60
_DPI: Final = {"small": 32, "large": 96, "huge": 150}
_KEPT: Final = {"Cache-Control": "private, max-age=3600"}
_BLOCK: Final = 1 << 20
WithQuery = Annotated[str, Query(max_length=120)]
_OTHER: Final = {PackageKind.TEMPLATE: PackageKind.BRAND, PackageKind.BRAND: PackageKind.TEMPLATE}


class PictureQuery(BaseModel):
    """Which picture; ``other`` is the brand that a template is in, or the template that a brand is shown with."""

    other: str = Field("", max_length=120)
    language: str = Field("", pattern=r"^[A-Za-z-]{0,20}$")
    size: str = Field("large", pattern="^(small|large|huge)$")
    frames: bool = False


@dataclass(frozen=True, slots=True)
class Routes:
    """The pages of one kind; brands are for admins to publish."""

    kind: PackageKind
    authors: Depends

    @property
    def path(self) -> str:
        """Where they are."""
        return f"/staff/{self.kind}s"

    def try_it(self, request: Request, deps: DepsDep, visitor: VisitorDep, form: FormDep) -> Response:
        """Keep the upload and look at it; it is no version yet."""
        try:
            ref = drafts.store_upload(deps, visitor.organisation_id, [_content(form)])
            trying.try_upload(deps, visitor.organisation_id, self.kind, ref)
        except Refusal as refusal:
            request.scope[CONTEXT]["code"] = refusal.code
            response = list_page(request, deps, Trouble.of(refusal, {}, f"{self.kind}-file"))
            response.status_code = int(status_of(refusal.code))
            return response
        return see_other(with_query(f"{self.path}/draft", of=token_of(deps, visitor, ref, DRAFT)))

    def show_draft(self, request: Request, deps: DepsDep, of: TokenQuery, other: WithQuery = "") -> Response:
        """Findings with file and line, and every page in every language."""
        return self._draft_page(request, deps, of, other)

    def draft_picture(
        self, deps: DepsDep, visitor: VisitorDep, number: int, of: TokenQuery, wish: Annotated[PictureQuery, Query()]
    ) -> Response:
        """A page of the example letter."""
        look = self._look(ref_of(deps, visitor, of, DRAFT), wish.other, wish.language, frames=wish.frames)
        return _png(trying.picture_of(deps, visitor.organisation_id, look, number, _DPI[wish.size]))

    def publish(self, desk: DeskDep, of: TokenQuery) -> Response:
        """Make it a version."""

        def make(deps: Deps) -> Done:
            ref = ref_of(deps, desk.visitor, of, DRAFT)
            made = trying.publish(deps, desk.organisation_id, self.kind, ref)
            said = "is published" if made.created else "was there already; nothing is changed"
            return Done(
                f"{self.path}/{made.package.id}", f"Version {made.package.version} of {made.package.key} {said}."
            )

        def again(mistake: Mistake) -> Response:
            return self._draft_page(desk.request, desk.deps, of, "", mistake.trouble)

        return desk.change(make, again, {"": "publish"}, self.prefix)

    def show(self, request: Request, deps: DepsDep, package_id: str, other: WithQuery = "") -> Response:
        """A version with its pages."""
        return self._version_page(request, deps, package_id, other)

    def picture(
        self, deps: DepsDep, visitor: VisitorDep, package_id: str, number: int, wish: Annotated[PictureQuery, Query()]
    ) -> Response:
        """A page of the example letter."""
        package = packages.get(deps, visitor.organisation_id, self.kind, package_id)
        look = self._look(package.id, wish.other, wish.language, frames=wish.frames)
        return _png(trying.picture_of(deps, visitor.organisation_id, look, number, _DPI[wish.size]))

    def retire(self, desk: DeskDep, package_id: str) -> Response:
        """Offer it no longer."""

        def make(deps: Deps) -> Done:
            if not desk.form.text("sure"):
                raise Refusal("confirmation-missing", "Tick the box: it says what you are about to do.")
            packages.retire(deps, desk.organisation_id, self.kind, package_id)
            return Done(f"{self.path}/{package_id}", "It is retired: nobody can choose it any more.")

        def again(mistake: Mistake) -> Response:
            return self._version_page(desk.request, desk.deps, package_id, "", mistake.trouble)

        return desk.change(make, again, {"": "sure-retire"})

    @property
    def prefix(self) -> str:
        """How ids of a version begin."""
        return "tpl" if self.kind is PackageKind.TEMPLATE else "brd"

    def add_to(self, to: APIRouter) -> None:
        """Register them all; the page of the list is one for both kinds."""
        path = f"/{self.kind}s"
        to.post(f"{path}/try", dependencies=[self.authors])(self.try_it)
        to.get(f"{path}/draft", dependencies=[self.authors])(self.show_draft)
        to.get(f"{path}/draft/page-{{number:int}}.png", dependencies=[self.authors])(self.draft_picture)
        to.post(f"{path}/draft", dependencies=[self.authors])(self.publish)
        to.get(f"{path}/{{package_id:id}}", dependencies=[READERS])(self.show)
        to.get(f"{path}/{{package_id:id}}/page-{{number:int}}.png", dependencies=[READERS])(self.picture)
        to.post(f"{path}/{{package_id:id}}/retire", dependencies=[self.authors])(self.retire)

    def _look(self, mine: str | BlobRef, other: str, language: str, *, frames: bool = False) -> Look:
        if self.kind is PackageKind.TEMPLATE:
            return Look(mine, other, language, frames)
        return Look(other, mine, language, frames)

    def _draft_page(
        self, request: Request, deps: Deps, token: str, other: str, trouble: Trouble | None = None
    ) -> Response:
        visitor = person(request)
        ref = ref_of(deps, visitor, token, DRAFT)
        tried = trying.try_upload(deps, visitor.organisation_id, self.kind, ref)
        content = tried.content
        shown = self._shown(deps, visitor, ref, other, content if isinstance(content, Template) else None)
        there = None
        if content is not None:
            there = _version_of(deps, visitor, self.kind, content.id, content.version)
        return page(
            request,
            "corporation/draft.html",
            **WORDS,
            kind=self.kind,
            path=self.path,
            token=token,
            tried=tried,
            there=there,
            same=there is not None and there.digest == tried.digest,
            picture=lambda number, language: with_query(
                f"{self.path}/draft/page-{number}.png", of=token, language=language, other=shown["other"]
            ),
            trouble=trouble,
            **shown,
        )

    def _version_page(
        self, request: Request, deps: Deps, package_id: str, other: str, trouble: Trouble | None = None
    ) -> Response:
        visitor = person(request)
        package = packages.get(deps, visitor.organisation_id, self.kind, package_id)
        shown = self._shown(deps, visitor, package.id, other, None)
        return page(
            request,
            "corporation/version.html",
            **WORDS,
            kind=self.kind,
            path=self.path,
            package=package,
            title=trying.titled(deps, package).title,
            fields=_fields(deps, visitor, package),
            may_retire=visitor.may(Role.SUBMITTER) if self.kind is PackageKind.TEMPLATE else visitor.may(Role.ADMIN),
            picture=lambda number, language: with_query(
                f"{self.path}/{package.id}/page-{number}.png", language=language, other=shown["other"]
            ),
            zone=zone_of(deps, visitor.organisation_id),
            trouble=trouble,
            notice="" if trouble else notice_of(request, deps),
            **shown,
        )

    def _shown(
        self, deps: Deps, visitor: Visitor, mine: str | BlobRef, other: str, template: Template | None
    ) -> dict[str, Any]:
        """How many pages it has in each language, in the brand or with the template that is chosen."""
        offered = trying.offered(deps, visitor.organisation_id, _OTHER[self.kind])
        others = [(package, trying.titled(deps, package).title) for package in offered]
        chosen = other if any(package.id == other for package in offered) else (offered[0].id if offered else "")
        pages: dict[str, int] = {}
        failed: Refusal | None = None
        if chosen and (isinstance(mine, str) or template is not None or self.kind is PackageKind.BRAND):
            try:
                for language in self._languages(deps, visitor, mine, chosen, template):
                    look = self._look(mine, chosen, language)
                    pages[language] = len(trying.preview_look(deps, visitor.organisation_id, look).pngs)
            except Refusal as refusal:
                failed = refusal
        return {"others": others, "other": chosen, "pages": pages, "failed": failed}

    def _languages(
        self, deps: Deps, visitor: Visitor, mine: str | BlobRef, other: str, template: Template | None
    ) -> Sequence[str]:
        if template is not None:
            return template.languages
        named = mine if isinstance(mine, str) and self.kind is PackageKind.TEMPLATE else other
        package = packages.get(deps, visitor.organisation_id, PackageKind.TEMPLATE, named)
        return trying.titled(deps, package).languages


@router.get("/templates", dependencies=[READERS])
def show_all(request: Request, deps: DepsDep) -> Response:
    """Versions of templates and of brands, newest first."""
    return list_page(request, deps)


def list_page(request: Request, deps: Deps, trouble: Trouble | None = None) -> Response:
    """The page; with trouble of an upload at the top."""
    visitor = person(request)
    brands = trying.offered(deps, visitor.organisation_id, PackageKind.BRAND)
    return page(
        request,
        "corporation/templates.html",
        **WORDS,
        lists={kind: _versions(deps, visitor, kind) for kind in (PackageKind.TEMPLATE, PackageKind.BRAND)},
        brand=brands[0].id if brands else "",
        may={PackageKind.TEMPLATE: visitor.may(Role.SUBMITTER), PackageKind.BRAND: visitor.may(Role.ADMIN)},
        zone=zone_of(deps, visitor.organisation_id),
        trouble=trouble,
        notice="" if trouble else notice_of(request, deps),
    )


def _versions(deps: Deps, visitor: Visitor, kind: PackageKind) -> Sequence[tuple[Package, str]]:
    found = packages.list_packages(deps, visitor.organisation_id, kind, PageRequest(_SHOWN)).items
    return [(package, trying.titled(deps, package).title) for package in found]


def _version_of(deps: Deps, visitor: Visitor, kind: PackageKind, key: str, version: str) -> Package | None:
    """The version with this name that is there already."""
    try:
        return packages.get(deps, visitor.organisation_id, kind, f"{key}@{version}")
    except Refusal:
        return None


def _fields(deps: Deps, visitor: Visitor, package: Package) -> Mapping[str, Any]:
    """The schema of a template's records."""
    if package.kind is not PackageKind.TEMPLATE:
        return {}
    schema: Mapping[str, Any] = packages.schema_of(deps, visitor.organisation_id, package.id)
    return schema


def _content(form: Form) -> bytes:
    """What was sent as one zip. Raises Refusal: ``file-missing``."""
    if not form.files:
        raise Refusal("file-missing", "Choose a zip of the folder, or the files of the folder themselves.")
    if len(form.files) == 1 and form.files[0].name.lower().endswith(".zip"):
        return form.files[0].file.read()
    return trying.zip_of([(sent.name.replace("\\", "/"), sent.file.read()) for sent in form.files])


def _png(content: bytes) -> Response:
    return Response(content, media_type="image/png", headers=_KEPT)


Routes(PackageKind.TEMPLATE, SUBMITTERS).add_to(router)
Routes(PackageKind.BRAND, ADMINS).add_to(router)
