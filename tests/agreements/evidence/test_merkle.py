from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements import verify
from agreements.evidence.canonical import written
from agreements.evidence.merkle import leaf_hash, node_hash, path, root, root_by_path

_LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


def _by_the_book(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1 as it is written: split at the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(_by_the_book(leaves[:half]), _by_the_book(leaves[half:]))


def test_the_root_of_nothing_is_the_digest_of_nothing() -> None:
    assert root([]) == hashlib.sha256(b"").digest()


def test_roots_are_those_of_known_trees() -> None:  # leaves of the tests of certificate transparency
    texts = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
    leaves = [bytes.fromhex(text) for text in texts]
    assert root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(_LEAVES)
def test_the_root_is_that_of_the_definition(leaves: list[bytes]) -> None:
    assert root(leaves) == _by_the_book(leaves)
    assert written(root(leaves)) == verify.merkle_root([written(leaf) for leaf in leaves])


@given(_LEAVES, st.data())
def test_each_leaf_has_a_path_to_the_root_and_to_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    steps = path(leaves, index)
    assert root_by_path(leaves[index], index, len(leaves), steps) == root(leaves)
    assert len(steps) <= len(leaves).bit_length()
    other = data.draw(st.binary(min_size=32, max_size=32).filter(lambda leaf: leaf != leaves[index]))
    assert root_by_path(other, index, len(leaves), steps) != root(leaves)
    assert root_by_path(leaves[index], index, len(leaves), (*steps, bytes(32))) is None
    assert not steps or root_by_path(leaves[index], index, len(leaves), steps[:-1]) is None


@given(_LEAVES, st.data())
def test_the_verifier_follows_paths_alike(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    steps = [written(step) for step in path(leaves, index)]
    assert verify.root_by_path(written(leaves[index]), index, len(leaves), steps) == written(root(leaves))
    assert verify.root_by_path(written(leaves[index]), index, len(leaves), [*steps, written(bytes(32))]) == ""


def test_a_leaf_that_is_not_there_has_no_path() -> None:
    with pytest.raises(IndexError, match="no leaf 3 among 3"):
        path([b"a", b"b", b"c"], 3)
