#!/usr/bin/env python3
"""Make the sample records: invented people, the same ones every time.

``python samples/make_records.py [FOLDER]`` writes into ``samples/records`` unless another folder is given:
``rent-reminder.json`` (1,000), ``water-meter-reading.csv`` (200), ``service-cost-statement.xlsx`` (24), and
``fourteen-day-letter.csv``, ``contact-data-request.json``, ``digital-post-consent.json`` (20 each). The files
``hard-cases.json`` and ``faulty.*`` beside them are kept by hand. Nothing here is a real person, home or account.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import openpyxl

from docgen.qr.references import make_kenmerk, make_rf

if TYPE_CHECKING:
    from collections.abc import Iterable

Record = dict[str, Any]

SEED: Final = 20261123
LETTER_DATE: Final = date(2026, 11, 23)
PAY_BEFORE: Final = date(2026, 12, 7)
DEMO_COUNT: Final = 1_000
WATER_COUNT: Final = 200
SERVICE_COUNT: Final = 24
SMALL_COUNT: Final = 20

_LETTERS: Final = "ABCDEFGHJKLMNPRTVWXZ"
_BASE_32: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DATA: Final[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("people.toml").read_text("utf-8"))


@dataclass(slots=True)
class People:
    """A source of invented recipients for one town."""

    random: Random
    town: str
    first_digits: str
    count: int = 0

    def next(self) -> Record:
        """The next recipient; every seventeenth has a name or address that is hard to print."""
        self.count += 1
        if self.count % 17 == 0:
            return self._hard_one(self.count // 17)
        title, first, last = (
            self.random.choice(part) for part in (("Mevrouw", "De heer"), _DATA["first_names"], _DATA["last_names"])
        )
        return self._at_home(f"{title} {first[0]}. {last}")

    def _hard_one(self, turn: int) -> Record:
        elsewhere = _DATA["elsewhere"]
        if turn % 4 == 0:
            return dict(elsewhere[turn // 4 % len(elsewhere)])
        return self._at_home(_DATA["hard_names"][turn % len(_DATA["hard_names"])])

    def _at_home(self, name: str) -> Record:
        random = self.random
        postcode = f"{self.first_digits}{random.randrange(100):02} {random.choice(_LETTERS)}{random.choice(_LETTERS)}"
        recipient = {
            "name": name,
            "street": random.choice(_DATA["streets"]),
            "house_number": str(random.randrange(1, 320)),
        }
        addition = random.choice(_DATA["additions"])
        if addition:
            recipient["addition"] = addition
        return recipient | {"postcode": postcode, "town": self.town}


def euros(cents: int) -> str:
    """An amount as a decimal text."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


def collection_costs(principal: int) -> int:
    """The costs in cents that Dutch law allows on a consumer's debt in cents (Besluit BIK, article 2)."""
    steps = ((250_000, 15.0), (250_000, 10.0), (500_000, 5.0), (19_000_000, 1.0), (10**12, 0.5))
    left, costs = principal, 0.0
    for width, percent in steps:
        part = min(left, width)
        costs += part * percent / 100
        left -= part
    return max(4_000, min(677_500, round(costs)))


def salutation(name: str, *, english: bool) -> str:
    """What follows Geachte or Dear: title and surname without initials, or the words for when there is no title."""
    for dutch, spoken, title in (("Mevrouw ", "mevrouw", "Ms"), ("De heer ", "heer", "Mr")):
        if name.startswith(dutch):
            surname = " ".join(word for word in name.removeprefix(dutch).split() if not re.fullmatch(r"\w\.", word))
            return f"{title if english else spoken} {surname[0].upper()}{surname[1:]}"
    return "Sir or Madam" if english else "heer of mevrouw"


def common(random: Random, number: int, people: People) -> Record:
    """What every sample letter has; one letter in eight is in English."""
    recipient = people.next()
    english = number % 8 == 0
    return {
        "record_id": f"{people.town[:2].upper()}-{number:05}",
        "language": "en" if english else "nl",
        "recipient": recipient,
        "letter_date": LETTER_DATE.isoformat(),
        "salutation": salutation(recipient["name"], english=english),
        "customer_number": f"H-{random.randrange(100_000, 999_999)}",
    }


