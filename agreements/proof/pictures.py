"""Pictures of pages and slips, made small enough to hand over and the same for the same bytes."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from docgen.findings import Refusal

MOST_PIXELS = 60_000_000
_MOST_WIDE_PX = 1_500
_MOST_HIGH_PX = 2_200
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of ``width_px`` x ``height_px`` in gray (``components`` 1) or colour (3)."""

    data: bytes
    width_px: int
    height_px: int
    components: int


def read_picture(data: bytes) -> Picture:
    """The picture in a PNG, JPEG or TIFF file, without anything else that the file says.

    Raises:
        Refusal: ``proof-picture-invalid``, it is no such file or has too many pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=["PNG", "JPEG", "TIFF"]) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise _refused()
                return _as_jpeg(_flat(opened))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _refused() from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _refused() from error


def _refused() -> Refusal:
    message = f"The picture is no PNG, JPEG or TIFF of at most {MOST_PIXELS:,} pixels. Give another."
    return Refusal("proof-picture-invalid", message)


def _flat(opened: Image.Image) -> Image.Image:
    """Gray or RGB on white."""
    if opened.mode in {"1", "L"}:
        return opened.convert("L")
    if opened.mode in {"RGBA", "LA", "PA", "P"}:
        rgba = opened.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return opened.convert("RGB")


def _as_jpeg(flat: Image.Image) -> Picture:
    flat.thumbnail((_MOST_WIDE_PX, _MOST_HIGH_PX))
    flat.info.clear()
    out = BytesIO()
    flat.save(out, "JPEG", quality=_QUALITY, subsampling=0)
    return Picture(out.getvalue(), flat.width, flat.height, 1 if flat.mode == "L" else 3)
