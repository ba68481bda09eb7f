"""The samples do what they are for."""

from __future__ import annotations

import importlib.util
import io
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from docgen.findings import Finding, Refusal
from docgen.letters import Cents, Letter
from docgen.qr.references import is_iban
from docgen.records.read_csv import TableOptions, read_csv
from docgen.records.read_json import read_json
from docgen.records.read_xlsx import read_xlsx
from docgen.records.validate import RecordValidator
from docgen.templates.load import check_template, load_template, read_folder
from docgen.templates.markdown import parse_block
from docgen.templates.names import BUILT_IN
from docgen.templates.text import compile_text
from docgen.templates.values import compile_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docgen.records.raw import RawRecord
    from docgen.templates.model import Template

SAMPLES = Path(__file__).parents[2] / "samples"
TEMPLATES = sorted(path.name for path in (SAMPLES / "templates").iterdir())
BRANDS = ["grachtstad", "zandeland"]
GENERATED = [
    *("contact-data-request.json", "digital-post-consent.json", "fourteen-day-letter.csv", "rent-reminder.json"),
    *("service-cost-statement.xlsx", "water-meter-reading.csv"),
]
COUNTS = dict(zip(GENERATED, (20, 20, 20, 1_000, 24, 200), strict=True))


def template_of(name: str) -> Template:
    return load_template(read_folder(SAMPLES / "templates" / name))


def raws(file: str, template: Template, options: TableOptions | None = None) -> Iterator[RawRecord]:
    stream = io.BytesIO((SAMPLES / "records" / file).read_bytes())
    match Path(file).suffix:
        case ".json":
            return read_json(stream)
        case ".csv":
            return read_csv(stream, template, options or TableOptions())
        case _:
            return read_xlsx(stream, template)


def results(file: str, template: Template, options: TableOptions | None = None) -> list[Letter | tuple[Finding, ...]]:
    validator = RecordValidator(template)
    return [validator.validate(raw) for raw in raws(file, template, options)]


