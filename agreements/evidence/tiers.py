"""What each tier of protection detects and what it does not, in words for whoever reads a proof."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Tier(StrEnum):
    """Each tier adds to the one before."""

    APPEND_ONLY = "T0"
    CHAINED = "T1"
    STAMPED = "T2"
    SEALED = "T3"


class TierSentence(NamedTuple):
    """One tier in one language."""

    detects: str
    not_detected: str


_EN = {
    Tier.APPEND_ONLY: TierSentence(
        "The database refuses to change or delete a stored event, so a mistake or a fault in a program cannot do it.",
        "Someone who manages the database can switch that off. Nothing in a file shows whether it was done.",
    ),
    Tier.CHAINED: TierSentence(
        "Each event holds the digest of the one before. An event that was changed, deleted, inserted or moved in "
        "between shows, with its number.",
        "Someone who can rewrite all events after it, and the head with them, leaves no trace. Events cut off "
        "from the end leave none either. A digest alone proves neither who made it nor when.",
    ),
    Tier.STAMPED: TierSentence(
        "A checkpoint of the chain was stamped with the time by another party and kept outside the database. What "
        "it covers existed at that time and has not been changed or cut off since.",
        "It does not show whether what was written down before the stamp was true, nor anything about events "
        "after the last checkpoint. Only a qualified time stamp has the presumption of law for its time (eIDAS, "
        "article 41).",
    ),
    Tier.SEALED: TierSentence(
        "The proof as PDF bears an electronic seal. Any change to the file after sealing shows.",
        "The seal is that of the organisation that made the proof. It is no signature of the person who answered, "
        "and it does not make the content more true than it was.",
    ),
}
_NL = {
    Tier.APPEND_ONLY: TierSentence(
        "De database weigert een vastgelegde gebeurtenis te wijzigen of te verwijderen. Een vergissing of een "
        "fout in een programma kan dat dus niet.",
        "Wie de database beheert, kan dat uitzetten. In een bestand is niet te zien of dat is gebeurd.",
    ),
    Tier.CHAINED: TierSentence(
        "Elke gebeurtenis bevat de controlewaarde van de vorige. Een gebeurtenis die is gewijzigd, verwijderd, "
        "tussengevoegd of verplaatst, valt op, met haar nummer.",
        "Wie alle latere gebeurtenissen herschrijft, en het einde van de keten ook, laat geen spoor na. Ook "
        "weglaten aan het einde is niet te zien. Een controlewaarde alleen bewijst niet wie haar maakte en niet "
        "wanneer.",
    ),
    Tier.STAMPED: TierSentence(
        "Een ijkpunt van de keten is door een andere partij van de tijd voorzien en buiten de database bewaard. "
        "Wat eronder valt, bestond op dat moment en is daarna niet gewijzigd of weggelaten.",
        "Het toont niet of wat vóór het tijdstempel is vastgelegd waar was, en zegt niets over gebeurtenissen na "
        "het laatste ijkpunt. Alleen een gekwalificeerd tijdstempel heeft het wettelijk vermoeden van juistheid "
        "(eIDAS, artikel 41).",
    ),
    Tier.SEALED: TierSentence(
        "Het bewijs als pdf draagt een elektronisch zegel. Elke wijziging van het bestand na het verzegelen valt op.",
        "Het zegel is van de organisatie die het bewijs maakte. Het is geen handtekening van wie antwoordde, en "
        "maakt de inhoud niet méér waar dan zij was.",
    ),
}
_SENTENCES = {"en": _EN, "nl": _NL}


def sentence(tier: Tier, language: str) -> TierSentence:
    """What ``tier`` detects and what it does not, in ``nl`` or ``en``; another language is a `KeyError`."""
    return _SENTENCES[language][tier]
