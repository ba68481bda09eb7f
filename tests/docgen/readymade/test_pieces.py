"""Whose letter it is, what carries the address, and where a KIX goes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Finding, Place, Severity
from docgen.postal.address import DEFAULT_LIMITS, PostalAddress
from docgen.postal.profiles import BoxMm
from docgen.readymade.answers import LetterLook, WindowText
from docgen.readymade.house_ink import HouseInk
from docgen.readymade.letters import Front, LetterPages
from docgen.readymade.pieces import plan_letter
from docgen.readymade.policy import (
    DEFAULT_SEVERITIES,
    ClearZone,
    CoverSheets,
    ReadymadePolicy,
    Sides,
)
from docgen.readymade.window_address import address_lines, differences, understand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.readymade.pieces import Planned

POLICY = ReadymadePolicy()
INK = HouseInk(POLICY.envelope)
LINES = ("Mw. J. de Vries", "Dorpsstraat 12 A", "1234 AB AMSTERDAM")
GIVEN = {"name": "Mw. J. de Vries", "street_and_number": "Dorpsstraat 12A", "postcode": "1234ab", "town": "Amsterdam"}
ROOM = BoxMm(112.0, 72.0, 61.0, 5.0)
PAGE = LetterPages("a", 1, 1)


def _line(text: str, number: int = 0, height_mm: float = 4.4) -> WindowText:
    return WindowText(text, BoxMm(112.0, 54.0 + 4.2 * number, 40.0, height_mm))


def _look(
    lines: Sequence[str] = LINES,
    *findings: Finding,
    cut: Sequence[str] = (),
    room: BoxMm | None = ROOM,
) -> LetterLook:
    seen = tuple([_line(text, number) for number, text in enumerate(lines)])
    return LetterLook("a", seen, tuple(map(_line, cut)), room, findings)


def _plan(look: LetterLook, policy: ReadymadePolicy = POLICY, pages: LetterPages = PAGE) -> Planned:
    return plan_letter("P1", 0, pages, look, policy, INK)


def _codes(planned: Planned) -> list[str]:
    return [finding.code for finding in planned.findings]


def _read(*lines: str) -> PostalAddress | tuple[Finding, ...]:
    return understand(lines, Place(), DEFAULT_LIMITS)


@pytest.mark.parametrize(
    ("lines", "postcode", "country"),
    [
        (LINES, "1234 AB", "NL"),
        (("Jansen", "Kerkweg 3", "NL-9999 XL 't ZANDT"), "9999 XL", "NL"),
        (("Jansen", "Kerkweg 3", "1234ab Amsterdam", "NEDERLAND"), "1234 AB", "NL"),
        (("Bedrijf BV", "T.a.v. Jansen", "Postbus 12", "2500 GG 's-GRAVENHAGE"), "2500 GG", "NL"),
        (("Janssens", "Nieuwstraat 5 bus 2", "1000 BRUSSEL", "BELGIË"), "1000", "BE"),
        (("Müller", "Hauptstraße 7", "D-10115 BERLIN", "GERMANY"), "10115", "DE"),
        (("Smith", "10 High Street", "LONDON SW1A 1AA", "UNITED KINGDOM"), "SW1A 1AA", "GB"),
        (("Smith", "10 High Street", "LONDON", "SW1A 1AA", "UNITED KINGDOM"), "SW1A 1AA", "GB"),
    ],
)
def test_addresses_are_understood_from_the_town_upwards(lines: tuple[str, ...], postcode: str, country: str) -> None:
    found = _read(*lines)
    assert isinstance(found, PostalAddress), found
    assert (found.postcode, found.country) == (postcode, country)
    assert found.name_lines[0] == lines[0]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((), "readymade-address-too-short"),
        (("Jansen", "1234 AB AMSTERDAM"), "readymade-address-too-short"),
        (("a", "b", "c", "d", "e", "Kerkweg 3", "1234 AB AMSTERDAM"), "readymade-address-too-long"),
        (("Jansen", "Kerkweg 3", "AMSTERDAM"), "readymade-address-no-postcode"),
        (("Jansen", "Kerkweg 3", "1234 SS AMSTERDAM"), "address-postcode-invalid"),
        (("Jansen", "Kerkweg", "1234 AB AMSTERDAM"), "address-house-number-missing"),
        (("a", "b", "c", "d", "Kerkweg 3", "1234 AB AMSTERDAM"), "readymade-address-not-understood"),
        (("Jansen", "Rue 1", "PARIS", "FRANCE"), "readymade-address-no-postcode"),
    ],
)
def test_what_is_no_address_is_told(lines: tuple[str, ...], code: str) -> None:
    found = _read(*lines)
    assert not isinstance(found, PostalAddress)
    assert [finding.code for finding in found] == [code]


@given(st.lists(st.text(max_size=40), max_size=8))
def test_any_lines_are_an_address_or_findings(lines: list[str]) -> None:
    found = _read(*lines)
    assert isinstance(found, PostalAddress) or all(isinstance(finding, Finding) for finding in found)


def test_a_small_return_line_and_the_text_of_a_kix_are_no_part_of_the_address() -> None:
    small = _line("Postbus 1 - 1000 AA Amsterdam", 0, height_mm=2.4)
    body = [_line(text, number) for number, text in enumerate(LINES, 1)]
    assert address_lines([small, *body, _line("1234AB12XA", 4)]) == LINES


def test_addresses_differ_when_they_name_another_door_or_person() -> None:
    one = _read(*LINES)
    assert isinstance(one, PostalAddress)
    assert differences(one, replace(one, town="Amsterdam", addition="")) == ()
    assert differences(one, replace(one, house_letter="", addition="A")) == ()
    assert differences(one, replace(one, house_number="13")) == ("house number",)
    assert differences(one, replace(one, name_lines=("Hr. K. Smit",))) == ("name",)
    abroad = replace(one, country="BE")
    assert differences(abroad, replace(abroad, street="Dorpsstraat 12 A", house_number="", house_letter="")) == ()


def test_a_sound_letter_is_printed_as_it_is_with_a_kix() -> None:
    planned = _plan(_look())
    assert planned.findings == ()
    assert planned.letter is not None
    assert planned.letter.front is Front.AS_IS
    assert planned.letter.kix is not None
    assert planned.letter.kix.content == "1234AB12XA"
    assert (planned.letter.kix.left_mm, planned.letter.kix.bottom_mm) == (112.0, 77.0)


def test_no_kix_is_drawn_where_there_is_one_or_none_is_wanted_or_none_exists() -> None:
    abroad = ("Janssens", "Nieuwstraat 5", "1000 BRUSSEL", "BELGIE")
    for look, policy in (
        (_look((*LINES, "1234AB12XA")), POLICY),
        (_look(), replace(POLICY, draw_kix=False)),
        (_look(abroad), POLICY),
    ):
        planned = _plan(look, policy)
        assert planned.letter is not None
        assert planned.letter.kix is None
        assert planned.findings == ()


def test_a_kix_without_room_is_left_out_and_told() -> None:
    planned = _plan(_look(room=None))
    assert planned.letter is not None
    assert planned.letter.kix is None
    assert [(f.code, f.severity) for f in planned.findings] == [("readymade-kix-no-room", Severity.NOTE)]


def test_a_long_kix_is_drawn_tight_before_it_is_left_out() -> None:
    lines = ("Jansen", "Kerkweg 12345 ABCDEF", "1234 AB AMSTERDAM")
    pitches = []
    for width in (80.0, 76.0, 70.0):
        letter = _plan(_look(lines, room=_room(width))).letter
        assert letter is not None
        pitches.append(letter.kix.pitch_dots if letter.kix else None)
    assert pitches == [26, 25, None]


def _room(width_mm: float) -> BoxMm:
    return BoxMm(ROOM.left_mm, ROOM.top_mm, width_mm, ROOM.height_mm)


@pytest.mark.parametrize(
    ("look", "code"),
    [
        (_look(()), "readymade-address-missing"),
        (_look((), cut=("Mw. J. de",)), "readymade-address-outside-window"),
        (_look(("Jansen", "Kerkweg 3", "AMSTERDAM")), "readymade-address-no-postcode"),
    ],
)
def test_a_letter_whose_address_is_not_known_is_not_printed(look: LetterLook, code: str) -> None:
    for covers in CoverSheets:
        planned = _plan(look, replace(POLICY, cover_sheets=covers))
        assert _codes(planned) == [code]
        assert planned.letter is None


WINDOW = Finding("pdf-window-not-clear", "", Place(page=1, frame="window"))
MARKS = Finding("pdf-zone-not-clear", "", Place(page=1, frame="inserter marks"))


@pytest.mark.parametrize("look", [_look(()), _look((), cut=("Mw. J.",)), _look(LINES, WINDOW), _look(("x", "y", "z"))])
def test_a_cover_sheet_is_the_way_out_of_trouble_with_the_window(look: LetterLook) -> None:
    pages = replace(PAGE, address=GIVEN)
    assert _plan(look, POLICY, pages).letter is None
    planned = _plan(look, replace(POLICY, cover_sheets=CoverSheets.WHEN_NEEDED), pages)
    assert planned.findings == ()
    assert planned.letter is not None
    assert planned.letter.front is Front.COVER
    assert planned.letter.address is not None
    assert planned.letter.address.lines[-1] == "1234 AB  AMSTERDAM"
    assert planned.letter.address.kix == "1234AB12XA"


def test_a_cover_sheet_is_added_only_when_it_helps() -> None:
    when_needed = replace(POLICY, cover_sheets=CoverSheets.WHEN_NEEDED)
    sound, every = _plan(_look(), when_needed), _plan(_look(LINES, MARKS), when_needed)
    assert sound.letter is not None
    assert sound.letter.front is Front.AS_IS
    assert every.letter is None
    assert _codes(every) == ["pdf-zone-not-clear"]
    zone = ClearZone("inserter marks", POLICY.clear_zones[0].box, Sides.FIRST)
    first = _plan(_look(LINES, MARKS), replace(when_needed, clear_zones=(zone,)))
    assert first.letter is not None
    assert first.letter.front is Front.COVER


def test_a_print_room_may_want_a_cover_sheet_for_want_of_a_kix() -> None:
    strict = (*DEFAULT_SEVERITIES, ("readymade-kix-no-room", Severity.ERROR))
    policy = replace(POLICY, cover_sheets=CoverSheets.WHEN_NEEDED, severities=strict)
    planned = _plan(_look(room=None), policy)
    assert planned.letter is not None
    assert planned.letter.front is Front.COVER


@pytest.mark.parametrize("policy", [POLICY, replace(POLICY, redraw_address=True)])
@pytest.mark.parametrize("covers", list(CoverSheets))
def test_an_address_that_differs_from_the_data_is_never_printed(policy: ReadymadePolicy, covers: CoverSheets) -> None:
    """The page may be another person's: no cover sheet and no redrawn address makes that good."""
    other = replace(PAGE, address={**GIVEN, "name": "Hr. K. Smit", "street_and_number": "Dorpsstraat 14"})
    planned = _plan(_look(), replace(policy, cover_sheets=covers), other)
    assert planned.letter is None
    assert _codes(planned) == ["readymade-address-differs"]
    assert "name, house number" in planned.findings[0].message
    assert "Smit" not in planned.findings[0].message


