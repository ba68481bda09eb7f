"""Envelope, window and paper profiles, and weights from them."""

from __future__ import annotations

import pytest

from docgen.findings import Refusal
from docgen.postal import profiles, weights
from docgen.postal.profiles import BoxMm, StockProfile, WeightClass

PROFILES = profiles.builtin()
GOOD = """
[weights]
classes = [{ name = "50", max_g = 50 }, { name = "20", max_g = 20 }]
[stock.p]
title = "P"
grammage = 80
[envelope.e]
title = "E"
outer = [220, 110]
weight_mg = 4500
fold = "c"
folds_y_mm = [105, 210]
max_sheets = 8
address_box = [20, 50, 80, 40]
return_line = [20, 50, 80, 4]
window = [20, 50, 90, 45]
folded = [210, 105]
"""
CARRIER = """carrier_line = [22, 54, 76, 3]
carrier_code = [85, 60, 12, 12]
"""


def test_a_window_shows_less_always_and_more_sometimes() -> None:
    window = profiles.window_on_page(BoxMm(20, 50, 90, 45), (220, 110), (210, 105))
    assert window.always == BoxMm(20, 50, 80, 40)
    assert window.sometimes == BoxMm(10, 45, 100, 50)


@pytest.mark.parametrize(
    ("outer", "folded", "slack"),
    [
        ((220, 110), (210, 105), (10, 5)),
        ((220, 110), (210, 108), (10, 2)),
        ((229, 114), (210, 105), (19, 9)),
        ((229, 162), (210, 148.5), (19, 13.5)),
        ((229, 324), (210, 297), (19, 27)),
    ],
)
def test_slack_of_known_envelopes(
    outer: tuple[float, float], folded: tuple[float, float], slack: tuple[float, float]
) -> None:
    window = profiles.window_on_page(BoxMm(20, 50, 90, 45), outer, folded)
    assert (90 - window.always.width_mm, 45 - window.always.height_mm) == slack


@pytest.mark.parametrize("envelope", PROFILES.envelopes.values(), ids=lambda envelope: envelope.id)
def test_every_seed_holds_together(envelope: profiles.EnvelopeProfile) -> None:
    window = envelope.window
    assert window.sometimes.contains(window.always)
    assert window.always.contains(envelope.address_box)
    assert window.always.contains(envelope.return_line)
    assert all(0 < fold < 297 for fold in envelope.folds_y_mm)


def test_the_default_is_the_part_all_dutch_envelopes_share() -> None:
    default = PROFILES.envelopes[profiles.DEFAULT_ENVELOPE]
    assert default.address_box == BoxMm(109, 52, 66, 36)
    assert {"nl-dl-left", "nl-c5-left", "din-5008-b"} <= PROFILES.envelopes.keys()
    assert profiles.DEFAULT_STOCK in PROFILES.stocks


def test_a_print_room_brings_its_own() -> None:
    own = profiles.read_profiles(GOOD)
    assert own.envelopes["e"].window.sometimes == BoxMm(10, 45, 100, 50)
    assert [entry.name for entry in own.weight_classes] == ["20", "50"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[weights]", "[weights", "wrong"),
        ("weight_mg = 4500", "", "'weight_mg'"),
        ('fold = "c"', 'fold = "q"', "'q'"),
        ("outer = [220, 110]", "outer = [220]", "unpack"),
        ("address_box = [20, 50, 80, 40]", "address_box = [20, 50, 81, 40]", "address box"),
        ("return_line = [20, 50, 80, 4]", "return_line = [19, 50, 80, 4]", "return line"),
        ("address_box = [20, 50, 80, 40]", "address_box = [20, 50]", "wrong"),
        ("[stock.p]", "[other]", "'stock'"),
        ("folds_y_mm = [105, 210]", "folds_y_mm = 105", "wrong"),
    ],
)
def test_broken_profiles_are_refused_with_the_reason(old: str, new: str, why: str) -> None:
    with pytest.raises(Refusal, match="profiles-invalid") as refusal:
        profiles.read_profiles(GOOD.replace(old, new))
    assert why in refusal.value.detail


