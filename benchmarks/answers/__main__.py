"""Many people on the personal page of the embedded default, and the service killed among them.

    .venv/bin/python -m benchmarks.answers [--people 200] [--seconds 60] [--think 10] [--kills 1] [--json]

Each person scans a link, gives the address, fills in the form and sends it, thinking some seconds before each button,
then begins with the next letter. With ``--kills`` the service is killed (SIGKILL, all its processes) so many times and
started again; people press the button again. In the end each answer that somebody was told was kept must be in the
database, as it was given, and nothing that nobody gave. Times are of requests that came back, not of the tries before.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from api.settings import Settings, as_environment
from benchmarks.answers.campaign import Prepared, prepare, readings_kept
from benchmarks.answers.people import Person, Seen
from benchmarks.letters import ROOT
from benchmarks.service import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_SERVE = "from api.cli import main; main()"
_LETTERS_A_SECOND = 2


def main() -> int:
    """Measure and print; 1 when an answer that was acknowledged is not there, or something went wrong."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_folder=Path(folder), port=free_port(), concurrency=1, log_level="error")
        letters = options.people * max(4, int(options.seconds * _LETTERS_A_SECOND / max(options.think, 0.5)))
        prepared = prepare(settings, letters)
        seen = asyncio.run(_run(settings, prepared, options))
        there = readings_kept(settings, prepared)
    result = _figures(options, prepared, seen, there)
    for name, value in result.items():
        sys.stdout.write(f"{name:28}{value:>12,.4g}\n")
    for what, count in seen.errors.items():
        sys.stdout.write(f"error: {what}: {count}\n")
    if options.json:
        sys.stdout.write(f"{json.dumps(result)}\n")
    return 1 if result["lost"] or result["made_up"] or result["errors"] else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=10, help="seconds before a button, in the mean")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


async def _run(settings: Settings, prepared: Prepared, options: argparse.Namespace) -> Seen:
    seen = Seen()
    with _service(settings) as service:
        until = time.monotonic() + options.seconds
        people = [
            Person(number, settings.port, prepared.host, seen).answer_all(
                prepared.invited[number :: options.people], until, options.think
            )
            for number in range(options.people)
        ]
        killing = asyncio.create_task(_kill(service, options))
        await asyncio.gather(*people)
        await killing
    return seen


async def _kill(service: _Service, options: argparse.Namespace) -> None:
    for _ in range(options.kills):
        await asyncio.sleep(options.seconds / (options.kills + 1))
        await asyncio.to_thread(service.kill_and_start)


class _Service:
    """A service of its own process group."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = dict(os.environ) | as_environment(self._settings) | {"PYTHONPATH": str(ROOT)}
        process = subprocess.Popen([sys.executable, "-c", _SERVE, "serve"], env=environment, start_new_session=True)
        while process.poll() is None:
            try:
                httpx.get(f"http://{self._settings.host}:{self._settings.port}/readyz").raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                return process
        raise RuntimeError("the service did not start")

    def kill_and_start(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = self._start()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@contextmanager
def _service(settings: Settings) -> Iterator[_Service]:
    service = _Service(settings)
    try:
        yield service
    finally:
        service.stop()


def _figures(options: argparse.Namespace, prepared: Prepared, seen: Seen, there: dict[str, str]) -> dict[str, float]:
    given = {one.recipient: one.reading for one in prepared.invited}
    lost = sum(there.get(name) != reading for name, reading in seen.kept.items())
    every = [second for seconds in seen.seconds.values() for second in seconds]
    figures: dict[str, float] = {
        "people": options.people,
        "seconds": options.seconds,
        "requests": len(every),
        "requests_per_s": len(every) / options.seconds,
        "answers_acknowledged": len(seen.kept),
        "lost": lost,
        # what was sent when the service was killed may have been kept, but only as it was given
        "made_up": sum(given[name] != value for name, value in there.items()),
        "errors": sum(seen.errors.values()),
        "kills": options.kills,
        "pressed_again": seen.again,
    }
    for step, seconds in seen.seconds.items():
        if len(seconds) > 1:
            quantiles = statistics.quantiles(seconds, n=20)
            figures |= {f"{step}_median_ms": statistics.median(seconds) * 1000, f"{step}_p95_ms": quantiles[-1] * 1000}
    if len(every) > 1:
        figures["p95_ms"] = statistics.quantiles(every, n=20)[-1] * 1000
    return figures


if __name__ == "__main__":
    raise SystemExit(main())
