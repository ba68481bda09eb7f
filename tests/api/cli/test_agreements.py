"""Commands of questions, requests to agree, and answers that nobody is sure of, with the samples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from api.cli.exits import ExitCode
from tests.api.usecases.agreeing.agree_world import AgreeWorld
from tests.api.usecases.world import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from tests.api.cli.conftest import Command
    from tests.api.http.service import Service

QUESTION = SAMPLES / "agreements" / "question.toml"
PEOPLE = SAMPLES / "agreements" / "people.csv"
KEY = "digital-payment"


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> AgreeWorld:
    made = AgreeWorld(sqlite_database, memory_blobs, clock, ids)
    made.wait(hours=12)
    return made


@pytest.fixture
def made(posthoorn: Command, service: Service) -> Command:
    """With the sample question."""
    assert service.keys
    assert posthoorn("questions", "make", QUESTION) == 0, posthoorn.err
    assert KEY in posthoorn.out
    return posthoorn


@pytest.fixture
def asked(made: Command, world: AgreeWorld, monkeypatch: pytest.MonkeyPatch) -> Command:
    """With the people of the sample, who were asked while the command waited."""
    monkeypatch.setattr("api.cli.questions.time.sleep", lambda _: world.run())
    done = made.json("questions", "ask", KEY, PEOPLE)
    assert (done["rows"], done["people"], done["findings"]) == (12, 12, [])
    assert (done["asking"]["state"], done["asking"]["made"]) == ("done", 12)
    return made


def test_a_question_is_looked_at_changed_and_closed(made: Command, tmp_path: Path) -> None:
    (listed,) = made.json("questions", "list")
    assert (listed["state"], listed["verb"], list(listed["wordings"])) == ("draft", "agree", ["nl", "en"])
    assert made("questions", "preview", KEY, "--name", "Mevrouw Jansen") == 0, made.err
    for seen in ("== nl ==", "== en ==", "Mevrouw Jansen", "parts of gsm-7", "asked: Wilt u de huur"):
        assert seen in made.out
    whole = tmp_path / "question.json"
    wanted = {"key": KEY, "name": "x", "brand": "grachtstad", "verb": "agree", "roads": []}
    whole.write_text(json.dumps(wanted | {"wordings": {"nl": {"title": "x"}}}), encoding="utf-8")
    assert made("questions", "preview", whole) == ExitCode.FINDINGS
    assert "question-without-road" in made.err
    assert made("questions", "make", whole, "--change", listed["id"]) == ExitCode.REFUSED
    assert "question-words-missing" in made.err
    assert made.json("questions", "make", QUESTION, "--change", listed["id"])["revision"] == 2
    assert made.json("questions", "close", KEY)["state"] == "closed"
    assert made("questions", "ask", KEY, PEOPLE) == ExitCode.CONFLICT
    assert made("questions", "show", "nothing") == ExitCode.NOT_FOUND


def test_a_file_that_is_no_question_is_not_sent(made: Command, tmp_path: Path) -> None:
    for name, text, said in (
        ("question.txt", "x", "media-type-unsupported"),
        ("question.toml", "key =", "question-malformed"),
        ("question.json", "{", "question-malformed"),
        ("question.json", "[]", "question-malformed"),
    ):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert made("questions", "make", path) == ExitCode.REFUSED
        assert said in made.err
        assert made("questions", "ask", KEY, tmp_path / "question.txt") == ExitCode.REFUSED


def test_a_faulty_list_is_told_and_nobody_is_asked(made: Command, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    text = PEOPLE.read_text(encoding="utf-8").replace("06 10000101", "06 1")
    path.write_text(text, encoding="utf-8")
    assert made("questions", "ask", KEY, path, "--check") == 0
    assert "person-address-doubtful" in made.err
    assert "nobody was asked" in made.out
    path.write_text(text + "GR-00101;nl;;;\n", encoding="utf-8")
    assert made("questions", "ask", KEY, path) == ExitCode.REFUSED
    assert made("questions", "ask", KEY, path, "--valid-only", "--no-wait") == ExitCode.FINDINGS
    (asking,) = made.json("questions", "askings", KEY)
    assert (asking["state"], asking["total"]) == ("asking", 12)
    assert made("questions", "askings", KEY, "--stop", asking["id"]) == 0
    assert "stopped" in made.out
    assert made("questions", "askings", KEY, "--stop", asking["id"]) == ExitCode.CONFLICT


@pytest.mark.slow
def test_people_are_followed_answered_for_and_fetched(asked: Command, tmp_path: Path) -> None:
    requests = asked.json("agreements", "list", "--question", KEY, "--state", "open")
    assert len(requests) == 12
    first, second, third = (one["id"] for one in requests[:3])
    assert asked("agreements", "answer", first, "yes", "--note", "by phone") == 0, asked.err
    assert "staff-on-phone" in asked.out
    assert asked("agreements", "answer", first, "yes") == ExitCode.FINDINGS
    assert "duplicate" in asked.err
    assert asked("agreements", "answer", first, "perhaps") == ExitCode.REFUSED
    assert asked.json("agreements", "cancel", second, "--note", "moved")["state"] == "cancelled"
    assert asked("agreements", "show", third) == 0
    assert "message-queued" in asked.out
    assert asked("questions", "show", KEY) == 0
    assert [line.split()[:1] for line in asked.out.splitlines()][-1] == ["12"]
    (agreed,) = asked.json("agreements", "list", "--state", "agreed")
    assert (agreed["id"], agreed["how"]) == (first, "staff-on-phone")
    for name in ("all.csv", "all.json", "all.xlsx"):
        assert asked("agreements", "export", KEY, tmp_path / name) == 0, asked.err
    assert len((tmp_path / "all.csv").read_text(encoding="utf-8").splitlines()) == 13
    assert len(json.loads((tmp_path / "all.json").read_bytes())["items"]) == 12
    assert load_workbook(tmp_path / "all.xlsx").active.max_row == 13
    assert asked("agreements", "export", KEY, tmp_path / "all.csv") == ExitCode.REFUSED
    assert asked("agreements", "export", KEY, tmp_path / "all.pdf") == ExitCode.REFUSED
    assert asked("agreements", "export", "nothing", tmp_path / "none.csv") == ExitCode.NOT_FOUND
    assert not (tmp_path / "none.csv").exists()


def test_an_unclear_answer_is_listed_and_settled(asked: Command, world: AgreeWorld) -> None:
    world.text("Ja maar niet in december", sender="+31610000101")
    assert asked("unclear", "list", "--question", KEY) == 0
    assert "Ja maar niet in december" in asked.out
    (waits,) = asked.json("unclear", "list")
    done = asked.json("unclear", "settle", waits["id"], "no", "--note", "called back")
    assert (done["decided"], done["unclear"]["outcome"]) == (True, "no")
    assert asked("unclear", "settle", waits["id"], "no") == ExitCode.CONFLICT
