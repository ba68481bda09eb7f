"""Read mark profiles: profiles.toml holds seeds, a print room brings its own. Bad data is refused with its place."""

from __future__ import annotations

import tomllib
from collections import Counter
from functools import cache
from importlib import resources
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from docgen.findings import Refusal
from docgen.postal.marks.model import (
    BarCode,
    Counts,
    Direction,
    Mark,
    MarkProfile,
    MarkSequence,
    MatrixCode,
    OmrCode,
    Order,
    Parity,
    PrintOn,
    Reset,
    Rule,
    Side,
    Spot,
    Symbology,
    TextCode,
)
from docgen.postal.profiles import BoxMm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

    from docgen.postal.marks.model import MarkCode

    E = TypeVar("E", bound=StrEnum)

NO_MARKS = "none"
DEFAULT_ROOM = "omr-quadient"
"""The profile whose clear zone all letters keep free, whatever is printed there later."""

_PAGE = BoxMm(0.0, 0.0, 210.0, 297.0)
_MAX_MARKS = 24
# What at least one known reader takes (Pitney Bowes D1600, Neopost/Quadient/FP, OL Connect), in mm.
_PITCH_MM, _THICKNESS_MM, _LENGTH_MM = (2.54, 6.35), (0.25, 0.7), (10.0, 20.0)
_MODULE_MM, _NARROW_MM, _WIDE_RATIO, _BAR_MM = (0.3, 1.0), (0.25, 0.6), (2.0, 3.0), (9.0, 20.0)
_SIZE_PT = (8.0, 16.0)
_MAX_BITS = 8
_MAX_OMR_MM, _MAX_BAR_CODE_MM = 70.0, 89.0
_TOLERANCE = 1e-3


@cache
def builtin() -> Mapping[str, MarkProfile]:
    """The seeds that come with the package, by id."""
    return read_mark_profiles(resources.files("docgen.postal.marks").joinpath("profiles.toml").read_text("utf-8"))


def read_mark_profiles(text: str) -> Mapping[str, MarkProfile]:
    """Read profiles in the form of profiles.toml; by id.

    Raises:
        Refusal: ``profiles-invalid``, with the profile, the code and what is wrong there.
    """
    try:
        data = tomllib.loads(text)
        table = _Table(data, "the file")
        found = {key: _profile(key, value) for key, value in table.take("profile", dict).items()}
        table.done()
    except tomllib.TOMLDecodeError as wrong:
        raise Refusal("profiles-invalid", f"This is no TOML: {wrong}. Correct it.") from wrong
    except _WrongError as wrong:
        raise Refusal("profiles-invalid", f"{wrong}. Correct it.") from wrong
    return MappingProxyType(found)


class _WrongError(ValueError):
    """Something is wrong at a place; the message names both."""


