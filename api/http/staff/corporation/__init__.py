"""Pages of a corporation: letters are checked, looked at, sent and followed; templates and brands are tried."""

from __future__ import annotations
