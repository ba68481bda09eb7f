"""Mail pieces to plan with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from docgen.postal.batch import MailPiece

if TYPE_CHECKING:
    from collections.abc import Callable


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


@pytest.fixture
def piece() -> Callable[..., MailPiece]:
    return make_piece
