"""Where a webhook may go: the address as it is written, and the addresses of the internet that its name may have.

Nothing here resolves a name. An URL is checked when it is given and again each time before it is used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

import idna

from docgen.findings import Refusal

MOST_URL_CHARS: Final = 2000
_HTTPS_PORT: Final = 443
_PORTS: Final = {"http": 80, "https": _HTTPS_PORT}
_PLAIN_PATH: Final = re.compile(r"[\x21-\x7e]*")
_NUMERIC: Final = re.compile(r"(\d+|0[xX][0-9a-fA-F]*)")
# RFC 6890 and its registries of special addresses, and 192.88.99.0/24 (RFC 7526)
_SPECIAL: Final = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            # inside global unicast: Teredo, benchmarks, ORCHID, documentation, 6to4
            *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        ),
    )
)
# everything else of IPv6 is special: loopback, mapped and translated IPv4, local, multicast
_GLOBAL_IPV6: Final = ip_network("2000::/3")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An URL in parts. ``host`` is ASCII, without brackets; ``path`` has the query and begins with a slash."""

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        """The URL, normalised."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def read_web_address(url: str, *, private: bool) -> WebAddress:
    """The parts of an URL to which webhooks may go.

    ``private`` is for development: it also lets through http, any port and addresses that are not of the internet.
    Raises Refusal: ``webhook-url-invalid``.
    """
    if not 1 <= len(url) <= MOST_URL_CHARS or "\\" in url or not url.isprintable() or " " in url:
        raise _invalid(f"It has 1 to {MOST_URL_CHARS} printable signs without spaces")
    if "#" in url:
        raise _invalid("It ends before #")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _invalid("It is not an URL") from None
    _check_parts(parts, private=private)
    found = WebAddress(parts.scheme, _host(parts.hostname or ""), port or _PORTS[parts.scheme], _path(parts))
    if not private:
        _check_public(found)
    return found


def is_public(address: str) -> bool:
    """True when an IP address is one of the internet: not private, not special, and no other address in disguise."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found not in _GLOBAL_IPV6:
        return False
    special = any(found in network for network in _SPECIAL if network.version == found.version)
    return not special and found.is_global


def _check_parts(parts: SplitResult, *, private: bool) -> None:
    if parts.scheme not in (("https", "http") if private else ("https",)):
        raise _invalid("It begins with https://")
    if "@" in parts.netloc:
        raise _invalid("It holds no user name and no password")
    if not _PLAIN_PATH.fullmatch(parts.path + parts.query):
        raise _invalid("Behind the host it has ASCII only; write other signs with %")


def _check_public(address: WebAddress) -> None:
    if address.port != _HTTPS_PORT:
        raise _invalid(f"It uses port {_HTTPS_PORT}")
    if _is_literal(address.host):
        if not is_public(address.host):
            raise _invalid("It names a machine on the internet, not one of a private network")
    elif "." not in address.host:
        raise _invalid("Its host is a whole name, such as hooks.example.org")


def _host(host: str) -> str:
    """In lower case, as DNS knows it (IDNA 2008 after UTS 46); an IP address as it is written shortest."""
    if "%" in host:
        raise _invalid("Its host is a name or an IP address without a zone")
    if _is_literal(host):
        return str(ip_address(host))
    name = host.removesuffix(".")
    try:
        found = idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise _invalid("Its host is not a name that DNS can have") from None
    # some resolvers read 0x7f.1 and 2130706433 as 127.0.0.1
    if _NUMERIC.fullmatch(found.rpartition(".")[2]):
        raise _invalid("Its host is a name, or an IP address in full")
    return found


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _path(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return (parts.path or "/") + query


def _invalid(reason: str) -> Refusal:
    return Refusal("webhook-url-invalid", f"Webhooks cannot go to this URL. {reason}.")
