"""What mail carries to tell whose it is when it comes back: ids, signed return paths, links that stop more of it."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from docgen.crockford import base32

if TYPE_CHECKING:
    from api.ports import ChannelSetup

_SIGNS: Final = 8
_BOUNCE: Final = "bounce+"
_RETURN: Final = re.compile(rf"bounce\+(msg_[0-9a-z]{{1,40}})\.([0-9a-z]{{{_SIGNS}}})@", re.ASCII | re.IGNORECASE)
_STOP: Final = re.compile(rf"([0-9a-z]{{1,40}})\.([0-9a-z]{{{_SIGNS}}})", re.ASCII | re.IGNORECASE)
_MESSAGE_ID: Final = re.compile(r"<(msg_[0-9a-z]{1,40})@", re.ASCII | re.IGNORECASE)


class ReturnPath(NamedTuple):
    """What a return path says; ``genuine`` when its signature is ours."""

    message_id: str
    genuine: bool


def message_id_of(setup: ChannelSetup, message_id: str) -> str:
    """The Message-ID of mail (RFC 5322, 3.6.4), the same however often it is sent."""
    return f"<{message_id}@{domain_of(setup.sender)}>"


def read_message_id(text: str) -> str:
    """Our id in a Message-ID of ours, or empty. Anybody who got the mail can write one."""
    found = _MESSAGE_ID.search(text)
    return found[1].lower() if found else ""


def return_path(secret: bytes, setup: ChannelSetup, message_id: str) -> str:
    """Where bounces of this one message go, signed; the sender's own address when nothing takes bounces."""
    if not setup.return_domain:
        return setup.sender
    return f"{_BOUNCE}{message_id}.{_sign(secret, 'return-path', message_id)}@{setup.return_domain}"


def read_return_path(secret: bytes, address: str) -> ReturnPath | None:
    """What an address says, None when it is no return path. Mail servers may have changed the case of its letters."""
    found = _RETURN.search(address)
    if found is None:
        return None
    message_id = found[1].lower()
    genuine = hmac.compare_digest(found[2].lower(), _sign(secret, "return-path", message_id))
    return ReturnPath(message_id, genuine)


def stop_path(secret: bytes, message_id: str) -> str:
    """The end of the link that stops messages of this kind, on the host of the brand. Short: it fits on a line."""
    return f"/stop/{message_id.removeprefix('msg_')}.{_sign(secret, 'stop-messages', message_id)}"


def read_stop(secret: bytes, text: str) -> str:
    """The id of the message whose link this is (what follows ``/stop/``), or empty."""
    found = _STOP.fullmatch(text)
    if found is None:
        return ""
    message_id = f"msg_{found[1].lower()}"
    genuine = hmac.compare_digest(found[2].lower(), _sign(secret, "stop-messages", message_id))
    return message_id if genuine else ""


def domain_of(address: str) -> str:
    """What is behind the last @, in lower case."""
    return address.rpartition("@")[2].lower()


def _sign(secret: bytes, purpose: str, message_id: str) -> str:
    return base32(hmac.digest(secret, f"{purpose}\0{message_id}".encode(), sha256), _SIGNS).lower()
