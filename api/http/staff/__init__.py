"""Pages for staff behind a login: the print room's, server-rendered, every step without script."""

from __future__ import annotations
