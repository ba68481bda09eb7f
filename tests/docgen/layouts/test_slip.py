"""Reply slips: what stands where, for every size, envelope and set of questions."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.compose import Composer
from docgen.drawing.single import letter_pdf
from docgen.findings import Refusal
from docgen.layouts.geometry import Rect
from docgen.layouts.preflight import ROOM
from docgen.layouts.slip import Slip, SlipSetup
from docgen.layouts.slip_geometry import SlipSize, anchors
from docgen.layouts.slip_rows import CLEAR_MM
from docgen.layouts.typography import typography
from docgen.postal.profiles import builtin
from docgen.qr.ocr_b import STROKES
from docgen.qr.slip_code import SPECIMEN_PIECE_ID, decode, number_line
from docgen.qr.token import derive_piece_id
from docgen.reply_form import Choice, ReplyField, ReplyForm, ReplyKind
from tests.docgen.builders import (
    CREATED,
    DAY,
    REPLY_FORM,
    brand,
    contents,
    example,
    small_letter,
    small_template,
    template,
)
from tests.docgen.printed import printed_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.layouts.laid_out import LaidOutLetter

TYPE = typography(brand(), "nl")
NAMES = {digit: f"W{digit}" for digit in STROKES}
ADDRESS = ("Woonstichting Grachtstad", "Antwoordnummer 1234", "1230 VB Grachtstad")
PIECE = derive_piece_id("job", 1)


def asked(kind: ReplyKind, name: str = "x", length: int = 0, decimals: int = 0, label: str = "Vraag") -> ReplyField:
    choices = (Choice("a", {"nl": "Ja, graag"}), Choice("b", {"nl": "Nee"})) if kind is ReplyKind.CHOICE else ()
    return ReplyField(name, kind, {"nl": label}, length=length, decimals=decimals, choices=choices)


FIELDS = st.one_of(
    st.integers(1, 12).map(lambda n: asked(ReplyKind.DIGITS, length=n)),
    st.integers(3, 9).map(lambda n: asked(ReplyKind.METER_READING, length=n, decimals=n - 2)),
    st.just(asked(ReplyKind.PHONE, length=10)),
    st.sampled_from([0, 26]).map(lambda n: asked(ReplyKind.EMAIL, length=n)),
    st.just(asked(ReplyKind.DATE, length=8)),
    st.sampled_from(
        ["Kort", "Een veel langer label dat over meer dan de helft van de strook loopt en dan nog iets"]
    ).map(lambda label: asked(ReplyKind.TICK, label=label)),
    st.sampled_from([ReplyKind.CHOICE, ReplyKind.TEXT, ReplyKind.SIGNATURE]).map(asked),
)


def slip(fields: Sequence[ReplyField], size: SlipSize = SlipSize.THIRD, envelope: str | None = "nl-dl-right") -> Slip:
    form = ReplyForm("form", {"nl": "Antwoordstrook"}, tuple(fields))
    profile = builtin().envelopes[envelope] if envelope else None
    return Slip(SlipSetup(form, size, profile, ADDRESS if envelope else ()), TYPE, NAMES)


def codes(made: Slip) -> set[str]:
    return {finding.code for finding in made.findings}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(FIELDS, min_size=1, max_size=7),
    st.sampled_from(list(SlipSize)),
    st.sampled_from(["nl-dl-right", "nl-dl-left", "din-5008-b", None]),
)
def test_what_fits_stands_clear_of_everything_and_what_does_not_says_so(
    fields: list[ReplyField], size: SlipSize, envelope: str | None
) -> None:
    named = [replace(one, name=f"f{n}") for n, one in enumerate(fields)]
    made = slip(named, size, envelope)
    if made.findings:
        assert codes(made) <= {"slip-too-full", "slip-window-not-clear"}
        assert "slip-too-full" in codes(made)
        return
    geometry, fixed = made.geometry, anchors(size)
    assert [one.name for one in geometry.fields] == [one.name for one in named]
    boxes = [box for one in geometry.fields for box in one.boxes]
    taken = [*fixed.corners, fixed.side, fixed.line, *[code.grown(2.0) for code in fixed.codes]]
    marks = [mark for row in geometry.rows for mark in row.marks]
    readable = Rect(0, 0, 210, size.height_mm).grown(-7)
    for one, other in combinations([*boxes, *marks, *taken], 2):
        assert not one.overlaps(other), (one, other)
    assert all(readable.contains(rect) for rect in [*boxes, *marks])
    window = Rect(*builtin().envelopes[envelope].window.sometimes) if envelope else None
    assert window is None or not any(rect.overlaps(window) for rect in boxes)


@settings(max_examples=60, deadline=None)
@given(st.lists(FIELDS, min_size=1, max_size=6), st.sampled_from(list(SlipSize)))
def test_no_word_stands_in_the_white_around_boxes_but_the_letters_of_a_date(
    fields: list[ReplyField], size: SlipSize
) -> None:
    made = slip([replace(one, name=f"f{n}") for n, one in enumerate(fields)], size)
    texts = [made_text.rect for made_text in made.words if made_text.fragments]
    for one in made.geometry.fields:
        if one.kind in (ReplyKind.DATE, ReplyKind.TICK, ReplyKind.CHOICE) or made.findings:
            continue
        for box in one.boxes:
            below = Rect(box.left_mm, box.bottom_mm, box.width_mm, CLEAR_MM - 0.1)
            above = Rect(box.left_mm, box.top_mm - 2.5, box.width_mm, 2.5)
            assert not any(text.overlaps(zone) for text in texts for zone in (box, below, above))


def test_boxes_have_the_sizes_that_read_best() -> None:
    fields = [
        asked(ReplyKind.METER_READING, "reading", 5, 2),
        asked(ReplyKind.PHONE, "phone", 10),
        asked(ReplyKind.DATE, "date", 8),
        asked(ReplyKind.CHOICE, "choice"),
    ]
    found = {one.name: one for one in slip(fields, SlipSize.PAGE).geometry.fields}
    sizes = {name: {(box.width_mm, box.height_mm) for box in one.boxes} for name, one in found.items()}
    assert sizes == {"reading": {(8, 10)}, "phone": {(5.5, 8)}, "date": {(5.5, 8)}, "choice": {(5, 5)}}
    gaps = {name: [round(b.left_mm - a.right_mm, 3) for a, b in pairwise(one.boxes)] for name, one in found.items()}
    assert gaps["reading"] == [2, 2, 4, 2]
    assert gaps["phone"] == [1] * 9
    assert gaps["date"] == [1, 3.5, 1, 3.5, 1, 1, 1]
    assert found["reading"].decimals == 2
    assert found["choice"].choices == ("a", "b")


def test_ticks_stand_eight_millimetres_apart() -> None:
    fields = [asked(ReplyKind.TICK, f"t{n}", label="Ja, dit mag voor alles wat nodig is") for n in range(3)]
    tops = [row.fields[0].boxes[0].top_mm for row in slip(fields, SlipSize.THIRD).geometry.rows]
    assert all(after - before >= 8 for before, after in pairwise(tops))


def test_choices_that_do_not_fit_beside_each_other_stand_below() -> None:
    choices = tuple(Choice(f"v{n}", {"nl": f"Een antwoord van enige lengte, namelijk {n}"}) for n in range(3))
    (found,) = slip([replace(asked(ReplyKind.CHOICE), choices=choices)], SlipSize.PAGE).geometry.fields
    places = [(box.left_mm, box.top_mm) for box in found.boxes]
    assert [left for left, _ in places] == [29, places[1][0], 29]
    assert places[0][1] == places[1][1] == pytest.approx(places[2][1] - 8)


@pytest.mark.parametrize("envelope", ["nl-dl-right", "nl-dl-left", None])
def test_a_page_leaves_room_for_marks_and_keeps_boxes_off_folds(envelope: str | None) -> None:
    fields = [asked(ReplyKind.TEXT, f"t{n}") for n in range(6)]
    made = slip(fields, SlipSize.PAGE, envelope)
    assert not made.findings
    assert not any(frame.rect.overlaps(zone) for frame in made.inked() for zone in ROOM.front)
    for fold_mm in (99, 105, 198, 210):
        assert not any(box.top_mm < fold_mm < box.bottom_mm for one in made.geometry.fields for box in one.boxes)


@pytest.mark.parametrize(
    ("fields", "size", "code"),
    [
        ([asked(ReplyKind.EMAIL, "a", 26), asked(ReplyKind.EMAIL, "b", 26)], SlipSize.THIRD, "slip-too-full"),
        ([asked(ReplyKind.SIGNATURE, f"s{n}") for n in range(4)], SlipSize.THIRD, "slip-too-full"),
        ([asked(ReplyKind.TEXT, f"t{n}") for n in range(20)], SlipSize.PAGE, "slip-too-full"),
        ([asked(ReplyKind.TEXT, label="Een heel lang label " * 15)], SlipSize.THIRD, "slip-label-too-wide"),
        ([asked(ReplyKind.TICK, label="Een heel lang label " * 15)], SlipSize.THIRD, "slip-label-too-wide"),
        ([asked(ReplyKind.TICK, label="Vraag \u0e01")], SlipSize.THIRD, "glyph-missing"),
    ],
)
def test_what_cannot_be_printed_is_a_finding(fields: list[ReplyField], size: SlipSize, code: str) -> None:
    assert code in codes(slip(fields, size))


def test_a_title_of_two_lines_is_a_finding() -> None:
    form = ReplyForm("form", {"nl": "Antwoordstrook voor uw watermeter en uw warmtemeter"}, (asked(ReplyKind.TICK),))
    made = Slip(SlipSetup(form, SlipSize.THIRD), TYPE, NAMES)
    assert codes(made) == {"slip-label-too-wide"}


def test_a_return_address_must_be_there_and_fit() -> None:
    form, profile = ReplyForm("form", {"nl": "Strook"}, (asked(ReplyKind.TICK),)), builtin().envelopes["nl-dl-right"]
    none = Slip(SlipSetup(form, SlipSize.THIRD, profile, ()), TYPE, NAMES)
    wide = Slip(SlipSetup(form, SlipSize.THIRD, profile, ("Stichting " * 6,)), TYPE, NAMES)
    assert codes(none) == {"slip-return-address-missing"}
    assert codes(wide) == {"slip-return-address-too-large"}


def test_the_stamp_is_that_of_the_piece_and_a_specimen_without_one() -> None:
    made = slip([asked(ReplyKind.TICK)])
    for piece_id, told in ((PIECE, PIECE), ("", SPECIMEN_PIECE_ID)):
        stamped = made.stamp("Mevrouw De Vries", "r-1", piece_id)
        code = decode(stamped.symbols.payload.decode())
        assert code is not None
        assert (code.piece_id, code.form, code.page) == (told, made.form, 1)
        shown = [part for part in stamped.ink.split() if part.startswith(b"/W")]
        assert b"".join(shown).replace(b"/W", b"").decode() == number_line(code)


def test_a_name_that_is_too_long_is_cut() -> None:
    stamped = slip([asked(ReplyKind.TICK)]).stamp("Naam " * 50, "r" * 64, PIECE)
    assert stamped.ink.count(b"Naam") < 20


# In letters.


def _laid(body: str, toml: str = REPLY_FORM, head: str = "") -> LaidOutLetter:
    return Composer(small_template(body, toml, head=head), brand(), DAY).lay_out(small_letter())


_LONG = "\n\n".join(["Alinea."] * 20)
_PAGE = REPLY_FORM.replace('"third"', '"page"')


@pytest.mark.parametrize(
    ("body", "toml", "head", "pages"),
    [
        ("Dag.", REPLY_FORM, "", "S"),
        (_LONG, REPLY_FORM, "", "T.S"),
        (_LONG, REPLY_FORM, "duplex = false", "TS"),
        ("Een.\n\n::: page-break\n\nTwee.", REPLY_FORM, "", "TTS"),
        ("Een.\n\n::: page-break\n\nTwee.", REPLY_FORM, "duplex = false", "TS"),
        ("Dag.", _PAGE, "", "T.S"),
        ("Dag.", _PAGE, "duplex = false", "TS"),
        ("Een.\n\n::: page-break\n\nTwee.", _PAGE, "", "TTS"),
    ],
)
def test_a_slip_stands_on_a_front_with_nothing_on_its_back(body: str, toml: str, head: str, pages: str) -> None:
    laid = _laid(body, toml, head)
    kinds = ["S" if page.slip else "T" if page.forms else "." for page in laid.pages]
    assert "".join(kinds) == pages
    assert laid.slip_page == len(pages)
    assert {frame.page for frame in laid.frames() if frame.kind.startswith("slip")} == {len(pages)}
    assert laid.may_be_printed


def test_pages_are_counted_without_blank_backs() -> None:
    composer = Composer(small_template(_LONG, REPLY_FORM), brand(), DAY)
    drawn = composer.compose(small_letter()).drawn
    assert not contents(drawn)[1]
    pages = printed_texts(letter_pdf(drawn, composer.resources, "t", CREATED))
    assert [page for page in pages if "pagina 1 van 2" in page] == pages[:1]
    assert [page for page in pages if "pagina 2 van 2" in page] == pages[2:]


def test_the_geometry_of_a_plan_is_where_its_letters_have_their_boxes() -> None:
    made_from = template("water-meter-reading")
    composer = Composer(made_from, brand(), DAY)
    laid, geometry = composer.lay_out(example(made_from)), composer.plan("nl").slip_geometry
    assert geometry is not None
    frames = {frame.kind: frame.rect for frame in laid.frames() if frame.kind.startswith("slip-box")}
    for one in geometry.fields:
        for at, box in enumerate(one.boxes, 1):
            on_page = frames[f"slip-box-{one.name}-{at}"]
            assert on_page.top_mm == pytest.approx(box.top_mm + geometry.page_top_mm)
            assert on_page.left_mm == box.left_mm
    assert [one.name for one in geometry.fields] == ["reading", "reading_date", "signature"]


def test_a_letter_without_a_form_has_no_slip() -> None:
    composer = Composer(small_template("Dag."), brand(), DAY)
    assert composer.plan("nl").slip_geometry is None
    assert composer.lay_out(small_letter()).slip_page is None


def test_an_unknown_return_envelope_is_refused() -> None:
    toml = REPLY_FORM.replace('size = "third"', 'size = "third"\nreturn_envelope = "dl-nowhere"')
    with pytest.raises(Refusal) as refused:
        Composer(small_template("Dag.", toml), brand(), DAY)
    assert refused.value.code == "envelope-unknown"


def test_a_slip_that_is_too_full_keeps_the_plan_from_being_made() -> None:
    toml = REPLY_FORM + '[[reply_form.fields]]\nname = "a"\nkind = "email"\nlabel = "E-mail"\n' * 1
    with pytest.raises(Refusal) as refused:
        Composer(small_template("Dag.", toml), brand(), DAY)
    assert {finding.code for finding in refused.value.findings} >= {"slip-too-full"}
