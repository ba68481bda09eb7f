"""The print room's day in a real browser: by keyboard alone and without script, then what axe and two widths say."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import sync_playwright

from api.ports import BatchState, Check, FileRole, JobFinding, MailRunState, Mode, PageRequest, Role, Rules, derived_id
from api.usecases import alarms, mail_runs, print_room, results, rules, staffing
from api.usecases.webhooks import endpoints
from api.usecases.webhooks.endpoints import WebhookWish
from docgen.postal.results import Outcome
from tests.api.http.looking import WIDE, look
from tests.api.http.serving import serving
from tests.api.http.staff.browser import PASSWORD, Staff
from tests.api.http.staff.scene import batch_of, now, printed
from tests.api.usecases.world import ORG, SAMPLES, World, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from api.ports import Batch

pytestmark = pytest.mark.slow

OPTIONS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
MOST_TABS: Final = 80
# a refused form has a status of its own, and the part of a page that an address names goes before the search
HARMLESS: Final = ("Failed to load resource: the server responded with a status of 4", "Autofocus processing was")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's where it is, else the one that Playwright brought."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(OPTIONS))
        yield browser
        browser.close()


@pytest.fixture
def world(world: World, quick_files: None) -> World:
    del quick_files
    return world


@pytest.fixture
def address(staff: Staff) -> Iterator[str]:
    """Where the service listens; Anna is of the print room, the boss may do everything."""
    staff.add("anna", Role.PRINT_ROOM)
    staff.add("boss", Role.ADMIN)
    with serving(staff.service.app) as (host, port):
        yield f"http://{host}:{port}"


@contextmanager
def _page(chromium: Browser, address: str, size: tuple[int, int] = WIDE, *, script: bool = True) -> Iterator[Page]:
    """A window of its own; whatever a page complains about fails the test."""
    said: list[str] = []
    with chromium.new_context(
        base_url=address, viewport={"width": size[0], "height": size[1]}, java_script_enabled=script
    ) as context:
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.set_default_timeout(10_000)
        yield page
    assert [line for line in said if not line.startswith(HARMLESS)] == []


def _log_in(page: Page, login: str) -> None:
    page.goto("/staff/login")
    page.wait_for_selector("#login:focus")
    _type(page, login)
    page.keyboard.press("Tab")
    _type(page, PASSWORD)
    _enter(page)
    page.wait_for_selector("#q:focus")


def _type(page: Page, text: str) -> None:
    page.keyboard.type(text)


def _enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is wanted has the focus: a person without a mouse gets there too."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(f":focus:is({selector})").count():
            return
    raise AssertionError(f"Tab does not reach {selector}")


def _alt(page: Page, letter: str) -> None:
    """What a keyboard does; Playwright leaves out the letter, which the browser looks for."""
    code = {"code": f"Key{letter.upper()}", "windowsVirtualKeyCode": ord(letter.upper())}
    key = {"type": "keyDown", "modifiers": 1, "key": letter, "text": "", "unmodifiedText": letter}
    session = page.context.new_cdp_session(page)
    with page.expect_navigation():
        session.send("Input.dispatchKeyEvent", key | code)


def _says(page: Page, text: str) -> None:
    assert text in " ".join(page.locator("main").inner_text().split())


def test_a_whole_day_by_keyboard_without_script(chromium: Browser, address: str, world: World, tmp_path: Path) -> None:
    batch = batch_of(world)
    with _page(chromium, address, script=False) as page:
        _log_in(page, "anna")
        assert page.url == f"{address}/staff"
        _tab_to(page, f"a[href='/staff/batches/{batch.id}#files']")
        _enter(page)
        _fetch(page, batch)
        page.reload()
        _tab_to(page, "#printed button")
        _enter(page)
        _says(page, "marked printed")
        _damage_two_and_reprint(page, world, batch)
        _upload_results(page, world, batch, tmp_path)
        _tab_to(page, "#sheets")
        _type(page, "8")
        _tab_to(page, "#sure-complete")
        page.keyboard.press("Space")
        _tab_to(page, "#complete button")
        _enter(page)
        _says(page, "The batch is complete")
        _tab_to(page, "#next a")
        _enter(page)
        _hand_over(page, tmp_path)
    assert now(world, batch).state is BatchState.HANDED_OVER
    with world.deps.database.read() as uow:
        (run,) = uow.mail_runs.list(ORG, PageRequest()).items
    assert (run.state, run.reference) == (MailRunState.HANDED_OVER, "3S123")
    assert run.proof is not None


def _fetch(page: Page, batch: Batch) -> None:
    (file,) = [each for each in batch.files if each.role is FileRole.PRINT]
    _tab_to(page, f"a[href$='{file.name}']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert hashlib.sha256(download.value.path().read_bytes()).hexdigest() == file.blob.sha256


def _damage_two_and_reprint(page: Page, world: World, batch: Batch) -> None:
    _tab_to(page, "#ranges")
    _type(page, "2-9")
    _tab_to(page, "#reason")
    _type(page, "torn")
    _enter(page)
    # it says what is wrong, and has kept what was typed
    page.wait_for_selector(".trouble:focus")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.input_value("#ranges") == "2-9"
    assert page.input_value("#reason") == "torn"
    _tab_to(page, "#ranges")
    page.keyboard.press("Control+a")
    _type(page, "2-3")
    _tab_to(page, "#reason")
    _enter(page)
    _says(page, "2 pieces now damaged")
    _tab_to(page, "#reprint button")
    _enter(page)
    _says(page, "A print file of 2 pieces is being made")
    world.run()
    page.goto(f"/staff/batches/{batch.id}")
    _tab_to(page, "#files a[href*='-reprint-']")
    with page.expect_download():
        page.keyboard.press("Enter")


def _upload_results(page: Page, world: World, batch: Batch, folder: Path) -> None:
    with world.deps.database.read() as uow:
        rows = [f"{piece.id};OK\n" for piece in uow.pieces.of_batch(ORG, batch.id)]
    # an operator said that two of the first prints were damaged; of the second prints the file speaks now
    file = folder / "results.csv"
    file.write_text("piece_id;result\n" + "".join(rows), encoding="utf-8")
    page.goto(f"/staff/batches/{batch.id}")
    _tab_to(page, "#file")
    page.set_input_files(":focus", file)
    _tab_to(page, "#results-file button")
    _enter(page)
    _says(page, "6 pieces now OK. Nothing is left to say.")


def _hand_over(page: Page, folder: Path) -> None:
    _tab_to(page, "#open button")
    _enter(page)
    _says(page, "The mail run is open")
    _tab_to(page, "#papers a")
    with page.expect_download():
        page.keyboard.press("Enter")
    receipt = folder / "receipt.pdf"
    receipt.write_bytes(b"%PDF-1.7 a receipt")
    _tab_to(page, "#reference")
    _type(page, "3S123")
    _tab_to(page, "#proof")
    page.set_input_files(":focus", receipt)
    _tab_to(page, "#sure-hand-over")
    page.keyboard.press("Space")
    _tab_to(page, "#hand-over button")
    _enter(page)
    _says(page, "The mail run is handed over")


def test_the_shortcuts_work_without_script(chromium: Browser, address: str, world: World) -> None:
    batch = printed(world, 3)
    with _page(chromium, address, script=False) as page:
        _log_in(page, "anna")
        for letter, url in (("m", "/staff/mail-runs"), ("t", "/staff")):
            _alt(page, letter)
            assert page.url == address + url
        page.goto(f"/staff/batches/{batch.id}")
        _alt(page, "k")
        _says(page, "3 pieces now OK")


def test_a_scanner_types_a_code_and_the_letter_is_there(chromium: Browser, address: str, world: World) -> None:
    batch = batch_of(world)
    with _page(chromium, address) as page:
        _log_in(page, "anna")
        _type(page, f"{batch.code}000002")
        _enter(page)
        _says(page, "2 of 6")
        assert page.locator("img.page").evaluate("image => image.complete && image.naturalWidth > 500")
        with page.expect_navigation():
            page.keyboard.press("PageDown")
        _says(page, "3 of 6")
        # the next scan needs no mouse
        page.wait_for_selector("#q:focus")


def test_today_follows_by_itself_and_keeps_what_is_typed(chromium: Browser, address: str, world: World) -> None:
    with _page(chromium, address) as page:
        _log_in(page, "anna")
        _says(page, "Nothing is due")
        page.clock.install()
        page.reload()
        page.wait_for_selector("#q:focus")
        _type(page, "half a na")
        batch_of(world)
        page.clock.run_for(6_000)
        page.wait_for_selector("text=Huur 2027")
        assert page.input_value("#q") == "half a na"


def test_axe_finds_nothing_and_nothing_is_wider_than_a_tablet(chromium: Browser, address: str, world: World) -> None:
    urls = _every_page(world)
    with _page(chromium, address, WIDE) as page:
        page.goto("/staff/login")
        look(page, "/staff/login")
        _log_in(page, "boss")
        for url in urls:
            page.goto(url)
            look(page, url)
        page.fill("#ranges", "99")
        page.click("#results button")
        look(page, "a mistake")
        assert page.locator(".trouble").is_visible()
        page.goto(next(url for url in urls if "/people/" in url))
        page.click("form[action$='/reset'] button")
        once = page.inner_text(".secret")
        look(page, "a one-time password")
    with _page(chromium, address, WIDE) as page:
        page.goto("/staff/login")
        page.fill("#login", "a.de.vries@example.nl")
        page.fill("#password", once)
        page.click("button.go")
        page.wait_for_selector("#old")
        look(page, "the first login")


def _every_page(world: World) -> list[str]:
    """Each kind of page, with something of everything on it; the last is a batch with forms."""
    deps = world.deps
    released = batch_of(world)
    gone = printed(world, 3, 100)
    waits = printed(world, 3, 200)
    for batch in (gone, waits):
        results.accept_the_rest(deps, ORG, batch.id, "usr_x")
        print_room.complete_batch(deps, ORG, batch.id, "usr_x", (3, ""))
    run = mail_runs.open_mail_run(deps, ORG, "Gone", [gone.id], "usr_x")
    mail_runs.hand_over(deps, ORG, run.id, "usr_x", ("3S1", None))
    opened = mail_runs.open_mail_run(deps, ORG, "Open", [waits.id], "usr_x")
    busy = printed(world, 12, 300, "Een brief met een lange titel over de renovatie van de Dorpsstraat en omstreken")
    results.enter_results(deps, ORG, busy.id, "2-3, 7", Outcome.REPRINT, ("usr_x", "torn"))
    results.enter_results(deps, ORG, busy.id, "5", Outcome.PULL, ("usr_x", "moved"))
    rules.set_rules(deps, Rules(ORG, four_eyes=True))
    world.submit([record(901)], title="To release")
    world.run()
    (ready,) = _in(world, BatchState.READY)
    blocked = _blocked(world)
    rules.set_rules(deps, Rules(ORG, carrier="postnl"))
    held = world.submit([record(903)], title="To the carrier")
    world.run()
    deps.clock.advance(13 * 3600)  # type: ignore[attr-defined] # a fake
    alarms.watch(deps)
    with deps.database.read() as uow:
        piece = uow.pieces.of_batch(ORG, busy.id)[1]
    batches = [f"/staff/batches/{batch.id}" for batch in (released, gone, waits, ready, blocked)]
    pages = ["/staff", "/staff/mail-runs", "/staff/rules", "/staff/password", "/staff/find?q=mevrouw"]
    anna = staffing.add_member(deps, ORG, ("a.de.vries@example.nl", "Anna de Vries"), [Role.ADMIN], "usr_x")[0]
    pages += ["/staff/people", f"/staff/people/{anna.id}", f"/staff/carrier/{held.id}"]
    wish = WebhookWish("https://hooks.example.org/a-long-path/that-somebody-chose?with=a-query", "rents", ("job.*",))
    webhook = endpoints.add_webhook(deps, ORG, Mode.LIVE, wish).webhook
    endpoints.send_test(deps, ORG, webhook.id, "usr_x")
    pages += ["/staff/webhooks", f"/staff/webhooks/{webhook.id}"]
    runs = [f"/staff/mail-runs/{each.id}" for each in (run, opened)]
    others = [f"/staff/pieces/{piece.id}", "/staff/find?q=zzzz", "/staff/batches/bat_none"]
    return [*pages, *runs, *others, *batches, f"/staff/batches/{busy.id}"]


def _in(world: World, state: BatchState) -> list[Batch]:
    with world.deps.database.read() as uow:
        return list(uow.batches.in_states(ORG, {state}, 10))


def _blocked(world: World) -> Batch:
    """A batch of which something was read back that differs."""
    job = world.submit([record(902)], title="Blocked")
    world.run()
    (batch,) = world.batches(job.id)
    deps = world.deps
    picture = deps.blobs.put(ORG, [(SAMPLES.parent / "docs" / "letter-1.png").read_bytes()])
    finding = JobFinding(0, None, "error", "readback-symbol-missing", "The QR on page 1 is missing.", {"page": 1})
    file = batch.files[0]
    check = Check(derived_id("chk", batch.id), ORG, batch.job_id, batch.id, 1, file.name, file.blob, 0, 1)
    with deps.database.write() as uow:
        for state in (BatchState.WRITING, BatchState.CHECKING, BatchState.BLOCKED):
            uow.batches.set_state(ORG, batch.id, state, deps.clock.now())
        uow.checks.replace(ORG, batch.id, [check])
        uow.checks.finish(ORG, check.id, 3, [finding], picture)
    return batch
