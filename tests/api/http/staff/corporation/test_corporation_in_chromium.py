"""A corporation's letters in a real browser without script, from a table to the print room; then axe and two widths."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest

from api.ports import JobState, PackageKind, Role, Rules
from api.usecases import rules
from tests.api.http.looking import look
from tests.api.http.serving import serving
from tests.api.http.staff.browser import PASSWORD, Staff
from tests.api.http.staff.corporation.sending import row, table
from tests.api.http.staff.test_in_chromium import HARMLESS, WIDE
from tests.api.usecases.ready import in_the_margin, letter, many, pdf_of
from tests.api.usecases.world import ORG, World, note_template, sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

TITLE: Final = "Huur december"
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday")
MOST_BYTES: Final = 60_000


@pytest.fixture
def address(staff: Staff, world: World) -> Iterator[str]:
    """Where the service listens; Sam sends, Ann approves, and the cut-off is at five."""
    schedule = {"timezone": "Europe/Amsterdam", "times": dict.fromkeys(WEEKDAYS, "17:00")}
    rules.set_rules(world.deps, Rules(ORG, four_eyes=True, cut_offs=schedule))
    staff.add("sam", Role.SUBMITTER)
    staff.add("ann", Role.APPROVER)
    with serving(staff.service.app) as (host, port):
        yield f"http://{host}:{port}"


@contextmanager
def _window(
    chromium: Browser, address: str, login: str, size: tuple[int, int] = WIDE, *, script: bool = False
) -> Iterator[Page]:
    """Logged in, in a window of its own; whatever a page complains about, or a picture that fails, fails the test."""
    said: list[str] = []
    with chromium.new_context(
        base_url=address, viewport={"width": size[0], "height": size[1]}, java_script_enabled=script
    ) as context:
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("response", lambda answer: said.append(answer.url) if _is_bad_picture(answer) else None)  # type: ignore[arg-type] # returns nothing
        page.set_default_timeout(15_000)
        page.goto("/staff/login")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/staff/jobs")
        yield page
    assert [line for line in said if not line.startswith(HARMLESS)] == []


def _is_bad_picture(answer: object) -> bool:
    return str(getattr(answer, "url", "")).partition("?")[0].endswith(".png") and getattr(answer, "status", 0) != 200


def _file(folder: Path, content: bytes, name: str = "huur.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _upload(page: Page, file: Path, world: World) -> str:
    """From the form to the end of the check; its address."""
    page.set_input_files("#file", file)
    page.check("input[value=tpl_note]")
    page.fill("#title", TITLE)
    page.click("text=Next: look at the file")
    if page.locator("#f13").input_value() == "":
        page.select_option("#f13", label="Saldo")
        page.check("#decimal_comma")
    page.click("text=Next: check every letter")
    world.run()
    page.goto(page.url.partition("?")[0])
    return page.url


def _says(page: Page, text: str) -> None:
    assert text in " ".join(page.locator("main").inner_text().split())


def test_the_whole_way_without_script(chromium: Browser, address: str, world: World, tmp_path: Path) -> None:
    wrong = [row(1), row(2, Postcode="12345"), row(3, Naamhuurder="Mevrouw 漢字")]
    right = [row(1), row(2), row(3)]
    with _window(chromium, address, "sam") as sam:
        sam.click("text=New letters")
        check = _upload(sam, _file(tmp_path, table(*wrong)), world)
        _says(sam, "Checked: has faults")
        sam.click("text=Look at them beside")
        assert sam.locator("article").count() == 2
        assert sam.locator("tr.wrong").inner_text().split() == [
            "recipient.postcode",
            *["your", "column", "Postcode", "12345", "wrong"],
        ]
        assert sam.locator("a.shot img").count() == 1
        sam.goto(check)
        sam.click("text=Upload a corrected file")
        assert sam.input_value("#title") == TITLE
        _upload(sam, _file(tmp_path, table(*right)), world)
        sam.click("text=View letters")
        sam.click("a[rel=next]")
        _says(sam, "Letter 2 of 3")
        sam.fill("#jump", "K0003")
        sam.click(".leaf .jump button")
        _says(sam, "Letter 3 of 3")
        sam.click(".crumb a >> nth=1")
        sam.check("#sure-send")
        sam.click("#send button")
        world.run()
        job = sam.url.partition("?")[0]
        sam.goto(job)
        _says(sam, "Ask a colleague who approves letters")
        assert not sam.locator("#approve button").count()
        with _window(chromium, address, "ann") as ann:
            ann.click(f"text={TITLE} >> nth=0")
            ann.click("text=view the letters")
            ann.click("a[rel=next]")
            ann.goto(job)
            ann.check("#sure-approve")
            ann.click("#approve button")
            _says(ann, "You approved these letters")
        sam.goto(f"{job}/letters/2")
        sam.fill("#reason", "paid")
        sam.click("#stop button")
        _says(sam, "This letter is stopped")
    world.deps.clock.advance(3 * 24 * 3600)  # type: ignore[attr-defined] # a fake
    world.run()
    job_id = job.rpartition("/")[2]
    assert world.job(job_id).state is JobState.RELEASED
    assert [str(piece.state) for piece in world.pieces(job_id)] == ["printed_ready", "stopped", "printed_ready"]
    with _window(chromium, address, "sam") as sam:
        sam.goto(job)
        _says(sam, "Released to the print room")
        _says(sam, "Approved by Ann")


def _send_pdf(page: Page, file: Path, world: World) -> str:
    """From the form to the end of the check; its address."""
    page.set_input_files("#file", file)
    page.check("#split-pages")
    page.fill("#pages", "2")
    page.fill("#title", TITLE)
    page.click("text=Next: check every page")
    world.run()
    page.goto(page.url.partition("?")[0])
    return page.url


def test_the_whole_way_of_a_pdf_without_script(chromium: Browser, address: str, world: World, tmp_path: Path) -> None:
    faulty = pdf_of(letter(1), letter(2, also=in_the_margin), letter(3))
    with _window(chromium, address, "sam") as sam:
        sam.click("text=Send PDFs")
        check = _send_pdf(sam, _file(tmp_path, faulty, "brieven.pdf"), world)
        _says(sam, "Checked: has faults")
        sam.click("text=Look at them beside")
        assert sam.locator("article").count() == 1
        assert sam.locator("article a.shot img").count() == 1
        _says(sam, "Page 3 of the PDF")
        sam.click("text=Look at the letter")
        _says(sam, "is not printed")
        sam.click("a[rel=next]")
        _says(sam, "Letter 3 of 3")
        assert sam.locator(".pages img").count() == 2
        sam.goto(check)
        _says(sam, "1 letter with faults is left out")
        sam.check("#sure-send")
        sam.click("#send button")
        world.run()
        job = sam.url.partition("?")[0]
        sam.goto(job)
        _says(sam, "Ask a colleague who approves letters")
        with _window(chromium, address, "ann") as ann:
            ann.goto(job)
            ann.click("text=view the letters")
            ann.click("a[rel=next]")
            ann.click("a[rel=next]")
            _says(ann, "Mevrouw 3")
            ann.goto(job)
            ann.check("#sure-approve")
            ann.click("#approve button")
            _says(ann, "You approved these letters")
        sam.goto(f"{job}/letters/3")
        sam.fill("#reason", "moved")
        sam.click("#stop button")
        _says(sam, "This letter is stopped")
    world.deps.clock.advance(3 * 24 * 3600)  # type: ignore[attr-defined] # a fake
    world.run()
    assert [str(piece.state) for piece in world.pieces(job.rpartition("/")[2])] == ["printed_ready", "stopped"]
    with _window(chromium, address, "sam") as sam:
        sam.goto(job)
        _says(sam, "Released to the print room")
        _says(sam, "not yet")


def test_a_file_of_sixty_megabytes_is_refused_in_words(chromium: Browser, address: str, tmp_path: Path) -> None:
    large = _file(tmp_path, b"a;b\n" * 15_000_000)
    with _window(chromium, address, "sam") as sam:
        sam.goto("/staff/jobs/new")
        sam.set_input_files("#file", large)
        sam.click("text=Next: look at the file")
        _says(sam, "larger than")


def test_axe_finds_nothing_and_nothing_is_wider_than_a_tablet(
    chromium: Browser, address: str, world: World, tmp_path: Path
) -> None:
    world.upload(PackageKind.TEMPLATE, sample("template", "fourteen-day-letter"))
    with _window(chromium, address, "sam") as sam:
        urls = [*_job_pages(sam, world, tmp_path), *_pdf_pages(sam, world, tmp_path), *_template_pages(sam, tmp_path)]
    with _window(chromium, address, "sam", script=True) as page:
        for url in urls:
            page.goto(url)
            _look(page)
        page.goto("/staff/jobs/new")
        page.set_input_files("#file", _file(tmp_path, b"%PDF", "a.pdf"))
        page.check("input[value=tpl_note]")
        page.click("text=Next: look at the file")
        page.wait_for_selector(".trouble:focus")
        _look(page)
        page.goto("/staff/jobs/pdfs")
        page.set_input_files("#file", _file(tmp_path, b"%PDF", "a.pdf"))
        page.check("#split-pages")
        page.click("text=Next: check every page")
        page.wait_for_selector(".trouble:focus")
        _look(page)


def _job_pages(page: Page, world: World, folder: Path) -> list[str]:
    """Every page of letters, with something of everything on it."""
    page.goto("/staff/jobs/new")
    page.set_input_files("#file", _file(folder, table(row(1))))
    page.check("input[value=tpl_note]")
    page.click("text=Next: look at the file")
    draft = page.url
    page.goto("/staff/jobs/new")
    faulty = _upload(
        page, _file(folder, table(row(1), row(2, Postcode="1"), row(3, Naamhuurder="Mevrouw 漢字"))), world
    )
    page.goto("/staff/jobs/new")
    check = _upload(page, _file(folder, table(row(1), row(2))), world)
    page.check("#sure-send")
    page.click("#send button")
    job = page.url.partition("?")[0]
    page.goto("/staff/jobs/new")
    broken = _file(folder, table(row(1)).decode().replace("Mevrouw", "Mévrouw").encode("cp1252"))
    page.set_input_files("#file", broken)
    page.check("input[value=tpl_note]")
    page.click("text=Next: look at the file")
    unread = page.url
    world.run()
    page.goto(f"{job}/letters/2")
    page.fill("#reason", "moved")
    page.click("#stop button")
    pages = [f"{faulty}/findings", f"{faulty}/letters/2", f"{faulty}/letters/3", f"{check}/letters", f"{job}/letters"]
    return ["/staff/jobs", "/staff/jobs/new", draft, unread, faulty, check, job, *pages, f"{job}/letters/2"]


def _pdf_pages(page: Page, world: World, folder: Path) -> list[str]:
    """Those of letters that are ready: of no use, faulty, sent."""
    faulty_pdf = pdf_of(letter(1), letter(2, also=in_the_margin), letter(3, address=("Niemand",)))
    page.goto("/staff/jobs/pdfs")
    useless = _send_pdf(page, _file(folder, many(1, 3), "brieven.pdf"), world)
    page.goto("/staff/jobs/pdfs")
    faulty = _send_pdf(page, _file(folder, faulty_pdf, "brieven.pdf"), world)
    page.check("#sure-send")
    page.click("#send button")
    job = page.url.partition("?")[0]
    world.run()
    form = "/staff/jobs/pdfs"
    return [
        form,
        f"{form}?after={faulty.rpartition('/')[2]}",
        useless,
        f"{faulty}/findings",
        f"{faulty}/letters/2",
        job,
    ]


def _template_pages(page: Page, folder: Path) -> list[str]:
    """Those of templates: good, faulty, published."""
    found = ["/staff/templates", "/staff/templates/tpl_note", "/staff/brands/brd_grachtstad"]
    faulty = note_template(body_nl_md="Subject: x\n\n{% nonsense %}\n")
    for data in (sample("template", "rent-reminder"), faulty):
        page.goto("/staff/templates")
        page.set_input_files("#template-file", _file(folder, data, "t.zip"))
        page.click("text=Check and look")
        found.append(page.url)
    return found


def _look(page: Page) -> None:
    look(page, page.url)
    assert len(page.content().encode()) < MOST_BYTES, page.url
