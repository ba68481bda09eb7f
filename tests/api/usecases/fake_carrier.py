"""A carrier for tests: takes a file of addresses, puts them in an order of its own, gives each a line and a code."""

from __future__ import annotations

import csv
from base64 import b64encode
from io import StringIO
from typing import TYPE_CHECKING

from docgen.postal.enrichment_profiles import builtin_profiles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

POSTNL = builtin_profiles()["postnl"]
HEAD = "KlantID;Volgnummer;Bundel;Printregel;2D-code;Plaats"


def addresses(exported: bytes) -> list[Mapping[str, str]]:
    """The rows of the file that went out."""
    return list(csv.DictReader(StringIO(exported.decode()), delimiter=POSTNL.delimiter))


def code_of(own_id: str) -> bytes:
    """What the carrier's 2D code of an envelope says: bytes that are no text."""
    return b"\x00DEA\xff" + own_id.encode()


def line_of(order: int) -> str:
    """What is printed above the address."""
    return f"* {order:06} B{order // 2}"


def answer(exported: bytes, place: Callable[[str], int] | None = None) -> bytes:
    """The file that comes back, by default last address first; ``place`` gives the place of an own id."""
    ids = [row["KlantID"] for row in addresses(exported)]
    wanted = place or (lambda own_id: len(ids) - ids.index(own_id))
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEAD.split(";"))
    for own_id in ids:
        order = wanted(own_id)
        code = b64encode(code_of(own_id)).decode()
        writer.writerow([own_id, order, f"B{order // 2}", line_of(order), code, "elders"])
    return out.getvalue().encode()
