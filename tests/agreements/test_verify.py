from __future__ import annotations

import json
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements import verify
from agreements.__main__ import main
from agreements.evidence.bundle import Stamped, chain_lines
from agreements.evidence.canonical import digest, digest_of
from agreements.evidence.chain import Draft, Event, Head, extend
from tests.agreements.checked import bad, changed_event, proof_of
from tests.agreements.evidence.stories import CHAIN, Teller, again, token_digest, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.evidence.canonical import Json

_ALONE = Path(verify.__file__)


def _file(events: Sequence[Event], stamped: Sequence[Stamped] = (), head: Head | None = None) -> bytes:
    return b"".join(chain_lines(CHAIN, head or events[-1].head, events, stamped))


def _line_flips(event: Event) -> list[bytes]:
    line = event.line()
    return [line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :] for at in range(len(line))]


def _refused(line: bytes, before: verify.Link) -> bool:
    try:
        verify.check_line(line, CHAIN, before)
    except verify.Wrong:
        return True
    return False


def test_a_chain_as_it_was_made_holds() -> None:
    teller = told(60)
    report = verify.check(teller.file(30, 60))
    assert not report.findings
    assert (report.events, report.last_seq, report.head) == (60, 60, teller.events[-1].digest)
    assert (report.anchored, report.complete, report.exit_code()) == (60, True, 0)
    assert {one["state"] for one in report.decisions} == {"agreed", "declined", "withdrawn"}


def test_every_flipped_byte_of_every_event_shows_with_its_number() -> None:
    before = verify.Link()
    for event in told(30).events:
        assert all(_refused(line, before) for line in _line_flips(event))
        before = verify.Link(*event.head)


@pytest.mark.long
def test_every_flipped_byte_of_a_thousand_events_shows_with_its_number() -> None:
    before, flips = verify.Link(), 0
    for event in told(1000).events:
        verify.check_line(event.line(), CHAIN, before)
        lines = _line_flips(event)
        flips += len(lines)
        assert all(_refused(line, before) for line in lines)
        before = verify.Link(*event.head)
    assert flips > 400_000


@pytest.mark.parametrize("flip", [1, 0x20, 0x80])
def test_a_flip_in_a_whole_file_is_reported_at_its_event(flip: int) -> None:
    lines = told(30).file().split(b"\n")
    for number in range(1, 31):
        for at in range(number % 7, len(lines[number]), 131):
            line = lines[number]
            flipped = line[:at] + bytes([line[at] ^ flip]) + line[at + 1 :]
            data = b"\n".join([*lines[:number], flipped, *lines[number + 1 :]])
            assert verify.check(data).first_bad == number


def test_a_deleted_event_shows_at_its_number() -> None:
    events = told(30).events
    for index in range(29):
        left = [*events[:index], *events[index + 1 :]]
        assert bad(_file(left)) == (index + 1, ["sequence-wrong"])


def test_an_inserted_event_shows_at_the_one_that_it_pushed_on() -> None:
    events = told(30).events
    forged = extend(CHAIN, events[11].head, Draft("2026-11-23T10:00:00.000000Z", "link-fetched", "agr_0004", {}))
    assert bad(_file([*events[:12], forged, *events[12:]])) == (14, ["sequence-wrong"])


def test_an_event_that_is_there_twice_shows() -> None:
    events = told(30).events
    assert bad(_file([*events[:12], *events[11:]])) == (13, ["sequence-wrong"])


def test_swapped_events_show_at_the_first() -> None:
    events = told(30).events
    for index in range(29):
        swapped = [*events[:index], events[index + 1], events[index], *events[index + 2 :]]
        assert bad(_file(swapped, head=events[-1].head))[0] == index + 1


def test_events_cut_off_at_the_end_show_when_the_file_says_how_many_there_were() -> None:
    events = told(30).events
    assert bad(_file(events[:20], head=events[-1].head)) == (21, ["chain-truncated"])


