"""QR Code symbols (ISO/IEC 18004:2015, model 2) at composing speed: many symbols of a version in one pass.

The reference encoder (``qrcode``) must be matched module for module, its choice of mask included.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from qrcode import base, constants

from docgen.findings import Refusal
from docgen.qr.patterns import pack, patterns
from docgen.qr.penalty import penalties

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from docgen.qr.patterns import Patterns

MAX_VERSION = 40
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
# Two characters as one number of two bytes, in the order of the machine -> their eleven bits (clause 7.4.4).
_PAIRS = {
    int.from_bytes((a + b).encode("ascii"), sys.byteorder): f"{45 * i + j:011b}"
    for i, a in enumerate(ALPHANUMERIC)
    for j, b in enumerate(ALPHANUMERIC)
}
_SINGLES = {ord(a): f"{i:06b}" for i, a in enumerate(ALPHANUMERIC)}
_BYTE, _ALNUM = 4, 2
# As many as keep the arrays of a pass in the processor's cache.
_AT_ONCE = 16


class Level(IntEnum):
    """Error correction levels; the values are the reference encoder's."""

    L = constants.ERROR_CORRECT_L
    M = constants.ERROR_CORRECT_M
    Q = constants.ERROR_CORRECT_Q
    H = constants.ERROR_CORRECT_H


@dataclass(frozen=True, slots=True)
class Symbol:
    """A finished symbol. ``rows``: from the top, ``stride`` bytes each, the leftmost module the least bit, 1 = dark."""

    version: int
    level: Level
    mask: int
    rows: bytes

    @property
    def size(self) -> int:
        """Modules along a side, without the quiet zone."""
        return size_of(self.version)

    @property
    def stride(self) -> int:
        """Bytes of a row."""
        return -(-self.size // 8)

    def modules(self) -> NDArray[np.uint8]:
        """uint8, (size, size), 1 = dark."""
        rows = np.frombuffer(self.rows, np.uint8).reshape(self.size, self.stride)
        return np.unpackbits(rows, axis=1, count=self.size, bitorder="little")


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


def encode(data: bytes, level: Level = Level.M) -> Symbol:
    """The symbol of ``data`` in one segment: alphanumeric when all of it is, else bytes.

    Raises:
        Refusal: ``qr-too-much-data``.
    """
    return encode_all([data], level)[0]


def encode_all(payloads: Sequence[bytes], level: Level = Level.M) -> list[Symbol]:
    """The symbols of ``payloads``, each as ``encode`` makes it; together they cost a fraction of one by one.

    Raises:
        Refusal: ``qr-too-much-data``.
    """
    by_version: dict[int, list[int]] = defaultdict(list)
    for at, data in enumerate(payloads):
        by_version[version_for(data, level)].append(at)
    symbols: dict[int, Symbol] = {}
    for version, places in by_version.items():
        for start in range(0, len(places), _AT_ONCE):
            group = places[start : start + _AT_ONCE]
            symbols.update(zip(group, _encoded([payloads[at] for at in group], version, level), strict=True))
    return [symbols[at] for at in range(len(payloads))]


def _encoded(payloads: Sequence[bytes], version: int, level: Level) -> list[Symbol]:
    """Symbols of one version."""
    kit = patterns(version, level)
    unmasked = _unmasked(payloads, version, kit)
    masked = unmasked[:, None] ^ kit.scored
    scores = penalties(masked.reshape(-1, *masked.shape[2:]), kit.size).reshape(len(payloads), -1)
    masks = scores.argmin(axis=1)
    rows = unmasked[:, 0] ^ kit.final[masks, 0]
    stride = -(-kit.size // 8)
    shown = rows.view(np.uint8)[..., :stride].reshape(len(payloads), -1)
    return [Symbol(version, level, mask, row.tobytes()) for mask, row in zip(masks.tolist(), shown, strict=True)]


def _unmasked(payloads: Sequence[bytes], version: int, kit: Patterns) -> NDArray[np.uint64]:
    """uint64, (symbols, 2, size, words): data and check codewords at their places, all else light."""
    codewords = [_codewords(data, version, kit.data_codewords) for data in payloads]
    data = np.frombuffer(b"".join(codewords), np.uint8).reshape(len(payloads), -1)
    checks = [
        np.bitwise_xor.reduce(table[np.arange(end - first), data[:, first:end]], axis=1).view(np.uint8)
        for (first, end), table in zip(kit.blocks, kit.checks, strict=True)
    ]
    final = np.concatenate([data, *[c[:, : kit.check_codewords] for c in checks]], axis=1)[:, kit.order]
    # A light module behind the last bit, for the places that hold none.
    bits = np.zeros((len(payloads), 8 * final.shape[1] + 1), np.uint8)
    bits[:, :-1] = np.unpackbits(final, axis=1)
    lit = np.empty((len(payloads), *kit.source.shape), np.uint8)
    return pack(bits.take(kit.source, axis=1, out=lit, mode="clip"))


@lru_cache(maxsize=4_000)
def _smallest_version(length: int, level: Level, *, alnum: bool) -> int:
    """The smallest version that holds so many bytes; one beyond the largest when none does."""
    for version in range(1, MAX_VERSION + 1):
        if _bit_count(length, version, alnum=alnum) <= 8 * _data_codewords(version, level):
            return version
    return MAX_VERSION + 1


def _is_alphanumeric(data: bytes) -> bool:
    return not data.translate(None, _ALPHANUMERIC_BYTES)


_ALPHANUMERIC_BYTES = ALPHANUMERIC.encode("ascii")


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
    used = _bit_count(len(data), version, alnum=alnum)
    if alnum:
        value = value << (used - 4 - _length_bits(version, alnum=alnum)) | _alphanumeric(data)
    else:
        value = value << 8 * len(data) | int.from_bytes(data, "big")
    terminated = min(used + 4, 8 * capacity)
    padded = -(-terminated // 8) * 8
    head = (value << (padded - used)).to_bytes(padded // 8, "big")
    return head + (b"\xec\x11" * capacity)[: capacity - len(head)]


def _alphanumeric(data: bytes) -> int:
    """Eleven bits for two characters, six for a last one (clause 7.4.4)."""
    even = len(data) & ~1
    bits = "".join(map(_PAIRS.__getitem__, memoryview(data)[:even].cast("H")))
    return int(bits + (_SINGLES[data[-1]] if len(data) % 2 else "") or "0", 2)
