"""Loading a template folder: a good one, and every fault with file and line."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from docgen.findings import Refusal, Severity
from docgen.templates.load import check_template, load_template
from docgen.templates.model import ColumnKind, FieldKind, VatMode

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., dict[str, bytes]]

SPECIFICATION = """
[blocks.specification]
source = "rows"
amount_field = "values"
group_by = "text"
total_field = "total"
total_label = "Total"

[[blocks.specification.columns]]
field = "text"
label = "What"

[[blocks.specification.columns]]
field = "values"
kind = "amount"
label = "Amount"
width_mm = 30
"""


def faults(files: dict[str, bytes]) -> list[tuple[str, str | None, int | None]]:
    _, findings = check_template(files)
    return [(f.code.removeprefix("template-"), f.place.file, f.place.line) for f in findings]


COLUMN = '[blocks.specification]\nsource = "rows"\n[[blocks.specification.columns]]\nfield = "text"\n'


def codes(files: dict[str, bytes]) -> list[str]:
    return [code for code, _, _ in faults(files)]


def test_a_good_template_holds_what_was_declared(make_files: Make) -> None:
    extra = SPECIFICATION + '\n[blocks.entry]\ntext = "Scan"\n'
    template = load_template(make_files("::: specification\n\n::: entry", extra=extra))
    assert template.id == "letter"
    assert template.title == {"nl": "Letter"}
    assert template.default_language == "nl"
    assert [field.kind for field in template.fields][:3] == [FieldKind.TEXT, FieldKind.TEXT, FieldKind.AMOUNT]
    block = template.specification
    assert block is not None
    assert [column.kind for column in block.columns] == [ColumnKind.TEXT, ColumnKind.AMOUNT]
    assert block.vat is VatMode.NONE
    assert block.carry_over
    assert template.slip is None
    assert template.reply_form is None
    assert template.entry is not None
    assert template.entry.text == {"nl": "Scan"}
    assert template.duplex
    assert template.max_pages == 10


def test_a_way_in_to_a_page_that_asks_nothing_is_a_warning(make_files: Make) -> None:
    entry, form = (
        '[blocks.entry]\ntext = "Scan"\n',
        (
            '[reply_form]\nid = "ask"\ntitle = "Ask"\nsize = "third"\n'
            '[[reply_form.fields]]\nname = "word"\nkind = "text"\nlabel = "Word"\npurpose = "To know"\n'
        ),
    )
    template, (finding,) = check_template(make_files("::: entry", extra=entry))
    assert template is not None
    assert (finding.code, finding.severity) == ("template-entry-asks-nothing", Severity.WARNING)
    files = make_files("::: entry", extra=entry)
    assert files["template.toml"].decode().splitlines()[(finding.place.line or 0) - 1] == "[blocks.entry]"
    assert codes(make_files("::: entry", extra=entry + form)) == []


def test_the_example_is_a_whole_record(make_files: Make) -> None:
    example = load_template(make_files()).example
    assert example["record_id"] == "EXAMPLE-1"
    assert example["day"] == "2026-11-22"
    assert example["rate"] == Decimal("1.5")
    assert example["rows"] == [{"text": "one", "values": "1.00"}]
    assert "name" in example["recipient"]  # type: ignore[operator]  # a mapping


def test_the_digest_follows_names_and_contents(make_files: Make) -> None:
    one, two = load_template(make_files("a")), load_template(make_files("b"))
    assert one.digest == load_template(make_files("a")).digest
    assert one.digest != two.digest
    assert one.digest != load_template(make_files("a") | {"notes.txt": b""}).digest


def test_a_byte_order_mark_and_crlf_are_fine(make_files: Make) -> None:
    files = {name: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n") for name, content in make_files("a\n\nb").items()}
    assert load_template(files).texts["nl"].body == "a\n\nb"


def test_all_faults_come_at_once_in_order(make_files: Make) -> None:
    files = make_files("{{ x }}\n\n> q", subject="{{ y }}", swap=('envelope = "nl-dl-right"', "duplex = 3"))
    assert faults(files) == [
        ("variable-undefined", "body.nl.md", 1),
        ("variable-undefined", "body.nl.md", 2),
        ("markdown-unsupported", "body.nl.md", 4),
        ("key-missing", "template.toml", 1),
        ("key-type", "template.toml", 5),
    ]
    with pytest.raises(Refusal) as refused:
        load_template(files)
    assert refused.value.code == "template-invalid"
    assert len(refused.value.findings) == 5


def test_a_warning_does_not_keep_a_template_from_loading(make_files: Make) -> None:
    template, findings = check_template(make_files("{{ note }}"))
    assert template is not None
    assert [f.severity for f in findings] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("swap", "code", "line"),
    [
        (('id = "letter"', 'id = "Le tter"'), "key-form", 1),
        (('version = "1"', 'version = ""'), None, None),
        (('languages = ["nl"]', 'languages = ["nl", "xx"]'), "language-unknown", 4),
        (('languages = ["nl"]', "languages = []"), "language-missing", 4),
        (('languages = ["nl"]', "languages = [3]"), "key-type", 4),
        (('title = "Letter"', 'title = { en = "Letter" }'), "language-missing", 3),
        (('title = "Letter"', "title = 3"), "key-type", 3),
        (("[fields.name]", "max_pages = 500\n[fields.name]"), "key-range", 7),
        (("[fields.name]", 'colour = "red"\n[fields.name]'), "key-unknown", 7),
        (("[fields.name]", "[fields.record_id]"), "field-name", 7),
        (("[fields.name]", "[fields.Name]"), "field-name", 7),
        (("[fields.name]", "[fields.loop]"), "field-name", 7),
        (("[fields.name]", "[fields.class]"), "field-name", 7),
        (('kind = "text"\nexample', 'kind = "words"\nexample'), "field-kind", 8),
        (('kind = "text"\nexample = "Jansen"', 'kind = "text"'), "example-missing", 7),
        (('example = "Jansen"', 'example = "Jansen"\nmax_length = 0'), "key-range", 10),
        (('example = "Jansen"', 'example = "Jansen"\nmax_length = 3'), "example-invalid", 9),
        (('example = "12.50"', 'example = "12,50"'), "example-invalid", 17),
        (('example = "12.50"', 'example = "12.50"\nchoices = ["12.50"]'), "key-unknown", 18),
        (('kind = "list"', 'kind = "list"\nmin_items = 3'), "example-invalid", 35),
        (('kind = "list"', 'kind = "list"\nmax_length = 3'), "key-unknown", 37),
        (('kind = "list"', 'kind = "list"\n\n[fields.empty]\nkind = "list"'), "key-missing", 38),
        (('[fields.rows.items.text]\nkind = "text"', '[fields.rows.items.text]\nkind = "list"'), "field-kind", 39),
        (('title = "Letter"', 'title = "Letter'), "toml", 3),
        (('title = "Letter"', 'title = "Letter"\ntitle = "x"'), "toml", 4),
    ],
)
def test_faults_in_the_toml_have_their_line(
    make_files: Make, swap: tuple[str, str], code: str | None, line: int | None
) -> None:
    found = faults(make_files(swap=swap, body="Hello"))
    if code is None:
        assert found == []
    else:
        assert (code, "template.toml", line) in found


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ('[blocks.payment]\namount_field = "nothing"', "field-undeclared"),
        ('[blocks.payment]\namount_field = "name"', "field-kind"),
        ('[blocks.payment]\nreference_field = "name"\ntext_field = "note"', "payment-text"),
        ('[blocks.payment]\nx = "name"', "key-unknown"),
        ('[blocks.specification]\nsource = "name"', "field-kind"),
        ('[blocks.specification]\nsource = "rows"', "key-missing"),
        ('[blocks.other]\nx = "name"', "key-unknown"),
        (f"{COLUMN}width_mm = 900", "key-range"),
        (f"{COLUMN}width_mm = true", "key-type"),
        ('[[reference]]\nvalue = "{{ name }}"', "key-missing"),
        ('[[reference]]\nlabel = "x"', "key-missing"),
        ('[[reference]]\nlabel = "x"\nvalue = "{{ y }}"', "variable-undefined"),
        ("reference = 3", None),
        ('[example.recipient]\nname = "x"', "example-invalid"),
        ('[example]\nx = "x"', "key-unknown"),
    ],
)
def test_faults_in_blocks_and_reference(make_files: Make, extra: str, code: str | None) -> None:
    found = codes(make_files("text", extra="\n" + extra))
    assert (code in found) if code else found


@pytest.mark.parametrize(
    ("swap", "code"),
    [
        (('kind = "amount"\nlabel', 'kind = "colour"\nlabel'), "key-choice"),
        (('kind = "amount"\nlabel', 'kind = "date"\nlabel'), "field-kind"),
        (("width_mm = 30", ""), "column-width"),
        (("width_mm = 30", "width_mm = 140"), "column-width"),
        (('kind = "amount"\nlabel', 'kind = "text"\nlabel'), "column-amount"),
        (('total_field = "total"', 'vat = "some"'), "key-choice"),
        (('total_field = "total"', 'vat = "added"'), "key-missing"),
        (('group_by = "text"', 'group_by = "missing"'), "field-undeclared"),
        (('field = "text"', ""), "key-missing"),
    ],
)
def test_faults_in_a_specification(make_files: Make, swap: tuple[str, str], code: str) -> None:
    assert code in codes(make_files("::: specification", extra=SPECIFICATION.replace(*swap)))


def test_faults_around_the_words(make_files: Make) -> None:
    good = make_files()
    assert codes({"x.md": b""}) == ["file-missing"]
    assert codes({"template.toml": good["template.toml"]}) == ["file-missing"]
    assert faults(good | {"body.nl.md": b"Hello"}) == [("subject-missing", "body.nl.md", 1)]
    assert faults(good | {"body.nl.md": b"Subject: x\n\xff"}) == [("encoding", "body.nl.md", 2)]
    assert faults(good | {"body.nl.md": b"Subject: x\n\n\x07"}) == [("character", "body.nl.md", 3)]
    assert codes(good | {"body.nl.md": b"Subject: x\n" + b"a" * 100_001}) == ["text-too-long"]
    assert codes(good | {"template.toml": b"\xff"}) == ["encoding"]
    assert codes(good | {"template.toml": b"a = " + b"[" * 5000}) == ["toml"]


def test_a_syntax_error_hides_no_other_file(make_files: Make) -> None:
    files = make_files("{{ name", swap=('languages = ["nl"]', 'languages = ["nl", "en"]'))
    assert codes(files) == ["file-missing", "syntax"]