def unpacked(content: bytes) -> object:
    """A workbook as its parts, since zlib may pack differently elsewhere."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(member.filename, member.date_time, archive.read(member)) for member in archive.infolist()]


@pytest.fixture(scope="module")
def maker() -> Any:  # noqa: ANN401 -- a module
    spec = importlib.util.spec_from_file_location("make_records", SAMPLES / "make_records.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_records"] = module
    spec.loader.exec_module(module)
    return module


def test_there_are_six_templates_and_two_brands() -> None:
    assert len(TEMPLATES) == 6
    assert sorted(path.name for path in (SAMPLES / "brands").iterdir()) == BRANDS


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_finding_and_both_languages(name: str) -> None:
    template, findings = check_template(read_folder(SAMPLES / "templates" / name))
    assert findings == ()
    assert template is not None
    assert template.id == name
    assert template.languages == ("nl", "en")


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_example_renders_in_both_languages_to_known_blocks(name: str, language: str) -> None:
    template = template_of(name)
    fixed = {"record_id", "language", "recipient"}
    faults: list[object] = []
    values = compile_reader(template.fields).read(
        {key: value for key, value in template.example.items() if key not in fixed},
        (),
        lambda *fault: faults.append(fault),
    )
    assert faults == []
    rendered = compile_text(template, language).render(values, dict.fromkeys(BUILT_IN, "x"))
    assert rendered.subject
    assert len(rendered.reference) >= 2
    words = " ".join(str(parse_block(block)) for block in rendered.blocks)
    assert "{{" not in words
    assert "**" not in words
    assert ":::" not in words


@pytest.mark.parametrize("file", GENERATED)
def test_generated_records_are_all_good(file: str) -> None:
    found = results(file, template_of(Path(file).stem))
    assert [result for result in found if not isinstance(result, Letter)] == []
    assert len(found) == COUNTS[file]


def test_the_generator_makes_the_same_files_again(maker: Any) -> None:  # noqa: ANN401 -- a module
    made = maker.make_files()
    assert sorted(made) == GENERATED
    for name, content in made.items():
        assert unpacked(content) == unpacked((SAMPLES / "records" / name).read_bytes()), name


def test_the_generator_writes_where_it_is_told(maker: Any, tmp_path: Path) -> None:  # noqa: ANN401 -- a module
    maker.main([str(tmp_path / "new")])
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == GENERATED


@pytest.mark.parametrize(
    ("principal", "costs"),
    [
        (5_000, 4_000),
        (26_667, 4_000),
        (30_000, 4_500),
        (250_000, 37_500),
        (500_000, 62_500),
        (1_000_000, 87_500),
        (20_000_000, 277_500),
        (100_000_000, 677_500),
    ],
)
def test_collection_costs_follow_the_decree(maker: Any, principal: int, costs: int) -> None:  # noqa: ANN401 -- a module
    assert maker.collection_costs(principal) == costs


def test_the_fourteen_day_letters_name_the_right_costs(maker: Any) -> None:  # noqa: ANN401 -- a module
    template = template_of("fourteen-day-letter")
    letters = [letter for letter in results("fourteen-day-letter.csv", template) if isinstance(letter, Letter)]
    plan = compile_text(template, "nl")
    for letter in letters:
        values: dict[str, Any] = dict(letter.values)
        vat = values["collection_vat"] or Cents(0)
        assert values["principal"] == sum(claim["amount"] for claim in values["claims"])
        assert values["collection_costs"] == maker.collection_costs(values["principal"])
        assert values["collection_total"] == values["collection_costs"] + vat
        assert values["total_with_costs"] == values["principal"] + values["collection_total"]
        words = " ".join(plan.render(values, dict.fromkeys(BUILT_IN, "x")).blocks)
        # Supreme Court 25 November 2016, ECLI:NL:HR:2016:2704
        assert "binnen vijftien dagen nadat deze brief bij u is bezorgd" in words
        assert "artikel 6:96" in words
        assert ("btw" in words) == bool(vat)


def test_the_rent_reminder_offers_help_before_the_municipality_is_told() -> None:
    template = template_of("rent-reminder")
    for language, words in (("nl", ("Wilt u niet dat wij", "gemeente")), ("en", ("not want us", "municipality"))):
        body = template.texts[language].body
        assert all(word in body for word in words)


def test_the_demonstration_has_the_extremes() -> None:
    letters = [r for r in results("rent-reminder.json", template_of("rent-reminder")) if isinstance(r, Letter)]
    lengths = {len(letter.values["specification"]) for letter in letters}  # type: ignore[arg-type]  # a tuple of lines
    assert {1, 400} <= lengths
    assert any(letter.values["total_due"] == 123_456_789 for letter in letters)
    assert {"NL", "BE", "DE", "GB"} == {letter.address.country for letter in letters}
    for letter in letters:
        lines: Any = letter.values["specification"]
        assert letter.values["total_due"] == sum(line["amount"] for line in lines)


def test_hard_cases_are_good_records() -> None:
    found = results("hard-cases.json", template_of("rent-reminder"))
    assert [result for result in found if not isinstance(result, Letter)] == []


def test_each_faulty_record_gives_its_finding() -> None:
    found = results("faulty.json", template_of("rent-reminder"))
    codes = [{f.code for f in result} for result in found if not isinstance(result, Letter)]
    assert len(codes) == len(found) - 2  # the emoji and the wrong total show when the letter is composed
    assert {"text-direction-unsupported", "reference-invalid", "amount-invalid", "record-id-duplicate"} <= set().union(
        *codes
    )


def test_faulty_tables_give_findings_with_row_and_column() -> None:
    water = template_of("water-meter-reading")
    found = [f for result in results("faulty.csv", water) if not isinstance(result, Letter) for f in result]
    places = [(f.code, f.place.row, f.place.column) for f in found]
    assert ("records-formula-cell", 3, "recipient.name") in places
    assert ("records-row-ragged", 4, None) in places
    assert ("field-type", 5, "previous_reading") in places
    assert ("date-invalid", 6, "answer_before") in places
    assert ("record-id-duplicate", 7, "record_id") in places
    codes = {
        f.code
        for result in results("faulty.xlsx", template_of("service-cost-statement"))
        if not isinstance(result, Letter)
        for f in result
    }
    assert codes == {"records-formula-cell", "iban-invalid", "amount-invalid"}


def test_another_encoding_must_be_named() -> None:
    water = template_of("water-meter-reading")
    with pytest.raises(Refusal, match="cp1252"):
        results("faulty-cp1252.csv", water)
    (letter,) = results("faulty-cp1252.csv", water, TableOptions(encoding="cp1252"))
    assert isinstance(letter, Letter)
    assert letter.address.name_lines == ("Mevrouw Zoë Jansen",)


@pytest.mark.parametrize("name", BRANDS)
def test_a_brand_says_what_the_law_and_the_letters_need(name: str) -> None:
    folder = SAMPLES / "brands" / name
    brand = tomllib.loads((folder / "brand.toml").read_text("utf-8"))
    assert brand["id"] == name
    assert len(brand["kvk"]) == 8
    assert is_iban(brand["payment"]["iban"])
    assert set(brand["footer"]) == {"nl", "en"}
    assert any(brand["kvk"] in line for line in brand["footer"]["nl"])
    assert brand["entry"]["host"].endswith(".example.nl")


@pytest.mark.parametrize("name", BRANDS)
def test_a_logo_is_drawn_from_plain_shapes_in_brand_colours(name: str) -> None:
    folder = SAMPLES / "brands" / name
    brand = tomllib.loads((folder / "brand.toml").read_text("utf-8"))
    root = etree.fromstring((folder / "logo.svg").read_bytes())
    shapes = [element for element in root.iter() if isinstance(element.tag, str)]
    assert {etree.QName(shape).localname for shape in shapes} <= {"svg", "g", "path"}
    fills = {shape.get("fill") for shape in shapes} - {None}
    assert fills <= {colour["hex"] for colour in brand["colours"].values()} | {"#ffffff"}


def test_every_sample_is_in_the_readme() -> None:
    text = (SAMPLES / "README.md").read_text("utf-8")
    for folder in ("brands", "templates"):
        assert all(f"{folder}/{path.name}/" in text for path in (SAMPLES / folder).iterdir())
    assert all(path.name in text for path in (SAMPLES / "records").iterdir())
