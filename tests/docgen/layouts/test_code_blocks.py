"""Payment and entry blocks: what the code holds is what stands beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from docgen.compose import Composer
from docgen.drawing.single import letter_pdf
from docgen.findings import Refusal
from docgen.letters import Cents, EntryAccess
from docgen.qr import epc
from docgen.qr.references import compact
from tests.docgen.builders import CREATED, DAY, brand, example, small_letter, small_template, template
from tests.docgen.printed import printed_texts

if TYPE_CHECKING:
    from docgen.layouts.laid_out import LaidOutLetter
    from docgen.layouts.theme import Brand

_FIELDS = """
[fields.due]
kind = "amount"
required = false
[fields.reference]
kind = "text"
required = false
max_length = 200
[fields.words]
kind = "text"
required = false
max_length = 200
[fields.day]
kind = "date"
required = false
[fields.account]
kind = "iban"
required = false
[fields.link]
kind = "url"
required = false
"""
_BY_REFERENCE = '[blocks.payment]\namount_field = "due"\nreference_field = "reference"\ndue_date_field = "day"\niban_field = "account"\nlink_field = "link"'  # noqa: E501 (a small template)
_BY_TEXT = '[blocks.payment]\namount_field = "due"\ntext_field = "words"'
_KENMERK, _RF, _OGM = "5000056789012345", "RF18539007547034", "010806817183"
_LINK = "https://betaal.example.nl/7F3K9M2QX4TBW8NDY"


@cache
def _composer(blocks: str = _BY_REFERENCE, brand_name: str = "grachtstad", day: dt.date = DAY) -> Composer:
    return Composer(small_template("Tekst.\n\n::: payment", blocks, fields=_FIELDS), brand(brand_name), day)


def lay_out(blocks: str = _BY_REFERENCE, **values: object) -> LaidOutLetter:
    empty = dict.fromkeys(("due", "reference", "words", "day", "account", "link"))
    return _composer(blocks).lay_out(small_letter({**empty, **values}))


def payload(laid: LaidOutLetter) -> bytes:
    (symbol,) = [s for page in laid.pages for flown in page.parts for s in flown.part.symbols]
    return symbol.payload


def words(laid: LaidOutLetter, composer: Composer | None = None) -> str:
    made = composer or _composer()
    return printed_texts(letter_pdf(made.draw(laid), made.resources, "t", CREATED))[0]


def test_a_kenmerk_goes_into_the_text_of_the_payment_and_is_printed_in_fours() -> None:
    laid = lay_out(due=Cents(137780), reference=_KENMERK, day=dt.date(2026, 12, 7))
    paid = epc.parse(payload(laid))
    assert (paid.amount, paid.iban, paid.name, paid.text, paid.reference) == (
        137780,
        "NL91ABNA0417164300",
        "Woonstichting Grachtstad",
        _KENMERK,
        "",
    )
    shown = words(laid)
    for row in (
        "Bedrag\t€\u00a01.377,80",
        "Aan\tWoonstichting Grachtstad",
        "IBAN\tNL91 ABNA 0417 1643 00",
        "Betalingskenmerk\t5000 0567 8901 2345",
        "Betaal voor\t7 december 2026",
    ):
        assert row in shown


def test_an_rf_has_its_own_place_in_the_payment() -> None:
    laid = lay_out(due=Cents(100), reference=_RF)
    paid = epc.parse(payload(laid))
    assert (paid.reference, paid.text) == (_RF, "")
    assert "RF18 5390 0754 7034" in words(laid)


def test_an_ogm_is_printed_and_paid_in_its_form_with_plus_signs() -> None:
    laid = lay_out(due=Cents(100), reference=_OGM)
    assert epc.parse(payload(laid)).text == "+++010/8068/17183+++"
    assert "+++010/8068/17183+++" in words(laid)


def test_any_other_reference_is_text_in_letters_that_banks_know() -> None:
    laid = lay_out(due=Cents(100), reference="Fäctuur 12")
    assert epc.parse(payload(laid)).text == "Factuur12"


def test_a_description_stands_beside_its_code() -> None:
    laid = lay_out(_BY_TEXT, due=Cents(5), words="Huur november")
    assert epc.parse(payload(laid)).text == "Huur november"
    assert "Omschrijving\tHuur november" in words(laid, _composer(_BY_TEXT))


def test_a_record_may_name_another_account() -> None:
    laid = lay_out(due=Cents(5), account="NL44RABO0123456789")
    assert epc.parse(payload(laid)).iban == "NL44RABO0123456789"
    assert "NL44 RABO 0123 4567 89" in words(laid)


def test_no_amount_leaves_it_to_the_payer() -> None:
    laid = lay_out(reference=_KENMERK)
    assert epc.parse(payload(laid)).amount is None
    assert "kies zelf het bedrag" in words(laid)


def test_a_link_takes_the_place_of_the_payment_in_the_code_and_not_in_the_words() -> None:
    laid = lay_out(due=Cents(7248), reference=_RF, link=_LINK)
    assert payload(laid) == b"HTTPS://BETAAL.EXAMPLE.NL/7F3K9M2QX4TBW8NDY"
    shown = words(laid)
    assert "€\u00a072,48" in shown
    assert "RF18 5390 0754 7034" in shown
    assert "Scan met de camera van uw telefoon" in shown


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"due": Cents(0)}, "epc-amount-out-of-range"),
        ({"due": Cents(-5)}, "epc-amount-out-of-range"),
        ({"due": Cents(99_999_999_999 + 1)}, "epc-amount-out-of-range"),
        ({"due": Cents(5), "account": "NL00ABNA0417164300"}, "epc-iban-invalid"),
        ({"due": Cents(5), "reference": "x" * 141}, "epc-text-too-long"),
        ({"due": Cents(5), "link": "https://betaal.example.nl/?id=1"}, "link-character"),
    ],
)
def test_what_no_bank_would_take_keeps_the_letter_from_being_printed(values: dict[str, object], code: str) -> None:
    laid = lay_out(_BY_REFERENCE, **values)
    assert [(f.code, f.place.record, f.place.frame) for f in laid.findings] == [(code, "r-1", "payment")]
    assert not laid.may_be_printed


def test_a_payload_beyond_version_thirteen_is_a_finding() -> None:
    laid = lay_out(_BY_TEXT, due=Cents(5), words="\u20ac" * 140)
    assert {f.code for f in laid.findings} == {"epc-payload-too-long"}


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (dt.date(2026, 1, 31), "Betaal via QR (iDEAL)."),
        (dt.date(2026, 2, 1), "Betaal via QR (iDEAL | Wero)."),
        (dt.date(2027, 12, 31), "Betaal via QR (iDEAL | Wero)."),
        (dt.date(2028, 1, 1), "Betaal via QR (Wero)."),
    ],
)
def test_the_label_of_the_payment_changes_with_the_day(day: dt.date, label: str) -> None:
    composer = _composer(_BY_REFERENCE, "zandeland", day)
    empty = dict.fromkeys(("reference", "words", "day", "account", "link"))
    laid = composer.lay_out(small_letter({**empty, "due": Cents(100)}))
    assert label in words(laid, composer)


def test_a_brand_without_a_label_says_only_how_to_scan() -> None:
    bare = replace(brand(), payment_labels=())
    composer = Composer(small_template("::: payment", _BY_TEXT, fields=_FIELDS), bare, DAY)
    laid = composer.lay_out(small_letter({"due": Cents(100), "words": None}))
    shown = words(laid, composer)
    assert "Scan met de app van uw bank." in shown
    assert "Betaal via" not in shown


def test_a_brand_without_an_account_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        Composer(small_template("::: payment", _BY_TEXT, fields=_FIELDS), replace(brand(), payment=None), DAY)
    assert refused.value.code == "brand-payment-missing"


@pytest.mark.parametrize("name", ["rent-reminder", "service-cost-statement", "fourteen-day-letter"])
def test_sample_letters_say_beside_the_code_what_is_in_it(name: str) -> None:
    made_from = template(name)
    composer = Composer(made_from, brand(), DAY)
    laid = composer.lay_out(example(made_from))
    shown = "".join(printed_texts(letter_pdf(composer.draw(laid), composer.resources, "t", CREATED)))
    code = payload(laid)
    if code.startswith(b"BCD"):
        paid = epc.parse(code)
        assert paid.name in shown
        assert paid.iban in compact(shown)
        assert (paid.reference or paid.text) in compact(shown)
    else:
        assert code.startswith(b"HTTPS://")
    assert "IBAN" in shown


# Entry.


def _entry(access: EntryAccess | None, house: Brand | None = None) -> tuple[Composer, LaidOutLetter]:
    body = '[blocks.entry]\ntext = { nl = "Geef uw stand door." }'
    composer = Composer(small_template("::: entry", body), house or brand(), DAY)
    return composer, composer.lay_out(replace(small_letter(), entry=access))


def test_the_entry_block_has_code_host_and_typed_code() -> None:
    url = "HTTPS://MIJN.EXAMPLE.NL/0123456789ABCDEFGHJKMNPQRS"
    composer, laid = _entry(EntryAccess(url, "mijn.example.nl", "ABCDE12345"))
    assert payload(laid) == url.encode()
    shown = words(laid, composer)
    assert "Geef uw stand door." in shown
    assert "Of ga naar\tmijn.example.nl" in shown
    assert "en typ deze code\tABCDE-12345" in shown or "en typ deze code\tABCDE 12345" in shown


def test_a_letter_without_a_way_in_is_a_finding() -> None:
    _, laid = _entry(None)
    assert [(f.code, f.place.frame) for f in laid.findings] == [("entry-link-missing", "entry")]


def test_a_link_that_no_symbol_of_ours_holds_is_a_finding() -> None:
    _, laid = _entry(EntryAccess("HTTPS://X.NL/" + "A" * 900, "x.nl", "ABCDE12345"))
    assert [f.code for f in laid.findings] == ["qr-too-much-data"]
    assert laid.findings[0].place.record == "r-1"
