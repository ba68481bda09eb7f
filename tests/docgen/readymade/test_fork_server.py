"""The fork server and its link: whatever dies, hangs or is forked, each look has its own end and nothing is left."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from docgen.findings import Finding
from docgen.isolation import link
from docgen.isolation.fork_server import ForkServer
from docgen.readymade.answers import Inspection
from docgen.readymade.isolation import DEFAULT_LIMITS, EXIT_BROKEN, LINK, ask
from docgen.readymade.policy import ReadymadePolicy
from docgen.readymade.safely import inspect
from docgen.readymade.tasks import InspectRequest, PageRequest, SheetRequest
from tests.docgen.readymade.children import gone, number_in, python, shell
from tests.docgen.readymade.makers import Sheet

if TYPE_CHECKING:
    from docgen.readymade.tasks import Request
    from tests.docgen.readymade.makers import Maker

ROOT = Path(__file__).parents[3]
QUICK = replace(DEFAULT_LIMITS, wall_s=1)
END = f"exit {EXIT_BROKEN}"
ASKING = """
import os, sys, time
from docgen.readymade.answers import Inspection
from docgen.readymade.isolation import LINK, ask
from tests.docgen.readymade.children import shell
def server():
    return LINK._server.process.pid
"""


def code(request: Request, wall_s: int = 120) -> str:
    found = ask(request, Inspection, replace(DEFAULT_LIMITS, wall_s=wall_s))
    assert isinstance(found, Finding)
    return found.code


def server() -> int:
    """The process id of a server that has started."""
    assert code(shell(END)) == "pdf-broken"
    assert LINK._server is not None
    return LINK._server.process.pid


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", ASKING + script, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 (ours)


def test_threads_have_children_at_the_same_time_and_each_its_own_answer(make: Maker, folder: Path) -> None:
    pdfs = [make.pdf(*[Sheet()] * pages) for pages in (1, 2, 3)]
    wait = "touch {0}/{1}; while [ ! -e {0}/{2} ]; do sleep 0.01; done; exit {3}"
    pair = [shell(wait.format(folder, *words)) for words in (("a", "b", 10), ("b", "a", 11))]
    with ThreadPoolExecutor(5) as pool:
        codes = pool.map(code, pair)
        pages = pool.map(lambda pdf: inspect(pdf, ReadymadePolicy()).pages, pdfs)
        assert list(codes) == ["pdf-broken", "pdf-too-costly"]
        assert list(pages) == [1, 2, 3]


def test_one_server_serves_many_and_answers_at_once() -> None:
    first = server()
    took = []
    for _ in range(5):
        began = time.perf_counter()
        assert server() == first
        took.append(time.perf_counter() - began)
    assert min(took) < 0.2


def test_a_server_that_was_killed_is_replaced_and_leaves_no_zombie() -> None:
    first = server()
    os.kill(first, signal.SIGKILL)
    assert server() != first
    assert not Path(f"/proc/{first}").exists()


def test_a_look_that_had_not_begun_is_done_by_the_next_server() -> None:
    first = server()
    os.kill(first, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(code, shell(END))
        time.sleep(0.1)
        os.kill(first, signal.SIGKILL)
        assert asked.result() == "pdf-broken"


def test_a_look_whose_server_is_killed_ends_in_a_finding_and_its_children_end(folder: Path) -> None:
    first = server()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(code, shell(f"sleep 300 & echo $! > {folder}/inner; echo $$ > {folder}/outer; wait"))
        pids = [number_in(folder / name) for name in ("inner", "outer")]
        os.kill(first, signal.SIGKILL)
        assert asked.result() == "pdf-check-failed"
    assert all(map(gone, pids))
    assert server() != first


@pytest.mark.slow
def test_a_server_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(link, "_END_S", 0.2)
    first = server()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(code, shell(f"echo $$ > {folder}/pid; sleep 300"), 1)
        pid = number_in(folder / "pid")
        os.kill(first, signal.SIGSTOP)
        assert asked.result() == "pdf-check-failed"
    assert gone(pid)
    second = server()
    monkeypatch.setattr(link, "_START_S", 0.2)
    os.kill(second, signal.SIGSTOP)
    assert code(shell(END)) == "pdf-check-failed"
    monkeypatch.undo()
    assert server() not in (first, second)


def test_a_child_that_stops_itself_holds_up_nobody_and_ends(folder: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(code, shell(f"echo $$ > {folder}/pid; kill -STOP $$"), 1)
        pid = number_in(folder / "pid")
        assert code(shell(END)) == "pdf-broken"
        assert asked.result() == "pdf-too-costly"
    assert gone(pid)


def test_a_child_holds_nothing_of_the_server_or_of_other_looks(folder: Path) -> None:
    see = f"import os; open('{folder}/open', 'w').write(' '.join(os.listdir('/proc/self/fd'))); os._exit({EXIT_BROKEN})"
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(
            code, shell(f"echo $$ > {folder}/pid; while [ ! -e {folder}/open ]; do sleep 0.01; done; {END}")
        )
        number_in(folder / "pid")
        assert code(python(see)) == "pdf-broken"
        assert other.result() == "pdf-broken"
    # its standard ones, the file it writes to, the folder it lists
    assert len((folder / "open").read_text().split()) == 5


def test_many_grandchildren_end_with_their_child(folder: Path) -> None:
    script = f"for number in 1 2 3 4 5 6 7 8 9; do sleep 300 & echo $! >> {folder}/pids; done; {END}"
    first = server()
    assert code(shell(script)) == "pdf-broken"
    assert all(gone(int(pid)) for pid in (folder / "pids").read_text().split())
    assert server() == first


def test_no_child_and_no_server_outlives_a_parent_that_is_killed(folder: Path) -> None:
    script = "ask(shell(f'sleep 300 & echo $! > {0}/inner; echo $$ > {0}/outer; echo $PPID > {0}/server; wait'"
    with start(f"{script}.format(sys.argv[1])), Inspection)".replace("(f'", "('"), folder) as parent:
        pids = [number_in(folder / name) for name in ("inner", "outer", "server")]
        parent.kill()
    assert all(map(gone, pids))


@pytest.mark.slow
def test_a_forked_process_starts_its_own_server_and_does_not_hold_that_of_its_parent() -> None:
    """The parent ends while what it forked lives: its server ends, that of the forked process is another one."""
    script = """
