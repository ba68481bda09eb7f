"""Exit codes, and which trouble ends in which."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script can rely on."""

    OK = 0
    FINDINGS = 1  # the work was looked at and is not good: findings, a rejected or failed job
    USAGE = 2  # the command itself is wrong (the parser's own code)
    REFUSED = 3  # the service, or the part of it in this command, refuses
    NOT_ALLOWED = 4  # no key, an unknown or revoked one, or a role that is missing
    NOT_FOUND = 5
    CONFLICT = 6
    UNREACHABLE = 7  # nobody answers, or not now: trying again may help
    BROKEN = 70  # a fault of the service


class Trouble(Exception):  # noqa: N818 - the word of the house
    """Expected trouble of a command: what to say, a line each, and how to end."""

    def __init__(self, code: ExitCode, *lines: str) -> None:
        """The first line has the stable code."""
        super().__init__(*lines)
        self.code = code
        self.lines = lines


_OF_STATUS = {
    401: ExitCode.NOT_ALLOWED,
    403: ExitCode.NOT_ALLOWED,
    404: ExitCode.NOT_FOUND,
    409: ExitCode.CONFLICT,
    500: ExitCode.BROKEN,
    503: ExitCode.UNREACHABLE,
}


def of_status(status: int) -> ExitCode:
    """The exit code for an HTTP status."""
    return _OF_STATUS.get(status, ExitCode.REFUSED)
