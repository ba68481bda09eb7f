"""A page's reading as a parcel between processes, and back; what comes back is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docgen.findings import Finding, Place, Severity
from docgen.layouts.geometry import Rect
from docgen.qr.slip_code import SlipCode, SlipNumber
from docgen.reply_form import ReplyKind
from scanning.intake.parcels import Parcel
from scanning.readings import BoxReading, FieldReading, PageKind, PageReading, Presence, SlipReading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanning.page import GreyImage


class NoReadingError(Exception):
    """A parcel does not hold the reading of a page."""


def packed(reading: PageReading) -> Parcel:
    """The reading with its crops, and the picture of its page as the last one."""
    crops = [field.crop for slip in reading.slips for field in slip.fields]
    pictures = [*crops, *([reading.picture] if reading.picture is not None else [])]
    value = {
        "number": reading.number,
        "kind": reading.kind.value,
        "slips": [_slip_out(slip) for slip in reading.slips],
        "findings": [[one.code, one.message, one.severity.value] for one in reading.findings],
        "dpi": reading.dpi,
        "bilevel": reading.bilevel,
        "page_hash": reading.page_hash,
        "timings_ms": reading.timings_ms,
        "unread": [[code.piece_id, code.form, code.page] for code in reading.unread],
    }
    return Parcel(value, tuple(pictures), reading.number)


def unpacked(parcel: Parcel) -> PageReading:
    """The reading of a page.

    Raises:
        NoReadingError: the parcel holds something else.
    """
    pictures = iter(parcel.pictures)
    try:
        value = parcel.value
        number = int(value["number"])
        place = Place(page=number)
        return PageReading(
            number,
            PageKind(value["kind"]),
            tuple([_slip_in(slip, pictures) for slip in value["slips"]]),
            tuple([Finding(str(code), str(text), place, Severity(how)) for code, text, how in value["findings"]]),
            None if value["dpi"] is None else float(value["dpi"]),
            bool(value["bilevel"]),
            str(value["page_hash"]),
            {str(step): float(time) for step, time in value["timings_ms"].items()},
            next(pictures, None),
            tuple([SlipCode(str(piece), str(form), int(page)) for piece, form, page in value["unread"]]),
        )
    except (AttributeError, KeyError, TypeError, ValueError, StopIteration, RuntimeError) as error:
        raise NoReadingError(type(error).__name__) from error


def _slip_out(slip: SlipReading) -> dict[str, Any]:
    code = slip.code
    piece = code.piece_id if isinstance(code, SlipCode) else code.piece_start
    return {
        "code": [piece, code.form, code.page],
        "by_number": isinstance(code, SlipNumber),
        "fields": [_field_out(field) for field in slip.fields],
        "residual_mm": slip.residual_mm,
        "squares": slip.squares,
        "corners_px": slip.corners_px,
        "bilevel": slip.bilevel,
        "photo": slip.photo,
    }


def _slip_in(value: Mapping[str, Any], pictures: Iterator[GreyImage]) -> SlipReading:
    piece, form, page = value["code"]
    kind = SlipNumber if value["by_number"] else SlipCode
    return SlipReading(
        kind(str(piece), str(form), int(page)),
        tuple([_field_in(field, next(pictures)) for field in value["fields"]]),
        float(value["residual_mm"]),
        int(value["squares"]),
        tuple([(float(x), float(y)) for x, y in value["corners_px"]]),
        bool(value["bilevel"]),
        bool(value["photo"]),
    )


def _field_out(field: FieldReading) -> dict[str, Any]:
    area = field.area
    return {
        "name": field.name,
        "kind": field.kind.value,
        "value": field.value,
        "confidence": field.confidence,
        "boxes": [[box.presence.value, box.ink, box.probabilities] for box in field.boxes],
        "reasons": field.reasons,
        "area": [area.left_mm, area.top_mm, area.width_mm, area.height_mm],
    }


def _field_in(value: Mapping[str, Any], crop: GreyImage) -> FieldReading:
    left, top, width, height = map(float, value["area"])
    return FieldReading(
        str(value["name"]),
        ReplyKind(value["kind"]),
        str(value["value"]),
        float(value["confidence"]),
        tuple(
            [BoxReading(Presence(one), float(ink), tuple(map(float, chances))) for one, ink, chances in value["boxes"]]
        ),
        tuple(map(str, value["reasons"])),
        Rect(left, top, width, height),
        crop,
    )
