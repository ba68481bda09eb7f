"""Photos of people: what they show is kept, what else lies in the file is not, and no file does harm."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from docgen.findings import Finding
from scanning.photo_task import LONGEST_PIXELS, photo_parcels, read_photo

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

TURNED = 6
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def photo(form: str, size: tuple[int, int] = (640, 480), mode: str = "RGB", **more: object) -> bytes:
    """Red, with a blue corner at the top left."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (0, 0, size[0] // 4, size[1] // 4))
    out = io.BytesIO()
    picture.convert(mode).save(out, form, **more)
    return out.getvalue()


def read(folder: Path, data: bytes) -> Image.Image:
    (folder / "photo").write_bytes(data)
    clean = read_photo(folder / "photo")
    assert isinstance(clean, bytes), clean
    made = Image.open(io.BytesIO(clean))
    made.load()
    return made


def test_a_photo_is_turned_made_smaller_and_stripped_of_all_but_what_it_shows(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = TURNED, "A maker of telephones"
    exif.get_ifd(GPS)[1] = "N"
    made = read(tmp_path, photo("JPEG", (4000, 3000), exif=exif, comment=b"at home", icc_profile=b"x" * 200))
    assert (made.format, made.size) == ("JPEG", (LONGEST_PIXELS * 3 // 4, LONGEST_PIXELS))
    assert dict(made.getexif()) == {}
    assert set(made.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    # turned a quarter to the right the corner is at the top right
    red, _, blue = made.getpixel((made.width - 20, 20))  # type: ignore[misc] # of three channels
    assert (blue > 200, red < 60) == (True, True)


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("PNG", "L"), ("JPEG", "CMYK")]
)
def test_every_kind_becomes_a_jpeg(tmp_path: Path, form: str, mode: str) -> None:
    assert read(tmp_path, photo(form, mode=mode)).mode == "RGB"


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff" + b"x" * 500, photo("PNG")[:200], photo("GIF"), b"\x89PNG\r\n\x1a\n"]
)
def test_what_cannot_be_read_is_a_finding(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "photo").write_bytes(data)
    assert isinstance(read_photo(tmp_path / "photo"), Finding)


def test_a_small_file_with_far_too_many_pixels_is_not_unpacked(tmp_path: Path) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    side = (30_000).to_bytes(4, "big")
    head = chunk(b"IHDR", side + side + bytes([8, 2, 0, 0, 0]))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    (tmp_path / "photo").write_bytes(bomb)
    assert [parcel.value for parcel in photo_parcels(tmp_path / "photo")] == ["too-large"]
    assert isinstance(read_photo(tmp_path / "photo"), Finding)
