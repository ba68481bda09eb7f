"""NUL in a query reaches no database."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from api.http.middleware import WholeQuery

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(Request(scope).query_params["q"])(scope, receive, send)


@pytest.mark.parametrize(("sent", "seen"), [("a%00b", "a\ufffdb"), ("%2500", "%00"), ("a+b", "a b")])
def test_it_is_marked_and_all_else_stays(sent: str, seen: str) -> None:
    async def ask() -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(WholeQuery(echo)), base_url="http://x") as client:
            return (await client.get(f"/?q={sent}")).text

    assert asyncio.run(ask()) == seen
