"""Check that a template text always ends, stays small and uses only what is declared: an allow-list over its tree.

What is allowed: printing a field, an item field of the loop, a constant; our filters; ``if`` with comparisons,
``and``, ``or``, ``not``; one ``for`` over a declared list, not inside another. Nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from jinja2 import TemplateSyntaxError, nodes

from docgen.findings import Finding, Place, Severity
from docgen.templates.filters import FILTER_RULES, PLAIN_KINDS, SUGGESTED_FILTER
from docgen.templates.jinja import environment
from docgen.templates.model import Field, FieldKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_DEEPEST: Final = 30
"""Levels of ``if`` and of expressions inside each other: more would end in Python's own limits, far later."""

_NUMERIC: Final = frozenset({FieldKind.INTEGER, FieldKind.DECIMAL})
_LOOP_FIELDS: Final = {"index": FieldKind.INTEGER, "first": FieldKind.BOOLEAN, "last": FieldKind.BOOLEAN}
_ORDERING: Final = frozenset({"gt", "gteq", "lt", "lteq"})
_FORBIDDEN: Final[Mapping[type[nodes.Node], str]] = {
    nodes.Assign: "set",
    nodes.AssignBlock: "set",
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.With: "with",
    nodes.FilterBlock: "filter",
}

_EXPRESSIONS: Final[Mapping[type[nodes.Node], str]] = {
    nodes.Call: "A call with brackets",
    nodes.Getitem: "An index in square brackets",
}


@dataclass(frozen=True, slots=True)
class _Typed:
    """The kind of an expression's value, and the optional field it may be empty by (None: never empty)."""

    kind: FieldKind | None
    empty_by: str | None = None


_UNKNOWN: Final = _Typed(None)
_TEXT: Final = _Typed(FieldKind.TEXT)
_BOOLEAN: Final = _Typed(FieldKind.BOOLEAN)


