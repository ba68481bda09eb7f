"""What a message says: which event about which thing, and ids of others; whoever wants more fetches it with a key."""

from __future__ import annotations

import json
import re
from datetime import UTC
from typing import TYPE_CHECKING, Final

from api.usecases.webhooks.event_types import event_id, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.ports import Event

MOST_BYTES: Final = 20_000
# ids of ours: never a word that somebody typed
_ID: Final = re.compile(r"[a-z]{3}_[0-9a-z]{20,40}", re.ASCII)
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_MOST_IDS: Final = 50


def body_of(event: Event) -> bytes:
    """The same bytes each time for the same event."""
    about = {"id": event.subject_id, "event_id": event_id(event.number)}
    ids = dict(_ids(event))
    moment = event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said = {"type": type_of(event.name), "timestamp": moment, "data": ids | about}
    return json.dumps(said, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def _ids(event: Event) -> Iterator[tuple[str, str]]:
    for key, value in sorted(event.data.items())[:_MOST_IDS]:
        if isinstance(value, str) and _ID.fullmatch(value) and _KEY.fullmatch(key):
            yield key, value
