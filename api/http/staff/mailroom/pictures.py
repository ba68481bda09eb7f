"""Pictures of pages and fields: only through here, and kept by nobody but the browser of who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Response

from api.http.edge import DepsDep
from api.http.staff.mailroom.common import IN_MAILROOM, MAILROOM
from api.http.staff.route import StaffRoute
from api.http.staff.visitors import VisitorDep
from api.usecases.scanning import looking

if TYPE_CHECKING:
    from collections.abc import Mapping

router = APIRouter(prefix=MAILROOM, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_KEPT: Final[Mapping[str, str]] = {"Cache-Control": "private, max-age=600"}


@router.get("/pages/{page_id:id}/picture.jpg", dependencies=[IN_MAILROOM])
def page_picture(deps: DepsDep, visitor: VisitorDep, page_id: str) -> Response:
    """A page as it was scanned, smaller."""
    content = looking.page_jpeg(deps, visitor.organisation_id, page_id)
    return Response(content, media_type="image/jpeg", headers=_KEPT)


@router.get("/fields/{field_id:id}/picture.png", dependencies=[IN_MAILROOM])
def field_picture(deps: DepsDep, visitor: VisitorDep, field_id: str) -> Response:
    """A field with the white around it."""
    content = looking.crop_png(deps, visitor.organisation_id, field_id)
    return Response(content, media_type="image/png", headers=_KEPT)
