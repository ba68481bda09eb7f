"""A slip is cut out of its page, whichever way it lay there."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from api.usecases.evidence.slip_picture import slip_picture


def page() -> Image.Image:
    """A page with a slip that is black at its own top-left."""
    picture = Image.new("L", (800, 1000), 255)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((100, 600, 699, 899), fill=180)
    draw.rectangle((100, 600, 250, 700), fill=0)
    return picture


def encoded(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("quarters", range(4))
def test_the_slip_is_straight_and_alone(quarters: int) -> None:
    turned, corners = page(), [(100.0, 600.0), (700.0, 600.0), (700.0, 900.0), (100.0, 900.0)]
    for _ in range(quarters):
        corners = [(turned.height - y, x) for x, y in corners]
        turned = turned.transpose(Image.Transpose.ROTATE_270)
    found = Image.open(BytesIO(slip_picture(encoded(turned), corners)))
    assert found.size == (600, 300)
    dark, light = found.getpixel((50, 40)), found.getpixel((560, 280))
    assert isinstance(dark, int)
    assert isinstance(light, int)
    assert dark < 20
    assert 160 < light < 200


@pytest.mark.parametrize("corners", [(), ((5.0, 5.0),) * 4])
def test_without_corners_the_page_is_shown(corners: tuple[tuple[float, float], ...]) -> None:
    data = encoded(page())
    assert slip_picture(data, corners) == data
    assert slip_picture(b"nothing", corners) == b"nothing"
