"""The file of channels, strictly read: what is not understood is refused, so that nothing is left unsent silently."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from api.adapters.channel_entry import ChannelEntry, ChannelTools
from api.adapters.mail_entry import MailEntry
from api.adapters.sms_entry import SmsEntry
from api.ports import channel_not_found
from docgen.findings import Finding, Place, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from api.ports import Channel, ChannelSetup, Clock

KINDS: Final[Mapping[str, type[ChannelEntry]]] = {"mail": MailEntry, "sms": SmsEntry}
"""What a table of the file may be, ``[[mail]]`` and so on."""

_RESERVED: Final = "test"
_MOST_BYTES: Final = 262_144


class FileChannels:
    """`api.ports.Channels` as a file says."""

    def __init__(self, entries: Sequence[ChannelEntry], tools: ChannelTools) -> None:
        """Raises ValueError as `ChannelEntry.setup`."""
        self._tools = tools
        self._entries = {(entry.organisation, entry.name): entry for entry in entries}
        self._setups = [entry.setup(tools) for entry in entries]

    def all(self) -> Sequence[ChannelSetup]:
        """In the order of the file."""
        return tuple(self._setups)

    def setups(self, organisation_id: str) -> Sequence[ChannelSetup]:
        """In the order of the file."""
        return tuple(each for each in self._setups if each.organisation_id == organisation_id)

    def channel(self, organisation_id: str, name: str) -> Channel:
        """A new one each time: whoever sends has connections of its own."""
        entry = self._entries.get((organisation_id, name))
        if entry is None:
            raise channel_not_found(organisation_id, name)
        return entry.open(self._tools)


def read_channels(path: Path, clock: Clock) -> FileChannels:
    """The channels of a file; files that it names are beside it unless their paths are whole.

    Raises Refusal: ``channels-invalid``, with a finding for each thing that is wrong.
    """
    try:
        data = path.read_bytes()
        tables = tomllib.loads(data.decode("utf-8-sig"))
    except OSError as error:
        raise _refusal(
            [Finding("channels-unreadable", f"{path} cannot be read: {error.strerror}.", _at(path))]
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refusal([Finding("channels-malformed", f"{path} is not TOML: {error}.", _at(path))]) from None
    if len(data) > _MOST_BYTES:
        raise _refusal([Finding("channels-malformed", f"{path} has more than {_MOST_BYTES:,} bytes.", _at(path))])
    found = list(_read(path, tables, ChannelTools(clock, path.parent)))
    entries = [each for each in found if isinstance(each, ChannelEntry)]
    findings = [each for each in found if isinstance(each, Finding)] + list(_doubled(path, entries))
    if findings:
        raise _refusal(findings)
    return FileChannels(entries, ChannelTools(clock, path.parent))


def _read(path: Path, tables: Mapping[str, object], tools: ChannelTools) -> Iterator[ChannelEntry | Finding]:
    for kind, listed in tables.items():
        if kind not in KINDS or not isinstance(listed, list):
            known = ", ".join(f"[[{each}]]" for each in KINDS)
            yield Finding("channel-kind-unknown", f"There is no use for {kind!r}; write {known}.", _at(path, kind))
            continue
        for number, values in enumerate(listed, 1):
            yield from _entry(path, f"{kind} {number}", KINDS[kind], values, tools)


def _entry(
    path: Path, where: str, kind: type[ChannelEntry], values: object, tools: ChannelTools
) -> Iterator[ChannelEntry | Finding]:
    try:
        entry = kind.model_validate(values)
        entry.setup(tools)
    except ValidationError as error:
        for each in error.errors():
            field = ".".join(str(part) for part in each["loc"]) or "entry"
            reason = each["msg"].removeprefix("Value error, ")
            yield Finding("channel-invalid", f"{where}, {field}: {reason}.", _at(path, f"{where} {field}"))
    except ValueError as error:
        yield Finding("channel-invalid", f"{where}: {error}.", _at(path, where))
    else:
        yield entry


def _doubled(path: Path, entries: Sequence[ChannelEntry]) -> Iterator[Finding]:
    seen = set[tuple[str, str]]()
    for entry in entries:
        key = (entry.organisation, entry.name)
        if key in seen or entry.name == _RESERVED:
            message = f"{entry.organisation} has two channels {entry.name!r}, or one with the name test; rename it."
            yield Finding("channel-doubled", message, _at(path, entry.name))
        seen.add(key)


def _at(path: Path, column: str | None = None) -> Place:
    return Place(file=str(path), column=column)


def _refusal(findings: Sequence[Finding]) -> Refusal:
    return Refusal("channels-invalid", "The file of channels cannot be used; see docs/channels.md.", tuple(findings))
