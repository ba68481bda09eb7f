"""A page as it is kept: one blob with the picture, the crops and what was read, and how to get at each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from docgen.layouts.geometry import Rect
from docgen.qr.slip_code import SlipCode, SlipNumber
from docgen.reply_form import ReplyKind
from scanning.readings import BoxReading, FieldReading, Presence, SlipReading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import BlobRef, PageRead, ScanPage
    from api.usecases.deps import Deps

PICTURE: Final = 0
_ENCODE: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode
_NO_PICTURE: Final = np.zeros((0, 0), np.uint8)


def bundle_of(deps: Deps, organisation_id: str, read: PageRead) -> tuple[BlobRef, tuple[int, ...]]:
    """Store picture, crops and reading; with their lengths."""
    parts = [read.picture, *read.crops, slips_json(read.reading.slips)]
    return deps.blobs.put(organisation_id, parts), tuple(map(len, parts))


def part_of(deps: Deps, page: ScanPage, number: int) -> bytes:
    """One part of a page, b"" when it has none."""
    if page.bundle is None or not 0 <= number < len(page.parts):
        return b""
    with deps.blobs.open(page.organisation_id, page.bundle) as stream:
        stream.seek(sum(page.parts[:number]))
        return stream.read(page.parts[number])


def slips_of(deps: Deps, page: ScanPage) -> tuple[SlipReading, ...]:
    """What was read on a page, without pictures."""
    text = part_of(deps, page, len(page.parts) - 1)
    return read_slips(text) if text else ()


def slips_json(slips: Sequence[SlipReading]) -> bytes:
    """Slips without pictures, as JSON."""
    return _ENCODE(list(map(_slip_out, slips))).encode()


def read_slips(text: bytes) -> tuple[SlipReading, ...]:
    """What `slips_json` wrote."""
    return tuple(map(_slip, json.loads(text)))


def _slip_out(slip: SlipReading) -> dict[str, Any]:
    code = slip.code
    start = code.piece_start if isinstance(code, SlipNumber) else code.piece_id
    return {
        "code": [isinstance(code, SlipNumber), start, code.form, code.page],
        "fields": list(map(_field_out, slip.fields)),
        "residual_mm": slip.residual_mm,
        "squares": slip.squares,
        "corners_px": [list(corner) for corner in slip.corners_px],
        "bilevel": slip.bilevel,
    }


def _field_out(field: FieldReading) -> dict[str, Any]:
    area = field.area
    return {
        "name": field.name,
        "kind": str(field.kind),
        "value": field.value,
        "confidence": field.confidence,
        "boxes": [[str(box.presence), box.ink, list(box.probabilities)] for box in field.boxes],
        "reasons": list(field.reasons),
        "area": [area.left_mm, area.top_mm, area.width_mm, area.height_mm],
    }


def _slip(one: Mapping[str, Any]) -> SlipReading:
    by_number, start, form, page = one["code"]
    return SlipReading(
        SlipNumber(start, form, page) if by_number else SlipCode(start, form, page),
        tuple(map(_field, one["fields"])),
        one["residual_mm"],
        one["squares"],
        tuple([(x, y) for x, y in one["corners_px"]]),
        bilevel=one["bilevel"],
    )


def _field(one: Mapping[str, Any]) -> FieldReading:
    boxes = tuple([BoxReading(Presence(presence), ink, tuple(chances)) for presence, ink, chances in one["boxes"]])
    return FieldReading(
        one["name"],
        ReplyKind(one["kind"]),
        one["value"],
        one["confidence"],
        boxes,
        tuple(one["reasons"]),
        Rect(*one["area"]),
        _NO_PICTURE,
    )
