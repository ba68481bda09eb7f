"""How a ready-made letter is printed, as the values of its piece: what was decided when it was looked at is kept."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from docgen.postal.profiles import BoxMm
from docgen.readymade.letters import Front, LetterPages, OurAddress, PlacedKix, PrintLetter
from docgen.records.letter_json import read_letter

if TYPE_CHECKING:
    from collections.abc import Mapping


def values_of(letter: PrintLetter) -> dict[str, object]:
    """Everything but its piece id and reference."""
    return {
        "source": letter.source,
        "first_page": letter.pages.first,
        "last_page": letter.pages.last,
        "front": str(letter.front),
        "address": _address(letter.address) if letter.address else None,
        "kix": _kix(letter.kix) if letter.kix else None,
        "cover_lines": letter.cover_lines,
    }


def print_letter(piece_id: str, data: bytes) -> PrintLetter:
    """The letter of a piece from its values."""
    kept = read_letter(data)
    values: Mapping[str, Any] = kept.values
    address, kix = values["address"], values["kix"]
    return PrintLetter(
        piece_id,
        values["source"],
        LetterPages(kept.record_id, values["first_page"], values["last_page"]),
        Front(values["front"]),
        _read_address(address) if address else None,
        PlacedKix(kix["content"], float(kix["left_mm"]), float(kix["bottom_mm"]), kix["pitch_dots"]) if kix else None,
        values["cover_lines"],
    )


def _address(address: OurAddress) -> dict[str, object]:
    cover = tuple([_exact(value) for value in address.cover]) if address.cover else None
    return {"lines": address.lines, "kix": address.kix, "cover": cover}


def _read_address(values: Mapping[str, Any]) -> OurAddress:
    cover = values["cover"]
    return OurAddress(values["lines"], values["kix"], BoxMm(*map(float, cover)) if cover else None)


def _kix(kix: PlacedKix) -> dict[str, object]:
    left, bottom = _exact(kix.left_mm), _exact(kix.bottom_mm)
    return {"content": kix.content, "left_mm": left, "bottom_mm": bottom, "pitch_dots": kix.pitch_dots}


def _exact(value: float) -> Decimal:
    """A float as text gives the same float again."""
    return Decimal(repr(float(value)))
