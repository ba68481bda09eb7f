"""What no byte to a recipient may have, and the headers that every page has."""

from __future__ import annotations

import re

NAMES = re.compile(rb"post-?hoorn|fastapi|starlette|uvicorn|python|jinja|problem\+json|sqlite|reportlab", re.IGNORECASE)
SAFE = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
