"""A brand as values: what a letter looks like and what the law wants on it. Loading is in ``brand_file``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from docgen.typesetting.face import Face

# Relative luminance weights of sRGB (WCAG 2.2, "relative luminance").
_LUMINANCE = (0.2126, 0.7152, 0.0722)


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour for the press (``cmyk``, each 0..1) and for contrast sums and pictures (``rgb``, each 0..1)."""

    cmyk: tuple[float, float, float, float]
    rgb: tuple[float, float, float]

    @property
    def luminance(self) -> float:
        """Relative luminance, 0..1 (WCAG 2.2)."""
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in self.rgb]  # noqa: PLR2004 (the sRGB transfer curve)
        return sum(weight * value for weight, value in zip(_LUMINANCE, linear, strict=True))

    def contrast(self, other: Colour) -> float:
        """Contrast ratio 1..21 (WCAG 2.2)."""
        light, dark = sorted((self.luminance, other.luminance), reverse=True)
        return (light + 0.05) / (dark + 0.05)


BLACK = Colour((0.0, 0.0, 0.0, 1.0), (0.0, 0.0, 0.0))
WHITE = Colour((0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Family:
    """Four faces of one typeface."""

    name: str
    regular: Face
    bold: Face
    italic: Face
    bold_italic: Face


@dataclass(frozen=True, slots=True)
class Logo:
    """Art at its printed width: the file's name tells its kind (svg, pdf or png)."""

    file: str
    data: bytes
    width_mm: float


@dataclass(frozen=True, slots=True)
class PaymentDetails:
    """Where money goes unless a record says otherwise."""

    beneficiary: str
    iban: str
    bic: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentLabel:
    """What stands under a payment QR between two dates (inclusive), since brands of payment methods change."""

    text: Mapping[str, str]
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None

    def holds_on(self, day: dt.date) -> bool:
        """True when the label may be printed on ``day``."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Colours:
    """The roles colours play; ``text`` prints as black alone unless a brand insists."""

    text: Colour = BLACK
    accent: Colour = BLACK
    rule: Colour = BLACK
    zebra: Colour = WHITE


@dataclass(frozen=True, slots=True)
class Contact:
    """How a recipient reaches the corporation; hours are per language."""

    phone: str = ""
    email: str = ""
    web: str = ""
    hours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Brand:
    """House style and legal data of one corporation; texts are per language, ``digest`` is SHA-256 of its files.

    ``reply_address`` is where reply slips go back to, in lines.
    """

    id: str
    version: str
    name: str
    legal_name: str
    kvk: str
    vat: str
    colours: Colours
    sans: Family
    mono: Face
    return_line: str
    seat: str = ""
    logo: Logo | None = None
    sender: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    footer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    contact: Contact = Contact()
    payment: PaymentDetails | None = None
    payment_labels: tuple[PaymentLabel, ...] = ()
    entry_host: str | None = None
    reply_address: tuple[str, ...] = ()
    digest: str = ""

    def payment_label(self, language: str, day: dt.date) -> str:
        """The words under a payment QR on ``day``: the first label that holds, else nothing."""
        for label in self.payment_labels:
            if label.holds_on(day):
                return label.text.get(language) or next(iter(label.text.values()), "")
        return ""

    def in_language(self, lines: Mapping[str, tuple[str, ...]], language: str) -> tuple[str, ...]:
        """Lines in ``language``, else in the first language they have."""
        return lines.get(language) or next(iter(lines.values()), ())
