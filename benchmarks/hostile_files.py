"""Files as a hostile sender or a broken scanner makes them: each is made from its number alone.

Most are valid files of all formats with bytes changed, cut, moved or mixed; every fifth is built to hurt.
"""

from __future__ import annotations

import functools
import io
import random
import struct
import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDTH, _HEIGHT = 620, 877  # A4 at 75 dpi
_A4_PT = (595.2, 841.92)
_NAMES = ("scan.pdf", "scan.tif", "scan.jpg", "scan.png", "scan", "scan.bin")
_BOMB_EVERY = 5
_EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF)
_LARGE = (0, 1, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def hostile_file(number: int) -> tuple[str, str, bytes]:
    """What it is, its name, and its bytes."""
    luck = random.Random(number)  # noqa: S311 (no secret)
    name = luck.choice(_NAMES)
    if number % _BOMB_EVERY == 0:
        kind, make = _BOMBS[number // _BOMB_EVERY % len(_BOMBS)]
        return kind, name, make(luck)
    kind = luck.choice(sorted(valid_files()))
    data = valid_files()[kind]
    for _ in range(luck.choice((1, 1, 1, 2, 3))):
        data = luck.choice(_CHANGES)(data, luck)
    return kind, name, data


@functools.cache
def valid_files() -> dict[str, bytes]:
    """A small valid file of each kind."""
    page, other = _sheet(1), _sheet(2)
    colour = page.convert("RGB")
    tiff = {
        f"tiff-{compression}": _saved(page.convert("1"), "TIFF", compression=compression, dpi=(200, 200))
        for compression in ("group3", "group4", "packbits", "raw")
    } | {
        f"tiff-rgb-{compression}": _saved(colour, "TIFF", compression=compression)
        for compression in ("tiff_lzw", "tiff_adobe_deflate", "jpeg")
    }
    return {
        **tiff,
        "tiff-pages": _saved(page, "TIFF", save_all=True, append_images=[other, page], compression="tiff_lzw"),
        "tiff-16": _saved(Image.fromarray(np.asarray(page).astype(np.uint16) * 257), "TIFF"),
        "tiff-cmyk": _saved(page.convert("CMYK"), "TIFF", compression="tiff_lzw"),
        "jpeg": _saved(page, "JPEG", dpi=(200, 200)),
        "jpeg-colour": _saved(colour, "JPEG", quality=70),
        "jpeg-progressive": _saved(colour, "JPEG", progressive=True),
        "jpeg-cmyk": _saved(page.convert("CMYK"), "JPEG"),
        "png": _saved(page, "PNG", dpi=(200, 200)),
        "png-rgba": _saved(page.convert("RGBA"), "PNG"),
        "png-palette": _saved(colour.quantize(16), "PNG"),
        "png-bilevel": _saved(page.convert("1"), "PNG"),
        "pdf-jpeg": _pdf([_jpeg_keys(page), _jpeg_keys(other)]),
        "pdf-flate": _pdf([_flate_keys(page)]),
        "pdf-objects": _pdf([_flate_keys(page)], object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "pdf-g4": _pdf([_fax_keys(page)]),
        "pdf-jbig2": _pdf([_jbig2_keys(page)]),
        "pdf-drawn": _pdf(
            [_jpeg_keys(page)], b"q 300 20 -20 400 50 50 cm /Im0 Do Q BT /F0 20 Tf 60 700 Td (text) Tj ET"
        ),
        "pdf-locked": _pdf([_jpeg_keys(page)], encryption=pikepdf.Encryption(user="secret", owner="secret")),
        "pdf-owner": _pdf([_jpeg_keys(page)], encryption=pikepdf.Encryption(user="", owner="secret")),
    }


def _sheet(number: int) -> Image.Image:
    sheet = np.full((_HEIGHT, _WIDTH), 250, np.uint8)
    for row in range(20):
        text = f"Slip {number} {row * 7919 * number}"
        cv2.putText(sheet, text, (40, 60 + row * 40), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 20, 2, cv2.LINE_AA)
    return Image.fromarray(sheet)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


_Keys = dict[str, object]


def _pdf(pictures: list[_Keys], content: bytes | None = None, **options: object) -> bytes:
    """A page for each picture, or one page with ``content``."""
    pdf = pikepdf.new()
    for keys in pictures:
        fields = {name: value for name, value in keys.items() if name != "data"}
        stream = pdf.make_stream(keys["data"], Type=Name.XObject, Subtype=Name.Image, **fields)
        pdf.add_blank_page(page_size=_A4_PT)
        page = pdf.pages[-1].obj
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.Resources = Dictionary(XObject=Dictionary(Im0=stream), Font=Dictionary(F0=font))
        page.Contents = pdf.make_stream(content or b"q %.2f 0 0 %.2f 0 0 cm /Im0 Do Q" % _A4_PT)
    return _written(pdf, **options)


def _written(pdf: pikepdf.Pdf, **options: object) -> bytes:
    file = io.BytesIO()
    pdf.save(file, static_id="encryption" not in options, **options)
    return file.getvalue()


def _jpeg_keys(page: Image.Image) -> _Keys:
    return _grey(_saved(page, "JPEG"), Name.DCTDecode, *page.size)


def _flate_keys(page: Image.Image) -> _Keys:
    return _grey(zlib.compress(page.tobytes()), Name.FlateDecode, *page.size)


def _fax_keys(page: Image.Image) -> _Keys:
    width, height = page.size
    parameters = Dictionary(K=-1, Columns=width, Rows=height)
    keys = _grey(_fax_rows(page), Name.CCITTFaxDecode, width, height)
    return keys | {"BitsPerComponent": 1, "DecodeParms": parameters}


def _jbig2_keys(page: Image.Image) -> _Keys:
    width, height = page.size
    data = _jbig2(width, height, _fax_rows(page))
    return _grey(data, Name.JBIG2Decode, width, height) | {"BitsPerComponent": 1}


def _jbig2(width: int, height: int, rows: bytes) -> bytes:
    """A page of one region (ITU-T T.88, 7.4.6)."""
    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIBB", width, height, 0, 0, 0, 1) + rows
    segments = ((0, 48, page), (1, 38, region))
    return b"".join(struct.pack(">IBBBI", at, kind, 0, 1, len(data)) + data for at, kind, data in segments)


def _fax_rows(page: Image.Image) -> bytes:
    data = _saved(page.convert("1", dither=Image.Dither.NONE), "TIFF", compression="group4", tiffinfo={262: 0})
    with Image.open(io.BytesIO(data)) as tiff:
        at, length = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
    return data[at : at + length]


def _grey(data: bytes, coding: Name, width: int, height: int) -> _Keys:
    return {
        "data": data,
        "Width": width,
        "Height": height,
        "BitsPerComponent": 8,
        "ColorSpace": Name.DeviceGray,
        "Filter": coding,
    }


def _flip(data: bytes, luck: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(luck.choice((1, 2, 5, 20, 100))):
        if changed:
            changed[luck.randrange(len(changed))] = luck.choice((luck.randrange(256), luck.choice(_EDGES)))
    return bytes(changed)


def _flip_head(data: bytes, luck: random.Random) -> bytes:
    return _flip(data[:400], luck) + data[400:]


def _flip_tail(data: bytes, luck: random.Random) -> bytes:
    return data[:-600] + _flip(data[-600:], luck)


def _cut(data: bytes, luck: random.Random) -> bytes:
    return data[: luck.randrange(len(data) + 1)]


def _cut_inside(data: bytes, luck: random.Random) -> bytes:
    start, length = luck.randrange(len(data) + 1), luck.choice((1, 4, 100, 5000))
    return data[:start] + data[start + length :]


def _grow(data: bytes, luck: random.Random) -> bytes:
    start = luck.randrange(len(data) + 1)
    return data[:start] + luck.randbytes(luck.choice((1, 3, 50, 4000))) + data[start:]


def _blank_out(data: bytes, luck: random.Random) -> bytes:
    start, length = luck.randrange(len(data) + 1), luck.choice((16, 512, 8000))
    gone = data[start : start + length]
    return data[:start] + bytes([luck.choice(_EDGES)]) * len(gone) + data[start + length :]


def _put_number(data: bytes, luck: random.Random) -> bytes:
    start = luck.randrange(max(1, min(len(data), luck.choice((100, 1_000, 10**9)))))
    number = struct.pack(luck.choice(("<I", ">I")), luck.choice(_LARGE))
    return data[:start] + number + data[start + len(number) :]


def _put_digits(data: bytes, luck: random.Random) -> bytes:
    """Another number where digits stand, as in a PDF."""
    places = [at for at in range(0, len(data), 3) if data[at : at + 1].isdigit()]
    if not places:
        return _flip(data, luck)
    at = luck.choice(places)
    return data[:at] + str(luck.choice((-1, 0, 1, 99999, 2**31, 2**63))).encode() + data[at + 1 :]


def _other_head(data: bytes, luck: random.Random) -> bytes:
    return (
        luck.choice((b"%PDF-1.7\n", b"II*\x00", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"PK\x03\x04"))
        + data
    )


def _mixed(data: bytes, luck: random.Random) -> bytes:
    other = valid_files()[luck.choice(sorted(valid_files()))]
    return luck.choice(
        (data + other, other[: len(other) // 2] + data, data[: len(data) // 2] + other[len(other) // 2 :])
    )


_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip,
    _flip_head,
    _flip_tail,
    _cut,
    _cut_inside,
    _grow,
    _blank_out,
    _put_number,
    _put_digits,
    _other_head,
    _mixed,
)


@functools.cache
def _packed(pattern: bytes, times: int) -> bytes:
    return zlib.compress(pattern * times, 9)


def _png(width: int, height: int, colour: int, bits: int, rows: int, *more: tuple[bytes, bytes]) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    chunks = ((b"IHDR", head), *more, (b"IDAT", _packed(b"\x00", rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _png_bomb(luck: random.Random) -> bytes:
    """As many pixels as a page may have, and all are zero."""
    width, height, colour, bits, samples = luck.choice(
        (
            (8_400, 8_500, 0, 8, 1),
            (6_300, 6_300, 2, 8, 3),
            (6_300, 6_300, 6, 8, 4),
            (6_300, 6_300, 2, 16, 6),
            (20_000, 3_599, 0, 8, 1),
        )
    )
    return _png(width, height, colour, bits, (width * samples + 1) * height)


def _png_text_bomb(luck: random.Random) -> bytes:
    packed = _packed(b"\x00", 80_000_000)
    kind = luck.choice((b"zTXt", b"iCCP"))
    return _png(100, 100, 0, 8, 10_100, (kind, b"name\x00\x00" + packed))


def _png_too_large(luck: random.Random) -> bytes:
    return _png(30_000, luck.choice((1, 30_000, 2**31 - 1)), 0, 8, 30_001)


def _jpeg_too_large(luck: random.Random) -> bytes:
    data = bytearray(valid_files()[luck.choice(("jpeg", "jpeg-colour"))])
    at = data.index(b"\xff\xc0") + 5
    size = luck.choice(((30_000, 30_000), (65_500, 65_500), (8_000, 8_900), (19_000, 3_700)))
    data[at : at + 4] = struct.pack(">HH", *size)
    return bytes(data)


def _jpeg_scans(luck: random.Random) -> bytes:
    """A large progressive JPEG with the same scan again and again."""
    width = luck.choice((4_000, 8_000))
    data = _saved(Image.new("L", (width, 8_000), 128), "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    return data[:start] + data[start:-2] * luck.choice((50, 2_000)) + b"\xff\xd9"


def _tiff(entries: list[tuple[int, int, int, int]], data: bytes, following: int = 0) -> bytes:
    """One directory: tag, type, count and value of each entry; ``data`` stands behind it."""
    listed = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + listed + struct.pack("<I", following) + data


def _tiff_picture(width: int, height: int, coding: int, data: bytes, *, samples: int = 1, following: int = 0) -> bytes:
    at = 8 + 2 + 12 * 9 + 4
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, coding),
        (262, 3, 1, 2 if samples > 1 else 1),
    ]
    entries += [(273, 4, 1, at), (277, 3, 1, samples), (278, 4, 1, height), (279, 4, 1, len(data))]
    return _tiff(entries, data, following)


def _tiff_bomb(luck: random.Random) -> bytes:
    width, height, samples = luck.choice(
        ((8_400, 8_500, 1), (19_000, 3_700, 1), (6_300, 6_300, 3), (30_000, 30_000, 1))
    )
    coding = luck.choice((8, 32946))
    return _tiff_picture(width, height, coding, _packed(b"\x00", width * min(height, 9_000) * samples), samples=samples)


def _tiff_loop(luck: random.Random) -> bytes:
    return _tiff_picture(100, 100, 1, bytes(10_000), following=luck.choice((8, 9, 2**31)))


def _tiff_many(luck: random.Random) -> bytes:
    """Thousands of directories of nothing, or of one and the same strip."""
    count = luck.choice((3_000, 60_000))
    data = b"II*\x00" + struct.pack("<I", 8)
    entries = [(256, 4, 1, 40), (257, 4, 1, 40), (258, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 8), (279, 4, 1, 1_600)]
    listed = b"".join(struct.pack("<HHII", *entry) for entry in entries) if luck.choice((True, False)) else b""
    each = 2 + len(listed) + 4
    for number in range(count):
        following = 0 if number == count - 1 else 8 + (number + 1) * each
        data += struct.pack("<H", len(listed) // 12) + listed + struct.pack("<I", following)
    return data + bytes(2_000)


def _tiff_tags(luck: random.Random) -> bytes:
    """Entries that say they have more values than the file has bytes."""
    entries = [(256, 4, 1, 100), (257, 4, 1, 100), (273, 4, luck.choice((2**31, 2**28)), 8), (279, 4, 2**30, 8)]
    return _tiff([*entries, (258, 3, 2**29, 8), (320, 3, 2**30, 0)], bytes(1_000))


def _pdf_content_bomb(luck: random.Random) -> bytes:
    """A content stream that is packed, once or twice, from a gigabyte."""
    packed = luck.choice((_packed(b"0 0 m 9 9 l S ", 20_000_000), _packed(b"\x00", 300_000_000)))
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=_A4_PT)
    twice = luck.choice((True, False))
    coding = Array([Name.FlateDecode, Name.FlateDecode]) if twice else Name.FlateDecode
    pdf.pages[0].obj.Contents = pdf.make_stream(zlib.compress(packed, 9) if twice else packed, Filter=coding)
    return _written(pdf)


def _pdf_picture_bomb(luck: random.Random) -> bytes:
    page = _sheet(1)
    width, height = luck.choice(((8_400, 8_500), (30_000, 30_000), (20_000, 3_500), (2**31 - 1, 2)))
    keys = luck.choice((
        _grey(_packed(b"\x00", 80_000_000), Name.FlateDecode, width, height),
        _fax_keys(page) | {"Width": width, "Height": height},
        _grey(_jbig2(width, height, b"\x00" * 4_000), Name.JBIG2Decode, width, height) | {"BitsPerComponent": 1},
        _jpeg_keys(page) | {"Width": width, "Height": height},
    ))  # fmt: skip
    return _pdf([keys])


def _pdf_recursive(luck: random.Random) -> bytes:
    """Forms that show themselves, many times; or pages that are their own parents."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=_A4_PT)
    page = pdf.pages[0].obj
    forms = [
        pdf.make_stream(b"/X Do " * luck.choice((2, 10)), Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 600, 800])
        for _ in range(luck.choice((1, 2, 12)))
    ]
    for form, following in zip(forms, [*forms[1:], forms[0]], strict=True):
        form.Resources = Dictionary(XObject=Dictionary(X=following))
    page.Resources = Dictionary(XObject=Dictionary(X=forms[0]))
    page.Contents = pdf.make_stream(b"/X Do")
    if luck.choice((True, False)):
        data = _written(pdf)
        return data.replace(b"/Kids [ ", b"/Kids [ 2 0 R 2 0 R ")
    return _written(pdf)


def _pdf_many(luck: random.Random) -> bytes:
    """One page, listed thousands of times."""
    count = luck.choice((6_000, 50_000))
    kids = b"3 0 R " * count
    body = b"1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"
    body += b"2 0 obj <</Type/Pages/Count %d/Kids[" % count + kids + b"]>> endobj\n"
    body += b"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 60 60]>> endobj\n"
    return b"%PDF-1.4\n" + body + b"trailer <</Root 1 0 R>>\n%%EOF"


def _pdf_drawing(luck: random.Random) -> bytes:
    """Curves, patterns and see-through groups without end."""
    curve = b"%d %d m 0 800 600 0 %d %d c " % tuple(luck.randrange(800) for _ in range(4))
    content = (curve * 20_000 + b"S ") * luck.choice((1, 20)) if luck.choice((True, False)) else b"q " * 2_000_000
    return _pdf([_jpeg_keys(_sheet(1))], content)


def _pdf_sheets(luck: random.Random) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 200))
    size = luck.choice((0, 1e-3, 14_400, 1e9, -500))
    pdf.pages[0].obj.MediaBox = Array([0, 0, size, luck.choice((size, 500))])
    pdf.pages[0].obj.UserUnit = luck.choice((1, 1e6, -1))
    return _written(pdf)


def _nothing(luck: random.Random) -> bytes:
    return luck.choice(
        (b"", b"\x00", b"%PDF-", b"%PDF-1.7\n%%EOF", b"II*\x00", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", bytes(100_000))
    )


def _noise(luck: random.Random) -> bytes:
    head = luck.choice(
        (
            b"",
            b"%PDF-1.5\n",
            b"II*\x00\x08\x00\x00\x00",
            b"MM\x00*\x00\x00\x00\x08",
            b"\xff\xd8\xff\xe0",
            b"\x89PNG\r\n\x1a\n",
        )
    )
    return head + luck.randbytes(luck.choice((10, 1_000, 100_000)))


def _locked(luck: random.Random) -> bytes:
    return valid_files()[luck.choice(("pdf-locked", "pdf-owner"))]


_BOMBS: tuple[tuple[str, Callable[[random.Random], bytes]], ...] = (
    ("nothing", _nothing),
    ("noise", _noise),
    ("locked", _locked),
    ("png bomb", _png_bomb),
    ("png text bomb", _png_text_bomb),
    ("png too large", _png_too_large),
    ("jpeg too large", _jpeg_too_large),
    ("jpeg scans", _jpeg_scans),
    ("tiff bomb", _tiff_bomb),
    ("tiff loop", _tiff_loop),
    ("tiff many", _tiff_many),
    ("tiff tags", _tiff_tags),
    ("pdf content bomb", _pdf_content_bomb),
    ("pdf picture bomb", _pdf_picture_bomb),
    ("pdf recursive", _pdf_recursive),
    ("pdf many", _pdf_many),
    ("pdf drawing", _pdf_drawing),
    ("pdf sheets", _pdf_sheets),
)
