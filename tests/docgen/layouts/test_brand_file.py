from __future__ import annotations

import datetime as dt
import re
from functools import cache
from io import BytesIO

import pytest
from fontTools.ttLib import TTFont

from docgen.findings import Finding, Refusal, Severity
from docgen.layouts.brand_file import check_brand, fonts_folder, load_brand
from docgen.layouts.theme import BLACK, WHITE, Brand, Colour
from tests.docgen.builders import brand, brand_files

_SOURCE = """\
id = "eigen"
version = "1"
name = "Wonen Eigen"
legal_name = "Stichting Wonen Eigen"
kvk = "12345678"
vat = "NL123456782B90"
return_line = "Wonen Eigen, Postbus 1, 1234 AA Eigen"
[fonts]
sans = "Lato"
mono = "Source Code Pro"
[logo]
file = "logo.svg"
width_mm = 30
[colours]
text = { cmyk = [0, 0, 0, 100], hex = "#000000" }
accent = { cmyk = [100, 62, 12, 38], hex = "#0b3c6f" }
zebra = { cmyk = [7, 2, 2, 0], hex = "#edf4f7" }
[payment]
beneficiary = "Wonen Eigen"
iban = "NL91 ABNA 0417 1643 00"
[contact]
phone = "088"
hours = { nl = "altijd" }
[sender]
nl = ["Wonen Eigen"]
[reply_address]
lines = ["Wonen Eigen", "Antwoordnummer 1"]
[entry]
host = "mijn.eigen.example.nl"
[[payment_labels]]
label = { nl = "Nu" }
valid_until = 2026-12-31
[[payment_labels]]
label = "Later"
valid_from = 2027-01-01
"""


@cache
def _ttf(fs_type: int | None = None) -> bytes:
    data = (fonts_folder() / "lato" / "Lato-Regular.ttf").read_bytes()
    if fs_type is None:
        return data
    font = TTFont(BytesIO(data))
    font["OS/2"].fsType = fs_type
    out = BytesIO()
    font.save(out)
    return out.getvalue()


def check(source: str = _SOURCE, **files: bytes) -> tuple[Brand | None, tuple[Finding, ...]]:
    logo = brand_files("grachtstad")["logo.svg"]
    given = {f"{name}.ttf": data for name, data in files.items()}
    return check_brand({"brand.toml": source.encode(), "logo.svg": logo, **given})


def swapped(old: str, new: str) -> str:
    assert old in _SOURCE
    return _SOURCE.replace(old, new)


def test_a_good_brand_has_no_findings() -> None:
    made, findings = check()
    assert findings == ()
    assert made is not None
    assert made.sans.name == "Lato"
    assert made.payment is not None
    assert made.payment.iban == "NL91ABNA0417164300"
    assert made.contact.hours == {"nl": "altijd"}
    assert made.entry_host == "mijn.eigen.example.nl"
    assert made.reply_address == ("Wonen Eigen", "Antwoordnummer 1")


