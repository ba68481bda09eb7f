"""The letters that composing is measured with: made from a number, so that every run has the same ones."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from docgen.compose import Composer
from docgen.layouts.brand_file import load_brand
from docgen.letters import Cents, EntryAccess, Letter
from docgen.postal.address import PostalAddress
from docgen.qr.token import derive_piece_id
from docgen.templates.load import load_template
from docgen.templates.package import BRAND_RULES, read_folder

if TYPE_CHECKING:
    from docgen.layouts.theme import Brand

ROOT = Path(__file__).parents[1]
LETTER = ROOT / "benchmarks/letter"
DAY = dt.date(2026, 11, 23)
_NAMES = [
    "de Vries",
    "Jansen",
    "van den Berg",
    "Bakker",
    "Şahin",
    "Özdemir",
    "Kowalski",
    "el Amrani",
    "Visser",
    "Smit",
]
_STREETS = ["Voorbeeldstraat", "Dorpsstraat", "Kerkweg", "Lindelaan", "Burgemeester Jansenplein"]
_COSTS = (
    "Schoonmaak trappenhuis|Elektriciteit lift|Tuinonderhoud|Glasbewassing|Huismeester|Water|Stookkosten|Administratie"
)


@cache
def brand() -> Brand:
    """The first sample brand."""
    return load_brand(read_folder(ROOT / "samples/brands/grachtstad", BRAND_RULES))


def composer() -> Composer:
    """The two-page letter in the first sample brand, compiled anew."""
    house = load_brand(read_folder(ROOT / "samples/brands/grachtstad", BRAND_RULES))
    return Composer(load_template(read_folder(LETTER)), house, DAY)


def letter(number: int) -> Letter:
    """Letter ``number``: eight lines of costs, two VAT rates, a payment of its own and an entry link of its own."""
    name, street, house = _NAMES[number % 10], _STREETS[number % 5], number % 999 + 1
    costs = tuple(_cost(number, place, text) for place, text in enumerate(_COSTS.split("|")))
    postcode = f"{1000 + number % 8999} AB"
    values = {
        "letter_date": DAY,
        "salutation": f"mevrouw {name}",
        "customer_number": f"H-{number:06}",
        "home": f"{street} {house}",
        "due": dt.date(2026, 12, 7),
        "total": Cents(sum(_cents(number, place) for place in range(len(costs)))),
        "ref": f"Factuur 2026-{number:06} klant {number}",
        "meter": f"WM-{number}",
        "spec": costs,
    }
    address = PostalAddress((f"Mevrouw {chr(65 + number % 26)}. {name}",), street, str(house), "", "", postcode, "Dorp")
    url = f"HTTPS://MIJN.GRACHTSTAD.EXAMPLE.NL/{number * 7919:026}"
    access = EntryAccess(url, "mijn.grachtstad.example.nl", f"{number:010}")
    return Letter(str(number), "nl", address, values, access, derive_piece_id("benchmark", number))


def _cost(number: int, place: int, text: str) -> dict[str, object]:
    vat = 21 if place % 3 else 9
    return {
        "description": f"{text} 2025, deel {number % 97}",
        "qty": 1 + (number + place) % 9,
        "vat": vat,
        "amount": Cents(_cents(number, place)),
    }


def _cents(number: int, place: int) -> int:
    return 1000 + (number * 37 + place * 991) % 90000
