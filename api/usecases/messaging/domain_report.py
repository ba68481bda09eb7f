"""Whether others will believe mail of a channel: SPF, DKIM, DMARC, where bounces go; each with what to put in DNS."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from api.ports import ChannelKind, Retryable, channel_not_found
from api.usecases.messaging import spf
from api.usecases.messaging.wire import domain_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from api.ports import ChannelSetup, Dns
    from api.usecases.deps import Deps

_SOME_HOST: Final = "10 your.mail.host"
_SPACES: Final = re.compile(r"\s+")


class Verdict(StrEnum):
    """What a line of a report says: ``warn`` works and could be better, ``unknown`` could not be asked."""

    GOOD = "good"
    WARN = "warn"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One thing about a domain. ``name`` and ``record`` are what to put in DNS, empty when nothing is to be put."""

    topic: str
    verdict: Verdict
    says: str
    name: str = ""
    kind: str = ""
    record: str = ""


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """All lines about a channel, in the order in which to mend them."""

    channel: str
    lines: Sequence[ReportLine]

    @property
    def good(self) -> bool:
        """Nothing is wrong; some may be unknown or could be better."""
        return all(line.verdict is not Verdict.WRONG for line in self.lines)


def check_channel(deps: Deps, organisation_id: str, name: str) -> ChannelReport:
    """Ask DNS about a channel of mail; others have no domain. Raises Refusal: ``channel-not-found``."""
    found = [each for each in deps.channels.setups(organisation_id) if each.name == name]
    if not found:
        raise channel_not_found(organisation_id, name)
    setup = found[0]
    if setup.kind is not ChannelKind.EMAIL:
        return ChannelReport(name, ())
    asked: Sequence[Callable[[Dns, ChannelSetup], ReportLine]] = (_spf, _dkim, _dmarc, _returns)
    return ChannelReport(name, tuple(_line(ask, deps.dns, setup) for ask in asked))


def _line(ask: Callable[[Dns, ChannelSetup], ReportLine], dns: Dns, setup: ChannelSetup) -> ReportLine:
    try:
        return ask(dns, setup)
    except Retryable as fault:
        return ReportLine(_TOPICS[ask.__name__], Verdict.UNKNOWN, fault.detail)


_TOPICS: Final = {"_spf": "SPF", "_dkim": "DKIM", "_dmarc": "DMARC", "_returns": "MX"}


def _spf(dns: Dns, setup: ChannelSetup) -> ReportLine:
    """Of the domain that bounces go to: that is the sender which SPF is about (RFC 7208, 2.4)."""
    domain = setup.return_domain or domain_of(setup.sender)
    addresses = _addresses(dns, setup)
    if not addresses:
        says = f"no address is known from which mail leaves ({', '.join(setup.sent_from)}); name them in sent_from"
        return ReportLine("SPF", Verdict.UNKNOWN, says)
    results = {address: spf.check(dns, domain, address) for address in addresses}
    refused = [address for address, said in results.items() if said != spf.PASS]
    if not refused:
        return ReportLine("SPF", Verdict.GOOD, f"{domain} lets {', '.join(addresses)} send its mail")
    if all(results[each] == spf.UNSURE for each in refused):
        return ReportLine("SPF", Verdict.UNKNOWN, f"the record of {domain} asks more than can be asked from here")
    says = f"{domain} says {results[refused[0]]} of {', '.join(refused)}; let it in"
    record = spf.suggested(spf.record_of(dns, domain), refused)
    return ReportLine("SPF", Verdict.WRONG, says, domain, "TXT", record)


def _addresses(dns: Dns, setup: ChannelSetup) -> list[str]:
    found: list[str] = []
    for host in setup.sent_from:
        try:
            found.append(str(ipaddress.ip_address(host)))
        except ValueError:
            found += dns.addresses(host)
    return found