def test_room_for_what_a_carrier_gives_is_in_the_window_or_there_is_none() -> None:
    roomy = {key for key, envelope in PROFILES.envelopes.items() if envelope.carrier_room}
    assert PROFILES.envelopes.keys() - roomy == {"nl-c5-left", "nl-c4-left"}
    assert profiles.read_profiles(GOOD).envelopes["e"].carrier_room is None
    room = profiles.read_profiles(GOOD + CARRIER).envelopes["e"].carrier_room
    assert room == profiles.CarrierRoom(BoxMm(22, 54, 76, 3), BoxMm(85, 60, 12, 12))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[22, 54, 76, 3]", "[22, 54, 79, 3]"),
        ("[22, 54, 76, 3]", "[22, 54, 76, 5]"),
        ("[85, 60, 12, 12]", "[87, 60, 12, 12]"),
        ("[85, 60, 12, 12]", "[85, 60, 12, 13]"),
        ("[85, 60, 12, 12]", "[85, 77, 12, 12]"),
        ("[85, 60, 12, 12]", "[85, 60]"),
        ("carrier_line", "carrier_lines"),
    ],
)
def test_room_that_is_not_in_the_window_is_refused(old: str, new: str) -> None:
    with pytest.raises(Refusal, match="profiles-invalid"):
        profiles.read_profiles(GOOD + CARRIER.replace(old, new))


def test_a_sheet_of_80_grams_weighs_4990_milligrams() -> None:
    stock = StockProfile("p", "P", 80)
    assert weights.sheets_weight_mg(1, stock) == 4990
    assert weights.sheets_weight_mg(5, stock) == 24948
    assert weights.piece_weight_mg(2, stock, PROFILES.envelopes["nl-dl-right"], inserts_mg=1000) == 9979 + 4500 + 1000


def test_an_envelope_weighs_its_letters_and_once_what_is_around_them() -> None:
    stock = StockProfile("p", "P", 80)
    envelope, inserts = PROFILES.envelopes["nl-dl-right"], PROFILES.inserts
    empty_mg = weights.once_mg(envelope, [inserts["flyer-a5"], inserts["reply-envelope"]])
    assert empty_mg == 4500 + 4196 + 3700
    assert weights.once_mg(envelope) == 4500
    letters = [1, 5, 2]
    assert weights.set_weight_mg(letters, stock, empty_mg) == 4990 + 24948 + 9979 + empty_mg
    alone = [weights.piece_weight_mg(sheets, stock, envelope, 7896) for sheets in letters]
    assert weights.set_weight_mg(letters, stock, empty_mg) == sum(alone) - 2 * empty_mg


@pytest.mark.parametrize(("duplex", "sheets", "blank"), [(True, 4, [1, 0, 1]), (False, 6, [0, 0, 0])])
def test_each_letter_of_an_envelope_starts_on_a_front(*, duplex: bool, sheets: int, blank: list[int]) -> None:
    pages = [1, 2, 3]
    assert weights.sheets_of_set(pages, duplex=duplex) == sheets
    assert [weights.blank_backs(count, duplex=duplex) for count in pages] == blank


def test_inserts_may_be_left_out() -> None:
    assert profiles.read_profiles(GOOD).inserts == {}
    own = profiles.read_profiles(GOOD + '[insert.f]\ntitle = "F"\nweight_mg = 5\n')
    assert own.inserts["f"].weight_mg == 5


@pytest.mark.parametrize(("pages", "duplex", "sheets"), [(1, True, 1), (2, True, 1), (3, True, 2), (3, False, 3)])
def test_sheets_of_pages(pages: int, *, duplex: bool, sheets: int) -> None:
    assert weights.sheets_of(pages, duplex=duplex) == sheets


def test_weight_classes_have_their_upper_bound_in_them() -> None:
    classes = (WeightClass("0-20", 20_000), WeightClass("20-50", 50_000))
    assert weights.weight_class(20_000, classes) is classes[0]
    assert weights.weight_class(20_001, classes) is classes[1]
    assert weights.weight_class(50_001, classes) is None
