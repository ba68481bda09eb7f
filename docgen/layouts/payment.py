"""The payment block: always the same data in words beside the code (Betaalvereniging, Betaalinstructie 2018)."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place, Refusal
from docgen.layouts.code_block import CodeBlock, CodeBlockSetter, TextRow, symbol_findings
from docgen.layouts.wording import wording
from docgen.letters import Cents
from docgen.qr import epc, payment_link
from docgen.qr.references import ReferenceKind, group_iban, group_reference, kind_of_reference
from docgen.templates.conventions import CONVENTIONS, long_date, money

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docgen.layouts.theme import Brand
    from docgen.layouts.typography import Typography
    from docgen.templates.model import PaymentBlock

KIND = "payment"


class PaymentSetter:
    """Sets the payment block of a template for a brand, language and day."""

    def __init__(
        self, block: PaymentBlock, brand: Brand, typography: Typography, setter: CodeBlockSetter, day: dt.date
    ) -> None:
        """``day`` chooses the payment label that holds then.

        Raises:
            Refusal: ``brand-payment-missing`` when the brand says not where money goes.
        """
        if brand.payment is None:
            raise Refusal("brand-payment-missing", "Give [payment] with beneficiary and iban in brand.toml.")
        self._block = block
        self._details = brand.payment
        self._beneficiary = epc.to_sepa(brand.payment.beneficiary)
        self._setter = setter
        self._words = wording(typography.language)
        self._conventions = CONVENTIONS[typography.language]
        label = brand.payment_label(typography.language, day)
        self._to_row = TextRow(self._words.pay_to, brand.payment.beneficiary)
        self._iban_row = lru_cache(maxsize=256)(_iban_row)
        self._scan_row = {linked: self._caption(label, linked=linked) for linked in (False, True)}

    def set(self, values: Mapping[str, object], place: Place) -> CodeBlock | tuple[Finding, ...]:
        """The block of one letter, or what keeps it from being paid by its code."""
        payment = self._payment(values)
        link = _text(values, self._block.link_field)
        try:
            payload = self._payload(payment, link, place)
            rows = self._rows(payment, values, linked=bool(link))
            return self._setter.set(KIND, self._words.pay_title, payload, rows)
        except Refusal as refused:
            return symbol_findings(refused, place)

    def _payload(self, payment: epc.EpcPayment, link: str, place: Place) -> bytes:
        """What the code says; the payment must be sound even where a link stands in the code.

        Raises:
            Refusal: with the findings about payment and link.
        """
        payload = epc.encode(payment, place)
        return payment_link.encode(link, place).encode("ascii") if link else payload

    def _payment(self, values: Mapping[str, object]) -> epc.EpcPayment:
        reference = _text(values, self._block.reference_field)
        text = _text(values, self._block.text_field)
        structured = kind_of_reference(reference) is ReferenceKind.RF if reference else False
        amount = values.get(self._block.amount_field) if self._block.amount_field else None
        return epc.EpcPayment(
            name=self._beneficiary,
            iban=_text(values, self._block.iban_field) or self._details.iban,
            amount=amount if isinstance(amount, Cents) else None,
            reference=reference if structured else "",
            # Only RF has a place of its own; a kenmerk or OGM is what the payer would type as description.
            text=text if structured or not reference else epc.to_sepa(_plain_reference(reference)),
            bic=self._details.bic or "",
        )

    def _rows(self, payment: epc.EpcPayment, values: Mapping[str, object], *, linked: bool) -> list[TextRow]:
        words = self._words
        amount = money(payment.amount, self._conventions) if payment.amount is not None else words.pay_own_amount
        rows = [
            TextRow(words.pay_amount, amount, bold=True),
            self._to_row,
            self._iban_row(payment.iban),
        ]
        reference, text = _text(values, self._block.reference_field), _text(values, self._block.text_field)
        if reference:
            rows.append(TextRow(words.pay_reference, group_reference(reference), bold=True))
        elif text:
            rows.append(TextRow(words.pay_text, text))
        due = values.get(self._block.due_date_field) if self._block.due_date_field else None
        if isinstance(due, dt.date):
            rows.append(TextRow(words.pay_before, long_date(due, self._conventions), bold=True))
        return [*rows, self._scan_row[linked]]

    def _caption(self, label: str, *, linked: bool) -> TextRow:
        scan = self._words.pay_link if linked else self._words.pay_caption
        return TextRow("", f"{label}. {scan}." if label else f"{scan}.", "small")


def _iban_row(iban: str) -> TextRow:
    return TextRow("IBAN", group_iban(iban))


def _plain_reference(reference: str) -> str:
    """An OGM in its printed form, which Belgian banks read; any other reference without spaces."""
    if kind_of_reference(reference) is ReferenceKind.OGM:
        return group_reference(reference)
    return "".join(reference.split())


def _text(values: Mapping[str, object], field: str | None) -> str:
    value = values.get(field) if field else None
    return str(value) if value else ""