def test_a_checkpoint_shows_that_the_end_was_cut_off_however_the_head_was_written_anew() -> None:
    teller = told(30)
    stamped = teller.checkpoints(10, 30)
    assert bad(_file(teller.events[:20], stamped)) == (21, ["chain-truncated"])


def test_a_checkpoint_that_was_kept_elsewhere_shows_it_too() -> None:
    teller = told(30)
    kept = [(one.checkpoint.value(), b"") for one in teller.checkpoints(10, 30)]
    report = verify.check(_file(teller.events[:20]), kept)
    assert (report.first_bad, report.findings[0].code) == (21, "chain-truncated")


def test_without_a_checkpoint_the_report_says_that_a_cut_would_not_show() -> None:
    report = verify.check(_file(told(30).events[:20]))
    assert not report.findings
    assert any("cut off from the end" in remark for remark in report.remarks)


def test_events_after_the_last_checkpoint_are_said_to_be_open() -> None:
    report = verify.check(told(30).file(20))
    assert report.anchored == 20
    assert any("Events after 20" in remark for remark in report.remarks)


def test_an_answer_by_another_link_shows_even_when_all_was_written_anew() -> None:
    events = told(30).events
    index = next(at for at, event in enumerate(events) if event.kind == "answered")
    events[index] = changed_event(events[index], token_digest=token_digest("agr_9999"))
    assert bad(_file(again(events, index))) == (index + 1, ["token-differs"])


def test_a_text_that_was_edited_after_sending_shows() -> None:
    """The more an intruder writes anew, the less of it is left to show; a checkpoint shows it always."""
    teller = told(30)
    events, other = teller.events, "Wij boeken voortaan af."
    line = events[0].line().decode().replace("per e-mail", "per brief").encode()
    data = teller.file().replace(events[0].line(), line)
    assert bad(data) == (1, ["digest-differs"])
    text: Json = {"nl": {"text": other, "digest": digest_of(b"what was asked")}}
    assert bad(_file(again([changed_event(events[0], texts=text), *events[1:]], 0)))[0] == 1
    text = {"nl": {"text": other, "digest": digest_of(other.encode())}}
    edited = again([changed_event(events[0], texts=text), *events[1:]], 0)
    assert bad(_file(edited))[0] == 2
    anew = [changed_event(one, question_digest=digest_of(other.encode())) for one in edited[1:]]
    written_anew = again([edited[0], *anew], 0)
    assert bad(_file(written_anew)) == (None, [])
    assert bad(_file(written_anew, teller.checkpoints(30))) == (1, ["checkpoint-differs"])


def test_a_frozen_text_may_be_more_than_one_string() -> None:
    shown: Json = {"title": "Betalen", "text": "Mag het?", "choices": ["Ja", "Nee"]}
    teller = Teller()
    event = teller.freeze()
    frozen = changed_event(event, texts={"nl": {"text": shown, "digest": digest(shown)}})
    assert bad(_file([frozen])) == (None, [])


def _after_asking(*, method: str = "web-post", **changed: Json) -> list[str]:
    teller = Teller()
    teller.freeze()
    teller.ask("agr_1")
    teller.answer("agr_1", method=method, **changed)
    return bad(teller.file())[1]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"method": "mail-scanner"}, "act-missing"),
        ({"method": ""}, "act-missing"),
        ({"page_digest": ""}, "act-missing"),
        ({"method": "slip-tick"}, "act-missing"),
        ({"method": "staff-on-phone", "attested_by": ""}, "act-missing"),
        ({"method": "sms-keyword", "raw": None}, "act-missing"),
        ({"answer": "perhaps"}, "act-missing"),
        ({"question_digest": digest_of(b"another text")}, "question-differs"),
        ({"request": "agr_2"}, "predecessor-missing"),
    ],
)
def test_a_decision_needs_an_act_of_a_human_that_fits(changed: dict[str, Json], code: str) -> None:
    assert _after_asking(**changed) == [code]  # type: ignore[arg-type] # `method` is among them


