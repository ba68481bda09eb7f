"""Letters of the samples that are longer than the one which is compared."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

from benchmarks.letters import DAY, ROOT
from benchmarks.render.child import measured
from benchmarks.render.ours import write_file
from docgen.compose import Composer
from docgen.findings import Place
from docgen.job import as_piece
from docgen.layouts.brand_file import load_brand
from docgen.letters import Letter
from docgen.records.raw import RawRecord
from docgen.records.validate import validate_record
from docgen.templates.load import load_template
from docgen.templates.package import BRAND_RULES, read_folder

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

_ROWS = 400


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


def _composed(template: str, brand: str, records: list[dict[str, Any]], folder: Path) -> dict[str, float]:
    loaded = load_template(read_folder(ROOT / "samples/templates" / template))
    house = load_brand(read_folder(ROOT / "samples/brands" / brand, BRAND_RULES))
    letters = [validate_record(loaded, RawRecord(Place(), values)) for values in records]
    valid = [as_piece(one, loaded, house, f"P{n}") for n, one in enumerate(letters) if isinstance(one, Letter)]
    if len(valid) < len(records):
        raise TypeError(f"records have findings: {next(one for one in letters if not isinstance(one, Letter))}")
    pages, out = 0, folder / f"{template}.pdf"

    def run() -> None:
        nonlocal pages
        engine = Composer(loaded, house, DAY)
        drawn = [one.drawn for one in engine.compose_all(valid)]
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
