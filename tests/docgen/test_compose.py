from __future__ import annotations

from dataclasses import replace

import pytest

from docgen.compose import Composer
from docgen.findings import Refusal
from docgen.postal.profiles import builtin
from tests.docgen.builders import DAY, brand, composer, example, small_letter, small_template, template


def test_laying_out_and_drawing_are_what_composing_does() -> None:
    made = composer("rent-reminder")
    letter = example(template("rent-reminder"))
    composed = made.compose(letter)
    assert composed.laid_out == made.lay_out(letter)
    assert composed.drawn == made.draw(made.lay_out(letter))
    assert len(composed.drawn.pages) == composed.laid_out.page_count


def test_letters_together_are_those_composed_one_by_one_in_any_language() -> None:
    made = composer("rent-reminder")
    letters = [
        example(
            template("rent-reminder"), ("nl", "en")[number % 2], record_id=f"r-{number}", salutation=f"heer {number}"
        )
        for number in range(1, 41)
    ]
    one_by_one = [made.compose(letter) for letter in letters]
    assert list(made.compose_all(letters)) == one_by_one
    assert list(made.lay_out_all(letters)) == [one.laid_out for one in one_by_one]
    assert list(made.draw_all([one.laid_out for one in one_by_one])) == one_by_one


def test_what_was_composed_before_never_changes_a_letter() -> None:
    letter = example(template("rent-reminder"))
    other = example(template("rent-reminder"), "en", record_id="other", salutation="heer Çelik", total_due="1377.80")
    used = composer("rent-reminder")
    used.compose(other)
    fresh = Composer(template("rent-reminder"), brand(), DAY)
    assert used.compose(letter).drawn == fresh.compose(letter).drawn


def test_each_language_has_a_plan_of_its_own() -> None:
    made = composer("rent-reminder")
    assert made.plan("nl").language == "nl"
    assert made.plan("en").form_name("S") == "Sen"
    assert {name[-2:] for name in made.resources.forms} == {"nl", "en"}
    assert made.resources is made.resources
    drawn = made.compose(example(template("rent-reminder"), "en")).drawn
    assert b"Sen" in drawn.uses
    assert b"Snl" not in drawn.uses


def test_a_letter_with_an_error_is_never_drawn() -> None:
    made = composer("rent-reminder")
    laid = made.lay_out(example(template("rent-reminder"), salutation="mevrouw \U0001f600"))
    assert not laid.may_be_printed
    with pytest.raises(Refusal) as refused:
        made.draw(laid)
    assert refused.value.code == "letter-has-errors"
    assert refused.value.findings == laid.findings


def test_an_unknown_envelope_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refusal) as refused:
        Composer(small_template("Dag.", head='envelope = "none"'), brand(), DAY)
    assert refused.value.code == "envelope-unknown"
    assert "nl-dl-right" in refused.value.findings[0].message


def test_the_print_room_may_bring_its_own_envelopes() -> None:
    profiles = builtin()
    own = replace(profiles.envelopes["nl-dl-right"], id="own", folds_y_mm=(99.0,))
    made = Composer(
        small_template("Dag.", head='envelope = "own"'), brand(), DAY, replace(profiles, envelopes={"own": own})
    )
    assert made.envelope.id == "own"
    assert made.plan("nl").frames.folds_mm == (99.0,)


def test_a_brand_without_a_logo_prints_none() -> None:
    made = Composer(small_template("Dag."), replace(brand(), logo=None), DAY)
    assert made.resources.art == {}
    assert b"/L0 Do" not in made.resources.forms["Snl"].ink
    assert made.compose(small_letter()).laid_out.may_be_printed


@pytest.mark.parametrize(
    ("text", "fonts"),
    [
        ("Dag.", {b"F0"}),
        ("Dag *u*.", {b"F0", b"F2"}),
        ("***Dag***", {b"F0", b"F3"}),
        ("# Dag *u*", {b"F0", b"F1", b"F3"}),
    ],
)
def test_a_letter_names_the_fonts_of_its_styles(text: str, fonts: set[bytes]) -> None:
    made = Composer(small_template(text), replace(brand(), logo=None), DAY)
    uses = made.compose(small_letter()).drawn.uses
    assert {name for name in uses if name[:1] == b"F"} == fonts | {b"F0", b"F1"}
