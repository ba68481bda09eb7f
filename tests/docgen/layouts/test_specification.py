from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.compose import Composer
from docgen.drawing.single import letter_pdf
from docgen.layouts.cells import CellSetter
from docgen.layouts.specification import SpecificationItem, SpecificationTable
from docgen.layouts.typography import typography
from docgen.letters import Cents
from docgen.templates.conventions import CONVENTIONS, amount, money
from docgen.templates.model import Column, ColumnKind, SpecificationBlock, VatMode
from tests.docgen.builders import CREATED, DAY, brand, example, small_letter, small_template, template
from tests.docgen.printed import printed_lines, printed_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from docgen.layouts.specification import Row
    from docgen.templates.conventions import Conventions
    from tests.docgen.printed import Line

_WIDTH_PT = 453.5
_COLUMNS = (
    Column("text", ColumnKind.TEXT, {"nl": "Omschrijving"}),
    Column("rate", ColumnKind.PERCENT, {"nl": "Btw"}, 16),
    Column("amount", ColumnKind.AMOUNT, {"nl": "Bedrag"}, 30),
)
_BLOCK = SpecificationBlock("lines", _COLUMNS, "amount", total_label={"nl": "Samen"})


def line(cents: int, rate: int | str = 21, group: str = "A", text: str = "Regel") -> dict[str, object]:
    return {"text": text, "rate": Decimal(rate), "amount": Cents(cents), "group": group}


def table_of(block: SpecificationBlock = _BLOCK) -> SpecificationTable:
    return SpecificationTable(block, brand(), typography(brand(), "nl"), _WIDTH_PT)


def item(lines: Sequence[Mapping[str, object]], block: SpecificationBlock = _BLOCK) -> SpecificationItem:
    return table_of(block).item(lines)


def parts_of(whole: SpecificationItem, room_pt: float) -> list[SpecificationItem]:
    """The table divided over pages of ``room_pt``, each part as an item with its rows."""
    parts, rest = [], whole
    while rest.height_pt > room_pt:
        divided = rest.divide(room_pt)
        assert divided is not None
        part, after = divided
        assert isinstance(after, SpecificationItem)
        assert part.height_pt <= room_pt + 1e-6
        new = len(after.rows) - (1 if after.rows[0].kind == "carry" else 0)
        kept = rest.rows[: len(rest.rows) - new]
        parts.append(replace(rest, rows=kept))
        rest = after
    return [*parts, rest]


def kinds(rows: Sequence[Row]) -> list[str]:
    return [row.kind for row in rows]


def test_lines_come_with_a_total_at_the_end() -> None:
    made = item([line(1000), line(-250)])
    assert kinds(made.rows) == ["item", "item", "total"]
    assert made.totals.total == 750
    assert made.height_pt == pytest.approx(made.whole().height_pt)


def test_no_lines_are_a_total_of_nothing() -> None:
    assert kinds(item([]).rows) == ["total"]
    assert item([]).totals.total == 0


def test_a_change_of_group_closes_a_subtotal() -> None:
    block = replace(_BLOCK, group_by="group")
    made = item([line(100, group="A"), line(200, group="A"), line(400, group="B"), line(800, group="A")], block)
    assert kinds(made.rows) == ["item", "item", "subtotal", "item", "subtotal", "item", "subtotal", "total"]


_lines = st.lists(st.tuples(st.integers(-10_000_00, 10_000_00), st.sampled_from(["0", "9", "21", "5.5"])), max_size=30)


@settings(max_examples=60)
@given(_lines)
def test_vat_is_added_once_per_rate_rounded_half_up(shapes: list[tuple[int, str]]) -> None:
    block = replace(_BLOCK, vat=VatMode.ADDED, vat_rate_field="rate")
    made = item([line(cents, rate) for cents, rate in shapes], block)
    net = sum(cents for cents, _ in shapes)
    vat = 0
    for rate in {r for _, r in shapes}:
        base = sum(cents for cents, r in shapes if r == rate)
        vat += int((Decimal(base) * Decimal(rate) / 100).quantize(Decimal(1), ROUND_HALF_UP))
    assert made.totals.total == net + vat
    rates = len({r for _, r in shapes})
    assert kinds(made.rows)[len(shapes) :] == ["vat"] * rates + ["total"]


