"""A maker of uploads, and a folder for what is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docgen.readymade.makers import Maker

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "made"
    made.mkdir()
    return made
