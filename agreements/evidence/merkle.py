"""The Merkle tree of RFC 6962 (section 2.1): one digest for many leaves, and short proofs that one is among them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def leaf_hash(leaf: bytes) -> bytes:
    """What stands for a leaf; the byte in front tells leaves from nodes."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """What stands for two branches."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """32 bytes for all leaves in their order; that of none is the digest of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    return _levels(leaves)[-1][0]


def path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The audit path of leaf ``index`` from 0 (section 2.1.1), lowest first."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} among {len(leaves)}")
    steps = []
    for level in _levels(leaves)[:-1]:
        if index ^ 1 < len(level):
            steps.append(level[index ^ 1])
        index //= 2
    return tuple(steps)


def root_by_path(leaf: bytes, index: int, size: int, steps: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to; None when it is too short or too long for leaf ``index`` of ``size``."""
    found, left = leaf_hash(leaf), list(steps)
    last = size - 1
    while last > 0:
        if index % 2 or index < last:
            if not left:
                return None
            beside = left.pop(0)
            found = node_hash(beside, found) if index % 2 else node_hash(found, beside)
        index, last = index // 2, last // 2
    return None if left or index else found


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Bottom to top. A branch without a neighbour goes up as it is: the tree that section 2.1 splits from above."""
    levels = [[leaf_hash(leaf) for leaf in leaves]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        levels.append(above + below[len(above) * 2 :])
    return levels
