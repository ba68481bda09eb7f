"""DNS as the machine's resolver answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import MailExchange
from api.ports.dns import no_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns.rdata import Rdata
    from dns.resolver import Resolver

LIFETIME_S: Final = 5.0
_MOST_KEPT: Final = 5_000


class ResolverDns:
    """`api.ports.Dns` on dnspython; answers are kept as long as they say."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        """The machine's resolver, found on first use, unless another is given."""
        self._resolver = resolver

    def texts(self, name: str) -> Sequence[str]:
        """In one order, as servers turn it; the strings of a record belong together (RFC 7208, 3.3)."""
        records = self._records(name, "TXT")
        found = [b"".join(record.strings).decode("utf-8", "replace") for record in records]  # type: ignore[attr-defined] # of TXT
        return tuple(sorted(found))

    def exchanges(self, name: str) -> Sequence[MailExchange]:
        """By preference."""
        found = [
            MailExchange(record.preference, _host(record.exchange.to_text()))  # type: ignore[attr-defined] # of MX
            for record in self._records(name, "MX")
        ]
        return tuple(sorted(found))

    def addresses(self, name: str) -> Sequence[str]:
        """Of both kinds, in one order."""
        return tuple(str(record) for kind in ("A", "AAAA") for record in sorted(self._records(name, kind)))

    def _records(self, name: str, kind: str) -> Sequence[Rdata]:
        import dns.exception  # noqa: PLC0415 - most processes ask nothing
        import dns.resolver  # noqa: PLC0415 - most processes ask nothing

        if self._resolver is None:
            self._resolver = _machines()
        try:
            return tuple(self._resolver.resolve(name, kind, lifetime=LIFETIME_S, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            raise no_answer(name) from error


def _machines() -> Resolver:
    import dns.exception  # noqa: PLC0415 - most processes ask nothing
    import dns.resolver  # noqa: PLC0415 - most processes ask nothing

    try:
        resolver = dns.resolver.Resolver()
    except (dns.exception.DNSException, OSError):
        # a machine without a resolver asks nobody
        resolver = dns.resolver.Resolver(configure=False)
    resolver.cache = dns.resolver.LRUCache(_MOST_KEPT)
    return resolver


def _host(text: str) -> str:
    return text if text == "." else text.rstrip(".").lower()