def rent_reminder(random: Random, number: int, people: People) -> Record:
    """A tenant with one to four months of rent open; some records are extreme on purpose."""
    record = common(random, number, people)
    lines = _rent_lines(random, number)
    total = sum(cents for _, _, cents in lines)
    recipient = record["recipient"]
    home = " ".join(str(recipient.get(key, "")) for key in ("street", "house_number", "addition")).strip()
    record |= {
        "home_address": f"{home} in {people.town}"[:100],
        "processed_until": (LETTER_DATE - timedelta(days=3)).isoformat(),
        "pay_before": PAY_BEFORE.isoformat(),
        "total_due": euros(total),
        "payment_reference": _reference(random, number),
        "municipality": people.town,
        "debt_help_phone": "088 000 00 20",
        "specification": [
            {"description": text, "due_date": day.isoformat() if day else None, "amount": euros(cents)}
            for text, day, cents in lines
        ],
    }
    worker = random.choice(_DATA["case_workers"])
    return record | ({"case_worker": worker} if worker else {})


def _rent_lines(random: Random, number: int) -> list[tuple[str, date | None, int]]:
    rent = random.randrange(42_000, 89_000)
    if number == 400:  # noqa: PLR2004 -- the longest specification there is
        return [(f"Parkeerplaats {i}, huur november 2026", date(2026, 11, 1), 4_500 + i) for i in range(1, 401)]
    if number == 600:  # noqa: PLR2004 -- the largest amount
        return [("Huur bedrijfsruimte en schadevergoeding", date(2026, 10, 1), 123_456_789)]
    months = ("augustus", "september", "oktober", "november")[-random.randrange(1, 5) :]
    lines: list[tuple[str, date | None, int]] = [
        (f"Huur {month} 2026", date(2026, 8 + ("augustus", "september", "oktober", "november").index(month), 1), rent)
        for month in months
    ]
    if number % 5 == 0:
        lines.append(("Ontvangen op 12 november 2026", None, -random.randrange(1_000, rent - 1_000)))
    if number % 9 == 0:
        lines.append(("Administratiekosten, vervallen", None, 0))
    return lines


def _reference(random: Random, number: int) -> str:
    if number % 10 == 0:
        return make_rf(f"H2026{number:06}")
    return make_kenmerk(f"{random.randrange(10**15):015}")


def water_meter(random: Random, number: int, people: People) -> Record:
    """A home with one water meter."""
    record = common(random, number, people)
    recipient = record["recipient"]
    record |= {
        "home_address": f"{recipient['street']} {recipient.get('house_number', '')}".strip() + f" in {people.town}",
        "meter_number": f"WM {random.randrange(2009, 2025)}-{random.randrange(10**6):06}",
        "answer_before": "2026-12-14",
    }
    if number % 3:
        record["meter_place"] = random.choice(("in de meterkast", "onder het aanrecht", "in de kruipruimte"))
    if number % 6:
        record |= {
            "previous_reading": random.randrange(20, 9_800),
            "previous_date": "2025-12-12",
            "use_per_day": "0.25",
        }
    return record


_SERVICES: Final = (
    ("Algemene ruimten", "Schoonmaak trappenhuis en hal", 21, (650, 1_900)),
    ("Algemene ruimten", "Elektriciteit verlichting en lift", 21, (380, 1_250)),
    ("Algemene ruimten", "Onderhoud en keuring lift", 21, (290, 760)),
    ("Warmte en water", "Stookkosten", 21, (900, 6_800)),
    ("Warmte en water", "Water gemeenschappelijke aansluiting", 9, (180, 520)),
    ("Tuin en terrein", "Onderhoud binnentuin", 21, (260, 880)),
    ("Huismeester", "Huismeester, deel voor de bewoners", 0, (520, 940)),
)
_MONTHS: Final = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)


