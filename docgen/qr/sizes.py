"""How large a symbol will be, before it is made: capacities of ISO/IEC 18004 table 7 at level M, and sizes on paper."""

from __future__ import annotations

import re

MODULE_MM = 12 * 25.4 / 600  # 0.508 mm: 12 dots at 600 dpi, 6 at 300
QUIET_MODULES = 4

_BYTES_M = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331)
_ALPHANUMERIC_M = (20, 38, 61, 90, 122, 154, 178, 221, 262, 311, 366, 419, 483)
_ALPHANUMERIC = re.compile(rb"[0-9A-Z $%*+\-./:]*")


def version_at_m(payload: bytes) -> int | None:
    """The smallest version at level M that holds ``payload`` in one mode; None above version 13."""
    capacities = _ALPHANUMERIC_M if _ALPHANUMERIC.fullmatch(payload) else _BYTES_M
    return next((i for i, capacity in enumerate(capacities, 1) if len(payload) <= capacity), None)


def modules(version: int) -> int:
    """Modules along one side, quiet zone not included."""
    return 17 + 4 * version


def side_mm(version: int, module_mm: float = MODULE_MM, quiet_modules: int = QUIET_MODULES) -> float:
    """Length of one side on paper, quiet zone included."""
    return (modules(version) + 2 * quiet_modules) * module_mm
