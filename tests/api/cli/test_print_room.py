"""Commands of the print room: from a batch that is released to the post, pieces and rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.cli import print_room
from api.cli.exits import ExitCode
from api.ports import Alarm, ReadBackPolicy
from docgen.findings import Finding
from docgen.readback import ReadBack
from tests.api.usecases.world import ORG, SAMPLES, record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.cli.conftest import Command
    from tests.api.http.service import Service


@pytest.fixture(autouse=True)
def _work_while_waiting(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a worker is the worker."""
    monkeypatch.setattr(print_room.time, "sleep", lambda _: service.world.run())


@pytest.fixture
def batch(service: Service) -> str:
    """A released batch of four pieces of a sheet each."""
    return service.world.batches(service.submit([record(number) for number in range(1, 5)]))[0].id


def test_a_day_of_the_print_room(posthoorn: Command, service: Service, batch: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert posthoorn("batch", "fetch", batch, "--out", out) == ExitCode.OK
    assert posthoorn("batch", "list", "--state", "fetched") == ExitCode.OK
    assert batch in posthoorn.out
    assert posthoorn("batch", "printed", batch) == ExitCode.OK
    assert posthoorn.out == f"{batch}  printed\n"
    with service.world.deps.database.read() as uow:
        pieces = [piece.id for piece in uow.pieces.in_room(ORG, batch)]
    path = tmp_path / "results.csv"
    path.write_text(f"piece_id,result\n{pieces[0]},OK\n{pieces[1]},Reprint\n", encoding="utf-8")
    assert posthoorn("batch", "results", batch, path, "--pull", "3", "--reason", "torn", "--rest") == ExitCode.OK
    assert posthoorn.out.splitlines() == [
        "ok 1, reprint 1; unchanged 0, not set 2",
        "pull 1; unchanged 0, not set 1",
        "ok 1; unchanged 0, not set 0",
    ]
    assert posthoorn("batch", "complete", batch, "--sheets", 4) == ExitCode.CONFLICT
    assert posthoorn.err.startswith("pieces-to-reprint: ")
    assert f"record {pieces[1]}" in posthoorn.err
    assert posthoorn("batch", "reprint", batch, "--wait") == ExitCode.OK
    assert "released  1 letters" in posthoorn.out
    before = len(list(out.rglob("*.pdf")))
    assert posthoorn("batch", "fetch", batch, "--out", out) == ExitCode.OK
    assert len(list(out.rglob("*.pdf"))) == before + 1
    assert posthoorn("batch", "results", batch, "--ok", "2") == ExitCode.OK
    assert posthoorn("batch", "show", batch) == ExitCode.OK
    assert "letters: not set 0, to reprint 0, inserted 3, pulled 1, stopped 0, moved 0" in posthoorn.out
    assert posthoorn("batch", "complete", batch) == ExitCode.REFUSED
    assert posthoorn.err.startswith("sheets-differ: ")
    assert posthoorn("batch", "complete", batch, "--note", "the counter is broken") == ExitCode.OK
    assert posthoorn("batch", "reopen", batch, "--note", "one came back") == ExitCode.OK
    assert posthoorn("batch", "complete", batch, "--sheets", 5) == ExitCode.OK
    assert "counted 5" in posthoorn.out

    run = posthoorn.json("mail-run", "open", "Evening", batch)["id"]
    assert posthoorn("mail-run", "fetch", run, "--out", tmp_path / "runs") == ExitCode.OK
    assert (tmp_path / "runs" / run / f"{run}-list.csv").is_file()
    proof = tmp_path / "proof.pdf"
    proof.write_bytes(b"%PDF-1.7 a receipt")
    assert posthoorn("mail-run", "hand-over", run, "--reference", "3S123", "--proof", proof) == ExitCode.OK
    assert posthoorn.out.startswith(f"{run}  handed_over  Evening\n")
    assert posthoorn("mail-run", "list") == ExitCode.OK
    assert "3S123" in posthoorn.out
    assert posthoorn("mail-run", "show", run) == ExitCode.OK
    assert f"{batch}  handed_over  4 envelopes" in posthoorn.out
    assert posthoorn("batch", "reopen", batch, "--note", "x") == ExitCode.CONFLICT


def test_results_that_are_refused_say_each_row(posthoorn: Command, batch: str, tmp_path: Path) -> None:
    assert posthoorn("batch", "results", batch) == ExitCode.USAGE
    assert posthoorn.err.startswith("results-missing: ")
    path = tmp_path / "results.csv"
    path.write_text("piece_id;result\npce_nobody;OK\n", encoding="utf-8")
    assert posthoorn("batch", "results", batch, path) == ExitCode.REFUSED
    assert posthoorn.err.startswith("results-refused: ")
    assert "result-piece-unknown" in posthoorn.err
    assert posthoorn("batch", "results", "bat_nobody", "--rest") == ExitCode.NOT_FOUND


def test_what_an_operator_said_stands(posthoorn: Command, service: Service, batch: str, tmp_path: Path) -> None:
    with service.world.deps.database.read() as uow:
        piece = uow.pieces.in_room(ORG, batch)[0].id
    assert posthoorn("batch", "results", batch, "--damaged", "1") == ExitCode.OK
    path = tmp_path / "results.csv"
    path.write_text(f"piece_id;result\n{piece};OK\n", encoding="utf-8")
    assert posthoorn("batch", "results", batch, path) == ExitCode.OK
    assert posthoorn.err.startswith("note: result-left-aside: ")


def test_an_open_reprint_names_its_batch_and_one_that_was_given_up_fails(
    posthoorn: Command, service: Service, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    posthoorn("batch", "results", batch, "--damaged", "1")
    assert posthoorn("batch", "reprint", batch, "--open", "--wait") == ExitCode.OK
    assert "in batch bat_" in posthoorn.out
    posthoorn("batch", "results", batch, "--damaged", "2")
    now = service.world.deps.clock.now()

    def give_up(_: float) -> None:
        with service.world.deps.database.write() as uow:
            uow.alarms.raise_(Alarm(ORG, batch, "reprint-failed", now, now))

    monkeypatch.setattr(print_room.time, "sleep", give_up)
    assert posthoorn("batch", "reprint", batch, "--wait") == ExitCode.FINDINGS
    assert posthoorn.err.startswith("reprint-failed: ")


def test_a_blocked_batch_says_what_differs(
    posthoorn: Command, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = Finding("readback-differs", "It says something else.")
    monkeypatch.setattr("api.usecases.reading_back.read_part", lambda *_, **__: ReadBack(1, (finding,), b""))
    service.world.limit(read_back=ReadBackPolicy.FULL)
    batch = service.world.batches(service.submit())[0].id
    assert posthoorn("batch", "show", batch) == ExitCode.FINDINGS
    assert posthoorn.err.startswith("error: readback-differs: ")
    assert posthoorn("batch", "fetch", batch) == ExitCode.CONFLICT
    assert posthoorn("batch", "write-again", batch) == ExitCode.OK
    assert posthoorn.out == f"{batch}  writing\n"
    assert posthoorn("batch", "write-again", batch) == ExitCode.CONFLICT


def test_a_colleague_releases(posthoorn: Command, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    with service.client() as admin:
        admin.put("/v1/rules", json={"four_eyes": True})
    batch = service.world.batches(service.submit())[0].id
    assert posthoorn("batch", "approve", batch) == ExitCode.NOT_ALLOWED
    assert posthoorn.err.startswith("approval-by-submitter: ")
    monkeypatch.setenv("POSTHOORN_API_KEY", service.keys["approver"])
    assert posthoorn("batch", "approve", batch) == ExitCode.OK
    assert posthoorn.out == f"{batch}  released\n"
    assert posthoorn("job", "approve", service.world.batches(service.submit())[0].job_id) == ExitCode.OK
    assert "  released\n" in posthoorn.out


def test_pieces_are_found_stopped_and_go_after_all(posthoorn: Command, service: Service, batch: str) -> None:
    assert posthoorn("piece", "search", "mevrouw 3") == ExitCode.OK
    assert posthoorn.out.splitlines()[1].endswith("Mevrouw 3")
    (found,) = posthoorn.json("piece", "search", "R3")
    assert found["batch_id"] == batch
    assert posthoorn("piece", "search", "R99") == ExitCode.NOT_FOUND
    assert posthoorn("piece", "stop", found["id"], "--reason", "paid") == ExitCode.CONFLICT
    with service.client() as admin:
        admin.put("/v1/rules", json={"four_eyes": True})
    piece = service.world.pieces(service.submit())[0].id
    assert posthoorn("piece", "stop", piece, "--reason", "paid") == ExitCode.OK
    assert posthoorn.out == f"{piece}  stopped\n"
    assert posthoorn("piece", "resume", piece, "--reason", "not paid") == ExitCode.OK
    assert posthoorn.out == f"{piece}  composed\n"


def test_rules_are_set_from_a_file_and_what_is_shown_can_be_set_again(posthoorn: Command, tmp_path: Path) -> None:
    assert posthoorn("rules", "show") == ExitCode.OK
    assert "cut-off: none" in posthoorn.out
    assert posthoorn("rules", "set", SAMPLES / "rules" / "grachtstad.toml") == ExitCode.OK
    assert "four eyes: yes" in posthoorn.out
    assert "friday 15:30 (Europe/Amsterdam), none on holidays of NL" in posthoorn.out
    shown = posthoorn.json("rules", "show")
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({**shown, "four_eyes": False}), encoding="utf-8")
    again = posthoorn.json("rules", "set", path)
    assert (again["four_eyes"], again["cut_offs"], again["household"]) == (
        False,
        shown["cut_offs"],
        shown["household"],
    )


@pytest.mark.parametrize(
    ("name", "text", "code", "said"),
    [
        ("rules.toml", "four_eyes = ", ExitCode.USAGE, "rules-malformed: "),
        ("rules.json", "[1]", ExitCode.USAGE, "rules-malformed: "),
        ("rules.json", "[" * 100_000, ExitCode.USAGE, "rules-malformed: "),
        ("rules.toml", 'mark_profile = "morse"', ExitCode.REFUSED, "rules-invalid: "),
        ("rules.toml", "four_ears = true", ExitCode.REFUSED, "request-invalid: "),
    ],
)
def test_rules_with_a_fault_are_refused(
    posthoorn: Command, tmp_path: Path, name: str, text: str, code: int, said: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert posthoorn("rules", "set", path) == code
    assert posthoorn.err.startswith(said)
