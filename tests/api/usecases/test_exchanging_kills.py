"""A carrier's file brought by a process that is killed: what was not acknowledged is not there, the rest once."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from api.adapters.blobs_folder import FolderBlobs
from api.ports import CARRIER, JobState
from api.usecases.exchanging import export_addresses, find_exchange, import_enriched
from tests.api.usecases import fake_carrier
from tests.api.usecases.room import by_rules
from tests.api.usecases.world import ALL, ORG, World, record

if TYPE_CHECKING:
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, SeededIds

pytestmark = pytest.mark.slow

# where it dies: the file is stored; its rows are written too; all is committed and nobody was told
KILLS = {
    "stored": "exchanging.take_back = die",
    "written": "SqlOutbox.enqueue = die",
    "committed": "",
}
CHILD = """
import os, signal, sys
from pathlib import Path
from api.adapters.blobs_folder import FolderBlobs
from api.adapters.database import SqlDatabase
from api.adapters.engine import make_engine
from api.adapters.fakes import FakeClock, SeededIds
from api.adapters.repositories.queue import SqlOutbox
from api.usecases import exchanging
from api.usecases.deps import Deps

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

folder, job_id = Path(sys.argv[1]), sys.argv[2]
clock = FakeClock()
database = SqlDatabase(make_engine(f"sqlite:///{folder / 'test.sqlite'}"), clock)
deps = Deps(database, FolderBlobs(folder / "blobs"), clock, SeededIds(), b"a secret that only tests have")
HERE_IT_DIES
exchanging.import_enriched(deps, "org_one", job_id, [(folder / "back.csv").read_bytes()], "usr_killed")
die()
"""


@pytest.fixture
def world(sqlite_database: SqlDatabase, clock: FakeClock, ids: SeededIds, tmp_path: Path, quick_files: None) -> World:
    del quick_files
    return World(sqlite_database, FolderBlobs(tmp_path / "blobs"), clock, ids)


def test_a_file_is_there_whole_or_not_at_all_and_can_be_sent_again(world: World, tmp_path: Path) -> None:
    by_rules(world, carrier="postnl")
    job = world.submit([record(number) for number in range(5)])
    world.run()
    back = fake_carrier.answer(b"".join(export_addresses(world.deps, ORG, job.id, "usr_1").content))
    (tmp_path / "back.csv").write_bytes(back)
    for where, kill in KILLS.items():
        words = [sys.executable, "-c", CHILD.replace("HERE_IT_DIES", kill), str(tmp_path), job.id]
        ended = subprocess.run(words, check=False, capture_output=True, timeout=60)  # noqa: S603 - our own words
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
        exchange = find_exchange(world.deps, ORG, job.id)
        if where == "committed":
            assert exchange is not None
            assert (exchange.by, exchange.envelopes) == ("usr_killed", 5)
        else:
            assert exchange is None
            assert world.job(job.id).waiting_for == CARRIER
            assert world.run() == 0
    assert import_enriched(world.deps, ORG, job.id, [back], "usr_2") == exchange
    world.run()
    assert world.job(job.id).state is JobState.RELEASED
    with world.deps.database.read() as uow:
        names = [event.name for event in uow.events.of_subject(ORG, job.id, ALL).items]
    assert names.count("carrier-imported") == 1
