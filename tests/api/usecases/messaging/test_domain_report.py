"""What others will make of mail of a channel, and what to put in DNS so that they believe it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.adapters.fakes import FakeDns
from api.ports import MailExchange
from api.usecases.messaging import spf
from api.usecases.messaging.domain_report import Verdict, check_channel
from docgen.findings import Refusal
from tests.api.usecases.messaging.post import MAIL, ORG

if TYPE_CHECKING:
    from api.ports import ChannelSetup
    from api.usecases.messaging.domain_report import ReportLine
    from tests.api.usecases.messaging.post import Post

SETUP = replace(
    MAIL,
    sent_from=("relay.example.net",),
    dkim_domain="wonen.example.org",
    dkim_selector="post1",
    dkim_public="QUJD",
    return_domain="terug.wonen.example.org",
)
KEY = "post1._domainkey.wonen.example.org"


@pytest.fixture
def right(post: Post) -> Post:
    """Everything is in DNS as it should be."""
    post.channels._setups = (SETUP,)
    post.dns.known_addresses = {"relay.example.net": ("192.0.2.7",), "mx.example.net": ("192.0.2.8",)}
    post.dns.known_texts = {
        "terug.wonen.example.org": ("v=spf1 ip4:192.0.2.0/29 -all", "something else"),
        KEY: ("v=DKIM1; k=rsa; p=QU JD",),
        "_dmarc.wonen.example.org": ("v=DMARC1; p=quarantine",),
    }
    post.dns.known_exchanges = {"terug.wonen.example.org": (MailExchange(10, "mx.example.net"),)}
    return post


def lines(post: Post, setup: ChannelSetup | None = None) -> dict[str, ReportLine]:
    if setup is not None:
        post.channels._setups = (setup,)
    return {line.topic: line for line in check_channel(post.deps, ORG, "mail").lines}


def test_what_is_right_is_said_to_be(right: Post) -> None:
    assert {topic: line.verdict for topic, line in lines(right).items()} == dict.fromkeys(
        ("SPF", "DKIM", "DMARC", "MX"), Verdict.GOOD
    )
    assert check_channel(right.deps, ORG, "mail").good


def test_other_channels_have_no_domain_and_unknown_ones_are_refused(post: Post) -> None:
    assert check_channel(post.deps, ORG, "sms").lines == ()
    with pytest.raises(Refusal, match="channel-not-found"):
        check_channel(post.deps, ORG, "nowhere")


def test_a_silent_dns_is_not_a_fault_of_the_domain(right: Post) -> None:
    right.dns.silent |= {"terug.wonen.example.org", KEY, "_dmarc.wonen.example.org"}
    assert {line.verdict for line in lines(right).values()} == {Verdict.UNKNOWN}
    assert check_channel(right.deps, ORG, "mail").good


@pytest.mark.parametrize(
    ("record", "put"),
    [
        ((), "v=spf1 ip4:192.0.2.7 -all"),
        (("v=spf1 mx ~all",), "v=spf1 mx ip4:192.0.2.7 ~all"),
        (("v=spf1 mx",), "v=spf1 mx ip4:192.0.2.7"),
        (("v=spf1 -all", "v=spf1 +all"), "v=spf1 ip4:192.0.2.7 -all"),
    ],
)
def test_a_domain_that_does_not_let_us_send_is_told_how(right: Post, record: tuple[str, ...], put: str) -> None:
    right.dns.known_texts["terug.wonen.example.org"] = record
    line = lines(right)["SPF"]
    assert (line.verdict, line.name, line.kind, line.record) == (
        Verdict.WRONG,
        "terug.wonen.example.org",
        "TXT",
        put,
    )
    # what it says to put is right
    right.dns.known_texts["terug.wonen.example.org"] = (put,)
    assert lines(right)["SPF"].verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 ip4:192.0.2.7 -all", "pass"),
        ("v=spf1 ip4:192.0.2.8/29 -all", "fail"),
        ("v=spf1 ip6:2001:db8::/32 ~all", "softfail"),
        ("v=spf1 a:relay.example.net -all", "pass"),
        ("v=spf1 a:relay.example.net/24//64 -all", "pass"),
        ("v=spf1 mx:other.example/24 -all", "pass"),
        ("v=spf1 include:nested.example -all", "pass"),
        ("v=spf1 -include:nested.example +all", "fail"),
        ("v=spf1 redirect=nested.example", "pass"),
        ("v=spf1 redirect=nowhere.example", "permerror"),
        ("v=spf1 include:nowhere.example -all", "permerror"),
        ("v=spf1 include:loop.example -all", "permerror"),
        ("v=spf1 include:many.example -all", "permerror"),
        ("v=spf1 exists:%{i}.example -all", "unsure"),
        ("v=spf1 ptr -all", "unsure"),
        ("v=spf1 nonsense -all", "permerror"),
        ("v=spf1 ip4:nonsense -all", "permerror"),
        ("v=spf1 unknown=value -all", "fail"),
        ("v=spf1", "neutral"),
        ("v=spf10 +all", "none"),
    ],
)
def test_spf_says_what_the_standard_says(record: str, result: str) -> None:
    dns = FakeDns()
    dns.known_texts = {
        "a.example": (record,),
        "nested.example": ("v=spf1 ip4:192.0.2.7 -all",),
        "loop.example": ("v=spf1 include:loop.example -all",),
        "many.example": ("v=spf1 " + " ".join(f"a:h{n}.example" for n in range(11)) + " -all",),
    }
    dns.known_addresses = {
        "relay.example.net": ("2001:db8::1", "192.0.2.99", "192.0.2.7"),
        "mx.example": ("192.0.2.1",),
    }
    dns.known_exchanges = {"other.example": (MailExchange(1, "mx.example"),)}
    assert spf.check(dns, "a.example", "192.0.2.7") == result


def test_where_mail_leaves_must_be_known(right: Post) -> None:
    assert lines(right, replace(SETUP, sent_from=("nowhere.example",)))["SPF"].verdict is Verdict.UNKNOWN
    assert lines(right, replace(SETUP, sent_from=("192.0.2.5",)))["SPF"].verdict is Verdict.GOOD
    right.dns.known_texts["terug.wonen.example.org"] = ("v=spf1 ptr -all",)
    assert lines(right)["SPF"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("texts", "verdict", "says"),
    [
        ((), Verdict.WRONG, "has no key"),
        (("v=DKIM1; p=QUJD", "v=DKIM1; p=QUJE"), Verdict.WRONG, "has 2 keys"),
        (("v=DKIM1; p=",), Verdict.WRONG, "revoked"),
        (("v=DKIM1; k=rsa; p=QUJE",), Verdict.WRONG, "another key"),
        (("v=DKIM1; t=s:y; p=QUJD",), Verdict.WARN, "tried out"),
        (("p=QUJD",), Verdict.GOOD, "the key that signs"),
    ],
)
def test_the_key_in_dns_must_be_the_one_that_signs(
    right: Post, texts: tuple[str, ...], verdict: Verdict, says: str
) -> None:
    right.dns.known_texts[KEY] = texts
    line = lines(right)["DKIM"]
    assert (line.verdict, says in line.says) == (verdict, True)
    assert (line.name, line.record) == (("", "") if verdict is Verdict.GOOD else (KEY, "v=DKIM1; k=rsa; p=QUJD"))


def test_mail_that_is_not_signed_here_could_be_better(right: Post) -> None:
    unsigned = replace(SETUP, dkim_selector="", dkim_domain="", dkim_public="")
    assert lines(right, unsigned)["DKIM"].verdict is Verdict.WARN
    assert lines(right, unsigned)["DMARC"].verdict is Verdict.GOOD
    assert lines(right, replace(unsigned, return_domain="bounces.example.net"))["DMARC"].verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("name", "text", "verdict"),
    [
        ("_dmarc.wonen.example.org", "v=DMARC1; p=reject", Verdict.GOOD),
        ("_dmarc.wonen.example.org", "v=DMARC1; p=none", Verdict.WARN),
        ("_dmarc.example.org", "v=DMARC1; p=reject", Verdict.GOOD),
        ("_dmarc.example.org", "v=DMARC1; p=reject; sp=none", Verdict.WARN),
        ("_dmarc.org", "v=DMARC1; p=reject", Verdict.WRONG),
        ("_dmarc.wonen.example.org", "v=spf1 -all", Verdict.WRONG),
        ("_dmarc.wonen.example.org", "v=DMARC1; p=reject; adkim=s; aspf=s", Verdict.GOOD),
    ],
)
def test_the_policy_is_that_of_the_domain_or_of_one_above(right: Post, name: str, text: str, verdict: Verdict) -> None:
    del right.dns.known_texts["_dmarc.wonen.example.org"]
    right.dns.known_texts[name] = (text,)
    assert lines(right)["DMARC"].verdict is verdict


def test_alignment_may_be_strict(right: Post) -> None:
    right.dns.known_texts["_dmarc.wonen.example.org"] = ("v=DMARC1; p=reject; adkim=s; aspf=s",)
    other = replace(SETUP, dkim_domain="post.wonen.example.org")
    assert lines(right, other)["DMARC"].verdict is Verdict.WRONG
    right.dns.known_texts["_dmarc.wonen.example.org"] = ("v=DMARC1; p=reject",)
    assert lines(right, other)["DMARC"].verdict is Verdict.GOOD


def test_bounces_must_have_somewhere_to_go(right: Post) -> None:
    assert lines(right, replace(SETUP, return_domain=""))["MX"].verdict is Verdict.WARN
    right.dns.known_exchanges = {"terug.wonen.example.org": (MailExchange(0, "."),)}
    assert lines(right, SETUP)["MX"].verdict is Verdict.WRONG
    right.dns.known_exchanges = {}
    assert lines(right)["MX"].record == "10 your.mail.host"
    right.dns.known_addresses["terug.wonen.example.org"] = ("192.0.2.9",)
    assert lines(right)["MX"].verdict is Verdict.GOOD
    right.dns.known_exchanges = {"terug.wonen.example.org": (MailExchange(0, "dead.example"),)}
    assert "dead.example" in lines(right)["MX"].says
