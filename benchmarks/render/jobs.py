"""What else a run costs than composing the letter: validation, plan and manifest, long specifications, the service.

Each function measures in a process of its own and gives back figures; ``letters`` is its size, ``folder`` for files.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from itertools import islice
from typing import TYPE_CHECKING, Any

from benchmarks.letters import DAY, ROOT, composer
from benchmarks.records import write_records
from benchmarks.render.child import measured
from benchmarks.render.ours import file_writer, write_file
from docgen.compose import Composer
from docgen.findings import Place
from docgen.job import with_entry
from docgen.layouts.brand_file import load_brand
from docgen.letters import Letter
from docgen.postal.batch import MailPiece, plan_batches, split_files
from docgen.postal.manifest import PrintFile, manifest_rows, write_csv, write_json
from docgen.postal.profiles import builtin
from docgen.qr.token import derive_piece_id
from docgen.records.raw import RawRecord
from docgen.records.read_json import read_json
from docgen.records.validate import RecordValidator, validate_record
from docgen.templates.load import load_template
from docgen.templates.package import BRAND_RULES, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

_BLOCK = 1000
_ROWS = 400
_MAX_FILE_PAGES, _MAX_FILE_PIECES = 5000, 2500


def validation(letters: int, folder: Path) -> dict[str, float]:
    """Records read, validated and laid out as the service does before it accepts a job, against composing them.

    Blocks of both alternate, with a composer each, so that what slows the machine down slows both alike.
    """
    path, checker, engine = folder / "records.json", composer(), composer()
    write_records(path, letters)
    seconds = {"validate": 0.0, "compose": 0.0}
    with path.open("rb") as stream, (folder / "composed.pdf").open("wb") as out:
        writer = file_writer(engine, out)
        valid = _validated(checker, read_json(stream))
        while True:
            start = time.process_time()
            block = list(islice(valid, _BLOCK))
            middle = time.process_time()
            seconds["validate"] += middle - start
            if not block:
                break
            for one in block:
                writer.add(engine.compose(one).drawn)
            seconds["compose"] += time.process_time() - middle
        start = time.process_time()
        writer.close()
        seconds["compose"] += time.process_time() - start
    return {**{f"{name}_cpu_s": used for name, used in seconds.items()}, "records": letters}


def _validated(checker: Composer, raws: Iterator[RawRecord]) -> Iterator[Letter]:
    validator = RecordValidator(checker.template)
    for index, raw in enumerate(raws):
        made = validator.validate(raw)
        if not isinstance(made, Letter):
            raise TypeError(f"record {index} has findings: {made}")
        complete = with_entry(made, checker.template, checker.brand, derive_piece_id("benchmark", index))
        if not checker.lay_out(complete).may_be_printed:
            raise TypeError(f"letter {index} may not be printed")
        yield complete


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


def long_specification(letters: int, folder: Path) -> dict[str, float]:
    """The rent reminder with a specification of 400 rows, other amounts in each letter."""
    make = _make_records()
    random, people = make.grachtstad()

    def record(number: int) -> dict[str, Any]:
        made: dict[str, Any] = make.rent_reminder(random, _ROWS, people)
        cents = [4_500 + (37 * number + 991 * row) % 9_000 for row in range(_ROWS)]
        rows = zip(made["specification"], cents, strict=True)
        made["specification"] = [row | {"amount": make.euros(amount)} for row, amount in rows]
        return made | {"record_id": f"L-{number}", "total_due": make.euros(sum(cents))}

    return _composed("rent-reminder", "grachtstad", [record(number) for number in range(letters)], folder)


def service_costs(letters: int, folder: Path) -> dict[str, float]:
    """The service-cost statement: three pages of specification in groups."""
    make = _make_records()
    random, people = make.zandelo()
    records = [make.service_costs(random, number, people) for number in range(1, letters + 1)]
    return _composed("service-cost-statement", "zandeland", records, folder)


def through_service(letters: int, folder: Path) -> dict[str, float]:
    """A whole job over HTTP on the embedded default with two processes, against the bare engine."""
    from benchmarks.service import measure_service  # noqa: PLC0415 - the service is loaded only when it is measured

    del folder
    return measure_service(letters, 2)


def _composed(template: str, brand: str, records: list[dict[str, Any]], folder: Path) -> dict[str, float]:
    loaded = load_template(read_folder(ROOT / "samples/templates" / template))
    house = load_brand(read_folder(ROOT / "samples/brands" / brand, BRAND_RULES))
    letters = [validate_record(loaded, RawRecord(Place(), values)) for values in records]
    valid = [with_entry(one, loaded, house, f"P{n}") for n, one in enumerate(letters) if isinstance(one, Letter)]
    if len(valid) < len(records):
        raise TypeError(f"records have findings: {next(one for one in letters if not isinstance(one, Letter))}")
    pages, out = 0, folder / f"{template}.pdf"

    def run() -> None:
        nonlocal pages
        engine = Composer(loaded, house, DAY)
        drawn = [engine.compose(one).drawn for one in valid]
        pages = sum(len(one.pages) for one in drawn)
        write_file(engine, drawn, out)

    return {**measured(run, out), "letters": len(valid), "pages": pages}


def _make_records() -> ModuleType:
    """The generator of the sample records, which is a script and no package."""
    path = ROOT / "samples/make_records.py"
    spec = importlib.util.spec_from_file_location("make_records", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
