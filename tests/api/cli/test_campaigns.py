"""Commands of campaigns: open, follow, bring answers in, close."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.cli.exits import ExitCode
from api.ports import PackageKind
from tests.api.usecases.world import sample

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.cli.conftest import Command
    from tests.api.http.service import Service

CONTACT = "contact-data-request"


@pytest.fixture
def opened(posthoorn: Command, service: Service) -> Command:
    service.world.put(PackageKind.TEMPLATE, CONTACT, sample("template", CONTACT))
    service.world.put(PackageKind.BRAND, "zandeland", sample("brand", "zandeland"))
    words = ("campaigns", "open", "contact", "--template", CONTACT, "--brand", "zandeland", "--reminder", "2026-02-01")
    assert posthoorn(*words) == 0, posthoorn.err
    assert "contact" in posthoorn.out
    return posthoorn


def file_of(folder: Path, text: str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_campaign_is_followed_from_recipients_to_records(opened: Command, tmp_path: Path) -> None:
    people = file_of(tmp_path, "record_id;postcode;house\nH-1;1234AB;1\nH-2;1234AB;2\n")
    assert opened.json("campaigns", "recipients", "contact", people)["added"] == 2
    answers = file_of(tmp_path, "record_id;phone\nH-1;0612345678\nH-9;0612345678\n")
    assert opened("answers", "import", answers, "--campaign", "contact") == ExitCode.REFUSED
    assert "recipient-not-found" in opened.err
    assert opened("answers", "import", answers, "--campaign", "contact", "--valid-only") == ExitCode.FINDINGS
    assert "recipient-not-found" in opened.err
    assert opened.json("campaigns", "report", "contact")["complete"] == 1
    assert opened("campaigns", "report", "contact") == 0
    assert "import" in opened.out
    (record,) = opened.json("records", "--campaign", "contact")
    assert (record["record_id"], record["value"]) == ("H-1", "+31612345678")
    assert opened.json("campaigns", "remind", "contact")["left_out"] == {"complete": 1, "no-letter": 1}
    assert opened("campaigns", "show", "contact") == 0
    assert "phone" in opened.out


def test_a_campaign_is_changed_closed_and_revoked(opened: Command) -> None:
    (listed,) = opened.json("campaigns", "list")
    assert (listed["key"], listed["reminders"]) == ("contact", ["2026-02-01"])
    changed = opened.json("campaigns", "change", "contact", "--closes", "2199-01-01", "--reminder", "2026-03-01")
    assert changed["closes_at"] > "2198-12-30"
    assert changed["reminders"] == ["2026-03-01"]
    assert opened("campaigns", "close", "contact") == 0, opened.err
    assert opened.json("campaigns", "revoke", "contact")["state"] == "revoked"
    assert opened("campaigns", "show", "nothing") == ExitCode.NOT_FOUND


def test_a_file_of_another_kind_is_not_sent(opened: Command, tmp_path: Path) -> None:
    path = file_of(tmp_path, "x", "rows.txt")
    assert opened("answers", "import", path, "--campaign", "contact") == ExitCode.REFUSED
    assert "media-type-unsupported" in opened.err


def test_a_large_file_is_left_to_a_worker_and_looked_at(opened: Command, tmp_path: Path) -> None:
    answers = file_of(tmp_path, "record_id;phone\nH-1;0612345678\n")
    sent = opened.json("answers", "import", answers, "--campaign", "contact", "--background")
    assert (sent["state"], sent["written"]) == ("judging", 0)
    assert opened("answers", "progress", sent["id"], "--campaign", "contact") == ExitCode.OK
    assert sent["id"] in opened.out
    assert opened("answers", "progress", "imp_none", "--campaign", "contact") == ExitCode.NOT_FOUND
