"""A caller of an app without a server, and the app of the tests with its keys."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from api.http.app import create_app
from api.http.edge import Edge
from api.ports import Mode, Role
from api.usecases import parties
from tests.api.usecases.world import ORG, OTHER, World, as_json, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fastapi import APIRouter, FastAPI

ZIP = {"Content-Type": "application/zip"}
JSON = {"Content-Type": "application/json"}
CSV = {"Content-Type": "text/csv"}
_ROUTER: dict[str, APIRouter] = {}
NOTE = {"template": "note", "brand": "grachtstad"}


class InProcess(httpx.BaseTransport):
    """Each request runs in a loop of its own."""

    def __init__(self, app: FastAPI) -> None:
        self._inner = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._answer(request, request.read()))

    async def _answer(self, request: httpx.Request, content: bytes) -> httpx.Response:
        repeated = httpx.Request(request.method, request.url, headers=request.headers, content=content)
        response = await self._inner.handle_async_request(repeated)
        return httpx.Response(response.status_code, headers=response.headers, content=await response.aread())


@dataclass(frozen=True)
class Service:
    """The app on the ports of a `World`, with a key for every role."""

    world: World
    app: FastAPI
    keys: dict[str, str]

    def client(self, key: str = "admin") -> httpx.Client:
        """A caller with the key of a role, ``test``, ``other`` (admin of another organisation), or ``none``."""
        headers = {} if key == "none" else {"Authorization": f"Bearer {self.keys[key]}"}
        return httpx.Client(transport=InProcess(self.app), base_url="http://testserver", headers=headers)

    def submit(self, records: Sequence[object] | None = None) -> str:
        """The id of a job, carried to its end."""
        body = as_json([record(1), record(2)] if records is None else records)
        with self.client() as client:
            answer = client.post("/v1/print-jobs", params=NOTE, content=body, headers=JSON)
        assert answer.status_code == 202, answer.text
        self.world.run()
        return str(answer.json()["id"])


def make_service(world: World, spool: Path) -> Service:
    keys = {str(role): parties.add_key(world.deps, ORG, role, [role], Mode.LIVE).secret for role in Role}
    keys["test"] = parties.add_key(world.deps, ORG, "test", [Role.SUBMITTER], Mode.TEST).secret
    keys["other"] = parties.add_key(world.deps, OTHER, "other", [Role.ADMIN], Mode.LIVE).secret
    app = create_app(world.deps, Edge(spool_folder=spool))
    # routes are prepared when the first request comes, which takes longer than most tests: once is enough
    app.router = _ROUTER.setdefault("prepared", app.router)
    return Service(world, app, keys)
