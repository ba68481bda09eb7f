"""Weights in whole milligrams: sheets, envelope and inserts, and the tariff bracket of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docgen.postal.profiles import EnvelopeProfile, InsertProfile, StockProfile, WeightClass

A4_MM2 = 210 * 297


def sheets_of(pages: int, *, duplex: bool) -> int:
    """Sheets of paper for ``pages`` pages of one letter, which starts on a front."""
    return -(-pages // 2) if duplex else pages


def sheets_of_set(pages: Iterable[int], *, duplex: bool) -> int:
    """Sheets of an envelope with letters of so many pages: each starts on a front, so each may leave a blank back."""
    return sum([sheets_of(count, duplex=duplex) for count in pages])


def blank_backs(pages: int, *, duplex: bool) -> int:
    """Backs of a letter with nothing on them: the odd last one; printed on one side there is none to count."""
    return pages % 2 if duplex else 0


def sheets_weight_mg(sheets: int, stock: StockProfile) -> int:
    """Weight of A4 sheets, rounded to the milligram: 80 g/m2 is 4,990 mg a sheet."""
    return (sheets * stock.grammage * A4_MM2 + 500) // 1000


def piece_weight_mg(sheets: int, stock: StockProfile, envelope: EnvelopeProfile, inserts_mg: int = 0) -> int:
    """Weight of a letter that is alone in its envelope."""
    return sheets_weight_mg(sheets, stock) + envelope.weight_mg + inserts_mg


def once_mg(envelope: EnvelopeProfile, inserts: Iterable[InsertProfile] = ()) -> int:
    """What an envelope weighs before a letter is in it: itself and its inserts."""
    return envelope.weight_mg + sum([insert.weight_mg for insert in inserts])


def set_weight_mg(sheets: Iterable[int], stock: StockProfile, empty_mg: int) -> int:
    """Weight of an envelope with letters of so many ``sheets``; ``empty_mg`` as `once_mg` gives it.

    It is the sum of the letters to the milligram, so that totals agree whatever letters share an envelope.
    """
    return empty_mg + sum([sheets_weight_mg(count, stock) for count in sheets])


def weight_class(weight_mg: int, classes: Iterable[WeightClass]) -> WeightClass | None:
    """The first class (from light to heavy) that holds the weight; None when it is too heavy for all."""
    return next((entry for entry in classes if weight_mg <= entry.max_mg), None)
