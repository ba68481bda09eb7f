"""E-mail addresses: syntax (RFC 5321, RFC 6531) and slips in well-known domains; nobody is asked over the network."""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from scanning.validators.mail_domains import likely_meant
from scanning.validators.verdict import Checked, ask, conclude, refusal

_AROUND = re.compile(r"\s*([@.])\s*")
_LABEL = re.compile(r"^(?:mailto|e-?mail(?:adres)?)\s*:\s*", re.IGNORECASE)
_PARTS = re.compile(r"[\s,;/<>()]+")
_LONGEST = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
_FAR_TOO_LONG = 4 * _LONGEST
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
# What stands for a dot or an @ on the keys beside it, or is left of them.
_SLIPS = str.maketrans({",": ".", ";": ".", ":": "."})


def check(answer: str, *, insists: bool = False) -> Checked:
    """What to do with an address; in the value only the domain is in lower case, as capitals may count before the @.

    The fact ``ascii`` is the address as mail servers without RFC 6531 take it, empty when there is none. A slip in a
    well-known domain is a question with the likely address as candidate; the value stays as it was typed.
    """
    if len(answer) > _FAR_TOO_LONG:
        return refusal("email-too-long", most=_LONGEST)
    text = _AROUND.sub(r"\1", _LABEL.sub("", answer.translate(_INVISIBLE).strip()))
    text = text.removeprefix("<").removesuffix(">")
    if "@" not in text:
        return refusal("email-no-at")
    found = _validated(text)
    if found is None:
        return _not_valid(text, insists=insists)
    meant = likely_meant(found.ascii_domain)
    problems = [] if meant is None else [ask("email-typo", f"{found.local_part}@{meant}", domain=found.domain)]
    return conclude(found.normalized, problems, {"ascii": found.ascii_email or ""}, insists=insists)


def _validated(text: str) -> ValidatedEmail | None:
    try:
        return validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None


def _not_valid(text: str, *, insists: bool) -> Checked:
    """A spelling that is right but for a slip is asked again; anything else cannot be an address."""
    if len(text) > _LONGEST:
        return refusal("email-too-long", most=_LONGEST)
    joined = "".join(text.split())
    tries = (
        joined,
        joined.translate(_SLIPS),
        joined.rstrip(".,;:"),
        re.sub(r"\.{2,}", ".", joined),
        *_PARTS.split(text),
    )
    candidates = dict.fromkeys(one.normalized for one in map(_validated, tries) if one)
    if not candidates:
        return refusal("email-invalid")
    return conclude(None, [ask("email-unclear", *candidates)], insists=insists)
