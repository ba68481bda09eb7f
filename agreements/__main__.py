"""Work with agreements without a service.

python -m agreements verify FILE

Checks a file of evidence; `agreements.verify` is that check, and runs alone as well.
"""

from __future__ import annotations

import sys

from agreements import verify


def main(arguments: list[str] | None = None) -> int:
    """Run; the exit code is that of the check, or 2 when no such command exists."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] != ["verify"]:
        sys.stderr.write("usage: python -m agreements verify FILE\n")
        return 2
    return verify.main(given[1:])


if __name__ == "__main__":
    sys.exit(main())
