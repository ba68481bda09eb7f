"""Marks of a batch: what an inserter needs on the sheets of each envelope, the same however often it is printed."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from api.ports import PieceState
from api.usecases.carriers import prints_of_carrier
from api.usecases.composers import mark_profile_of
from docgen.drawing.carrier_ink import carrier_ink
from docgen.drawing.document_parts import EnvelopePart
from docgen.drawing.mark_ink import draw_marks, marks_on_first
from docgen.drawing.print_file import DrawnEnvelope, DrawnMarks
from docgen.postal.marks.control import control_code
from docgen.postal.marks.sheets import Inserted, SetFlags, SheetMarks, mark_envelope, order_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import Batch, Piece, PrintJob, UnitOfWork
    from api.usecases.printing import Filled
    from api.usecases.products import Product
    from docgen.postal.batch import MailPiece
    from docgen.postal.enrichment import Enriched


def given_to_print(uow: UnitOfWork, job: PrintJob, pieces: Sequence[Piece]) -> Mapping[str, Enriched]:
    """What a carrier gave to print on the envelopes of these pieces, by the piece that leads each."""
    if not prints_of_carrier(job):
        return {}
    return uow.exchanges.of_envelopes(job.organisation_id, {piece.set_id for piece in pieces})


class Marking:
    """Marks and document parts of the envelopes of one batch. What a reprint gets is what the first print got."""

    def __init__(
        self,
        job: PrintJob,
        batch: Batch,
        product: Product,
        plan: Sequence[MailPiece],
        pieces: Sequence[Piece],
        given: Mapping[str, Enriched] | None = None,
    ) -> None:
        """Count sheets and envelopes of the batch; ``plan`` and ``pieces`` are the same, in the same order.

        ``given`` is what `given_to_print` says of them.
        """
        self._profile = mark_profile_of(job)
        self._product = product
        self._code = batch.code
        self._pieces = plan
        self._given = given or {}
        self.order = order_of(self._profile, product.envelope.fold)
        self._inserted = {entry.set_id: entry.inserted for entry in _inserted(batch.code, pieces)}

    def envelope(self, filled: Filled) -> DrawnEnvelope:
        """An envelope as it is printed."""
        return DrawnEnvelope(filled.letters, self._drawn(filled.places), self.order, self.part(filled.places))

    def _drawn(self, places: Sequence[int]) -> DrawnMarks | None:
        """Marks on all sheets, and on the first page what a carrier gave."""
        face, duplex, room = self._product.mark_face, self._product.duplex, self._product.envelope.carrier_room
        set_id = self._pieces[places[0]].set_id
        given = self._given.get(set_id)
        ink, uses = carrier_ink(given, room, face) if given and room else (b"", frozenset())
        if self._profile.codes:
            marks = draw_marks(self.sheets(set_id), face, duplex=duplex, first=ink)
        elif ink:
            marks = marks_on_first(ink, self._inserted[set_id].sheets * (2 if duplex else 1))
        else:
            return None
        return DrawnMarks(marks.pages, marks.uses | uses)

    def part(self, places: Sequence[int]) -> EnvelopePart:
        """What a press is told of the envelope with the letters at these places."""
        letters = [self._pieces[place] for place in places]
        inserted = self._inserted[letters[0].set_id]
        return EnvelopePart(
            piece_ids=tuple([letter.piece_id for letter in letters]),
            set_id=letters[0].piece_id,
            control_code=control_code(self._code, inserted.sequence) if self._code else "",
            sheets=inserted.sheets,
            bundle=letters[0].bundle,
            tray=letters[0].tray,
        )

    def sheets_at(self, places: Sequence[int]) -> tuple[SheetMarks, ...]:
        """The same of the envelope with the letters at these places."""
        return self.sheets(self._pieces[places[0]].set_id)

    def sheets(self, set_id: str) -> tuple[SheetMarks, ...]:
        """What the sheets of an envelope say, in the order of the letters; nothing without marks."""
        return self._marks(self._inserted[set_id]) if self._profile.codes else ()

    def _marks(self, inserted: Inserted) -> tuple[SheetMarks, ...]:
        return mark_envelope(self._profile, self.order, inserted)


class _Entry(NamedTuple):
    set_id: str
    inserted: Inserted


def _inserted(code: str, pieces: Sequence[Piece]) -> list[_Entry]:
    """Every envelope with a letter that goes out, numbered as planned: a stopped one leaves a gap and no sheets."""
    entries: list[_Entry] = []
    sheets_before = 0
    going = [piece for piece in pieces if piece.state is not PieceState.STOPPED]
    last_of_bundle = {piece.bundle: piece.set_id for piece in going if piece.bundle}
    ends = frozenset(last_of_bundle.values())
    for set_id, inside in groupby(going, key=lambda piece: piece.set_id):
        letters = list(inside)
        sheets = sum(letter.sheets for letter in letters)
        flags = SetFlags(bundle_end=set_id in ends)
        inserted = Inserted(code, letters[0].envelope or 0, sheets, flags, sheets_before, len(entries))
        entries.append(_Entry(set_id, inserted))
        sheets_before += sheets
    return entries
