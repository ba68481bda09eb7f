"""Load a brand folder: brand.toml, its logo and its fonts; every fault at once, with file and line."""

from __future__ import annotations

import datetime as dt
import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from fontTools.ttLib import TTLibError

from docgen.findings import Finding, Place, Refusal, Severity, has_errors
from docgen.layouts.theme import (
    BLACK,
    WHITE,
    Brand,
    Colour,
    Colours,
    Contact,
    Family,
    Logo,
    PaymentDetails,
    PaymentLabel,
)
from docgen.qr.links import read_base
from docgen.qr.references import compact, is_iban
from docgen.templates.toml_source import TomlTable, read_toml
from docgen.typesetting.face import Face, face_of, load_face

if TYPE_CHECKING:
    from collections.abc import Mapping

BRAND_FILE = "brand.toml"
LANGUAGES = ("nl", "en", "de", "fr")
_KEYS = (
    *("id", "version", "name", "legal_name", "seat", "kvk", "vat", "return_line", "logo", "colours", "fonts"),
    *("sender", "footer", "contact", "payment", "payment_labels", "entry", "reply_address"),
)
_KVK = re.compile(r"[0-9]{8}")
_VAT = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_STYLES = ("regular", "bold", "italic", "bold_italic")
_MIN_TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
_MIN_ACCENT_CONTRAST = 3.0  # headings are bold and 10 pt or more
_MAX_RETURN_LINE = 60
_MOST_REPLY_LINES = 4

# Folder and file names of the families that come with the package.
_BUILTIN: dict[str, tuple[str, tuple[str, ...]]] = {
    "Source Sans 3": ("source-sans-3", tuple(f"SourceSans3-{s}.ttf" for s in ("Regular", "Bold", "It", "BoldIt"))),
    "Lato": ("lato", tuple(f"Lato-{s}.ttf" for s in ("Regular", "Bold", "Italic", "BoldItalic"))),
    "Source Code Pro": ("source-code-pro", tuple(f"SourceCodePro-{s}.ttf" for s in ("Regular", "Bold"))),
}
_SANS = ("Source Sans 3", "Lato")


def fonts_folder() -> Path:
    """Where the packaged fonts are: inside the installed package, or beside it in a source tree."""
    installed = Path(__file__).parent.parent / "_fonts"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "fonts"


def load_brand(files: Mapping[str, bytes]) -> Brand:
    """The brand in these files (see `docgen.templates.package`).

    Raises:
        Refusal: ``brand-invalid`` with every fault found.
    """
    brand, findings = check_brand(files)
    if brand is None or has_errors(findings):
        raise Refusal("brand-invalid", "The brand has faults.", findings)
    return brand


def check_brand(files: Mapping[str, bytes]) -> tuple[Brand | None, tuple[Finding, ...]]:
    """The brand as far as it can be read, and everything that is wrong with it."""
    if BRAND_FILE not in files:
        place = Place(file=BRAND_FILE)
        return None, (Finding("brand-file-missing", "There is no brand.toml in the folder; add it.", place),)
    source = read_toml(BRAND_FILE, files[BRAND_FILE], "brand")
    if source.found:
        return None, tuple(source.found)
    reader = _Reader(source.root(), files)
    brand = reader.brand()
    # A value that is read in several places is wrong once.
    return brand, tuple(dict.fromkeys((*source.found, *reader.warnings)))


