"""Weights in whole milligrams: sheets, envelope, and the tariff bracket they fall in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docgen.postal.profiles import EnvelopeProfile, StockProfile, WeightClass

A4_MM2 = 210 * 297


def sheets_of(pages: int, *, duplex: bool) -> int:
    """Sheets of paper for ``pages`` pages."""
    return -(-pages // 2) if duplex else pages


def sheets_weight_mg(sheets: int, stock: StockProfile) -> int:
    """Weight of A4 sheets, rounded to the milligram: 80 g/m2 is 4,990 mg a sheet."""
    return (sheets * stock.grammage * A4_MM2 + 500) // 1000


def piece_weight_mg(sheets: int, stock: StockProfile, envelope: EnvelopeProfile, inserts_mg: int = 0) -> int:
    """Weight of the whole mail piece."""
    return sheets_weight_mg(sheets, stock) + envelope.weight_mg + inserts_mg


def weight_class(weight_mg: int, classes: Iterable[WeightClass]) -> WeightClass | None:
    """The first class (from light to heavy) that holds the weight; None when it is too heavy for all."""
    return next((entry for entry in classes if weight_mg <= entry.max_mg), None)