@settings(max_examples=60)
@given(_lines)
def test_vat_that_is_included_changes_no_total(shapes: list[tuple[int, str]]) -> None:
    block = replace(_BLOCK, vat=VatMode.INCLUDED, vat_rate_field="rate")
    table = table_of(block)
    lines = [line(cents, rate) for cents, rate in shapes]
    made = table.item(lines)
    assert made.totals.total == sum(cents for cents, _ in shapes)
    for rate, base, vat in table._vat(lines):
        gross = sum(cents for cents, r in shapes if Decimal(r) == rate)
        assert base + vat == gross
        assert abs(Decimal(vat) - gross * rate / (100 + rate)) <= Decimal("0.5")
    assert kinds(made.rows)[len(shapes)] == "total"


def test_half_cents_go_up_once_per_rate_and_not_once_per_line() -> None:
    block = replace(_BLOCK, vat=VatMode.ADDED, vat_rate_field="rate")
    # 3 x 0.21 is 0.63, not 3 x 0 of lines rounded one by one; 50 cents at 21 % is 10.5 cents.
    assert item([line(1), line(1), line(1)], block).totals.vat == 1
    assert item([line(50)], block).totals.vat == 11


_rows = st.lists(st.tuples(st.integers(-999, 99_999), st.integers(1, 5)), min_size=1, max_size=60)


@settings(max_examples=40)
@given(_rows, st.sampled_from([120.0, 200.0, 333.0]))
def test_rows_are_never_split_lost_or_torn_from_their_totals(shapes: list[tuple[int, int]], room_pt: float) -> None:
    block = replace(_BLOCK, group_by="group", vat=VatMode.INCLUDED, vat_rate_field="rate")
    lines = [line(cents, group=str(group)) for cents, group in shapes]
    whole = item(lines, block)
    parts = parts_of(whole, room_pt)
    found = [row for part in parts for row in part.rows if row.kind != "carry"]
    assert found == list(whole.rows)
    for before, after in pairwise(parts):
        assert after.rows[0].kind == "carry"
        assert after.rows[1].kind == "item"
        items_above = sum(kinds(part.rows).count("item") for part in parts[: parts.index(after)])
        assert after.rows[0].running == before.rows[-1].running == sum(cents for cents, _ in shapes[:items_above])
        assert before.rows[-1].kind in ("item", "subtotal")


def test_without_carry_over_a_part_ends_and_begins_with_a_row() -> None:
    block = replace(_BLOCK, carry_over=False)
    divided = item([line(100)] * 30, block).divide(200)
    assert divided is not None
    part, rest = divided
    assert isinstance(rest, SpecificationItem)
    assert rest.rows[0].kind == "item"
    assert part.height_pt <= 200
    assert rest.space_before_pt == 0


def test_a_table_that_cannot_be_divided_says_so() -> None:
    assert item([line(100)]).divide(30) is None
    assert item([line(100), line(100)]).divide(20) is None


def test_every_second_line_is_shaded_only_when_the_block_asks_for_it() -> None:
    made = item([line(100)] * 4)
    assert [row.shaded for row in made.rows] == [False, True, False, True, False]
    zebra = b" re f 0 0 0 1 k"
    assert zebra in made.whole().ink
    assert zebra not in item([line(100)] * 4, replace(_BLOCK, zebra=False)).whole().ink


def test_columns_of_fixed_widths_leave_the_rest_to_the_first_text() -> None:
    fixed = tuple(replace(column, width_mm=30) for column in _COLUMNS)
    slots = table_of(replace(_BLOCK, columns=fixed)).cells.slots
    assert slots[-1].right_pt == pytest.approx(_WIDTH_PT - 3)
    assert slots[0].right_pt - slots[0].left_pt > 200


def test_a_column_without_text_or_width_takes_the_rest_of_the_line() -> None:
    columns = (Column("amount", ColumnKind.AMOUNT, {"nl": "Bedrag"}),)
    made = item([line(100)], replace(_BLOCK, columns=columns))
    assert made.whole().height_pt > 0


@pytest.mark.parametrize(("field", "value"), [("amount", 12), ("day", "2026-01-01")])
def test_values_of_another_type_are_a_bug_and_surface_as_one(field: str, value: object) -> None:
    columns = (*_COLUMNS, Column("day", ColumnKind.DATE, {"nl": "Dag"}, 20))
    good = {**line(100), "day": dt.date(2026, 1, 1)}
    with pytest.raises(TypeError):
        item([{**good, field: value}], replace(_BLOCK, columns=columns))


# What follows reads the printed page.

