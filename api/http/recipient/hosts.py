"""Which host a request is for: those of personal pages go to an application of their own, all others to the present."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import anyio
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response

from api.ports import Fault
from api.usecases.entry_hosts import all_hosts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

    from api.ports import EntryHost
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

ENTRY_HOST: Final = "recipient.host"
_FRESH_S: Final = 2.0
_OF_NO_HOST: Final = frozenset({"/healthz", "/readyz"})
# whose page it is was never known, so it says nothing but when to come back
_NOT_YET: Final = Response(status_code=503, headers={"Retry-After": "10", "Cache-Control": "no-store"})


class Hosts:
    """Hosts of personal pages as the database had them some seconds ago."""

    def __init__(self, deps: Deps) -> None:
        """Read when the first request comes."""
        self._deps = deps
        self._known: Sequence[EntryHost] | None = None
        self._read_at = 0.0
        self._first = anyio.Lock()

    async def find(self, host: str, path: str) -> EntryHost | None:
        """Whose pages are at a host and path; the longest path counts, and some brand's when no path fits.

        Raises `Fault` while the hosts were never read and cannot be.
        """
        known = await self._fresh()
        name = host.lower().rstrip(".")
        bare = name.rpartition(":")[0] or name
        here = [each for each in known if each.host in {name, bare}]
        lower = f"{path.lower()}/"
        return max(here, key=lambda each: (lower.startswith(f"{each.path}/"), len(each.path)), default=None)

    async def _fresh(self) -> Sequence[EntryHost]:
        if self._known is None:
            # all who come while the service starts wait: without hosts each of them would be sent to the wrong pages
            async with self._first:
                if self._known is None:
                    self._known = await run_in_threadpool(all_hosts, self._deps)
                    self._read_at = time.monotonic()
        elif time.monotonic() - self._read_at >= _FRESH_S:
            # before it is read: when many come at once one reads for all
            self._read_at = time.monotonic()
            try:
                self._known = await run_in_threadpool(all_hosts, self._deps)
            except Fault as fault:
                # pages go on with what was known, and their own reading says what is wrong
                log.warning("entry-hosts-unread", fault=fault.code)
        return self._known


class ByHost:
    """Sends each request to the application of its host."""

    def __init__(self, app: ASGIApp, recipient: ASGIApp, hosts: Hosts) -> None:
        """``app`` is the present application."""
        self.app = app
        self._recipient = recipient
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The host is only looked up, and never written anywhere."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            entry = await self._hosts.find(Headers(scope=scope).get("host", ""), scope["path"])
        except Fault as fault:
            if scope["path"] not in _OF_NO_HOST:
                log.warning("entry-hosts-unread", fault=fault.code)
                await _NOT_YET(scope, receive, send)
                return
            entry = None
        if entry is None:
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        inside = f"{path.lower()}/".startswith(f"{entry.path}/")
        # what lies beside the short path is nowhere
        within = path[len(entry.path) :].rstrip("/") or "/" if inside else "/-/-"
        await self._recipient({**scope, "path": within, "root_path": "", ENTRY_HOST: entry}, receive, send)
