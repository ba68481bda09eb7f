"""All declared fields of a record at once: values out, and every fault reported with its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from docgen.templates.kinds import BadValueError, reader_of
from docgen.templates.model import Field, FieldKind

Path: TypeAlias = tuple[str | int, ...]
Report: TypeAlias = Callable[[Path, str, str], None]
"""Called with the path of the value, the code of the finding and the message."""


@dataclass(frozen=True, slots=True)
class ListReader:
    """Reads one list field: items are mappings of their own fields."""

    name: str
    required: bool
    min_items: int
    max_items: int
    item: MappingReader

    def read(self, value: object, path: Path, report: Report) -> tuple[Mapping[str, object], ...]:
        """The items; an absent list is empty."""
        if value is None:
            if self.required:
                report(path, "field-missing", f"`{self.name}` is missing. Give a list.")
            return ()
        if not isinstance(value, list | tuple):
            report(path, "field-type", "Give a list (in JSON between square brackets).")
            return ()
        least = max(self.min_items, 1) if self.required else self.min_items
        if len(value) < least and (value or self.required):
            report(path, "list-too-short", f"The list has {len(value)} items; at least {least} are needed.")
        if len(value) > self.max_items:
            report(path, "list-too-long", f"The list has {len(value)} items; at most {self.max_items} are allowed.")
            return ()
        return tuple([self._item(item, (*path, i), report) for i, item in enumerate(value)])

    def _item(self, item: object, path: Path, report: Report) -> Mapping[str, object]:
        if isinstance(item, Mapping):
            return self.item.read(item, path, report)
        report(path, "field-type", "Give an item with named values (in JSON between braces).")
        return {}


@dataclass(frozen=True, slots=True)
class MappingReader:
    """Reads a mapping of declared fields; keys outside ``names`` are findings."""

    scalars: tuple[tuple[str, Callable[[object], object], bool], ...]
    lists: tuple[ListReader, ...]
    names: frozenset[str]

    def read(self, values: Mapping[str, object], path: Path, report: Report) -> dict[str, object]:
        """Every declared field: its value, None when empty; wrong ones are reported and None."""
        out: dict[str, object] = {}
        for name, read, required in self.scalars:
            value = values.get(name)
            if value is None or (isinstance(value, str) and not value.strip()):
                out[name] = None
                if required:
                    report((*path, name), "field-missing", f"`{name}` is missing. Fill it.")
                continue
            try:
                out[name] = read(value)
            except BadValueError as bad:
                out[name] = None
                report((*path, name), bad.code, bad.message)
        for field in self.lists:
            out[field.name] = field.read(values.get(field.name), (*path, field.name), report)
        if not values.keys() <= self.names:
            self._unknown(values, path, report)
        return out

    def _unknown(self, values: Mapping[str, object], path: Path, report: Report) -> None:
        for key in sorted(map(str, values.keys() - self.names)):
            shown = key if key.isprintable() and len(key) <= 40 else "This key"  # noqa: PLR2004 -- a message fits a line
            report((*path, key), "field-unknown", f"`{shown}` is not a field of this template. Remove or rename it.")


def compile_reader(
    fields: tuple[Field, ...], other_names: frozenset[str] = frozenset(), *, lines: bool = True
) -> MappingReader:
    """A reader for these fields; ``other_names`` are keys that someone else reads."""
    return MappingReader(
        scalars=tuple((f.name, reader_of(f, lines=lines), f.required) for f in fields if f.kind is not FieldKind.LIST),
        lists=tuple(_compile_list(f) for f in fields if f.kind is FieldKind.LIST),
        names=frozenset(field.name for field in fields) | other_names,
    )


def _compile_list(field: Field) -> ListReader:
    item = compile_reader(field.items, lines=False)
    return ListReader(field.name, field.required, field.min_items, field.max_items, item)