ask(shell("exit 10"), Inspection)
print(server(), flush=True)
if os.fork() == 0:
    ask(shell("exit 10"), Inspection)
    print(server(), os.getpid(), flush=True)
    time.sleep(300)
time.sleep(300)
"""
    with start(script) as parent:
        assert parent.stdout is not None
        first = int(parent.stdout.readline())
        second, forked = map(int, parent.stdout.readline().split())
        assert first != second
        parent.kill()
        parent.wait()
        assert gone(first)
        assert Path(f"/proc/{second}").exists()
        os.kill(forked, signal.SIGKILL)
        assert gone(second)


def test_at_a_normal_end_the_server_ends_and_nothing_is_told() -> None:
    script = 'ask(shell("exit 10"), Inspection); print(server()); print(ask(shell("exit 10"), Inspection).code)'
    with start(script) as parent:
        out, told = parent.communicate()
    pid, said = out.split()
    assert (said, told, parent.returncode) == ("pdf-broken", "", 0)
    assert not Path(f"/proc/{pid}").exists()


def test_where_no_process_can_be_started_the_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr("os.fork", refuse)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    serving = Thread(target=ForkServer(theirs).serve)
    serving.start()
    with theirs, ours, subprocess.Popen(["/bin/true"]) as process:
        running = link._Server(process, ours)
        monkeypatch.setattr(link, "_started", lambda _: running)
        asking = link.ServerLink("docgen.readymade.loaded")
        with pytest.raises(link.ServerLostError, match="no process"), asking.job("docgen.readymade.child"):
            pass
        asking.close()
        serving.join(10)
    assert not serving.is_alive()


def test_a_child_loads_nothing_more(make: Maker, folder: Path) -> None:
    """All that looks need is there before the first of them."""
    pdf = make.pdf()
    page, sheet = PageRequest(pdf, 1, 50, folder / "a.png"), SheetRequest(pdf, ((1, "a"),), "b", folder / "b.png")
    (folder / "requests").write_bytes(pickle.dumps([InspectRequest(pdf, ReadymadePolicy()), page, sheet]))
    script = """
import pickle
from pathlib import Path
from docgen.readymade.loaded import prepare
from docgen.readymade.child import do
prepare()
folder = Path(sys.argv[1])
before = set(sys.modules)
print([do(request, folder) for request in pickle.loads((folder / "requests").read_bytes())])
print(set(sys.modules) - before)
"""
    with start(script, folder) as process:
        out, told = process.communicate()
    assert (out.splitlines(), told) == (["[0, 0, 0]", "set()"], "")
