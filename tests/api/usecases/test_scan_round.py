"""The whole round: a letter as it is printed, filled in by a made hand, scanned, read in a child, and settled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from api.adapters.slip_reader import IsolatedReader
from api.ports import Mode, PackageKind, PageRequest, RecordState
from api.usecases.formats import RecordsType
from api.usecases.kinds import WorkKind
from api.usecases.letters import letter_png
from api.usecases.scanning import intake, looking, reviewing
from api.usecases.scanning.reading import read_scan
from docgen.layouts.slip_geometry import read_geometry
from scanning.readings import PageKind
from scanning.simulation.filled import fill_in
from tests.api.usecases.world import ORG, SAMPLES, World, sample
from tests.scanning.slips import steady_writer

if TYPE_CHECKING:
    from docgen.layouts.slip_geometry import SlipGeometry
    from scanning.page import GreyImage

METER, DPI = "water-meter-reading", 300

# a letter is drawn, and a process is started that loads all that reads
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Sent:
    """A letter that came back."""

    piece_id: str
    geometry: SlipGeometry
    page: GreyImage


@pytest.fixture
def sent(world: World) -> Sent:
    world.put(PackageKind.TEMPLATE, METER, sample("template", METER))
    world.put(PackageKind.BRAND, "zandeland", sample("brand", "zandeland"))
    lines = (SAMPLES / "records" / f"{METER}.csv").read_bytes().splitlines(keepends=True)[:2]
    job = world.submit(b"".join(lines), RecordsType.CSV, template=METER, brand="zandeland")
    world.run_one()
    (piece,) = world.pieces(job.id)
    with world.deps.database.read() as uow:
        slip = uow.piece_slips.find(ORG, piece.id)
        assert slip is not None
        geometry = read_geometry(uow.slip_forms.get(ORG, slip.form).geometry)
    png = letter_png(world.deps, ORG, piece.id, slip.page, DPI)
    page = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert page is not None
    return Sent(piece.id, geometry, np.asarray(page, np.uint8))


def test_a_filled_in_slip_comes_back_as_a_record(world: World, sent: Sent) -> None:
    top = round(sent.geometry.page_top_mm * DPI / 25.4)
    slip = np.ascontiguousarray(sent.page[top:])
    fill_in(slip, DPI, sent.geometry, {"reading": "00781"}, steady_writer(), np.random.default_rng(1))
    whole = np.vstack([sent.page[:top], slip])
    done, data = cv2.imencode(".png", whole)
    assert done
    batch = intake.open_batch(world.deps, ORG, "Monday", Mode.LIVE, "usr_1")
    intake.add_file(world.deps, ORG, batch.id, "a.png", [data.tobytes()], "usr_1")
    world.handlers = {WorkKind.READ_SCAN: partial(read_scan, world.deps, IsolatedReader())}
    world.run()
    (page,) = looking.list_pages(world.deps, ORG, PageRequest()).items
    assert (page.kind, page.findings) == (PageKind.SLIP, ())
    ((slip_seen, fields, _),) = looking.list_slips(world.deps, ORG, PageRequest())[0]
    assert (slip_seen.piece_id, slip_seen.form) == (sent.piece_id, sent.geometry.form)
    reading = next(field for field in fields if field.name == "reading")
    assert reading.read == "00781"
    for person in ("usr_a", "usr_b"):
        if looking.get_field(world.deps, ORG, reading.id).stage in {"key", "second"}:
            reviewing.key_field(world.deps, ORG, reading.id, person, "00781", insists=True)
    with world.deps.database.read() as uow:
        entry = uow.entries.of_piece(ORG, sent.piece_id)
        assert entry is not None
        record = uow.records.find(ORG, entry.campaign_id, entry.recipient, "reading")
    assert record is not None
    assert (record.value, record.state, record.record_id) == (reading.machine, RecordState.SETTLED, "ZA-00001")
