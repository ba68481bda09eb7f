"""Which host a request is for: those of personal pages go to an application of their own, all others to the present."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

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


class Hosts:
    """Hosts of personal pages as the database had them some seconds ago."""

    def __init__(self, deps: Deps) -> None:
        """Read when the first request comes."""
        self._deps = deps
        self._known: Sequence[EntryHost] = ()
        self._read_at: float | None = None

    async def find(self, host: str, path: str) -> EntryHost | None:
        """Whose pages are at a host and path; the longest path counts, and some brand's when no path fits."""
        await self._refresh()
        name = host.lower().rstrip(".")
        bare = name.rpartition(":")[0] or name
        here = [each for each in self._known if each.host in {name, bare}]
        lower = f"{path.lower()}/"
        return max(here, key=lambda each: (lower.startswith(f"{each.path}/"), len(each.path)), default=None)

    async def _refresh(self) -> None:
        now = time.monotonic()
        if self._read_at is not None and now - self._read_at < _FRESH_S:
            return
        # before it is read: when many come at once one reads for all
        self._read_at = now
        try:
            self._known = await run_in_threadpool(all_hosts, self._deps)
        except Fault as fault:
            # pages go on with what was known, and their own reading says what is wrong
            log.warning("entry-hosts-unread", fault=fault.code)
            self._read_at = None


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
        entry = await self._hosts.find(Headers(scope=scope).get("host", ""), scope["path"])
        if entry is None:
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        inside = f"{path.lower()}/".startswith(f"{entry.path}/")
        # what lies beside the short path is nowhere
        within = path[len(entry.path) :].rstrip("/") or "/" if inside else "/-/-"
        await self._recipient({**scope, "path": within, "root_path": "", ENTRY_HOST: entry}, receive, send)
