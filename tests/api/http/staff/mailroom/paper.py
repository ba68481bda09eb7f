"""Slips on paper: printed from a geometry, filled in by a made hand, scanned, and read by the real reader."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from api.adapters.slip_reader import IsolatedReader
from api.ports import PieceSlip, SlipForm
from api.usecases.scanning.forms import reply_json
from docgen.qr.slip_code import SlipCode
from docgen.reply_form import Choice, ReplyField, ReplyForm, ReplyKind
from scanning.simulation.filled import fill_in
from scanning.simulation.printed import on_a4, printed_slip
from scanning.simulation.scanner import CONDITIONS, scan, turned
from tests.api.usecases.slips import ORG, SlipWorld, piece_id
from tests.scanning.slips import PAPER_DPI, geometry, steady_writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from docgen.findings import Finding
    from scanning.page import GreyImage
    from scanning.readings import PageReading

PAPER = geometry().form
TEMPLATE = f"template_{ORG}_house_1"
ASKED = ReplyForm(
    "water-meter",
    {"nl": "Watermeter"},
    (
        ReplyField("reading", ReplyKind.METER_READING, {"nl": "Meterstand in m³"}, length=5),
        ReplyField("moved", ReplyKind.TICK, {"nl": "Ik ben verhuisd"}, required=False),
        ReplyField(
            "road",
            ReplyKind.CHOICE,
            {"nl": "Hoe wilt u post ontvangen?"},
            required=False,
            choices=(Choice("post", {"nl": "per post"}), Choice("mail", {"nl": "per e-mail"})),
        ),
        ReplyField("read_on", ReplyKind.DATE, {"nl": "Datum van aflezen"}),
        ReplyField("signature", ReplyKind.SIGNATURE, {"nl": "Uw handtekening"}),
    ),
)


class BothReaders:
    """Files that are pictures are really read, all others as the fake is told."""

    def __init__(self, world: SlipWorld) -> None:
        self.fake, self.real = world.reader, IsolatedReader()

    def read(self, path: Path, forms: Mapping[str, str]) -> Iterator[PageReading | Finding]:
        if path.read_bytes() in self.fake.files:
            return self.fake.read(path, forms)
        return self.real.read(path, {form: text for form, text in forms.items() if text != "{}"})


def send_paper(world: SlipWorld, numbers: Sequence[int]) -> None:
    """Letters that were sent with this slip."""
    with world.deps.database.write() as uow:
        for organisation in (ORG,):
            text, now = geometry().to_json(), world.deps.clock.now()
            form = SlipForm(organisation, PAPER, TEMPLATE, "house@1", "nl", text, reply_json(ASKED), now)
            uow.slip_forms.put(form)
            known = [uow.piece_slips.find(organisation, piece_id(number)) for number in numbers]
            made = [PieceSlip(*each[:4], PAPER, *each[5:]) for each in known if each is not None]
            for each in made:
                uow.piece_slips.clear(organisation, each.job_id)
            uow.piece_slips.add_many(organisation, made)


@cache
def scanned(number: int, answers: tuple[tuple[str, str], ...], condition: str = "typical", quarters: int = 0) -> bytes:
    """A sheet with the slip of a letter at its foot, as a JPEG of 200 dpi."""
    slip = printed_slip(geometry(), SlipCode(piece_id(number), PAPER), PAPER_DPI)
    rng = np.random.default_rng(number)
    fill_in(slip, PAPER_DPI, geometry(), dict(answers), steady_writer(), rng)
    grey = scan(on_a4(slip, PAPER_DPI), PAPER_DPI, 200, CONDITIONS[condition], rng)
    return jpeg(turned(grey, quarters), 200)


def jpeg(grey: GreyImage, dpi: int) -> bytes:
    """A JPEG that says how fine it is."""
    data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
    # JFIF 1.02: units and density follow the version
    at = data.index(b"JFIF\0") + 7
    return data[:at] + bytes([1]) + dpi.to_bytes(2, "big") * 2 + data[at + 5 :]
