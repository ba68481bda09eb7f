"""What labels are printed on, as data: labels.toml holds seeds."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from docgen.layouts.geometry import Rect
from docgen.postal.toml_file import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

BUNDLE_STOCK = "a4-8"
TRAY_STOCK = "a4-2"
_LEAST_WIDTH_MM, _LEAST_HEIGHT_MM = 70.0, 50.0


@dataclass(frozen=True, slots=True)
class LabelStock:
    """A page of labels. ``places`` are the labels in reading order, ``clear_mm`` is kept free at the edges of each."""

    id: str
    title: str
    width_mm: float
    height_mm: float
    places: tuple[Rect, ...]
    clear_mm: float
    cut_lines: bool


@cache
def builtin_stocks() -> Mapping[str, LabelStock]:
    """The seeds that come with the package, by id."""
    return read_stocks(resources.files("docgen.drawing").joinpath("labels.toml").read_text("utf-8"))


def read_stocks(text: str) -> Mapping[str, LabelStock]:
    """Read stocks in the form of labels.toml.

    Raises:
        Refusal: ``label-stocks-invalid``, with what is wrong.
    """
    with refused("label-stocks-invalid"):
        return {key: _stock(key, value) for key, value in tomllib.loads(text)["stock"].items()}


def _stock(key: str, data: Mapping[str, Any]) -> LabelStock:
    page_width, page_height = data["page"]
    width, height = data["label"]
    left, top = data["margin"]
    across, down = data["gap"]
    clear = data["clear"]
    places = tuple(
        [
            Rect(left + column * (width + across), top + row * (height + down), width, height)
            for row in range(data["rows"])
            for column in range(data["columns"])
        ]
    )
    page = Rect(0.0, 0.0, page_width, page_height)
    if not places or not all(page.contains(place) for place in places):
        raise ValueError(f"the labels of {key} do not fit its page")
    if clear < 0 or width - 2 * clear < _LEAST_WIDTH_MM or height - 2 * clear < _LEAST_HEIGHT_MM:
        raise ValueError(f"a label of {key} has no {_LEAST_WIDTH_MM:.0f} x {_LEAST_HEIGHT_MM:.0f} mm to print on")
    return LabelStock(key, data["title"], page_width, page_height, places, clear, bool(data["cut_lines"]))
