"""What a template folder says, as values; loading and checking are in ``load``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docgen.reply_form import ReplyForm, SlipSize


class FieldKind(StrEnum):
    """Types a template may declare for a field."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    AMOUNT = "amount"
    DATE = "date"
    BOOLEAN = "boolean"
    IBAN = "iban"
    REFERENCE = "reference"  # betalingskenmerk, RF or OGM: told apart by form
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field; ``items`` are the columns of a list field."""

    name: str
    kind: FieldKind
    label: Mapping[str, str] = field(default_factory=dict)
    required: bool = True
    max_length: int | None = None
    min_items: int = 0
    max_items: int = 500
    choices: tuple[str, ...] = ()
    example: object = None
    items: tuple[Field, ...] = ()


class ColumnKind(StrEnum):
    """How a specification column is set."""

    TEXT = "text"
    QUANTITY = "quantity"
    AMOUNT = "amount"
    PERCENT = "percent"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a specification; ``width_mm`` None means: the rest of the width (one column only)."""

    field: str
    kind: ColumnKind
    label: Mapping[str, str]
    width_mm: float | None = None


class VatMode(StrEnum):
    """Whether line amounts hold VAT, and so whether it is added or only shown."""

    NONE = "none"
    INCLUDED = "included"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class SpecificationBlock:
    """The table of line items. ``source`` names a list field.

    ``group_by`` names an item field whose change closes a subtotal; ``vat_rate_field`` an item field with
    the rate in percent; ``total_field`` a declared amount that must equal the computed total.
    """

    source: str
    columns: tuple[Column, ...]
    amount_field: str
    group_by: str | None = None
    vat: VatMode = VatMode.NONE
    vat_rate_field: str | None = None
    total_label: Mapping[str, str] = field(default_factory=dict)
    total_field: str | None = None
    carry_over: bool = True
    zebra: bool = True


@dataclass(frozen=True, slots=True)
class PaymentBlock:
    """How to pay: text beside an EPC QR, or a payment link QR when ``link_field`` is given.

    Each name is a declared field. Beneficiary and IBAN come from the brand unless ``iban_field`` names one.
    ``amount_field`` None leaves the amount to the payer.
    """

    amount_field: str | None = None
    reference_field: str | None = None
    text_field: str | None = None
    due_date_field: str | None = None
    iban_field: str | None = None
    link_field: str | None = None


@dataclass(frozen=True, slots=True)
class EntryBlock:
    """The way to the personal page: QR, host in words and typed code."""

    text: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SlipPaper:
    """How a reply form is printed: its size, and in which envelope it goes back; None prints no return address."""

    size: SlipSize
    return_envelope: str | None = None


@dataclass(frozen=True, slots=True)
class ReferenceItem:
    """One label and value of the reference block; ``value`` is Jinja2 text such as ``{{ date | date }}``."""

    label: Mapping[str, str]
    value: str


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a template in one language; both are Jinja2 source. ``body_file`` is for messages."""

    subject: str
    body: str
    body_file: str


@dataclass(frozen=True, slots=True)
class Template:
    """A template folder, loaded and free of error findings. Immutable once used; ``digest`` is SHA-256 of its files.

    ``slip`` is the paper of the reply form; there are both or neither.
    """

    id: str
    version: str
    title: Mapping[str, str]
    languages: tuple[str, ...]
    fields: tuple[Field, ...]
    texts: Mapping[str, Text]
    envelope: str
    reference: tuple[ReferenceItem, ...] = ()
    specification: SpecificationBlock | None = None
    payment: PaymentBlock | None = None
    entry: EntryBlock | None = None
    reply_form: ReplyForm | None = None
    slip: SlipPaper | None = None
    mark: str | None = None
    duplex: bool = True
    max_pages: int = 10
    example: Mapping[str, object] = field(default_factory=dict)
    digest: str = ""

    @property
    def default_language(self) -> str:
        """The language of a record that names none."""
        return self.languages[0]
