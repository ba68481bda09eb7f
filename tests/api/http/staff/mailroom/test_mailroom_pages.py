"""The other pages of the mailroom: files in, pages that add up, ways out, thresholds, and what was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from api.adapters.scan_folder import ScanFolder
from api.http.staff.mailroom import sheet
from api.http.staff.mailroom.quality import place_of
from api.http.staff.mailroom.sheet import _ABOUT
from api.ports import Mode, Role, ScanBatchState, Stage, WayOut
from api.usecases.scanning import intake, looking, policies, reviewing, words
from docgen.findings import Finding, Place, Refusal
from docgen.qr.slip_code import SlipCode, number_line
from scanning.machine_print import Words
from scanning.readings import PageKind
from tests.api.usecases.slips import ALL, FORM, ORG, OTHER, SlipWorld, page, piece_id, slip

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.http.staff.browser import Browser, Staff

HOME = "/staff/mailroom"
BLIND = 0.4
READ = "48213"


def files(*contents: bytes) -> Any:  # noqa: ANN401 - of the client
    return [("files", (f"file-{number}.pdf", content)) for number, content in enumerate(contents, 1)]


def lost(world: SlipWorld, code: str = "page-without-slip") -> str:
    """A page that is an exception; its id."""
    world.scan(Finding(code, "No slip was found on this page; say what it is.", Place(page=1)), page(2))
    return next(each.id for each in world.pages() if each.waits)


def test_files_become_a_batch_whose_pages_add_up(world: SlipWorld, mia: Browser) -> None:
    world.reader.files[b"one"] = [page(1, slip(1, {"reading": READ})), page(2)]
    world.reader.files[b"two"] = [page(1, kind=PageKind.EXCEPTION)]
    mia.get(HOME).send(f"{HOME}/files", files(b"one", b"two"), name="Monday's post")
    assert "2 files taken in" in mia.text
    assert "being read" in mia.text
    url = str(mia.answer.url).partition("?")[0]
    # without script it follows by itself when asked to
    assert 'http-equiv="refresh"' in mia.get(url, live="1").answer.text
    world.run()
    mia.get(url)
    assert "3 pages = 1 slip + 1 blank + 1 exception adds up" in mia.text
    assert 'http-equiv="refresh"' not in mia.get(url, live="1").answer.text
    assert len(mia.page.xpath("//ul[@class='thumbs']/li")) == 3
    assert len(mia.get(url, kind="blank").page.xpath("//ul[@class='thumbs']/li")) == 1
    assert "Monday's post" in mia.get(HOME).text


def test_what_waits_in_the_watched_folder_is_told_to_its_owner_alone(
    staff: Staff, mia: Browser, tmp_path: Path
) -> None:
    for organisation in (ORG, OTHER):
        folder = tmp_path / "drops" / organisation
        (folder / "failed").mkdir(parents=True)
        (folder / f"of-{organisation}.pdf").write_bytes(b"a scan")
        (folder / "failed" / "old.pdf").write_bytes(b"no scan")
        (folder / "failed" / "old.pdf.txt").write_text("why", encoding="utf-8")
    assert "Watched folder" not in mia.get(HOME).text
    app = staff.service.app
    app.state.edge = replace(app.state.edge, drops=ScanFolder(tmp_path / "drops"))
    assert f"1 file to be taken in 1 refused each lies in failed with a text that says why of-{ORG}.pdf" in (
        mia.get(HOME).text
    )
    assert OTHER not in mia.text
    # it looks again by itself, because something is on its way
    assert mia.page.xpath("//*[@id='live']/@data-every")


def test_the_same_bytes_are_not_read_twice_by_chance(world: SlipWorld, mia: Browser) -> None:
    world.scan(page(1))
    mia.get(HOME).send(f"{HOME}/files", files(b"scan 1"))
    assert mia.answer.status_code == 409
    assert "came before" in mia.text
    assert len(looking.list_batches(world.deps, ORG, ALL)[0]) == 1
    mia.get(HOME).send(f"{HOME}/files", files(b"scan 1", b"new"))
    assert "1 file taken in. Left out: file-1.pdf was taken in before." in mia.text
    mia.get(HOME).send(f"{HOME}/files", files(b"scan 1"), again="yes")
    assert "1 file taken in." in mia.text
    assert "the same bytes came before" in mia.text


def test_no_file_is_no_batch(world: SlipWorld, mia: Browser) -> None:
    mia.get(HOME).send(f"{HOME}/files", files(b""), mode="test")
    assert mia.answer.status_code == 422
    assert "Choose one file or more" in mia.text
    assert [seen.batch.mode for seen in looking.list_batches(world.deps, ORG, ALL)[0]] == [Mode.LIVE]


def test_a_batch_closes_when_every_page_is_accounted_for(world: SlipWorld, mia: Browser) -> None:
    url = f"{HOME}/batch/{world.batch.id}"
    world.reader.files[b"late"] = [page(1, slip(1, {"reading": READ}, confidence=BLIND))]
    mia.get(url).send(f"{url}/files", files(b"late"))
    mia.send(f"{url}/close")
    assert mia.answer.status_code == 422
    assert "still being read" in mia.text
    world.run()
    mia.get(url).send(f"{url}/close")
    assert "The batch is closed. Still open: 1 field." in mia.text
    assert f"{url}/files" not in mia.actions()
    assert looking.get_batch(world.deps, ORG, world.batch.id).batch.state is ScanBatchState.CLOSED


def test_a_failed_file_says_why_and_can_be_read_again(world: SlipWorld, mia: Browser) -> None:
    world.scan(Finding("scan-damaged", "The file is damaged. Scan it again.", Place()))
    mia.get(f"{HOME}/batch/{world.batch.id}")
    assert "The file is damaged" in mia.text
    (again,) = [action for action in mia.actions() if "/again/" in action]
    assert "is being read again" in mia.send(again).text


def test_a_page_is_assigned_by_the_printed_number_and_can_be_taken_back(world: SlipWorld, mia: Browser) -> None:
    lost_id = lost(world)
    url = f"{HOME}/exceptions/{lost_id}"
    mia.get(f"{HOME}/exceptions")
    assert "No slip was found" in mia.text
    mia.send(f"{url}/find", q=number_line(SlipCode(piece_id(3), FORM)))
    # what was looked for may be a name, and stands in no address
    assert str(mia.answer.url).endswith("/find")
    assert "record-3" in mia.text
    mia.send(f"{url}/assign")
    assert "No page waits" in mia.text
    assert "slip of that letter now" in mia.answer.text
    (back,) = [action for action in mia.actions() if action.endswith("/reopen")]
    mia.send(back)
    assert "waits again" in mia.answer.text
    mia.get(url).send(f"{url}/find", q="nobody at all")
    assert "No letter with a slip" in mia.text


def test_what_is_printed_on_a_page_can_be_looked_for(
    world: SlipWorld, mia: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{HOME}/exceptions/{lost(world)}"
    printed = Words(("Mevrouw De Vries", "Klantnummer record-3"), ("record-3",))
    monkeypatch.setattr(words, "words_on", lambda *_: printed)
    mia.get(url).send(f"{url}/words")
    assert "Klantnummer record-3" in mia.text
    hint = mia.page.xpath("//div[contains(@class, 'hints')]//form")[0]
    headers = {"Origin": "http://testserver"}
    mia.answer = mia.client.post(hint.action, data=dict(hint.form_values()), headers=headers)
    assert mia.page.xpath("//ul[@class='candidates']//span/text()") == ["record-3 form ABC234"]

    def nothing(*_: object) -> Words:
        raise Refusal("words-data-missing", "No language data is installed.")

    monkeypatch.setattr(words, "words_on", nothing)
    mia.get(url).send(f"{url}/words")
    assert (mia.answer.status_code, "No language data" in mia.text) == (422, True)


@pytest.mark.parametrize(
    ("way", "out"),
    [("other-mail", WayOut.OTHER_MAIL), ("blank", WayOut.BLANK), ("read-again", WayOut.READ_AGAIN)],
)
def test_every_exception_has_its_ways_out(world: SlipWorld, mia: Browser, way: str, out: WayOut) -> None:
    lost_id = lost(world)
    mia.get(f"{HOME}/exceptions").send(f"{HOME}/exceptions/{lost_id}/{way}")
    assert looking.get_page(world.deps, ORG, lost_id).way_out is out
    # the same form once more, from another window, goes on with the next
    assert "No page waits" in mia.get(f"{HOME}/exceptions").text


def test_slips_of_different_letters_on_a_page_can_all_be_taken(world: SlipWorld, mia: Browser) -> None:
    world.scan(page(1, slip(1, {"reading": "11111"}), slip(2, {"reading": "22222"})))
    mia.get(f"{HOME}/exceptions")
    (both,) = [action for action in mia.actions() if action.endswith("/all")]
    assert "taken for its own letter" in mia.send(both).answer.text
    assert {key[0] for key in world.records()} == {piece_id(1), piece_id(2)}


def test_slips_with_different_answers_are_shown_side_by_side(world: SlipWorld, mia: Browser, bas: Browser) -> None:
    for number, value in enumerate(("11111", "22222"), 1):
        world.scan(page(1, slip(1, {"reading": value}), looks=f"sheet-{number}"))
    assert "waits because answers differ" in mia.get(f"{HOME}/review").text
    for browser in (mia, bas):
        browser.get(f"{HOME}/differences")
        assert "11111" not in browser.answer.text
        assert "22222" not in browser.answer.text
        assert "scan-1.pdf" in browser.text
        assert "scan-2.pdf" in browser.text
        (form,) = browser.page.xpath("//form[@id='answer']")
        browser.send(form.action, value="22222", do="take")
    assert [each.value for each in world.fields() if each.stage is Stage.SETTLED and each.name == "reading"] == [
        "22222"
    ]


def test_a_slip_shows_who_decided_what_but_nothing_of_what_is_still_to_be_keyed(world: SlipWorld, mia: Browser) -> None:
    world.scan(page(1, slip(1, {"reading": READ, "number": "0042"}, confidence=BLIND)))
    reading = world.field_named("reading")
    url = f"{HOME}/slip/{reading.slip_id}"
    assert READ not in mia.get(url).answer.text
    assert READ not in mia.get(f"{HOME}/sheet", form=FORM, field="reading").answer.text
    reviewing.key_field(world.deps, ORG, reading.id, "usr_1", READ)
    assert READ in mia.get(url).text
    assert "usr_1 keyed" in mia.text
    assert "0042" not in mia.text
    assert READ in mia.get(f"{HOME}/sheet", form=FORM, field="reading").text


def test_thresholds_are_tried_out_before_they_are_set(world: SlipWorld, mia: Browser) -> None:
    for number, confidence in enumerate((0.2, 0.75, 0.93, 0.999)):
        world.scan(page(1, slip(number, {"reading": "11111"}, confidence=confidence), looks=f"look-{number}"))
    of = {"form": FORM, "field": "reading"}
    assert "Stand" in mia.get(f"{HOME}/sheet").text
    mia.get(f"{HOME}/sheet", **of)
    assert "Of 4 readings of this field 1 go straight through, 2 to be confirmed, 1 to be keyed blind" in mia.text
    assert len(mia.page.xpath("//li[@class='threshold']")) == 2
    mia.get(f"{HOME}/sheet", **of, digits="92", blind="80", **{"try": "1"})
    assert "2 would go straight through, 0 to be confirmed, 2 to be keyed blind. Now it is 1, 2 and 1." in mia.text
    assert policies.policy_of(world.deps, ORG, FORM).digits > 0.92
    mia.send(f"{HOME}/sheet")
    assert "holds for pages that are read from now on" in mia.answer.text
    assert policies.policy_of(world.deps, ORG, FORM).digits == 0.92
    mia.get(f"{HOME}/sheet", **of, digits="50", **{"try": "1"})
    mia.send(f"{HOME}/sheet")
    assert mia.answer.status_code == 422
    assert mia.get(f"{HOME}/sheet", **of, digits="x", **{"try": "1"}).answer.status_code == 422
    assert mia.get(f"{HOME}/sheet", form=FORM, field="nothing").answer.status_code == 404


def test_a_long_sheet_goes_to_its_thresholds(world: SlipWorld, mia: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "_BEFORE", 1)
    monkeypatch.setattr(sheet, "_CROPS", 3)
    for number, confidence in enumerate((0.1, 0.2, 0.3, 0.4, 0.8)):
        world.scan(page(1, slip(number, {"reading": "11111"}, confidence=confidence), looks=f"look-{number}"))
    mia.get(f"{HOME}/sheet", form=FORM, field="reading")
    assert len(mia.page.xpath("//ol/li[not(@class='threshold')]")) == 3
    mia.get(str(mia.page.xpath("//p[contains(@class, 'jumps')]/a/@href")[0]))
    shares = [text.split("·")[1].strip() for text in mia.page.xpath("//ol//span[@class='under']/text()") if "·" in text]
    assert shares == ["40.0 %", "80.0 %"]
    assert len(mia.page.xpath("//li[@class='threshold']")) == 1


def test_every_threshold_has_words() -> None:
    assert set(_ABOUT) == set(policies.THRESHOLDS)


def test_what_was_measured_is_said_without_promising_more(world: SlipWorld, mia: Browser) -> None:
    assert "Nothing has gone straight through" in mia.get(f"{HOME}/quality").text
    policies.put_policy(world.deps, ORG, FORM, {"checked_share": 1.0}, "usr_1")
    for number in range(3):
        world.scan(page(1, slip(number, {"reading": "11111"}), looks=f"look-{number}"))
    assert "nothing is known yet" in mia.get(f"{HOME}/quality").text
    assert "3 blind checks wait" in mia.text
    for number in range(3):
        reviewing.key_field(world.deps, ORG, world.field_named("reading", number).id, "usr_1", "11111")
    assert "0 of 3: with 95 % certainty below 71 %" in mia.get(f"{HOME}/quality").text
    assert (place_of(0.0), place_of(1e-2), place_of(1.0)) == (0.0, 50.0, 100.0)


def test_another_organisation_sees_none_of_it(world: SlipWorld, staff: Staff) -> None:
    lost_id = lost(world)
    world.scan(page(1, slip(1, {"reading": READ})))
    slip_id = world.field_named("reading").slip_id
    with staff.browser("foreign", Role.ADMIN, organisation=OTHER) as foreign:
        for end in (f"batch/{world.batch.id}", f"exceptions/{lost_id}", f"slip/{slip_id}", f"exceptions?was={lost_id}"):
            assert foreign.get(f"{HOME}/{end}").answer.status_code == 404, end
        assert "No page waits" in foreign.get(f"{HOME}/exceptions").text
        assert world.batch.name not in foreign.get(HOME).text
        assert READ not in foreign.get(f"{HOME}/sheet", form=FORM, field="reading").answer.text
        assert "Nothing has gone" in foreign.get(f"{HOME}/quality").text


def test_other_roles_have_no_mailroom(staff: Staff) -> None:
    ends = ("", "/differences", "/exceptions", "/sheet", "/quality", "/slip/slp_1", "/batch/scb_1")
    with staff.browser("someone", Role.PRINT_ROOM, Role.APPROVER, Role.SUBMITTER) as someone:
        assert {someone.get(f"{HOME}{end}").answer.status_code for end in ends} == {403}
        assert not someone.page.xpath("//header//a[@href='/staff/mailroom']")


def test_who_only_handles_answers_begins_there(mia: Browser) -> None:
    assert mia.answer.url.path == HOME
    assert not mia.page.xpath("//form[@role='search']")
    assert mia.get("/staff").answer.status_code == 403
    assert mia.page.xpath("//main//a/@href")[-1] == HOME


def test_a_file_may_be_large_and_other_forms_may_not(world: SlipWorld, mia: Browser) -> None:
    batch = intake.open_batch(world.deps, ORG, "Large", Mode.LIVE, "usr_1")
    mia.get(f"{HOME}/batch/{batch.id}").send(f"{HOME}/batch/{batch.id}/files", files(b"x" * 3_000_000))
    assert "1 file taken in" in mia.text
