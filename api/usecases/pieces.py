"""Mail pieces: what a laid-out letter weighs and where it goes, as a row and as planning sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.ports import Piece
from docgen.postal.batch import MailPiece, batch_key
from docgen.postal.household import Together, household_key
from docgen.postal.household_rules import builtin_rules, read_rules
from docgen.postal.profiles import DEFAULT_STOCK, builtin
from docgen.postal.weights import piece_weight_mg, sheets_of

if TYPE_CHECKING:
    from api.ports import PrintJob
    from docgen.compose import Composer
    from docgen.layouts.laid_out import LaidOutLetter
    from docgen.letters import Letter
    from docgen.postal.household_rules import HouseholdRules


class PieceMaker:
    """Makes the pieces of one job; weights and groups are the same for many, so each is worked out once."""

    def __init__(self, job: PrintJob, composer: Composer) -> None:
        """Nothing known yet."""
        self._job = job
        self._composer = composer
        self._weights: dict[int, int] = {}
        self._groups: dict[tuple[str, int], str] = {}
        self._households = household_rules(job)
        self._shared: dict[tuple[str, str], Together] = {}

    def piece(self, piece_id: str, index: int, letter: Letter, laid: LaidOutLetter) -> Piece:
        """The row of the letter of record ``index``."""
        sheets = sheets_of(laid.page_count, duplex=self._composer.template.duplex)
        address = letter.address
        made = Piece(
            id=piece_id,
            organisation_id=self._job.organisation_id,
            job_id=self._job.id,
            sequence=index,
            record_id=letter.record_id,
            record_index=index,
            pages=laid.page_count,
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
            rule = self._households.rule_for(household_facts(self._composer, country, language))
            known = self._shared[country, language] = rule.together
        return known

    def _weight_mg(self, sheets: int) -> int:
        known = self._weights.get(sheets)
        if known is None:
            known = piece_weight_mg(sheets, builtin().stocks[DEFAULT_STOCK], self._composer.envelope)
            self._weights[sheets] = known
        return known

    def _with_group(self, piece: Piece) -> Piece:
        slug = batch_key(mail_piece(piece, self._composer)).slug
        self._groups[piece.country, piece.sheets] = slug
        return replace(piece, group_key=slug)


def household_rules(job: PrintJob) -> HouseholdRules:
    """Whose letters of a job share an envelope."""
    text = job.rules.get("household")
    return read_rules(text) if text else builtin_rules()


def household_facts(composer: Composer, country: str, language: str) -> dict[str, str]:
    """What rules of households may ask of a letter."""
    template, brand = composer.template, composer.brand
    return {
        "template": template.id,
        "brand": brand.id,
        "envelope": template.envelope,
        "country": country,
        "language": language,
    }


def mail_piece(piece: Piece, composer: Composer, page_digests: tuple[str, ...] = ()) -> MailPiece:
    """What the plan and the manifest need of a piece."""
    template, brand = composer.template, composer.brand
    return MailPiece(
        piece_id=piece.id,
        record_id=piece.record_id,
        sequence=piece.sequence,
        pages=piece.pages,
        sheets=piece.sheets,
        weight_mg=piece.weight_mg,
        sort_key=piece.sort_key,
        envelope=template.envelope,
        stock=DEFAULT_STOCK,
        duplex=template.duplex,
        template=template.id,
        template_version=template.version,
        brand=f"{brand.id}@{brand.version}",
        language=piece.language,
        country=piece.country,
        postcode=piece.postcode,
        house=piece.house,
        kix=piece.kix,
        page_digests=page_digests,
        set_id=piece.set_id,
        envelope_mg=composer.envelope.weight_mg,
        household_key=piece.household,
        bundle=piece.bundle or 0,
        tray=piece.tray or 0,
    )
