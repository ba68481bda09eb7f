"""People who answer: each scans, says the address, fills in the form and sends it, as a browser without script does."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.answers.campaign import Invited

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_PAUSE_S = 0.25
_MOST_TRIES = 240


@dataclass
class Seen:
    """What people saw: seconds by step, what went wrong, and the answers that they were told were kept."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"look": [], "door": [], "form": [], "send": []})
    errors: Counter[str] = field(default_factory=Counter)
    kept: dict[str, str] = field(default_factory=dict)
    again: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers of interest and text of a response."""

    status: int
    location: str
    cookie: str
    text: str


class Person:
    """One who answers for one recipient after the other, from an address of its own."""

    def __init__(self, number: int, port: int, host: str, seen: Seen) -> None:
        """Nothing asked yet."""
        self._chance = random.Random(number)  # noqa: S311 - pauses of people
        self._source = (f"127.{1 + number // 250}.{number % 250 + 1}.1", 0)
        self._port, self._host, self._seen = port, host, seen
        self._cookie = ""

    async def answer_all(self, invited: Sequence[Invited], until: float, think_s: float) -> None:
        """Until the time is over or all have answered."""
        # nobody begins in the same second
        await asyncio.sleep(self._chance.uniform(0, 2 * think_s))
        for one in invited:
            if time.monotonic() > until:
                return
            await self._answer(one, think_s)

    async def _answer(self, one: Invited, think_s: float) -> None:
        self._cookie = ""
        await self._ask("look", "GET", f"/{one.token}")
        await self._think(think_s)
        address = {"postcode": one.postcode, "house": one.house}
        came_in = await self._ask("door", "POST", f"/{one.token}", address)
        if came_in.status != 303:  # noqa: PLR2004 - see other
            self._seen.errors[f"door {came_in.status}"] += 1
            return
        form = await self._ask("form", "GET", "/form")
        await self._think(think_s)
        fields = dict(_HIDDEN.findall(form.text)) | one.answers
        sent = await self._ask("send", "POST", "/form", fields)
        if sent.status == 303:  # noqa: PLR2004 - see other
            self._seen.kept[one.recipient] = one.reading
        else:
            self._seen.errors[f"send {sent.status}"] += 1

    async def _think(self, think_s: float) -> None:
        await asyncio.sleep(self._chance.uniform(0, 2 * think_s))

    async def _ask(self, step: str, method: str, path: str, form: Mapping[str, str] | None = None) -> Answer:
        """Ask, and when the service is away press the button again, as people do."""
        for _ in range(_MOST_TRIES):
            started = time.monotonic()
            try:
                answer = await self._once(method, path, form)
            except (OSError, asyncio.IncompleteReadError, ValueError):
                self._seen.again += 1
                await asyncio.sleep(_PAUSE_S)
                continue
            self._seen.seconds[step].append(time.monotonic() - started)
            if answer.status >= 500:  # noqa: PLR2004 - faults of the service
                self._seen.errors[f"{step} {answer.status}"] += 1
            self._cookie = answer.cookie or self._cookie
            return answer
        self._seen.errors[f"{step} never"] += 1
        return Answer(0, "", "", "")

    async def _once(self, method: str, path: str, form: Mapping[str, str] | None) -> Answer:
        body = urlencode(form).encode() if form is not None else b""
        head = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", "Connection: close"]
        head += [f"Cookie: {self._cookie}"] if self._cookie else []
        if form is not None:
            head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=self._source)
        try:
            writer.write("\r\n".join([*head, "", ""]).encode() + body)
            await writer.drain()
            return _read(await asyncio.wait_for(reader.read(), 60))
        finally:
            writer.close()


def _read(data: bytes) -> Answer:
    """A whole response. Raises ValueError: the service ended in the middle of it."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if not first.startswith("HTTP/1.1 "):
        raise ValueError("no response")
    headers = [line.split(": ", 1) for line in lines]
    named = {name.lower(): value for name, value in headers}
    if len(body) < int(named.get("content-length", "0")):
        raise ValueError("half a response")
    cookies = [SimpleCookie(value) for name, value in headers if name.lower() == "set-cookie"]
    cookie = "; ".join(f"{name}={morsel.value}" for jar in cookies for name, morsel in jar.items())
    return Answer(int(first.split(" ")[1]), named.get("location", ""), cookie, body.decode("utf-8", "replace"))
