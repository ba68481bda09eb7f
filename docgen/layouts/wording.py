"""The fixed words of blocks, by language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """What blocks say themselves; templates and brands bring the rest."""

    page: str  # {page}, {total}
    carry_over: str
    carried_forward: str
    subtotal: str  # {group}
    total: str
    vat_added: str  # {rate}, {base}
    vat_included: str
    pay_title: str
    pay_amount: str
    pay_to: str
    pay_reference: str
    pay_text: str
    pay_before: str
    pay_own_amount: str
    pay_caption: str
    pay_link: str
    entry_title: str
    entry_host: str
    entry_code: str
    slip_title: str
    cut_here: str
    slip_pen: str
    slip_one_digit: str
    slip_one_sign: str
    slip_boxes: tuple[str, str, str]  # an empty box, a cross, a box filled wholly
    slip_optional: str
    slip_date: str  # a letter for each digit of a date
    slip_comma: str


WORDINGS = {
    "nl": Wording(
        page="pagina {page} van {total}",
        carry_over="Over te brengen",
        carried_forward="Overgebracht",
        subtotal="Subtotaal {group}",
        total="Totaal",
        vat_added="Btw {rate} over {base}",
        vat_included="Waarvan btw {rate} over {base}",
        pay_title="Zo betaalt u",
        pay_amount="Bedrag",
        pay_to="Aan",
        pay_reference="Betalingskenmerk",
        pay_text="Omschrijving",
        pay_before="Betaal voor",
        pay_own_amount="kies zelf het bedrag",
        pay_caption="Scan met de app van uw bank",
        pay_link="Scan met de camera van uw telefoon",
        entry_title="Geef het online door",
        entry_host="Of ga naar",
        entry_code="en typ deze code",
        slip_title="Antwoordstrook",
        cut_here="hier afknippen of afscheuren",
        slip_pen="Schrijf met een zwarte of blauwe pen.",
        slip_one_digit="Zet één cijfer in elk vakje.",
        slip_one_sign="Zet één letter, cijfer of teken in elk vakje.",
        slip_boxes=("niet gekozen", "gekozen", "vergist, telt niet"),
        slip_optional="(mag leeg blijven)",
        slip_date="DDMMJJJJ",
        slip_comma=",",
    ),
    "en": Wording(
        page="page {page} of {total}",
        carry_over="To carry over",
        carried_forward="Carried over",
        subtotal="Subtotal {group}",
        total="Total",
        vat_added="VAT {rate} on {base}",
        vat_included="Including VAT {rate} on {base}",
        pay_title="How to pay",
        pay_amount="Amount",
        pay_to="To",
        pay_reference="Payment reference",
        pay_text="Description",
        pay_before="Pay before",
        pay_own_amount="choose the amount yourself",
        pay_caption="Scan with your banking app",
        pay_link="Scan with your phone's camera",
        entry_title="Tell us online",
        entry_host="Or go to",
        entry_code="and type this code",
        slip_title="Reply slip",
        cut_here="cut or tear here",
        slip_pen="Write with a black or blue pen.",
        slip_one_digit="Put one digit in each box.",
        slip_one_sign="Put one letter, digit or sign in each box.",
        slip_boxes=("not chosen", "chosen", "mistake, does not count"),
        slip_optional="(may stay empty)",
        slip_date="DDMMYYYY",
        slip_comma=".",
    ),
    "de": Wording(
        page="Seite {page} von {total}",
        carry_over="Übertrag",
        carried_forward="Übertrag von der vorigen Seite",
        subtotal="Zwischensumme {group}",
        total="Gesamt",
        vat_added="MwSt. {rate} auf {base}",
        vat_included="Darin MwSt. {rate} auf {base}",
        pay_title="So zahlen Sie",
        pay_amount="Betrag",
        pay_to="An",
        pay_reference="Zahlungsreferenz",
        pay_text="Verwendungszweck",
        pay_before="Zahlbar bis",
        pay_own_amount="Betrag selbst wählen",
        pay_caption="Mit Ihrer Banking-App scannen",
        pay_link="Mit der Kamera Ihres Telefons scannen",
        entry_title="Online antworten",
        entry_host="Oder gehen Sie zu",
        entry_code="und tippen Sie diesen Code",
        slip_title="Antwortabschnitt",
        cut_here="hier abtrennen",
        slip_pen="Schreiben Sie mit einem schwarzen oder blauen Stift.",
        slip_one_digit="Eine Ziffer in jedes Kästchen.",
        slip_one_sign="Ein Zeichen in jedes Kästchen.",
        slip_boxes=("nicht gewählt", "gewählt", "Irrtum, zählt nicht"),
        slip_optional="(darf leer bleiben)",
        slip_date="TTMMJJJJ",
        slip_comma=",",
    ),
    "fr": Wording(
        page="page {page} sur {total}",
        carry_over="À reporter",
        carried_forward="Report",
        subtotal="Sous-total {group}",
        total="Total",
        vat_added="TVA {rate} sur {base}",
        vat_included="Dont TVA {rate} sur {base}",
        pay_title="Comment payer",
        pay_amount="Montant",
        pay_to="À",
        pay_reference="Référence de paiement",
        pay_text="Communication",
        pay_before="À payer avant le",
        pay_own_amount="montant libre",
        pay_caption="Scannez avec l'application de votre banque",
        pay_link="Scannez avec votre téléphone",
        entry_title="Répondez en ligne",
        entry_host="Ou allez sur",
        entry_code="et tapez ce code",
        slip_title="Talon-réponse",
        cut_here="à découper ici",
        slip_pen="Écrivez avec un stylo noir ou bleu.",
        slip_one_digit="Un chiffre par case.",
        slip_one_sign="Un signe par case.",
        slip_boxes=("pas choisi", "choisi", "erreur, ne compte pas"),
        slip_optional="(facultatif)",
        slip_date="JJMMAAAA",
        slip_comma=",",
    ),
}


def wording(language: str) -> Wording:
    """The words in ``language``; Dutch where a language has none."""
    return WORDINGS.get(language, WORDINGS["nl"])
