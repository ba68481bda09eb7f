"""What planning batches and writing their manifests costs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from docgen.postal.batch import MailPiece, plan_batches, split_files
from docgen.postal.manifest import PrintFile, manifest_rows, write_csv, write_json
from docgen.postal.profiles import builtin
from docgen.qr.token import derive_piece_id

if TYPE_CHECKING:
    from pathlib import Path

_MAX_FILE_PAGES, _MAX_FILE_PIECES = 5000, 2500


def plan_and_manifest(letters: int, folder: Path) -> dict[str, float]:
    """Batches in postal order, print files, and both forms of the manifest."""
    pieces = [_piece(number) for number in range(letters)]
    start = time.process_time()
    batches = plan_batches(pieces)
    planned = time.process_time()
    classes = builtin().weight_classes
    for batch in batches:
        ranges = split_files(batch, _MAX_FILE_PAGES, _MAX_FILE_PIECES)
        files = [PrintFile(f"{batch.number}-{i}.pdf", part) for i, part in enumerate(ranges)]
        with (folder / f"{batch.number}.csv").open("wb") as out:
            out.writelines(write_csv(manifest_rows(str(batch.number), batch, files, classes)))
        with (folder / f"{batch.number}.json").open("wb") as out:
            rows = manifest_rows(str(batch.number), batch, files, classes)
            out.writelines(write_json(str(batch.number), batch, rows))
    return {"plan_cpu_s": planned - start, "manifest_cpu_s": time.process_time() - planned, "pieces": letters}


def _piece(number: int) -> MailPiece:
    """A piece of two pages in an order that is not the postal one; digests are as long as real ones."""
    place = number * 7919 % 1_000_003
    postcode, house = f"{1000 + place % 8999} AB", str(place % 999 + 1)
    return MailPiece(
        piece_id=derive_piece_id("benchmark", number),
        record_id=f"H-{number:06}",
        sequence=number,
        pages=2,
        sheets=1,
        weight_mg=9500,
        sort_key=f"0NL{postcode[:4]}AB{int(house):05}",
        envelope="nl-dl-right",
        stock="a4-80",
        duplex=True,
        template="yearly",
        template_version="1",
        brand="grachtstad",
        language="nl",
        postcode=postcode,
        house=house,
        kix=f"{postcode.replace(' ', '')}{house}",
        page_digests=(f"{place:064x}", f"{number:064x}"),
    )
