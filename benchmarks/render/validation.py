"""What validating records costs beside composing their letters."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

from benchmarks.letters import composer
from benchmarks.records import write_records
from benchmarks.render.ours import file_writer
from docgen.job import as_piece
from docgen.letters import Letter
from docgen.qr.token import derive_piece_id
from docgen.records.read_json import read_json
from docgen.records.validate import RecordValidator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docgen.compose import Composer
    from docgen.records.raw import RawRecord

_BLOCK = 1000


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
            for composed in engine.compose_all(block):
                writer.add(composed.drawn)
            seconds["compose"] += time.process_time() - middle
        start = time.process_time()
        writer.close()
        seconds["compose"] += time.process_time() - start
    return {**{f"{name}_cpu_s": used for name, used in seconds.items()}, "records": letters}


def _validated(checker: Composer, raws: Iterator[RawRecord]) -> Iterator[Letter]:
    letters = list[Letter]()
    for laid in checker.lay_out_all(_read(checker, raws, letters)):
        if not laid.may_be_printed:
            raise TypeError(f"letter {laid.record_id} may not be printed")
        yield letters.pop(0)


def _read(checker: Composer, raws: Iterator[RawRecord], letters: list[Letter]) -> Iterator[Letter]:
    """Letters of valid records; each is added to ``letters`` too."""
    validator = RecordValidator(checker.template)
    for index, raw in enumerate(raws):
        made = validator.validate(raw)
        if not isinstance(made, Letter):
            raise TypeError(f"record {index} has findings: {made}")
        letters.append(as_piece(made, checker.template, checker.brand, derive_piece_id("benchmark", index)))
        yield letters[-1]
