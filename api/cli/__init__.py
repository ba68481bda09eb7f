"""The command ``posthoorn``. Heavy imports wait until a command needs them, so that help is quick."""

from __future__ import annotations


def main() -> None:
    """Run the command; every expected trouble ends in a line on standard error and an exit code."""
    from api.cli.app import run

    raise SystemExit(run())
