"""Pages of batches: each step happens once, says what came of it, and a mistake keeps what was entered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.http.staff import desk
from api.ports import BatchState, JobState, PageRequest, PieceState, Role, Rules
from api.usecases import alarms, idempotency, print_room, results, rules
from docgen.findings import Refusal
from docgen.postal.results import Outcome
from tests.api.http.staff.scene import batch_of, now, printed
from tests.api.usecases.world import ORG, OTHER, World, record

if TYPE_CHECKING:
    from api.ports import Batch
    from tests.api.http.staff.browser import Browser, Staff


@pytest.fixture
def world(world: World, quick_files: None) -> World:
    del quick_files
    return world


def _url(batch: Batch, end: str = "") -> str:
    return f"/staff/batches/{batch.id}{end}"


def _field_at_fault(browser: Browser) -> str:
    return str(browser.page.xpath("//*[@class='trouble']/h2/a/@href")[0]).removeprefix("#")


def test_today_has_each_batch_with_its_next_step(world: World, anna: Browser) -> None:
    released, other = batch_of(world), printed(world, first=100, title="Water")
    anna.get("/staff")
    assert "Huur 2027 · 1" in anna.text
    steps = {link.get("href"): link.text_content() for link in anna.page.xpath("//td/a")}
    assert steps == {_url(released, "#files"): "Fetch files", _url(other, "#results"): "Enter results"}
    assert "6 not set" in anna.text
    anna.get("/staff", state="printed")
    assert "Huur 2027" not in anna.text
    assert anna.get("/staff", state="nonsense").answer.status_code == 404


def test_an_alarm_says_what_to_do(world: World, anna: Browser) -> None:
    batch = batch_of(world)
    world.deps.clock.advance(13 * 3600)  # type: ignore[attr-defined] # a fake
    alarms.watch(world.deps)
    anna.log_in("anna")
    assert "1 alarm" in anna.get("/staff").text
    assert "Nobody has fetched its files" in anna.text
    assert anna.page.xpath(f"//*[@class='alarm']//a[@href='{_url(batch)}']")


def test_a_job_that_failed_rings_by_its_name(staff: Staff, world: World, anna: Browser) -> None:
    job = world.submit([record(1)], title="Huur 2027")
    with world.deps.database.write() as uow:
        uow.jobs.set_state(ORG, job.id, JobState.FAILED, world.deps.clock.now(), "worker-lost")
    alarms.watch(world.deps)
    assert "Huur 2027: failed for 0 s. The service gave it up." in anna.get("/staff").text
    assert not anna.page.xpath("//*[@class='alarm']//a")
    with staff.browser("boss", Role.ADMIN) as boss:
        assert boss.get("/staff").page.xpath("//*[@class='alarm']//a/@href") == [f"/staff/jobs/{job.id}"]


def test_fetching_a_file_is_logged_with_who_did_it_and_moves_the_batch(world: World, anna: Browser) -> None:
    batch = batch_of(world)
    name = batch.files[0].name
    assert batch.files[0].blob.sha256 in anna.get(_url(batch)).text
    answer = anna.client.get(_url(batch, f"/files/{name}"))
    assert answer.content.startswith(b"%PDF")
    rest = anna.client.get(_url(batch, f"/files/{name}"), headers={"Range": "bytes=10-"})
    assert (rest.status_code, rest.content) == (206, answer.content[10:])
    assert now(world, batch).state is BatchState.FETCHED
    with world.deps.database.read() as uow:
        user = uow.users.by_login("anna")
        events = uow.events.of_subject(ORG, batch.id, PageRequest()).items
    fetched = [event.data for event in events if event.name == "file-fetched"]
    assert user is not None
    assert [(data["by"], data["from_byte"]) for data in fetched] == [(user.id, 0), (user.id, 10)]
    assert "File fetched by Anna" in anna.get(_url(batch)).text


def test_the_whole_way_of_a_batch_with_a_closed_reprint(world: World, anna: Browser) -> None:
    batch = batch_of(world)
    anna.get(_url(batch)).send(_url(batch, "/printed"))
    assert "marked printed" in anna.text
    anna.send(_url(batch, "/results"), ranges="2-3", outcome="reprint", reason="torn")
    assert "2 pieces now damaged" in anna.text
    assert "envelopes 2-3" in anna.text
    anna.send(_url(batch, "/reprint"), loop="closed")
    world.run()
    file = anna.get(_url(batch)).page.xpath("//a[starts-with(text(), 'Reprint file')]/@href")[0]
    assert anna.client.get(file).content.startswith(b"%PDF")
    anna.get(_url(batch)).send(_url(batch, "/rest"))
    assert "6 pieces now OK" in anna.text
    anna.send(_url(batch, "/complete"), sheets="8", sure="yes")
    assert "The batch is complete" in anna.text
    assert now(world, batch).state is BatchState.COMPLETED
    anna.send(_url(batch, "/reopen"), why="counted the wrong pile")
    assert now(world, batch).state is BatchState.PRINTED


def test_an_open_reprint_leads_to_its_own_batch(world: World, anna: Browser) -> None:
    batch = printed(world)
    anna.get(_url(batch)).send(_url(batch, "/results"), ranges="1", outcome="reprint")
    anna.send(_url(batch, "/reprint"), loop="open")
    assert "This new batch has the 1 piece" in anna.text
    assert anna.page.xpath(f"//p[@class='crumb']/a[@href='{_url(batch)}']")


def test_a_results_file_is_applied_whole_or_every_row_at_fault_is_shown(world: World, anna: Browser) -> None:
    batch = printed(world)
    with world.deps.database.read() as uow:
        ids = [piece.id for piece in uow.pieces.of_batch(ORG, batch.id)]
    good = "piece_id,result\n" + "".join(f"{piece},OK\n" for piece in ids)
    bad = f"{good}{ids[0]},Reprint\npce_unknown,OK\n"
    anna.get(_url(batch)).send(_url(batch, "/results-file"), {"file": ("r.csv", bad, "text/csv")})
    assert anna.answer.status_code == 422
    assert _field_at_fault(anna) == "file"
    assert "row 8" in anna.text
    anna.send(_url(batch, "/results-file"), {"file": ("r.csv", good, "text/csv")})
    assert "6 pieces now OK" in anna.text
    anna.get(_url(batch)).send(_url(batch, "/results-file"), {"file": ("r.csv", good, "text/csv")})
    assert "Nothing changed" in anna.text or "6 so already" in anna.text
    anna.get(_url(batch)).send(_url(batch, "/results-file"))
    assert "Choose the file" in anna.text


@pytest.mark.parametrize(
    ("form", "fields", "field", "says"),
    [
        ("results", {"ranges": "12-", "outcome": "pull", "reason": "torn"}, "ranges", "no envelope number"),
        ("results", {"ranges": "7", "outcome": "pull", "reason": "torn"}, "ranges", "not in this batch"),
        ("results", {"ranges": "1", "outcome": "burn", "reason": "torn"}, "outcome-reprint", "Choose what became"),
        ("results", {"ranges": "1", "outcome": "ok", "reason": "x" * 201}, "reason", "at most 200"),
    ],
)
def test_a_mistake_is_said_at_the_top_and_keeps_what_was_entered(
    world: World, anna: Browser, form: str, fields: dict[str, str], field: str, says: str
) -> None:
    batch = printed(world)
    anna.get(_url(batch)).send(_url(batch, f"/{form}"), **fields)
    assert anna.answer.status_code == 422
    assert says in anna.text
    assert _field_at_fault(anna) == field
    assert anna.page.get_element_by_id(field) is not None
    kept = anna.fields(_url(batch, f"/{form}"))
    assert {name: kept.get(name) for name in ("ranges", "reason")} == {n: fields[n] for n in ("ranges", "reason")}
    assert anna.page.xpath("//title/text()")[0].startswith("Error: ")


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"sheets": "6"}, "sure-complete", "Tick the box"),
        ({"sheets": "5", "sure": "yes"}, "note", "should have counted 6"),
        ({"sheets": "", "sure": "yes"}, "note", "was not given"),
        ({"sheets": "six", "sure": "yes", "note": "kept"}, "sheets", "is a number"),
    ],
)
def test_completing_needs_a_confirmation_and_a_count_or_a_note(
    world: World, anna: Browser, fields: dict[str, str], field: str, says: str
) -> None:
    batch = printed(world)
    results.accept_the_rest(world.deps, ORG, batch.id, "usr_x")
    anna.get(_url(batch)).send(_url(batch, "/complete"), **fields)
    assert says in anna.text
    assert _field_at_fault(anna) == field
    assert anna.fields(_url(batch, "/complete"))["sheets"] == fields["sheets"]
    assert now(world, batch).state is BatchState.PRINTED


def test_pieces_that_are_not_set_keep_a_batch_from_being_complete(world: World, anna: Browser) -> None:
    batch = printed(world)
    assert "nothing was said of 6 pieces" in anna.get(_url(batch)).text
    anna.send(_url(batch, "/complete"), sheets="6", sure="yes")
    assert anna.answer.status_code == 409
    assert "Nothing was said of 6 pieces" in anna.text


def test_a_form_that_is_sent_twice_is_done_once(world: World, anna: Browser) -> None:
    batch = printed(world)
    results.enter_results(world.deps, ORG, batch.id, "1-2", Outcome.REPRINT, ("usr_x", ""))
    first = anna.get(_url(batch)).raw(_url(batch, "/reprint"), loop="closed")
    second = anna.raw(_url(batch, "/reprint"), loop="closed")
    assert first.status_code == second.status_code == 200
    assert second.url == first.url
    with world.deps.database.read() as uow:
        assert len(uow.reprints.of_batch(ORG, batch.id)) == 1


def test_a_second_click_waits_for_the_first(world: World, anna: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = printed(world)
    begin, busy = idempotency.begin, iter([True, True])

    def slow(*given: Any) -> idempotency.Begun:  # noqa: ANN401 - of the real one
        if next(busy, False):
            raise Refusal("idempotency-in-progress", "The first request with this key is still running.")
        return begin(*given)

    monkeypatch.setattr(desk, "_BETWEEN_LOOKS_S", 0)
    monkeypatch.setattr(idempotency, "begin", slow)
    anna.get(_url(batch)).send(_url(batch, "/rest"))
    assert "6 pieces now OK" in anna.text


def test_a_form_that_was_done_is_not_done_again_with_other_content(world: World, anna: Browser) -> None:
    batch = printed(world)
    anna.get(_url(batch)).raw(_url(batch, "/results"), ranges="1", outcome="reprint")
    anna.send(_url(batch, "/results"), ranges="2", outcome="reprint")
    assert anna.answer.status_code == 409
    assert "was sent before" in anna.text
    anna.send(_url(batch, "/results"))
    assert "1 piece now damaged" in anna.text


def test_what_was_said_is_shown_only_to_who_sent_the_form(staff: Staff, world: World, anna: Browser) -> None:
    batch = batch_of(world)
    anna.get(_url(batch)).send(_url(batch, "/printed"))
    url = str(anna.answer.url)
    with staff.browser("bert", Role.PRINT_ROOM) as bert:
        assert "marked printed" not in bert.get(url).text
    anna.get(url.replace("said=", "said=x"))
    assert "marked printed" not in anna.text
    assert anna.answer.status_code == 200


def test_who_approves_releases_and_the_print_room_does_not(staff: Staff, world: World, anna: Browser) -> None:
    rules.set_rules(world.deps, Rules(ORG, four_eyes=True))
    job = world.submit([record(1)], title="Huur")
    world.run()
    (batch,) = world.batches(job.id)
    assert _url(batch, "/release") not in anna.get(_url(batch)).actions()
    fields = anna.fields("/staff/logout") | {"sure": "yes"}
    assert anna.client.post(_url(batch, "/release"), data=fields).status_code == 403
    with staff.browser("carl", Role.APPROVER) as carl:
        carl.get(_url(batch)).send(_url(batch, "/release"))
        assert "Tick the box" in carl.text
        carl.send(_url(batch, "/release"), sure="yes")
        assert "released to the print room" in carl.text
        assert carl.client.get(_url(batch, f"/files/{now(world, batch).files[0].name}")).status_code == 403
    assert now(world, batch).state is BatchState.RELEASED


@pytest.mark.parametrize("role", [Role.MAILROOM, Role.SUBMITTER, Role.APPROVER])
def test_a_role_that_is_missing_is_said_and_nothing_is_done(staff: Staff, world: World, role: Role) -> None:
    batch = batch_of(world)
    with staff.browser("dora", role) as dora:
        fields = dora.get("/staff/password").fields("/staff/logout")
        answer = dora.client.post(_url(batch, "/printed"), data=fields)
    assert answer.status_code == 403
    assert "it needs the role print room" in answer.text
    assert now(world, batch).state is BatchState.RELEASED


def test_batches_of_another_organisation_are_not_there(staff: Staff, world: World) -> None:
    batch = printed(world)
    with world.deps.database.read() as uow:
        piece = uow.pieces.of_batch(ORG, batch.id)[0]
    gets = [
        *(_url(batch, end) for end in ("", f"/files/{batch.files[0].name}", "/contact-sheet.png")),
        *(f"/staff/pieces/{piece.id}{end}" for end in ("", "/page-1.png")),
        "/staff/mail-runs/run_x",
    ]
    posts = ("printed", "results", "results-file", "rest", "reprint", "retry-reprint", "complete", "reopen", "release")
    with staff.browser("eve", Role.ADMIN, organisation=OTHER) as eve:
        assert "Nothing is due" in eve.get("/staff").text
        assert "Nothing is called" in eve.get("/staff/find", q=piece.id).text
        fields = eve.fields("/staff/logout") | {"sure": "yes", "ranges": "1", "outcome": "ok", "why": "x"}
        answers = {url: eve.client.get(url).status_code for url in gets}
        for name in (*posts, "write-again"):
            url = _url(batch, f"/{name}")
            answers[url] = eve.client.post(url, data=fields).status_code
        for name in ("stop", "resume"):
            url = f"/staff/pieces/{piece.id}/{name}"
            answers[url] = eve.client.post(url, data=fields | {"reason": "x"}).status_code
        url = "/staff/mail-runs/open"
        answers[url] = eve.client.post(url, data=fields | {"batch": batch.id, "title": "x"}).status_code
    assert {url: code for url, code in answers.items() if code != 404} == {}
    assert print_room.account(world.deps, ORG, batch.id).not_set == 6


def test_everything_that_people_type_is_escaped(world: World, anna: Browser) -> None:
    batch = printed(world, title="<script>alert(1)</script>")
    nasty = '"><img src=x onerror=alert(1)>'
    anna.get(_url(batch)).send(_url(batch, "/results"), ranges=nasty, outcome="ok", reason=nasty)
    assert "<img src=x" not in anna.answer.text
    assert "<script>alert" not in anna.answer.text
    assert "<img" not in anna.get("/staff/find", q=nasty).answer.text
    assert "<script>alert" not in anna.get("/staff").answer.text


def test_pages_are_small(world: World, anna: Browser) -> None:
    batch = printed(world, 40)
    for url in ("/staff", _url(batch), "/staff/mail-runs"):
        assert len(anna.get(url).answer.content) < 60_000


def test_a_page_that_asks_by_itself_keeps_nobody_logged_in(staff: Staff, anna: Browser) -> None:
    clock = staff.service.world.deps.clock
    for _ in range(8):
        clock.advance(3600)  # type: ignore[attr-defined] # a fake
        answer = anna.client.get("/staff", headers={"X-Asks-By-Itself": "1"})
    assert answer.status_code == 303


def test_stopped_pieces_show_in_the_account(world: World, anna: Browser) -> None:
    batch = printed(world)
    results.enter_results(world.deps, ORG, batch.id, "1", Outcome.PULL, ("usr_x", "moved"))
    with world.deps.database.read() as uow:
        states = uow.pieces.states(ORG, batch.id)
    assert PieceState.PULLED in states
    assert "envelopes 1" in anna.get(_url(batch)).text