_FIELDS = """
[fields.lines]
kind = "list"
required = false
max_items = 500
[fields.lines.items.text]
kind = "text"
example = "x"
[fields.lines.items.count]
kind = "decimal"
required = false
[fields.lines.items.day]
kind = "date"
required = false
[fields.lines.items.amount]
kind = "amount"
example = "1.00"
[fields.total]
kind = "amount"
required = false
"""
_TABLE = """
[blocks.specification]
source = "lines"
amount_field = "amount"
total_field = "total"
columns = [
    { field = "text", kind = "text", label = { nl = "Omschrijving" } },
    { field = "count", kind = "quantity", label = { nl = "Aantal" }, width_mm = 25 },
    { field = "day", kind = "date", label = { nl = "Dag" }, width_mm = 25 },
    { field = "amount", kind = "amount", label = { nl = "Bedrag" }, width_mm = 30 },
]
"""


@cache
def _composer() -> Composer:
    body = "Tekst.\n\n::: specification\n\nEinde."
    return Composer(small_template(body, _TABLE, fields=_FIELDS, head="max_pages = 20"), brand(), DAY)


def _pdf(lines: Sequence[Mapping[str, object]], total: Cents | None = None) -> bytes:
    composer = _composer()
    made = composer.compose(small_letter({"lines": tuple(lines), "total": total}))
    return letter_pdf(made.drawn, composer.resources, "t", CREATED)


def _row(
    cents: int, text: str = "Regel", count: Decimal | None = None, day: dt.date | None = None
) -> dict[str, object]:
    return {"text": text, "count": count, "day": day, "amount": Cents(cents)}


def _find(pages: list[list[Line]], start: str) -> list[Line]:
    return [line for page in pages for line in page if line[0].text.startswith(start)]


def test_decimal_marks_of_quantities_stand_below_each_other() -> None:
    counts = ["1", "12.5", "1.25", "1234.50", "0.125", "-3.5", "100"]
    pages = printed_lines(_pdf([_row(100, f"Q{i}", Decimal(count)) for i, count in enumerate(counts)]))
    cells = [line[1] for line in _find(pages, "Q")]
    marks = [cell.left_of(",") for cell in cells if "," in cell.text]
    assert len(marks) == 5
    assert max(marks) - min(marks) < 0.05
    whole = [cell.right_pt for cell in cells if "," not in cell.text]
    assert whole == pytest.approx([marks[0]] * 2, abs=0.2)


def test_a_nought_behind_the_mark_counts_as_it_is_printed() -> None:
    pages = printed_lines(_pdf([_row(100, f"Q{i}", Decimal(count)) for i, count in enumerate(["1.50", "2.5", "3"])]))
    cells = [line[1] for line in _find(pages, "Q")]
    assert [cell.text for cell in cells] == ["1,50", "2,5", "3"]
    assert cells[0].left_of(",") == pytest.approx(cells[1].left_of(","), abs=0.05)
    assert cells[2].right_pt == pytest.approx(cells[0].left_of(","), abs=0.2)


def test_amounts_end_at_the_right_edge_of_their_column() -> None:
    pages = printed_lines(_pdf([_row(100), _row(123_456_789, "Regel"), _row(-5, "Regel")]))
    ends = [line[-1].right_pt for line in _find(pages, "Regel")]
    assert max(ends) - min(ends) < 0.05
    assert [line[-1].text for line in _find(pages, "Regel")] == ["1,00", "1.234.567,89", "-0,05"]


def test_a_long_description_makes_its_row_higher_and_keeps_the_amount_on_its_first_line() -> None:
    pages = printed_lines(_pdf([_row(100, "Lang " + "woord " * 30), _row(200, "Volgende", day=dt.date(2026, 2, 1))]))
    first, after = _find(pages, "Lang")[0], _find(pages, "Volgende")[0]
    assert first[-1].text == "1,00"
    assert first[0].baseline_pt - after[0].baseline_pt > 24
    assert after[1].text == "01-02-2026"


def _cents_of(text: str) -> int:
    return int(re.sub(r"[^0-9-]", "", text))


@pytest.mark.parametrize("count", [1, 2, 40, 400])
def test_what_is_carried_over_is_the_sum_of_all_rows_above_on_paper(count: int) -> None:
    pages = printed_lines(_pdf([_row(137 * i - 5000, f"Regel {i}") for i in range(1, count + 1)]))
    running, carried, seen = 0, 0, 0
    for page in pages:
        for line in page:
            if line[0].text.startswith("Overgebracht"):
                assert _cents_of(line[-1].text) == carried == running
            elif line[0].text.startswith("Regel"):
                seen += 1
                running += _cents_of(line[-1].text)
            elif line[0].text.startswith("Over te brengen"):
                carried = _cents_of(line[-1].text)
                assert carried == running
            elif line[0].text.startswith("Totaal"):
                assert _cents_of(line[-1].text) == running
    assert seen == count
    assert (len(pages) > 5) is (count == 400)


