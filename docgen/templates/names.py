"""Names that a template's texts may use besides its declared fields, and names it may not declare."""

from __future__ import annotations

import keyword
import re
from typing import Final

from docgen.templates.model import Field, FieldKind

BUILT_IN: Final = {
    field.name: field
    for field in (
        Field("record_id", FieldKind.TEXT),
        Field("recipient_name", FieldKind.TEXT),
        Field("brand_name", FieldKind.TEXT),
        Field("brand_legal_name", FieldKind.TEXT),
        Field("brand_phone", FieldKind.TEXT),
        Field("brand_email", FieldKind.TEXT),
        Field("brand_web", FieldKind.TEXT),
        Field("brand_hours", FieldKind.TEXT),
        Field("entry_host", FieldKind.TEXT),
        Field("entry_code", FieldKind.TEXT),
    )
}
"""Values that come from the letter and the brand, not from the record: ``extra`` of `TextPlan.render`."""

FIXED_KEYS: Final = ("record_id", "language", "recipient")
"""The parts of every record that no template declares."""

_JINJA_WORDS: Final = frozenset({"loop", "true", "false", "none", "self", "super", "caller", "varargs", "kwargs"})
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


def name_problem(name: str) -> str | None:
    """Why a field may not have this name, or None."""
    if not _NAME.fullmatch(name):
        return "use a small letter first, then small letters, digits and _ (at most 40)"
    if name in BUILT_IN or name in FIXED_KEYS:
        return "the name is taken by a value that every letter has; choose another"
    if name in _JINJA_WORDS or keyword.iskeyword(name):
        return "the name is a word of the template language; choose another"
    return None