def test_an_answer_may_be_to_the_question_in_another_of_its_languages() -> None:
    teller = Teller()
    teller.freeze(en="May we?")
    teller.ask("agr_1")
    teller.answer("agr_1", question_digest=digest_of(b"May we?"))
    assert bad(teller.file()) == (None, [])


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "slip-tick", "slip": {"page": digest_of(b"scan"), "slip": "slp_1"}},
        {"method": "staff-on-phone", "attested_by": "usr_1"},
        {"method": "letter-page", "submission": "sub_1"},
        {"method": "sms-keyword", "raw": {"annex": "anx_9", "hmac": digest_of(b"x")}},
        {"decided": False, "why": "late", "page_digest": ""},
    ],
)
def test_all_roads_of_an_answer_hold(changed: dict[str, Json]) -> None:
    assert _after_asking(**changed) == []  # type: ignore[arg-type] # `method` is among them


@pytest.mark.parametrize(
    ("valid_until", "codes"),
    [
        ("2026-11-23T00:00:02.000000Z", []),
        ("2026-11-23T00:00:01.999999Z", ["decision-late"]),
        ("2026-11-23T01:00:02.000000+01:00", []),
        ("2026-11-23T01:00:01+01:00", ["decision-late"]),
        ("2026-11-23", []),
        ("2026-11-22", ["decision-late"]),
        ("whenever", ["decision-late"]),
        ("", ["decision-late"]),
        ("9999-12-31", []),
    ],
)
def test_a_decision_comes_before_the_end(valid_until: str, codes: list[str]) -> None:
    teller = Teller()
    teller.freeze()
    teller.ask("agr_1", valid_until=valid_until)
    teller.answer("agr_1")
    assert bad(teller.file())[1] == codes


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"method": "slip-tick", "slip": {"slip": "slp_1"}, "came_at": "2026-11-22T12:00:00+00:00"}, []),
        ({"came_at": "2026-11-22T23:59:00+00:00"}, []),
        ({"came_at": "2026-11-22T12:00:00+00:00"}, ["time-impossible"]),
        ({"came_at": "2026-11-23T00:02:00+00:00"}, ["time-impossible"]),
        ({"came_at": "soon"}, ["time-impossible", "decision-late"]),
        ({"came_at": ""}, []),
    ],
)
def test_what_came_in_counts_from_then_as_far_as_that_can_be(changed: dict[str, Json], codes: list[str]) -> None:
    assert _after_asking(**changed) == codes  # type: ignore[arg-type] # `method` is among them


def test_a_request_that_was_agreed_is_decided_once() -> None:
    teller = told(4)
    teller.answer("agr_0001", "no")
    assert bad(teller.file()) == (5, ["decided-twice"])


def test_who_declined_may_still_agree_and_what_came_in_time_counts_though_the_end_was_noted() -> None:
    teller = Teller()
    teller.freeze()
    for request in ("agr_1", "agr_2"):
        teller.ask(request)
    teller.answer("agr_1", "withdraw")
    teller.answer("agr_1", "yes")
    teller.tell("expired", "agr_2", {"request": "agr_2", "names": 3})
    teller.answer("agr_2", "yes")
    report = verify.check(teller.file())
    assert not report.findings
    assert [(one["seq"], one["state"]) for one in report.decisions] == [(5, "agreed"), (7, "agreed")]


def test_an_act_that_decided_nothing_may_be_about_another_text() -> None:
    assert _after_asking(decided=False, why="other-words", question_digest=digest_of(b"else")) == []


def test_what_an_event_goes_on_from_must_be_there() -> None:
    for kind in ("withdrawn", "expired", "cancelled", "corrected", "reminded", "settled-by-person"):
        teller = told(3)
        teller.tell(kind, "agr_0001", {"request": "agr_0001", "names": 77, "answer": "yes", "by": "usr_1"})
        assert bad(teller.file()) == (4, ["predecessor-missing"])


