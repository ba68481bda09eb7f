"""What DNS says of names: for reports on a sender's domain, and before mail goes to a domain that takes none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from api.ports.faults import Retryable

if TYPE_CHECKING:
    from collections.abc import Sequence


class MailExchange(NamedTuple):
    """A host that takes mail for a domain; ``.`` alone says that nobody does (RFC 7505)."""

    preference: int
    host: str


class Dns(Protocol):
    """Answers of DNS. Each raises Retryable (``dns-unavailable``) when nobody answers; what is not there is empty."""

    def texts(self, name: str) -> Sequence[str]:
        """TXT records, each with its strings put together."""

    def exchanges(self, name: str) -> Sequence[MailExchange]:
        """MX records, those that are tried first in front."""

    def addresses(self, name: str) -> Sequence[str]:
        """A and AAAA records."""


class NoDns:
    """`Dns` where there is none."""

    def texts(self, name: str) -> Sequence[str]:
        """No answer."""
        raise no_answer(name)

    def exchanges(self, name: str) -> Sequence[MailExchange]:
        """No answer."""
        raise no_answer(name)

    def addresses(self, name: str) -> Sequence[str]:
        """No answer."""
        raise no_answer(name)


def no_answer(name: str) -> Retryable:
    """What to say when nobody answers."""
    return Retryable("dns-unavailable", f"DNS does not answer about {name}; check the resolver of this machine.")
