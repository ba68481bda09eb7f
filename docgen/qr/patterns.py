"""What a version and level of a QR code has in common: fixed patterns, the places of bits, the check codewords.

The reference encoder (``qrcode``) supplies the fixed patterns, masks, block table and field arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from qrcode import base
from qrcode.main import QRCode
from qrcode.util import mask_func

from docgen.qr.penalty import WORD, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docgen.qr.penalty import Lines

    Cells: TypeAlias = list[tuple[int, int]]
    Grid: TypeAlias = list[list[bool | None]]

MASKS = range(8)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Everything about a version and level that does not depend on data.

    ``source``: int64, (2, size, words * 64): for every module of the rows and of the columns the bit of the codewords
    that stands there; where none does, the number of bits. ``scored`` and ``final``: uint64, (8, 2, size, words): what
    each mask and the fixed patterns turn over, for choosing the mask and for printing.
    """

    size: int
    data_codewords: int
    blocks: tuple[tuple[int, int], ...]  # (first, end) of the data codewords of each block
    checks: tuple[NDArray[np.uint64], ...]  # uint64, (data codewords of the block, 256, check codewords in eights)
    check_codewords: int  # of each block
    order: NDArray[np.intp]  # (codewords,): from data of all blocks, then checks of all blocks, to the final sequence
    source: NDArray[np.intp]
    scored: Lines
    final: Lines


@lru_cache(maxsize=24)
def patterns(version: int, level: int) -> Patterns:
    """The patterns of a version and level, made once per process."""
    fixed = [_fixed(version, level, mask, test=False) for mask in MASKS]
    blank = _fixed(version, level, 0, test=True)
    size, cells = len(blank), _data_cells(blank)
    inverts = [_lines(size, [(r, c) for r, c in cells if mask_func(k)(r, c)]) for k in MASKS]
    blocks = base.rs_blocks(version, level)
    ends = np.cumsum([b.data_count for b in blocks]).tolist()
    return Patterns(
        size=size,
        data_codewords=ends[-1],
        blocks=tuple(zip([0, *ends[:-1]], ends, strict=True)),
        checks=tuple(_checks(b.data_count, b.total_count - b.data_count) for b in blocks),
        check_codewords=blocks[0].total_count - blocks[0].data_count,
        order=_order(blocks),
        source=_source(size, cells, 8 * sum(b.total_count for b in blocks)),
        # The reference scores masks before format and version information are set; so must we to choose alike.
        scored=np.stack([_lines(size, _dark(blank)) ^ inverts[k] for k in MASKS]),
        final=np.stack([_lines(size, _dark(fixed[k])) ^ inverts[k] for k in MASKS]),
    )


def pack(modules: NDArray[np.uint8]) -> Lines:
    """Modules (uint8, (..., words * 64), 1 = dark) as lines."""
    return np.packbits(modules, axis=-1, bitorder="little").view(np.uint64)


def _lines(size: int, cells: Cells) -> Lines:
    """uint64, (2, size, words) with ones at ``cells``."""
    modules = np.zeros((2, size, words_of(size) * WORD), np.uint8)
    for row, column in cells:
        modules[0, row, column] = modules[1, column, row] = 1
    return pack(modules)


def _source(size: int, cells: Cells, bits: int) -> NDArray[np.intp]:
    source = np.full((2, size, words_of(size) * WORD), bits, np.intp)
    for bit, (row, column) in enumerate(cells[:bits]):
        source[0, row, column] = source[1, column, row] = bit
    return source


def _order(blocks: list[base.RSBlock]) -> NDArray[np.intp]:
    """Data codewords of the blocks in turn, then check codewords of the blocks in turn (clause 7.6)."""
    data, start = list[list[int]](), 0
    for block in blocks:
        data.append(list(range(start, start + block.data_count)))
        start += block.data_count
    checks = list[list[int]]()
    for block in blocks:
        count = block.total_count - block.data_count
        checks.append(list(range(start, start + count)))
        start += count
    return np.array([*_in_turn(data), *_in_turn(checks)], np.intp)


def _in_turn(groups: list[list[int]]) -> list[int]:
    """The first of each, then the second of each, and so on; some are shorter."""
    return [place for turn in zip_longest(*groups) for place in turn if place is not None]


@lru_cache(maxsize=64)
def _checks(data_count: int, check_count: int) -> NDArray[np.uint64]:
    """Check codewords of a block in which one data codeword alone is not 0 (clause 7.5), eight to a word."""
    generator = _generator(check_count)
    # remainder: x^(check_count + i) modulo the generator, highest power first.
    remainder, remainders = generator[1:], list[list[int]]()
    for _ in range(data_count):
        remainders.append(remainder)
        first, shifted = remainder[0], [*remainder[1:], 0]
        remainder = [s ^ _times(first, g) for s, g in zip(shifted, generator[1:], strict=True)]
    padded = np.zeros((data_count, 256, -(-check_count // 8) * 8), np.uint8)
    padded[..., :check_count] = _products()[np.array(remainders[::-1])].transpose(0, 2, 1)
    return padded.view(np.uint64)


@cache
def _products() -> NDArray[np.uint8]:
    """(256, 256): products in GF(256)."""
    logs = np.array([0, *(base.glog(a) for a in range(1, 256))])
    products: NDArray[np.uint8] = np.array([base.gexp(n) for n in range(255)], np.uint8)[(logs[:, None] + logs) % 255]
    products[0] = products[:, 0] = 0
    return products


def _generator(count: int) -> list[int]:
    """Product of (x - a^i), highest power first, in GF(256) of clause 7.5.2."""
    polynomial = [1]
    for i in range(count):
        scaled = [0, *(_times(base.gexp(i), c) for c in polynomial)]
        polynomial = [a ^ b for a, b in zip([*polynomial, 0], scaled, strict=True)]
    return polynomial


def _times(a: int, b: int) -> int:
    return base.gexp((base.glog(a) + base.glog(b)) % 255) if a and b else 0


def _fixed(version: int, level: int, mask: int, *, test: bool) -> Grid:
    """Finder, alignment and timing patterns, format and version information; None where data goes."""
    code = QRCode(version=version, error_correction=level, mask_pattern=mask)
    n = code.modules_count = 17 + 4 * version
    modules: Grid = [[None] * n for _ in range(n)]
    code.modules = modules
    for row, column in ((0, 0), (n - 7, 0), (0, n - 7)):
        code.setup_position_probe_pattern(row, column)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    code.setup_type_info(test, mask)
    if version >= 7:  # noqa: PLR2004 (version information begins here, clause 7.10)
        code.setup_type_number(test)
    return modules


def _dark(fixed: Grid) -> Cells:
    return [(r, c) for r, row in enumerate(fixed) for c, dark in enumerate(row) if dark]


def _data_cells(fixed: Grid) -> Cells:
    """Free cells in the order of placement: two columns wide, upwards and downwards in turn (clause 7.7.3)."""
    n = len(fixed)
    timing = 6
    cells: Cells = []
    right_columns = [*range(n - 1, timing, -2), *range(timing - 1, 0, -2)]
    for turn, right in enumerate(right_columns):
        rows = range(n) if turn % 2 else range(n - 1, -1, -1)
        cells += [(r, c) for r in rows for c in (right, right - 1) if fixed[r][c] is None]
    return cells