def _settled(**changed: Json) -> Teller:
    """An answer in sentences that came in time, read by a person after the end."""
    teller = Teller()
    teller.freeze()
    teller.ask("agr_1", valid_until="2026-11-23T00:00:02.000000Z")
    raw = teller.hide("Ja hoor, prima!")
    unclear = teller.tell("unclear", "agr_1", {"request": "", "raw": raw, "channel": "sms", "why": "words"})
    body: dict[str, Json] = {"request": "agr_1", "names": unclear.seq, "answer": "yes", "by": "usr_7"}
    teller.tell("settled-by-person", "agr_1", body | changed)
    return teller


def test_a_person_may_settle_an_unclear_answer_when_it_came_in_time() -> None:
    report = verify.check(_settled().file())
    assert not report.findings
    assert (report.decisions[0]["noted_by"], report.decisions[0]["state"]) == ("usr_7", "agreed")
    assert report.decisions[0]["came_at"] < report.decisions[0]["put_down_at"]


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"by": ""}, ["act-missing"]),
        ({"request": "agr_9"}, ["predecessor-missing"]),
        ({"names": 2}, ["predecessor-missing"]),
        ({"request": "", "answer": "nothing"}, []),
    ],
)
def test_who_settles_names_themselves_and_what_was_unclear(changed: dict[str, Json], codes: list[str]) -> None:
    assert bad(_settled(**changed).file())[1] == codes


def test_a_deleted_annex_is_told_and_all_else_holds() -> None:
    teller = told(30)
    body: dict[str, Json] = {"annexes": ["anx_00001", "anx_00002"], "by": "usr_1", "why": "moved out"}
    teller.tell("annex-deleted", "grachtstad", body)
    report = verify.check(teller.file())
    assert (report.findings, report.annexes["deleted"]) == ([], 2)
    assert any("2 annexes with personal data were deleted" in remark for remark in report.remarks)


@pytest.mark.parametrize("name", ["head", "root", "prev", "chain"])
def test_a_changed_checkpoint_shows(name: str) -> None:
    teller = told(30)
    changed = [one.checkpoint.value() for one in teller.checkpoints(10, 20, 30)]
    changed[1][name] = digest_of(b"else") if name != "chain" else "grachtstad/test"
    lines = [verify.canon({"checkpoint": one, "stamp": ""}).encode() for one in changed]
    codes = bad(teller.file() + b"\n".join(lines) + b"\n")[1]
    assert codes[0] in ("checkpoint-differs", "checkpoint-link-differs")


def test_two_checkpoints_of_one_number_show() -> None:
    teller = told(30)
    data = teller.file(10)
    other = teller.checkpoints(12)[0]
    assert bad(data + verify.canon(other.value()).encode() + b"\n") == (1, ["checkpoint-differs"])


