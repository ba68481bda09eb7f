"""Envelopes, windows and paper as data: profiles.toml holds seeds, a print room brings its own measures.

A folded sheet slides in its envelope, so a window shows some of the page always and some only sometimes: the address
must lie in the first, and nothing else may lie in the second.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from docgen.postal.toml_file import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_ENVELOPE = "nl-dl-right"
DEFAULT_STOCK = "a4-80"
CODE_CLEAR_MM = 2.0
"""White that a carrier's 2D code needs on all sides."""
_TOLERANCE_MM = 0.01
_TABLES = frozenset({"envelope", "stock", "insert", "weights"})


class BoxMm(NamedTuple):
    """A box in mm from the top-left of the page, or of the envelope where that is said."""

    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float

    def contains(self, other: BoxMm) -> bool:
        """True when ``other`` lies inside, edges included."""
        return (
            other.left_mm >= self.left_mm - _TOLERANCE_MM
            and other.top_mm >= self.top_mm - _TOLERANCE_MM
            and other.left_mm + other.width_mm <= self.left_mm + self.width_mm + _TOLERANCE_MM
            and other.top_mm + other.height_mm <= self.top_mm + self.height_mm + _TOLERANCE_MM
        )


class Fold(StrEnum):
    """How a sheet is folded to fit."""

    NONE = "none"
    HALF = "half"
    C = "c"
    Z = "z"


@dataclass(frozen=True, slots=True)
class WindowProfile:
    """What a window shows of the page: ``always``, whatever way the sheet has slid, and ``sometimes`` at most."""

    always: BoxMm
    sometimes: BoxMm


class CarrierRoom(NamedTuple):
    """Where what a carrier gave is printed: a line of text above the address, and a 2D code at its right."""

    line: BoxMm
    code: BoxMm


@dataclass(frozen=True, slots=True)
class EnvelopeProfile:
    """An envelope: outer size, fold, and on the page where the address, the return line and the window are.

    Without ``carrier_room`` there is no place in its window for what a carrier gives.
    """

    id: str
    title: str
    width_mm: float
    height_mm: float
    weight_mg: int
    fold: Fold
    folds_y_mm: tuple[float, ...]
    max_sheets: int
    address_box: BoxMm
    return_line: BoxMm
    window: WindowProfile
    carrier_room: CarrierRoom | None = None


@dataclass(frozen=True, slots=True)
class StockProfile:
    """Paper; ``grammage`` in grams per square metre."""

    id: str
    title: str
    grammage: int


@dataclass(frozen=True, slots=True)
class InsertProfile:
    """Something that goes in an envelope beside the letters, once: a flyer, a reply envelope."""

    id: str
    title: str
    weight_mg: int


@dataclass(frozen=True, slots=True)
class WeightClass:
    """A bracket of the post's tariff, up to and including ``max_mg``."""

    name: str
    max_mg: int


@dataclass(frozen=True, slots=True)
class Profiles:
    """Everything a print room works with; weight classes from light to heavy."""

    envelopes: Mapping[str, EnvelopeProfile]
    stocks: Mapping[str, StockProfile]
    weight_classes: tuple[WeightClass, ...]
    inserts: Mapping[str, InsertProfile] = field(default_factory=dict)


def window_on_page(window: BoxMm, envelope: tuple[float, float], folded: tuple[float, float]) -> WindowProfile:
    """What ``window`` (on the envelope) shows of a folded sheet whose top-left panel is the top-left of the page.

    ``envelope`` and ``folded`` are width and height in mm; their difference is how far the sheet can slide.
    """
    slack_x, slack_y = envelope[0] - folded[0], envelope[1] - folded[1]
    left, top, width, height = window
    return WindowProfile(
        always=BoxMm(left, top, width - slack_x, height - slack_y),
        sometimes=BoxMm(left - slack_x, top - slack_y, width + slack_x, height + slack_y),
    )


@cache
def builtin() -> Profiles:
    """The seeds that come with the package."""
    return read_profiles(resources.files("docgen.postal").joinpath("profiles.toml").read_text("utf-8"))


