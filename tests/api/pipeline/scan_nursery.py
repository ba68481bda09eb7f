"""Reads a scan in workers that are killed: each is forked with everything loaded, and dies after the time it is given.

Run as a program with the data folder and the count of pages as arguments. Each line on standard input is a number of
milliseconds and the last page that this worker reads before it waits for its death, so that a quick machine needs
several too; each answer says what the file's state is at that worker's death, and how many pages are there.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from api.bootstrap import make_deps, make_runner, migrate, open_service
from api.ports import ScanFileState
from api.usecases.kinds import WorkKind
from api.usecases.scanning import intake, looking
from api.usecases.scanning.reading import read_scan
from tests.api.builders import ORG
from tests.api.pipeline.runs import settings_of
from tests.api.usecases.slips import ALL, SlipWorld, page, slip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from api.bootstrap import Service
    from api.ports import ScanFile
    from scanning.readings import PageReading

NOBODY = "pce_00000000000000000000"
_PAGE_S = 0.002
_LONGER_THAN_ANY_LIFE_S = 3600
_BLANK_EVERY, _UNKNOWN_EVERY, _TWICE_EVERY = 10, 15, 7


@dataclass
class SlowReader:
    """`api.ports.SlipReader`: always the same pages; some blank, some of nobody, some slips twice."""

    pages: int
    last: int

    def read(self, path: Path, forms: Mapping[str, str]) -> Iterator[PageReading]:
        """Each page takes a moment, the one after the last as long as it lives."""
        del path, forms
        for number in range(1, self.pages + 1):
            time.sleep(_PAGE_S if number <= self.last else _LONGER_THAN_ANY_LIFE_S)
            yield one_page(number)


def one_page(number: int) -> PageReading:
    """A page by its number."""
    if number % _BLANK_EVERY == 0:
        return page(number)
    if number % _UNKNOWN_EVERY == 0:
        return page(number, slip(NOBODY))
    whose = number - 1 if number % _TWICE_EVERY == 0 else number
    return page(number, slip(whose, {"number": f"{whose:04}"}))


def prepare(folder: Path, pages: int) -> None:
    """Letters with slips, and a file that waits."""
    migrate(settings_of(folder))
    service = open_service(settings_of(folder))
    try:
        deps = make_deps(service)
        world = SlipWorld(deps.database, deps.blobs, deps.clock, deps.ids, letters=pages + 1)
        intake.add_file(deps, ORG, world.batch.id, "scan.pdf", [b"a scan"], "usr_1")
    finally:
        service.close()


def file_of(service: Service) -> ScanFile:
    """The only file."""
    deps = make_deps(service)
    ((batch, _),) = looking.list_batches(deps, ORG, ALL)[0]
    return looking.list_files(deps, ORG, batch.id, ALL).items[0]


def work(folder: Path, owner: str, reader: SlowReader) -> None:
    """Read until there is nothing to do."""
    service = open_service(settings_of(folder))
    handler = partial(read_scan, make_deps(service), reader)
    make_runner(service, {WorkKind.READ_SCAN: handler}).drain(owner)
    service.close()


def one_life(folder: Path, number: int, lasts_ms: int, reader: SlowReader) -> str:
    """A worker until it is killed."""
    owner = f"worker-{number}"
    child = os.fork()
    if child == 0:
        work(folder, owner, reader)
        os._exit(0)
    time.sleep(lasts_ms / 1000)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    service = open_service(settings_of(folder))
    try:
        # what a supervisor does when a worker has died
        with service.database.write() as uow:
            uow.work.release(owner)
        file = file_of(service)
        return f"{file.state} {file.pages}"
    finally:
        service.close()


def main() -> None:
    """Lives by the line."""
    folder, pages = Path(sys.argv[1]), int(sys.argv[2])
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    prepare(folder, pages)
    sys.stdout.write(f"{ScanFileState.WAITING}\n")
    sys.stdout.flush()
    for number, line in enumerate(sys.stdin):
        lasts_ms, last = map(int, line.split())
        sys.stdout.write(f"{one_life(folder, number, lasts_ms, SlowReader(pages, last))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
