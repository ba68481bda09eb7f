"""Small sheets with print on them, and files of them, made in memory."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pikepdf
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from docgen.findings import Finding
    from scanning.page import GreyImage, Page

WIDTH, HEIGHT = 420, 594  # A4 at about 50 dpi
A4_PT = (595.2, 841.68)


@cache
def _printed(number: int) -> GreyImage:
    sheet = np.full((HEIGHT, WIDTH), 255, np.uint8)
    for row in range(12):
        text = f"Slip {number} line {row * 37 + number}"
        cv2.putText(sheet, text, (30, 60 + 40 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0, 2, cv2.LINE_AA)
    cv2.rectangle(sheet, (WIDTH - 60, 20), (WIDTH - 20, 50), 0, -1)  # so that no turn looks like another
    return sheet


def sheet(number: int = 1) -> GreyImage:
    return _printed(number).copy()


def bilevel_sheet(number: int = 1) -> GreyImage:
    return np.where(_printed(number) > 127, 255, 0).astype(np.uint8)


def picture(number: int = 1) -> Image.Image:
    return Image.fromarray(sheet(number))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def jpeg(grey: GreyImage, quality: int = 92) -> bytes:
    return bytes(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())


def g4(grey: GreyImage) -> bytes:
    """Rows of group 4, black as 1, without a file around them."""
    with Image.open(
        io.BytesIO(saved(Image.fromarray(grey).convert("1"), "TIFF", compression="group4", tiffinfo={262: 0}))
    ) as tiff:
        at, length = tiff.tag_v2[273], tiff.tag_v2[279]
        assert len(at) == 1
        data = tiff.fp.getvalue()
    return data[at[0] : at[0] + length[0]]


def pdf_of(
    pictures: list[dict[str, object]],
    content: bytes | None = None,
    *,
    size: tuple[float, float] = A4_PT,
    rotate: int = 0,
    **page_keys: object,
) -> pikepdf.Pdf:
    """One page; each picture has ``data`` and the keys of its dictionary."""
    pdf = pikepdf.new()
    names = {}
    for index, keys in enumerate(pictures):
        fields = {name: value for name, value in keys.items() if name != "data"}
        stream = pdf.make_stream(keys["data"], Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, **fields)
        names[f"/Im{index}"] = stream
    pdf.add_blank_page(page_size=size)
    page = pdf.pages[0].obj
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(names))
    page.Contents = pdf.make_stream(content or placed(0, size[0], 0, 0, size[1], 0, 0))
    if rotate:
        page.Rotate = rotate
    for name, value in page_keys.items():
        page[f"/{name}"] = value
    return pdf


def placed(index: int, *matrix: float) -> bytes:
    return b"q " + b" ".join(b"%.4f" % number for number in matrix) + b" cm /Im%d Do Q\n" % index


def grey_jpeg_keys(grey: GreyImage) -> dict[str, object]:
    height, width = grey.shape
    return {
        "data": jpeg(grey),
        "Width": width,
        "Height": height,
        "BitsPerComponent": 8,
        "ColorSpace": pikepdf.Name.DeviceGray,
        "Filter": pikepdf.Name.DCTDecode,
    }


def flate_keys(grey: GreyImage) -> dict[str, object]:
    return {**grey_jpeg_keys(grey), "data": zlib.compress(grey.tobytes()), "Filter": pikepdf.Name.FlateDecode}


def ccitt_keys(grey: GreyImage) -> dict[str, object]:
    height, width = grey.shape
    return {
        "data": g4(grey),
        "Width": width,
        "Height": height,
        "BitsPerComponent": 1,
        "ColorSpace": pikepdf.Name.DeviceGray,
        "Filter": pikepdf.Name.CCITTFaxDecode,
        "DecodeParms": pikepdf.Dictionary(K=-1, Columns=width, Rows=height),
    }


def jbig2_keys(grey: GreyImage) -> dict[str, object]:
    """A page of one generic region whose rows are group 4 (ITU-T T.88, 7.4.6)."""
    height, width = grey.shape
    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIBB", width, height, 0, 0, 0, 1) + g4(grey)
    data = _segment(0, 48, page) + _segment(1, 38, region)
    keys = {**ccitt_keys(grey), "data": data, "Filter": pikepdf.Name.JBIG2Decode}
    del keys["DecodeParms"]
    return keys


def _segment(number: int, kind: int, data: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data


def written(folder: Path, name: str, data: bytes | pikepdf.Pdf, **options: object) -> Path:
    path = folder / name
    if isinstance(data, bytes):
        path.write_bytes(data)
    else:
        data.save(path, **options)
    return path


def difference(one: GreyImage, other: GreyImage) -> float:
    """The mean of the difference of two pictures of one shape, 0 to 255."""
    assert one.shape == other.shape
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())


def codes(found: list[Page | Finding]) -> list[str]:
    return [one.code for one in found if hasattr(one, "code")]
