"""Sort plans as data: from a postcode to the bundle and tray it goes in. sort_plans.toml holds seeds."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from docgen.postal.countries import HOME, countries
from docgen.postal.toml_file import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PLAN = "nl-2"
ELSEWHERE = "*"
_HOME_DIGITS = 4
_AREA_KEYS = frozenset({"country", "prefixes", "bundle", "bundle_by", "tray", "tray_by", "min_pieces", "rest"})
_LIMITS = ("max_bundle_pieces", "max_bundle_g", "max_tray_pieces", "max_tray_g")


class Destination(NamedTuple):
    """Where an envelope goes when there are enough of them: names of tray and bundle, and what holds when not."""

    tray: str
    bundle: str
    rest: str
    min_pieces: int


@dataclass(frozen=True, slots=True)
class Area:
    """Postcodes that are sorted in one way. A name, or by so many characters of the postcode."""

    country: str
    prefixes: tuple[str, ...] = ("",)
    bundle: str = ""
    bundle_by: int = 0
    tray: str = ""
    tray_by: int = 0
    min_pieces: int = 1
    rest: str = ""

    def destination(self, country: str, code: str) -> Destination:
        """Where a postcode of this area (without space) goes."""
        bundle = self.bundle or _in_words(country, code[: self.bundle_by])
        tray = self.tray or _in_words(country, code[: self.tray_by])
        return Destination(tray, bundle, self.rest, self.min_pieces)


@dataclass(frozen=True, slots=True)
class SortPlan:
    """Areas and limits; weights in milligrams. One envelope that is too heavy for a bundle is a bundle of its own."""

    id: str
    title: str
    areas: tuple[Area, ...]
    max_bundle_pieces: int
    max_bundle_mg: int
    max_tray_pieces: int
    max_tray_mg: int
    _by_prefix: dict[tuple[str, str], Area] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the areas quick to find."""
        for area in self.areas:
            for prefix in area.prefixes:
                if (area.country, prefix) in self._by_prefix:
                    raise ValueError(f"two areas of {self.id} are for {area.country} {prefix}".rstrip())
                self._by_prefix[area.country, prefix] = area
        if (ELSEWHERE, "") not in self._by_prefix:
            raise ValueError(f"{self.id} has no area for the country '{ELSEWHERE}'")

    def destination(self, country: str, postcode: str) -> Destination:
        """Where an envelope with this postcode goes; every one goes somewhere."""
        code = postcode.replace(" ", "").upper()
        for length in range(len(code), -1, -1):
            area = self._by_prefix.get((country, code[:length]))
            if area is not None:
                return area.destination(country, code)
        return self._by_prefix[ELSEWHERE, ""].destination(country, code)


@cache
def builtin_plans() -> Mapping[str, SortPlan]:
    """The seeds that come with the package, by id."""
    return read_plans(resources.files("docgen.postal").joinpath("sort_plans.toml").read_text("utf-8"))


def read_plans(text: str) -> Mapping[str, SortPlan]:
    """Read plans in the form of sort_plans.toml.

    Raises:
        Refusal: ``sort-plans-invalid``, with what is wrong.
    """
    with refused("sort-plans-invalid"):
        return {key: _plan(key, value) for key, value in tomllib.loads(text)["plan"].items()}


def _plan(key: str, data: Mapping[str, Any]) -> SortPlan:
    bundle_pieces, bundle_g, tray_pieces, tray_g = [_count(data[name], name, 1) for name in _LIMITS]
    if bundle_pieces > tray_pieces or bundle_g > tray_g:
        raise ValueError(f"a tray of {key} holds less than a bundle")
    return SortPlan(
        id=key,
        title=_text(data["title"], "title"),
        areas=tuple([_area(entry) for entry in data["area"]]),
        max_bundle_pieces=bundle_pieces,
        max_bundle_mg=bundle_g * 1000,
        max_tray_pieces=tray_pieces,
        max_tray_mg=tray_g * 1000,
    )


def _area(data: Mapping[str, Any]) -> Area:
    unknown = data.keys() - _AREA_KEYS
    if unknown:
        raise ValueError(f"'{min(unknown)}' is no key of an area")
    area = Area(
        country=_text(data["country"], "country"),
        prefixes=tuple([_text(prefix, "a prefix").upper() for prefix in data.get("prefixes", ())]) or ("",),
        bundle=_text(data.get("bundle", ""), "bundle"),
        bundle_by=_count(data.get("bundle_by", 0), "bundle_by"),
        tray=_text(data.get("tray", ""), "tray"),
        tray_by=_count(data.get("tray_by", 0), "tray_by"),
        min_pieces=_count(data.get("min_pieces", 1), "min_pieces", 1),
        rest=_text(data.get("rest", ""), "rest"),
    )
    if area.country == ELSEWHERE:
        if area.prefixes != ("",):
            raise ValueError(f"an area for '{ELSEWHERE}' has no prefixes")
    elif area.country not in countries():
        raise ValueError(f"{area.country} is no country")
    if area.min_pieces > 1 and not area.rest:
        raise ValueError("an area with min_pieces names the rest")
    return area


def _count(value: object, name: str, least: int = 0) -> int:
    if type(value) is not int or value < least:
        raise ValueError(f"{name} is a whole number from {least}")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} is a text")
    return value


@lru_cache(maxsize=8192)
def _in_words(country: str, prefix: str) -> str:
    """'1000-1099' for 10, '1012' for 1012, 'Belgium' for a whole country, 'BE 2' for a part of it."""
    if not prefix:
        return countries()[country].english
    if country != HOME:
        return f"{country} {prefix}"
    if len(prefix) < _HOME_DIGITS:
        return f"{prefix.ljust(_HOME_DIGITS, '0')}-{prefix.ljust(_HOME_DIGITS, '9')}"
    return f"{prefix[:_HOME_DIGITS]} {prefix[_HOME_DIGITS:]}".rstrip()
