"""Read without a service.

python -m scanning read FILE... --forms DIR [--json]    what is on each page of scans
python -m scanning read-digits FILE.npz                 how well digits are read, as one line of JSON

The exit code is 0 when all was read, 1 when a file could not be read to its end, and 2 when the command or its input
is wrong.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from docgen.findings import Refusal
from scanning.command import main as read
from scanning.digits.command import main as read_digits

if TYPE_CHECKING:
    from collections.abc import Callable

_COMMANDS: dict[str, Callable[[list[str]], int]] = {"read": read, "read-digits": read_digits}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    command = _COMMANDS.get(given[0]) if given else None
    if command is None:
        asked_for_help = given[:1] in (["-h"], ["--help"])
        stream = sys.stdout if asked_for_help else sys.stderr
        stream.write(f"usage: python -m scanning {{{','.join(_COMMANDS)}}} ...\n")
        return 0 if asked_for_help else 2
    try:
        return command(given[1:])
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
