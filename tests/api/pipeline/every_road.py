"""The same answers by three roads: typed on the page in a real browser, written on slips, and in a file."""

from __future__ import annotations

import csv
import io
import random
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from api.adapters.fakes import FakeClock
from api.adapters.slip_reader import IsolatedReader
from api.http.app import create_app
from api.http.edge import Edge
from api.ports import Mode, PackageKind, PageRequest, RecordFilter, RecordState
from api.usecases.answering import judging
from api.usecases.answering.campaigns import Plan, open_campaign
from api.usecases.answering.importing import ImportWish, import_answers
from api.usecases.answering.rows import RowsFile
from api.usecases.formats import RecordsType
from api.usecases.kinds import WorkKind
from api.usecases.scanning import intake, reviewing
from api.usecases.scanning.reading import read_scan
from docgen.layouts.slip_geometry import SlipGeometry, read_geometry
from docgen.qr.entry_code import derive_token
from docgen.qr.slip_code import SlipCode
from docgen.reply_form import ReplyKind
from scanning.simulation.filled import fill_in
from scanning.simulation.printed import printed_slip
from tests.api.http.recipient.scene import HOST
from tests.api.http.serving import serving
from tests.api.usecases.world import ORG, SAMPLES, SECRET, World, as_json, sample, sample_records
from tests.scanning.slips import steady_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from api.ports import Blobs, Database, Ids, PrintJob