def read_profiles(text: str) -> Profiles:
    """Read profiles in the form of profiles.toml.

    Raises:
        Refusal: ``profiles-invalid``, with what is wrong: TOML, a missing key, or boxes that do not fit each other.
    """
    with refused("profiles-invalid"):
        return _profiles(tomllib.loads(text))


def read_own_profiles(text: str) -> Profiles:
    """The seeds with the entries of ``text`` in their place or beside them; weight classes are replaced whole.

    Raises:
        Refusal: ``profiles-invalid``, as `read_profiles`, and for a table that has no meaning.
    """
    seeds = builtin()
    with refused("profiles-invalid"):
        data = tomllib.loads(text)
        if unknown := data.keys() - _TABLES:
            raise ValueError(f"there is no table '{min(unknown)}'; known are {', '.join(sorted(_TABLES))}")
        own = _profiles({"envelope": {}, "stock": {}, "weights": {"classes": []}} | data)
    return Profiles(
        envelopes={**seeds.envelopes, **own.envelopes},
        stocks={**seeds.stocks, **own.stocks},
        inserts={**seeds.inserts, **own.inserts},
        weight_classes=own.weight_classes or seeds.weight_classes,
    )


def _profiles(data: Mapping[str, Any]) -> Profiles:
    classes = [WeightClass(entry["name"], entry["max_g"] * 1000) for entry in data["weights"]["classes"]]
    return Profiles(
        envelopes={key: _envelope(key, value) for key, value in data["envelope"].items()},
        stocks={key: StockProfile(key, value["title"], value["grammage"]) for key, value in data["stock"].items()},
        inserts={
            key: InsertProfile(key, value["title"], value["weight_mg"]) for key, value in data.get("insert", {}).items()
        },
        weight_classes=tuple(sorted(classes, key=lambda entry: entry.max_mg)),
    )


def _envelope(key: str, data: Mapping[str, Any]) -> EnvelopeProfile:
    width, height = data["outer"]
    envelope = EnvelopeProfile(
        id=key,
        title=data["title"],
        width_mm=width,
        height_mm=height,
        weight_mg=data["weight_mg"],
        fold=Fold(data["fold"]),
        folds_y_mm=tuple(data["folds_y_mm"]),
        max_sheets=data["max_sheets"],
        address_box=BoxMm(*data["address_box"]),
        return_line=BoxMm(*data["return_line"]),
        window=_window(data),
        carrier_room=_carrier_room(data),
    )
    if not envelope.window.always.contains(envelope.address_box):
        raise ValueError(f"the address box of {key} is not always visible in its window")
    if not envelope.window.always.contains(envelope.return_line):
        raise ValueError(f"the return line of {key} is not always visible in its window")
    if envelope.carrier_room is not None and not _has_place(envelope.carrier_room, envelope.address_box):
        raise ValueError(f"the carrier's line of {key}, and below it its code, are not in the address box")
    return envelope


def _carrier_room(data: Mapping[str, Any]) -> CarrierRoom | None:
    if "carrier_line" not in data and "carrier_code" not in data:
        return None
    return CarrierRoom(BoxMm(*data["carrier_line"]), BoxMm(*data["carrier_code"]))


def _has_place(room: CarrierRoom, address_box: BoxMm) -> bool:
    """True when both are in the box, and the code is square, has white around it and the line above it."""
    left_mm, top_mm, width_mm, height_mm = room.code
    side_mm = width_mm + 2 * CODE_CLEAR_MM
    clear = BoxMm(left_mm - CODE_CLEAR_MM, top_mm - CODE_CLEAR_MM, side_mm, side_mm)
    below_line = room.line.top_mm + room.line.height_mm <= clear.top_mm + _TOLERANCE_MM
    return width_mm == height_mm and below_line and address_box.contains(room.line) and address_box.contains(clear)


def _window(data: Mapping[str, Any]) -> WindowProfile:
    if "window" in data:
        width, height = data["outer"]
        folded_width, folded_height = data["folded"]
        return window_on_page(BoxMm(*data["window"]), (width, height), (folded_width, folded_height))
    return WindowProfile(BoxMm(*data["always"]), BoxMm(*data["sometimes"]))
