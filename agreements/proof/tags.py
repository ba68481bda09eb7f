"""The structure tree of a tagged PDF (ISO 32000-1, 14.7): what each piece of ink is, in the order of reading."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tag:
    """An element of the structure; ``kids`` are elements, and (page from 0, marked-content id) of ink.

    ``alt`` says what a picture shows; ``scope`` is of a head of a table: ``Row`` or ``Column``.
    """

    kind: str
    alt: str = ""
    scope: str = ""
    kids: list[Tag | tuple[int, int]] = field(default_factory=list)

    def add(self, kind: str, *, alt: str = "", scope: str = "") -> Tag:
        """A new element at the end of this one."""
        tag = Tag(kind, alt, scope)
        self.kids.append(tag)
        return tag