TODAY: Final = date(2026, 11, 25)
DPI: Final = 300
BRAND: Final = "zandeland"
METER, CONTACT = "water-meter-reading", "contact-data-request"
OPTIONS: Final = ("--headless", "--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP {HOST} 127.0.0.1")
_A4_PX: Final = (3508, 2480)
_PAGES_A_FILE: Final = 25
_TICKS: Final = ("use_emergency", "use_maintenance", "use_rent")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as a person gives it by each road; a field that is not there is left blank."""

    recipient: str
    page: Mapping[str, str]
    slip: Mapping[str, str]
    file: Mapping[str, str]


class EveryRoad:
    """A template that is sent three times, once for each road."""

    def __init__(self, template: str, count: int, database: Database, blobs: Blobs, ids: Ids) -> None:
        self.clock = FakeClock(datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC))
        self.world = World(database, blobs, self.clock, ids)
        self.template = template
        self.world.upload(PackageKind.BRAND, sample("brand", BRAND))
        self.world.put(PackageKind.TEMPLATE, template, sample("template", template))
        records, self.said = _invent(template, count)
        self.jobs = {road: self._send(road, records) for road in ("page", "slip", "file")}

    def _send(self, road: str, records: Sequence[Mapping[str, object]]) -> PrintJob:
        open_campaign(self.world.deps, ORG, Plan(road, road, self.template, BRAND), "key_1")
        job = self.world.submit(as_json(records), RecordsType.JSON, template=self.template, brand=BRAND, campaign=road)
        while self.world.job(job.id).state in {"received", "validating"}:
            self.world.run_one()
        return self.world.job(job.id)

    def by_page(self, chromium: Browser) -> None:
        """Each in turn scans the code, says the address, fills in the form, and keeps to what is asked again."""
        app = create_app(self.world.deps, Edge())
        said = {one.recipient: one.page for one in self.said}
        with serving(app) as (_, port), chromium.new_context(base_url=f"http://{HOST}:{port}") as context:
            page = context.new_page()
            for piece in self.world.pieces(self.jobs["page"].id):
                _answer(page, derive_token(SECRET, piece.id), (piece.postcode, piece.house), said[piece.record_id])

    def by_slip(self, folder: Path) -> int:
        """Slips are filled in and scanned; people key what the machine is not sure of. How many fields they keyed."""
        deps = self.world.deps
        pieces = {piece.id: piece.record_id for piece in self.world.pieces(self.jobs["slip"].id)}
        batch = intake.open_batch(deps, ORG, "Monday", Mode.LIVE, "usr_1")
        said = {one.recipient: one.slip for one in self.said}
        pages = (sheet_of(self.world, piece_id, said[recipient]) for piece_id, recipient in pieces.items())
        for number, data in enumerate(files_of(folder, pages)):
            intake.add_file(deps, ORG, batch.id, f"scan-{number}.tif", [data], "usr_1")
        self.world.handlers = {WorkKind.READ_SCAN: partial(read_scan, deps, IsolatedReader())}
        self.world.run()
        return key_all(self.world, lambda piece_id: said[pieces[piece_id]])

    def by_file(self) -> None:
        """All in one file, each row by somebody who keeps to it."""
        names = sorted({name for one in self.said for name in one.file})
        out = io.StringIO()
        writer = csv.DictWriter(out, ["record_id", *names, "insists"])
        writer.writeheader()
        for one in self.said:
            writer.writerow({"record_id": one.recipient, "insists": "yes", **one.file})
        file = RowsFile(io.BytesIO(out.getvalue().encode()), "text/csv; charset=utf-8", "00" * 32)
        import_answers(self.world.deps, ORG, "file", file, ImportWish("key_1"))

    def look(self) -> int:
        """A person looks at what no rule lets pass, as the second person of the mailroom does on slips."""
        said, looked = {one.recipient: one.slip for one in self.said}, 0
        while waiting := judging.waiting(self.world.deps, ORG, RecordState.REVIEW, PageRequest()).items:
            for one in waiting:
                judging.judge(self.world.deps, ORG, one.id, said[one.record_id][one.field], "usr_a", insists=True)
                looked += 1
        return looked

    def records(self, road: str) -> dict[tuple[str, str], tuple[str, str, str]]:
        """Value, state and code by recipient and field; a signature is asked on paper only."""
        with self.world.deps.database.read() as uow:
            campaign = uow.campaigns.get(ORG, road)
            found, after = {}, None
            while True:
                page = uow.records.list(ORG, PageRequest(1000, after), RecordFilter(campaign_id=campaign.id))
                found |= {
                    (one.record_id, one.field): (one.value, str(one.state), one.code)
                    for one in page.items
                    if one.kind is not ReplyKind.SIGNATURE
                }
                if page.next_after is None:
                    return found
                after = page.next_after


def sheet_of(
    world: World, piece_id: str, answers: Mapping[str, str]
) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """A whole sheet, uint8 grey 300 dpi, with the slip of a letter where it was printed, filled in."""
    with world.deps.database.read() as uow:
        printed = uow.piece_slips.find(ORG, piece_id)
        assert printed is not None
        geometry: SlipGeometry = read_geometry(uow.slip_forms.get(ORG, printed.form).geometry)
    slip = printed_slip(geometry, SlipCode(piece_id, printed.form, printed.page), DPI)
    fill_in(slip, DPI, geometry, answers, steady_writer(), np.random.default_rng(len(piece_id)))
    sheet = np.full(_A4_PX, 255, np.uint8)
    top = min(round(geometry.page_top_mm * DPI / 25.4), _A4_PX[0] - slip.shape[0])
    sheet[top : top + slip.shape[0], : slip.shape[1]] = slip[:, : _A4_PX[1]]
    return sheet


def key_all(world: World, said: Callable[[str], Mapping[str, str]]) -> int:
    """People key what the machine is not sure of, as it was written on the slip of a letter. How many fields."""
    keyed = 0
    for person in ("usr_a", "usr_b", "usr_c"):
        while (item := reviewing.next_review(world.deps, ORG, person)) is not None:
            text = _keyed(item.asked.kind, said(item.slip.piece_id).get(item.asked.name, ""))
            reviewing.key_field(world.deps, ORG, item.field_id, person, text, insists=True)
            keyed += 1
    return keyed


def _invent(template: str, count: int) -> tuple[list[dict[str, object]], list[Said]]:
    chance = random.Random(f"{template} {count}")  # noqa: S311 - the same answers each time
    if template == CONTACT:
        given = sample_records(CONTACT)
        made = [given[number % len(given)] | {"record_id": f"C{number:04}"} for number in range(count)]
        return made, [_contact(chance, str(one["record_id"])) for one in made]
    text = (SAMPLES / "records" / f"{METER}.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    made, said = [], []
    for number in range(count):
        row = rows[number % len(rows)]
        record = _meter_record(row, f"M{number:04}")
        made.append(record)
        said.append(_reading(chance, str(record["record_id"]), int(row["previous_reading"] or 1000)))
    return made, said


def _meter_record(row: Mapping[str, str], record_id: str) -> dict[str, object]:
    there = {name: value for name, value in row.items() if value}
    recipient = {name.partition(".")[2]: value for name, value in there.items() if name.startswith("recipient.")}
    own = {name: value for name, value in there.items() if "." not in name}
    numbers = {"previous_reading": int(row["previous_reading"])} if row["previous_reading"] else {}
    return own | numbers | {"record_id": record_id, "recipient": recipient}


def _reading(chance: random.Random, recipient: str, previous: int) -> Said:
    """Mostly some cubic metres more; now and then nothing, less, or a day to come."""
    use = chance.choice([*[chance.randint(20, 180) for _ in range(6)], 0, -chance.randint(1, 200)])
    value = max(previous + use, 1) % 100_000
    day = TODAY - timedelta(days=chance.choice([0, 1, 2, 5, 9, -3]))
    boxes = {"reading": f"{value:05}", "reading_date": day.strftime("%d%m%Y")}
    spelled = chance.choice([f"{day.day}-{day.month}-{day.year}", day.isoformat()])
    # few digits where boxes show zeros would be another answer
    page = {"reading": str(value) if value > previous // 10 else f"{value:05}", "reading_date": spelled}
    file = {"reading": f"{value:05}", "reading_date": day.isoformat()}
    return Said(recipient, page, boxes | {"signature": "x"}, file)


def _contact(chance: random.Random, recipient: str) -> Said:
    """Mobile and fixed numbers, numbers of machines, addresses with and without a slip of the finger, and ticks."""
    start = chance.choice(["06", "06", "06", "06", "050", "097"])
    phone = start + "".join(chance.choices("123456789", k=10 - len(start)))
    email = chance.choice(["", f"{recipient.lower()}@example.org", f"{recipient.lower()}@gmial.com"])
    ticked = [name for name in _TICKS if chance.random() < 0.5]
    page = {"phone": f"{phone[:2]} {phone[2:]}", "email": email, **dict.fromkeys(ticked, "x")}
    slip = {"phone": phone, "email": email, **dict.fromkeys(ticked, "x")}
    file = {"phone": phone, "email": email, **{name: "ja" if name in ticked else "" for name in _TICKS}}
    return Said(recipient, page, {name: text for name, text in slip.items() if text}, file)


def _answer(page: Page, token: str, address: tuple[str, str], said: Mapping[str, str]) -> None:
    page.goto(f"/{token}")
    page.fill("#postcode", address[0])
    page.fill("#house", address[1])
    page.click("main form button")
    for name, text in said.items():
        box = page.locator(f"[name='f-{name}']")
        box.check() if box.get_attribute("type") == "checkbox" else box.fill(text)
    page.click("form[action^='/form'] button")
    if not page.url.endswith("/done"):
        for sure in page.locator("input[type=radio][name^='sure-'][value='yes']").all():
            sure.check()
        page.click("form[action^='/form'] button")
    page.wait_for_url("**/done")


def _keyed(kind: ReplyKind, truth: str) -> str:
    """What somebody keys who reads it."""
    if kind is ReplyKind.DATE and truth:
        return f"{truth[:2]}-{truth[2:4]}-{truth[4:]}"
    return truth


def files_of(folder: Path, pages: Iterator[np.ndarray[tuple[int, int], np.dtype[np.uint8]]]) -> Iterator[bytes]:
    every = list(pages)
    for start in range(0, len(every), _PAGES_A_FILE):
        path = folder / f"{start}.tif"
        assert cv2.imwritemulti(str(path), every[start : start + _PAGES_A_FILE])
        yield path.read_bytes()


def chromium_path() -> str | None:
    """Debian's where it is, else the one that Playwright brought."""
    return shutil.which("chromium")
