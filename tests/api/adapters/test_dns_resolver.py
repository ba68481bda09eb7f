"""Answers of DNS, from a server of the test on loopback."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from api.adapters.dns_resolver import ResolverDns
from api.ports import MailExchange, Retryable

if TYPE_CHECKING:
    from collections.abc import Iterator

# so many that no server gives them in order by chance
WORDS = ("other", "d", "a", "c", "b")
RECORDS = {
    ("wonen.example.", "TXT"): ['"v=spf1 ip4:192.0.2.1 " "-all"', *(f'"{word}"' for word in WORDS)],
    ("wonen.example.", "MX"): ["20 mx2.wonen.example.", "10 MX1.wonen.example."],
    ("nomail.example.", "MX"): ["0 ."],
    ("wonen.example.", "A"): ["192.0.2.1"],
    ("wonen.example.", "AAAA"): ["2001:db8::1"],
}


@pytest.fixture
def resolver() -> Iterator[dns.resolver.Resolver]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(server,), daemon=True)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = server.getsockname()[1]
        yield resolver
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as goodbye:
            goodbye.sendto(b"", server.getsockname())
        thread.join(5)


def _serve(server: socket.socket) -> None:
    while True:
        data, peer = server.recvfrom(4096)
        if not data:
            return
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
        answer = dns.message.make_response(query)
        found = RECORDS.get((name, kind))
        if found:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif name == "broken.example.":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif not any(known == name for known, _ in RECORDS):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        server.sendto(answer.to_wire(), peer)


def test_records_are_read(resolver: dns.resolver.Resolver) -> None:
    asked = ResolverDns(resolver)
    assert asked.texts("wonen.example") == ("a", "b", "c", "d", "other", "v=spf1 ip4:192.0.2.1 -all")
    assert asked.exchanges("wonen.example") == (
        MailExchange(10, "mx1.wonen.example"),
        MailExchange(20, "mx2.wonen.example"),
    )
    assert asked.exchanges("nomail.example") == (MailExchange(0, "."),)
    assert asked.addresses("wonen.example") == ("192.0.2.1", "2001:db8::1")


def test_what_is_not_there_is_empty_and_silence_is_a_fault(resolver: dns.resolver.Resolver) -> None:
    asked = ResolverDns(resolver)
    assert asked.texts("nowhere.example") == asked.exchanges("nowhere.example") == ()
    assert asked.addresses("nomail.example") == ()
    for name in ("broken.example", "a" * 64 + ".example"):
        with pytest.raises(Retryable, match="dns-unavailable"):
            asked.texts(name)
