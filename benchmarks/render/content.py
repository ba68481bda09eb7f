"""The words, codes and pictures of a letter, ready to be set by an engine that is not ours.

Amounts, dates, KIX bars and QR modules are made here, outside what is measured: peers set and draw, nothing else.
The texts come from ``benchmarks/letter`` itself, so that every engine has the same ones.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from benchmarks.letters import DAY, LETTER, ROOT, brand, letter
from docgen.layouts.letterhead import footer_lines
from docgen.layouts.wording import wording
from docgen.letters import Cents
from docgen.postal.kix import encode as kix_states
from docgen.qr import epc
from docgen.qr.encoder import encode
from docgen.qr.entry_code import format_code
from docgen.qr.references import group_iban
from docgen.templates.conventions import CONVENTIONS, long_date, money, percent, unsigned_amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LANGUAGE = "nl"
FONTS = ROOT / "fonts"
LOGO = ROOT / "samples/brands/grachtstad/logo.svg"
MODULE_PT = 1.44
BAR_PITCH_DOTS, BAR_DOTS, PART_DOTS, TRACKER_DOTS, DOT_PT = 26, 12, 44, 30, 0.12
_FILTER = re.compile(r"\{\{ (\w+)(?: \| \w+)? \}\}")


@dataclass(frozen=True, slots=True)
class Content:
    """What differs from letter to letter. A QR code is rows of ``0`` and ``1``; ``kix`` has a state per bar."""

    address: tuple[str, ...]
    kix: str
    letter_date: str
    salutation: str
    customer_number: str
    home: str
    due: str
    total: str
    ref: str
    meter: str
    rows: tuple[tuple[str, str, str], ...]
    vat: tuple[tuple[str, str], ...]
    payment_code: tuple[str, ...]
    entry_code: tuple[str, ...]
    entry_words: str
    slip: tuple[str, ...]

    def fields(self) -> dict[str, str]:
        """The merge fields of the texts."""
        names = ("salutation", "customer_number", "home", "due", "total", "meter")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Static:
    """The words that all letters share; in texts ``{field}`` stands for a merge field and ``**`` around bold words."""

    brand: str
    sender: tuple[str, ...]
    footer: tuple[str, ...]
    return_line: str
    subject: str
    paragraphs: tuple[str, ...]
    columns: tuple[str, ...]
    reference: tuple[str, ...]
    total: str
    pay_title: str
    pay_labels: tuple[str, ...]
    pay_to: str
    iban: str
    pay_caption: str
    entry_title: str
    entry_labels: tuple[str, ...]
    host: str
    slip_title: str
    slip_label: str
    cut_here: str
    pages: tuple[str, ...]


@cache
def static() -> Static:
    """The words that all letters share."""
    house, words = brand(), wording(LANGUAGE)
    assert house.payment is not None  # noqa: S101 - the sample brand says where money goes
    subject, paragraphs = _texts()
    return Static(
        brand=house.name,
        sender=house.in_language(house.sender, LANGUAGE),
        footer=footer_lines(house, LANGUAGE),
        return_line=house.return_line,
        subject=subject,
        paragraphs=paragraphs,
        columns=("Omschrijving", "Aantal", "Bedrag"),
        reference=("Datum", "Klantnummer"),
        total=words.total,
        pay_title=words.pay_title,
        pay_labels=(words.pay_amount, words.pay_to, "IBAN", words.pay_text, words.pay_before),
        pay_to=house.payment.beneficiary,
        iban=group_iban(house.payment.iban),
        pay_caption=f"{house.payment_label(LANGUAGE, DAY)}. {words.pay_caption}.",
        entry_title=words.entry_title,
        entry_labels=("Scan de code of ga naar de website.", words.entry_host, words.entry_code),
        host=house.entry_host or "",
        slip_title=words.slip_title,
        slip_label="Meterstand",
        cut_here=words.cut_here,
        pages=tuple([words.page.format(page=page, total=2) for page in (1, 2)]),
    )


def content(number: int) -> Content:
    """Letter ``number`` in words."""
    made = letter(number)
    conventions, values = CONVENTIONS[LANGUAGE], made.values
    costs: Any = values["spec"]
    address, access = made.address, made.entry
    assert access is not None  # noqa: S101 - every letter of the benchmark has a way in
    text = {name: str(values[name]) for name in ("salutation", "customer_number", "home", "ref", "meter")}
    return Content(
        **text,
        address=address.lines,
        kix=kix_states(address.kix or ""),
        letter_date=long_date(values["letter_date"], conventions),  # type: ignore[arg-type]  # values are of any kind
        due=long_date(values["due"], conventions),  # type: ignore[arg-type]  # the same
        total=money(int(values["total"]), conventions),  # type: ignore[call-overload]  # the same
        rows=tuple([(c["description"], str(c["qty"]), unsigned_amount(c["amount"], conventions)) for c in costs]),
        vat=tuple(_vat(costs)),
        payment_code=modules(payment_payload(number)),
        entry_code=modules(access.url.encode("ascii")),
        entry_words=format_code(access.code),
        slip=(address.name_lines[0], made.record_id),
    )


def payment_payload(number: int) -> bytes:
    """What the payment code of a letter says."""
    values, details = letter(number).values, brand().payment
    assert details is not None  # noqa: S101 - the sample brand says where money goes
    amount, text = values["total"], str(values["ref"])
    assert isinstance(amount, Cents)  # noqa: S101 - made so
    return epc.encode(epc.EpcPayment(details.beneficiary, details.iban, amount, text=text, bic=details.bic or ""))


def entry_payload(number: int) -> bytes:
    """What the entry code of a letter says."""
    access = letter(number).entry
    return access.url.encode("ascii") if access else b""


def modules(payload: bytes) -> tuple[str, ...]:
    """A QR code of level M as rows of ``0`` and ``1``."""
    return tuple(["".join(map(str, row)) for row in encode(payload).modules().tolist()])


def write_contents(path: Path, count: int) -> None:
    """One letter per line."""
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            out.write(json.dumps(asdict(content(number)), ensure_ascii=False) + "\n")


def read_contents(path: Path) -> Iterator[Content]:
    """The letters of ``write_contents``."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Content(**json.loads(line))


