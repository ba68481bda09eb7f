"""Reading in a process of its own: whatever a file does there, its pages before are kept and the rest is one finding.

A task is a top-level function in a module that can be imported; it yields parcels. It may do a whole reading there, not
only the decoding: the child takes the file, and JSON and pictures come back, page by page. The child waits while its
parcels are not taken, so a page or two at most are under way.
"""

from __future__ import annotations

import pickle
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec

from docgen.findings import Finding, Severity
from docgen.isolation.link import ServerLostError, shared_link
from scanning.intake import troubles
from scanning.intake.child import EXIT_COSTLY, FAULT_PAGE, JOB_LENGTH_BYTES
from scanning.intake.limits import ReadingLimits
from scanning.intake.pages import pages_of
from scanning.intake.parcels import BadParcelError, Parcel, receive_parcel
from scanning.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from docgen.isolation.link import Ending, Job


Arguments = ParamSpec("Arguments")

LINK = shared_link("scanning.intake.loaded")
DEFAULT_LIMITS = ReadingLimits()
_START_S = 60.0  # the server of a process loads everything before its first child
_REASON_LENGTH = 200
_CHILD = "scanning.intake.child"
# Memory that is refused to C++ code ends in an abort or a trap.
_COSTLY_SIGNALS = frozenset(
    {signal.SIGKILL, signal.SIGXCPU, signal.SIGPROF, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGXFSZ}
)


def run_isolated(
    task: Callable[Arguments, Iterator[Parcel]],
    limits: ReadingLimits,
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Generator[Parcel | Finding, None, Ending | None]:
    """The parcels of a task that is done in a child, as they come.

    When the child dies, hangs or costs too much, the last thing is a finding: ``scan-too-costly``, ``scan-damaged``
    when it crashed, or ``scan-read-failed`` when the fault is ours. Its place is the page after that of the last
    parcel. The return value tells what the child cost, None when nobody knows.
    """
    packed = _packed(task, args, kwargs, limits)
    progress = _Progress()
    try:
        with LINK.job(_CHILD, task.__module__) as job:
            yield from _parcels(job, packed, limits, progress)
            ending = job.ending()
    except ServerLostError as error:
        yield troubles.failed(str(error), progress.page + 1)
        return None
    finding = progress.finding or _trouble(ending.status, progress.page + 1)
    if finding is not None:
        yield finding
    return ending


def read_pages(path: Path, limits: ReadingLimits = DEFAULT_LIMITS) -> Generator[Page | Finding, None, Ending | None]:
    """`scanning.intake.pages.pages_of`, in a process of its own."""
    parcels = run_isolated(page_parcels, limits, path)
    while True:
        try:
            parcel = next(parcels)
        except StopIteration as stop:
            ending: Ending | None = stop.value
            return ending
        yield parcel if isinstance(parcel, Finding) else _unpacked(parcel)


def page_parcels(path: Path) -> Iterator[Parcel]:
    """The task of `read_pages`: each page or finding of a file as a parcel."""
    for one in pages_of(path):
        if isinstance(one, Finding):
            yield Parcel([one.code, one.message, one.severity.value, one.place.page], page=one.place.page)
        else:
            yield Parcel([None if one.dpi is None else float(one.dpi), one.bilevel, one.photo], (one.grey,), one.number)


def _unpacked(parcel: Parcel) -> Page | Finding:
    """What `page_parcels` packed; a parcel of any other shape is a fault of ours."""
    match parcel:
        case Parcel([float() | None as dpi, bool(bilevel), bool(photo)], (grey,), int(number)):
            return Page(number, grey, dpi, bilevel=bilevel, photo=photo)
        case Parcel([str(code), str(message), ("error" | "warning") as severity, int() | None as page], ()):
            return Finding(code, message, troubles.on_page(page), Severity(severity))
        case _:
            return troubles.failed("no page came", parcel.page)


@dataclass(slots=True)
class _Progress:
    """The page of the last parcel, and what the parent found wrong itself."""

    page: int = 0
    finding: Finding | None = None


def _parcels(job: Job, packed: bytes, limits: ReadingLimits, progress: _Progress) -> Iterator[Parcel]:
    """Until the child has closed its line, or is ended here because it hangs or sends what is no parcel."""
    job.line.settimeout(_START_S)
    try:
        job.line.sendall(packed)
        while (parcel := receive_parcel(job.line, limits.parcel_bytes)) is not None:
            if parcel.page == FAULT_PAGE:
                progress.finding = troubles.failed(str(parcel.value)[:_REASON_LENGTH], progress.page + 1)
                return
            progress.page = parcel.page or progress.page
            yield parcel
            job.line.settimeout(limits.page_wall_s)
    except ConnectionError:
        return  # the child has ended; the watch tells how
    except TimeoutError:
        progress.finding = troubles.too_costly(progress.page + 1)
        job.end()
    except BadParcelError as error:
        progress.finding = troubles.failed(str(error), progress.page + 1)
        job.end()


def _packed(
    task: Callable[..., Iterator[Parcel]], args: tuple[object, ...], kwargs: dict[str, object], limits: ReadingLimits
) -> bytes:
    if task.__module__ == "__main__":
        raise ValueError("a task must be in a module that the child can import, not in the program that was started")
    body = pickle.dumps((task, args, kwargs, limits))
    return len(body).to_bytes(JOB_LENGTH_BYTES, "big") + body


def _trouble(status: int, page: int) -> Finding | None:
    if status == 0:
        return None
    if status == EXIT_COSTLY or -status in _COSTLY_SIGNALS:
        return troubles.too_costly(page)
    return troubles.damaged(page) if status < 0 else troubles.failed(f"exit status {status}", page)
