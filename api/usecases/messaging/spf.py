"""Whether a domain lets an address send its mail, by its SPF record (RFC 7208)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Dns

NONE: Final = "none"
PASS: Final = "pass"  # noqa: S105 - a result of SPF
UNSURE: Final = "unsure"
"""The record has macros, or mechanisms that ask more than we do."""

BROKEN: Final = "permerror"
_RESULTS: Final = {"+": PASS, "-": "fail", "~": "softfail", "?": "neutral"}
_MOST_LOOKUPS: Final = 10  # RFC 7208, 4.6.4
_MECHANISM: Final = re.compile(r"([+?~-]?)([a-z0-9]+)(?:[:=]([^/\s]*))?((?:/\d{1,3})?(?://\d{1,3})?)", re.IGNORECASE)


def record_of(dns: Dns, domain: str) -> str | None:
    """The SPF record of a domain; None when there is none, or more than one, which counts as none."""
    found = [text for text in dns.texts(domain) if text.lower().split(" ", 1)[0] == "v=spf1"]
    return found[0] if len(found) == 1 else None


def check(dns: Dns, domain: str, address: str) -> str:
    """The result for one IP address: pass, fail, softfail, neutral, none, permerror, or unsure when we cannot tell.

    Raises Retryable: ``dns-unavailable``.
    """
    return _Check(dns, ipaddress.ip_address(address)).domain(domain)


_MATCHED: Final = frozenset({"all", "ip4", "ip6", "include", "a", "mx"})
_KNOWN: Final = _MATCHED | {"ptr", "exists", "redirect", "exp"}


class _Term(NamedTuple):
    sign: str
    name: str
    value: str
    cut: str


def _terms(record: str) -> list[_Term] | str:
    """What a record says, in order; or the result when it cannot be followed."""
    terms: list[_Term] = []
    for term in record.split()[1:]:
        found = _MECHANISM.fullmatch(term)
        if "%" in term:
            return UNSURE
        if found is not None and found[2].lower() in _KNOWN:
            terms.append(_Term(found[1] or "+", found[2].lower(), found[3] or "", found[4]))
        elif "=" not in term:
            # modifiers that nobody knows are passed over, mechanisms are not
            return BROKEN
    return terms


@dataclass(slots=True)
class _Check:
    dns: Dns
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    lookups: int = 0
    seen: list[str] = field(default_factory=list)

    def domain(self, domain: str) -> str:
        record = record_of(self.dns, domain)
        if record is None:
            return NONE
        self.seen.append(domain.lower())
        terms = _terms(record)
        if isinstance(terms, str):
            return terms
        for term in terms:
            if term.name == "redirect":
                continue
            said = self._matches(term.name, term.value or domain, term.cut) if term.name in _MATCHED else UNSURE
            if said:
                return _RESULTS[term.sign] if said == PASS else said
        redirect = next((term.value for term in terms if term.name == "redirect"), "")
        return self._redirected(redirect) if redirect else _RESULTS["?"]

    def _redirected(self, domain: str) -> str:
        self.lookups += 1
        if self.lookups > _MOST_LOOKUPS or domain.lower() in self.seen:
            return BROKEN
        said = self.domain(domain)
        return BROKEN if said == NONE else said

    def _matches(self, name: str, value: str, cut: str) -> str:
        """PASS when it matches; else what it says of the whole, or nothing."""
        if name == "all":
            return PASS
        if name in ("ip4", "ip6"):
            return _in_network(self.address, value, cut)
        self.lookups += 1
        if self.lookups > _MOST_LOOKUPS:
            return BROKEN
        if name == "include":
            return self._included(value)
        hosts = [value] if name == "a" else [each.host for each in self.dns.exchanges(value)]
        found = [address for host in hosts for address in self.dns.addresses(host)]
        return PASS if any(_in_network(self.address, each, _cut_for(each, cut)) == PASS for each in found) else ""

    def _included(self, domain: str) -> str:
        if domain.lower() in self.seen:
            return BROKEN
        said = self.domain(domain)
        if said == NONE:
            return BROKEN
        return said if said in (PASS, UNSURE, BROKEN) else ""


def _in_network(address: ipaddress.IPv4Address | ipaddress.IPv6Address, value: str, cut: str) -> str:
    try:
        network = ipaddress.ip_network(value + cut, strict=False)
    except ValueError:
        return BROKEN
    return PASS if address in network else ""


def _cut_for(address: str, cut: str) -> str:
    """``/24//64`` is /24 of an IPv4 and /64 of an IPv6 address (RFC 7208, 5.6)."""
    first, _, second = cut.partition("//")
    return (f"/{second}" if second else "") if ":" in address else first


def suggested(record: str | None, addresses: Sequence[str]) -> str:
    """The record with these addresses let in, in front of what decides about all others."""
    new = " ".join(f"ip{'6' if ':' in each else '4'}:{each}" for each in addresses)
    if record is None:
        return f"v=spf1 {new} -all"
    terms = record.split()
    last = next((place for place, term in enumerate(terms) if term.lower().lstrip("+-~?") == "all"), len(terms))
    return " ".join([*terms[:last], new, *terms[last:]])
