"""A worker killed in the middle of a file of answers: the next one goes on from the row it had."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from api.bootstrap import make_deps, make_runner, open_service
from api.ports import ImportState, PageRequest
from api.settings import Settings, as_environment
from api.usecases.answering.campaigns import report
from api.usecases.answering.import_jobs import SentFile, begin_import, get_import, go_on_with_import
from api.usecases.answering.importing import ImportWish
from api.usecases.kinds import WorkKind
from tests.api.builders import ORG
from tests.api.usecases.answer_world import CAMPAIGN, AnswerWorld
from tests.api.worker import killed_import

if TYPE_CHECKING:
    from pathlib import Path

    from api.ports import Entry

ROWS = 80
LIMIT_S = 60.0


@pytest.mark.slow
def test_a_killed_worker_is_followed_by_one_that_goes_on_and_no_row_is_taken_twice(
    sqlite_file: Path, tmp_path: Path
) -> None:
    shutil.copy(sqlite_file, tmp_path / "posthoorn.sqlite")
    settings = Settings(data_folder=tmp_path, log_level="error")
    service = open_service(settings)
    deps = make_deps(service)
    world = AnswerWorld(service.database, service.blobs, service.clock, service.ids)
    with service.database.write() as uow:
        uow.entries.add_many(ORG, [_extra(world.entry(0), number) for number in range(ROWS)])
    body = "record_id;number\n" + "".join(f"X-{number};{1000 + number}\n" for number in range(ROWS))
    file = SentFile(io.BytesIO(body.encode()), "text/csv")
    made = begin_import(deps, ORG, CAMPAIGN, file, ImportWish("key_1"))

    worker = _start(settings)
    end = time.monotonic() + LIMIT_S
    while get_import(deps, ORG, CAMPAIGN, made.id).written < 20:
        assert worker.poll() is None
        assert time.monotonic() < end
        time.sleep(0.01)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    half = get_import(deps, ORG, CAMPAIGN, made.id)
    assert (half.state, half.written < ROWS) == (ImportState.TAKING, True)
    # what the file kept and what it says of it were one transaction
    assert report(deps, ORG, CAMPAIGN).counts.answered == half.written

    with service.database.write() as uow:
        assert uow.work.release(killed_import.OWNER) == 1
    handlers = {WorkKind.IMPORT_ANSWERS: partial(go_on_with_import, deps)}
    assert make_runner(service, handlers).drain("next") == 1
    after = get_import(deps, ORG, CAMPAIGN, made.id)
    assert (after.state, after.written, after.taken, after.unchanged) == (ImportState.DONE, ROWS, ROWS, 0)
    with service.database.read() as uow:
        assert len(uow.submissions.list(ORG, PageRequest(1000), CAMPAIGN).items) == ROWS
    service.close()


def _extra(entry: Entry, number: int) -> Entry:
    none = {"job_id": None, "piece_id": None, "token_digest": None, "code_digest": None}
    return entry._replace(id=f"ent_x{number}", recipient=f"X-{number}", **none)


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    command = [sys.executable, killed_import.__file__ or ""]
    return subprocess.Popen(command, env=dict(os.environ) | dict(as_environment(settings)))  # noqa: S603 - ours
