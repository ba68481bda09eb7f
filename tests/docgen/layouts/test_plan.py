from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.compose import Composer
from docgen.drawing.single import letter_pdf
from docgen.findings import Refusal, Severity
from docgen.layouts.flow_text import lines_of
from docgen.layouts.geometry import A4, Rect
from docgen.layouts.parts import PageBreakItem
from docgen.letters import EntryAccess
from docgen.qr import entry_link
from tests.docgen.builders import (
    ADDRESS,
    CREATED,
    DAY,
    REPLY_FORM,
    brand,
    brand_files,
    contents,
    example,
    small_letter,
    small_template,
    template,
)
from tests.docgen.printed import printed_texts

if TYPE_CHECKING:
    from docgen.layouts.laid_out import LaidOutLetter
    from docgen.letters import Letter
    from docgen.postal.address import PostalAddress
    from docgen.templates.model import Template

_NAMES = (
    "contact-data-request",
    "digital-post-consent",
    "fourteen-day-letter",
    "rent-reminder",
    "service-cost-statement",
    "water-meter-reading",
)
_ENTRY = EntryAccess(
    entry_link.encode("https://mijn.example.nl", "0123456789ABCDEFGHJKMNPQRS"), "mijn.example.nl", "A" * 10
)
_WORDS = """
[fields.words]
kind = "text"
max_length = 9000
example = "x"
"""


def lay_out(made_from: Template, letter: Letter) -> LaidOutLetter:
    return Composer(made_from, brand(), DAY).lay_out(letter)


def codes(laid: LaidOutLetter) -> list[str]:
    return [finding.code for finding in laid.findings]


def shown(made_from: Template, letter: Letter) -> list[str]:
    composer = Composer(made_from, brand(), DAY)
    return printed_texts(letter_pdf(composer.compose(letter).drawn, composer.resources, "t", CREATED))


# Symbols and folds: facts 5 asks 5 mm between a code and a fold.


def _codes_on_folds(laid: LaidOutLetter, folds_mm: tuple[float, ...]) -> list[Rect]:
    symbols = [f.rect for f in laid.frames() if f.kind.endswith("-code")]
    return [r for r in symbols for fold in folds_mm if r.top_mm - 4.99 < fold < r.bottom_mm + 4.99]


@settings(max_examples=40)
@given(st.integers(0, 60), st.sampled_from(["nl-dl-right", "din-c5"]), st.booleans())
def test_a_code_stays_clear_of_folds_on_every_page_or_the_letter_says_so(
    lines: int,
    envelope: str,
    turned: bool,  # noqa: FBT001 (Hypothesis draws it)
) -> None:
    lead = "::: page-break\n\n" if turned else ""
    body = "Eerst.\n\n" + lead + "\n\n".join(["Alinea."] * lines) + "\n\n::: entry\n\nEinde."
    made_from = small_template(body, "[blocks.entry]", head=f'envelope = "{envelope}"')
    composer = Composer(made_from, brand(), DAY)
    laid = composer.lay_out(replace(small_letter(), entry=_ENTRY))
    assert bool(_codes_on_folds(laid, composer.envelope.folds_y_mm)) == ("code-on-fold" in codes(laid))
    assert laid.may_be_printed


