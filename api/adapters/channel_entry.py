"""What every entry in the file of channels says, whatever it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

if TYPE_CHECKING:
    from pathlib import Path

    from api.ports import Channel, ChannelSetup, Clock

Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$", max_length=320)]
"""Text of one line."""


class ChannelTools(NamedTuple):
    """What an entry is opened with: the clock, and the folder that names of files are read from."""

    clock: Clock
    folder: Path


class ChannelEntry(BaseModel):
    """One table of the file. Secrets are in files of their own, which are named here.

    Each kind of channel is a class beside this one, named in `api.adapters.channel_file.KINDS`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    organisation: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    most_a_minute: Annotated[int, Field(ge=0, le=100_000)] = 0

    def setup(self, tools: ChannelTools) -> ChannelSetup:
        """What use cases know of it. Raises ValueError when a file that it names is of no use."""
        raise NotImplementedError

    def open(self, tools: ChannelTools) -> Channel:
        """A channel to send with; nothing is connected yet."""
        raise NotImplementedError


def secret_in(tools: ChannelTools, name: str) -> str:
    """The only line of a file with a secret; empty when no file is named. Raises ValueError: it cannot be read."""
    return secret_file(tools, name).decode().strip() if name else ""


def secret_file(tools: ChannelTools, name: str) -> bytes:
    """A file with a secret. Raises ValueError: it cannot be read, or is empty."""
    try:
        content = (tools.folder / name).read_bytes()
    except OSError as error:
        raise ValueError(f"{name} cannot be read ({error.strerror})") from None
    if not content.strip():
        raise ValueError(f"{name} is empty")
    return content
