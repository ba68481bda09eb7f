"""An operator's requests, each in a process of its own that can be killed in the middle of it.

Run as a program with the data folder as argument. Each line on standard input is JSON: what to do, with what, and after
how many milliseconds to be killed (0: not at all). Each answer is JSON: what came of it, or that it died.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from api.bootstrap import make_deps, open_service
from api.ports import Loop
from api.usecases.batches import find_batch_file
from api.usecases.mail_runs import hand_over, open_mail_run
from api.usecases.print_room import complete_batch, mark_printed, note_fetched
from api.usecases.reprinting import ask_reprint
from api.usecases.results import accept_the_rest, apply_results_file, enter_results
from api.usecases.stopping import stop_piece
from docgen.findings import Refusal
from docgen.postal.results import Outcome
from tests.api.pipeline.room_service import day_settings
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.usecases.deps import Deps

BY = "usr_operator"
_BROKEN_OFF = 1_000


def fetch(deps: Deps, batch: str, name: str) -> str:
    """Download a file in two parts, as after a broken line; the digest of the whole."""
    file = find_batch_file(deps, ORG, batch, name)
    with deps.database.read() as uow:
        found = uow.batches.get(ORG, batch)
    digest = hashlib.sha256()
    for first, last in ((0, _BROKEN_OFF), (_BROKEN_OFF, None)):
        with deps.blobs.open(ORG, file.blob) as stream:
            stream.seek(first)
            digest.update(stream.read() if last is None else stream.read(last - first))
        note_fetched(deps, found, file, BY, first)
    assert digest.hexdigest() == file.blob.sha256
    return digest.hexdigest()


def upload(deps: Deps, batch: str, data: str) -> int:
    return apply_results_file(deps, ORG, batch, data.encode(), "key_inserter").not_set


def enter(deps: Deps, batch: str, ranges: str, outcome: str) -> int:
    return enter_results(deps, ORG, batch, ranges, Outcome(outcome), (BY, "seen at the inserter")).not_set


def rest(deps: Deps, batch: str) -> int:
    return accept_the_rest(deps, ORG, batch, BY).not_set


def reprint(deps: Deps, batch: str, loop: str) -> str:
    return ask_reprint(deps, ORG, batch, Loop(loop), BY).id


def complete(deps: Deps, batch: str, sheets: int) -> str:
    mark_printed(deps, ORG, batch, BY)
    return complete_batch(deps, ORG, batch, BY, (sheets, "")).state


def stop(deps: Deps, piece: str) -> str:
    return stop_piece(deps, ORG, piece, "betaald").state


def open_run(deps: Deps, batches: list[str]) -> str:
    return open_mail_run(deps, ORG, "Tonight", batches, BY).id


def gone(deps: Deps, run: str) -> str:
    return hand_over(deps, ORG, run, BY, ("3S123", None)).state


ACTS = {act.__name__: act for act in (fetch, upload, enter, rest, reprint, complete, stop, open_run, gone)}


def answer(folder: Path, order: Mapping[str, Any]) -> dict[str, Any]:
    service = open_service(day_settings(folder))
    try:
        return {"done": ACTS[order["act"]](make_deps(service), **order["with"])}
    except Refusal as refusal:
        return {"refused": refusal.code, "findings": [finding.code for finding in refusal.findings]}
    finally:
        service.close()


def one_request(folder: Path, order: Mapping[str, Any]) -> bytes:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, json.dumps(answer(folder, order)).encode())
        os._exit(0)
    os.close(writing)
    if order["kill_ms"]:
        time.sleep(order["kill_ms"] / 1000)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said or b'{"died": true}'


def main() -> None:
    folder = Path(sys.argv[1])
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(one_request(folder, json.loads(line)).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
