"""Brands that proofs are drawn in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from docgen.layouts.brand_file import load_brand
from docgen.templates.package import BRAND_RULES, read_folder

if TYPE_CHECKING:
    from docgen.layouts.theme import Brand

_BRANDS = Path(__file__).parents[3] / "samples" / "brands"


@pytest.fixture(scope="session")
def brand() -> Brand:
    """A city corporation, in Source Sans."""
    return load_brand(read_folder(_BRANDS / "grachtstad", BRAND_RULES))


@pytest.fixture(scope="session")
def rural() -> Brand:
    """A rural corporation, in Lato, which has fewer signs."""
    return load_brand(read_folder(_BRANDS / "zandeland", BRAND_RULES))
