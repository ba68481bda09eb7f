"""Finds every error code that the source can say, by reading the source."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
_PACKAGES = ("docgen", "scanning", "agreements", "api")
_REASONS = "scanning/validators/"  # what they say of an answer is shown beside it, in words of their own
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# where the code stands among the arguments of the calls that take one
_POSITION = {
    "Finding": 0,
    "ScanFinding": 0,
    "Refusal": 0,
    "Retryable": 0,
    "Permanent": 0,
    "StampMissing": 0,
    "LeaseLost": 0,
    "BadValueError": 0,
    "problem": 1,
    "_named": 1,
    "_refused": 0,
    "refused": 0,
}
_BOTH = ("brand-", "template-")
# calls that put something before the code, by file: which call, where in it, what is put before
_PREFIXED = {
    "docgen/templates/load.py": (("say", 0, ("template-",)), ("warn", 0, ("template-",)), ("_say", 0, ("template-",))),
    "docgen/templates/markdown_check.py": (("say", 1, ("template-",)),),
    "docgen/templates/jinja_check.py": (("say", 1, ("template-",)), ("say", 0, ("template-",))),
    "docgen/templates/toml_source.py": (("say", 0, _BOTH),),
    "docgen/templates/fields.py": (("say", 0, ("template-",)),),
    "docgen/templates/blocks.py": (("say", 0, ("template-",)),),
    "docgen/templates/reply.py": (("say", 0, ("template-",)),),
    "docgen/layouts/brand_file.py": (("say", 0, ("brand-",)),),
    "docgen/templates/package.py": (("_refusal", 1, _BOTH),),
    "docgen/records/columns.py": (("_refusal", 0, ("records-column-",)),),
    "docgen/postal/address.py": (("report", 1, ("address-",)),),
    "api/usecases/ready_made/uploads.py": (("_refusal", 0, ("readymade-zip-",)),),
    "docgen/templates/values.py": (("report", 1, ("",)),),
    "docgen/templates/kinds.py": (("_matching", 1, ("",)),),
    "docgen/records/validate.py": (("report", 1, ("",)),),
    "docgen/records/table.py": (("say", 0, ("",)),),
    "scanning/read.py": (("_say", 0, ("",)),),
    "api/usecases/metering/merging.py": (("say", 1, ("",)),),
    "api/usecases/metering/segment_rows.py": (("say", 1, ("",)),),
    "api/usecases/metering/replacing.py": (("_finding", 0, ("",)),),
    "api/usecases/answering/importing.py": (("found", 1, ("",)),),
    "api/usecases/answering/bringing.py": (("found", 1, ("",)),),
    "api/usecases/agreeing/people.py": (("found", 1, ("",)),),
    "agreements/questions/checks.py": (("_wrong", 0, ("",)),),
}
# these make pairs of a code and a message
_PAIRS = {"docgen/qr/epc.py": "epc-", "docgen/qr/links.py": "link-"}

# variables that hold a code
_NAMES = {"code", "BUG", "LOST_WORKER", "INTERNAL"}
_OF_VARIABLES = {"docgen/postal/address.py": "address-"}
# f-strings with the name of a thing in front, and the things there are
_THINGS = {
    "-not-found": (
        "batch",
        "brand",
        "job",
        "key",
        "organisation",
        "piece",
        "template",
        "chunk",
        "check",
        "mail-run",
        "reprint",
        "scan-batch",
        "scan-file",
        "scan-page",
        "slip",
        "slip-field",
        "slip-form",
        "campaign",
        "entry",
        "answer",
        "submission",
        "complex",
        "meter",
        "webhook",
        "webhook-delivery",
        "checkpoint",
        "message",
        "suppression",
        "bounce",
        "agreement",
        "question",
        "asking",
        "unclear",
    ),
    "-invalid": ("brand", "template"),
    "-retired": ("brand", "template"),
    "-encoding": ("brand", "template"),
    "-toml": ("brand", "template"),
    "-file-kind": ("brand-folder", "brand-zip", "template-folder", "template-zip"),
    "-outside-window": ("kix",),
}


def codes() -> dict[str, str]:
    """Every code, with a place in the source where it is said."""
    found: dict[str, str] = {}
    for path in sorted(path for package in _PACKAGES for path in (ROOT / package).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(_REASONS):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            for code in _of(node, name):
                found.setdefault(code, f"{name}:{node.lineno}")  # type: ignore[attr-defined] # calls and yields have one
    return found


def _of(node: ast.AST, name: str) -> Iterator[str]:
    match node:
        case ast.Call():
            yield from _of_call(node, name)
        case ast.Yield(value=ast.Tuple(elts=[first, *_])) if name in _PAIRS:
            yield from _literal(first, (_PAIRS[name],))
        case ast.List() if name in _PAIRS:
            for pair in node.elts:
                yield from _literal(pair.elts[0], (_PAIRS[name],)) if isinstance(pair, ast.Tuple) else ()
        case ast.Assign(targets=[ast.Name(id=variable)]) if variable in _NAMES:
            yield from _literal(node.value, (_OF_VARIABLES.get(name, ""),))
        case ast.Dict() if name == "api/http/problems.py":
            found = (code for part in (*node.keys, *node.values) for code in _literal(part, ("",)))
            yield from (code for code in found if "-" in code)
        case ast.JoinedStr() if name == "api/cli/app.py":
            yield from _head(node)


def _of_call(call: ast.Call, name: str) -> Iterator[str]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    rules = [rule for rule in _PREFIXED.get(name, ()) if rule[0] == called]
    for _, position, prefixes in rules:
        yield from _at(call, position, prefixes)
    if not rules and called in _POSITION:
        yield from _at(call, _POSITION[called], ("",))
    if called == "Trouble":
        yield from _of_command(call)


def _at(call: ast.Call, position: int, prefixes: tuple[str, ...]) -> Iterator[str]:
    if len(call.args) > position:
        yield from _literal(call.args[position], prefixes)


def _literal(value: ast.expr | None, prefixes: tuple[str, ...]) -> Iterator[str]:
    options = (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)
    for option in options:
        if isinstance(option, ast.Constant) and isinstance(option.value, str) and _CODE.fullmatch(option.value):
            yield from (prefix + option.value for prefix in prefixes)
        elif isinstance(option, ast.JoinedStr):
            yield from _composed(option)


def _composed(text: ast.JoinedStr) -> Iterator[str]:
    last = text.values[-1]
    ending = str(last.value) if isinstance(last, ast.Constant) else ""
    yield from (thing + ending for thing in _THINGS.get(ending, ()))


def _of_command(call: ast.Call) -> Iterator[str]:
    """`Trouble` says ``code: what to do``, as a literal, an f-string, or a variable called ``line``."""
    for argument in call.args[1:2]:
        yield from _head(argument)


def _head(text: ast.expr) -> Iterator[str]:
    first = text.values[0] if isinstance(text, ast.JoinedStr) else text
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and ": " in first.value:
        yield first.value.partition(": ")[0]
