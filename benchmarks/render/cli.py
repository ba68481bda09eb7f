"""Options: what is measured at which size, and how it is told."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks.render import report
from benchmarks.render.engines import BY_NAME, ENGINES, FLOOR, OURS, TYPST, Engine
from benchmarks.render.measure import Measured, Plan, measure
from benchmarks.render.runner import CHECK, DATA, ENGINE, JOB, Runner, run_child

_QUICK = (OURS, "laid-out", "writer", FLOOR, "encoder")
_OF_OURS = _QUICK[:-1]
_SHORT_PEERS = (TYPST, "platypus", "platypus-fast", "fpdf2", "weasyprint", "chromium")
_EPILOG = "Without a choice of measurements all of them run, which takes half an hour; --short takes a minute."


def main(arguments: list[str]) -> None:
    """Measure what is asked for and print it; a JSON line comes last."""
    if arguments and arguments[0] in {ENGINE, JOB, DATA, CHECK}:
        run_child(arguments)
        return
    options = _parser().parse_args(arguments)
    measured = Measured()
    with ExitStack() as stack:
        # What was measured before a failure is told all the same.
        stack.callback(_tell, measured, options)
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="letters-")))
        folder.mkdir(parents=True, exist_ok=True)
        measure(Runner(folder.resolve()), plan(options), measured)


def _tell(measured: Measured, options: argparse.Namespace) -> None:
    sys.stdout.write(f"{report.markdown(measured) if options.markdown else report.text(measured)}\n")
    if options.json:
        sys.stdout.write(f"{json.dumps(report.summary(measured))}\n")


def plan(options: argparse.Namespace) -> Plan:
    """What the options mean."""
    if options.short:
        return _sized(options, _short(options))
    if options.quick:
        return _sized(options, Plan(engines=tuple([BY_NAME[name] for name in _QUICK]), rounds=options.rounds))
    chosen = any(getattr(options, name) for name in ("engines", "check", *_SWITCHES))
    if options.all or not chosen:
        for name, size in _SWITCHES.items():
            setattr(options, name, getattr(options, name) or size)
        options.engines = options.engines or [engine.name for engine in ENGINES]
        options.check = True
    return _sized(
        options,
        Plan(
            engines=tuple([BY_NAME[name] for name in options.engines or ()]),
            rounds=options.rounds,
            check=options.check,
            **{name: getattr(options, name) for name in _SWITCHES if getattr(options, name)},
        ),
    )


_SWITCHES: dict[str, object] = {
    "first": True,
    "sizes": [1, 1000, 5000, 20_000, 80_000],
    "processes": 5000,
    "specification": 100,
    "statement": 300,
    "manifest": 80_000,
    "validation": 80_000,
    "service": 20_000,
}


def _short(options: argparse.Namespace) -> Plan:
    """Everything but the service, once and small."""
    names = (OURS, FLOOR, *_SHORT_PEERS)
    engines = [replace(BY_NAME[name], letters=BY_NAME[name].short) for name in names]
    return Plan(
        engines=tuple(engines),
        rounds=1,
        check=options.check,
        sizes=[1, 400],
        processes=500,
        specification=5,
        statement=10,
        manifest=5000,
        validation=500,
    )


def _sized(options: argparse.Namespace, plan: Plan) -> Plan:
    """The sizes of engines as the options want them."""
    return replace(plan, engines=tuple([_resized(engine, options) for engine in plan.engines]))


def _resized(engine: Engine, options: argparse.Namespace) -> Engine:
    wanted = options.letters if engine.name in _OF_OURS else options.typst if engine.name == TYPST else options.peers
    return replace(engine, letters=wanted) if wanted else engine


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/render", description=__doc__, epilog=_EPILOG)
    add = parser.add_argument
    add("--all", action="store_true", help="everything below, also when some are named")
    add("--short", action="store_true", help="everything but the service, once and small")
    add("--quick", action="store_true", help="ours and the floor alone")
    add("--json", action="store_true", help="end with one line of JSON")
    add("--markdown", action="store_true", help="print the tables for the README")
    add("--keep", type=Path, metavar="FOLDER", help="leave the files there")
    add("--rounds", type=int, default=3, help="interleaved rounds; medians are told (default 3)")
    sizes = parser.add_argument_group("sizes of the comparison")
    sizes.add_argument("--letters", type=int, help="of ours (default 5000)")
    sizes.add_argument("--typst", type=int, help="of Typst, which takes 1 MB of memory per letter (default 5000)")
    sizes.add_argument("--peers", type=int, help="of every other engine (default: each its own)")
    chosen = parser.add_argument_group("measurements")
    chosen.add_argument("--engines", nargs="+", choices=list(BY_NAME), help="compare these engines")
    chosen.add_argument("--check", action="store_true", help="draw some letters of each engine and read them")
    chosen.add_argument("--first", action="store_true", help="time to the first letter in a cold process")
    chosen.add_argument("--sizes", type=int, nargs="+", help="ours at these numbers of letters")
    chosen.add_argument("--processes", type=int, metavar="LETTERS", help="two worker processes against one")
    chosen.add_argument("--specification", type=int, metavar="LETTERS", help="specifications of 400 rows")
    chosen.add_argument("--statement", type=int, metavar="LETTERS", help="statements of service costs")
    chosen.add_argument("--manifest", type=int, metavar="PIECES", help="plan of batches and manifest")
    chosen.add_argument("--validation", type=int, metavar="RECORDS", help="validation against composing")
    chosen.add_argument("--service", type=int, metavar="LETTERS", help="a whole job through the service")
    return parser