@dataclass(slots=True)
class _Checker:
    """One walk over one text; findings gather in ``found``."""

    fields: Mapping[str, Field]
    file: str
    line_offset: int
    found: list[Finding] = field(default_factory=list)
    depth: int = 0
    item_name: str | None = None
    item_fields: Mapping[str, Field] = field(default_factory=dict)
    sure: frozenset[str] = frozenset()  # optional fields that an `if` around has shown to be filled

    def say(self, node: nodes.Node, code: str, message: str, severity: Severity = Severity.ERROR) -> None:
        line = (node.lineno or 1) + self.line_offset
        self.found.append(Finding(f"template-{code}", message, Place(file=self.file, line=line), severity))

    # statements

    def body(self, children: Iterable[nodes.Node]) -> None:
        self.depth += 1
        for child in children:
            if self.depth > _DEEPEST:
                self.say(child, "nesting-too-deep", f"More than {_DEEPEST} levels inside each other; take some out.")
                break
            if isinstance(child, nodes.Output):
                for part in child.nodes:
                    self.printed(part)
            elif isinstance(child, nodes.If):
                self.choice(child)
            elif isinstance(child, nodes.For):
                self.loop(child)
            else:
                self.forbidden(child)
        self.depth -= 1

    def forbidden(self, node: nodes.Node) -> None:
        word = _FORBIDDEN.get(type(node), type(node).__name__.lower())
        self.say(node, "statement-not-allowed", f"`{word}` cannot be used in a letter; use only if, for and {{{{ }}}}.")

    def choice(self, node: nodes.If) -> None:
        before = self.sure
        self.condition(node.test)
        self.sure = before | _shown_filled(node.test)
        self.body(node.body)
        self.sure = before | _shown_empty_else_filled(node.test)
        for branch in node.elif_:
            self.choice(branch)
        self.body(node.else_)
        self.sure = before

    def loop(self, node: nodes.For) -> None:
        declared = self.fields.get(node.iter.name) if isinstance(node.iter, nodes.Name) else None
        if declared is None or declared.kind is not FieldKind.LIST:
            self.say(node, "loop-not-allowed", "`for` can only go over a declared list field; nothing is printed here.")
            return
        if self.item_name is not None:
            self.say(node, "loop-not-allowed", "A `for` cannot stand inside another `for`; take one of them out.")
            return
        if not isinstance(node.target, nodes.Name) or node.target.name in {*self.fields, "loop"}:
            self.say(node, "loop-not-allowed", "Name one loop variable that is not the name of a field.")
            return
        if node.recursive:
            self.say(node, "loop-not-allowed", "`recursive` cannot be used; take the word out.")
        before = self.sure
        self.item_name, self.item_fields = node.target.name, {item.name: item for item in declared.items}
        if node.test is not None:
            self.condition(node.test)
            self.sure = before | _shown_filled(node.test)
        self.body(node.body)
        self.item_name, self.item_fields, self.sure = None, {}, before
        self.body(node.else_)

    # expressions

    def printed(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.TemplateData):
            return
        made = self.kind_of(node)
        if made.empty_by is not None:
            self.say(
                node,
                "optional-unguarded",
                f"`{made.empty_by}` may be empty; put `{{% if {made.empty_by} %}}` around it or use `| default('…')`.",
                Severity.WARNING,
            )
        if made.kind is FieldKind.LIST:
            self.say(node, "filter-missing", "A list cannot be printed; go over it with `for`.")
        elif made.kind is not None and made.kind not in PLAIN_KINDS:
            name = SUGGESTED_FILTER[made.kind]
            self.say(node, "filter-missing", f"A field of kind {made.kind} needs a filter; write `| {name}`.")

    def condition(self, node: nodes.Node) -> None:
        self.kind_of(node)

    def kind_of(self, node: nodes.Node) -> _Typed:
        handler = _HANDLERS.get(type(node))
        if handler is None:
            self.say(
                node,
                "expression-not-allowed",
                f"{_name_of(node)} cannot be used in a letter; compute the value in your own system and send it.",
            )
            return _UNKNOWN
        if self.depth >= _DEEPEST:
            self.say(node, "nesting-too-deep", "The expression is too long; make the choice in your own system.")
            return _UNKNOWN
        self.depth += 1
        made = handler(self, node)
        self.depth -= 1
        return made

    def name(self, node: nodes.Name) -> _Typed:
        declared = self.fields.get(node.name)
        if declared is not None:
            return self.of_field(declared, node.name)
        if node.name in {self.item_name, "loop"}:
            self.say(node, "attribute-not-allowed", f"`{node.name}` needs the name of an item field after a dot.")
        else:
            self.say(
                node,
                "variable-undefined",
                f"`{node.name}` is not a field of this template; declare it under [fields.{node.name}] or correct it.",
            )
        return _UNKNOWN

    def of_field(self, declared: Field, path: str) -> _Typed:
        empty = not declared.required and path not in self.sure and declared.kind is not FieldKind.LIST
        return _Typed(declared.kind, path if empty else None)

    def attribute(self, node: nodes.Getattr) -> _Typed:
        owner = node.node.name if isinstance(node.node, nodes.Name) else None
        inside = self.item_name is not None
        if inside and owner == "loop" and node.attr in _LOOP_FIELDS:
            return _Typed(_LOOP_FIELDS[node.attr])
        if inside and owner == self.item_name and node.attr in self.item_fields:
            return self.of_field(self.item_fields[node.attr], f"{owner}.{node.attr}")
        known = [f"{self.item_name}.{name}" for name in self.item_fields] if inside else []
        hint = f"here you can use {', '.join(known)}" if known else "a dot can only be used inside `for`"
        self.say(node, "attribute-not-allowed", f"`.{node.attr}` cannot be used; {hint}.")
        return _UNKNOWN

    def constant(self, node: nodes.Const) -> _Typed:
        if isinstance(node.value, bool) or node.value is None:
            return _BOOLEAN
        if isinstance(node.value, str):
            return _TEXT
        return _Typed(FieldKind.INTEGER if isinstance(node.value, int) else FieldKind.DECIMAL)

    def filtered(self, node: nodes.Filter) -> _Typed:
        made = self.kind_of(node.node) if node.node is not None else _UNKNOWN
        rule = FILTER_RULES.get(node.name)
        if rule is None:
            known = ", ".join(FILTER_RULES)
            self.say(node, "filter-unknown", f"There is no filter `{node.name}`; the filters are {known}.")
            return _UNKNOWN
        if made.kind is not None and made.kind not in rule.takes:
            takes = ", ".join(sorted(rule.takes))
            self.say(node, "filter-type", f"`{node.name}` takes {takes}, not {made.kind}; choose another filter.")
        self.filter_arguments(node, rule.min_arguments, rule.max_arguments)
        return _Typed(FieldKind.TEXT, None if node.name == "default" else made.empty_by)

    def filter_arguments(self, node: nodes.Filter, least: int, most: int) -> None:
        texts = [a for a in node.args if isinstance(a, nodes.Const) and isinstance(a.value, str)]
        plain = len(texts) == len(node.args) and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if not plain or not least <= len(node.args) <= most:
            wanted = f"{most} text(s) between quotes in brackets" if most else "nothing in brackets"
            self.say(node, "filter-argument", f"`{node.name}` takes {wanted}.")

    def compared(self, node: nodes.Compare) -> _Typed:
        left = self.kind_of(node.expr)
        for operand in node.ops:
            if operand.op in {"in", "notin"} and isinstance(operand.expr, nodes.List | nodes.Tuple):
                self.choices(operand.expr)
                continue
            right = self.kind_of(operand.expr)
            self.comparable(operand, left, right)
            left = right
        return _BOOLEAN

    def choices(self, node: nodes.List | nodes.Tuple) -> None:
        if not all(isinstance(item, nodes.Const) for item in node.items):
            self.say(node, "compare-type", "After `in` write constants between square brackets.")

    def comparable(self, operand: nodes.Operand, left: _Typed, right: _Typed) -> None:
        if left.kind is None or right.kind is None:
            return
        if operand.op in {"in", "notin"}:
            self.say(operand, "compare-type", "After `in` write constants between square brackets.")
        elif operand.op not in _ORDERING:
            return
        elif left.empty_by is not None or right.empty_by is not None:
            name = left.empty_by or right.empty_by
            self.say(operand, "compare-type", f"`{name}` may be empty; write `{name} and {name} > …`.")
        elif not _orderable(left.kind, right.kind, operand.expr):
            self.say(
                operand,
                "compare-type",
                "Only two numbers, two dates, two amounts, or an amount and 0 can be compared by size.",
            )

    def both(self, node: nodes.And) -> _Typed:
        before = self.sure
        self.kind_of(node.left)
        self.sure = before | _shown_filled(node.left)
        self.kind_of(node.right)
        self.sure = before
        return _BOOLEAN

    def either(self, node: nodes.Or) -> _Typed:
        self.kind_of(node.left)
        self.kind_of(node.right)
        return _BOOLEAN

    def negated(self, node: nodes.Not) -> _Typed:
        self.kind_of(node.node)
        return _BOOLEAN

    def tested(self, node: nodes.Test) -> _Typed:
        if node.name not in {"defined", "none"} or node.args or node.kwargs:
            self.say(node, "test-unknown", f"There is no test `is {node.name}`; write `if name` or `if not name`.")
        self.kind_of(node.node)
        return _BOOLEAN

    def conditional(self, node: nodes.CondExpr) -> _Typed:
        before = self.sure
        self.condition(node.test)
        self.sure = before | _shown_filled(node.test)
        first = self.kind_of(node.expr1)
        self.sure = before
        if node.expr2 is None:
            self.say(node, "expression-not-allowed", "Write `else` too: `{{ a if b else 'c' }}`.")
            return first
        second = self.kind_of(node.expr2)
        if first.kind is not second.kind and None not in {first.kind, second.kind}:
            self.say(node, "compare-type", "Both sides of `if … else` must be of one kind; use filters on each side.")
        return _Typed(first.kind, first.empty_by or second.empty_by)


