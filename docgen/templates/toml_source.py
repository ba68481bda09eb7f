"""A TOML file as values, with the line of each key for messages, and readers that gather every fault."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from docgen.findings import Finding, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE: Final = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?\Z")
_KEY: Final = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART: Final = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_ERROR_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")

Path = tuple[str | int, ...]


@dataclass(slots=True)
class TomlSource:
    """One parsed file and the findings about it; ``prefix`` begins every code (``template`` or ``brand``)."""

    file: str
    data: Mapping[str, Any]
    lines: Mapping[Path, int]
    prefix: str = "template"
    found: list[Finding] = field(default_factory=list)

    def line_of(self, path: Path) -> int | None:
        """The line where the key is, or the nearest table around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def say(self, code: str, message: str, *path: str | int) -> None:
        """Keep a finding at the key of ``path``."""
        self._keep(code, message, path, Severity.ERROR)

    def warn(self, code: str, message: str, *path: str | int) -> None:
        """Keep a finding that forbids nothing."""
        self._keep(code, message, path, Severity.WARNING)

    def _keep(self, code: str, message: str, path: Path, severity: Severity) -> None:
        place = Place(file=self.file, line=self.line_of(path))
        self.found.append(Finding(f"{self.prefix}-{code}", message, place, severity))

    def root(self) -> TomlTable:
        """The whole file as a table."""
        return TomlTable(self, self.data, ())


@dataclass(frozen=True, slots=True)
class TomlTable:
    """A table of the file: typed getters that keep a finding and give a neutral value when something is wrong."""

    source: TomlSource
    data: Mapping[str, Any]
    path: Path

    def say(self, code: str, message: str, *path: str | int) -> None:
        """Keep a finding at a key of this table."""
        self.source.say(code, message, *self.path, *path)

    def name_of(self, key: str) -> str:
        """The key as a person finds it in the file."""
        return ".".join(str(part) for part in (*self.path, key))

    def allow(self, *known: str) -> None:
        """Keep a finding for every key that is not known."""
        for key in self.data:
            if key not in known:
                text = f"`{self.name_of(key)}` is not known here. Correct or remove it; known are: {', '.join(known)}."
                self.say("key-unknown", text, key)

    def need(self, *keys: str) -> None:
        """Keep a finding for every key that is missing."""
        for key in keys:
            if key not in self.data:
                self.say("key-missing", f"`{self.name_of(key)}` is missing; add it.")

    def _typed(self, key: str, kind: type | tuple[type, ...], words: str) -> Any:  # noqa: ANN401 -- TOML values have no common type
        value = self.data.get(key)
        wrong = not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
        if value is not None and wrong:
            self.say("key-type", f"`{self.name_of(key)}` must be {words}.", key)
            return None
        return value

    def text(self, key: str, default: str = "") -> str:
        """A text, without blanks around it."""
        value = self._typed(key, str, "a text between quotes")
        return default if value is None else str(value).strip()

    def optional_text(self, key: str) -> str | None:
        """A text, or None when the key is not there or empty."""
        return self.text(key) or None

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self._typed(key, int, "a whole number")
        if value is None:
            return default
        if not least <= value <= most:
            self.say("key-range", f"`{self.name_of(key)}` must be from {least} to {most}.", key)
            return default
        return int(value)

    def length_mm(self, key: str) -> float | None:
        """A length in mm, more than 0 and at most 297."""
        value = self._typed(key, (int, float), "a number of millimetres")
        if value is None:
            return None
        if not 0 < value <= 297:  # noqa: PLR2004 -- the long side of A4 in mm
            self.say("key-range", f"`{self.name_of(key)}` must be more than 0 and at most 297 mm.", key)
            return None
        return float(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._typed(key, bool, "true or false")
        return default if value is None else bool(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._typed(key, list, "a list of texts")
        if value is None:
            return ()
        if not all(isinstance(item, str) for item in value):
            self.say("key-type", f"`{self.name_of(key)}` must be a list of texts.", key)
            return ()
        return tuple(item.strip() for item in value)

    def per_language(self, key: str, languages: tuple[str, ...], *, required: bool = False) -> dict[str, str]:
        """A text for each language: ``{ nl = "…", en = "…" }``, or one text for all."""
        value = self.data.get(key)
        if isinstance(value, str):
            return dict.fromkeys(languages, value.strip())
        if value is None:
            if required:
                self.need(key)
            return {}
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            self.say("key-type", f"`{self.name_of(key)}` must be a text, or a text per language.", key)
            return {}
        missing = [language for language in languages if language not in value]
        if missing:
            self.say("language-missing", f"`{self.name_of(key)}` has no text for {', '.join(missing)}; add it.", key)
        return {language: str(value[language]).strip() for language in languages if language in value}

    def table(self, key: str) -> TomlTable | None:
        """A table inside this one, or None."""
        value = self._typed(key, dict, "a table")
        return None if value is None else TomlTable(self.source, value, (*self.path, key))

    def tables(self, key: str) -> list[TomlTable]:
        """A list of tables inside this one."""
        value = self._typed(key, list, "a list of tables")
        if value is None:
            return []
        if not all(isinstance(item, dict) for item in value):
            self.say("key-type", f"`{self.name_of(key)}` must be a list of tables.", key)
            return []
        return [TomlTable(self.source, item, (*self.path, key, i)) for i, item in enumerate(value)]


def read_toml(file: str, content: bytes, prefix: str = "template") -> TomlSource:
    """Parse a file; when it is no TOML the source is empty and holds the finding that says where."""
    source = TomlSource(file, {}, {}, prefix)
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = "The file is not UTF-8; save it as UTF-8."
        source.found.append(Finding(f"{prefix}-encoding", message, Place(file=file, line=line)))
        return source
    try:
        source.data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = _ERROR_LINE.search(str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        reason = _ERROR_LINE.sub("", str(error)).strip()
        message = f"This is no TOML: {reason}. Correct the line."
        source.found.append(Finding(f"{prefix}-toml", message, Place(file=file, line=line)))
        return source
    source.lines = key_lines(text)
    return source


def key_lines(text: str) -> dict[Path, int]:
    """The line of every table and key. Inline tables and long texts have the line where they begin."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.split("\n"), 1):
        header = _TABLE.match(line)
        if header:
            table = _resolved(_parts(header[2]), counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            lines.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            lines.setdefault((*table, *_parts(key[1])), number)
    return lines


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _resolved(parts: tuple[str, ...], counts: Mapping[Path, int]) -> Path:
    """The path of a table header, with the index of every list of tables that it goes through."""
    path: Path = ()
    for i, part in enumerate(parts):
        path = (*path, part)
        if path in counts and i < len(parts) - 1:
            path = (*path, counts[path])
    return path
