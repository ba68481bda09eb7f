from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from docgen.findings import Finding
from scanning.intake.isolated import DEFAULT_LIMITS, LINK, read_pages, run_isolated
from scanning.intake.limits import ReadingLimits
from scanning.intake.parcels import Parcel
from scanning.page import Page
from tests.scanning.intake import tasks
from tests.scanning.intake.sheets import codes, difference, picture, saved, sheet, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_TIGHT = ReadingLimits(page_cpu_s=0.3, page_wall_s=0.5, memory_bytes=200_000_000, parcel_bytes=1_000_000)


@pytest.mark.parametrize(
    ("task", "code"),
    [
        (tasks.then_crash, "scan-damaged"),
        (tasks.then_spin, "scan-too-costly"),
        (tasks.then_sleep, "scan-too-costly"),
        (tasks.then_eat, "scan-too-costly"),
        (tasks.then_fail, "scan-read-failed"),
        (tasks.then_exit, "scan-read-failed"),
        (tasks.too_much, "scan-read-failed"),
    ],
)
def test_however_a_child_ends_what_it_gave_before_is_kept_and_the_rest_is_named(
    task: Callable[[int], Iterator[Parcel]], code: str
) -> None:
    *parcels, last = run_isolated(task, _TIGHT, 3)
    assert [parcel.value for parcel in parcels] == [{"number": 1}, {"number": 2}, {"number": 3}]
    assert isinstance(last, Finding)
    assert (last.code, last.place.page) == (code, 4)


def test_parcels_come_whole_and_in_order() -> None:
    parcels = list(run_isolated(tasks.count, DEFAULT_LIMITS, most=40))
    assert [parcel.page for parcel in parcels] == list(range(1, 41))
    assert all((parcel.pictures[0] == parcel.page).all() for parcel in parcels)
    assert all(parcel.pictures[0].shape == (2, parcel.page) for parcel in parcels)


def test_the_text_of_an_error_stays_in_the_child() -> None:
    *_, last = run_isolated(tasks.then_fail, _TIGHT, 1)
    assert "KeyError in tasks.py" in last.message
    assert "document" not in last.message


def test_a_child_waits_while_nobody_takes() -> None:
    pages = run_isolated(tasks.pace, DEFAULT_LIMITS, 8)
    next(pages)
    time.sleep(0.3)
    moment = time.monotonic()
    made = [parcel.value for parcel in pages]
    assert sum(at < moment for at in made) <= 2


def test_a_slow_caller_costs_the_child_nothing() -> None:
    limits = ReadingLimits(page_wall_s=0.2, page_cpu_s=0.2)
    found = []
    for parcel in run_isolated(tasks.pace, limits, 4):
        found.append(parcel)
        time.sleep(0.3)
    assert codes(found) == []


def test_a_child_has_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTHOORN_SECRET", "x")
    LINK.close()  # so that a server starts with the secret here
    ((names, descriptors, folder),) = (parcel.value for parcel in run_isolated(tasks.environment, DEFAULT_LIMITS))
    assert "POSTHOORN_SECRET" not in names
    assert descriptors <= 5
    assert folder == "/"


def _soon(happens: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while not happens() and time.monotonic() < until:
        time.sleep(0.01)
    return happens()


def test_children_end_when_their_caller_stops() -> None:
    pages = run_isolated(tasks.then_sleep, DEFAULT_LIMITS, 1)
    next(pages)
    server = LINK._server
    assert server is not None
    children = f"/proc/{server.process.pid}/task/{server.process.pid}/children"

    def alive() -> str:
        with open(children, encoding="ascii") as file:  # noqa: PTH123 (a file of the kernel)
            return file.read().strip()

    assert alive()
    pages.close()
    assert _soon(lambda: not alive())


def _runs(pid: int) -> bool:
    """A zombie of a process that nobody waits for does not run."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123 (a file of the kernel)
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_many_at_once() -> None:
    found: list[int] = []

    def read() -> None:
        found.append(sum(parcel.page for parcel in run_isolated(tasks.count, DEFAULT_LIMITS, 30)))

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [465] * 6


def test_a_server_that_was_killed_is_replaced() -> None:
    list(run_isolated(tasks.count, DEFAULT_LIMITS, 1))
    server = LINK._server
    assert server is not None
    pages = run_isolated(tasks.then_sleep, DEFAULT_LIMITS, 1)
    next(pages)
    with open(f"/proc/{server.process.pid}/task/{server.process.pid}/children", encoding="ascii") as file:  # noqa: PTH123 (a file of the kernel)
        child = int(file.read())
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert _soon(lambda: not _runs(child))
    pages.close()
    assert [parcel.page for parcel in run_isolated(tasks.count, DEFAULT_LIMITS, 2)] == [1, 2]


def test_a_task_of_the_program_itself_is_refused() -> None:
    def task() -> Iterator[Parcel]:
        yield Parcel(None)

    task.__module__ = "__main__"
    with pytest.raises(ValueError, match="must be in a module"):
        next(run_isolated(task, DEFAULT_LIMITS))


def test_pages_from_a_child_are_those_read_here(tmp_path: Path) -> None:
    pages = [picture(1), picture(2).convert("1"), picture(3)]
    path = written(tmp_path, "a.png", saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200)))
    warning, *found = read_pages(path)
    assert isinstance(warning, Finding)
    assert (warning.code, str(warning.severity)) == ("scan-wrong-extension", "warning")
    assert all(isinstance(page, Page) for page in found)
    assert [(page.number, page.dpi, page.bilevel) for page in found] == [
        (1, 200, False),
        (2, 200, True),
        (3, 200, False),
    ]
    assert difference(found[2].grey, sheet(3)) == 0


def test_what_a_child_cost_is_told(tmp_path: Path) -> None:
    pages = read_pages(written(tmp_path, "a.jpg", saved(picture(), "JPEG")))
    next(pages)
    with pytest.raises(StopIteration) as stop:
        next(pages)
    assert stop.value.value.status == 0
    assert 10_000_000 < stop.value.value.peak_bytes < 500_000_000
