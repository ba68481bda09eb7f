"""A day in the print room on the real service: an operator and an inserter, damage, double uploads, and kill -9.

What happens on paper is known apart from what the service says: from the text on the pages of each file that is
printed, and from what the inserter did with each envelope. At the end the two must be the same.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import signal
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import pypdfium2

from api.bootstrap import make_deps, migrate, open_service
from api.ports import (
    IN_PRINT_ROOM,
    BatchState,
    FileRole,
    JobState,
    Loop,
    Organisation,
    PackageKind,
    PieceState,
    ReprintState,
    Rules,
)
from api.usecases.formats import RecordsFormat, RecordsType
from api.usecases.intake import Submission, store_body, submit_job
from api.usecases.jobs import batches_of
from api.usecases.mail_runs import list_mail_runs
from api.usecases.packages import upload
from api.usecases.print_room import account
from docgen.postal.results import Outcome
from tests.api.pipeline import room_operator, room_service
from tests.api.pipeline.room_service import day_settings
from tests.api.pipeline.test_pipeline_kills import children_of, kill_everything, program
from tests.api.usecases.room import TOGETHER, as_file
from tests.api.usecases.world import ALL, ORG, as_json, note_template, record, sample

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from api.bootstrap import Service
    from api.ports import Batch, BatchFile, Piece, PieceResult

DAMAGED_ONE_IN: Final = 200
_SHARES: Final = (0.6, 0.3, 0.1)
_MARK: Final = re.compile(r"Kenmerk (R\d+x\d)")
_GONE: Final = {PieceState.HANDED_OVER, PieceState.PULLED, PieceState.STOPPED}


@dataclass(frozen=True, slots=True)
class Wish:
    """How a day is. ``limit_s`` is the longest that anything may take; killing ends after ``kills``."""

    letters: int
    seed: int = 1
    kills: int = 8
    limit_s: float = 280.0
    stopping_s: float = 10.0


def records(first: int, count: int) -> list[dict[str, Any]]:
    """Letters with a mark of their own; of each twentieth person there are three."""
    made: list[dict[str, Any]] = []
    number = first
    while len(made) < count:
        for letter in range(3 if number % 20 == 0 else 1):
            name = f"R{number}x{letter}"
            made.append(record(number) | {"record_id": name, "words": f"Kenmerk {name}."})
        number += 1
    return made[:count]


class Day:
    """The day. `work` does it, `check` compares paper with what the service says."""

    def __init__(self, folder: Path, wish: Wish) -> None:
        self.folder, self.wish = folder, wish
        self.chance = random.Random(wish.seed)  # noqa: S311 - repeatable on purpose
        self.damaged = max(1 / DAMAGED_ONE_IN, 8 / wish.letters)
        self.looking: Service
        self.server: subprocess.Popen[str]
        self.operator: subprocess.Popen[str]
        self.jobs: list[str] = []
        # on paper: how often each record was printed and inserted, and sheets by batch
        self.printed: Counter[str] = Counter()
        self.inserted: Counter[str] = Counter()
        self.sheets: Counter[str] = Counter()
        self.envelopes = 0
        self.happened: Counter[str] = Counter()
        # so many looks from now; the first comes at once, so that no day is without, however quick or slow the machine
        self.next_kill = 1
        self._server_life = ExitStack()

    def work(self) -> None:
        """From the first submission to the hand-over."""
        self._prepare()
        self.looking = open_service(day_settings(self.folder))
        self._start()
        with ExitStack() as stack:
            stack.callback(self.looking.close)
            stack.callback(self._server_life.close)
            self.operator = stack.enter_context(program(room_operator, str(self.folder)))
            self._stop_some()
            self._wait(lambda: all(self._job_state(job) is JobState.RELEASED for job in self.jobs))
            done: set[str] = set()
            while waiting := [batch for batch in self._batches() if batch.id not in done]:
                for batch in waiting:
                    self._wait(lambda batch=batch: self._batch(batch.id).state in IN_PRINT_ROOM)
                    self._process(self._batch(batch.id))
                    done.add(batch.id)
            self._hand_over()
            self.check()

    # the machine room

    def _prepare(self) -> None:
        settings = day_settings(self.folder)
        migrate(settings)
        service = open_service(settings)
        deps = make_deps(service)
        now = deps.clock.now()
        with deps.database.write() as uow:
            uow.organisations.add(Organisation(ORG, "Stichting Een", now))
            uow.rules.put(Rules(ORG, mark_profile="datamatrix", household=TOGETHER, sort_plan="nl-2"), now)
        upload(deps, ORG, PackageKind.BRAND, io.BytesIO(sample("brand", "grachtstad")))
        upload(deps, ORG, PackageKind.TEMPLATE, io.BytesIO(note_template()))
        first = 0
        for number, share in enumerate(_SHARES):
            count = round(self.wish.letters * share)
            body = store_body(deps, ORG, [as_json(records(first, count))])
            first += count
            wish = Submission("note", "grachtstad", RecordsFormat(RecordsType.JSON), title=f"Job {number}")
            if number == 0:
                wish = replace(wish, cut_off_at=now + timedelta(seconds=self.wish.stopping_s))
            self.jobs.append(submit_job(deps, ORG, wish, body).id)
        service.close()

    def _start(self) -> None:
        self.server = self._server_life.enter_context(program(room_service, str(self.folder)))

    def _maybe_kill(self) -> None:
        """A worker, or everything at once, while there is work."""
        self.next_kill -= 1
        if self.happened["kills"] >= self.wish.kills or self.next_kill > 0:
            return
        self.next_kill = self.chance.randint(1, 15)
        self.happened["kills"] += 1
        if self.chance.random() < 0.5:
            with suppress(ProcessLookupError, IndexError):
                os.kill(self.chance.choice(children_of(self.server.pid)), signal.SIGKILL)
            return
        self.happened["restarts"] += 1
        kill_everything(self.server)
        self._server_life.close()
        self._start()

    def _wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + self.wish.limit_s
        self._maybe_kill()
        while not condition():
            assert time.monotonic() < end, self.happened
            time.sleep(0.05)
            self._maybe_kill()

    def _ask(self, act: str, *may_be_refused: str, **given: object) -> Any:  # noqa: ANN401 - what the request answers
        """A request; some die in the middle, and then the operator asks again, and some are asked twice."""
        asked = self.chance.random()
        if asked < 0.15:
            said = self._order(act, given, self.chance.randint(1, 60))
            self.happened["died"] += "died" in said
        elif asked < 0.3:
            self._order(act, given, 0)
            self.happened["twice"] += 1
        said = self._order(act, given, 0)
        assert "done" in said or said["refused"] in may_be_refused, (act, given, said)
        return said.get("done")

    def _order(self, act: str, given: dict[str, object], kill_ms: int) -> dict[str, Any]:
        assert self.operator.stdin is not None
        assert self.operator.stdout is not None
        self.operator.stdin.write(json.dumps({"act": act, "with": given, "kill_ms": kill_ms}) + "\n")
        self.operator.stdin.flush()
        said: dict[str, Any] = json.loads(self.operator.stdout.readline())
        return said

    # what the service says

    def _job_state(self, job_id: str) -> JobState:
        with self.looking.database.read() as uow:
            return uow.jobs.get(ORG, job_id).state

    def _batches(self) -> list[Batch]:
        with self.looking.database.read() as uow:
            return [batch for job in self.jobs for batch in batches_of(uow, ORG, job)]

    def _batch(self, batch_id: str) -> Batch:
        with self.looking.database.read() as uow:
            return uow.batches.get(ORG, batch_id)

    def _pieces(self, batch: Batch) -> Sequence[Piece]:
        with self.looking.database.read() as uow:
            return uow.pieces.of_batch(ORG, batch.id)

    def _all_pieces(self) -> list[Piece]:
        with self.looking.database.read() as uow:
            return [piece for job in self.jobs for piece in uow.pieces.of_job(ORG, job)]

    def _content(self, file: BatchFile) -> bytes:
        with make_deps(self.looking).blobs.open(ORG, file.blob) as stream:
            return stream.read()

    def _rows(self, batch: Batch) -> list[dict[str, Any]]:
        (file,) = [file for file in batch.files if file.role is FileRole.MANIFEST_JSON]
        rows: list[dict[str, Any]] = json.loads(self._content(file))["rows"]
        return rows

    # what the operator does

    def _stop_some(self) -> None:
        """Somebody paid: until the cut-off of the first job a few of its letters are stopped."""
        self._wait(lambda: bool(self._of_first_job()))
        for piece in self.chance.sample(self._of_first_job(), 6):
            self._ask("stop", "cut-off-passed", "state-conflict", piece=piece.id)

    def _of_first_job(self) -> list[Piece]:
        with self.looking.database.read() as uow:
            # after a long restart the cut-off may have passed: then nothing can be stopped, and is refused
            pieces = list(uow.pieces.of_job(ORG, self.jobs[0]))
            return pieces if all(piece.batch_id for piece in pieces) else []

    def _process(self, batch: Batch) -> None:
        """Print a batch, insert it, and see to what went wrong until nothing is left."""
        rows = [row for row in self._rows(batch) if not row["stop_reason"]]
        for file in [file for file in batch.files if file.role is FileRole.PRINT]:
            expected = [row["record_id"] for row in rows if row["file"] == file.name]
            self._print(batch, file, expected)
        envelopes = [
            (code, [row["record_id"] for row in inside])
            for code, inside in groupby(rows, key=lambda row: row["control_code"])
        ]
        self._insert(batch, envelopes)
        self._see_to_damage(batch)
        self._ask("complete", batch=batch.id, sheets=self.sheets[batch.id])

    def _print(self, batch: Batch, file: BatchFile, expected: list[str]) -> None:
        """Fetch and print: the letters on paper are told by their own words."""
        self._ask("fetch", batch=batch.id, name=file.name)
        on_paper = list(letters_on(self._content(file)))
        assert [mark for mark, _ in on_paper] == expected
        self.printed.update(expected)
        self.sheets[batch.id] += sum(sheets for _, sheets in on_paper)

    def _insert(self, batch: Batch, envelopes: Sequence[tuple[str, list[str]]]) -> None:
        """The inserter works and writes its file, from the start each time; what it lost is entered by hand."""
        said: list[tuple[str, str]] = []
        lost: list[str] = []
        for code, inside in envelopes:
            outcome = self._inserted(inside)
            if outcome is Outcome.OK and self.chance.random() < self.damaged:
                lost.append(code)
            else:
                said.append((code, outcome))
        for part in (said[: len(said) // 2], said):
            if part:
                self._ask("upload", batch=batch.id, data=as_file(part, head="control_code,result").decode())
        if lost and self.chance.random() < 0.5:
            self._ask("enter", batch=batch.id, ranges=", ".join(lost), outcome="ok")
        self._ask("rest", batch=batch.id)

    def _inserted(self, inside: Sequence[str]) -> Outcome:
        """What becomes of one envelope on paper."""
        at_random = self.chance.random()
        if at_random < self.damaged:
            self.happened["damaged"] += 1
            return Outcome.REPRINT
        if at_random < self.damaged * 1.2:
            self.happened["pulled"] += 1
            return Outcome.PULL
        self.inserted.update(inside)
        self.envelopes += 1
        return Outcome.OK

    def _see_to_damage(self, batch: Batch) -> None:
        while any(piece.state is PieceState.DAMAGED for piece in self._pieces(batch)):
            loop = self.chance.choice(list(Loop))
            self.happened[loop] += 1
            self._ask("reprint", "reprint-nothing", batch=batch.id, loop=loop)
            self._wait(lambda: self._reprinted(batch))
            if loop is Loop.CLOSED:
                self._insert_again(batch)

    def _reprinted(self, batch: Batch) -> bool:
        with self.looking.database.read() as uow:
            return all(each.state is ReprintState.RELEASED for each in uow.reprints.of_batch(ORG, batch.id))

    def _insert_again(self, batch: Batch) -> None:
        """The file of the last closed reprint, whose results say which print they are of."""
        with self.looking.database.read() as uow:
            reprint = uow.reprints.of_batch(ORG, batch.id)[-1]
            pieces = [uow.pieces.get(ORG, piece_id) for piece_id in reprint.piece_ids]
        for file in reprint.files:
            self._print(batch, file, [piece.record_id for piece in pieces])
        rows = []
        for _, inside in groupby(pieces, key=lambda piece: piece.envelope):
            letters = list(inside)
            outcome = self._inserted([piece.record_id for piece in letters])
            rows += [(piece.id, str(outcome), str(piece.prints)) for piece in letters]
        data = as_file(rows, head="piece_id,result,print").decode()
        self._ask("upload", batch=batch.id, data=data)

    def _hand_over(self) -> None:
        batches = [batch.id for batch in self._batches()]
        self._ask("open_run", "mail-run-batches-refused", batches=batches)
        (run,) = list_mail_runs(make_deps(self.looking), ORG, ALL).items
        self._ask("gone", run=run.id)

    # what must be so

    def check(self) -> None:
        """Nothing lost, nothing twice, and paper, ledger and manifests agree."""
        pieces = self._all_pieces()
        assert len(pieces) == sum(round(self.wish.letters * share) for share in _SHARES)
        assert {batch.state for batch in self._batches()} == {BatchState.HANDED_OVER}
        assert {piece.state for piece in pieces} <= _GONE
        assert self.printed == Counter({piece.record_id: piece.prints for piece in pieces if piece.prints})
        assert self.inserted == Counter(p.record_id for p in pieces if p.state is PieceState.HANDED_OVER)
        assert set(self.inserted.values()) == {1}
        self._check_ledger(pieces)
        self._check_manifests(pieces)

    def _check_ledger(self, pieces: Iterable[Piece]) -> None:
        with self.looking.database.read() as uow:
            said: dict[str, dict[int, PieceResult]] = {piece.id: {} for piece in pieces}
            for batch in self._batches():
                for each in uow.results.of_batch(ORG, batch.id):
                    said[each.piece_id][each.print_number] = each
        last = {PieceState.HANDED_OVER: [Outcome.OK], PieceState.PULLED: [Outcome.PULL], PieceState.STOPPED: []}
        for piece in pieces:
            outcomes = [said[piece.id][number].outcome for number in sorted(said[piece.id])]
            assert outcomes == [Outcome.REPRINT] * (piece.prints - 1) + last[piece.state]

    def _check_manifests(self, pieces: Sequence[Piece]) -> None:
        own = [batch for batch in self._batches() if batch.parent_id is None]
        rows = [row for batch in own for row in self._rows(batch)]
        assert sorted(row["piece_id"] for row in rows) == sorted(piece.id for piece in pieces)
        stopped = {row["piece_id"] for row in rows if row["stop_reason"]}
        assert stopped == {piece.id for piece in pieces if piece.state is PieceState.STOPPED}
        deps = make_deps(self.looking)
        accounts = [account(deps, ORG, batch.id) for batch in self._batches()]
        assert sum(found.sheets_printed for found in accounts) == self.sheets.total()
        assert sum(found.inserted for found in accounts) == self.inserted.total()
        (run,) = list_mail_runs(deps, ORG, ALL).items
        (listed,) = [file for file in run.files if file.role is FileRole.RUN_LIST]
        lines = self._content(listed).decode().splitlines()[1:]
        assert sum(int(line.split(",")[3]) for line in lines) == self.envelopes


def letters_on(pdf: bytes) -> Iterator[tuple[str, int]]:
    """The letters that are printed, by their own words, with their sheets."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        marks: list[str] = []
        sheets: Counter[int] = Counter()
        for number in range(0, len(document), 2):
            found = _MARK.search(document[number].get_textpage().get_text_bounded())
            if found:
                marks.append(found[1])
            sheets[len(marks) - 1] += 1
        for place, mark in enumerate(marks):
            yield mark, sheets[place]
    finally:
        document.close()
