"""The page of a job that waits for its carrier: without script, and with every fault of a file told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import Role
from api.usecases import rules
from tests.api.usecases import fake_carrier
from tests.api.usecases.room import by_rules
from tests.api.usecases.world import ORG, World, record

if TYPE_CHECKING:
    from tests.api.http.staff.browser import Browser, Staff


@pytest.fixture
def world(world: World, quick_files: None) -> World:
    del quick_files
    return world


@pytest.fixture
def job_id(world: World) -> str:
    by_rules(world, carrier="postnl")
    job = world.submit([record(number) for number in range(3)], title="Huur 2027")
    world.run()
    return job.id


def _back(anna: Browser, job_id: str) -> bytes:
    return fake_carrier.answer(anna.client.get(f"/staff/carrier/{job_id}/addresses.csv").content)


def _send(anna: Browser, job_id: str, data: bytes) -> Browser:
    return anna.send(f"/staff/carrier/{job_id}/file", {"file": ("back.csv", data, "text/csv")})


def test_today_says_what_waits_and_leads_to_it(anna: Browser, job_id: str) -> None:
    anna.get("/staff")
    assert "Huur 2027: waits for the carrier's file 3 letters" in anna.text
    assert anna.page.xpath("//a[text()='Huur 2027']/@href") == [f"/staff/carrier/{job_id}"]
    anna.get(f"/staff/jobs/{job_id}")
    assert "waits for the carrier's file" in anna.text
    assert "To the file of the carrier" in anna.text


def test_addresses_go_out_and_the_file_comes_back(world: World, anna: Browser, job_id: str) -> None:
    anna.get(f"/staff/carrier/{job_id}")
    (url,) = anna.page.xpath("//a[@download]/@href")
    fetched = anna.client.get(url)
    assert fetched.headers["Content-Disposition"].endswith('-addresses.csv"')
    _send(anna, job_id, fake_carrier.answer(fetched.content))
    assert anna.answer.status_code == 200
    assert "The file is taken in: 3 envelopes." in anna.text
    assert "file of the carrier brought by anna" in anna.text.lower()
    assert "Addresses fetched for the carrier" in anna.text
    world.run()
    assert world.job(job_id).state == "released"
    assert "waits for the carrier" not in anna.get("/staff").text


def test_a_file_with_faults_shows_each_with_its_place(world: World, anna: Browser, job_id: str) -> None:
    anna.get(f"/staff/carrier/{job_id}")
    back = _back(anna, job_id)
    _send(anna, job_id, back.replace(b";1;", b";2;"))
    assert anna.answer.status_code == 422
    assert "Nothing of the file is used." in anna.text
    assert "the same place in the order" in anna.text
    assert "back.csv" in anna.text
    assert anna.page.get_element_by_id("file").get("aria-invalid") == "true"
    assert world.job(job_id).waiting_for == "carrier"
    # the page can be used again at once
    _send(anna, job_id, back)
    assert "The carrier's file is in" in anna.text


def test_no_file_is_told(anna: Browser, job_id: str) -> None:
    anna.get(f"/staff/carrier/{job_id}").send(f"/staff/carrier/{job_id}/file", {"file": ("", b"", "text/csv")})
    assert "Choose the file that the carrier gave back." in anna.text


def test_going_on_without_is_sure_and_has_a_reason(world: World, anna: Browser, job_id: str) -> None:
    action = f"/staff/carrier/{job_id}/skip"
    anna.get(f"/staff/carrier/{job_id}").send(action, reason="no answer")
    assert anna.answer.status_code == 422
    assert anna.page.get_element_by_id("reason").get("value") == "no answer"
    anna.send(action, reason="", sure="yes")
    assert anna.answer.status_code == 422
    anna.send(action, reason="no answer", sure="yes")
    assert "The letters are being made without the carrier." in anna.text
    assert "no answer" in anna.text
    world.run()
    assert world.job(job_id).state == "released"
    assert not anna.actions() & {action}


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.APPROVER])
def test_others_see_that_it_waits_and_no_more(staff: Staff, job_id: str, role: Role) -> None:
    with staff.browser("bert", role) as bert:
        assert "waits for the carrier's file" in bert.get("/staff").text
        assert not bert.page.xpath("//a[starts-with(@href, '/staff/carrier')]")
        assert bert.get(f"/staff/carrier/{job_id}").answer.status_code == 403
        assert "waits for the carrier's file" in bert.get(f"/staff/jobs/{job_id}").text


def test_the_rules_page_sets_the_carrier(world: World, staff: Staff) -> None:
    with staff.browser("boss", Role.ADMIN) as boss:
        boss.get("/staff/rules").send("/staff/rules", carrier="postnl")
        assert boss.answer.status_code == 200
        assert rules.get_rules(world.deps, ORG).carrier == "postnl"
        assert boss.fields("/staff/rules")["carrier"] == "postnl"
        boss.send("/staff/rules", carrier="pigeon")
        assert "pigeon" in boss.text
        assert rules.get_rules(world.deps, ORG).carrier == "postnl"
