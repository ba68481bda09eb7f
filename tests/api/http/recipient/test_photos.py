"""A photo of the meter: kept private and clean, never needed, and not asked for twice."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from api.ports import PageRequest
from api.usecases.answering import photos
from tests.api.http.recipient.test_walk import NAMES
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from tests.api.http.recipient.conftest import Visitor
    from tests.api.http.recipient.scene import Letters

pytestmark = pytest.mark.slow


def picture(form: str = "JPEG") -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A maker of telephones"
    Image.new("RGB", (64, 48), "red").save(out, form, exif=exif)
    return out.getvalue()


def test_a_photo_stays_while_the_form_is_asked_again_and_is_kept_without_what_was_in_it(
    visitor: Visitor, letters: Letters
) -> None:
    visitor.enter(letters.token(1))
    visitor.send("/form", {"photo": ("a.jpg", picture(), "image/jpeg")}, **NAMES | {"f_reading": "5402"})
    assert "Uw foto is goed aangekomen" in visitor.text
    visitor.send("/form", {"photo": ("", b"", "application/octet-stream")}, **{"sure-reading": "yes"})
    assert visitor.title == "Wij hebben uw antwoord"
    with letters.world.deps.database.read() as uow:
        (kept,) = uow.submissions.list(ORG, PageRequest()).items
    assert kept.photo is not None
    with letters.world.deps.blobs.open(ORG, kept.photo) as stream:
        stored = stream.read()
    assert b"telephones" not in stored
    assert Image.open(io.BytesIO(stored)).size == (64, 48)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC"),
        (b"GIF89a", "Kies een foto in JPEG, PNG of WebP"),
        (b"\xff\xd8\xff" + b"x" * 99, "kapot of te groot"),
        (b"\xff\xd8\xff" + b"x" * 3000, "hoogstens 20 MB"),
    ],
)
def test_what_is_no_photo_is_told_at_its_field_and_the_form_goes_without(
    visitor: Visitor, letters: Letters, monkeypatch: pytest.MonkeyPatch, data: bytes, said: str
) -> None:
    monkeypatch.setattr(photos, "MOST_BYTES", 2000)
    visitor.enter(letters.token(1))
    visitor.send("/form", {"photo": ("a.jpg", data, "image/jpeg")}, **NAMES)
    assert said in visitor.text
    assert visitor.page.get_element_by_id("photo").get("aria-invalid") == "true"
    assert visitor.page.get_element_by_id("f-reading").value == "01402"
    visitor.send("/form")
    assert visitor.title == "Wij hebben uw antwoord"
