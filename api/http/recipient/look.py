"""How the pages look: colours, logo and words of a brand version, made once for each."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markupsafe import escape
from PIL import Image as Pictures

from api.usecases import packages
from docgen.drawing.web_logo import web_logo
from docgen.layouts.brand_file import load_brand
from docgen.layouts.theme import BLACK, WHITE, Colours, Contact
from docgen.templates.load import load_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import Package
    from api.usecases.deps import Deps
    from docgen.layouts.theme import Brand, Colour

STYLE: Final = Path(__file__).parents[1] / "pages" / "recipient" / "style.css"
_MOST_KEPT: Final = 64
_ICON_PIXELS: Final = 32
_READABLE: Final = 4.5


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of a look: its media type, its bytes, and a digest of them for its address."""

    media_type: str
    data: bytes

    @property
    def digest(self) -> str:
        """Short, and other with every other content."""
        return hashlib.sha256(self.data).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Look:
    """A brand for pages. ``key`` is in the address of its files; ``assets`` by name."""

    key: str
    name: str
    contact: Contact
    assets: Mapping[str, Asset]

    @property
    def logo(self) -> str:
        """The name of the logo's file; nothing when there is none."""
        return next((name for name in self.assets if name.startswith("logo.")), "")


class Looks:
    """Looks of one process by brand version, and titles by template version; a version never changes."""

    def __init__(self) -> None:
        """None yet."""
        self._kept: dict[tuple[str, str], Look] = {}
        self._titles: dict[tuple[str, str], Mapping[str, str]] = {}
        self._lock = threading.Lock()

    def of(self, deps: Deps, package: Package) -> Look:
        """That of a brand version."""
        key = (package.organisation_id, package.id)
        kept = self._kept.get(key)
        if kept is None:
            # loading fonts and drawing a logo takes a moment; once is enough
            with self._lock, packages.ONE_PICTURE_AT_A_TIME:
                kept = self._kept.get(key) or look_of(load_brand(packages.files_of(deps, package)), package.id)
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[key] = kept
        return kept

    def title(self, deps: Deps, organisation_id: str, template_id: str) -> Mapping[str, str]:
        """What a template is called, by language."""
        key = (organisation_id, template_id)
        if key not in self._titles:
            with deps.database.read() as uow:
                package = uow.templates.get(organisation_id, template_id)
            if len(self._titles) >= _MOST_KEPT:
                self._titles.clear()
            self._titles[key] = load_template(packages.files_of(deps, package)).title
        return self._titles[key]


def look_of(brand: Brand, package_id: str) -> Look:
    """The look of a brand."""
    assets = _plain_assets(brand.name, brand.colours)
    if brand.logo is not None:
        logo = web_logo(brand.logo)
        media_type = "image/svg+xml" if logo.kind == "svg" else "image/png"
        assets[f"logo.{logo.kind}"] = Asset(media_type, logo.data)
    return Look(package_id.rpartition("_")[2], brand.name, brand.contact, assets)


def plain_look(name: str) -> Look:
    """For when there is no brand to be had: black on white, and the host as the name."""
    return Look("plain", name, Contact(), _plain_assets(name, Colours()))


def _plain_assets(name: str, colours: Colours) -> dict[str, Asset]:
    return {
        "style.css": Asset("text/css", _style(colours)),
        "icon.svg": Asset("image/svg+xml", _icon(name, colours.accent)),
        "icon.ico": Asset("image/x-icon", _small_icon(colours.accent)),
    }


def _style(colours: Colours) -> bytes:
    """Our rules with the brand's colours before them; all were checked when the brand was uploaded."""
    accent = colours.accent if colours.accent.contrast(WHITE) >= _READABLE else BLACK
    roles = {"text": colours.text, "accent": accent, "rule": colours.rule, "tint": colours.zebra}
    lines = "".join(f"--{role}:{_hex(colour)};" for role, colour in roles.items())
    return f":root{{{lines}}}\n{STYLE.read_text(encoding='utf-8')}".encode()


def _icon(name: str, accent: Colour) -> bytes:
    """The first letter on the brand's colour."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="6" fill="{_hex(accent)}"/>'
        '<text x="16" y="23" text-anchor="middle" font-family="sans-serif" font-weight="bold" font-size="20" '
        f'fill="#ffffff">{escape(name[:1].upper())}</text></svg>'
    ).encode()


def _small_icon(accent: Colour) -> bytes:
    out = BytesIO()
    Pictures.new("RGB", (_ICON_PIXELS, _ICON_PIXELS), _hex(accent)).save(out, "ICO")
    return out.getvalue()


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour.rgb)
