"""QR Code symbols (ISO/IEC 18004:2015, model 2) at composing speed.

Error correction, placement and masking are linear over GF(2). So a symbol is the exclusive-or of one ready-made
pattern per half byte of data, and a whole symbol is one Python integer: bit ``row * size + column`` in its lower half,
bit ``column * size + row`` in its upper half, so that the same shifts score rows and columns. The reference encoder
(``qrcode``) supplies the fixed patterns and the block table, and must be matched module for module.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache, reduce
from operator import xor
from typing import TYPE_CHECKING

import numpy as np
from qrcode import base, constants
from qrcode.main import QRCode
from qrcode.util import mask_func

from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

MAX_VERSION = 40
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_ALPHANUMERIC_VALUE = {c: i for i, c in enumerate(ALPHANUMERIC.encode("ascii"))}
_MASKS = range(8)
_BYTE, _ALNUM = 4, 2


class Level(IntEnum):
    """Error correction levels; the values are the reference encoder's."""

    L = constants.ERROR_CORRECT_L
    M = constants.ERROR_CORRECT_M
    Q = constants.ERROR_CORRECT_Q
    H = constants.ERROR_CORRECT_H


@dataclass(frozen=True, slots=True)
class Symbol:
    """A finished symbol; bit ``row * size + column`` of ``bits`` is 1 where the module is dark."""

    version: int
    level: Level
    mask: int
    bits: int

    @property
    def size(self) -> int:
        """Modules along a side, without the quiet zone."""
        return size_of(self.version)

    def modules(self) -> NDArray[np.uint8]:
        """uint8, (size, size), 1 = dark."""
        n = self.size
        raw = np.frombuffer(self.bits.to_bytes((n * n + 7) // 8, "little"), np.uint8)
        return np.unpackbits(raw, count=n * n, bitorder="little").reshape(n, n)


def size_of(version: int) -> int:
    """Modules along a side of a version (clause 6.1)."""
    return 17 + 4 * version


def version_for(data: bytes, level: Level, max_version: int = MAX_VERSION) -> int:
    """The smallest version that holds ``data``.

    Raises:
        Refusal: ``qr-too-much-data`` when ``max_version`` does not hold it.
    """
    version = _smallest_version(len(data), level, alnum=_is_alphanumeric(data))
    if version <= max_version:
        return version
    raise Refusal(
        "qr-too-much-data",
        f"{len(data)} bytes do not fit in a QR code of version {max_version}, level {level.name}; shorten the content.",
    )


@lru_cache(maxsize=4_000)
def _smallest_version(length: int, level: Level, *, alnum: bool) -> int:
    """The smallest version that holds so many bytes; one beyond the largest when none does."""
    for version in range(1, MAX_VERSION + 1):
        if _bit_count(length, version, alnum=alnum) <= 8 * _data_codewords(version, level):
            return version
    return MAX_VERSION + 1


def encode(data: bytes, level: Level = Level.M, max_version: int = MAX_VERSION) -> Symbol:
    """The symbol of ``data`` in one segment: alphanumeric when all of it is, else bytes.

    Raises:
        Refusal: ``qr-too-much-data``.
    """
    version = version_for(data, level, max_version)
    plan = _plan(version, level)
    codewords = _codewords(data, version, plan.data_codewords)
    unmasked = reduce(xor, map(dict.__getitem__, plan.halves, codewords.hex()))
    mask = min(_MASKS, key=lambda k: plan.penalty(unmasked ^ plan.scored[k]))
    return Symbol(version, level, mask, (unmasked ^ plan.final[mask]) & plan.lower)


def _is_alphanumeric(data: bytes) -> bool:
    return not data.translate(None, ALPHANUMERIC.encode("ascii"))


def _length_bits(version: int, *, alnum: bool) -> int:
    """Bits of the character count indicator (table 3)."""
    group = 0 if version < 10 else 1 if version < 27 else 2  # noqa: PLR2004 (the groups of table 3)
    return ((9, 11, 13) if alnum else (8, 16, 16))[group]


def _bit_count(length: int, version: int, *, alnum: bool) -> int:
    payload = 11 * (length // 2) + 6 * (length % 2) if alnum else 8 * length
    return 4 + _length_bits(version, alnum=alnum) + payload


@lru_cache(maxsize=160)
def _data_codewords(version: int, level: Level) -> int:
    return sum(block.data_count for block in base.rs_blocks(version, level))


def _codewords(data: bytes, version: int, capacity: int) -> bytes:
    """Mode, count, data, terminator and padding (clause 7.4)."""
    alnum = _is_alphanumeric(data)
    value = ((_ALNUM if alnum else _BYTE) << _length_bits(version, alnum=alnum)) | len(data)
    value = _append_alphanumeric(value, data) if alnum else (value << 8 * len(data)) | int.from_bytes(data, "big")
    used = _bit_count(len(data), version, alnum=alnum)
    terminated = min(used + 4, 8 * capacity)
    padded = -(-terminated // 8) * 8
    head = (value << (padded - used)).to_bytes(padded // 8, "big")
    return head + (b"\xec\x11" * capacity)[: capacity - len(head)]


def _append_alphanumeric(value: int, data: bytes) -> int:
    numbers = [_ALPHANUMERIC_VALUE[c] for c in data]
    for first, second in zip(numbers[::2], numbers[1::2], strict=False):
        value = (value << 11) | (45 * first + second)
    return (value << 6) | numbers[-1] if len(numbers) % 2 else value


class _Plan:
    """Everything about a version and level that does not depend on data."""

    def __init__(self, version: int, level: Level) -> None:
        self.size = n = size_of(version)
        self.lower = (1 << n * n) - 1
        self.data_codewords = _data_codewords(version, level)
        fixed = [_fixed(version, level, mask, test=False) for mask in _MASKS]
        blank = _fixed(version, level, 0, test=True)
        cells = _data_cells(fixed[0])
        inverts = [self._pack([(r, c) for r, c in cells if mask_func(k)(r, c)]) for k in _MASKS]
        self.final = tuple(self._pack(_dark(fixed[k])) ^ inverts[k] for k in _MASKS)
        # The reference scores masks before format and version information are set; so must we to choose alike.
        self.scored = tuple(self._pack(_dark(blank)) ^ inverts[k] for k in _MASKS)
        self.halves = self._halves([self._bit(r, c) for r, c in cells], base.rs_blocks(version, level))
        self._next = self._columns_below(n - 1)
        self._eleven = self._columns_below(n - 10)
        self._rows = (1 << n * (n - 1)) - 1
        self._dark_steps = tuple(10 * int(abs(d / (n * n) * 100 - 50) / 5) for d in range(n * n + 1))

    def penalty(self, x: int) -> int:
        """Penalty of a masked symbol (clause 7.8.3): runs, blocks, finder-like patterns, share of dark modules."""
        n, lower = self.size, self.lower
        same = ((x ^ (x >> 1)) & self._next) ^ self._next
        pairs = same & (same >> 1)
        fives = pairs & (pairs >> 2)
        # A run of length L >= 5 costs L - 2: its L - 4 ones here, and 2 for its first.
        runs = fives.bit_count() + 2 * (fives ^ (fives & (fives << 1))).bit_count()
        low = x & lower
        low_same = same & self._rows
        blocks = (low_same & (same >> n) & (low ^ (low >> n) ^ lower)).bit_count()
        return runs + 3 * blocks + 40 * self._finder_like(x) + self._dark_steps[low.bit_count()]

    def _finder_like(self, x: int) -> int:
        """How often 1011101 stands beside four light modules."""
        common = (x >> 4) & (x >> 6) & self._eleven
        common ^= common & (x >> 1 | x >> 5 | x >> 9)
        left, right = x >> 2, x >> 3
        far, farther, farthest = x >> 7, x >> 8, x >> 10
        after = common & x & left & right
        before = common & far & farther & farthest
        after ^= after & (far | farther | farthest)
        before ^= before & (x | left | right)
        return (after | before).bit_count()

    def _bit(self, row: int, column: int) -> int:
        n = self.size
        return 1 << (row * n + column) | 1 << (n * n + column * n + row)

    def _pack(self, cells: Iterable[tuple[int, int]]) -> int:
        return reduce(xor, (self._bit(r, c) for r, c in cells), 0)

    def _columns_below(self, limit: int) -> int:
        """Ones where the place in the row (or column) is below ``limit``, in both halves."""
        line = (1 << limit) - 1
        return sum(line << (i * self.size) for i in range(2 * self.size))

    def _halves(self, cell_bits: list[int], blocks: list[base.RSBlock]) -> tuple[dict[str, int], ...]:
        """For each half byte of data, high half first: its hexadecimal digit -> the pattern it contributes."""
        halves: list[dict[str, int]] = []
        for block, places, check_places in zip(blocks, *_interleaved(blocks), strict=True):
            checks = _check_bytes(block.data_count, block.total_count - block.data_count)
            for place, check in zip(places, checks, strict=True):
                ones = [
                    reduce(xor, (_spread(cell_bits, p, b) for p, b in zip(check_places, check[bit], strict=True)))
                    ^ _spread(cell_bits, place, 1 << bit)
                    for bit in range(8)
                ]
                halves += [_combinations(ones[4:]), _combinations(ones[:4])]
        return tuple(halves)


def _spread(cell_bits: list[int], place: int, byte: int) -> int:
    """Pattern of a codeword at its place in the interleaved sequence, most significant bit first."""
    return reduce(xor, (cell_bits[8 * place + i] for i in range(8) if byte & (128 >> i)), 0)


def _combinations(ones: list[int]) -> dict[str, int]:
    return {f"{value:x}": reduce(xor, (p for i, p in enumerate(ones) if value >> i & 1), 0) for value in range(16)}


def _interleaved(blocks: list[base.RSBlock]) -> tuple[list[list[int]], list[list[int]]]:
    """Place in the final sequence of each block's data and check codewords (clause 7.6)."""
    data_at: list[list[int]] = [[] for _ in blocks]
    check_at: list[list[int]] = [[] for _ in blocks]
    place = 0
    for index in range(max(b.data_count for b in blocks)):
        for block, places in zip(blocks, data_at, strict=True):
            if index < block.data_count:
                places.append(place)
                place += 1
    for _ in range(blocks[0].total_count - blocks[0].data_count):
        for places in check_at:
            places.append(place)
            place += 1
    return data_at, check_at


@lru_cache(maxsize=64)
def _check_bytes(data_count: int, check_count: int) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """[data index][bit] -> check codewords of a block in which that bit alone is set (clause 7.5)."""
    generator = _generator(check_count)
    # remainder[i]: x^(check_count + i) modulo the generator, highest power first.
    remainder = [generator[1:]]
    for _ in range(data_count - 1):
        last = remainder[-1]
        shifted = (*last[1:], 0)
        remainder.append(tuple(s ^ _times(last[0], g) for s, g in zip(shifted, generator[1:], strict=True)))
    return tuple(
        tuple(tuple(_times(1 << bit, value) for value in remainder[data_count - 1 - index]) for bit in range(8))
        for index in range(data_count)
    )


def _generator(count: int) -> tuple[int, ...]:
    """Product of (x - a^i), highest power first, in GF(256) of clause 7.5.2."""
    polynomial = [1]
    for i in range(count):
        scaled = [0, *(_times(base.gexp(i), c) for c in polynomial)]
        polynomial = [a ^ b for a, b in zip([*polynomial, 0], scaled, strict=True)]
    return tuple(polynomial)


def _times(a: int, b: int) -> int:
    return base.gexp((base.glog(a) + base.glog(b)) % 255) if a and b else 0


def _fixed(version: int, level: Level, mask: int, *, test: bool) -> list[list[bool | None]]:
    """Finder, alignment and timing patterns, format and version information; None where data goes."""
    code = QRCode(version=version, error_correction=level, mask_pattern=mask)
    n = code.modules_count = size_of(version)
    modules: list[list[bool | None]] = [[None] * n for _ in range(n)]
    code.modules = modules
    for row, column in ((0, 0), (n - 7, 0), (0, n - 7)):
        code.setup_position_probe_pattern(row, column)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    code.setup_type_info(test, mask)
    if version >= 7:  # noqa: PLR2004 (version information begins here, clause 7.10)
        code.setup_type_number(test)
    return modules


def _dark(fixed: list[list[bool | None]]) -> Iterable[tuple[int, int]]:
    return ((r, c) for r, row in enumerate(fixed) for c, dark in enumerate(row) if dark)


def _data_cells(fixed: list[list[bool | None]]) -> list[tuple[int, int]]:
    """Free cells in the order of placement: two columns wide, upwards and downwards in turn (clause 7.7.3)."""
    n = len(fixed)
    timing = 6
    cells: list[tuple[int, int]] = []
    right_columns = [*range(n - 1, timing, -2), *range(timing - 1, 0, -2)]
    for turn, right in enumerate(right_columns):
        rows = range(n) if turn % 2 else range(n - 1, -1, -1)
        cells += [(r, c) for r in rows for c in (right, right - 1) if fixed[r][c] is None]
    return cells


@lru_cache(maxsize=24)
def _plan(version: int, level: Level) -> _Plan:
    return _Plan(version, level)
