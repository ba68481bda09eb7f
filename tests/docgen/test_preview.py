from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from docgen.findings import Refusal
from docgen.preview import preview
from tests.docgen.builders import DAY, brand, small_template, template


def test_a_preview_has_a_picture_for_each_page() -> None:
    made = preview(template("rent-reminder"), brand(), "nl", DAY)
    assert len(made.pngs) == len(PdfReader(BytesIO(made.pdf)).pages) == 2
    assert Image.open(BytesIO(made.pngs[0])).size == pytest.approx((1240, 1754), abs=1)
    assert not [f for f in made.findings if f.severity == "error"]


def test_the_same_example_gives_the_same_bytes() -> None:
    assert preview(template("water-meter-reading"), brand(), "en", DAY) == preview(
        template("water-meter-reading"), brand(), "en", DAY
    )


def _colours(png: bytes) -> set[object]:
    picture = Image.open(BytesIO(png)).convert("RGB")
    return {colour for _, colour in picture.getcolors(picture.width * picture.height) or ()}


def test_frames_are_drawn_over_the_pictures_only_when_asked_and_never_in_the_file() -> None:
    plain = preview(template("service-cost-statement"), brand(), "nl", DAY)
    framed = preview(template("service-cost-statement"), brand(), "nl", DAY, frames=True)
    frame, always, sometimes = (200, 30, 90), (20, 120, 60), (190, 120, 0)
    assert framed.pdf == plain.pdf
    assert {frame, always, sometimes} <= _colours(framed.pngs[0])
    assert frame in _colours(framed.pngs[1])
    assert always not in _colours(framed.pngs[1])
    assert not {frame, always, sometimes} & _colours(plain.pngs[0])


def test_a_language_that_the_template_lacks_is_refused() -> None:
    with pytest.raises(Refusal, match="language-unknown"):
        preview(template("rent-reminder"), brand(), "fr", DAY)


def test_an_example_with_errors_is_shown_with_its_findings() -> None:
    made = preview(small_template("Dag \U0001f600"), brand(), "nl", DAY)
    assert [f.code for f in made.findings] == ["glyph-missing"]
    assert len(made.pngs) == 1


def test_an_example_without_a_way_in_is_shown_with_that_finding() -> None:
    made = preview(template("contact-data-request"), replace(brand(), entry_host=None), "nl", DAY)
    assert "entry-link-missing" in {f.code for f in made.findings}


def test_an_example_that_is_no_record_is_refused() -> None:
    broken = replace(template("rent-reminder"), example={})
    with pytest.raises(Refusal) as refused:
        preview(broken, brand(), "nl", DAY)
    assert refused.value.code == "template-example-invalid"
    assert refused.value.findings