def test_a_code_that_cannot_move_is_a_warning_and_is_printed() -> None:
    for lines in range(4, 26):
        body = "\n\n".join(["Alinea."] * lines) + "\n\n::: entry\n\n" + "\n\n".join(["Slot."] * (16 - lines // 2))
        laid = lay_out(small_template(body, "[blocks.entry]"), replace(small_letter(), entry=_ENTRY))
        warnings = [f for f in laid.findings if f.code == "code-on-fold"]
        if warnings:
            assert warnings[0].severity is Severity.WARNING
            assert laid.may_be_printed
            return
    raise AssertionError("no letter of these has a code that cannot move")


@settings(max_examples=20)
@given(st.integers(0, 40))
def test_nothing_that_flows_reaches_the_slip_or_the_foot_of_the_page(lines: int) -> None:
    body = "\n\n".join(["Alinea."] * lines) + "\n\n::: entry\n\nEinde."
    laid = lay_out(small_template(body, f"[blocks.entry]\n{REPLY_FORM}"), replace(small_letter(), entry=_ENTRY))
    last = laid.page_count
    flow = [f for f in laid.frames() if f.kind in ("paragraph", "entry", "subject", "entry-code")]
    for frame in flow:
        limit = 198 - 14 if frame.page == last else 277
        assert frame.rect.bottom_mm <= limit + 0.01


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_sample_letters_have_no_frame_on_another_and_none_off_the_page(name: str, language: str) -> None:
    made_from = template(name)
    laid = lay_out(made_from, example(made_from, language))
    assert laid.may_be_printed
    outer = [f for f in laid.frames() if not f.kind.startswith(("slip-", "entry-code", "payment-code"))]
    assert all(A4.contains(f.rect) for f in outer)
    for one, other in combinations(outer, 2):
        assert one.page != other.page or not one.rect.overlaps(other.rect), (one, other)


def test_a_symbol_lies_inside_its_block_with_its_quiet_zone() -> None:
    laid = lay_out(template("rent-reminder"), example(template("rent-reminder")))
    frames = {f.kind: f for f in laid.frames()}
    block, symbol = frames["payment"].rect, frames["payment-code"].rect
    assert symbol.top_mm - block.top_mm >= 4 * 0.508
    assert block.bottom_mm - symbol.bottom_mm >= 4 * 0.508
    assert symbol.left_mm == pytest.approx(25.0)
    assert symbol.width_mm == pytest.approx(symbol.height_mm)


# Pages.


def test_pages_count_themselves() -> None:
    pages = shown(small_template("Een.\n\n::: page-break\n\nTwee.\n\n::: page-break\n\nDrie."), small_letter())
    assert [re.findall(r"pagina \d van \d", page) for page in pages] == [[f"pagina {n} van 3"] for n in (1, 2, 3)]
    assert ["Een." in pages[0], "Twee." in pages[1], "Drie." in pages[2]] == [True] * 3


def test_only_the_first_page_has_address_and_sender() -> None:
    pages = shown(small_template("Een.\n\n::: page-break\n\nTwee."), small_letter())
    assert ["VOORBEELDSTAD" in page for page in pages] == [True, False]
    assert all("Woonstichting Grachtstad" in page for page in pages)


def test_a_letter_longer_than_its_template_allows_is_a_finding() -> None:
    body = "\n\n::: page-break\n\n".join(["Bladzij."] * 3)
    laid = lay_out(small_template(body, head="max_pages = 2"), small_letter())
    assert codes(laid) == ["letter-too-many-pages"]
    assert "3 pages" in laid.findings[0].message
    assert not laid.may_be_printed
    assert codes(lay_out(small_template(body, head="max_pages = 3"), small_letter())) == []


@pytest.mark.parametrize(("duplex", "pages", "thick"), [("true", 16, False), ("true", 17, True), ("false", 9, True)])
def test_a_letter_thicker_than_its_envelope_holds_is_a_finding(duplex: str, pages: int, *, thick: bool) -> None:
    body = "\n\n::: page-break\n\n".join(["Bladzij."] * pages)
    laid = lay_out(small_template(body, head=f"max_pages = 50\nduplex = {duplex}"), small_letter())
    assert ("letter-too-thick" in codes(laid)) is thick


def test_a_block_that_no_page_holds_is_a_finding() -> None:
    body = "::: specification"
    fields = '[fields.lines]\nkind = "list"\nmax_items = 9\n[fields.lines.items.text]\nkind = "text"\nmax_length = 9000\nexample="x"\n[fields.lines.items.amount]\nkind = "amount"\nexample = "1"\n'  # noqa: E501 (a small template)
    toml = '[blocks.specification]\nsource = "lines"\namount_field = "amount"\ncolumns = [{ field = "text", label = "T" }, { field = "amount", kind = "amount", label = "B", width_mm = 30 }]'  # noqa: E501 (a small template)
    from docgen.letters import Cents  # noqa: PLC0415 (used here alone)

    high = {"lines": ({"text": "woord " * 1200, "amount": Cents(1)},)}
    laid = lay_out(small_template(body, toml, fields=fields), small_letter(high))
    assert codes(laid) == ["block-too-high"]
    assert laid.findings[0].place.frame == "specification"


# Characters that no font has.


@pytest.mark.parametrize(
    ("values", "address", "pointer"),
    [
        ({"words": "Dag \U0001f600"}, ADDRESS, "/words"),
        ({"words": "Dag"}, replace(ADDRESS, name_lines=("Bewoner", "\U0001f600")), "/recipient/name_2"),
        ({"words": "Dag"}, replace(ADDRESS, street="Straat\u05d0"), "/recipient/street"),
        ({"words": "Dag"}, replace(ADDRESS, town="Stad\u05d0"), "/recipient/town"),
    ],
)
def test_a_character_that_no_font_has_is_a_finding_at_its_field_and_never_a_box(
    values: dict[str, object], address: PostalAddress, pointer: str
) -> None:
    made_from = small_template("{{ words }}", fields=_WORDS)
    laid = lay_out(made_from, small_letter(values, address))
    assert [(f.code, f.place.pointer, f.place.record) for f in laid.findings] == [("glyph-missing", pointer, "r-1")]
    with pytest.raises(Refusal, match="letter-has-errors"):
        Composer(made_from, brand(), DAY).draw(laid)


def test_one_that_is_in_a_list_is_found_at_its_own_line() -> None:
    made_from = template("rent-reminder")
    letter = example(made_from)
    lines = letter.values["specification"]
    assert isinstance(lines, tuple)
    odd = {**lines[1], "description": "Huur \U0001f3e0"}
    laid = lay_out(made_from, replace(letter, values={**letter.values, "specification": (lines[0], odd)}))
    assert [f.place.pointer for f in laid.findings] == ["/specification/1/description"]
    assert "U+1F3E0" in laid.findings[0].message


def test_one_in_the_words_of_the_template_has_no_field() -> None:
    laid = lay_out(small_template("Dag \U0001f600"), small_letter())
    assert [(f.code, f.place.pointer) for f in laid.findings] == [("glyph-missing", None)]


def test_greek_and_cyrillic_names_are_printed() -> None:
    address = replace(ADDRESS, name_lines=("Γιώργος Παπαδόπουλος", "Иван Петров"))
    (page,) = shown(small_template("Dag."), small_letter(address=address))
    assert "Γιώργος Παπαδόπουλος" in page
    assert "Иван Петров" in page


def test_letters_beyond_the_base_in_labels_of_the_reference_are_embedded() -> None:
    toml = '[[reference]]\nlabel = "Ügyintéző"\nvalue = "Jó"'
    (page,) = shown(small_template("Dag.", toml), small_letter())
    assert "Ügyintéző" in page


# Static art of a brand.


def _with(brand_name: str, old: str, new: str) -> Composer:
    from docgen.layouts.brand_file import load_brand  # noqa: PLC0415 (used here alone)

    files = dict(brand_files(brand_name))
    source = files["brand.toml"].decode()
    assert old in source
    files["brand.toml"] = source.replace(old, new).encode()
    return Composer(small_template("Dag."), load_brand(files), DAY)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('file = "logo.svg"\nwidth_mm = ', 'file = "logo.svg"\nwidth_mm = 2', "logo-too-high"),
        ('    "Telefoon 088 000 00 10",\n', '    "Telefoon \U0001f600",\n', "glyph-missing"),
        ('    "Telefoon 088 000 00 10",\n', f'    "{"Telefoon" * 9}",\n', "window-not-clear"),
        ('nl = ["Stichting Woonstichting', f'nl = ["a", "b", "{"Stichting " * 20}', "footer-too-wide"),
        ('nl = ["Stichting Woonstichting', 'nl = ["a", "b", "c", "Stichting', "footer-too-high"),
        ('return_line = "Woonstichting Grachtstad', 'return_line = "\u05d0', "glyph-missing"),
        ("Woonstichting Grachtstad, Postbus 100, 1234 AA Grachtstad", "W" * 60, "return-line-too-wide"),
    ],
)
def test_static_art_that_does_not_fit_is_refused_before_any_letter(old: str, new: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        _with("grachtstad", old, new)
    assert refused.value.code == "plan-invalid"
    assert code in {f.code for f in refused.value.findings}
    assert {f.place.file for f in refused.value.findings} <= {"brand.toml", None}


def test_a_sender_with_letters_beyond_the_base_is_embedded_too() -> None:
    composer = _with("grachtstad", '    "Telefoon 088 000 00 10",\n', '    "Vőrösmarty 12",\n')
    drawn = composer.compose(small_letter()).drawn
    assert "Vőrösmarty 12" in printed_texts(letter_pdf(drawn, composer.resources, "t", CREATED))[0]


def test_the_legal_line_is_added_where_the_footer_leaves_it_out() -> None:
    composer = _with("grachtstad", 'Grachtstad", "KvK 12345678 · btw NL123456782B90"]', 'Grachtstad"]')
    (page,) = printed_texts(letter_pdf(composer.compose(small_letter()).drawn, composer.resources, "t", CREATED))
    assert "Stichting Woonstichting Grachtstad, Grachtstad · KvK 12345678 · btw NL123456782B90" in page


def test_a_window_at_the_left_puts_the_sender_at_the_right() -> None:
    right = Composer(small_template("Dag."), brand(), DAY).plan("nl").frames
    left = Composer(small_template("Dag.", head='envelope = "nl-dl-left"'), brand(), DAY).plan("nl").frames
    assert right.sender.right_mm < right.sometimes_visible.left_mm
    assert left.sender.left_mm > left.sometimes_visible.right_mm


def test_fold_marks_stand_at_the_folds_of_the_envelope() -> None:
    ink = Composer(small_template("Dag."), brand(), DAY).plan("nl").forms()["Snl"]
    marks = re.findall(rb"572\.6 (\S+) 11\.34 0\.35 re", ink)
    assert [round((841.89 - float(y)) / 72 * 25.4) for y in marks] == [105, 210]


# Text.


def test_marks_become_styles_lists_and_headings() -> None:
    body = "# Kop\n\nDit is **vet** en *schuin* en ***beide***.\n\n"
    body += "- een\n- twee\n\n1. eerste\n2. tweede\n\nRegel\\\nnieuw."
    composer = Composer(small_template(body), brand(), DAY)
    made = composer.compose(small_letter())
    (content,) = contents(made.drawn)
    assert all(b"/F%d " % n in content for n in range(4))
    (page,) = printed_texts(letter_pdf(made.drawn, composer.resources, "t", CREATED))
    assert "•\teen\n•\ttwee\n1.\teerste\n2.\ttweede" in page
    assert "Regel\nnieuw." in page
    assert "Dit is vet en schuin en beide." in page


def test_a_heading_has_the_colour_of_the_brand_and_what_follows_is_black() -> None:
    composer = Composer(small_template("# Kop\n\nTekst."), brand(), DAY)
    (content,) = contents(composer.compose(small_letter()).drawn)
    assert content.index(b"1 0.62 0.12 0.38 k") < content.index(b"K") < content.rindex(b"0 0 0 1 k")


def test_a_kept_group_stands_on_one_page_with_all_it_needs() -> None:
    body = "\n\n".join(["Alinea."] * 26) + "\n\n::: keep\n## Kop ő\n\nEen.\n\nTwee.\n\nDrie \u0416.\n\nVier.\n:::"
    pages = shown(small_template(body), small_letter())
    assert len(pages) == 2
    assert all(word in pages[1] for word in ("Kop ő", "Een.", "Twee.", "Drie \u0416.", "Vier."))


def test_only_text_has_lines() -> None:
    with pytest.raises(TypeError, match="page-break is not text"):
        lines_of(PageBreakItem())
