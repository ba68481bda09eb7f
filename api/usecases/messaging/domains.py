"""Whether the domain of a recipient takes mail at all, asked by the courier and never by a form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import Retryable, SendResult, SendState
from api.usecases.messaging.wire import domain_of

if TYPE_CHECKING:
    from api.ports import Dns

NULL_MX: Final = "."


def refusal_of(dns: Dns, address: str) -> SendResult | None:
    """What a domain that takes no mail amounts to; None when it takes mail, or nobody can tell."""
    domain = domain_of(address)
    try:
        hosts = [exchange.host for exchange in dns.exchanges(domain)]
        if hosts == [NULL_MX]:
            return SendResult(SendState.REJECTED, code="5.1.10", detail="the domain says that it takes no mail")
        # without MX the name itself takes the mail (RFC 5321, 5.1)
        if hosts or dns.addresses(domain):
            return None
    except Retryable:
        return None
    return SendResult(SendState.REJECTED, code="5.1.2", detail="DNS knows no such domain")