class _Table:
    """A table of which each key is taken once; what is left over is a mistake in a name."""

    def __init__(self, data: object, where: str) -> None:
        if not isinstance(data, dict):
            raise _WrongError(f"{where} must be a table")
        self._left, self.where = dict(data), where

    def wrong(self, message: str) -> _WrongError:
        return _WrongError(f"{self.where}: {message}")

    def take(self, key: str, kind: type) -> Any:  # noqa: ANN401 - a value of that kind
        if key not in self._left:
            raise self.wrong(f"{key} is missing")
        value = self._left.pop(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.wrong(f"{key} has a value of the wrong kind")
        return value

    def number(self, key: str, within: tuple[float, float]) -> float:
        value: float = self.take(key, int | float)  # type: ignore[arg-type]  # isinstance takes unions too
        low, high = within
        if not low - _TOLERANCE <= value <= high + _TOLERANCE:
            raise self.wrong(f"{key} is {value:g}; known machines take {low:g} to {high:g}")
        return float(value)

    def count(self, key: str, low: int, high: int) -> int:
        value: int = self.take(key, int)
        if not low <= value <= high:
            raise self.wrong(f"{key} is {value}; it goes from {low} to {high}")
        return value

    def numbers(self, key: str, count: int) -> list[float]:
        values = self.take(key, list)
        if len(values) != count or not all(type(value) in (int, float) for value in values):
            raise self.wrong(f"{key} must be {count} numbers")
        return [float(value) for value in values]

    def choice(self, key: str, kind: type[E], default: E | None = None) -> E:
        if key not in self._left and default is not None:
            return default
        return self.member(key, kind, self.take(key, str))

    def member(self, key: str, kind: type[E], value: str) -> E:
        try:
            return kind(value)
        except ValueError:
            raise self.wrong(f"{key} is {value!r}; choose one of {', '.join(kind)}") from None

    def has(self, key: str) -> bool:
        return key in self._left

    def done(self) -> None:
        if self._left:
            raise self.wrong(f"there is no key {', '.join(map(repr, self._left))}")


def _profile(key: str, data: object) -> MarkProfile:
    table = _Table(data, f"profile {key}")
    codes = table.take("codes", list)
    profile = MarkProfile(
        key,
        table.take("title", str),
        table.choice("order", Order),
        tuple([_code(_Table(code, f"profile {key}, code {number}")) for number, code in enumerate(codes, 1)]),
    )
    table.done()
    for one, other in combinations(profile.codes, 2):
        if one.spot.side is other.spot.side and _overlap(one.box, other.box):
            raise table.wrong("two codes stand over each other")
    return profile


def _overlap(one: BoxMm, other: BoxMm) -> bool:
    return (
        one.left_mm < other.left_mm + other.width_mm
        and other.left_mm < one.left_mm + one.width_mm
        and one.top_mm < other.top_mm + other.height_mm
        and other.top_mm < one.top_mm + one.height_mm
    )


def _code(table: _Table) -> MarkCode:
    kind = table.take("kind", str)
    if kind not in _KINDS:
        raise table.wrong(f"kind is {kind!r}; choose one of {', '.join(_KINDS)}")
    spot = _spot(table)
    code = _KINDS[kind](table, spot)
    table.done()
    if not _PAGE.contains(spot.clear):
        raise table.wrong("clear_mm reaches outside the page")
    if not spot.clear.contains(code.box):
        left, top, width, height = code.box
        box = f"x {left:g}-{left + width:.1f}, y {top:g}-{top + height:.1f} mm"
        raise table.wrong(f"the code ({box}) stands outside clear_mm")
    return code


def _spot(table: _Table) -> Spot:
    left_mm, top_mm = table.numbers("origin_mm", 2)
    return Spot(
        left_mm,
        top_mm,
        BoxMm(*table.numbers("clear_mm", 4)),
        table.choice("side", Side, Side.FRONT),
        table.choice("print_on", PrintOn, PrintOn.EVERY_SHEET),
    )


def _omr(table: _Table, spot: Spot) -> OmrCode:
    code = OmrCode(
        spot,
        table.number("pitch_mm", _PITCH_MM),
        table.number("length_mm", _LENGTH_MM),
        table.number("thickness_mm", _THICKNESS_MM),
        _marks(table),
        table.choice("parity", Parity) if table.has("parity") else None,
        _sequence(_Table(table.take("sequence", dict), f"{table.where}, sequence")) if table.has("sequence") else None,
    )
    _check_rules(table, code)
    return code


def _marks(table: _Table) -> tuple[Mark, ...]:
    marks = []
    for entry in table.take("marks", list):
        match entry:
            case [str() as name, str() as rule]:
                marks.append(Mark(name, table.member(f"the rule of {name!r}", Rule, rule)))
            case _:
                raise table.wrong(f"a mark is [name, rule], not {entry!r}")
    return tuple(marks)


def _sequence(table: _Table) -> MarkSequence:
    bits = table.count("bits", 1, _MAX_BITS)
    wrap = table.count("wrap", 1, 2**bits - 1)
    sequence = MarkSequence(
        bits,
        table.count("start", 0, wrap - 1),
        wrap,
        table.choice("counts", Counts),
        table.choice("reset", Reset),
        table.choice("direction", Direction),
    )
    table.done()
    return sequence


def _check_rules(table: _Table, code: OmrCode) -> None:
    """What the marks of an OMR code and its settings must agree on."""
    rules = Counter(mark.rule for mark in code.marks)
    names = Counter(mark.name for mark in code.marks)
    bits = code.sequence.bits if code.sequence else 0
    if not 1 <= len(code.marks) <= _MAX_MARKS:
        raise table.wrong(f"there are {len(code.marks)} marks; known machines take 1 to {_MAX_MARKS}")
    if code.box.height_mm > _MAX_OMR_MM:
        raise table.wrong(f"the marks are {code.box.height_mm:.0f} mm long together; {_MAX_OMR_MM:g} mm can be read")
    if len(names) < len(code.marks):
        raise table.wrong(f"two marks are called {names.most_common(1)[0][0]!r}")
    if not rules[Rule.INSERT] + rules[Rule.ACCUMULATE]:
        raise table.wrong("no mark has the rule insert or accumulate; the machine must know the last sheet")
    if rules[Rule.PARITY] != (code.parity is not None):
        raise table.wrong("parity and one mark with the rule parity go together")
    if rules[Rule.SEQUENCE] != bits:
        raise table.wrong(f"{rules[Rule.SEQUENCE]} marks have the rule sequence, which has {bits} bits")


def _matrix(table: _Table, spot: Spot) -> MatrixCode:
    return MatrixCode(spot, table.number("module_mm", _MODULE_MM))


def _bars(symbology: Symbology) -> Callable[[_Table, Spot], BarCode]:
    def read(table: _Table, spot: Spot) -> BarCode:
        length_mm, narrow_mm = table.number("length_mm", _BAR_MM), table.number("narrow_mm", _NARROW_MM)
        low, high = _WIDE_RATIO
        wide_mm = table.number("wide_mm", (low * narrow_mm, high * narrow_mm))
        code = BarCode(spot, symbology, length_mm, narrow_mm, wide_mm)
        if code.box.height_mm > _MAX_BAR_CODE_MM:
            raise table.wrong(f"the code is {code.box.height_mm:.0f} mm long; {_MAX_BAR_CODE_MM:g} mm can be read")
        return code

    return read


def _text(table: _Table, spot: Spot) -> TextCode:
    return TextCode(spot, table.number("size_pt", _SIZE_PT))


_KINDS: dict[str, Callable[[_Table, Spot], MarkCode]] = {
    "omr": _omr,
    "datamatrix": _matrix,
    "code39": _bars(Symbology.CODE39),
    "i2of5": _bars(Symbology.I2OF5),
    "ocr_nm": _text,
}
