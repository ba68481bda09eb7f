"""Pages of pieces, mail runs and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import BatchState, MailRunState, PageRequest, PieceState, Role
from api.usecases import print_room, results, rules
from docgen.postal.marks.control import control_code
from docgen.postal.results import Outcome
from tests.api.http.staff.scene import batch_of, now, printed
from tests.api.usecases.world import ORG, World, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.ports import Batch, Piece
    from tests.api.http.staff.browser import Browser, Staff

PDF = b"%PDF-1.7 a receipt"


@pytest.fixture
def world(world: World, quick_files: None) -> World:
    del quick_files
    return world


@pytest.fixture
def boss(staff: Staff) -> Iterator[Browser]:
    with staff.browser("boss", Role.ADMIN) as browser:
        yield browser


def _pieces(world: World, batch: Batch) -> list[Piece]:
    with world.deps.database.read() as uow:
        return list(uow.pieces.of_batch(ORG, batch.id))


def _completed(world: World, first: int = 0, title: str = "Huur 2027") -> Batch:
    batch = printed(world, 4, first, title)
    results.accept_the_rest(world.deps, ORG, batch.id, "usr_x")
    return print_room.complete_batch(world.deps, ORG, batch.id, "usr_x", (4, ""))


def test_what_a_scanner_types_leads_straight_to_the_piece(world: World, anna: Browser) -> None:
    batch = batch_of(world)
    piece = _pieces(world, batch)[2]
    for typed in (piece.id, f" {piece.id.upper()} ", control_code(batch.code, 3), piece.record_id):
        anna.get("/staff/find", q=typed)
        assert anna.answer.url.path == f"/staff/pieces/{piece.id}", typed
    assert "3 of 6" in anna.text


def test_a_name_finds_every_piece_with_it(world: World, anna: Browser) -> None:
    batch_of(world)
    assert "6 pieces for “mevrouw”" in anna.get("/staff/find", q="mevrouw").text
    assert "Nothing is called" in anna.get("/staff/find", q="zzzz").text
    assert "Find a piece" in anna.get("/staff/find").text
    assert anna.page.get_element_by_id("q").get("autofocus") is not None


def test_a_piece_shows_its_pages_and_leads_to_the_next(world: World, anna: Browser) -> None:
    long = record(1, words="Een zin van een lange brief. " * 200)
    job = world.released([long, record(2)])
    piece = next(each for each in world.pieces(job.id) if each.pages > 1)
    anna.get(f"/staff/pieces/{piece.id}")
    assert f"Page 1 of {piece.pages}" in anna.text
    picture = anna.client.get(anna.page.xpath("//img/@src")[0])
    assert picture.headers["Content-Type"] == "image/png"
    anna.get(f"/staff/pieces/{piece.id}", page="2")
    assert "page-2.png" in anna.answer.text
    assert anna.page.xpath("//a[@rel='prev']/@href") == ["?page=1"]
    assert anna.get(f"/staff/pieces/{piece.id}", page="9").answer.status_code == 404
    neighbours = anna.get(f"/staff/pieces/{piece.id}").page.xpath("//a[starts-with(text(), 'Letter ')]/@href")
    other = next(each for each in world.pieces(job.id) if each.id != piece.id)
    assert neighbours == ([f"/staff/pieces/{other.id}"] if other.batch_id == piece.batch_id else [])


def test_a_piece_is_stopped_and_let_go_with_a_reason_until_the_cut_off(world: World, anna: Browser) -> None:
    deps = world.deps
    rules.set_rules(deps, rules.get_rules(deps, ORG))
    job = world.submit([record(1), record(2)])
    world.run_one()
    piece = world.pieces(job.id)[0]
    url = f"/staff/pieces/{piece.id}"
    anna.get(url).send(f"{url}/stop", reason="  ")
    assert anna.page.xpath("//*[@class='trouble']/h2/a/@href") == ["#reason"]
    anna.send(f"{url}/stop", reason="paid")
    assert "The piece is stopped" in anna.text
    assert "Stopped by Anna (reason paid)" in anna.text
    (fact,) = anna.page.xpath("//dt[text()='Stopped']/following-sibling::dd[1]")
    assert (fact.text_content().startswith("paid "), fact.text_content().endswith(", Anna")) == (True, True)
    anna.send(f"{url}/resume", reason="not paid after all")
    assert "The piece goes on" in anna.text
    assert "Let go on by Anna (reason not paid after all)" in anna.text
    assert world.pieces(job.id)[0].state is not PieceState.STOPPED


def test_what_was_said_of_a_piece_shows_with_who_said_it(staff: Staff, world: World, anna: Browser) -> None:
    batch = printed(world)
    user = staff.add("bert", Role.PRINT_ROOM)
    results.enter_results(world.deps, ORG, batch.id, "2", Outcome.REPRINT, (user.id, "torn"))
    anna.get(f"/staff/pieces/{_pieces(world, batch)[1].id}")
    assert "Print 1: reprint, torn" in anna.text
    assert "Damaged by Bert" in anna.text
    assert "Batch: released" in anna.text


def test_completed_batches_go_to_the_post_with_papers_and_a_receipt(world: World, anna: Browser) -> None:
    batches = [_completed(world), _completed(world, 100, "Water")]
    anna.get("/staff/mail-runs")
    ids = anna.page.xpath("//input[@name='batch']/@value")
    assert set(ids) == {batch.id for batch in batches}
    anna.send("/staff/mail-runs/open", batch=ids, title="Vandaag")
    assert "The mail run is open" in anna.text
    url = anna.answer.url.path
    papers = [anna.client.get(href) for href in anna.page.xpath("//section[@id='papers']//a/@href")]
    assert len(papers) >= 2
    assert {paper.status_code for paper in papers} == {200}
    receipt = {"proof": ("bon.pdf", PDF, "application/pdf")}
    anna.send(f"{url}/hand-over", receipt, reference="3S123")
    assert "Tick the box" in anna.text
    assert anna.fields(f"{url}/hand-over")["reference"] == "3S123"
    anna.send(f"{url}/hand-over", receipt, reference="3S123", sure="yes")
    assert "The mail run is handed over" in anna.text
    assert "Reference 3S123" in anna.text
    assert anna.client.get(f"{url}/proof").content == PDF
    assert {now(world, batch).state for batch in batches} == {BatchState.HANDED_OVER}
    assert "handed over by" not in anna.get("/staff").text
    assert anna.get(url).actions() == {"/staff/logout", f"{url}/proof"}


def test_handing_over_twice_happens_once(world: World, anna: Browser) -> None:
    batch = _completed(world)
    anna.get("/staff/mail-runs").send("/staff/mail-runs/open", batch=[batch.id], title="Vandaag")
    url = anna.answer.url.path
    sent = [anna.raw(f"{url}/hand-over", {"proof": ("", b"", "")}, reference="3S1", sure="yes") for _ in range(2)]
    assert {answer.status_code for answer in sent} == {200}
    with world.deps.database.read() as uow:
        (run,) = uow.mail_runs.list(ORG, PageRequest()).items
        events = [event.name for event in uow.events.of_subject(ORG, run.id, PageRequest()).items]
    assert run.state is MailRunState.HANDED_OVER
    assert events.count("mail-run-handed_over") == 1


def test_a_receipt_may_come_later_and_has_to_be_one(world: World, anna: Browser) -> None:
    batch = _completed(world)
    anna.get("/staff/mail-runs").send("/staff/mail-runs/open", batch=[batch.id], title="Vandaag")
    url = anna.answer.url.path
    anna.send(f"{url}/hand-over", {"proof": ("", b"", "")}, sure="yes")
    anna.send(f"{url}/proof", {"proof": ("x.html", b"<script>", "text/html")})
    assert "A proof is a PDF" in anna.text
    anna.send(f"{url}/proof", {"proof": ("x.pdf", PDF, "application/pdf")})
    assert "The proof is kept" in anna.text


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [({"title": "Vandaag"}, "batches", "Name the batches"), ({"batch": "all", "title": " "}, "title", "Give a title")],
)
def test_a_run_without_batches_or_name_is_refused(
    world: World, anna: Browser, fields: dict[str, str], field: str, says: str
) -> None:
    batch = _completed(world)
    anna.get("/staff/mail-runs")
    chosen = {name: [batch.id] if name == "batch" else value for name, value in fields.items()}
    anna.send("/staff/mail-runs/open", **({"batch": []} | chosen))
    assert says in anna.text
    assert anna.page.xpath("//*[@class='trouble']/h2/a/@href") == [f"#{field}"]
    assert len(anna.page.xpath("//input[@name='batch'][@checked]")) == ("batch" in fields)


def test_only_an_admin_changes_rules(anna: Browser, boss: Browser) -> None:
    assert anna.get("/staff/rules").answer.status_code == 403
    assert "Rules" not in anna.page.xpath("//header")[0].text_content()
    assert boss.get("/staff/rules").answer.status_code == 200


def test_rules_are_changed_and_shown_as_they_are(world: World, boss: Browser) -> None:
    boss.get("/staff/rules")
    wanted = {"monday": "17:00", "friday": "12:30", "closed": "2026-12-24", "four_eyes": "yes", "sort_plan": "nl-4"}
    boss.send("/staff/rules", **wanted, household='[[rule]]\ntogether = "recipient"')
    kept = rules.get_rules(world.deps, ORG)
    assert "The rules are changed" in boss.text, boss.text
    assert (kept.four_eyes, kept.sort_plan) == (True, "nl-4")
    assert kept.cut_offs is not None
    assert kept.cut_offs["times"] == {"monday": "17:00", "friday": "12:30"}
    assert boss.fields("/staff/rules").items() >= wanted.items()
    assert "by Boss" in boss.text
    boss.send("/staff/rules", monday="", friday="", four_eyes=[])
    assert rules.get_rules(world.deps, ORG).cut_offs is None


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"monday": "25:00"}, "monday", "wrong"),
        ({"monday": "17:00", "closed": "Christmas"}, "monday", "wrong"),
        ({"household": "[[rule]]"}, "household", "together"),
        ({"mark_profile": "invisible ink"}, "mark_profile", "choose one of"),
    ],
)
def test_a_wrong_rule_changes_nothing_and_is_kept_in_the_form(
    world: World, boss: Browser, fields: dict[str, str], field: str, says: str
) -> None:
    before = rules.get_rules(world.deps, ORG)
    boss.get("/staff/rules").send("/staff/rules", **fields)
    assert boss.answer.status_code == 422
    assert says in boss.text
    assert boss.page.xpath("//*[@class='trouble']/h2/a/@href") == [f"#{field}"]
    shown = {name: value for name, value in fields.items() if name != "mark_profile"}
    assert boss.fields("/staff/rules").items() >= shown.items()
    assert rules.get_rules(world.deps, ORG) == before
