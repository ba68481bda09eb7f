"""Makes workers that are killed: each is forked with everything loaded, runs, and dies after the time it is given.

Run as a program with the data folder as argument. Each line on standard input is a number of milliseconds; each answer
names the state of the job at that worker's death, and how many items it was working on.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import time
from pathlib import Path

import structlog

from api.bootstrap import make_deps, make_handlers, make_runner, open_service
from api.usecases.composers import composer_of
from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import FileInfo, PrintFileWriter
from tests.api.pipeline.runs import settings_of, state_of
from tests.api.usecases.world import ORG


def warm_up(folder: Path, job_id: str) -> None:
    """Compile before the fork, so that workers die in their work and not in their imports."""
    service = open_service(settings_of(folder))
    with service.database.read() as uow:
        job = uow.jobs.get(ORG, job_id)
    composer = composer_of(make_deps(service), job)
    PrintFileWriter(io.BytesIO(), composer.resources, FileInfo("", job.created_at), fogra39(), duplex=True).close()
    service.close()


def work(folder: Path, owner: str) -> None:
    service = open_service(settings_of(folder))
    make_runner(service, make_handlers(service)).drain(owner)
    service.close()


def one_life(folder: Path, job_id: str, number: int, lasts_ms: int) -> str:
    owner = f"worker-{number}"
    child = os.fork()
    if child == 0:
        work(folder, owner)
        os._exit(0)
    time.sleep(lasts_ms / 1000)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    service = open_service(settings_of(folder))
    try:
        # what a supervisor does when a worker has died
        with service.database.write() as uow:
            given_back = uow.work.release(owner)
        return f"{state_of(service, job_id)} {given_back}"
    finally:
        service.close()


def main() -> None:
    folder, job_id = Path(sys.argv[1]), sys.argv[2]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    warm_up(folder, job_id)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number, line in enumerate(sys.stdin):
        sys.stdout.write(f"{one_life(folder, job_id, number, int(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
