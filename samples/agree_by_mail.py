#!/usr/bin/env python3
"""Take mail in as a mail server does, and answer as people do: open the link of each request and press a button.

``python samples/agree_by_mail.py PORT SERVICE --people N`` listens on PORT of this machine until N people have
answered. Most say yes, some no, and one takes it back. Every mail is kept in a folder when ``--keep`` names one.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import random
import re
import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from email.message import EmailMessage

_SEED: Final = 20261124
_LINK: Final = re.compile(r"https://([^\s/]+)(/\S*/?a/[0-9A-Z]{26}|/a/[0-9A-Z]{26})", re.IGNORECASE)
_OFFER: Final = re.compile(r'name="offer" value="([^"]+)"')
_BUTTON: Final = re.compile(r'name="say" value="([^"]+)"')
_YES: Final = 0.7
_SEE_OTHER: Final = 303
_PATIENCE_S: Final = 120.0


class Inbox:
    """A mail server for everybody (RFC 5321): it takes what it is given, and puts it in a queue."""

    def __init__(self) -> None:
        """Nothing has come."""
        self.mails: asyncio.Queue[bytes] = asyncio.Queue()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        await _say(writer, "220 inbox ready")
        while line := await reader.readline():
            command = line.strip().upper()
            if command == b"QUIT":
                await _say(writer, "221 bye")
                break
            if command == b"DATA":
                await _say(writer, "354 go ahead")
                self.mails.put_nowait(await _content(reader))
                await _say(writer, "250 taken")
            elif command.startswith(b"EHLO"):
                await _say(writer, "250-inbox", "250-8BITMIME", "250 SMTPUTF8")
            else:
                await _say(writer, "250 fine")
        writer.close()


async def _say(writer: asyncio.StreamWriter, *lines: str) -> None:
    writer.write("".join(f"{line}\r\n" for line in lines).encode())
    await writer.drain()


async def _content(reader: asyncio.StreamReader) -> bytes:
    """All lines before the one with a dot alone, without the dots that were put before others (4.5.2)."""
    lines = []
    while (line := await reader.readline()) not in {b".\r\n", b""}:
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return b"".join(lines)


class Person:
    """A browser without script."""

    def __init__(self, service: str, chance: random.Random) -> None:
        """``service`` is where the service listens."""
        self._address, self._chance = urlsplit(service), chance

    def answer(self, mail: EmailMessage, *, regrets: bool) -> str:
        """Open the link, read, and press; what was pressed last, "" when there is nothing to press."""
        part = mail.get_body(("plain",))
        found = _LINK.search(part.get_content()) if part is not None else None
        if found is None:
            return ""
        host, path = found[1], found[2]
        wanted = "yes" if regrets or self._chance.random() < _YES else "no"
        said = self._press(host, path, wanted)
        return self._press(host, path, "withdraw") if regrets and said else said

    def _press(self, host: str, path: str, wanted: str) -> str:
        page = self._ask(host, path)[1]
        offer = _OFFER.search(page)
        if offer is None or wanted not in _BUTTON.findall(page):
            return ""
        status, _ = self._ask(host, path, {"offer": offer[1], "say": wanted})
        return wanted if status == _SEE_OTHER else ""

    def _ask(self, host: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection(
            self._address.hostname or "127.0.0.1", self._address.port or 80, timeout=30
        )
        headers = {"Host": host, "User-Agent": "Mozilla/5.0 (demonstration)"}
        body = urlencode(form) if form is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST" if body is not None else "GET", path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text


def main() -> int:
    """Answer, and say how many did."""
    parser = argparse.ArgumentParser(description="Take mail in, and answer as people do.")
    parser.add_argument("port", type=int, help="where mail comes in")
    parser.add_argument("service", help="where the service listens, such as http://127.0.0.1:8080")
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--keep", type=Path, help="folder for the mails")
    options = parser.parse_args()
    answered = asyncio.run(_answer_all(options))
    said = ", ".join(f"{count} {what}" for what, count in sorted(answered.items()))
    sys.stdout.write(f"{sum(answered.values())} of {options.people} people answered: {said}\n")
    return 0 if sum(answered.values()) == options.people else 1


async def _answer_all(options: argparse.Namespace) -> dict[str, int]:
    inbox, answered = Inbox(), dict[str, int]()
    server = await asyncio.start_server(inbox.talk, "127.0.0.1", options.port)
    person = Person(options.service, random.Random(_SEED))  # noqa: S311 - the same answers each time
    came = 0
    async with server:
        while sum(answered.values()) < options.people:
            try:
                raw = await asyncio.wait_for(inbox.mails.get(), _PATIENCE_S)
            except TimeoutError:
                break
            came += 1
            mail = message_from_bytes(raw, policy=policy.default)
            if options.keep is not None:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{came:02}.eml").write_bytes(raw)
            if mail["Auto-Submitted"]:
                # a confirmation of what they did
                continue
            regrets = sum(answered.values()) == options.people - 1
            said = await asyncio.to_thread(person.answer, mail, regrets=regrets)
            if said:
                answered[said] = answered.get(said, 0) + 1
    return answered


if __name__ == "__main__":
    sys.exit(main())
