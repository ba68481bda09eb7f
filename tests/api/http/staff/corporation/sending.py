"""A table with columns of a corporation's own, and the way it takes through the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.api.http.staff.browser import Browser
    from tests.api.usecases.world import World

JOBS: Final = "/staff/jobs"
HEAD: Final = (
    "Klantnummer",
    "Naam huurder",
    "Straat",
    "Huisnr",
    "Postcode",
    "Plaats",
    "Saldo",
    "Opmerking",
    "Telefoon",
)
NAMES: Final = ("De Vries", "Jansen", "Özdemir", "Bakker", "Van den Berg", "Smit")


def table(*rows: Sequence[str], head: Sequence[str] = HEAD) -> bytes:
    """A CSV as a spreadsheet writes it in the Netherlands."""
    return "".join(";".join(cells) + "\r\n" for cells in (head, *rows)).encode()


def row(number: int, **changes: str) -> list[str]:
    """A record, changed by the name of its column; spaces in names are left out."""
    cells = [
        f"K{number:04}",
        f"Mevrouw {NAMES[number % len(NAMES)]}",
        "Dorpsstraat",
        str(number),
        "1234 AB",
        "Dorp",
        f"1.{number:03},50",
        "Let op",
        "0612345678",
    ]
    names = [name.replace(" ", "") for name in HEAD]
    for name, value in changes.items():
        cells[names.index(name)] = value
    return cells


def upload(browser: Browser, content: bytes, name: str = "huur.csv", **choices: str) -> Browser:
    """Choose a file; the page with its columns follows."""
    browser.get(f"{JOBS}/new")
    return browser.send(f"{JOBS}/new", {"file": (name, content)}, **choices)


def columns(browser: Browser) -> dict[str, str]:
    """What is chosen: the name of the column by the label of the field, as far as one is."""
    found = {}
    for select in browser.page.xpath("//table[contains(@class,'mapping')]//select"):
        label = browser.page.xpath(f"//label[@for='{select.get('id')}']")[0].text_content()
        for chosen in select.xpath("option[@selected]"):
            found[label.replace("*", "").strip()] = chosen.text_content()
    return found


def check(browser: Browser, world: World, **choices: str) -> str:
    """Have it checked with the columns as they are chosen; the id of the check."""
    (action,) = [each for each in browser.actions() if each.startswith(f"{JOBS}/draft")]
    browser.send(action, **choices)
    assert browser.answer.status_code == 200, browser.text
    world.run()
    return browser.answer.url.path.rpartition("/")[2]


def checked(browser: Browser, world: World, *rows: Sequence[str], **choices: str) -> str:
    """A whole check of these rows."""
    upload(browser, table(*rows), **choices)
    return check(browser, world)


def send(browser: Browser, check_id: str, **changes: str) -> str:
    """Send what was checked; the id of the print job."""
    browser.get(f"{JOBS}/{check_id}").send(f"{JOBS}/{check_id}/send", sure="yes", **changes)
    return browser.answer.url.path.rpartition("/")[2]


def numbers(browser: Browser) -> Mapping[str, str]:
    """The figures of a page by what is under them."""
    return {
        each.find("dt").text_content(): " ".join(each.find("dd").text_content().split())
        for each in browser.page.xpath("//dl[@class='numbers']/div")
    }