def cost_lines(random: Random) -> list[Record]:
    """A year of costs, month by month and grouped by kind: three pages of specification, with a return at the end."""
    lines = [
        {
            "group": group,
            "description": f"{what}, {month} 2025",
            "vat_rate": rate,
            "amount": euros(random.randrange(*span)),
        }
        for group, what, rate, span in _SERVICES
        for month in _MONTHS
    ]
    back = -random.randrange(200, 1_500)
    lines.append(
        {"group": "Huismeester", "description": "Teruggave na controle 2024", "vat_rate": 0, "amount": euros(back)}
    )
    return lines


def service_costs(random: Random, number: int, people: People) -> Record:
    """A statement; in turn there is something to pay, something to receive, or nothing."""
    record = common(random, number, people)
    recipient = record["recipient"]
    lines = cost_lines(random)
    actual = sum(round(float(line["amount"]) * 100) for line in lines)
    balance = (random.randrange(500, 21_000), -random.randrange(500, 16_000), 0)[number % 3]
    record |= {
        "home_address": f"{recipient['street']} {recipient.get('house_number', '')}".strip() + f" in {people.town}",
        "year": 2025,
        "period_start": "2025-01-01",
        "period_end": "2025-12-31",
        "actual_costs": euros(actual),
        "advance_paid": euros(actual - balance),
        "new_advance": euros((actual // 12 + 50) // 100 * 100),
        "new_advance_from": "2027-01-01",
        "costs": lines,
    }
    if balance > 0:
        token = "".join(random.choice(_BASE_32) for _ in range(17))
        record |= {
            "to_pay": euros(balance),
            "pay_before": "2026-12-23",
            "payment_reference": make_rf(f"SK25{number:06}"),
        }
        record["payment_link"] = f"HTTPS://BETAAL.ZANDELAND.EXAMPLE.NL/{token}"
    elif balance < 0:
        record["to_receive"] = euros(-balance)
        if number % 2:
            record["refund_iban"] = _DATA["ibans"][number % len(_DATA["ibans"])]
    return record


def fourteen_day_letter(random: Random, number: int, people: People) -> Record:
    """A debt after a reminder; every other one has VAT on its costs."""
    record = common(random, number, people)
    recipient = record["recipient"]
    claims = [
        {"description": f"Huur {month} 2026", "due_date": f"2026-{9 + i:02}-01", "amount": euros(rent)}
        for rent in [random.randrange(12_000, 89_000)]
        for i, month in enumerate(("september", "oktober")[: 1 + number % 2])
    ]
    principal = sum(round(float(claim["amount"]) * 100) for claim in claims)
    costs = collection_costs(principal)
    vat = round(costs * 0.21) if number % 2 else 0
    record |= {
        "home_address": f"{recipient['street']} {recipient.get('house_number', '')}".strip() + f" in {people.town}",
        "reminder_date": "2026-11-02",
        "principal": euros(principal),
        "collection_costs": euros(costs),
        "collection_total": euros(costs + vat),
        "total_with_costs": euros(principal + costs + vat),
        "payment_reference": make_kenmerk(f"{random.randrange(10**15):015}"),
        "claims": claims,
    }
    return record | ({"collection_vat": euros(vat)} if vat else {})


def contact_data(random: Random, number: int, people: People) -> Record:
    """A household of which a phone number is known, or not."""
    record = common(random, number, people) | {"answer_before": "2026-12-14"}
    return record | ({"known_phone_end": f"{random.randrange(1000):03}"} if number % 3 else {})


def digital_post(random: Random, number: int, people: People) -> Record:
    """A household of which an e-mail address is known, or not."""
    record = common(random, number, people) | {"answer_before": "2026-12-31", "start_date": "2027-02-01"}
    return record | ({"known_email": f"bewoner{number}@example.nl"} if number % 2 else {})


def grachtstad(salt: int = 0) -> tuple[Random, People]:
    """A fresh source for the city."""
    random = Random(SEED + salt)  # noqa: S311 -- invented people need no secret
    return random, People(random, "Grachtstad", "12")


def zandelo(salt: int = 0) -> tuple[Random, People]:
    """A fresh source for the country town."""
    random = Random(SEED + 100 + salt)  # noqa: S311 -- invented people need no secret
    return random, People(random, "Zandelo", "98")


def as_json(records: Iterable[Record]) -> bytes:
    """One record per line, so that a difference can be read."""
    lines = ",\n".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records)
    return f'{{"records":[\n{lines}\n]}}\n'.encode()


def as_rows(records: Iterable[Record]) -> tuple[list[str], list[dict[str, Any]]]:
    """Dotted columns and rows; list items stand in rows of their own under the first."""
    rows: list[dict[str, Any]] = []
    for record in records:
        row: dict[str, Any] = {}
        items: list[dict[str, Any]] = []
        for name, value in record.items():
            if isinstance(value, dict):
                row |= {f"{name}.{key}": inner for key, inner in value.items()}
            elif isinstance(value, list):
                items = [{f"{name}.{key}": inner for key, inner in item.items()} for item in value]
            else:
                row[name] = value
        rows += [row | items[0], *items[1:]] if items else [row]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return columns, rows


def as_csv(records: Iterable[Record]) -> bytes:
    """Semicolons and a byte order mark, as a Dutch spreadsheet program saves it."""
    columns, rows = as_rows(records)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, delimiter=";", lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(records: Iterable[Record], amounts: frozenset[str]) -> bytes:
    """A workbook of one sheet; the columns in ``amounts`` hold numbers."""
    columns, rows = as_rows(records)
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Records"
    sheet.append(columns)
    for row in rows:
        sheet.append([float(row[c]) if c in amounts and row.get(c) is not None else row.get(c) for c in columns])
    out = io.BytesIO()
    workbook.save(out)
    return _without_clock(out.getvalue())


def _without_clock(workbook: bytes) -> bytes:
    """The same workbook with fixed times, so that it is the same file every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in sorted(source.infolist(), key=lambda member: member.filename):
            content = source.read(member)
            if member.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-11-23T00:00:00Z", content)
            info = zipfile.ZipInfo(member.filename, (2026, 11, 23, 0, 0, 0))
            target.writestr(info, content, zipfile.ZIP_DEFLATED, 6)
    return out.getvalue()


_SERVICE_AMOUNTS: Final = frozenset(
    {"actual_costs", "advance_paid", "to_pay", "to_receive", "new_advance", "costs.amount", "costs.vat_rate"}
)


def make_files() -> dict[str, bytes]:
    """Every generated file by name."""
    demo, water, service = grachtstad(), zandelo(), zandelo(1)
    fourteen, contact, digital = grachtstad(1), zandelo(2), zandelo(3)
    return {
        "rent-reminder.json": as_json(rent_reminder(demo[0], n, demo[1]) for n in range(1, DEMO_COUNT + 1)),
        "water-meter-reading.csv": as_csv(water_meter(water[0], n, water[1]) for n in range(1, WATER_COUNT + 1)),
        "service-cost-statement.xlsx": as_xlsx(
            (service_costs(service[0], n, service[1]) for n in range(1, SERVICE_COUNT + 1)), _SERVICE_AMOUNTS
        ),
        "fourteen-day-letter.csv": as_csv(
            fourteen_day_letter(fourteen[0], n, fourteen[1]) for n in range(1, SMALL_COUNT + 1)
        ),
        "contact-data-request.json": as_json(
            contact_data(contact[0], n, contact[1]) for n in range(1, SMALL_COUNT + 1)
        ),
        "digital-post-consent.json": as_json(
            digital_post(digital[0], n, digital[1]) for n in range(1, SMALL_COUNT + 1)
        ),
    }


def main(arguments: list[str]) -> None:
    """Write every file into the folder of the first argument, or beside this script."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent / "records"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in make_files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
