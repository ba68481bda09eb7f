"""Domains of e-mail that many people in the Netherlands have, and what fingers make of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WELL_KNOWN: Final = _words(
    """
    gmail.com hotmail.com hotmail.nl hotmail.be outlook.com outlook.nl outlook.be live.nl live.com live.be
    msn.com yahoo.com yahoo.nl ymail.com icloud.com me.com mac.com googlemail.com proton.me protonmail.com
    gmx.com gmx.net gmx.nl gmx.de web.de mail.com email.com aol.com ziggo.nl kpnmail.nl kpnplanet.nl planet.nl
    hetnet.nl home.nl xs4all.nl casema.nl chello.nl upcmail.nl quicknet.nl tele2.nl telfort.nl solcon.nl
    zonnet.nl caiway.nl caiway.net online.nl onsbrabantnet.nl delta.nl zeelandnet.nl kabelfoon.nl versatel.nl
    wxs.nl zeggis.nl multiweb.nl freedom.nl orange.nl orange.fr t-mobile.nl odido.nl vodafone.nl vodafonevast.nl
    telenet.be skynet.be wp.pl o2.pl onet.pl interia.pl mail.ru yandex.ru ukr.net
    """
)
# Labels that have mail under one suffix only.
_ONE_SUFFIX: Final = {
    "gmail": "com",
    "icloud": "com",
    "ziggo": "nl",
    "kpnmail": "nl",
    "hetnet": "nl",
    "xs4all": "nl",
    "upcmail": "nl",
    "quicknet": "nl",
}
_SLIPS_OF_SUFFIX: Final = {
    "com": _words("con cmo vom xom cim cpm comm co cm om ocm cok c"),
    "nl": _words("nk ml nll ln n bl jl mnl"),
}
# Real domains that are one letter from a well-known one.
_REAL: Final = _words("mail.nl email.nl gmail.de nmail.com hotmail.fr hotmail.de outlook.fr live.fr home.com line.nl")
# Labels that are seldom a name of their own when one letter differs.
_NEAR: Final = _words(
    """
    gmail hotmail outlook icloud yahoo ziggo kpnmail hetnet xs4all upcmail quicknet telfort casema chello caiway
    protonmail googlemail zonnet telenet
    """
)


# a list of people has few domains and many addresses
@lru_cache(maxsize=4096)
def likely_meant(domain: str) -> str | None:
    """The well-known domain that ``domain``, in lower case, is one slip away from; None for any other."""
    if domain in _WELL_KNOWN or domain in _REAL:
        return None
    label, _, suffix = domain.rpartition(".")
    right = _ONE_SUFFIX.get(label)
    if right is not None:
        return f"{label}.{right}"
    for known in sorted(_WELL_KNOWN):
        if _slipped(label, suffix, known):
            return known
    return None


def _slipped(label: str, suffix: str, known: str) -> bool:
    meant, _, ending = known.rpartition(".")
    slipped_suffix = suffix in _SLIPS_OF_SUFFIX.get(ending, ())
    if label == meant:
        return slipped_suffix
    near = meant in _NEAR and abs(len(label) - len(meant)) <= 1 and one_slip(label, meant)
    return near and (suffix == ending or slipped_suffix)


def _variants(word: str) -> frozenset[str]:
    """``word`` with one letter left out."""
    return frozenset(word[:place] + word[place + 1 :] for place in range(len(word)))


def one_slip(typed: str, meant: str) -> bool:
    """True when one letter is left out, too much, other, or has changed place with the next."""
    if typed == meant:
        return False
    if len(typed) != len(meant):
        longer, shorter = (typed, meant) if len(typed) > len(meant) else (meant, typed)
        return shorter in _variants(longer)
    differing = [place for place, (one, other) in enumerate(zip(typed, meant, strict=True)) if one != other]
    if len(differing) == 1:
        return True
    first, *rest = differing
    return rest == [first + 1] and typed[first : first + 2] == meant[first : first + 2][::-1]
