"""Forms: read only when they come from a page of ours and carry the token of this session."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from api.http.edge import get_deps
from api.http.staff import cookies
from api.http.staff.visitors import visitor_of
from api.usecases import passwords
from api.usecases.characters import whole
from docgen.findings import Refusal

if TYPE_CHECKING:
    from starlette.responses import Response

CSRF: Final = "csrf"
KEY: Final = "key"
# a template or brand may be sent as the files of its folder
_MOST_FILES: Final = 200
MOST_FIELDS: Final = 1_000
MOST_FIELD_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Sent:
    """A file with the name it has where it came from."""

    name: str
    file: BinaryIO


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent: texts by name, and files that are not empty."""

    texts: Mapping[str, tuple[str, ...]]
    files: tuple[Sent, ...] = ()

    @property
    def file(self) -> BinaryIO | None:
        """The first file."""
        return self.files[0].file if self.files else None

    def text(self, name: str) -> str:
        """The first value without spaces around it, or nothing."""
        return next(iter(self.texts.get(name, ())), "").strip()

    def secret(self, name: str) -> str:
        """As it was typed."""
        return next(iter(self.texts.get(name, ())), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value."""
        return self.texts.get(name, ())

    def entered(self) -> dict[str, str]:
        """What a page shows again when it was not right; never the tokens."""
        return {name: values[0] for name, values in self.texts.items() if values and name not in {CSRF, KEY}}


async def _form(request: Request) -> AsyncIterator[Form]:
    """Raises `Refusal` (``form-not-ours``)."""
    check_origin(request)
    async with request.form(max_files=_MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD_BYTES) as data:
        yield form_of(request, data)


def form_of(request: Request, data: FormData) -> Form:
    """What was sent, when it has the token of this session. Raises `Refusal` (``form-not-ours``)."""
    texts: dict[str, tuple[str, ...]] = {}
    files: list[Sent] = []
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            files += [Sent(value.filename or "", value.file)] if value.size else []
        else:
            texts[name] = (*texts.get(name, ()), whole(value))
    form = Form(texts, tuple(files))
    if not hmac.compare_digest(form.secret(CSRF).encode(), _expected(request).encode()):
        raise _not_ours()
    return form


def _expected(request: Request) -> str:
    """The token of the session, or before there is one that of the cookie which came with the form."""
    visitor = visitor_of(request)
    if visitor is not None:
        return visitor.csrf
    nonce = cookies.read(request, cookies.BEFORE_LOGIN)
    if not nonce:
        raise _not_ours()
    return _of_nonce(request, nonce)


def token_before_login(request: Request) -> tuple[str, str]:
    """The nonce for the cookie, kept while there is one, and the token for the form."""
    nonce = cookies.read(request, cookies.BEFORE_LOGIN) or secrets.token_urlsafe(24)
    return nonce, _of_nonce(request, nonce)


def remember_nonce(request: Request, response: Response, nonce: str) -> None:
    """Send the nonce with a form that somebody fills in who is not logged in."""
    cookies.write(request, response, cookies.BEFORE_LOGIN, nonce)


def new_key() -> str:
    """The hidden key of a form: the same form sent twice is done once."""
    return f"frm_{secrets.token_hex(16)}"


def _of_nonce(request: Request, nonce: str) -> str:
    return passwords.keyed_digest(get_deps(request).secret, "csrf-login", nonce)


def check_origin(request: Request) -> None:
    """Browsers say where a form comes from; whoever says nothing has only the token.

    Raises `Refusal` (``form-not-ours``).
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    public_url: str | None = request.app.state.edge.public_url
    ours = {request.headers.get("host", ""), urlsplit(public_url or "").netloc}
    if site not in {"same-origin", "none"} or (origin is not None and urlsplit(origin).netloc not in ours - {""}):
        raise _not_ours()


def _not_ours() -> Refusal:
    message = (
        "This form did not come from your own page, or is too old. Nothing was changed. Open the page and try again."
    )
    return Refusal("form-not-ours", message)


FormDep = Annotated[Form, Depends(_form)]
