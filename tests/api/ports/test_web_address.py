"""Where webhooks may go: addresses of the internet over https, however a private one is dressed up."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.ports import is_public, read_web_address
from docgen.findings import Refusal

PRIVATE = [
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1"),  # noqa: S104 - not to listen on
    *("172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7"),
    *("203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::7f00:1"),
    *("64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::1"),
    *("2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1"),
    *("ff02::1", "localhost", "", "127.1", "0x7f000001", "2130706433"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_of_the_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:2800:220:1::1", "2a00:1450::1"])
def test_what_is_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_is_public_in_disguise(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for inside in (0xFFFF << 32, 0x64FF9B << 96, 0):
        assert not is_public(str(ipaddress.IPv6Address(inside | number)))
    assert not is_public(str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80))))


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    special = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
    assert not (is_public(str(address)) and (special or address.is_reserved or address.is_unspecified))


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://hooks.example.org", "https://hooks.example.org/"),
        ("https://Hooks.Example.ORG:443/a/B?c=%20d", "https://hooks.example.org/a/B?c=%20d"),
        ("https://b\u00fccher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://stra\u00dfe.example/", "https://xn--strae-oqa.example/"),
        ("https://hooks.example.org./x", "https://hooks.example.org/x"),
        ("https://93.184.216.34/", "https://93.184.216.34/"),
        ("https://[2606:2800:220:1:0:0:0:1]/x", "https://[2606:2800:220:1::1]/x"),
    ],
)
def test_an_url_is_normalised_and_stays_as_it_is_then(url: str, normal: str) -> None:
    assert str(read_web_address(url, private=False)) == normal
    assert str(read_web_address(normal, private=False)) == normal


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks.example.org", "http://hooks.example.org/", "ftp://hooks.example.org/", "file:///etc/passwd"),
        *("https://", "https:///x", "https://user@hooks.example.org/", "https://u:p@hooks.example.org/"),
        *("https://@hooks.example.org/", "https://hooks.example.org:80/", "https://hooks.example.org:8443/"),
        *("https://hooks.example.org:99999/", "https://hooks.example.org:x/", "https://hooks.example.org/#a"),
        *("https://hooks.example.org/#", "https://hooks.example.org\\@127.0.0.1/", "https://hooks.example.org/a b"),
        *("https://hooks.example.org/a\nb", "https://hooks.example.org/\u00e9", "https://ho\tst.example/"),
        *("https://localhost/", "https://intranet/", "https://127.0.0.1/", "https://[::1]/", "https://[fe80::1%25e]/"),
        *("https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://1.2.3/"),
        *(
            "https://[::ffff:8.8.8.8]/",
            "https://169.254.169.254/latest",
            "https://a..b.example/",
            "https://-a.example/",
        ),
        *(f"https://{'a' * 64}.example/", f"https://a.example/{'a' * 2000}", "https://[::1/", "https://a_b .example/"),
        "https://127\u30020\u30020\u30021/",
    ],
)
def test_what_webhooks_cannot_go_to_is_refused(url: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_web_address(url, private=False)
    assert refused.value.code == "webhook-url-invalid"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/x", "https://localhost:8443/", "http://[::1]:80/", "http://a/"])
def test_development_may_use_anything_of_this_machine(url: str) -> None:
    address = read_web_address(url, private=True)
    assert address.host in ("127.0.0.1", "localhost", "::1", "a")


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://hooks.example.org/{text}"):
        try:
            address = read_web_address(url, private=False)
        except Refusal:
            continue
        assert (address.scheme, address.port) == ("https", 443)
        assert str(read_web_address(str(address), private=False)) == str(address)
