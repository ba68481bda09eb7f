"""PDFs of letters on the pages: chosen with or without a data file, checked page by page, looked at, sent, stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.http import middleware
from api.ports import JobKind, JobState, Role, Rules
from api.usecases import rules
from api.usecases.ready_made.wishes import PDF, ZIP, SplitBy, wishes_of
from tests.api.http.staff.corporation.sending import JOBS, numbers, row, send, table
from tests.api.usecases.ready import address, in_the_margin, letter, many, pdf_of
from tests.api.usecases.world import ORG, OTHER, zipped
from tests.docgen.readymade.makers import Sheet, drawn
from tests.docgen.records.test_xlsx_to_csv import workbook

if TYPE_CHECKING:
    from tests.api.http.staff.browser import Browser, Staff
    from tests.api.usecases.world import World

PDFS = f"{JOBS}/pdfs"
BY_TWO = {"split": "pages", "pages": "2"}
ONE = drawn([Sheet(address=address(1))])


def choose(browser: Browser, *files: tuple[str, bytes], **choices: str) -> Browser:
    """Send the form with these files in its first field."""
    browser.get(PDFS)
    return browser.send(PDFS, [("file", file) for file in files], **choices)  # type: ignore[arg-type] # as httpx takes many


def checked(browser: Browser, world: World, *files: tuple[str, bytes], **choices: str) -> str:
    """A whole check of them; its id, and the browser is at its page."""
    choose(browser, *files, **choices)
    assert browser.answer.status_code == 200, browser.text
    world.run()
    check_id = browser.answer.url.path.rpartition("/")[2]
    browser.get(f"{JOBS}/{check_id}")
    return check_id


def pictures(browser: Browser) -> list[str]:
    return [str(url) for url in browser.page.xpath("//main//img/@src")]


def test_one_pdf_is_checked_looked_at_sent_and_stopped(sam: Browser, world: World) -> None:
    check_id = checked(sam, world, ("Brieven november.pdf", many(3)), **BY_TWO)
    check = world.job(check_id)
    assert (check.kind, check.title, check.validate_only) == (JobKind.READY_MADE, "Brieven november", True)
    assert numbers(sam)["letters"] == "3"
    assert "a letter every 2 pages · DL, window right · both sides" in sam.text
    assert world.pieces(check_id) == ()
    for url in pictures(sam):
        assert sam.client.get(url).content.startswith(b"\x89PNG")
    sam.get(f"{JOBS}/{check_id}/letters/2")
    assert "Letter 2 of 3" in sam.text
    assert "Mevrouw 2" in sam.text
    assert len(pictures(sam)) == 2
    assert [str(url)[-2:] for url in sam.page.xpath("//a[@rel='next' or @rel='prev']/@href")] == ["/1", "/3"]
    assert sam.client.get(f"{JOBS}/{check_id}/letters/2/letter.pdf").content.startswith(b"%PDF")
    job_id = send(sam, check_id)
    assert "The letters are sent" in sam.text
    sam.get(f"{JOBS}/{job_id}")
    assert "View letters" not in sam.text
    world.deps.clock.advance(1)  # type: ignore[attr-defined] # a fake
    world.run()
    sam.get(f"{JOBS}/{job_id}")
    assert "Released to the print room" in sam.text
    assert all(sam.client.get(url).status_code == 200 for url in pictures(sam))
    assert "printed_ready" in {str(piece.state) for piece in world.pieces(job_id)}
    sam.get(f"{JOBS}/{job_id}/letters")
    assert [each.text_content() for each in sam.page.xpath("//tbody//th")] == ["Mevrouw 1", "Mevrouw 2", "Mevrouw 3"]
    assert sam.get(f"{JOBS}/{job_id}/letters", q="Mevrouw 3").answer.url.path.endswith("/letters/3")


def test_every_finding_is_beside_a_picture_of_its_page(sam: Browser, world: World) -> None:
    body = pdf_of(letter(1), letter(2, also=in_the_margin), letter(3, address=("Niemand",)))
    check_id = checked(sam, world, ("a.pdf", body), **BY_TWO)
    assert numbers(sam)["with faults"] == "2"
    assert "Upload a corrected file" in sam.text
    sam.get(f"{JOBS}/{check_id}/findings")
    headings = [" ".join(each.text_content().split()) for each in sam.page.xpath("//article//h3")]
    assert headings == ["Page 3 of the PDF", "Page 5 of the PDF"]
    shown = pictures(sam)
    assert shown == [f"{JOBS}/{check_id}/pages/3.png", f"{JOBS}/{check_id}/pages/5.png"]
    overlay = sam.client.get(f"/staff/jobs/{check_id}/pages/3.png").content
    with world.deps.database.read() as uow:
        (kept,) = uow.overlays.of_job(ORG, check_id)
    with world.deps.blobs.open(ORG, kept.blob) as stream:
        assert overlay == stream.read()
    assert sam.client.get(shown[1]).content.startswith(b"\x89PNG")
    sam.get(f"{JOBS}/{check_id}/letters/2")
    assert "is not printed" in sam.text
    assert sam.client.get(pictures(sam)[0]).content == overlay
    sam.get(f"{JOBS}/{check_id}/letters")
    assert "Mevrouw 1" in sam.text
    assert len(sam.page.xpath("//tbody//*[text()='is not printed']")) == 2


def test_only_the_good_ones_are_printed_when_somebody_says_so(sam: Browser, world: World) -> None:
    check_id = checked(sam, world, ("a.pdf", pdf_of(letter(1), letter(2, also=in_the_margin))), **BY_TWO)
    assert "1 letter with faults is left out" in sam.text
    job_id = send(sam, check_id)
    world.run()
    assert [piece.record_id for piece in world.pieces(job_id)] == ["1"]
    sam.get(f"{JOBS}/{check_id}")
    assert f"{JOBS}/{check_id}/send" not in sam.actions()


def test_a_corrected_file_begins_with_what_was_chosen(sam: Browser, world: World) -> None:
    choices = {"envelope": "din-c5", "sides": "one", "cover_sheets": "when-needed", "redraw_address": "yes"}
    check_id = checked(sam, world, ("a.pdf", many(1)), **BY_TWO, **choices, title="Uitnodiging", policy="valid_only")
    (link,) = set(sam.page.xpath("//a[contains(., 'Upload a corrected file')]/@href"))
    sam.get(link)
    filled = sam.fields(PDFS)
    kept = {name: filled.get(name) for name in (*BY_TWO, *choices, "title", "policy")}
    assert kept == BY_TWO | choices | {"title": "Uitnodiging", "policy": "valid_only"}
    wishes = wishes_of(world.job(check_id))
    assert (wishes.duplex, wishes.redraw_address, wishes.envelope) == (False, True, "din-c5")
    assert sam.page.xpath("//details[contains(@class, 'more')]/@open")


@pytest.mark.parametrize(
    "data",
    [
        ("namen.csv", b"reference;first_page\nLid-7;1\nLid-8;3\n"),
        ("namen.xlsx", workbook(["reference", "first_page"], ["Lid-7", 1], ["Lid-8", 3]).getvalue()),
    ],
)
def test_a_data_file_beside_the_pdf_says_which_pages_are_whose(
    sam: Browser, world: World, data: tuple[str, bytes]
) -> None:
    check_id = checked(sam, world, ("a.pdf", many(2)), data, split="data")
    check = world.job(check_id)
    assert (check.media_type, wishes_of(check).split) == (PDF, SplitBy.DATA)
    assert "with a data file" in sam.text
    assert "Lid-8" in sam.get(f"{JOBS}/{check_id}/letters/2").text


def test_many_pdfs_are_a_zip_and_each_is_a_letter(sam: Browser, world: World) -> None:
    files = [(f"brief-{number}.pdf", drawn([Sheet(address=address(number))])) for number in range(1, 4)]
    check_id = checked(sam, world, *files)
    check = world.job(check_id)
    assert (check.media_type, check.title, check.counts.valid) == (ZIP, "3 PDFs", 3)
    assert "each PDF is one letter" in sam.text
    again = checked(sam, world, ("map.zip", zipped(dict(files))))
    assert world.job(again).counts.valid == 3
    sam.get(f"{JOBS}/{check_id}/letters")
    assert [each.text_content() for each in sam.page.xpath("//tbody/tr/td[2]")] == ["brief-1", "brief-2", "brief-3"]


def test_five_hundred_pdfs_go_in_one_form(sam: Browser, world: World) -> None:
    choose(sam, *[(f"{number}.pdf", ONE + b"%" + str(number).encode()) for number in range(500)])
    assert sam.answer.status_code == 200, sam.text
    job = world.job(sam.answer.url.path.rpartition("/")[2])
    assert (job.media_type, job.title) == (ZIP, "500 PDFs")
    assert job.input.size > 500 * len(ONE)


def test_what_is_of_no_use_is_said_of_the_whole_file(sam: Browser, world: World) -> None:
    checked(sam, world, ("a.pdf", b"%PDF-1.7 nothing"))
    assert "Of the whole file" in sam.text
    assert pictures(sam) == []
    check_id = checked(sam, world, ("a.pdf", many(2)), split="pages", pages="3")
    assert "4 pages cannot be divided by 3" in sam.text
    assert pictures(sam) == [f"{JOBS}/{check_id}/pages/4.png"]
    assert sam.client.get(pictures(sam)[0]).content.startswith(b"\x89PNG")
    assert f"{JOBS}/{check_id}/send" not in sam.actions()
    sam.get(f"{JOBS}/{check_id}/findings")
    assert pictures(sam) == [f"{JOBS}/{check_id}/pages/4.png"]


@pytest.mark.parametrize(
    ("files", "choices", "field", "says"),
    [
        ([("a.pdf", b"")], {}, "file", "Nothing is in an empty file"),
        ([("a.csv", table(row(1)))], {}, "file", "Choose the PDF"),
        ([("a.png", b"\x89PNG\r\n\x1a\n\0\0")], {}, "file", "'a.png' is no PDF"),
        ([("a.pdf", ONE), ("b.zip", zipped({"a.pdf": ONE}))], {}, "file", "no PDF beside it"),
        ([("a.pdf", ONE), ("a.csv", b"a"), ("b.csv", b"b")], {}, "file", "at most one data file"),
        ([("a.pdf", ONE), ("x/A.pdf", ONE)], {}, "file", "Two PDFs are called"),
        ([("a.pdf", ONE), ("b.pdf", ONE)], BY_TWO, "split", "Each PDF of a zip is one letter"),
        ([("a.pdf", ONE)], {"split": "pages"}, "split", "how many pages each letter has"),
        ([("a.pdf", ONE)], {"split": "pages", "pages": "-9"}, "split", "how many pages each letter has"),
        ([("a.pdf", ONE)], {"pages": "2"}, "split", "but chose another way"),
        ([("a.pdf", ONE)], {"text": "Factuur"}, "split", "You gave a text"),
        ([("a.pdf", ONE)], {"split": "sideways"}, "split", "Choose one of the ways"),
        ([("a.pdf", ONE)], {"split": "data"}, "split", "Send the data file"),
        ([("a.pdf", ONE)], {"split": "text", "text": "(a)", "is_pattern": "yes"}, "text", "group"),
        ([("a.pdf", ONE)], {"split": "text", "text": "a" * 201}, "text", "at most 200"),
        ([("a.pdf", ONE)], {"envelope": "none"}, "envelope", "no envelope of this id"),
        ([("a.pdf", ONE)], {"title": "x" * 201}, "title", "at most 200"),
        ([("a.pdf", ONE)], {"cut_off": "yesterday"}, "cut_off", "Give the day"),
        ([("a.pdf", ONE), ("a.xlsx", b"PK\x03\x04 no zip")], {}, "data", "cannot be read as XLSX"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(
    sam: Browser, files: list[Any], choices: dict[str, str], field: str, says: str
) -> None:
    choose(sam, *files, **choices)
    assert sam.answer.status_code in {415, 422}
    assert says in sam.text
    assert sam.page.xpath("//section[@class='trouble']//h2/a/@href") == [f"#{field}"]
    assert sam.page.get_element_by_id(field) is not None
    filled = sam.fields(PDFS)
    assert all(filled.get(name) == value for name, value in choices.items() if name not in {"split", "envelope"})


def test_an_upload_that_is_too_large_is_refused_with_its_limit(sam: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "_STAFF_PDFS", "/elsewhere")
    choose(sam, ("a.pdf", ONE * 400))
    assert sam.answer.status_code == 413
    assert "larger than" in sam.text


def test_a_form_sent_twice_is_one_check(sam: Browser, world: World) -> None:
    sam.get(PDFS)
    answers = [sam.raw(PDFS, {"file": ("a.pdf", ONE)}) for _ in range(2)]
    assert answers[0].url == answers[1].url
    # another second file is another form
    other = sam.raw(PDFS, [("file", ("a.pdf", ONE)), ("file", ("b.pdf", ONE))])  # type: ignore[arg-type] # as httpx takes many
    assert "sent before with other content" in other.text
    assert world.job(answers[0].url.path.rpartition("/")[2]).state is JobState.RECEIVED


def test_a_form_of_another_site_or_without_files_is_not_ours(sam: Browser) -> None:
    token = sam.get(PDFS).fields(PDFS)["csrf"]
    for changes in ({"files": {"file": ("a.pdf", ONE)}}, {"data": {"csrf": token}}, {"content": b"x"}):
        answer = sam.client.post(PDFS, **changes)
        assert answer.status_code == 403
        assert "did not come from" in answer.text or "without its files" in answer.text
    broken = sam.client.post(PDFS, content=b"nonsense", headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert broken.status_code in {400, 403}


@pytest.mark.parametrize("role", [Role.PRINT_ROOM, Role.APPROVER])
def test_only_submitters_send_pdfs(staff: Staff, role: Role) -> None:
    with staff.browser("other", role) as other:
        assert other.get(PDFS).answer.status_code == 403


def test_nothing_of_another_organisation_is_seen(sam: Browser, staff: Staff, world: World) -> None:
    check_id = checked(sam, world, ("a.pdf", many(1)), **BY_TWO)
    with staff.browser("eve", Role.ADMIN, organisation=OTHER) as eve:
        for path in (
            f"{JOBS}/{check_id}/pages/1.png",
            f"{JOBS}/{check_id}/letters/1/page-1.png",
            f"{PDFS}?after={check_id}",
        ):
            assert eve.get(path).answer.status_code == 404, path


def test_pages_that_are_not_there_are_said_so(sam: Browser, world: World) -> None:
    check_id = checked(sam, world, ("a.pdf", many(1)), **BY_TWO)
    for path, status in (
        ("pages/9.png", 422),
        ("pages/1.png?file=7", 422),
        ("letters/1/page-9.png", 404),
        ("letters/2", 404),
    ):
        assert sam.get(f"{JOBS}/{check_id}/{path}").answer.status_code == status, path


def test_the_job_page_says_how_far_it_is_while_it_waits_for_approval(sam: Browser, ann: Browser, world: World) -> None:
    weekdays = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "17:00")
    schedule = {"timezone": "Europe/Amsterdam", "times": weekdays}
    rules.set_rules(world.deps, Rules(ORG, four_eyes=True, cut_offs=schedule))
    check_id = checked(sam, world, ("a.pdf", many(2)), **BY_TWO)
    job_id = send(sam, check_id)
    stages = [sam.page.xpath("//ol[contains(@class,'small')]/li[@aria-current]")[0].text]
    world.run()
    sam.get(f"{JOBS}/{job_id}")
    stages.append(sam.page.xpath("//ol[contains(@class,'small')]/li[@aria-current]")[0].text)
    assert stages == ["Check", "Write"]
    assert "waits for approval" in sam.text
    sam.get(f"{JOBS}/{job_id}/letters/2").send(f"{JOBS}/{job_id}/letters/2/stop", reason="moved")
    assert "This letter is stopped" in sam.text
    ann.get(f"{JOBS}/{job_id}/letters/1")
    assert all(ann.client.get(url).status_code == 200 for url in pictures(ann))
    ann.get(f"{JOBS}/{job_id}").send(f"{JOBS}/{job_id}/approve", sure="yes")
    assert "You approved these letters" in ann.text
    world.deps.clock.advance(4 * 24 * 3600)  # type: ignore[attr-defined] # a fake
    world.run()
    assert world.job(job_id).state is JobState.RELEASED
    assert [str(piece.state) for piece in world.pieces(job_id)] == ["printed_ready", "stopped"]
    sam.log_in("sam")
    sam.get(f"{JOBS}/{job_id}")
    assert sam.page.xpath("//ol[contains(@class,'small')]/li[@aria-current]")[0].text == "Print room"
