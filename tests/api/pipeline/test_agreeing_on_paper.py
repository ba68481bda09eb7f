"""A question on paper, from the letter to the proof: printed, ticked, signed, scanned, read, decided."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pikepdf
import pytest

from agreements import verify
from agreements.lifecycle.deciding import Method, RequestState
from agreements.questions.model import AskRoad
from api.adapters.slip_reader import IsolatedReader
from api.ports import Mode, PackageKind
from api.usecases.agreeing import questions
from api.usecases.agreeing.questions import QuestionWish
from api.usecases.answering.campaigns import Plan, open_campaign
from api.usecases.evidence.proving import ProofWish, prove
from api.usecases.kinds import WorkKind
from api.usecases.scanning import intake
from api.usecases.scanning.reading import read_scan
from tests.api.pipeline.every_road import BRAND, files_of, key_all, sheet_of
from tests.api.usecases.agreeing.agree_world import AgreeWorld, person, question
from tests.api.usecases.world import ORG, handlers_of, sample, sample_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from api.ports import AgreementRequest

LETTER: Final = "digital-post-consent"
ASKED: Final = {
    "nl": "Wilt u onze brieven per e-mail krijgen?",
    "en": "Would you like to get our letters by e-mail?",
}
SIGNED_ON: Final = {"signed_on": "25112026"}
SLIPS: Final[tuple[Mapping[str, str], ...]] = (
    {"consent": "yes", "signature": "x"} | SIGNED_ON,
    {"consent": "no", "signature": "x"} | SIGNED_ON,
    {"consent": "yes"} | SIGNED_ON,
    {"consent": "#yes no", "signature": "x"} | SIGNED_ON,
)


class OnPaper:
    """Letters that ask for consent, to people who were asked by mail too."""

    def __init__(self, database: SqlDatabase, blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> None:
        self.agree = world = AgreeWorld(database, blobs, clock, ids)
        world.handlers |= handlers_of(world.deps) | {
            WorkKind.READ_SCAN: partial(read_scan, world.deps, IsolatedReader())
        }
        world.upload(PackageKind.BRAND, sample("brand", BRAND))
        world.put(PackageKind.TEMPLATE, LETTER, sample("template", LETTER))
        open_campaign(world.deps, ORG, Plan("letters", "letters", LETTER, BRAND), "key_1")
        records = sample_records(LETTER)[: len(SLIPS)]
        self.said = {str(record["record_id"]): slip for record, slip in zip(records, SLIPS, strict=True)}
        wordings = {
            language: replace(words, question=ASKED[language]) for language, words in question().wordings.items()
        }
        asks = question(wordings=wordings, roads=(AskRoad.EMAIL, AskRoad.LETTER), signature=True)
        fields = {"campaign": "letters", "answer_field": "consent", "signature_field": "signature"}
        asked = questions.make_question(world.deps, ORG, QuestionWish(asks, "Digital post", BRAND, **fields), "key_1")
        self.requests = dict(zip(self.said, world.ask(asked, *map(person, self.said)), strict=True))
        self.job = world.released(records, template=LETTER, brand=BRAND, campaign="letters")

    def scan(self, folder: Path) -> None:
        """All slips come back in one file; people key what the machine is not sure of."""
        world = self.agree
        recipients = {piece.id: piece.record_id for piece in world.pieces(self.job.id)}
        batch = intake.open_batch(world.deps, ORG, "Monday", Mode.LIVE, "usr_1")
        sheets = (sheet_of(world, piece_id, self.said[recipient]) for piece_id, recipient in recipients.items())
        (file,) = files_of(folder, sheets)
        intake.add_file(world.deps, ORG, batch.id, "scan.tif", [file], "usr_1")
        world.run()
        key_all(world, lambda piece_id: self.said[recipients[piece_id]])

    def now(self) -> list[AgreementRequest]:
        """The requests as they are, in the order of the slips."""
        return [self.agree.now(request) for request in self.requests.values()]


@pytest.mark.slow
def test_what_is_ticked_and_signed_on_paper_is_decided_and_proved_with_its_picture(
    sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds, tmp_path: Path
) -> None:
    paper = OnPaper(sqlite_database, memory_blobs, clock, ids)
    assert {one.state for one in paper.now()} == {RequestState.OPEN}
    paper.scan(tmp_path)
    agreed, declined, unsigned, changed = paper.now()
    assert (agreed.state, agreed.how) == (RequestState.AGREED, Method.SLIP_TICK)
    assert (declined.state, declined.how) == (RequestState.DECLINED, Method.SLIP_TICK)
    assert unsigned.state is RequestState.OPEN
    assert changed.state is RequestState.DECLINED
    assert [(one.request_id, one.why) for one in paper.agree.unclear()] == [(unsigned.id, "not-signed")]
    assert paper.agree.kinds(agreed)[-1] == "confirmation email"
    proof = prove(paper.agree.deps, ORG, agreed.id, ProofWish()).pdf
    assert verify.check(proof).findings == []
    with pikepdf.open(BytesIO(proof)) as opened:
        pictures = [
            one for one in opened.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
        ]
        # the slip is a whole page, at the resolution that is kept for people
        assert [(int(one.Width), int(one.Height)) for one in pictures] == [(827, 1169)]
