"""What tests of scans share: pieces that were sent with slips, a reader that reads what it is told, and people."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from api.ports import Mode, Organisation, PackageKind, PageRequest, PieceSlip, SlipForm
from api.usecases.deps import Deps
from api.usecases.jobs import job_failed
from api.usecases.kinds import WorkKind
from api.usecases.scanning import intake, looking
from api.usecases.scanning.forms import reply_json
from api.usecases.scanning.reading import read_scan
from api.usecases.scanning.rereading import read_page_again
from api.worker.runner import Runner, WorkRules
from docgen.layouts.geometry import Rect
from docgen.letters import Letter
from docgen.postal.address import PostalAddress
from docgen.qr.slip_code import SlipCode, SlipNumber
from docgen.qr.token import derive_piece_id
from docgen.records.letter_json import write_letter
from docgen.reply_form import ReplyField, ReplyForm, ReplyKind
from scanning.readings import BoxReading, FieldReading, PageKind, PageReading, Presence, SlipReading
from tests.api.builders import ORG, OTHER, job, package, piece
from tests.api.usecases.world import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from api.ports import Balance, Blobs, Clock, Database, Handler, Ids, Record, ScanFile, ScanPage, SlipFieldRow
    from docgen.findings import Finding

FORM, OLD_FORM = "ABC234", "ABC233"
ASKED = ReplyForm(
    "meter",
    {"nl": "Meterstand"},
    (
        ReplyField("reading", ReplyKind.METER_READING, {"nl": "Stand"}, length=5),
        ReplyField("number", ReplyKind.DIGITS, {"nl": "Nummer"}, required=False, length=4),
        ReplyField("remark", ReplyKind.TEXT, {"nl": "Opmerking"}, required=False),
    ),
)
SURE, DOUBTFUL = 0.9999, 0.5
ALL = PageRequest(1000)


def _letter(record_id: str) -> bytes:
    address = PostalAddress(("Mevrouw Jansen",), "Dorpsstraat", "1", "", "", "1234 AB", "Dorp", "NL")
    return write_letter(Letter(record_id, "nl", address))


def piece_id(number: int, organisation: str = ORG) -> str:
    return derive_piece_id(f"job_{organisation}", number)


def reading(name: str, kind: ReplyKind, value: str, confidence: float = SURE) -> FieldReading:
    """A field in which this was read."""
    boxes = tuple([BoxReading(Presence.INK, 0.2, _chances(sign)) for sign in value if sign.isdigit()])
    crop = np.full((20, 40), len(value), np.uint8)
    return FieldReading(name, kind, value, confidence, boxes, (), Rect(10.0, 20.0, 30.0, 8.0), crop)


def _chances(digit: str) -> tuple[float, ...]:
    return tuple([0.9999 if str(number) == digit else 0.00001 for number in range(11)])


def slip(
    number: int | str, values: Mapping[str, str] | None = None, form: str = FORM, confidence: float = SURE
) -> SlipReading:
    """The slip of a piece of ours by number, or of any piece id, with what was read in its fields."""
    whose = piece_id(number) if isinstance(number, int) else number
    said = values or {}
    fields = tuple([reading(one.name, one.kind, said.get(one.name, ""), confidence) for one in ASKED.fields])
    return SlipReading(SlipCode(whose, form), fields, 0.1, 4, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))


def by_number(number: int, values: Mapping[str, str]) -> SlipReading:
    """As `slip`, known by its line of digits only."""
    made = slip(number, values)
    return replace(made, code=SlipNumber(piece_id(number)[:15], FORM, 1))


def page(number: int, *slips: SlipReading, kind: PageKind | None = None, looks: str = "") -> PageReading:
    """A page with these slips, or a blank one."""
    found = kind or (PageKind.SLIP if slips else PageKind.BLANK)
    picture = np.full((30, 20), 200, np.uint8)
    hashed = looks or f"hash-{number}-{len(slips)}"
    return PageReading(number, found, slips, (), 300.0, page_hash=hashed, picture=picture)


@dataclass
class FakeReader:
    """`api.ports.SlipReader`: what a file holds is known by its first line."""

    files: dict[bytes, Sequence[PageReading | Finding]] = field(default_factory=dict)
    asked: list[Mapping[str, str]] = field(default_factory=list)

    def read(self, path: Path, forms: Mapping[str, str]) -> Iterator[PageReading | Finding]:
        self.asked.append(forms)
        yield from self.files[path.read_bytes()]


class SlipWorld:
    """Two organisations with letters that had slips, and a mailroom."""

    def __init__(self, database: Database, blobs: Blobs, clock: Clock, ids: Ids, letters: int = 8) -> None:
        self.deps = Deps(database, blobs, clock, ids, SECRET)
        self.reader = FakeReader()
        self.files = 0
        self.runs: list[int] = []
        with database.write() as uow:
            for organisation in (ORG, OTHER):
                uow.organisations.add(Organisation(organisation, organisation.title(), clock.now()))
        for organisation in (ORG, OTHER):
            self.send(organisation, letters)
        self.batch = intake.open_batch(self.deps, ORG, "Monday", Mode.LIVE, "usr_1")

    def send(self, organisation: str, count: int, mode: Mode = Mode.LIVE, known: str = "{}") -> None:
        """A job with so many letters, each with a slip; a test has ids of its own."""
        prefix = "job" if mode is Mode.LIVE else "test"
        made = replace(job(f"{prefix}_{organisation}", organisation), mode=mode)
        template = f"template_{organisation}_house_1"
        ids = [derive_piece_id(made.id, number) for number in range(count)]
        rows = [replace(piece(number, made.id, organisation), id=row_id) for number, row_id in enumerate(ids)]
        with self.deps.database.write() as uow:
            if mode is Mode.LIVE:
                uow.brands.add(package(PackageKind.BRAND, organisation=organisation))
                uow.templates.add(package(PackageKind.TEMPLATE, organisation=organisation))
                now = self.deps.clock.now()
                for form in (FORM, OLD_FORM):
                    text = reply_json(ASKED)
                    uow.slip_forms.put(SlipForm(organisation, form, template, "house@1", "nl", "{}", text, now))
            uow.jobs.add(made)
            uow.pieces.add_many(organisation, [(row, _letter(row.record_id)) for row in rows])
            slips = [PieceSlip(row_id, organisation, made.id, mode, FORM, template, 1, known) for row_id in ids]
            uow.piece_slips.add_many(organisation, slips)

    def send_more(self, count: int) -> None:
        """Letters of ours up to so many."""
        job_id = f"job_{ORG}"
        with self.deps.database.write() as uow:
            there = sum(1 for _ in uow.pieces.of_job(ORG, job_id))
            first = uow.piece_slips.find(ORG, piece_id(0))
            assert first is not None
            for number in range(there, count):
                row = replace(piece(number, job_id), id=piece_id(number))
                uow.pieces.add_many(ORG, [(row, _letter(row.record_id))])
                uow.piece_slips.add_many(ORG, [first._replace(piece_id=row.id)])

    def scan(self, *items: PageReading | Finding, batch_id: str | None = None) -> ScanFile:
        """A file with these pages, taken in and read."""
        self.files += 1
        content = f"scan {self.files}".encode()
        self.reader.files[content] = items
        file = intake.add_file(self.deps, ORG, batch_id or self.batch.id, f"scan-{self.files}.pdf", [content], "usr_1")
        self.run()
        return looking.get_file(self.deps, ORG, file.id)

    def runner(self) -> Runner:
        handlers: dict[str, Handler] = {
            WorkKind.READ_SCAN: partial(read_scan, self.deps, self.reader),
            WorkKind.READ_PAGE: partial(read_page_again, self.deps, self.reader),
        }
        rules = WorkRules(first_pause_s=0)
        return Runner(self.deps.database, self.deps.clock, handlers, rules, partial(job_failed, self.deps))

    def run(self) -> None:
        self.runner().drain("worker-1")

    def pages(self) -> Sequence[ScanPage]:
        return looking.list_pages(self.deps, ORG, ALL).items

    def fields(self) -> list[SlipFieldRow]:
        seen, _ = looking.list_slips(self.deps, ORG, ALL)
        return [one for slip in seen for one in slip.fields]

    def field_named(self, name: str, number: int = 0) -> SlipFieldRow:
        return [one for one in self.fields() if one.name == name][number]

    def records(self, organisation: str = ORG) -> dict[tuple[str, str], Record]:
        with self.deps.database.read() as uow:
            found = uow.records.list(organisation, ALL).items
        return {(record.piece_id, record.field): record for record in found}

    def balance(self) -> Balance:
        return looking.get_batch(self.deps, ORG, self.batch.id).balance
