"""A whole print job through the running service, from the first byte of the POST to released, against the bare engine.

    .venv/bin/python benchmarks/service.py [--letters 20000] [--processes 2] [--read-back off] [--json]

The service is ``posthoorn serve`` with its embedded default (SQLite, blobs in a folder, messages as files) in a
temporary folder. The bare engine composes the same letters in as many worker processes that are ready beforehand, and
one process frames their page streams into one PDF: nothing is read, checked, stored or reconciled. The service does not
read its files back either, unless it is asked to: then what is released was also read, whole or as a sample.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 (before imports)

import httpx

from api.bootstrap import make_deps, migrate, open_service
from api.ports import Mode, PackageKind, ReadBackPolicy, Role
from api.settings import as_environment, load_settings
from api.usecases import packages, parties
from benchmarks.letters import DAY, LETTER, ROOT, composer, letter
from benchmarks.records import write_records
from docgen.compose import collect_seldom
from docgen.drawing.chunks import read_chunk, write_chunk
from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import FileInfo, PrintFileWriter
from docgen.templates.package import BRAND_RULES, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from api.settings import Settings
    from docgen.compose import Composer

_CHUNK = 250
_LOOK_S = 1.0
_LONGEST_S = 1800.0
_AT_REST_S = 0.1
_STATES = ("validating", "accepted", "composing", "batching", "released")
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
_SERVE = "from api.cli import main; main()"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--letters", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--read-back", choices=[*ReadBackPolicy], default=ReadBackPolicy.OFF)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure_service(options.letters, options.processes, ReadBackPolicy(options.read_back))
    for name, value in result.items():
        sys.stdout.write(f"{name:34}{value:>12,.4g}\n")
    if options.json:
        sys.stdout.write(f"{json.dumps(result)}\n")


def measure_service(letters: int, processes: int, read_back: ReadBackPolicy = ReadBackPolicy.OFF) -> dict[str, float]:
    """Rates by the wall clock, CPU seconds and times by state of the job, and peaks of memory.

    The engine is measured before and after. ``service_ratio`` is by the wall clock; where other programs run beside it,
    ``service_cpu_ratio`` is what to go by.
    """
    with tempfile.TemporaryDirectory() as folder:
        before = _bare_s(Path(folder) / "bare.pdf", letters, processes)
        run = _through_service(Path(folder), letters, processes, read_back)
        after = _bare_s(Path(folder) / "bare.pdf", letters, processes)
    bare_s, bare_cpu_s = (statistics.mean(pair) for pair in zip(before, after, strict=True))
    return {
        "letters": letters,
        "processes": processes,
        "letters_per_wall_s": letters / run.wall_s,
        "bare_letters_per_wall_s": letters / bare_s,
        "service_ratio": bare_s / run.wall_s,
        "wall_s": run.wall_s,
        "bare_wall_s": bare_s,
        **{f"{state}_at_s": at for state, at in run.reached_s.items()},
        **{f"cpu_s_until_{state}": cpu for state, cpu in run.cpu_s.items()},
        "bare_cpu_s": bare_cpu_s,
        "service_cpu_ratio": bare_cpu_s / run.cpu_s["released"],
        "bare_cpu_ms_per_letter": bare_cpu_s * 1000 / letters,
        "cpu_ms_per_letter": run.cpu_s["released"] * 1000 / letters,
        "peak_mb_parent": run.peak_mb[0],
        "peak_mb_worker": max(run.peak_mb[1:]),
    }


@dataclass(slots=True)
class _Run:
    """What was seen of one job: when it reached its states, CPU until then, peaks of the web process and workers."""

    wall_s: float = 0.0
    reached_s: dict[str, float] = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)
    peak_mb: list[float] = field(default_factory=list)


def _through_service(folder: Path, letters: int, processes: int, read_back: ReadBackPolicy) -> _Run:
    body = folder / "records.json"
    write_records(body, letters)
    wanted = {
        "DATA_FOLDER": folder / "data",
        "CONCURRENCY": processes,
        "PORT": free_port(),
        "LOG_LEVEL": "warning",
        "READ_BACK": read_back,
    }
    settings = load_settings({f"POSTHOORN_{name}": str(value) for name, value in wanted.items()})
    key = _prepared(settings)
    with _serving(settings, processes) as pids, httpx.Client(timeout=600) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        client.base_url = httpx.URL(f"http://{settings.host}:{settings.port}/v1")
        return _followed(client, body, pids)


def _followed(client: httpx.Client, body: Path, pids: list[int]) -> _Run:
    """Submit and look until the job is released."""
    run, before, started = _Run(), _cpu_s(pids), time.time()
    wish = {"template": "yearly", "brand": "grachtstad"}
    with body.open("rb") as stream:
        answer = client.post("/print-jobs", params=wish, content=stream, headers={"Content-Type": "application/json"})
    job = answer.raise_for_status().json()
    run.cpu_s["received"] = _cpu_s(pids) - before
    while job["state"] != "released":
        if job["state"] in {"rejected", "failed", "cancelled"} or time.time() > started + _LONGEST_S:
            raise RuntimeError(f"the job ended {job['state']}: {job['error_code']} {job['findings_by_code']}")
        time.sleep(_LOOK_S)
        job = client.get(f"/print-jobs/{job['id']}").json()
        run.cpu_s[job["state"]] = _cpu_s(pids) - before
    run.cpu_s = {state: cpu for state, cpu in run.cpu_s.items() if state in {"received", *_STATES}}
    events = client.get(f"/print-jobs/{job['id']}/events", params={"limit": 1000}).json()["items"]
    run.reached_s = {e["name"].removeprefix("job-"): _since(e["at"], started) for e in events if "job-" in e["name"]}
    run.wall_s = run.reached_s["released"]
    run.peak_mb = [_peak_mb(pid) for pid in pids]
    return run


def _since(moment: str, started: float) -> float:
    return dt.datetime.fromisoformat(moment).timestamp() - started


def _prepared(settings: Settings) -> str:
    """A migrated database with an organisation, its brand and template; returns the secret of a key."""
    migrate(settings)
    service = open_service(settings)
    try:
        deps = make_deps(service)
        organisation = parties.add_organisation(deps, "Benchmark").id
        brand = read_folder(ROOT / "samples/brands/grachtstad", BRAND_RULES)
        template = read_folder(LETTER)
        packages.upload(deps, organisation, PackageKind.BRAND, io.BytesIO(_zipped(brand)))
        packages.upload(deps, organisation, PackageKind.TEMPLATE, io.BytesIO(_zipped(template)))
        return parties.add_key(deps, organisation, "benchmark", [Role.ADMIN], Mode.LIVE).secret
    finally:
        service.close()


@contextmanager
def _serving(settings: Settings, processes: int) -> Iterator[list[int]]:
    """The service while it runs; yields its process id and those of its workers, all of them at rest."""
    environment = dict(os.environ) | as_environment(settings) | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", _SERVE, "serve"], env=environment)
    try:
        _wait_until_ready(settings, process)
        yield _at_rest(process.pid, processes)
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(settings: Settings, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            httpx.get(f"http://{settings.host}:{settings.port}/readyz").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the service did not start")


def _at_rest(pid: int, processes: int) -> list[int]:
    """The process and its workers, once they have loaded everything and use no more CPU."""
    used = -1.0
    while True:
        pids = [pid, *_children(pid)]
        now = _cpu_s(pids)
        if len(pids) == processes + 1 and now - used < _AT_REST_S:
            return pids
        used = now
        time.sleep(1)


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _cpu_s(pids: list[int]) -> float:
    """CPU seconds of the processes so far, user and system: fields 14 and 15 of proc(5) stat."""
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / _CLOCK_TICKS


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


_composer: Composer


def _bare_s(path: Path, letters: int, processes: int) -> tuple[float, float]:
    """Seconds by the wall and of CPU to compose and frame the letters, by worker processes that are ready."""
    engine = composer()
    starts = range(0, letters, _CHUNK)
    with multiprocessing.Pool(processes, _make_ready) as pool, path.open("wb") as out:
        pool.map(_composed, [range(1)] * processes, 1)
        pids = [os.getpid(), *(child.pid for child in multiprocessing.active_children() if child.pid is not None)]
        start, before = time.perf_counter(), _cpu_s(pids)
        info = FileInfo("Benchmark", dt.datetime.combine(DAY, dt.time(), dt.UTC))
        writer = PrintFileWriter(out, engine.resources, info, fogra39(), duplex=True)
        parts = [range(first, min(first + _CHUNK, letters)) for first in starts]
        for chunk in pool.imap(_composed, parts):
            for _, drawn in read_chunk(io.BytesIO(chunk)):
                writer.add(drawn)
        writer.close()
        return time.perf_counter() - start, _cpu_s(pids) - before


def _make_ready() -> None:
    global _composer  # noqa: PLW0603 (a pool hands nothing else to its workers)
    collect_seldom()
    _composer = composer()
    _composer.compose(letter(0))


def _composed(numbers: range) -> bytes:
    composed = _composer.compose_all(map(letter, numbers))
    return b"".join(write_chunk((str(number), made.drawn) for number, made in zip(numbers, composed, strict=True)))


if __name__ == "__main__":
    main()
