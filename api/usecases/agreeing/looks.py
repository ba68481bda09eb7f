"""The brand as messages show it, made once for a version of a brand and a language."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agreements.messages import look_of
from api.usecases.packages import files_of
from docgen.layouts.brand_file import load_brand

if TYPE_CHECKING:
    from agreements.messages import Look
    from api.ports import AskedQuestion, BlobRef, Blobs, Package, UnitOfWork
    from api.usecases.deps import Deps
    from docgen.layouts.theme import Brand

_MOST: Final = 64


@dataclass(frozen=True, slots=True)
class BrandLook:
    """``host`` is where personal pages are, "" for nowhere; ``logo`` is the picture that mails show.

    ``contact`` is how people reach the corporation: its phone number, else another way.
    """

    look: Look
    host: str
    logo: BlobRef | None
    contact: str


class _Kept:
    """The last looks that were asked for, for all threads; ``logo`` is in the store that they were made with."""

    def __init__(self) -> None:
        self._looks: OrderedDict[tuple[Blobs, str, str, str], BrandLook] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, deps: Deps, package: Package, language: str) -> BrandLook:
        key = (deps.blobs, package.organisation_id, package.digest, language)
        with self._lock:
            found = self._looks.get(key)
            if found is None:
                found = self._looks[key] = _made(deps, package, language)
            self._looks.move_to_end(key)
            while len(self._looks) > _MOST:
                self._looks.popitem(last=False)
            return found


_KEPT: Final = _Kept()


def look_of_package(deps: Deps, package: Package, language: str) -> BrandLook:
    """The look of a version of a brand."""
    return _KEPT.of(deps, package, language)


def brand_look(deps: Deps, uow: UnitOfWork, asked: AskedQuestion, language: str) -> BrandLook:
    """The look of a question's brand; the logo is in the store of the organisation."""
    return _KEPT.of(deps, uow.brands.get(asked.organisation_id, asked.brand_id), language)


def _made(deps: Deps, package: Package, language: str) -> BrandLook:
    brand = load_brand(files_of(deps, package))
    look = look_of(brand, language)
    logo = deps.blobs.put(package.organisation_id, [look.logo]) if look.logo else None
    return BrandLook(look, (brand.entry_host or "").lower(), logo, _contact(brand))


def _contact(brand: Brand) -> str:
    return brand.contact.phone or brand.contact.email or brand.contact.web
