"""What the fork server for scans has loaded before its first child."""

from __future__ import annotations

import cv2

from scanning.intake import child, isolated

LOADED = (child, isolated)  # with all readers


def prepare() -> None:
    """No thread may run where processes are forked, and a child has one core."""
    cv2.setNumThreads(1)
