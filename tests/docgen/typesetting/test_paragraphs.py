from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.layouts.brand_file import fonts_folder
from docgen.typesetting.face import code_page, load_face
from docgen.typesetting.hyphens import divisions
from docgen.typesetting.paragraphs import Lines, Palette, Span
from docgen.typesetting.words import Style

_FILES = ("SourceSans3-Regular.ttf", "SourceSans3-Bold.ttf", "SourceSans3-It.ttf", "SourceSans3-BoldIt.ttf")
_WORDS = (
    *("de", "huur", "u", "betaalt", "servicekosten", "huurachterstand,", "(onmiddellijk)", "e-mailadres", "één"),
    *("€\u00a01.234,50", "€\u00a0-12,50", "NL91ABNA0417164300", "post@zandeland.example.nl", "Ωμέγα", "Łódź", "en/of"),
    *("verhuurdersvereniging", "088\u00a0000\u00a000\u00a020", "W", "AVAVAVAV", "Donaudampfschifffahrtsgesellschaft"),
)
_NARROW, _WIDE = 60.0, 453.5
_letters = st.text(st.sampled_from("abcdeéoAVT-,."), min_size=1, max_size=30)
_words = st.lists(st.sampled_from(_WORDS) | _letters, max_size=20)
_widths = st.floats(_NARROW, _WIDE)
_SHOWN = re.compile(rb"\(([^()]*)\)|/F\d(?:x(\d+))? [\d.]+ Tf")


@cache
def palette(language: str = "nl") -> Palette:
    faces = [load_face(fonts_folder() / "source-sans-3" / file) for file in _FILES]
    return Palette([Style(face, 10, f"F{i}") for i, face in enumerate(faces)], language)


@cache
def _decoder(page: int) -> dict[int, str]:
    return {code: c for c, code in code_page(palette().styles[0].face.pages[page]).items()}


def shown(fragment: bytes) -> str:
    """What a line says; all four faces spread their characters alike, as far as these texts go."""
    text, page = "", 0
    for match in _SHOWN.finditer(b"[(" + fragment + b")]TJ"):
        if match[1] is None:
            page = int(match[2] or 0)
        else:
            text += "".join(_decoder(page)[code] for code in match[1])
    return text


def unbroken(text: str, lines: Lines) -> bool:
    """True when the lines hold the text: a space or nothing between lines, a hyphen that was not there at divisions."""
    rest = text
    for line in map(shown, lines.fragments):
        if not rest.startswith(line):
            line = line.removesuffix("-")  # noqa: PLW2901 (the hyphen of a division)
            if not rest.startswith(line):
                return False
        rest = rest[len(line) :].removeprefix(" ")
    return not rest


def set_plain(words: list[str], width_pt: float, language: str = "nl") -> Lines:
    return palette(language).break_lines([Span(" ".join(words))], width_pt)


@settings(max_examples=50)
@given(_words, _widths)
def test_no_line_is_wider_than_the_measure(words: list[str], width_pt: float) -> None:
    lines = set_plain(words, width_pt)
    assert all(width <= width_pt + 1e-5 for width in lines.widths_pt)
    assert len(lines.widths_pt) == len(lines.fragments) >= 1


@settings(max_examples=50)
@given(_words, _widths)
def test_the_lines_hold_the_text_and_nothing_else(words: list[str], width_pt: float) -> None:
    assert unbroken(" ".join(words), set_plain(words, width_pt))


def naive(words: list[str], width_pt: float) -> list[str]:
    """Lines filled word by word, in the plainest way there is; every character fits a line."""
    made, lines, line = palette(), list[str](), ""
    queue = [word for word in words if word]
    while queue:
        word = queue.pop(0)
        longer = f"{line} {word}" if line else word
        if made.line(longer).width_pt <= width_pt + 1e-6:
            line = longer
            continue
        room_pt = width_pt - (made.line(line).width_pt + made.space_pt if line else 0.0)
        ways = [w for w in divisions(word, "nl") if made.word(w[0]).width_pt <= room_pt]
        if ways and (not line or room_pt > 0.12 * width_pt):
            head, tail = ways[0]
            lines.append(f"{line} {head}" if line else head)
            queue.insert(0, tail)
        elif line:
            lines.append(line)
            queue.insert(0, word)
        else:
            fits = max(n for n in range(1, len(word)) if n == 1 or made.word(word[:n]).width_pt <= width_pt)
            lines.append(word[:fits])
            queue.insert(0, word[fits:])
        line = ""
    return [*lines, line] if line or not lines else lines


@settings(max_examples=100)
@given(_words, _widths)
def test_lines_are_filled_as_word_by_word(words: list[str], width_pt: float) -> None:
    lines = set_plain(words, width_pt)
    expected = naive(" ".join(words).split(" "), width_pt)
    assert lines.fragments == tuple(palette().line(line).fragment for line in expected)
    assert lines.widths_pt == pytest.approx([palette().line(line).width_pt for line in expected])


@settings(max_examples=50)
@given(_words.filter(lambda words: len(words) > 1), _widths, st.data())
def test_styles_change_the_look_and_never_the_words(words: list[str], width_pt: float, data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(words) - 1))
    head, tail = " ".join(words[:cut]), " ".join(words[cut:])
    lines = palette().break_lines([Span(f"{head} ", 0), Span(tail, data.draw(st.integers(1, 3)))], width_pt)
    assert unbroken(f"{head} {tail}", lines)
    assert all(width <= width_pt + 1e-5 for width in lines.widths_pt)