def test_the_header_stands_above_every_part_and_totals_never_stand_alone() -> None:
    pages = printed_texts(_pdf([_row(100, f"Regel {i}") for i in range(100)]))
    with_rows = [page for page in pages if "Regel " in page]
    assert len(with_rows) == 3
    assert all(page.count("Omschrijving\tAantal\tDag\tBedrag") == 1 for page in with_rows)
    assert [("Over te brengen" in p, "Overgebracht" in p) for p in with_rows] == [
        (True, False),
        (True, True),
        (False, True),
    ]
    assert all("Regel " in page for page in pages if "Totaal" in page)


@pytest.mark.parametrize("count", range(28, 36))
def test_the_total_takes_a_row_along_wherever_the_page_ends(count: int) -> None:
    pages = printed_texts(_pdf([_row(100, f"Regel {i}") for i in range(count)]))
    (page,) = [page for page in pages if "Totaal" in page]
    assert "Regel " in page


def test_a_total_that_differs_from_the_lines_keeps_the_letter_from_being_printed() -> None:
    laid = _composer().lay_out(small_letter({"lines": (_row(100), _row(250)), "total": Cents(351)}))
    (finding,) = laid.findings
    assert finding.code == "specification-total-differs"
    assert finding.place.pointer == "/total"
    assert finding.place.record == "r-1"
    assert "3.50" in finding.message
    assert "3.51" in finding.message
    assert not laid.may_be_printed
    assert _composer().lay_out(small_letter({"lines": (_row(351),), "total": Cents(351)})).findings == ()


def test_a_yearly_statement_runs_over_three_pages_with_subtotals_vat_and_carry_over() -> None:
    made_from = template("service-cost-statement")
    composer = Composer(made_from, brand(), DAY)
    laid = composer.compose(example(made_from))
    pages = printed_texts(letter_pdf(laid.drawn, composer.resources, "t", CREATED))
    with_table = [page for page in pages if "Uw deel" in page and "Omschrijving" in page]
    assert len(with_table) >= 3
    assert sum(page.count("Over te brengen") for page in pages) == len(with_table) - 1
    assert sum(page.count("Overgebracht") for page in pages) == len(with_table) - 1
    text = "\n".join(pages)
    assert text.count("Subtotaal ") == 4
    assert text.count("Waarvan btw ") == 3
    assert "Totaal servicekosten\t€\u00a0961,83" in text


def test_a_letter_beyond_the_base_alphabet_in_a_column_title_is_embedded_too() -> None:
    titled = _TABLE.replace("Aantal", "Mennyiség ő")
    composer = Composer(small_template("::: specification", titled, fields=_FIELDS), brand(), DAY)
    made = composer.compose(small_letter({"lines": (_row(100),), "total": None}))
    assert "Mennyiség ő" in printed_texts(letter_pdf(made.drawn, composer.resources, "t", CREATED))[0]


def test_a_number_wider_than_its_column_is_told() -> None:
    narrow = replace(_BLOCK, columns=(*_COLUMNS[:2], replace(_COLUMNS[2], width_mm=8)))
    assert item([line(1_234_567_89)], narrow).flaw().too_wide
    assert not item([line(1_00)], narrow).flaw().too_wide
    assert not item([line(1_234_567_89)]).flaw().too_wide


@given(st.integers(-(10**12), 10**12), st.booleans(), st.sampled_from([amount, money]))
@settings(max_examples=60, deadline=None)
def test_sums_are_set_the_same_the_short_and_the_long_way(
    cents: int,
    bold: bool,  # noqa: FBT001 (drawn)
    show: Callable[[int, Conventions], str],
) -> None:
    cells = _table().cells
    short = cells.sums(lambda value: show(value, CONVENTIONS["nl"]), bold=bold)(cents)
    long = cells.set(2, show(cents, CONVENTIONS["nl"]), bold=bold)
    assert short.fragments == long.fragments
    assert short.left_pt == pytest.approx(long.left_pt, abs=1e-9)
    assert short.flaw == long.flaw


def test_the_short_way_is_taken_in_both_sample_typefaces(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("grachtstad", "zandeland"):
        cells = SpecificationTable(_BLOCK, brand(name), typography(brand(name), "nl"), _WIDTH_PT).cells
        sums = cells.sums(lambda cents: amount(cents, CONVENTIONS["nl"]), bold=False)
        with monkeypatch.context() as patched:
            patched.setattr(CellSetter, "set", None)
            assert sums(123_45).fragments == (b"123,45",)


@cache
def _table() -> SpecificationTable:
    return table_of()
