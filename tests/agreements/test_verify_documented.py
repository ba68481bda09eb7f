"""docs/evidence.md tells every code that the verifier can say, and only those."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from agreements import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE = re.compile(r"[a-z]+(-[a-z]+)+")
_DOCS = Path(__file__).parents[2] / "docs" / "evidence.md"


def _said() -> Iterator[str]:
    for node in ast.walk(ast.parse(Path(verify.__file__).read_text("utf-8"))):
        first: ast.expr | None = None
        if isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0] if called in ("say", "Wrong") else None
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            first = node.value.elts[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and _CODE.fullmatch(first.value):
            yield first.value


def test_every_code_is_told_once() -> None:
    lines = _DOCS.read_text("utf-8").splitlines()
    told = [line.split("`")[1] for line in lines if line.startswith("| `") and _CODE.fullmatch(line.split("`")[1])]
    assert sorted(told) == sorted(set(_said()))
