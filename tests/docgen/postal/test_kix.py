"""KIX: composition, bar table, limits and sizes (vectors of the PostNL KIX manual 2.1 and another encoder)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zint import Symbol, Symbology

from docgen.postal import kix

VECTORS = {
    "2500GG30250": "TDFADDAATTFFTTFFDAFTDAFTDTAFTTFFTDFADDAATTFF",
    "2130VA80430": "TDFATDAFDTAFTTFFAFTDDADATFDATTFFDTFADTAFTTFF",
    "1231GF156X2": "TDAFTDFADTAFTDAFDAFTDAADTDAFDDAATADFFATDTDFA",
    "1231FZ13Xhs": "TDAFTDFADTAFTDAFDAADFFTTTDAFDTAFFATDDFATFTFT",
    "1234AB5": "TDAFTDFADTAFDTFADADADFTADDAA",
    "1234AB5XHS": "TDAFTDFADTAFDTFADADADFTADDAAFATDDFATFTFT",
    "3011AA100": "DTAFTTFFTDAFTDAFDADADADATDAFTTFFTTFF",
    "2993LL12XA3": "TDFADATFDATFDTAFFTTFFTTFTDAFTDFAFATDDADADTAF",
    "1011AB1X2HOOG": "TDAFTTFFTDAFTDAFDADADFTATDAFFATDTDFADFATATFDATFDDAFT",
    "1234567890ABCDEFGH": "TDAFTDFADTAFDTFADDAATADFTFTFTFDADATFTTFFDADADFTATAFDTFADTFFTDAADDAFTDFAT",
    "IJKLMNOPQRSTUVWXYZ": "ATDFADTFADDAFTTFFTDAFDTAATFDADADADFTFTADFTFTFDATAADDAFTDAFDTFATDFADTFFTT",
    "9999XL99999XABCDEF": "DATFDATFDATFDATFFATDFTTFDATFDATFDATFDATFDATFFATDDADADFTATAFDTFADTFFTDAAD",
}


def bars_of_zint(content: str) -> str:
    symbol = Symbol()
    symbol.symbology = Symbology.KIX
    symbol.encode(content)
    modules = symbol.encoded_data
    upper, _, lower = (
        [(modules[row, column >> 3] >> (column & 7)) & 1 for column in range(0, symbol.width, 2)]
        for row in range(symbol.rows)
    )
    return "".join("TDAF"[2 * up + down] for up, down in zip(upper, lower, strict=True))


@pytest.mark.parametrize(("content", "states"), VECTORS.items())
def test_encodes_every_vector(content: str, states: str) -> None:
    assert kix.encode(content) == states


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=18))
def test_encodes_as_zint_does(content: str) -> None:
    assert kix.encode(content) == bars_of_zint(content)


@pytest.mark.parametrize("content", ["", ",", "2500 GG", "1234567890123456789", "É"])
def test_refuses_what_has_no_bars(content: str) -> None:
    with pytest.raises(ValueError, match="A KIX holds"):
        kix.encode(content)


@pytest.mark.parametrize(
    ("parts", "content"),
    [
        (("2500 GG", 30250), "2500GG30250"),
        (("2130 VA", 80430), "2130VA80430"),
        (("1231 GF", 156, "", "2"), "1231GF156X2"),
        (("1231 FZ", 13, "", "hs"), "1231FZ13XHS"),
        (("6525 AJ", 127, "E", "2-08"), "6525AJ127XE208"),
        (("1234 AB", 5, "A", "101"), "1234AB5XA101"),
        (("1234 ab", "0012"), "1234AB12"),
        (("1011 AB", 1, "", "2 hoog"), "1011AB1X2HOOG"),
    ],
)
def test_composes_every_vector(parts: tuple[str, ...], content: str) -> None:
    postcode, number, letter, addition = (*parts, "", "")[:4]
    assert kix.compose(postcode, number, letter, addition) == content


def test_the_other_separator_puts_a_second_x() -> None:
    assert kix.compose("6525 AJ", 127, "E", "2-08", kix.Separator.X) == "6525AJ127XE2X08"


def test_an_addition_too_long_has_no_code() -> None:
    assert kix.compose("1234 AB", 5, "", "achterom") is None


@pytest.mark.parametrize("content", ["1234AB", "1234AB0", "0123AB4", "1234AB123456", "1234AB5X", "1234AB5XABCDEFG"])
def test_composed_content_has_one_form(content: str) -> None:
    assert not kix.is_composed(content)


def test_the_profiles_keep_to_the_allowed_sizes() -> None:
    for profile in (kix.NORMAL, kix.TIGHT):
        assert 0.38 <= profile.bar_mm <= 0.63
        assert 0.40 <= profile.gap_mm <= 0.63
        assert 20 <= 25.4 / profile.pitch_mm <= 24.0001
        assert 1.02 <= profile.tracker_mm <= 1.52
        assert 2.62 <= profile.tracker_mm + profile.part_mm <= 3.68
        assert 4.22 <= profile.height_mm <= 5.84
    assert kix.NORMAL.width_mm(11) == pytest.approx(47.8, abs=0.05)
    assert kix.NORMAL.width_mm(18) == pytest.approx(78.7, abs=0.05)
    assert kix.TIGHT.width_mm(18) == pytest.approx(75.7, abs=0.06)
    assert kix.NORMAL.height_mm == pytest.approx(4.995, abs=0.001)


def test_bars_hang_around_one_tracker_line() -> None:
    bars = kix.bars("2500GG30250")
    assert len(bars) == 44
    assert bars[-1].left_mm + bars[-1].width_mm == pytest.approx(kix.NORMAL.width_mm(11))
    for bar, state in zip(bars, kix.encode("2500GG30250"), strict=True):
        assert (bar.top_mm == 0) == (state in "FA")
        reaches_down = bar.top_mm + bar.height_mm == pytest.approx(kix.NORMAL.height_mm)
        assert reaches_down == (state in "FD")