def runs(rows: Iterable[str]) -> Iterator[tuple[int, int, int]]:
    """Dark runs of a code: row from the top, column, length; for engines that draw rectangles."""
    for number, row in enumerate(rows):
        for run in re.finditer("1+", row):
            yield number, run.start(), run.end() - run.start()


def bars(states: str) -> Iterator[tuple[float, float, float, float]]:
    """Bars of a KIX code in points: left, top, width, height from its top-left corner."""
    shapes = {
        "F": (0, 2 * PART_DOTS + TRACKER_DOTS),
        "A": (0, PART_DOTS + TRACKER_DOTS),
        "D": (PART_DOTS, PART_DOTS + TRACKER_DOTS),
        "T": (PART_DOTS, TRACKER_DOTS),
    }
    for place, state in enumerate(states):
        top, height = shapes[state]
        yield place * BAR_PITCH_DOTS * DOT_PT, top * DOT_PT, BAR_DOTS * DOT_PT, height * DOT_PT


def _texts() -> tuple[str, tuple[str, ...]]:
    """The subject and the paragraphs in their order; blocks stand between them."""
    source = (LETTER / "body.nl.md").read_text("utf-8")
    blocks = [_FILTER.sub(r"{\1}", block.strip()) for block in source.split("\n\n")]
    subject = blocks[0].removeprefix("Subject: ")
    return subject, tuple([block for block in blocks[1:] if not block.startswith(":::")])


def _vat(costs: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - rows of a record hold values of any kind
    conventions, words = CONVENTIONS[LANGUAGE], wording(LANGUAGE)
    for rate in sorted({cost["vat"] for cost in costs}, reverse=True):
        gross = sum(cost["amount"] for cost in costs if cost["vat"] == rate)
        base = (gross * 200 + 100 + rate) // (2 * (100 + rate))
        label = words.vat_included.format(rate=percent(rate, conventions), base=money(base, conventions))
        yield label, unsigned_amount(gross - base, conventions)