def test_data_that_agrees_with_the_window_is_taken() -> None:
    planned = _plan(_look(), POLICY, replace(PAGE, address=GIVEN))
    assert planned.findings == ()
    assert planned.address is not None
    assert planned.address.town == "Amsterdam"


def test_bad_data_is_told() -> None:
    planned = _plan(_look(), POLICY, replace(PAGE, address={"name": "Jansen"}))
    assert planned.letter is None
    assert "address-street-missing" in _codes(planned)


def test_an_address_is_redrawn_only_when_asked_and_the_old_one_is_covered() -> None:
    planned = _plan(_look(), replace(POLICY, redraw_address=True))
    assert planned.letter is not None
    assert planned.letter.front is Front.REDRAWN
    assert planned.letter.kix is None
    ours = planned.letter.address
    assert ours is not None
    assert ours.cover is not None
    assert ours.cover.contains(POLICY.envelope.window.always)


def test_ink_beside_the_window_is_not_cured_by_redrawing() -> None:
    planned = _plan(_look(LINES, WINDOW), replace(POLICY, redraw_address=True))
    assert _codes(planned) == ["pdf-window-not-clear"]


def test_an_address_that_we_cannot_set_ourselves_is_told() -> None:
    names = {"name": "N" * 44, "name_2": "M" * 44, "name_3": "W" * 44}
    given_ = replace(PAGE, address={**GIVEN, **names})
    planned = _plan(_look(()), replace(POLICY, cover_sheets=CoverSheets.ALWAYS), given_)
    assert planned.letter is None
    assert "address-outside-window" in _codes(planned)


def test_letters_that_are_too_long_for_the_policy_or_the_envelope_are_told() -> None:
    assert _codes(_plan(_look(), POLICY, LetterPages("a", 1, 17))) == ["readymade-too-many-sheets"]
    assert _codes(_plan(_look(), POLICY, LetterPages("a", 1, 16))) == []
    covered = replace(POLICY, cover_sheets=CoverSheets.ALWAYS)
    assert _codes(_plan(_look(), covered, LetterPages("a", 1, 16))) == ["readymade-too-many-sheets"]
    simplex = replace(POLICY, duplex=False, max_letter_pages=4)
    assert _codes(_plan(_look(), simplex, LetterPages("a", 1, 5))) == ["readymade-letter-too-long"]