_HANDLERS: Final[Mapping[type[nodes.Node], Callable[..., _Typed]]] = {
    nodes.Name: _Checker.name,
    nodes.Getattr: _Checker.attribute,
    nodes.Const: _Checker.constant,
    nodes.Filter: _Checker.filtered,
    nodes.Compare: _Checker.compared,
    nodes.And: _Checker.both,
    nodes.Or: _Checker.either,
    nodes.Not: _Checker.negated,
    nodes.Test: _Checker.tested,
    nodes.CondExpr: _Checker.conditional,
}


def _name_of(node: nodes.Node) -> str:
    if isinstance(node, nodes.BinExpr):
        return f"`{node.operator}`"
    return _EXPRESSIONS.get(type(node), f"`{type(node).__name__.lower()}`")


def _orderable(left: FieldKind, right: FieldKind, right_node: nodes.Expr) -> bool:
    if FieldKind.AMOUNT in {left, right}:
        zero = isinstance(right_node, nodes.Const) and right_node.value == 0
        return left is right or (left is FieldKind.AMOUNT and zero)
    return {left, right} <= _NUMERIC or left is right is FieldKind.DATE


def _path(node: nodes.Node) -> frozenset[str]:
    if isinstance(node, nodes.Name):
        return frozenset({node.name})
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return frozenset({f"{node.node.name}.{node.attr}"})
    return frozenset()


def _shown_filled(test: nodes.Node) -> frozenset[str]:
    """Fields that are filled wherever the test holds."""
    shown: frozenset[str] = frozenset()
    while isinstance(test, nodes.And):  # a and b and c leans to the left, and may be long
        shown |= _shown_filled(test.right)
        test = test.left
    return shown | _shown_by(test)


def _shown_by(test: nodes.Node) -> frozenset[str]:
    """The same for a test that is no ``and``."""
    if isinstance(test, nodes.Not) and isinstance(test.node, nodes.Test) and test.node.name == "none":
        return _path(test.node.node)
    if isinstance(test, nodes.Compare) and test.ops[0].op == "eq" and isinstance(test.ops[0].expr, nodes.Const):
        return _path(test.expr) if test.ops[0].expr.value is not None else frozenset()
    return _path(test)


def _shown_empty_else_filled(test: nodes.Node) -> frozenset[str]:
    """Fields that are filled wherever the test does not hold (``if not x`` ... else)."""
    if isinstance(test, nodes.Not):
        return _path(test.node)
    if isinstance(test, nodes.Test) and test.name == "none":
        return _path(test.node)
    return frozenset()


def check_jinja(
    source: str, fields: Mapping[str, Field], file: str, language: str, line_offset: int = 0
) -> list[Finding]:
    """All faults of one text; ``fields`` are the declared and built-in names, lines count from ``line_offset`` + 1."""
    try:
        tree = environment(language).parse(source)
    except TemplateSyntaxError as error:
        return [_syntax(f"{error.message} Correct the line.", file, error.lineno + line_offset)]
    except (RecursionError, ValueError):
        return [_syntax("The expression is too deep or a number too long; write it shorter.", file, line_offset + 1)]
    checker = _Checker(fields, file, line_offset)
    checker.body(tree.body)
    return checker.found


def _syntax(message: str, file: str, line: int) -> Finding:
    return Finding("template-syntax", message, Place(file=file, line=line))
