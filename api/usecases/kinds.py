"""Kinds of work, and which goes first: a small job is not kept waiting by the chunks of a large one."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class WorkKind(StrEnum):
    """What a worker can do.

    The subject is the id of a job, a shard, a job, a chunk, a batch, a check, a reprint, a scanned file, a page of it,
    an endpoint of webhooks, a campaign with a day, a file of answers, a lane of messages.
    an endpoint of webhooks, a campaign with a day, a lane of messages.
    an endpoint of webhooks, a lane of messages, a list of people to ask.
    """

    VALIDATE = "validate"
    VALIDATE_SHARD = "validate_shard"
    PLAN = "plan"
    COMPOSE_CHUNK = "compose_chunk"
    WRITE_BATCH = "write_batch"
    CHECK_PART = "check_part"
    REPRINT = "reprint"
    READ_SCAN = "read_scan"
    READ_PAGE = "read_page"
    DELIVER_WEBHOOKS = "deliver_webhooks"
    REMIND = "remind"
    IMPORT_ANSWERS = "import_answers"
    SEND_MESSAGES = "send_messages"
    ASK_PEOPLE = "ask_people"
    STAMP_CHECKPOINT = "stamp_checkpoint"


FIRST: Final = 3
SOON: Final = 4
IN_TURN: Final = 5
LAST: Final = 6
