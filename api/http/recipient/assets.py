"""Files of the pages: style, logo and icon of the brand, and what robots are told."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, Response

from api.http.recipient.render import HEADERS, plain
from api.http.recipient.visit import look_of_brand
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.http.recipient.look import Asset
    from api.http.recipient.visit import Visit

_FOR_EVER: Final = "public, max-age=31536000, immutable"
# a picture of vectors brings its own colours, and opened by itself may do no more than show them
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; sandbox"


def show_asset(visit: Visit, key: str, digest: str, name: str) -> Response:
    """A file of a look; one whose content is another by now is not kept by browsers."""
    look = visit.look
    if key != look.key:
        try:
            look = look_of_brand(visit.request, visit.deps, visit.host.organisation_id, f"brd_{key}")
        except Refusal:
            return _not_there(visit)
    asset = look.assets.get(name)
    return _not_there(visit) if asset is None else _file(asset, kept=asset.digest == digest)


def show_favicon(visit: Visit) -> Response:
    """What browsers ask for without being told."""
    return _file(visit.look.assets["icon.ico"], kept=False)


def show_robots(_visit: Visit) -> Response:
    """Nothing is for robots."""
    return PlainTextResponse("User-agent: *\nDisallow: /\n", headers=HEADERS)


def _file(asset: Asset, *, kept: bool) -> Response:
    headers = HEADERS | {"Content-Security-Policy": _POLICY} | ({"Cache-Control": _FOR_EVER} if kept else {})
    return Response(asset.data, headers=headers, media_type=asset.media_type)


def _not_there(visit: Visit) -> Response:
    return plain(visit, "not_found", HTTPStatus.NOT_FOUND, start=True)
