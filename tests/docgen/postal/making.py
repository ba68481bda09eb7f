"""Mail pieces to plan with."""

from __future__ import annotations

from typing import Any

from docgen.postal.batch import MailPiece

EMPTY_MG = 4500
"""An envelope with nothing in it."""


def make_piece(number: int, **changes: Any) -> MailPiece:  # noqa: ANN401 - any field of the piece
    postcode = changes.pop("postcode", "1234 AB")
    country = changes.get("country", "NL")
    values: dict[str, Any] = {
        "piece_id": f"pce_{number}",
        "record_id": f"r{number}",
        "sequence": number,
        "pages": 1,
        "sheets": 1,
        "weight_mg": 9490,
        "sort_key": f"0NL{postcode.replace(' ', '')}00012" if country == "NL" else f"1{country}",
        "envelope": "nl-dl-right",
        "stock": "a4-80",
        "duplex": True,
        "template": "rent-reminder",
        "template_version": "1",
        "brand": "woonhaven",
        "language": "nl",
        "postcode": postcode,
        "house": "12 A",
        "kix": f"{postcode.replace(' ', '')}12XA",
    }
    return MailPiece(**values | changes)


def sets_of(sizes: list[int], sheets: int = 1, **changes: Any) -> list[MailPiece]:  # noqa: ANN401 - as make_piece
    """Envelopes with so many letters, one after the other."""
    made: list[MailPiece] = []
    for size in sizes:
        first = len(made) + 1
        made += [
            make_piece(
                number,
                sheets=sheets,
                pages=2 * sheets,
                weight_mg=sheets * 4990 + EMPTY_MG,
                envelope_mg=EMPTY_MG,
                set_id=f"pce_{first}",
                household_key=f"key-{first}",
                postcode=f"{1000 + first} AB",
                **changes,
            )
            for number in range(first, first + size)
        ]
    return made