_CLAIMS = b'"format":"agreement-evidence/1"'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        *((data, 2) for data in (b"", b"{}", b"[]", b"\xff\xfe", b'{"format":"other/1"}', b"1.5", b"%PDF-1.7\n")),
        (b'{"chain":"a",' + _CLAIMS + b"}", 2),
        (b'{"chain":"a",' + _CLAIMS + b',"head":{},"holds":"nothing"}', 2),
        (b'{"chain":"a",' + _CLAIMS + b',"head":{}', 1),
    ],
)
def test_what_is_no_evidence_ends_with_2(
    data: bytes, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert verify.main([str(path)]) == code
    assert "DOES NOT HOLD" in capsys.readouterr().out


def test_a_head_that_says_there_is_nothing_hides_nothing() -> None:
    events = told(12).events
    lines = [event.line() for event in events]
    lines[4] = lines[4].replace(b"agr_0002", b"agr_0003")
    head = b"".join(chain_lines(CHAIN, Head(), [], []))
    assert bad(head + b"\n".join(lines)) == (5, ["digest-differs"])


def test_a_date_that_goes_back_is_told() -> None:
    events = told(12).events
    events[6] = extend(CHAIN, events[5].head, Draft("2026-11-20T00:00:00.000000Z", "link-fetched", "agr_1", {}))
    report = verify.check(_file(again(events, 7)))
    assert not report.findings
    assert any("Event 7 is dated before" in remark for remark in report.remarks)


_ANY: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["agr_1", "yes", CHAIN]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
_PROVEN = proof_of(told(50), "agr_0002").value()
_FIELDS = ("request", "question", "texts", "names", "answer", "decided", "method", "valid_until", "annexes", "nl")


def _fits(value: object) -> bool:
    try:
        verify.canon(value).encode()
    except (verify.Wrong, UnicodeEncodeError):
        return False
    return True


_KINDS = sorted(verify.Story(verify.Report())._tellers)
_BODIES = st.dictionaries(st.sampled_from(_FIELDS), _ANY.filter(_fits), max_size=6)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(_KINDS), _BODIES), min_size=1, max_size=4))
def test_whatever_bodies_say_the_check_comes_to_an_end(told_of: list[tuple[str, dict[str, Json]]]) -> None:
    teller = Teller()
    for kind, body in told_of:
        teller.tell(kind, "agr_1", body)
    assert verify.check(teller.file()).last_seq == len(teller.events)


@settings(max_examples=60)
@given(_ANY, st.sampled_from(["head", "events", "checkpoints", "paths", "annexes", "holds", "chain"]))
def test_whatever_a_proof_holds_the_check_comes_to_an_end(value: object, name: str) -> None:
    document = {**_PROVEN, name: value}
    verify.as_text(verify.check(json.dumps(document).encode()))


def test_deep_nesting_is_told_and_does_no_harm() -> None:
    deep = b'{"format":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert bad(deep)[1] == ["file-unreadable"]
    assert bad(deep + _CLAIMS)[1] == ["line-unreadable"]


def test_a_proof_that_is_attached_to_a_pdf_is_found() -> None:
    document = proof_of(told(50), "agr_0005").document()
    for inner in (zlib.compress(document), document):
        pdf = b"%PDF-1.7\n1 0 obj\n<< >>\nstream\nq Q\nendstream\nendobj\n2 0 obj\n<< >>\nstream\r\n" + inner
        assert verify.check(pdf + b"\nendstream\nendobj\n").events == 5


def _alone(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the one file in a folder of its own, without the packages of this project or any other."""
    command = [sys.executable, "-I", "-S", "verify.py", *arguments]
    return subprocess.run(command, cwd=path, capture_output=True, text=True, check=False)  # noqa: S603 (ours)


@pytest.mark.slow
def test_the_file_runs_alone_and_needs_nothing_but_the_standard_library(tmp_path: Path) -> None:
    (tmp_path / "verify.py").write_bytes(_ALONE.read_bytes())
    (tmp_path / "chain.jsonl").write_bytes(told(50).file(50))
    done = _alone(tmp_path, "chain.jsonl", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["events"] == 50
    look = "import sys, runpy; runpy.run_path('verify.py', run_name='x'); print(*sys.modules)"
    command = [sys.executable, "-I", "-S", "-c", look]
    loaded = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout  # noqa: S603 (ours)
    assert {name.partition(".")[0] for name in loaded.split()} <= {*sys.stdlib_module_names, "__main__"}


def test_the_command_writes_a_report_and_ends_with_what_it_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    teller, path = told(100), tmp_path / "chain.jsonl"
    path.write_bytes(teller.file(100))
    assert main(["verify", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "HOLDS" in shown
    assert "Under checkpoints: 100 of 100 events" in shown
    assert "by pressing the button on the page behind the personal link" in shown
    path.write_bytes(teller.file(100).replace(b"agr_0003", b"agr_0030"))
    assert main(["verify", str(path)]) == 1
    assert "DOES NOT HOLD, from event" in capsys.readouterr().out


def test_the_command_says_when_it_cannot_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main(["verify", str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err
