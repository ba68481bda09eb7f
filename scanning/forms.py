"""Geometries of printed slips, by form version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen.findings import Finding, Place, Refusal
from docgen.layouts.slip_geometry import SlipGeometry, read_geometry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class KnownForms:
    """Forms that are known, each under its six characters."""

    def __init__(self, geometries: Mapping[str, str]) -> None:
        """``geometries`` are JSON texts by form version.

        Raises:
            Refusal: ``slip-geometry-unreadable``.
        """
        self._geometries = {form: read_geometry(text) for form, text in geometries.items()}

    def geometry(self, form: str) -> SlipGeometry | None:
        """The geometry of a form version; None when it is not known."""
        return self._geometries.get(form)


def forms_in(folder: Path) -> dict[str, str]:
    """The texts of the geometry files of a folder, ``<FORM>.json`` each.

    Raises:
        Refusal: ``slip-forms-missing`` when there is none.
    """
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.json"))}
    if not texts:
        message = f"{folder} has no <FORM>.json; write them with `python -m docgen slip`."
        raise Refusal("slip-forms-missing", message, (Finding("slip-forms-missing", message, Place(file=str(folder))),))
    return texts
