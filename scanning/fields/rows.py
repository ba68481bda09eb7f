"""All rows of a slip read: boxes placed, their ink measured, digits of the whole slip in one call of the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from docgen.reply_form import ReplyKind
from scanning.fields.band import MARGIN_MM, Band, band_area, cut_band
from scanning.fields.folds import without_folds
from scanning.fields.marks import noise_of, presences_of, read_tick
from scanning.fields.outlines import Placed, of_a_size, place_boxes, without_outlines
from scanning.fields.values import NOT_SEEN, OFF_PAGE, field_reading
from scanning.readings import BoxReading, Presence
from scanning.register.transforms import apply

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from docgen.layouts.geometry import Rect
    from docgen.layouts.slip_geometry import SlipField, SlipGeometry, SlipRow
    from scanning.fields.outlines import BoxInk
    from scanning.page import GreyImage, Page
    from scanning.readings import FieldReading
    from scanning.register.align import Alignment
    from scanning.register.transforms import Matrix

DIGIT_KINDS: Final = frozenset({ReplyKind.DIGITS, ReplyKind.METER_READING, ReplyKind.PHONE, ReplyKind.DATE})
_TICK_KINDS: Final = frozenset({ReplyKind.TICK, ReplyKind.CHOICE})
_SPILL_MM = 0.8
_INSIDE_MM, _RIM_MM = 0.7, 0.3
_BESIDE_MM = 1.5


class DigitChances(Protocol):
    """What a network says of n crops."""

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """(n, 11): chances of the digits 0 to 9 and of no digit; each row adds up to 1."""
        ...


class DigitNetwork(Protocol):
    """What tells digits apart."""

    def read(self, images: Sequence[NDArray[np.uint8]]) -> DigitChances:
        """Read crops of any size, ink 255 on 0."""
        ...


@dataclass(slots=True)
class _Pending:
    """A field whose digits wait for the network."""

    asked: SlipField
    band: Band
    placed: Placed
    boxes: list[BoxReading]
    against: list[str]
    crops: dict[int, NDArray[np.uint8]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class RowsRead:
    """The fields of a slip, and how far boxes lie from where they were placed, at most; None if none was seen."""

    fields: tuple[FieldReading, ...]
    residual_mm: float | None


def read_rows(page: Page, alignment: Alignment, geometry: SlipGeometry, network: DigitNetwork) -> RowsRead:
    """Read every field of a slip that lies on a page as ``alignment`` says."""
    pending = [one for index, _ in enumerate(geometry.rows) for one in _row(page, alignment, geometry, index)]
    crops = [crop for one in pending for crop in one.crops.values()]
    if crops:
        chances = iter(network.read(crops).probabilities.tolist())
        for one in pending:
            for place in one.crops:
                before = one.boxes[place]
                one.boxes[place] = BoxReading(before.presence, before.ink, tuple(next(chances)))
    residuals = [one.placed.residual_mm for one in pending if one.placed.residual_mm is not None]
    fields = [field_reading(one.asked, tuple(one.boxes), _crop(one), tuple(one.against)) for one in pending]
    return RowsRead(tuple(fields), max(residuals) if residuals else None)


def _row(page: Page, alignment: Alignment, geometry: SlipGeometry, index: int) -> list[_Pending]:
    row = geometry.rows[index]
    band = without_folds(cut_band(page.grey, alignment, index, band_area(row)))
    noise = noise_of(_margins(band))
    lost = _lost(page, alignment.rows[index], row)
    return [_field(band, one, noise, away, bilevel=page.bilevel) for one, away in zip(row.fields, lost, strict=True)]


def _lost(page: Page, to_px: Matrix, row: SlipRow) -> list[bool]:
    """True of fields that lie partly beyond the edge of the page: the paper is torn, or the scan was cut."""
    if not _is_beyond(page, to_px, band_area(row)):
        return [False] * len(row.fields)
    return [_is_beyond(page, to_px, one.area) for one in row.fields]


def _is_beyond(page: Page, to_px: Matrix, area: Rect) -> bool:
    ends = [(x, y) for x in (area.left_mm, area.right_mm) for y in (area.top_mm, area.bottom_mm)]
    corners = apply(to_px, np.array(ends))
    return bool((corners < 0).any() or (corners > page.grey.shape[::-1]).any())


def _margins(band: Band) -> NDArray[np.float32]:
    rows = round(MARGIN_MM * 0.75 * 10)
    return np.vstack([band.ink[:rows], band.ink[-rows:]])


def _field(band: Band, one: SlipField, noise: float, lost: bool, *, bilevel: bool) -> _Pending:  # noqa: FBT001 (what _lost says)
    pending = _Pending(one, band, place_boxes(band, one.boxes), [], [OFF_PAGE] * lost)
    placed = pending.placed
    around_mm = _around_mm(pending)
    readings = dict[int, BoxReading]()
    for places in of_a_size(placed.boxes):
        inks = without_outlines(band, [placed.boxes[place] for place in places], placed.line, around_mm)
        readings.update(zip(places, _read_boxes(pending, places, inks, noise), strict=True))
    pending.boxes += [readings[place] for place in range(len(readings))]
    # light outlines are lost on a scan of black and white alone, but on any other an empty box without one is not there
    unseen = not bilevel and any(
        not seen and box.presence is Presence.BLANK for seen, box in zip(placed.seen, pending.boxes, strict=True)
    )
    pending.against += [NOT_SEEN] * unseen
    return pending


def _around_mm(pending: _Pending) -> float:
    """How far around a box its ink is looked for: no further than half way to the next one."""
    if pending.asked.kind in _TICK_KINDS:
        return _BESIDE_MM
    gaps = [after.left_mm - before.right_mm for before, after in pairwise(pending.placed.boxes)]
    return min([_SPILL_MM, *[gap / 2 for gap in gaps]]) if pending.asked.kind in DIGIT_KINDS else 0.0


def _read_boxes(pending: _Pending, places: Sequence[int], inks: Sequence[BoxInk], noise: float) -> Iterator[BoxReading]:
    if pending.asked.kind in _TICK_KINDS:
        yield from [read_tick(box.within(_INSIDE_MM), box.ink, noise) for box in inks]
        return
    found = presences_of(np.stack([box.within(_RIM_MM) for box in inks]), noise)
    for place, box, (presence, share) in zip(places, inks, found, strict=True):
        if presence is not Presence.BLANK and pending.asked.kind in DIGIT_KINDS:
            pending.crops[place] = (box.ink * 255).astype(np.uint8)
        yield BoxReading(presence, share)


def _crop(one: _Pending) -> GreyImage:
    """The field with the white around it, as it was scanned."""
    rows, columns = one.band.slices(one.asked.area.grown(MARGIN_MM))
    return np.ascontiguousarray(one.band.grey[rows, columns])
