"""The payment link: the symbol that opens the landing page where a recipient chooses how to pay.

It is a plain link to the organisation's own page, never an "iDEAL QR"; the words beside it come from the brand.
"""

from __future__ import annotations

from docgen.findings import NOWHERE, Finding, Place, Refusal
from docgen.qr.links import check_link, read_link


def check(url: str, place: Place = NOWHERE) -> tuple[Finding, ...]:
    """What keeps ``url`` from being printed as a payment link (codes ``link-...``)."""
    return check_link(url, place)


def encode(url: str, place: Place = NOWHERE) -> str:
    """The link for the symbol: QR alphanumeric characters only.

    Raises:
        Refusal: ``payment-link-invalid`` with the findings of ``check``.
    """
    link = read_link(url)
    if link is None:
        raise Refusal("payment-link-invalid", "This link cannot be put in a QR code.", check(url, place))
    return link
