"""Lines hold what was said, and fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.proof.masking import masked
from agreements.proof.type_area import Setter

if TYPE_CHECKING:
    from docgen.layouts.theme import Brand

_TEXTS = st.text(st.characters(codec="utf-8"), max_size=50)


@given(_TEXTS, st.floats(30, 300))
@settings(max_examples=40, deadline=None)
def test_no_sign_is_added_or_lost_and_every_line_fits(brand: Brand, text: str, width_pt: float) -> None:
    setter = Setter(brand.mono, "F4", 9.0, 13.0)
    drawable = setter.drawable(text)
    broken = [line for hard in drawable.split("\n") for line in setter._broken(hard, width_pt)]
    assert "".join(broken).replace(" ", "") == drawable.replace(" ", "").replace("\n", "")
    assert all(line.width_pt <= width_pt + 0.01 for line in setter.lines(text, width_pt))


@given(_TEXTS)
@settings(max_examples=40, deadline=None)
def test_what_no_font_has_is_a_code(rural: Brand, text: str) -> None:
    setter = Setter(rural.sans.regular, "F0", 10.0, 14.0)
    drawable = setter.drawable(text)
    assert not rural.sans.regular.lacks(drawable.replace("\n", ""))
    assert setter.drawable(drawable) == drawable


@given(st.text(max_size=60))
def test_an_address_is_never_shown_whole(text: str) -> None:
    address = text + "x@example.nl"
    assert address not in masked(address)
    assert masked(address).endswith("@example.nl")


def test_numbers_keep_their_land_and_their_end() -> None:
    assert masked("+31612345678") == "+316****678"
    assert masked("12345") == "1***"
