"""Recipients without a browser: a client on the host of the brand."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import lxml.html
import pytest

from api.http.recipient import app
from tests.api.http.recipient.browsing import OPTIONS
from tests.api.http.recipient.scene import HOST, HOUSE, POSTCODE, Letters
from tests.api.http.service import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.api.http.service import Service
    from tests.api.usecases.world import World

SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}


@dataclass
class Visitor:
    """Somebody with a phone. `answer` is the last page."""

    client: httpx.Client
    answer: httpx.Response = field(init=False)

    @property
    def page(self) -> Any:  # noqa: ANN401 - an element of a library without types
        return lxml.html.fromstring(self.answer.text)

    @property
    def text(self) -> str:
        """All words of the page, with single spaces."""
        return " ".join(self.page.find(".//main").text_content().split())

    @property
    def title(self) -> str:
        return str(self.page.findtext(".//h1"))

    def get(self, path: str) -> Visitor:
        self.answer = self.client.get(path, follow_redirects=True)
        return self

    def send(self, path: str, files: dict[str, Any] | None = None, /, **changes: str) -> Visitor:
        """Send the form of the page that goes there, changed by name; names may have dashes, as in ``f_reading``."""
        (form,) = [one for one in self.page.forms if re.sub(r"\?.*", "", one.action) == path]
        fields = {name: value for name, value in form.form_values() if name != "photo"}
        given = {name.replace("f_", "f-", 1) if name.startswith("f_") else name: text for name, text in changes.items()}
        return self.post(form.action, fields | given, files)

    def post(self, path: str, data: dict[str, str], files: dict[str, Any] | None = None) -> Visitor:
        self.answer = self.client.post(path, data=data, files=files, headers=SAME_SITE, follow_redirects=True)
        return self

    def enter(self, token: str) -> Visitor:
        self.get(f"/{token}")
        return self.send(f"/{token}", postcode=POSTCODE, house=HOUSE)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's where it is, else the one that Playwright brought."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - most tests here need no browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(OPTIONS))
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers to typed codes take a quarter of a second, which no test looks at but one."""
    monkeypatch.setattr(app, "SAME_TIME_S", 0.0)


@pytest.fixture
def letters(world: World) -> Letters:
    return Letters(world)


@pytest.fixture
def visitor(letters: Letters, service: Service) -> Iterator[Visitor]:
    del letters
    transport = InProcess(service.app)
    with httpx.Client(transport=transport, base_url=f"http://{HOST}") as client:
        yield Visitor(client)
