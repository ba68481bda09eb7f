"""Template folders made in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

Files = dict[str, bytes]

TOML = """\
id = "letter"
version = "1"
title = "Letter"
languages = ["nl"]
envelope = "nl-dl-right"

[fields.name]
kind = "text"
example = "Jansen"

[fields.note]
kind = "text"
required = false

[fields.total]
kind = "amount"
example = "12.50"

[fields.day]
kind = "date"
example = 2026-11-22

[fields.count]
kind = "integer"
example = 3

[fields.paid]
kind = "boolean"
example = true

[fields.rate]
kind = "decimal"
example = 1.5

[fields.rows]
kind = "list"

[fields.rows.items.text]
kind = "text"
example = "one"

[fields.rows.items.values]
kind = "amount"
required = false
example = "1.00"
"""


@pytest.fixture
def make_files() -> Callable[..., Files]:
    """A template folder with these words; ``extra`` TOML goes at the end, ``old``/``new`` replace a part."""

    def make(
        body: str = "Hello {{ name }}", subject: str = "Hello", extra: str = "", swap: tuple[str, str] = ("", "")
    ) -> Files:
        toml = TOML.replace(*swap) + extra if swap[0] else TOML + extra
        return {"template.toml": toml.encode(), "body.nl.md": f"Subject: {subject}\n{body}".encode()}

    return make
