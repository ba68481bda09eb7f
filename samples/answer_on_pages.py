#!/usr/bin/env python3
"""Answer on the personal page as recipients do: the QR of each printed letter is read, its page opened and filled in.

``python samples/answer_on_pages.py BATCHES RECORDS.csv URL`` takes letters of fetched batches from the last one back,
since slips of the first ones come by post. Each reading is the one before it, from the records, with a year's use
added; who is asked again keeps to it. It ends with how to open the page of one more letter.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import random
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

import zxingcpp

from docgen.drawing.raster import open_pdf, page_gray
from docgen.layouts.geometry import A4_HEIGHT_MM, A4_WIDTH_MM, Rect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DPI, _SEED, _READ_ON = 200, 20261124, "20-11-2026"
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_SURE: Final = re.compile(r'name="(sure-[^"]+)" value="yes"')
_SEE_OTHER: Final = 303


class Letter(NamedTuple):
    """What a recipient has in the hand: the link in the QR, and the own address."""

    link: str
    postcode: str
    house: str
    previous: str


class Person:
    """A phone with a browser that has no script."""

    def __init__(self, service: str, host: str) -> None:
        """``service`` is where the service listens, ``host`` the host of the brand's pages."""
        self._address = urlsplit(service)
        self._host = host
        self._cookie = ""

    def ask(self, path: str, form: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Status and text of a page; with ``form`` something is sent."""
        connection = http.client.HTTPConnection(
            self._address.hostname or "127.0.0.1", self._address.port or 80, timeout=30
        )
        headers = {"Host": self._host} | ({"Cookie": self._cookie} if self._cookie else {})
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        self._cookie = (answer.getheader("Set-Cookie") or self._cookie).partition(";")[0]
        connection.close()
        return answer.status, text


def main() -> int:
    """Answer, and say how many did."""
    parser = argparse.ArgumentParser(description="Answer on the personal page as recipients do.")
    parser.add_argument("batches", type=Path, help="folder of batches that were fetched")
    parser.add_argument("records", type=Path, help="the records that they were made from, as .csv")
    parser.add_argument("service", help="where the service listens, such as http://127.0.0.1:8080")
    parser.add_argument("--people", type=int, default=12)
    options = parser.parse_args()
    letters = _letters(options.batches, options.records)
    chance = random.Random(_SEED)  # noqa: S311 - the same answers each time
    kept = sum(
        _answer(options.service, letter, chance) for letter, _ in zip(letters, range(options.people), strict=False)
    )
    sys.stdout.write(f"{kept} of {options.people} answered on their page\n")
    another = urlsplit(next(letters).link)
    port = urlsplit(options.service).port
    sys.stdout.write(
        f"another page, as a recipient sees it:\n  chromium --host-resolver-rules='MAP {another.hostname} 127.0.0.1' "
        f"http://{another.hostname}:{port}{another.path}\n"
    )
    return 0 if kept == options.people else 1


def _answer(service: str, letter: Letter, chance: random.Random) -> bool:
    link = urlsplit(letter.link)
    person = Person(service, link.hostname or "")
    person.ask(link.path)
    status, _ = person.ask(link.path, {"postcode": letter.postcode, "house": letter.house})
    if status != _SEE_OTHER:
        return False
    reading = str(int(letter.previous or 0) + int(chance.gammavariate(2.0, 50)))
    given = {"f-reading": reading, "f-reading_date": _READ_ON}
    _, form = person.ask("/form")
    status, again = person.ask("/form", dict(_HIDDEN.findall(form)) | given)
    if status != _SEE_OTHER:
        sure = dict.fromkeys(_SURE.findall(again), "yes")
        status, _ = person.ask("/form", dict(_HIDDEN.findall(again)) | given | sure)
    return status == _SEE_OTHER


def _letters(batches: Path, records: Path) -> Iterator[Letter]:
    """From the last letter back."""
    with records.open(encoding="utf-8-sig") as file:
        by_id = {row["record_id"]: row for row in csv.DictReader(file, delimiter=";")}
    rows = [
        (manifest, row)
        for manifest in sorted(batches.glob("*/*-manifest.csv"))
        for row in csv.DictReader(manifest.open(encoding="utf-8"))
    ]
    for manifest, row in reversed(rows):
        record = by_id[row["record_id"]]
        house = f"{record['recipient.house_number']} {record['recipient.addition']}".strip()
        link = _link(manifest.parent / row["file"], int(row["first_page"]))
        yield Letter(link, record["recipient.postcode"], house, record["previous_reading"])


def _link(pdf: Path, page: int) -> str:
    """What a phone reads in the letter."""
    with open_pdf(pdf) as document:
        picture = page_gray(document, page, _DPI, Rect(0.0, 0.0, A4_WIDTH_MM, A4_HEIGHT_MM))
        found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
        return next(code.text for code in found if code.text.startswith("HTTPS://"))


if __name__ == "__main__":
    raise SystemExit(main())
