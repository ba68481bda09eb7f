"""Figures as text, as tables for the README, and as the line of JSON."""

from __future__ import annotations

import datetime as dt
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.render.engines import BY_NAME, ENGINES, FLOOR, OURS, PLATYPUS, TYPST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.render.measure import Measured, Row

_Table = tuple[str, list[str], list[list[str]]]  # title, heads, rows
_SMALL, _LARGE = 5000, 80_000


def summary(measured: Measured) -> dict[str, float | int | None]:
    """The line of JSON; what was not measured is None."""
    ours = measured.rows.get(OURS)
    small, large = measured.at(_SMALL), measured.at(_LARGE)
    service = measured.jobs.get("through_service", {})
    return {
        "n": ours.letters if ours else None,
        "letters_per_cpu_s": _rounded(ours.per_cpu_s if ours else None),
        "typst_ratio": _rounded(_ratio(measured, TYPST)),
        "platypus_ratio": _rounded(_ratio(measured, PLATYPUS)),
        "floor_ratio": _rounded(_ratio(measured, FLOOR)),
        "two_process_gain": _rounded(two_process_gain(measured)),
        "peak_mb_5000": _rounded(small.peak_mb if small else None),
        "peak_mb_80000": _rounded(large.peak_mb if large else None),
        "kb_per_letter": _rounded(ours.kb_per_letter if ours else None),
        "service_ratio": _rounded(service.get("service_ratio")),
    }


def two_process_gain(measured: Measured) -> float | None:
    """Two workers against the better of one process alone and one worker, by the wall clock."""
    rows = measured.processes
    if not rows:
        return None
    return rows["two"].per_wall_s / max(rows["plain"].per_wall_s, rows["one"].per_wall_s)


def text(measured: Measured) -> str:
    """All tables with aligned columns."""
    return "\n\n".join([machine(), *[_aligned(*table) for table in _tables(measured)]])


def markdown(measured: Measured) -> str:
    """All tables as Markdown."""
    return "\n\n".join([machine(), *[_piped(*table) for table in _tables(measured)]])


def machine() -> str:
    """The day and what it was measured on."""
    cpu, memory = platform.processor() or platform.machine(), 0.0
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [
            line.partition(":")[2].strip() for line in info.read_text("utf-8").splitlines() if "model name" in line
        ]
        cpu = named[0] if named else cpu
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    today = dt.datetime.now(dt.UTC).date()
    return (
        f"{today}, {os.cpu_count()} x {cpu}, {memory:.0f} GB, Python {platform.python_version()}, {platform.system()}."
    )


def _ratio(measured: Measured, other: str) -> float | None:
    """Ours against another engine, by letters per CPU second."""
    ours, theirs = measured.rows.get(OURS), measured.rows.get(other)
    return ours.per_cpu_s / theirs.per_cpu_s if ours and theirs else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def _tables(measured: Measured) -> Iterator[_Table]:
    if measured.rows:
        yield _engines(measured)
    if measured.read:
        yield _codes(measured)
    if measured.first:
        yield _first(measured)
    if measured.sizes:
        yield _sizes(measured)
    if measured.processes:
        yield _processes(measured)
    if measured.jobs:
        yield "What else a run costs", ["figure", "value"], [list(row) for row in _jobs(measured)]


def _engines(measured: Measured) -> _Table:
    heads = [
        "engine",
        "letters",
        "per CPU s",
        "per wall s",
        "peak MB",
        "kB a letter",
        "x Typst",
        "x Platypus",
        "x floor",
    ]
    bases = [measured.rows.get(name) for name in (TYPST, PLATYPUS, FLOOR)]
    rows = []
    for engine in ENGINES:
        row = measured.rows.get(engine.name)
        if row is not None:
            ratios = [_plain(row.per_cpu_s / base.per_cpu_s, 2) if base else "-" for base in bases]
            # What is no file of letters has no size per letter.
            size = f"{row.kb_per_letter:.2f}" if row.bytes else "-"
            rows.append([engine.title, f"{row.letters:,}", *_rates(row), size, *ratios])
        elif engine.name in measured.missing:
            rows.append([engine.title, "not installed", *["-"] * 7])
    return f"Medians of {measured.rounds} interleaved rounds", heads, rows


