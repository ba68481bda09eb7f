"""From an answer to a lawyer's table: a real authority over HTTP, a folder elsewhere, openssl and the verifier."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

from agreements import verify
from agreements.evidence.chain import Draft, Head, extend
from api.adapters.checkpoint_folder import CheckpointFolder
from api.adapters.time_stamper import HttpTimeStamper
from api.ports import CheckpointState
from api.usecases.evidence.checkpoints import EVERY, tend_evidence
from api.usecases.evidence.exporting import chain_file, request_proof
from tests.agreements.time_authority import TimeAuthority, served
from tests.api.builders import ORG
from tests.api.usecases.evidence.archive import LIVE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.usecases.evidence.archive import Archive


def test_what_was_answered_is_stamped_kept_elsewhere_and_holds(archive: Archive, tmp_path: Path) -> None:
    authority, safe = TimeAuthority(_made(tmp_path / "tsa")), tmp_path / "safe"
    archive.freeze()
    archive.ask("agr_1")
    archive.answer("agr_1")
    archive.clock.advance(EVERY.total_seconds())
    with served(authority.answer) as url:
        stamps = HttpTimeStamper(url)
        archive.deps = replace(archive.deps, time_stamper=stamps, checkpoint_shelf=CheckpointFolder(safe))
        tend_evidence(archive.deps)
        archive.run()
    assert [kept.state for kept in archive.kept()] == [CheckpointState.STAMPED]
    for data in (b"".join(chain_file(archive.deps, LIVE)), request_proof(archive.deps, ORG, "agr_1").document()):
        report = verify.check(data, ca=authority.ca)
        assert (report.findings, report.anchored, report.checkpoints[0]["stamp"]) == ([], 3, "valid")
        assert [one["state"] for one in report.decisions] == ["agreed"]
    _forge(tmp_path / "test.sqlite")
    forged = verify.check(b"".join(chain_file(archive.deps, LIVE)), verify.kept_outside(safe), authority.ca)
    assert forged.first_bad == 1
    assert "checkpoint-differs" in {one.code for one in forged.findings}


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _forge(path: Path) -> None:
    """As somebody who manages the database: the triggers off, and the chain written anew with a no in it."""
    database = sqlite3.connect(path)
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    head = Head()
    rows = database.execute("SELECT seq, at, kind, subject_id, body FROM evidence_events ORDER BY seq").fetchall()
    for seq, at, kind, subject, body in rows:
        forged = json.loads(body.replace('"answer":"yes"', '"answer":"no"'))
        event = extend(LIVE.name, head, Draft(at, kind, subject, forged))
        head = event.head
        text = json.dumps(forged, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        changed = (text, event.body_digest, event.prev, event.digest, seq)
        columns = "body = ?, body_digest = ?, prev = ?, digest = ?"
        database.execute(f"UPDATE evidence_events SET {columns} WHERE seq = ?", changed)  # noqa: S608 (ours)
    database.execute("UPDATE evidence_chains SET digest = ?", (head.digest,))
    database.commit()
    database.close()
