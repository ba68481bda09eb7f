"""Passwords: which ones are good enough, and how they are kept (argon2id, RFC 9106)."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from docgen.findings import Refusal

LEAST_CHARACTERS: Final = 12
MOST_CHARACTERS: Final = 200
# a hash takes 64 MiB: forty people at once must not take the machine down
_AT_ONCE: Final = BoundedSemaphore(2)
# RFC 9106, 4: the second recommended option, for machines with less memory
HASHER: Final = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)


_ONE_TIME: Final = "once "
_GROUPS, _GROUP_CHARACTERS = 4, 4


def one_time_password(secret: str) -> str:
    """What somebody is told to log in with once, in groups to read out; of a random text of 16 characters or more."""
    groups = [secret[at * _GROUP_CHARACTERS :][:_GROUP_CHARACTERS] for at in range(_GROUPS)]
    return "-".join(groups)


def hashed_one_time(password: str) -> str:
    """As `hashed`, with a note that it is good for choosing another and for nothing else."""
    return _ONE_TIME + hashed(password)


def is_one_time(password_hash: str) -> bool:
    """True when it is of `hashed_one_time`."""
    return password_hash.startswith(_ONE_TIME)


def checked_password(password: str, login: str) -> str:
    """The password, if it is long and not the login. Raises Refusal: ``password-too-short``, ``password-too-long``.

    Also ``password-is-login``. Nothing else is asked: length is what helps (NIST SP 800-63B, 3.1.1.2).
    """
    if len(password) < LEAST_CHARACTERS:
        message = f"A password has at least {LEAST_CHARACTERS} characters; four or five words are easy to remember."
        raise Refusal("password-too-short", message)
    if len(password) > MOST_CHARACTERS:
        raise Refusal("password-too-long", f"A password has at most {MOST_CHARACTERS} characters.")
    if login.casefold() in {password.casefold(), password.casefold()[::-1]}:
        raise Refusal("password-is-login", "The password is the login name; choose another.")
    return password


def hashed(password: str) -> str:
    """Argon2's text, with salt and parameters."""
    with _AT_ONCE:
        return HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """True when it is the password; with None it takes as long to say no."""
    with _AT_ONCE:
        nobody = _of_nobody()
        try:
            HASHER.verify((password_hash or nobody).removeprefix(_ONE_TIME), password)
        except VerifyMismatchError:
            return False
    return password_hash is not None


def keyed_digest(secret: bytes, purpose: str, text: str) -> str:
    """What is counted or compared without being kept: nobody without the installation's secret can make it."""
    return hmac.digest(secret, f"{purpose}\0{text}".encode(), hashlib.sha256).hex()


@cache
def _of_nobody() -> str:
    return HASHER.hash("nobody has this password")
