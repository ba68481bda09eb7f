"""A form that changes something: done once however often it is sent, and then the browser goes to look at it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlencode

from fastapi import Depends, Request, Response

from api.http.edge import DepsDep
from api.http.problems import CONTEXT, status_of
from api.http.staff.forms import CSRF, KEY, FormDep
from api.http.staff.route import see_other
from api.http.staff.trouble import Trouble
from api.http.staff.visitors import VisitorDep, visitor_of
from api.usecases import idempotency, links
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.http.staff.forms import Form
    from api.http.staff.visitors import Visitor
    from api.usecases.deps import Deps

_NOTICE: Final = "notice"
_BLOCK: Final = 1 << 20
_LOOKS: Final = 50
_BETWEEN_LOOKS_S: Final = 0.2
_NOTICE_LASTS: Final = timedelta(minutes=5)
_MOST_NOTICE_CHARACTERS: Final = 260
_TWICE: Final = {
    "idempotency-key-reuse": "This form was sent before with other content, and that was done. Look what came of it; "
    "then send this one if it is still right.",
    "idempotency-in-progress": "This form was sent before and is being done. Look again in a moment.",
}


@dataclass(frozen=True, slots=True)
class Done:
    """Where to look, and what is said there."""

    url: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A form that was refused: what is wrong, in which form, and what had been entered."""

    trouble: Trouble
    form: str
    entered: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sends which form."""

    request: Request
    deps: Deps
    visitor: Visitor
    form: Form

    @property
    def organisation_id(self) -> str:
        """Whose pages these are."""
        return self.visitor.organisation_id

    @property
    def by(self) -> str:
        """Who does it, for the history."""
        return self.visitor.user.id

    def change(
        self,
        make: Callable[[Deps], Done],
        again: Callable[[Mistake], Response],
        fields: Mapping[str, str],
        prefix: str = "req",
    ) -> Response:
        """Do it once and go there, or show the page ``again`` with what is wrong and all that was entered.

        ``fields`` has the id of the field by code; that of ``""`` for all others.
        """
        try:
            done = self._once(make, prefix)
        except Refusal as refusal:
            self.request.scope[CONTEXT]["code"] = refusal.code
            said = Refusal(refusal.code, _TWICE.get(refusal.code, refusal.detail), refusal.findings)
            trouble = Trouble.of(said, fields, fields.get("", ""))
            form = self.request.url.path.rpartition("/")[2]
            response = again(Mistake(trouble, form, self.form.entered(), self.form.texts))
            response.status_code = int(status_of(refusal.code))
            return response
        return see_other(done)

    def _once(self, make: Callable[[Deps], Done], prefix: str) -> str:
        key = self.form.secret(KEY)
        if not key:
            return self.said(make(self.deps))
        once = idempotency.Once(self.organisation_id, f"POST {self.request.url.path}", key, self._digest())
        begun = self._begin(once, prefix)
        if begun.answer is not None:
            return begun.answer.body.decode()
        url = None
        try:
            url = self.said(make(begun.deps))
        finally:
            if url is None:
                idempotency.abandon(self.deps, once)
        idempotency.finish(self.deps, once, 303, "text/plain", url.encode())
        return url

    def _begin(self, once: idempotency.Once, prefix: str) -> idempotency.Begun:
        """Who sends a form twice by a double click sees the answer of the second: it waits for the first."""
        for _ in range(_LOOKS):
            try:
                return idempotency.begin(self.deps, once, prefix)
            except Refusal as refusal:
                if refusal.code != "idempotency-in-progress":
                    raise
            time.sleep(_BETWEEN_LOOKS_S)
        return idempotency.begin(self.deps, once, prefix)

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for name, values in sorted(self.form.texts.items()):
            if name not in {CSRF, KEY}:
                digest.update(repr((name, values)).encode("utf-8", "surrogatepass"))
        for sent in self.form.files:
            while block := sent.file.read(_BLOCK):
                digest.update(block)
            sent.file.seek(0)
        return digest.hexdigest()

    def said(self, done: Done) -> str:
        """The address that shows its notice to who sent the form."""
        if not done.notice:
            return done.url
        values = (self.by, done.notice[:_MOST_NOTICE_CHARACTERS])
        token = links.sign(self.deps.secret, _NOTICE, values, self.deps.clock, _NOTICE_LASTS)
        path, hash_sign, anchor = done.url.partition("#")
        return f"{path}{'&' if '?' in path else '?'}{urlencode({'said': token})}{hash_sign}{anchor}"


def notice_of(request: Request, deps: Deps) -> str:
    """What was said about the form that led to this page; for five minutes, and only to who sent it."""
    visitor, token = visitor_of(request), request.query_params.get("said", "")
    if not token or visitor is None:
        return ""
    try:
        by, text = links.read(deps.secret, _NOTICE, token, deps.clock)
    except Refusal:
        return ""
    return text if by == visitor.user.id else ""


def _desk(request: Request, deps: DepsDep, visitor: VisitorDep, form: FormDep) -> Desk:
    return Desk(request, deps, visitor, form)


DeskDep = Annotated[Desk, Depends(_desk)]
