"""Room for what a carrier gives: nothing of a letter stands there, and without a carrier nothing moves."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.compose import Composer
from docgen.findings import Refusal
from docgen.layouts.geometry import Rect
from docgen.postal.address import PostalAddress
from docgen.postal.profiles import CODE_CLEAR_MM, builtin
from tests.docgen.builders import ADDRESS, DAY, brand, small_letter, small_template

ROOMY = sorted(key for key, envelope in builtin().envelopes.items() if envelope.carrier_room is not None)


@cache
def composer(envelope: str = "nl-dl-right", *, carrier: bool = True) -> Composer:
    bare = replace(brand("zandeland"), logo=None)
    return Composer(small_template("Dag.", head=f'envelope = "{envelope}"'), bare, DAY, carrier=carrier)


@pytest.mark.parametrize("envelope", ROOMY)
@settings(max_examples=20, deadline=None)
@given(
    names=st.lists(
        st.sampled_from(["Mevrouw A.B. de Vries", "t.a.v. Afdeling Administratie Noord"]), min_size=1, max_size=3
    ),
    town=st.sampled_from(["EDE", "GASSELTERNIJVEENSCHEMOND"]),
    addition=st.sampled_from(["", "2", "ABCD"]),
)
def test_nothing_of_a_letter_stands_where_the_carrier_prints(
    envelope: str, names: list[str], town: str, addition: str
) -> None:
    address = replace(ADDRESS, name_lines=tuple(names), town=town, addition=addition)
    laid = composer(envelope).lay_out(small_letter(address=address))
    frames = {frame.kind: frame.rect for frame in laid.fixed_frames}
    room = builtin().envelopes[envelope].carrier_room
    assert room is not None
    if not laid.may_be_printed:
        assert [finding.code for finding in laid.findings] == ["address-outside-window"]
        return
    line, code = Rect(*room.line), Rect(*room.code).grown(CODE_CLEAR_MM)
    assert (frames["carrier-line"], frames["carrier-code"]) == (line, Rect(*room.code))
    text = frames["address"]
    # the frame of the address begins at the top of its box, its lines below the carrier's
    lines = Rect(text.left_mm, line.bottom_mm, text.width_mm, text.bottom_mm - line.bottom_mm)
    assert not lines.overlaps(code)
    window = composer(envelope).plan("nl").frames.always_visible
    assert window.contains(lines)
    if laid.pages[0].kix is not None:
        assert not frames["kix"].overlaps(code)
        assert window.contains(frames["kix"].grown(CODE_CLEAR_MM), 0.05)


def test_three_lines_keep_their_kix() -> None:
    laid = composer().lay_out(small_letter(address=ADDRESS))
    assert laid.findings == ()
    assert laid.pages[0].kix is not None


def test_without_a_carrier_a_letter_is_as_it_was() -> None:
    with_room = composer().compose(small_letter(address=ADDRESS))
    without = composer(carrier=False).compose(small_letter(address=ADDRESS))
    assert [frame.kind for frame in without.laid_out.fixed_frames] == ["address", "kix"]
    assert with_room.drawn.digests != without.drawn.digests
    plain = Composer(small_template("Dag."), replace(brand("zandeland"), logo=None), DAY)
    assert plain.compose(small_letter(address=ADDRESS)).drawn.digests == without.drawn.digests


@pytest.mark.parametrize("envelope", sorted(builtin().envelopes.keys() - set(ROOMY)))
def test_an_envelope_without_room_is_refused(envelope: str) -> None:
    with pytest.raises(Refusal, match="no room for the carrier") as refusal:
        composer(envelope)
    assert refusal.value.code == "envelope-without-carrier-room"


def test_abroad_there_is_room_too() -> None:
    address = PostalAddress(("Een", "Twee"), "Rue de la Loi 16", "", "", "", "1000", "BRUXELLES", "BE")
    laid = composer().lay_out(small_letter(address=address))
    assert laid.findings == ()
