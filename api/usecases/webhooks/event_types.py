"""Names of events for the world outside: dotted types, made from the names in the journal by one table.

A name in the journal is ``thing-what-happened``. Its type is ``thing.what_happened``, so a new event needs nothing
here unless its thing has more than one word, or its name does not begin with the thing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TEST: Final = "webhook-test"
MOST_TYPES: Final = 100
MOST_TYPE_CHARS: Final = 100

THINGS: Final[Mapping[str, str]] = {
    "entry-host": "entry_host",
    "mail-run": "mail_run",
    "scan-batch": "scan_batch",
    "scan-file": "scan_file",
    "scan-page": "scan_page",
    "slip-policy": "slip_policy",
}
"""Things of more than one word, by how names in the journal begin."""

NAMES: Final[Mapping[str, str]] = {
    "logged-in": "user.logged_in",
    "logged-out": "user.logged_out",
    "login-paused": "user.login_paused",
    "login-unlocked": "user.login_unlocked",
    "password-changed": "user.password_changed",
    "printed-by": "batch.printed_by",
    "roles-changed": "user.roles_changed",
}
"""Names that do not begin with their thing."""

_PATTERN: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(\.\*)?")
_EVENT_ID: Final = re.compile(r"evt_(\d{1,18})", re.ASCII)


def type_of(name: str) -> str:
    """The dotted type of an event with this name in the journal."""
    if name in NAMES:
        return NAMES[name]
    for begin, thing in THINGS.items():
        if name.startswith(f"{begin}-"):
            return f"{thing}.{_word(name[len(begin) + 1 :])}"
    thing, _, what = name.partition("-")
    return f"{thing}.{_word(what)}" if what else f"{thing}.{thing}"


def matches(patterns: Iterable[str], event_type: str) -> bool:
    """Whether one of the patterns is this type or has it under its ``.*``; no patterns at all match everything."""
    listed = tuple(patterns)
    return not listed or any(_matches(pattern, event_type) for pattern in listed)


def checked_types(patterns: Iterable[str]) -> tuple[str, ...]:
    """The patterns in order, each once. Raises Refusal: ``webhook-types-invalid``."""
    wanted = tuple(dict.fromkeys(patterns))
    if len(wanted) > MOST_TYPES:
        raise Refusal("webhook-types-invalid", f"Name at most {MOST_TYPES} types; use record.* for all about records.")
    for pattern in wanted:
        if len(pattern) > MOST_TYPE_CHARS or not _PATTERN.fullmatch(pattern):
            shown = pattern[:MOST_TYPE_CHARS]
            raise Refusal("webhook-types-invalid", f"{shown!r} is no type: write job.released, or job.* for all.")
    return wanted


def event_id(number: int) -> str:
    """How an event is named outside: its number in the journal behind ``evt_``."""
    return f"evt_{number}"


def number_of(event: str) -> int:
    """The number of an event id. Raises Refusal: ``event-id-invalid``."""
    found = _EVENT_ID.fullmatch(event)
    if found is None:
        raise Refusal("event-id-invalid", "An event id is evt_ and a number, as in the list of events.")
    return int(found[1])


def _matches(pattern: str, event_type: str) -> bool:
    if pattern.endswith(".*"):
        return event_type.startswith(pattern[:-1])
    return pattern == event_type


def _word(text: str) -> str:
    return text.replace("-", "_")