def _codes(measured: Measured) -> _Table:
    rows = [
        [
            BY_NAME[name].title,
            f"{read['pages']} of {2 * read['letters']}",
            f"{read['codes']} of {2 * read['letters']}",
            "; ".join(read["lacking"]) or "none",
        ]
        for name, read in measured.read.items()
    ]
    return "Letters drawn and read", ["engine", "pages", "codes read", "lines missing"], rows


def _first(measured: Measured) -> _Table:
    rows = [
        [BY_NAME[name].title, f"{row.process_wall_s:.2f}", f"{row.process_cpu_s:.2f}", f"{row.wall_s:.2f}"]
        for name, row in measured.first.items()
    ]
    heads = ["engine", "wall s", "CPU s", "of which after imports, wall s"]
    return "First letter, from the start of a cold process to its end", heads, rows


def _sizes(measured: Measured) -> _Table:
    rows = [[f"{size:,}", *_rates(row), f"{row.kb_per_letter:.2f}"] for size, row in sorted(measured.sizes.items())]
    return "Posthoorn by number of letters", ["letters", "per CPU s", "per wall s", "peak MB", "kB a letter"], rows


def _processes(measured: Measured) -> _Table:
    names = {
        "plain": "one process alone",
        "one": "one worker, file framed by another process",
        "two": "two workers, file framed by another process",
    }
    rows = [[title, *_rates(measured.processes[name])] for name, title in names.items()]
    rows.append(["gain of two by the wall clock", "", f"{two_process_gain(measured):.2f} x", ""])
    letters = measured.processes["plain"].letters
    return f"Processes, {letters:,} letters", ["how", "per CPU s", "per wall s", "peak MB, all processes"], rows


def _jobs(measured: Measured) -> Iterator[tuple[str, str]]:
    jobs = measured.jobs
    for name, title in (
        ("long_specification", "specification of 400 rows"),
        ("service_costs", "service-cost statement"),
    ):
        if job := jobs.get(name):
            pages = job["pages"] / job["letters"]
            yield f"{title}, pages a letter", f"{pages:.3g}"
            yield f"{title}, letters per CPU s", f"{job['letters'] / job['cpu_s']:,.4g}"
            yield f"{title}, pages per CPU s", f"{job['pages'] / job['cpu_s']:,.4g}"
    if job := jobs.get("plan_and_manifest"):
        yield f"plan of {job['pieces']:,} pieces, CPU s", f"{job['plan_cpu_s']:.3g}"
        yield f"manifest of {job['pieces']:,} pieces as CSV and JSON, CPU s", f"{job['manifest_cpu_s']:.3g}"
    if job := jobs.get("validation"):
        yield f"validation of {job['records']:,} records, CPU s", f"{job['validate_cpu_s']:.3g}"
        yield "composing the same letters, CPU s", f"{job['compose_cpu_s']:.3g}"
        yield "validation against composing", f"{job['validate_cpu_s'] / job['compose_cpu_s']:.2f}"
    if job := jobs.get("through_service"):
        yield "through the service, letters per wall s", f"{job['letters_per_wall_s']:,.4g}"
        yield "bare engine with as many processes, letters per wall s", f"{job['bare_letters_per_wall_s']:,.4g}"
        yield "service against bare engine", f"{job['service_ratio']:.2f}"


def _rates(row: Row) -> list[str]:
    return [_plain(row.per_cpu_s), _plain(row.per_wall_s), f"{row.peak_mb:,.0f}"]


def _plain(value: float, digits: int = 4) -> str:
    """A number of so many digits, without an exponent."""
    return f"{float(f'{value:.{digits}g}'):,.6f}".rstrip("0").rstrip(".")


def _aligned(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[i]) for line in (heads, *rows)) for i in range(len(heads))]
    lines = [
        "  ".join([line[0].ljust(widths[0]), *[c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True)]]).rstrip()
        for line in (heads, *rows)
    ]
    return "\n".join([title, *lines])


def _piped(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join([f"### {title}", "", *[f"| {' | '.join(line)} |" for line in lines]])