def test_sample_brands_load() -> None:
    assert {brand(name).id for name in ("grachtstad", "zandeland")} == {"grachtstad", "zandeland"}
    assert brand("grachtstad").digest != brand("zandeland").digest
    assert re.fullmatch(r"[0-9a-f]{64}", brand().digest)


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ('kvk = "12345678"', 'kvk = "1234567"', "brand-kvk-invalid", "kvk"),
        ('vat = "NL123456782B90"', 'vat = "NL 12.34"', "brand-vat-invalid", "vat"),
        ("Wonen Eigen, Postbus 1, 1234 AA Eigen", "x" * 61, "brand-return-line-too-long", "return_line"),
        ('sans = "Lato"', 'sans = "Comic"', "brand-font-unknown", "sans"),
        ('mono = "Source Code Pro"', 'mono = "Courier"', "brand-font-unknown", "mono"),
        ('mono = "Source Code Pro"', 'mono = "own.ttf"', "brand-file-missing", "mono"),
        ('hex = "#000000"', 'hex = "#bbbbbb"', "brand-contrast-too-low", "text"),
        ('hex = "#0b3c6f"', 'hex = "#f0b432"', "brand-contrast-too-low", "accent"),
        ('hex = "#edf4f7"', 'hex = "#555555"', "brand-contrast-too-low", "zebra"),
        ('hex = "#0b3c6f"', 'hex = "blue"', "brand-colour-invalid", "accent"),
        ("cmyk = [100, 62, 12, 38]", "cmyk = [100, 62, 12]", "brand-colour-invalid", "accent"),
        ("cmyk = [100, 62, 12, 38]", "cmyk = [100, 62, 12, 380]", "brand-colour-invalid", "accent"),
        ("cmyk = [100, 62, 12, 38]", 'cmyk = "C100"', "brand-colour-invalid", "accent"),
        ('file = "logo.svg"', 'file = "other.svg"', "brand-file-missing", "file"),
        ("width_mm = 30", "width_mm = 0", "brand-key-range", "width_mm"),
        ("NL91 ABNA 0417 1643 00", "NL92ABNA0417164300", "brand-iban-invalid", "iban"),
        ("mijn.eigen.example.nl", "mijn eigen", "brand-entry-host-invalid", "host"),
        ('["Wonen Eigen", "Antwoordnummer 1"]', "[]", "brand-reply-address-invalid", "lines"),
        ('"Antwoordnummer 1"', '"1", "2", "3", "4"', "brand-reply-address-invalid", "lines"),
        ('"Antwoordnummer 1"', '""', "brand-reply-address-invalid", "lines"),
        ("valid_until = 2026-12-31", 'valid_until = "2026-12-31"', "brand-key-type", "valid_until"),
        ("valid_until = 2026-12-31", "valid_until = 2026-12-31T12:00:00", "brand-key-type", "valid_until"),
        ('name = "Wonen Eigen"', 'name = "Wonen Eigen"\ncolor = "red"', "brand-key-unknown", "color"),
        ('phone = "088"', 'fax = "088"', "brand-key-unknown", "fax"),
        ('kvk = "12345678"', "kvk = 12345678", "brand-key-type", "kvk"),
    ],
)
def test_a_fault_is_found_with_its_line(old: str, new: str, code: str, at: str) -> None:
    source = swapped(old, new)
    _, findings = check(source)
    assert {f.code for f in findings} == {code}
    assert len(set(findings)) == len(findings)
    assert findings[0].place.file == "brand.toml"
    line = source.split("\n")[(findings[0].place.line or 0) - 1]
    assert re.match(rf"{at}\b", line), line
    assert findings[0].severity is Severity.ERROR


@pytest.mark.parametrize("key", ["id", "version", "name", "legal_name", "kvk", "vat", "return_line"])
def test_a_missing_key_is_found(key: str) -> None:
    _, findings = check(re.sub(rf"^{key} = .*\n", "", _SOURCE, count=1, flags=re.MULTILINE))
    assert [f.code for f in findings] == ["brand-key-missing"]
    assert f"`{key}`" in findings[0].message


def test_fonts_must_be_given() -> None:
    made, findings = check(_SOURCE.replace('[fonts]\nsans = "Lato"\nmono = "Source Code Pro"\n', ""))
    assert made is None
    assert [f.code for f in findings] == ["brand-key-missing"]
    made, findings = check(swapped('sans = "Lato"', ""))
    assert made is None
    assert "brand-key-missing" in {f.code for f in findings}


def test_every_fault_is_told_at_once() -> None:
    source = swapped('kvk = "12345678"', 'kvk = "1"').replace("NL123456782B90", "x").replace("#0b3c6f", "#ffffff")
    assert {f.code for f in check(source)[1]} == {"brand-kvk-invalid", "brand-vat-invalid", "brand-contrast-too-low"}
    with pytest.raises(Refusal) as refused:
        load_brand({"brand.toml": source.encode(), "logo.svg": b"<svg/>"})
    assert refused.value.code == "brand-invalid"
    assert len(refused.value.findings) == 3


def test_a_brand_without_a_logo_is_warned_of_and_loads() -> None:
    source = swapped('[logo]\nfile = "logo.svg"\nwidth_mm = 30\n', "")
    made, findings = check(source)
    assert made is not None
    assert made.logo is None
    assert [(f.code, f.severity) for f in findings] == [("brand-logo-missing", Severity.WARNING)]
    assert load_brand({"brand.toml": source.encode()}).id == "eigen"


def test_a_folder_without_its_file_and_a_file_that_is_no_toml_are_found() -> None:
    made, (finding,) = check_brand({"logo.svg": b""})
    assert made is None
    assert finding.code == "brand-file-missing"
    made, (finding,) = check("id = \n")
    assert made is None
    assert (finding.code, finding.place.line) == ("brand-toml", 1)


