"""Work with agreements without a service.

python -m agreements verify FILE
python -m agreements proof EVIDENCE.json BRAND_DIR OUT.pdf

The first checks a file of evidence; `agreements.verify` is that check, and runs alone as well. The second draws it.
"""

from __future__ import annotations

import sys

from agreements import verify


def main(arguments: list[str] | None = None) -> int:
    """Run; the exit code is that of the command, or 2 when no such command exists."""
    given = sys.argv[1:] if arguments is None else arguments
    match given[:1]:
        case ["verify"]:
            return verify.main(given[1:])
        case ["proof"]:
            # drawing takes half a second to load, which checking need not wait for
            from agreements.proof.command import main as proof  # noqa: PLC0415 - see above

            return proof(given[1:])
    sys.stderr.write("usage: python -m agreements verify FILE, or: proof EVIDENCE.json BRAND_DIR OUT.pdf\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
