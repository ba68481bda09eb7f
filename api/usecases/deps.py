"""What every use case is given: the ports, the secret of the installation and the limits from the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from api.ports import Channels, Dns, NoChannels, NoDns, NoSealer, ReadBackPolicy, Sealer
from api.usecases.equipment import Equipment, equipment_with

if TYPE_CHECKING:
    from api.ports import Blobs, CheckpointShelf, Clock, Database, Ids, TimeStamper


@dataclass(frozen=True, slots=True)
class Limits:
    """Values of the settings that use cases need; ``file_`` limits are of one print file.

    ``read_back`` says how much of a batch is read back, ``read_back_sample`` how many letters of it with a sample, in
    parts of ``check_pieces``. ``webhook_private`` lets webhooks go to addresses that are not of the internet.
    """

    max_body_bytes: int = 1 << 30
    max_records: int = 80_000
    shard_records: int = 500
    chunk_pieces: int = 500
    file_letters: int = 1_000
    file_pages: int = 10_000
    file_bytes: int = 500_000_000
    lease_s: float = 30.0
    read_back: ReadBackPolicy = ReadBackPolicy.FULL
    read_back_sample: int = 1_000
    check_pieces: int = 200
    webhook_private: bool = False


@dataclass(frozen=True, slots=True)
class Deps:
    """The world as use cases see it. ``secret`` (16 bytes or more) makes entry links and codes.

    ``channels`` carry messages to recipients, ``dns`` is asked about domains of mail. ``sealer`` seals proofs,
    ``time_stamper`` stamps checkpoints of evidence, and ``checkpoint_shelf`` is where those are put as files.
    """

    database: Database
    blobs: Blobs
    clock: Clock
    ids: Ids
    secret: bytes
    limits: Limits = Limits()
    equipment: Equipment = field(default_factory=partial(equipment_with, {}))
    channels: Channels = field(default_factory=NoChannels)
    dns: Dns = field(default_factory=NoDns)
    sealer: Sealer = field(default_factory=NoSealer)
    time_stamper: TimeStamper | None = None
    checkpoint_shelf: CheckpointShelf | None = None