_OWN = """
[fonts.sans]
name = "Own"
regular = "regular.ttf"
bold = "bold.ttf"
italic = "italic.ttf"
bold_italic = "bold_italic.ttf"
"""


def _own(**files: bytes) -> tuple[Brand | None, tuple[Finding, ...]]:
    source = _SOURCE.replace('[fonts]\nsans = "Lato"\nmono = "Source Code Pro"\n', "")
    given = dict.fromkeys(("regular", "bold", "italic", "bold_italic", "mono"), _ttf())
    return check(f'{source}[fonts]\nmono = "mono.ttf"\n{_OWN}', **{**given, **files})


def test_own_fonts_take_the_place_of_ours() -> None:
    made, findings = _own()
    assert findings == ()
    assert made is not None
    assert made.sans.name == "Own"
    assert made.mono.postscript_name == "Lato-Regular"


def test_a_font_that_may_not_be_embedded_is_found() -> None:
    _, findings = _own(bold=_ttf(2))
    assert [(f.code, f.place.file) for f in findings] == [("brand-font-not-embeddable", "brand.toml")]
    assert "bold.ttf" in findings[0].message


@pytest.mark.parametrize(
    "data",
    [b"", b"no font", _ttf()[:200], _ttf()[:5000], b"\0\1\0\0" + bytes(200), b"ttcf" + bytes(40)],
    ids=["empty", "text", "cut in its head", "cut in its tables", "noughts", "collection"],
)
def test_a_file_that_is_no_font_is_found(data: bytes) -> None:
    made, findings = _own(italic=data)
    assert made is None
    assert [f.code for f in findings] == ["brand-font-unreadable"]
    assert "italic.ttf" in findings[0].message


def _without(*tables: str) -> bytes:
    font = TTFont(BytesIO(_ttf()))
    for table in tables:
        del font[table]
    out = BytesIO()
    font.save(out)
    return out.getvalue()


@pytest.mark.parametrize("tables", [("glyf", "loca"), ("OS/2",), ("cmap",), ("name",)])
def test_a_font_without_what_we_embed_is_found(tables: tuple[str, ...]) -> None:
    made, findings = _own(regular=_without(*tables))
    assert made is None
    assert [f.code for f in findings] == ["brand-font-unreadable"]


def test_a_font_without_a_space_is_found() -> None:
    font = TTFont(BytesIO(_ttf()))
    for table in font["cmap"].tables:
        table.cmap.pop(0x20, None)
    out = BytesIO()
    font.save(out)
    _, findings = _own(regular=out.getvalue())
    assert [f.code for f in findings] == ["brand-font-unreadable"]


def test_a_font_that_is_missing_is_found_at_its_style() -> None:
    source = _SOURCE.replace('[fonts]\nsans = "Lato"\n', '[fonts]\nsans = { name = "Own", regular = "r.ttf" }\n')
    made, findings = check(source)
    assert made is None
    assert {f.code for f in findings} == {"brand-file-missing", "brand-key-missing"}


def test_labels_hold_on_their_days_only() -> None:
    made, _ = check()
    assert made is not None
    assert made.payment_label("nl", dt.date(2026, 12, 31)) == "Nu"
    assert made.payment_label("en", dt.date(2026, 1, 1)) == "Nu"
    assert made.payment_label("de", dt.date(2027, 1, 1)) == "Later"
    assert not brand("zandeland").payment_labels[1].holds_on(dt.date(2026, 1, 31))


def test_an_accent_for_headings_alone_is_too_light_for_links_on_a_page() -> None:
    gray = swapped('hex = "#0b3c6f"', 'hex = "#808080"')
    assert [f.code for f in check(gray)[1]] == ["brand-contrast-too-low"]
    assert check(gray.replace('[entry]\nhost = "mijn.eigen.example.nl"\n', ""))[1] == ()


# WCAG 2.2: black on white is 21, and mid gray #767676 is the darkest gray with 4.5.
def test_contrast_is_that_of_wcag() -> None:
    gray = Colour((0, 0, 0, 0.5), (0x76 / 255,) * 3)
    assert BLACK.contrast(WHITE) == pytest.approx(21)
    assert WHITE.contrast(gray) == gray.contrast(WHITE) == pytest.approx(4.54, abs=0.01)
