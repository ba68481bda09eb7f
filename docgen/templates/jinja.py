"""The one Jinja2 environment of template texts: sandboxed, strict, without loader, globals or foreign filters."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2 import StrictUndefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from docgen.templates.escape import protect
from docgen.templates.filters import filters_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template as JinjaTemplate


def print_value(value: object) -> str:
    """What ``{{ }}`` puts in the text: a string protected from Markdown, a whole number, nothing for None.

    Raises TypeError for other values: the check of the template asks for a filter, so this is a bug.
    """
    if isinstance(value, str):
        return protect(value)
    if value is None:
        return ""
    if type(value) is int:
        return protect(str(value))
    if isinstance(value, StrictUndefined):
        return str(value)
    raise TypeError(f"a {type(value).__name__} was printed without a filter")


class _ItemAccess(NodeTransformer):
    """Turn ``item.name`` into ``item["name"]``, so that no method of a mapping can stand in for a field."""

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802 -- Jinja2 finds visitors by node name
        if isinstance(node.node, nodes.Name) and node.node.name == "loop":
            return node
        return nodes.Getitem(node.node, nodes.Const(node.attr), node.ctx, lineno=node.lineno)


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, and narrower: square brackets look up a key and nothing else."""

    def getitem(self, obj: Mapping[str, object], argument: str) -> object:
        """The item field; the check of the template has made sure that it is one."""
        return obj[argument]


@lru_cache(maxsize=8)
def environment(language: str) -> ImmutableSandboxedEnvironment:
    """The environment whose filters speak the language; shared, never changed."""
    env = _Environment(
        undefined=StrictUndefined,
        autoescape=False,  # the output is Markdown, not HTML; print_value protects it
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=print_value,
    )
    env.globals.clear()
    env.tests = {name: env.tests[name] for name in ("defined", "none")}
    env.filters = dict(filters_for(language))
    return env


def compile_source(source: str, language: str) -> JinjaTemplate:
    """Jinja2 source that was checked, compiled; item fields can only be items."""
    env = environment(language)
    tree = _ItemAccess().visit(env.parse(source))
    code = env.compile(tree)
    return env.template_class.from_code(env, code, dict(env.globals))
