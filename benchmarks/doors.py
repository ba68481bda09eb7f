"""Guessing codes of personal pages: does the time of an answer tell anything, and how many looks does an attacker get?

`python -m benchmarks.doors [SAMPLES]`: with 20,000 live codes on the embedded default it times the look behind a typed
code, without the waiting that every answer gets on top, for each way in which it can fail, in mixed order; says with
Mann-Whitney's U how often a guess of the reason from the time alone would be right (0.5 is a coin); and lets 10,000
addresses guess.
"""

from __future__ import annotations

import random
import secrets
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from api.adapters.database import SqlDatabase
from api.adapters.engine import make_engine
from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
from api.adapters.migrate import migrate
from api.ports import Entry, Mode, Organisation
from api.usecases.answering import doors, guarding
from api.usecases.deps import Deps
from docgen.qr.entry_code import derive_code, derive_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ORG: Final = "org_bench"
LIVE: Final = 20_000
ADDRESSES: Final = 10_000
_POSTCODE: Final = "1234 AB"


def main() -> None:
    """Measure and tell."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'doors.sqlite'}")
        migrate(engine)
        clock = FakeClock()
        deps = Deps(SqlDatabase(engine, clock), MemoryBlobs(), clock, SeededIds(), secrets.token_bytes(32))
        _fill(deps)
        _say_times(_times(deps, samples))
        _say_attack(deps)
        engine.dispose()


def _fill(deps: Deps) -> None:
    with deps.database.write() as uow:
        uow.organisations.add(Organisation(ORG, "Bench", deps.clock.now()))
        uow.entries.add_many(ORG, _entries(deps.secret))


def _entries(secret: bytes) -> Iterator[Entry]:
    for number in range(LIVE):
        piece = f"pce_{number}"
        yield Entry(
            id=f"ent_{number}",
            organisation_id=ORG,
            mode=Mode.LIVE,
            campaign_id="cmp_bench",
            recipient=f"R{number}",
            job_id=None,
            piece_id=None,
            language="nl",
            postcode=_POSTCODE,
            house=str(number % 900),
            known="{}",
            token_digest=doors.token_digest(secret, derive_token(secret, piece)),
            code_digest=doors.code_digest(secret, derive_code(secret, piece)),
        )


def _times(deps: Deps, samples: int) -> Mapping[str, Sequence[float]]:
    """Microseconds of each try, by why it failed."""

    def live(number: int) -> str:
        return derive_code(deps.secret, f"pce_{number}")

    kinds: Mapping[str, Callable[[int], tuple[str, str, str]]] = {
        "no such code": lambda n: (derive_code(deps.secret, f"none_{n}"), _POSTCODE, str(n % 900)),
        "wrong postcode": lambda n: (live(n), "9999 ZZ", str(n % 900)),
        "wrong house number": lambda n: (live(n), _POSTCODE, "901"),
    }
    order = [(kind, number) for kind in kinds for number in range(samples)]
    random.Random(1).shuffle(order)  # noqa: S311 - the order of a measurement
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    for kind, number in order:
        given = kinds[kind](number)
        began = time.perf_counter()
        entry = doors.entry_of_code(deps, ORG, *given)
        found[kind].append((time.perf_counter() - began) * 1e6)
        if entry is not None:
            raise AssertionError(kind)
    return found


def _say_times(times: Mapping[str, Sequence[float]]) -> None:
    for kind, sample in times.items():
        low, *_, high = statistics.quantiles(sample, n=20)
        sys.stdout.write(f"{kind:20} median {statistics.median(sample):7.1f} us   5-95 % {low:7.1f} - {high:7.1f} us\n")
    for kind in list(times)[1:]:
        chance = _chance(times["no such code"], times[kind])
        sys.stdout.write(f"'no such code' told from '{kind}' by time: {chance:.3f} (0.5 is a coin)\n")


def _chance(one: Sequence[float], other: Sequence[float]) -> float:
    """How likely a time of ``other`` is longer than one of ``one``: Mann-Whitney's U as a share."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    rank_sum = sum(rank for rank, (_, group) in enumerate(ranked, 1) if group == 1)
    return (rank_sum - len(other) * (len(other) + 1) / 2) / (len(one) * len(other))


def _say_attack(deps: Deps) -> None:
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1

    for number in range(ADDRESSES):
        guarding.try_code(deps, ORG, f"GUESS{number:05}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", look)
    link = guarding.try_link(deps, "TOKEN", "10.0.0.1", lambda: "page").found
    sys.stdout.write(
        f"{ADDRESSES} addresses got {looks} looks; then typing was paused, and a link still led to its {link}\n"
    )


if __name__ == "__main__":
    main()