def _dkim(dns: Dns, setup: ChannelSetup) -> ReportLine:
    if not setup.dkim_selector:
        return ReportLine("DKIM", Verdict.WARN, "mail is not signed here; set dkim_selector and dkim_key_file")
    name = f"{setup.dkim_selector}._domainkey.{setup.dkim_domain}"
    wanted = f"v=DKIM1; k=rsa; p={setup.dkim_public}"
    put = {"name": name, "kind": "TXT", "record": wanted}
    records = [tags for tags in map(_tags, dns.texts(name)) if "p" in tags]
    wrong = _wrong_with(records, setup.dkim_public)
    if wrong:
        return ReportLine("DKIM", Verdict.WRONG, f"{name} has {wrong}", **put)
    if "y" in records[0].get("t", "").split(":"):
        return ReportLine("DKIM", Verdict.WARN, f"{name} says that it is only tried out (t=y)", **put)
    return ReportLine("DKIM", Verdict.GOOD, f"{name} has the key that signs")


def _wrong_with(records: Sequence[dict[str, str]], public: str) -> str:
    if len(records) != 1:
        return f"{len(records)} keys; leave one" if records else "no key"
    if not records[0]["p"]:
        return "revoked its key"
    return "" if _SPACES.sub("", records[0]["p"]) == public else "another key than dkim_key_file"


def _dmarc(dns: Dns, setup: ChannelSetup) -> ReportLine:
    domain = domain_of(setup.sender)
    policy = _policy(dns, domain)
    if policy is None:
        record = f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
        return ReportLine("DMARC", Verdict.WRONG, f"{domain} has no policy", f"_dmarc.{domain}", "TXT", record)
    by_dkim = bool(setup.dkim_selector) and _aligned(setup.dkim_domain, domain, policy.get("adkim", "r"))
    returns_to = setup.return_domain or domain
    by_spf = _aligned(returns_to, domain, policy.get("aspf", "r"))
    if not by_dkim and not by_spf:
        says = f"neither {setup.dkim_domain or 'a signature'} nor {returns_to} is of {domain}: sign with its own key"
        return ReportLine("DMARC", Verdict.WRONG, says)
    how = " and ".join(name for name, there in (("DKIM", by_dkim), ("SPF", by_spf)) if there)
    if policy.get("p", "none").lower() == "none":
        says = f"aligned by {how}, but the policy of {domain} asks nothing of receivers (p=none)"
        return ReportLine("DMARC", Verdict.WARN, says)
    return ReportLine("DMARC", Verdict.GOOD, f"aligned by {how}; the policy of {domain} is {policy['p']}")


def _policy(dns: Dns, domain: str) -> dict[str, str] | None:
    """That of the domain, else of the domains above it (RFC 7489, 6.6.3)."""
    labels = domain.split(".")
    for place in range(max(1, len(labels) - 1)):
        for text in dns.texts("_dmarc." + ".".join(labels[place:])):
            tags = _tags(text)
            if tags.get("v", "").upper() == "DMARC1":
                # a policy of subdomains takes the place of that of the domain itself
                return tags | ({"p": tags["sp"]} if place and "sp" in tags else {})
    return None


def _aligned(one: str, other: str, how: str) -> bool:
    """Strict: the same; relaxed: one is the other, or both are of the same domain (without the public suffix list)."""
    one, other = one.lower(), other.lower()
    if one == other or how.lower() == "s":
        return one == other
    common = min(len(one.split(".")), len(other.split(".")), 2)
    return common > 1 and one.split(".")[-common:] == other.split(".")[-common:]


def _returns(dns: Dns, setup: ChannelSetup) -> ReportLine:
    if not setup.return_domain:
        says = f"bounces go to {setup.sender}; set return_domain so that each is matched with its mail"
        return ReportLine("MX", Verdict.WARN, says)
    domain = setup.return_domain
    exchanges = dns.exchanges(domain)
    if [each.host for each in exchanges] == ["."]:
        return ReportLine("MX", Verdict.WRONG, f"{domain} says that it takes no mail", domain, "MX", _SOME_HOST)
    if not exchanges and not dns.addresses(domain):
        says = f"{domain} is no domain that mail can come back to"
        return ReportLine("MX", Verdict.WRONG, says, domain, "MX", _SOME_HOST)
    dead = [each.host for each in exchanges if not dns.addresses(each.host)]
    if dead:
        return ReportLine("MX", Verdict.WRONG, f"{dead[0]}, which takes mail of {domain}, has no address")
    hosts = ", ".join(each.host for each in exchanges) or domain
    return ReportLine("MX", Verdict.GOOD, f"mail to {domain} comes back to {hosts}")


def _tags(text: str) -> dict[str, str]:
    """``a=b; c=d`` by name in lower case."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}
