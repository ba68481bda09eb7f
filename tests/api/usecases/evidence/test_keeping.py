from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from agreements import verify
from agreements.evidence.annex import annex_digest
from agreements.evidence.bundle import chain_lines
from api.adapters.fakes import MemoryBlobs
from api.ports import ChainOf, EvidenceKind, Mode
from api.usecases.deps import Deps
from api.usecases.evidence.keeping import Fact, forget, forget_subject, hide, keep, keep_all, make_annex, reference_to
from tests.api.builders import ORG, two_organisations

if TYPE_CHECKING:
    from agreements.evidence.canonical import Json
    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, SeededIds

LIVE = ChainOf(ORG, Mode.LIVE)
MAIL = "j.de.vries@huurder.example"


@pytest.fixture
def deps(sqlite_database: SqlDatabase, clock: FakeClock, ids: SeededIds) -> Deps:
    two_organisations(sqlite_database)
    return Deps(sqlite_database, MemoryBlobs(), clock, ids, b"s" * 32)


def _stopped(deps: Deps) -> str:
    with deps.database.write() as uow:
        hidden = hide(deps, uow, LIVE, "agr_1", {"address": MAIL})
        body: dict[str, Json] = {"channel": "email", "address": hidden}
        keep(deps, uow, LIVE, EvidenceKind.STOPPED, "agr_1", body)
        return str(hidden["annex"])


def _report(deps: Deps) -> verify.Report:
    with deps.database.read() as uow:
        head, events = uow.evidence.head(LIVE), uow.evidence.page(LIVE, 0, 100)
    return verify.check(b"".join(chain_lines(LIVE.name, head, events, [])))


def test_what_is_personal_is_in_an_annex_and_nowhere_in_the_chain(deps: Deps) -> None:
    name = _stopped(deps)
    with deps.database.read() as uow:
        (event,), (annex,) = uow.evidence.page(LIVE, 0, 9), uow.evidence.annexes(LIVE, [name])
    assert MAIL not in event.line().decode()
    assert annex.value == {"address": MAIL}
    assert event.body is not None
    assert event.body["address"] == {"annex": name, "hmac": annex_digest(annex.key, {"address": MAIL})}


def test_each_annex_has_a_key_of_its_own(deps: Deps) -> None:
    one, other = (make_annex(deps, LIVE, "agr_1", MAIL) for _ in range(2))
    assert one.key != other.key
    assert reference_to(one)["hmac"] != reference_to(other)["hmac"]


def test_an_annex_that_is_deleted_is_told_and_the_chain_holds(deps: Deps) -> None:
    name = _stopped(deps)
    with deps.database.write() as uow:
        assert forget(deps, uow, LIVE, [name, "anx_none"], "usr_1", "moved out") == [name]
        assert forget(deps, uow, LIVE, [name], "usr_1", "moved out") == []
    with deps.database.read() as uow:
        assert uow.evidence.annexes(LIVE, [name]) == []
        last = uow.evidence.page(LIVE, 1, 9)
    assert [(event.kind, json.dumps(event.body)) for event in last] == [
        ("annex-deleted", json.dumps({"annexes": [name], "by": "usr_1", "why": "moved out"}))
    ]
    report = _report(deps)
    assert (report.findings, report.annexes["deleted"]) == ([], 1)


def test_all_of_one_request_can_go_at_once(deps: Deps) -> None:
    names = {_stopped(deps), _stopped(deps)}
    with deps.database.write() as uow:
        assert set(forget_subject(deps, uow, LIVE, "agr_1", "usr_1", "asked for it")) == names
        assert forget_subject(deps, uow, LIVE, "agr_2", "usr_1", "asked for it") == []


def test_a_body_in_clear_is_a_bug_and_nothing_of_it_is_kept(deps: Deps) -> None:
    def in_clear() -> None:
        with deps.database.write() as uow:
            facts = [
                Fact(EvidenceKind.LINK_FETCHED, "agr_1", {"request": "agr_1", "guess": "person"}),
                Fact(EvidenceKind.STOPPED, "agr_1", {"channel": "email", "address": MAIL}),
            ]
            keep_all(deps, uow, LIVE, facts)

    with pytest.raises(ValueError, match="personal"):
        in_clear()
    with deps.database.read() as uow:
        assert uow.evidence.head(LIVE).seq == 0