class _Reader:
    """Reads one brand.toml."""

    def __init__(self, root: TomlTable, files: Mapping[str, bytes]) -> None:
        self.root, self.files = root, files
        self.warnings: list[Finding] = []

    def brand(self) -> Brand | None:
        root = self.root
        root.allow(*_KEYS)
        root.need("id", "version", "name", "legal_name", "kvk", "vat", "return_line", "fonts")
        self._check_numbers()
        sans, mono = self._fonts()
        colours, logo = self._colours(), self._logo()
        contact, payment = self._contact(), self._payment()
        sender, footer = self._lines("sender"), self._lines("footer")
        labels, host, reply = self._labels(), self._entry_host(), self._reply_address()
        if sans is None or mono is None:
            return None
        return Brand(
            id=root.text("id"),
            version=root.text("version"),
            name=root.text("name"),
            legal_name=root.text("legal_name"),
            kvk=root.text("kvk"),
            vat=root.text("vat"),
            colours=colours,
            sans=sans,
            mono=mono,
            return_line=root.text("return_line"),
            seat=root.text("seat"),
            logo=logo,
            sender=sender,
            footer=footer,
            contact=contact,
            payment=payment,
            payment_labels=labels,
            entry_host=host,
            reply_address=reply,
            digest=_digest(self.files),
        )

    def _check_numbers(self) -> None:
        root = self.root
        if root.text("kvk") and not _KVK.fullmatch(root.text("kvk")):
            root.say("kvk-invalid", "A KvK number has eight digits; every letter must show it.", "kvk")
        if root.text("vat") and not _VAT.fullmatch(root.text("vat")):
            root.say("vat-invalid", "Write the VAT number as NL123456789B01, without dots or spaces.", "vat")
        if len(root.text("return_line")) > _MAX_RETURN_LINE:
            root.say("return-line-too-long", f"Keep the return line within {_MAX_RETURN_LINE} signs.", "return_line")

    def _fonts(self) -> tuple[Family | None, Face | None]:
        table = self.root.table("fonts")
        if table is None:
            return None, None
        table.allow("sans", "mono")
        table.need("sans", "mono")
        mono = self._mono(table)
        if isinstance(table.data.get("sans"), dict):
            return self._own_family(table), mono
        name = table.text("sans")
        if name not in _SANS:
            known = ", ".join(_SANS)
            table.say("font-unknown", f"There is no family '{name}'; choose {known}, or give the four files.", "sans")
            return None, mono
        return _builtin_family(name), mono

    def _mono(self, table: TomlTable) -> Face | None:
        name = table.text("mono")
        if name.endswith(".ttf"):
            return self._face(table, "mono", name)
        if name != "Source Code Pro":
            table.say("font-unknown", f"There is no monospaced family '{name}'; choose Source Code Pro.", "mono")
            return None
        folder, names = _BUILTIN[name]
        return load_face(fonts_folder() / folder / names[0])

    def _own_family(self, table: TomlTable) -> Family | None:
        sans = table.table("sans")
        if sans is None:
            return None
        sans.allow("name", *_STYLES)
        sans.need("name", *_STYLES)
        faces = [self._face(sans, style, sans.text(style)) for style in _STYLES if sans.text(style)]
        found = [face for face in faces if face is not None]
        return Family(sans.text("name"), *found) if len(found) == len(_STYLES) else None

    def _face(self, table: TomlTable, key: str, name: str) -> Face | None:
        data = self.files.get(name)
        if data is None:
            table.say("file-missing", f"The file '{name}' is not in the folder; add it or correct the name.", key)
            return None
        try:
            face = face_of(data)
        except (TTLibError, KeyError, AssertionError) as error:
            table.say("font-unreadable", f"'{name}' is no TrueType font that can be read: {error}.", key)
            return None
        if not face.may_be_embedded:
            table.say("font-not-embeddable", f"The licence of '{name}' forbids embedding; use another font.", key)
        return face

    def _colours(self) -> Colours:
        table = self.root.table("colours")
        if table is None:
            return Colours()
        table.allow("text", "accent", "rule", "zebra")
        colours = Colours(
            text=self._colour(table, "text", BLACK),
            accent=self._colour(table, "accent", BLACK),
            rule=self._colour(table, "rule", BLACK),
            zebra=self._colour(table, "zebra", WHITE),
        )
        self._check_contrast(table, "text", colours.text, WHITE, _MIN_TEXT_CONTRAST)
        # letters write headings in it, the personal page links and buttons
        least = _MIN_TEXT_CONTRAST if "entry" in self.root.data else _MIN_ACCENT_CONTRAST
        self._check_contrast(table, "accent", colours.accent, WHITE, least)
        self._check_contrast(table, "zebra", colours.text, colours.zebra, _MIN_TEXT_CONTRAST)
        return colours

    def _check_contrast(self, table: TomlTable, key: str, ink: Colour, paper: Colour, least: float) -> None:
        ratio = ink.contrast(paper)
        if ratio < least:
            message = f"The contrast is {ratio:.1f} : 1; at least {least} : 1 is needed to read it. Choose another."
            table.say("contrast-too-low", message, key)

    def _colour(self, table: TomlTable, key: str, default: Colour) -> Colour:
        given = table.table(key)
        if given is None:
            return default
        given.allow("cmyk", "hex")
        given.need("cmyk", "hex")
        inks = given.data.get("cmyk")
        amounts = [i for i in inks if isinstance(i, int | float) and 0 <= i <= 100] if isinstance(inks, list) else []  # noqa: PLR2004 (percent)
        code = given.text("hex")
        if len(amounts) != 4 or not _HEX.fullmatch(code):  # noqa: PLR2004 (four inks)
            given.say("colour-invalid", 'Write cmyk = [c, m, y, k] in percent and hex = "#rrggbb".')
            return default
        cyan, magenta, yellow, black = (i / 100 for i in amounts)
        red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return Colour((cyan, magenta, yellow, black), (red, green, blue))

    def _logo(self) -> Logo | None:
        table = self.root.table("logo")
        if table is None:
            message = "The brand has no logo; letters show none."
            self.warnings.append(Finding("brand-logo-missing", message, Place(file=BRAND_FILE), Severity.WARNING))
            return None
        table.allow("file", "width_mm")
        table.need("file", "width_mm")
        name, width_mm = table.text("file"), table.length_mm("width_mm")
        data = self.files.get(name)
        if name and data is None:
            table.say("file-missing", f"The file '{name}' is not in the folder; add it or correct the name.", "file")
        return Logo(name, data, width_mm) if data is not None and width_mm else None

    def _contact(self) -> Contact:
        table = self.root.table("contact")
        if table is None:
            return Contact()
        table.allow("phone", "email", "web", "hours")
        hours = table.data.get("hours")
        languages = tuple(hours) if isinstance(hours, dict) else LANGUAGES
        return Contact(
            table.text("phone"), table.text("email"), table.text("web"), table.per_language("hours", languages)
        )

    def _payment(self) -> PaymentDetails | None:
        table = self.root.table("payment")
        if table is None:
            return None
        table.allow("beneficiary", "iban", "bic")
        table.need("beneficiary", "iban")
        iban = compact(table.text("iban"))
        if iban and not is_iban(iban):
            table.say("iban-invalid", "The check digits of the IBAN are wrong; correct the number.", "iban")
        return PaymentDetails(table.text("beneficiary"), iban, table.optional_text("bic"))

    def _labels(self) -> tuple[PaymentLabel, ...]:
        labels = []
        for table in self.root.tables("payment_labels"):
            table.allow("label", "valid_from", "valid_until")
            table.need("label")
            given = table.data.get("label")
            languages = tuple(given) if isinstance(given, dict) else LANGUAGES
            text = table.per_language("label", languages)
            labels.append(PaymentLabel(text, _day(table, "valid_from"), _day(table, "valid_until")))
        return tuple(labels)

    def _entry_host(self) -> str | None:
        table = self.root.table("entry")
        if table is None:
            return None
        table.allow("host")
        table.need("host")
        host = table.text("host")
        if host and read_base(f"https://{host}") is None:
            message = "Give a host name and perhaps a short path of letters, such as mijn.example.nl."
            table.say("entry-host-invalid", message, "host")
            return None
        return host or None

    def _reply_address(self) -> tuple[str, ...]:
        table = self.root.table("reply_address")
        if table is None:
            return ()
        table.allow("lines")
        table.need("lines")
        lines = table.texts("lines")
        if "lines" in table.data and (not lines or len(lines) > _MOST_REPLY_LINES or not all(lines)):
            message = f"A return address has one to {_MOST_REPLY_LINES} lines of text."
            table.say("reply-address-invalid", message, "lines")
        return lines

    def _lines(self, key: str) -> dict[str, tuple[str, ...]]:
        table = self.root.table(key)
        if table is None:
            return {}
        table.allow(*LANGUAGES)
        return {language: table.texts(language) for language in LANGUAGES if language in table.data}


def _day(table: TomlTable, key: str) -> dt.date | None:
    value = table.data.get(key)
    if value is None:
        return None
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        table.say("key-type", f"`{table.name_of(key)}` must be a date such as 2026-11-30, without quotes.", key)
        return None
    return value


def _builtin_family(name: str) -> Family:
    folder, names = _BUILTIN[name]
    faces = [load_face(fonts_folder() / folder / file) for file in names]
    return Family(name, *faces)


def _digest(files: Mapping[str, bytes]) -> str:
    total = sha256()
    for name, data in sorted(files.items()):
        total.update(f"{name}\0{len(data)}\0".encode())
        total.update(data)
    return total.hexdigest()