@settings(max_examples=50)
@given(_words.filter(lambda words: len(words) > 1), _widths)
def test_a_text_in_spans_of_one_style_breaks_as_one_span(words: list[str], width_pt: float) -> None:
    spans = [Span(words[0]), *(Span(f" {word}") for word in words[1:])]
    assert palette().break_lines(spans, width_pt).fragments == set_plain(words, width_pt).fragments


def test_every_line_begins_and_ends_in_the_first_style() -> None:
    lines = palette().break_lines([Span("De huur is ", 0), Span("veel te laat betaald door u", 1)], 90)
    assert len(lines.fragments) > 1
    for fragment in lines.fragments[1:]:
        fonts = re.findall(rb"/(F\d) ", fragment)
        assert fonts[0] == b"F1"
        assert fonts[-1] == b"F0"


def test_spaces_are_those_of_the_first_style_so_that_a_line_measures_as_counted() -> None:
    made = palette()
    lines = made.break_lines([Span("een twee", 1)], 400)
    bold = made.setters[1]
    assert lines.widths_pt[0] == pytest.approx(
        bold.set("een").width_pt + bold.set("twee").width_pt + made.styles[0].space_pt
    )
    assert b" " in lines.fragments[0].split(b"/F0 10 Tf[(")[1]


def test_a_no_break_space_never_ends_a_line() -> None:
    amount = "€\u00a01.234.567,89"
    width_pt = palette().line(f"Wij ontvingen {amount}").width_pt - 1
    lines = set_plain(["Wij", "ontvingen", amount], width_pt)
    assert [shown(f) for f in lines.fragments] == ["Wij ontvingen", amount]


def test_a_negative_amount_keeps_its_minus() -> None:
    width_pt = palette().line("Wij hebben nog een bedrag van € -").width_pt + 4
    lines = set_plain(["Wij", "hebben", "nog", "een", "bedrag", "van", "€\xa0-1.234,50", "tegoed"], width_pt)
    assert "€\u00a0-1.234,50 tegoed" in shown(lines.fragments[1])


def test_a_word_that_no_line_holds_is_cut_where_it_must_be() -> None:
    lines = set_plain(["X" * 100], 100)
    assert [len(shown(f)) for f in lines.fragments[:-1]] == [len(shown(lines.fragments[0]))] * (
        len(lines.fragments) - 1
    )
    assert lines.widths_pt[0] > 90
    assert "".join(shown(f) for f in lines.fragments) == "X" * 100


def test_a_long_word_in_two_styles_is_cut_too_and_keeps_all_its_characters() -> None:
    lines = palette().break_lines([Span("Z" * 40, 0), Span("Y" * 40, 1)], 100)
    assert all(width <= 100 + 1e-5 for width in lines.widths_pt)
    assert "".join(shown(f) for f in lines.fragments) == "Z" * 40 + "Y" * 40


@pytest.mark.parametrize("width_pt", [3.0, 0.0, -10.0])
def test_a_measure_narrower_than_a_letter_ends_all_the_same(width_pt: float) -> None:
    lines = set_plain(["Ab"], width_pt)
    assert "".join(shown(f) for f in lines.fragments) == "Ab"


def test_a_word_is_divided_only_where_the_line_would_end_far_too_early() -> None:
    words = ["Wij", "rekenen", "servicekosten"]
    room_pt = palette().line("Wij rekenen").width_pt
    ragged = set_plain(words, room_pt + 40)
    assert shown(ragged.fragments[0]) == "Wij rekenen service-"
    close = set_plain(words, room_pt * 1.08)
    assert shown(close.fragments[0]) == "Wij rekenen"


def test_the_language_says_where() -> None:
    word = "Wohnungsgesellschaft"
    width_pt = palette("de").line("Wohnungsgesells").width_pt
    assert shown(set_plain([word], width_pt, "de").fragments[0]) == "Wohnungsgesell-"
    assert shown(set_plain([word], width_pt, "xx").fragments[0]) == "Wohnungsgesells"


def test_no_words_are_one_empty_line() -> None:
    assert set_plain([], 100) == Lines((b"",), (0.0,), frozenset(), "")
    assert palette().break_lines([], 100).fragments == (b"",)


def test_lines_say_what_their_words_need_and_lack() -> None:
    lines = palette().break_lines([Span("Ω en \U0001f600", 0), Span("Ж", 1)], 400)
    assert lines.lacking == "\U0001f600"
    assert {name[:2] for name in lines.extra_fonts} == {b"F0", b"F1"}
    assert set_plain(["\U0001f600", "a", "\U0001f600"], 400).lacking == "\U0001f600"
    assert palette().line("a Ω \U0001f600").lacking == "\U0001f600"
    assert palette().word("vet", 1).width_pt > palette().word("vet").width_pt


@settings(max_examples=50)
@given(_words, _widths)
def test_the_same_words_break_the_same_way_again(words: list[str], width_pt: float) -> None:
    assert set_plain(words, width_pt) == set_plain(words, width_pt)
