"""One request for a personal page: on which host, in which brand, in which language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from api.http.recipient.hosts import ENTRY_HOST
from api.http.recipient.look import plain_look
from api.http.recipient.words import FIRST, languages, named
from api.ports import Fault, PackageKind
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

    from api.http.recipient.look import Look, Looks
    from api.http.recipient.words import Words
    from api.ports import EntryHost
    from api.usecases.deps import Deps

_ASKED_BY: Final = ("taal", "lang")
_FOR_OTHERS: Final = "en"


@dataclass(frozen=True, slots=True)
class Visit:
    """What every page of a request needs. ``chosen`` is the language that the address asks for, "" for none.

    ``offered`` are the languages of the page if not all, and ``shown_in`` is its own if there are no words in that.
    """

    request: Request
    deps: Deps
    host: EntryHost
    look: Look
    words: Words
    chosen: str = ""
    offered: Mapping[str, Words] | None = None
    shown_in: str = ""

    @property
    def languages(self) -> Mapping[str, Words]:
        """Those that the page can be read in."""
        return languages() if self.offered is None else self.offered

    @property
    def current(self) -> str:
        """The language that the page is in."""
        return self.shown_in or self.words.code

    @property
    def address(self) -> str:
        """The caller's network address, for counting tries."""
        return self.request.client.host if self.request.client else ""

    def url(self, path: str, language: str = "", **query: str) -> str:
        """A path of these pages, in the language that was chosen; never with a host in it."""
        chosen = language or self.chosen
        asked = query | ({_ASKED_BY[0]: chosen} if chosen else {})
        return f"{self.host.path}{path}" + (f"?{urlencode(asked)}" if asked else "")

    def asset(self, name: str) -> str:
        """Where a file of the look is; the address changes with what is in it."""
        return f"{self.host.path}/look/{self.look.key}/{self.look.assets[name].digest}/{name}"

    def in_language(self, code: str) -> Visit:
        """In the recipient's language, unless the address asks for another."""
        known = languages()
        return self if self.chosen or code not in known else replace(self, words=known[code])

    def in_one_of(self, codes: Sequence[str], usual: str) -> Visit:
        """In that of a text's languages which the address asks for, or the usual one; in English around others."""
        known = languages()
        chosen = next((code for code in wished(self.request) if code in codes), "")
        shown = chosen or usual
        return replace(
            self,
            words=known.get(shown) or known[_FOR_OTHERS],
            chosen=chosen,
            offered={code: known.get(code) or named(code, known[_FOR_OTHERS]) for code in codes},
            shown_in=shown,
        )

    def in_look(self, look: Look) -> Visit:
        """In the brand of what it is about."""
        return replace(self, look=look)


def visit_of(request: Request) -> Visit:
    """The visit of a request, in the brand of its host; a brand that cannot be had makes a plain page."""
    deps: Deps = request.app.state.deps
    host: EntryHost = request.scope[ENTRY_HOST]
    known = languages()
    chosen = next((code for code in wished(request) if code in known), "")
    return Visit(request, deps, host, look_of_host(request, deps, host), known[chosen or FIRST], chosen)


def wished(request: Request) -> tuple[str, ...]:
    """The languages that the address asks for."""
    return tuple(request.query_params.get(name, "").lower() for name in _ASKED_BY)


def look_of_host(request: Request, deps: Deps, host: EntryHost) -> Look:
    """That of the newest version of the brand which has the host."""
    looks: Looks = request.app.state.looks
    try:
        with deps.database.read() as uow:
            package = uow.brands.find(host.organisation_id, host.brand)
        return looks.of(deps, package)
    except (Refusal, Fault):
        return plain_look(host.host)


def look_of_brand(request: Request, deps: Deps, organisation_id: str, package_id: str) -> Look:
    """That of one brand version. Raises `Refusal` (``brand-not-found``)."""
    looks: Looks = request.app.state.looks
    with deps.database.read() as uow:
        package = uow.brands.get(organisation_id, package_id)
    if package.kind is not PackageKind.BRAND:
        raise Refusal("brand-not-found", "This is no brand.")
    return looks.of(deps, package)
