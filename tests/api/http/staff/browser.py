"""A browser without script: cookies, forms with their hidden fields, and what a page says."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import lxml.html

from api.usecases import people
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from api.ports import Role, User
    from tests.api.http.service import Service

PASSWORD = "five words that nobody guesses"


@dataclass
class Browser:
    """What somebody sees. `page` is the last page, parsed."""

    client: httpx.Client
    answer: httpx.Response = field(init=False)

    @property
    def page(self) -> Any:  # noqa: ANN401 - an element of a library without types
        return lxml.html.fromstring(self.answer.text)

    @property
    def text(self) -> str:
        """All words of the page, with single spaces."""
        return " ".join(self.page.find(".//main").text_content().split())

    def get(self, url: str, **query: str) -> Browser:
        self.answer = self.client.get(url, params=query or None, follow_redirects=True)
        return self

    def send(self, action: str, files: dict[str, Any] | None = None, /, **changes: Any) -> Browser:  # noqa: ANN401 - fields
        """Send the form with this action: hidden and filled fields as they are, changed by name."""
        self.answer = self.raw(action, files, **changes)
        return self

    def raw(self, action: str, files: dict[str, Any] | None = None, /, **changes: Any) -> httpx.Response:  # noqa: ANN401 - fields
        headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
        return self.client.post(
            action, data=self.fields(action) | changes, files=files, headers=headers, follow_redirects=True
        )

    def fields(self, action: str) -> dict[str, Any]:
        (form,) = [form for form in self.page.forms if form.action == action and form.method == "POST"]
        return {name: value for name, value in form.form_values() if value is not None}

    def actions(self) -> set[str]:
        """Where the forms of the page go."""
        return {form.action for form in self.page.forms if form.method == "POST"}

    def log_in(self, login: str, password: str = PASSWORD) -> Browser:
        self.get("/staff/login")
        return self.send("/staff/login", login=login, password=password)


@dataclass
class Staff:
    """People of the organisation of the tests."""

    service: Service

    def add(self, login: str, *roles: Role, organisation: str = ORG) -> User:
        return people.add_user(self.service.world.deps, organisation, (login, login.title()), roles, PASSWORD)

    @contextmanager
    def browser(self, login: str = "", *roles: Role, organisation: str = ORG) -> Iterator[Browser]:
        """Logged in as somebody new with these roles; without a login nobody yet."""
        with self.service.client("none") as client:
            browser = Browser(client)
            if login:
                self.add(login, *roles, organisation=organisation)
                browser.log_in(login)
                assert client.cookies.get("posthoorn"), browser.text
            yield browser
