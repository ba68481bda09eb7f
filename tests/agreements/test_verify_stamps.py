from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from agreements import verify
from agreements.evidence.bundle import chain_lines
from tests.agreements.evidence.stories import CHAIN, Teller, told
from tests.agreements.time_authority import TimeAuthority

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TimeAuthority:
    return TimeAuthority(tmp_path_factory.mktemp("tsa"))


def _file(teller: Teller, *stamps: bytes) -> bytes:
    ends = range(10, 10 * len(stamps) + 1, 10)
    stamped = [one._replace(stamp=stamp) for one, stamp in zip(teller.checkpoints(*ends), stamps, strict=True)]
    return b"".join(chain_lines(CHAIN, teller.events[-1].head, teller.events, stamped))


def _document(teller: Teller, number: int = 0) -> bytes:
    return teller.checkpoints(10, 20)[number].checkpoint.document()


def test_a_stamp_of_an_authority_that_is_trusted_is_valid(authority: TimeAuthority) -> None:
    teller = told(20)
    report = verify.check(_file(teller, authority.stamp(_document(teller))), ca=authority.ca)
    assert (report.findings, report.exit_code()) == ([], 0)
    assert report.checkpoints[0]["stamp"] == "valid"
    assert report.checkpoints[0]["detail"].endswith(" UTC")


def test_a_stamp_of_another_checkpoint_is_not(authority: TimeAuthority) -> None:
    teller = told(20)
    report = verify.check(_file(teller, b"", authority.stamp(_document(teller))), ca=authority.ca)
    assert [one.code for one in report.findings] == ["stamp-invalid"]
    assert "message imprint mismatch" in report.findings[0].message
    assert [one["stamp"] for one in report.checkpoints] == ["none", "invalid"]


def test_a_stamp_of_an_authority_that_is_not_trusted_is_not(authority: TimeAuthority, tmp_path: Path) -> None:
    teller, other = told(20), TimeAuthority(tmp_path, "Ander")
    report = verify.check(_file(teller, other.stamp(_document(teller))), ca=authority.ca)
    assert [one.code for one in report.findings] == ["stamp-invalid"]


@pytest.mark.parametrize("at", [0, 40, -30])
def test_a_flipped_byte_in_a_stamp_shows(authority: TimeAuthority, at: int) -> None:
    teller = told(20)
    stamp = bytearray(authority.stamp(_document(teller)))
    stamp[at] ^= 1
    report = verify.check(_file(teller, bytes(stamp)), ca=authority.ca)
    assert [one.code for one in report.findings] == ["stamp-invalid"]


def test_without_an_authority_to_trust_it_says_what_was_not_checked(authority: TimeAuthority) -> None:
    teller = told(20)
    report = verify.check(_file(teller, authority.stamp(_document(teller))))
    assert (report.findings, report.exit_code()) == ([], 3)
    assert "--tsa-ca" in report.checkpoints[0]["detail"]


def test_without_openssl_it_says_so(authority: TimeAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    teller = told(20)
    data = _file(teller, authority.stamp(_document(teller)))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    report = verify.check(data, ca=authority.ca)
    assert (report.findings, report.exit_code()) == ([], 3)
    assert "no openssl" in report.checkpoints[0]["detail"]


def test_checkpoints_of_a_folder_count_with_their_stamps(
    authority: TimeAuthority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    teller, kept = told(20), tmp_path / "kept"
    kept.mkdir()
    for number, one in enumerate(teller.checkpoints(10, 20)):
        (kept / f"{number}.json").write_bytes(one.checkpoint.document())
        (kept / f"{number}.tsr").write_bytes(authority.stamp(one.checkpoint.document()))
    (kept / "other.json").write_bytes(teller.checkpoints(5)[0].checkpoint._replace(chain="x").document())
    path = tmp_path / "chain.jsonl"
    path.write_bytes(teller.file())
    named = ["--checkpoints", str(kept), "--tsa-ca", str(authority.ca)]
    assert verify.main([str(path), *named]) == 0
    assert "Under checkpoints: 20 of 20" in capsys.readouterr().out
    shorter = told(20)
    del shorter.events[15:]
    path.write_bytes(shorter.file())
    assert verify.main([str(path), *named]) == 1
    assert "chain-truncated (event 16)" in capsys.readouterr().out
    assert verify.main([str(path), "--checkpoints", str(path)]) == 2
