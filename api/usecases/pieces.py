"""Mail pieces: what a laid-out letter weighs and where it goes, as a row and as planning sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.ports import Piece
from api.usecases.equipment import equipment_of
from docgen.postal.batch import MailPiece, batch_key
from docgen.postal.household import Together, household_key
from docgen.postal.household_rules import builtin_rules, read_rules
from docgen.postal.profiles import DEFAULT_STOCK
from docgen.postal.weights import piece_weight_mg, sheets_of

if TYPE_CHECKING:
    from api.ports import PrintJob
    from api.usecases.products import Product
    from docgen.letters import Letter
    from docgen.postal.enrichment import Enriched
    from docgen.postal.household_rules import HouseholdRules


class PieceMaker:
    """Makes the pieces of one job; weights and groups are the same for many, so each is worked out once."""

    def __init__(self, job: PrintJob, product: Product) -> None:
        """Nothing known yet."""
        self._job = job
        self._product = product
        self._weights: dict[int, int] = {}
        self._groups: dict[tuple[str, int], str] = {}
        self._households = household_rules(job)
        self._stock = equipment_of(job).profiles.stocks[DEFAULT_STOCK]
        self._shared: dict[tuple[str, str], Together] = {}

    def piece(self, piece_id: str, index: int, letter: Letter, pages: int) -> Piece:
        """The row of the letter of record ``index``, which has so many pages."""
        sheets = sheets_of(pages, duplex=self._product.duplex)
        address = letter.address
        made = Piece(
            id=piece_id,
            organisation_id=self._job.organisation_id,
            job_id=self._job.id,
            sequence=index,
            record_id=letter.record_id,
            record_index=index,
            pages=pages,
            sheets=sheets,
            weight_mg=self._weight_mg(sheets),
            country=address.country,
            language=letter.language,
            sort_key=address.sort_key,
            group_key=self._groups.get((address.country, sheets), ""),
            postcode=address.postcode,
            house=address.house,
            kix=address.kix,
            household=household_key(address, self._together(address.country, letter.language)),
        )
        return made if made.group_key else self._with_group(made)

    def _together(self, country: str, language: str) -> Together:
        known = self._shared.get((country, language))
        if known is None:
            rule = self._households.rule_for(household_facts(self._product, country, language))
            known = self._shared[country, language] = rule.together
        return known

    def _weight_mg(self, sheets: int) -> int:
        known = self._weights.get(sheets)
        if known is None:
            known = piece_weight_mg(sheets, self._stock, self._product.envelope)
            self._weights[sheets] = known
        return known

    def _with_group(self, piece: Piece) -> Piece:
        slug = batch_key(mail_piece(piece, self._product)).slug
        self._groups[piece.country, piece.sheets] = slug
        return replace(piece, group_key=slug)


def household_rules(job: PrintJob) -> HouseholdRules:
    """Whose letters of a job share an envelope."""
    text = job.rules.get("household")
    return read_rules(text) if text else builtin_rules()


def household_facts(product: Product, country: str, language: str) -> dict[str, str]:
    """What rules of households may ask of a letter."""
    return {
        "template": product.template,
        "brand": product.brand,
        "envelope": product.envelope.id,
        "country": country,
        "language": language,
    }


def mail_piece(
    piece: Piece, product: Product, page_digests: tuple[str, ...] = (), given: Enriched | None = None
) -> MailPiece:
    """What the plan and the manifest need of a piece; ``given`` is what a carrier gave to print on its envelope."""
    return MailPiece(
        piece_id=piece.id,
        record_id=piece.record_id,
        sequence=piece.sequence,
        pages=piece.pages,
        sheets=piece.sheets,
        weight_mg=piece.weight_mg,
        sort_key=piece.sort_key,
        envelope=product.envelope.id,
        stock=DEFAULT_STOCK,
        duplex=product.duplex,
        template=product.template,
        template_version=product.template_version,
        brand=f"{product.brand}@{product.brand_version}",
        language=piece.language,
        country=piece.country,
        postcode=piece.postcode,
        house=piece.house,
        kix=piece.kix,
        page_digests=page_digests,
        set_id=piece.set_id,
        envelope_mg=product.envelope.weight_mg,
        household_key=piece.household,
        bundle=piece.bundle or 0,
        tray=piece.tray or 0,
        postal_line=given.postal_line if given else "",
        postal_2d=given.postal_2d if given else b"",
    )
