"""What is printed on each sheet of an envelope, and in which order its sheets are printed. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from docgen.postal.marks.control import (
    MAX_SHEETS,
    RUNNING_SHEETS,
    Payload,
    check_envelope,
    write_code39,
    write_i2of5,
    write_payload,
    write_text,
)
from docgen.postal.marks.model import (
    BarCode,
    Counts,
    Direction,
    MatrixCode,
    OmrCode,
    Order,
    Parity,
    PrintOn,
    Reset,
    Rule,
    Symbology,
    TextCode,
)
from docgen.postal.profiles import Fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from docgen.postal.marks.model import MarkCode, MarkProfile, MarkSequence


class SetFlags(NamedTuple):
    """What is to be done with an envelope: they stand on all its sheets. ``feeds`` are stations of inserts, 1 to 3."""

    bundle_end: bool = False
    divert: bool = False
    no_seal: bool = False
    feeds: frozenset[int] = frozenset()


class Inserted(NamedTuple):
    """An envelope to be marked. Sheets and envelopes before it are those printed earlier in its batch."""

    batch_code: str
    sequence: int
    sheets: int
    flags: SetFlags = SetFlags()
    sheets_before: int = 0
    envelopes_before: int = 0


class SheetMarks(NamedTuple):
    """The codes of one sheet with what they say; marks of OMR are '1' for printed and '0' for blank.

    ``sheet`` is its place in the letters, ``fed`` its place in the order of feeding; both count from 1.
    """

    sheet: int
    fed: int
    codes: tuple[tuple[MarkCode, str], ...]


@dataclass(slots=True)
class Marker:
    """Marks the envelopes of a batch one after the other, as they are printed, and keeps its counters."""

    profile: MarkProfile
    batch_code: str
    order: Order
    sheets_before: int = 0
    envelopes_before: int = 0

    def mark(self, sequence: int, sheets: int, flags: SetFlags = SetFlags()) -> tuple[SheetMarks, ...]:  # noqa: B008 (a tuple, which does not change)
        """What each sheet of the next envelope says, in the order of the letters.

        Raises:
            ValueError: as `mark_envelope`.
        """
        counters = (self.sheets_before, self.envelopes_before)
        envelope = Inserted(self.batch_code, sequence, sheets, flags, *counters)
        marked = mark_envelope(self.profile, self.order, envelope)
        self.sheets_before += sheets
        self.envelopes_before += 1
        return marked


def order_of(profile: MarkProfile, fold: Fold) -> Order:
    """The order for an envelope: a Z-fold has its address on the sheet that is fed last, whatever the profile says."""
    return Order.REVERSE if fold is Fold.Z else profile.order


def printed_sheets(sheets: int, order: Order) -> tuple[int, ...]:
    """The sheets of an envelope, from 1, in the order in which they are printed and fed."""
    forward = range(1, sheets + 1)
    return tuple(reversed(forward) if order is Order.REVERSE else forward)


def insert_sheet(sheets: int, order: Order) -> int:
    """The sheet that says "insert": the one that is fed last."""
    return printed_sheets(sheets, order)[-1]


def printed_pages(sheets: int, order: Order, *, duplex: bool) -> tuple[int, ...]:
    """The pages of an envelope's sheets in the order in which they are printed, as places in its letters (from 1).

    Blank backs count as pages.
    """
    return _printed_pages(sheets, order, 2 if duplex else 1)


def page_places(pages: Sequence[int], order: Order, *, duplex: bool) -> tuple[tuple[int, ...], ...]:
    """Where the pages of each letter are printed in their envelope (from 1); ``pages`` are how many each letter has."""
    a_sheet = 2 if duplex else 1
    starts = list(accumulate([-(-count // a_sheet) * a_sheet for count in pages], initial=0))
    printed = _printed_pages(starts[-1] // a_sheet, order, a_sheet)
    place_of = {page: place for place, page in enumerate(printed, 1)}
    return tuple(
        [
            tuple([place_of[start + page] for page in range(1, count + 1)])
            for start, count in zip(starts, pages, strict=False)
        ]
    )


@lru_cache(maxsize=256)
def _printed_pages(sheets: int, order: Order, a_sheet: int) -> tuple[int, ...]:
    firsts = [(sheet - 1) * a_sheet for sheet in printed_sheets(sheets, order)]
    return tuple([first + side for first in firsts for side in range(1, a_sheet + 1)])


def mark_envelope(profile: MarkProfile, order: Order, envelope: Inserted) -> tuple[SheetMarks, ...]:
    """What each sheet of an envelope says, in the order of the letters.

    Raises:
        ValueError: a batch code, sequence, number of sheets or station that codes cannot hold.
    """
    check_envelope(envelope.batch_code, envelope.sequence)
    if not 1 <= envelope.sheets <= MAX_SHEETS:
        raise ValueError(f"An envelope has 1 to {MAX_SHEETS} sheets, not {envelope.sheets}.")
    if not envelope.flags.feeds <= _STATIONS:
        raise ValueError(f"Stations of inserts go from 1 to {len(_STATIONS)}, not {sorted(envelope.flags.feeds)}.")
    fed = [_marked_sheet(profile, envelope, sheet, place) for place, sheet in _places(envelope.sheets, order)]
    return tuple(reversed(fed) if order is Order.REVERSE else fed)


def omr_marks(code: OmrCode, envelope: Inserted, fed: int) -> str:
    """The marks of an OMR code on the sheet that is fed at this place (from 1) of its envelope."""
    bits = iter(_sequence_bits(code.sequence, envelope, fed)) if code.sequence else iter(())
    printed: list[bool | None] = [
        next(bits) if rule is Rule.SEQUENCE else None if rule is Rule.PARITY else _PRINTED[rule](envelope, fed)
        for _, rule in code.marks
    ]
    odd = sum(filter(None, printed)) % 2 == 1
    parity = odd is not (code.parity is Parity.ODD)
    return "".join(["01"[parity if mark is None else mark] for mark in printed])


def _places(sheets: int, order: Order) -> list[tuple[int, int]]:
    return list(enumerate(printed_sheets(sheets, order), 1))


def _marked_sheet(profile: MarkProfile, envelope: Inserted, sheet: int, fed: int) -> SheetMarks:
    payload = _payload_of(envelope, fed)
    codes = [
        (code, _content(code, envelope, payload))
        for code in profile.codes
        if fed == 1 or code.spot.print_on is PrintOn.EVERY_SHEET
    ]
    return SheetMarks(sheet, fed, tuple(codes))


def _payload_of(envelope: Inserted, fed: int) -> Payload:
    flags = envelope.flags
    return Payload(
        envelope.batch_code,
        envelope.sequence,
        fed,
        envelope.sheets,
        insert=fed == envelope.sheets,
        bundle_end=flags.bundle_end,
        divert=flags.divert,
        no_seal=flags.no_seal,
        running=(envelope.sheets_before + fed) % RUNNING_SHEETS,
    )


def _content(code: MarkCode, envelope: Inserted, payload: Payload) -> str:
    match code:
        case OmrCode():
            return omr_marks(code, envelope, payload.sheet)
        case MatrixCode():
            return write_payload(payload)
        case BarCode():
            return write_code39(payload) if code.symbology is Symbology.CODE39 else write_i2of5(payload)
        case TextCode():
            return write_text(payload)


def _sequence_bits(sequence: MarkSequence, envelope: Inserted, fed: int) -> list[bool]:
    by_sheet = sequence.counts is Counts.SHEETS
    count = fed if by_sheet else 1
    if sequence.reset is Reset.NEVER:
        count += envelope.sheets_before if by_sheet else envelope.envelopes_before
    value = sequence.value(count)
    bits = [bool(value >> place & 1) for place in range(sequence.bits)]
    return bits[::-1] if sequence.direction is Direction.MSB_FIRST else bits


def _feeds(station: int) -> Callable[[Inserted, int], bool]:
    return lambda envelope, _: station in envelope.flags.feeds


_FEEDS = (Rule.FEED_1, Rule.FEED_2, Rule.FEED_3)
_STATIONS = frozenset(range(1, len(_FEEDS) + 1))
_PRINTED: dict[Rule, Callable[[Inserted, int], bool]] = {
    Rule.FIXED: lambda _, __: True,
    Rule.NEVER: lambda _, __: False,
    Rule.INSERT: lambda envelope, fed: fed == envelope.sheets,
    Rule.ACCUMULATE: lambda envelope, fed: fed < envelope.sheets,
    Rule.FIRST: lambda _, fed: fed == 1,
    Rule.NOT_FIRST: lambda _, fed: fed > 1,
    Rule.BUNDLE_END: lambda envelope, _: envelope.flags.bundle_end,
    Rule.DIVERT: lambda envelope, _: envelope.flags.divert,
    Rule.SEAL: lambda envelope, _: not envelope.flags.no_seal,
    Rule.NO_SEAL: lambda envelope, _: envelope.flags.no_seal,
    **{rule: _feeds(station) for station, rule in enumerate(_FEEDS, 1)},
}
