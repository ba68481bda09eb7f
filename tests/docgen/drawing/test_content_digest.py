"""What a page is does not depend on how it was deflated."""

from __future__ import annotations

import zlib
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from docgen.drawing.pages import content_digest, drawn_letter


@given(st.binary(max_size=3000), st.integers(0, 9))
def test_the_digest_is_of_the_content_at_any_level_of_deflating(content: bytes, level: int) -> None:
    assert content_digest(zlib.compress(content, level)) == sha256(content).hexdigest()


@given(st.lists(st.binary(max_size=3000), max_size=3))
def test_a_drawn_letter_tells_what_its_pages_hold(contents: list[bytes]) -> None:
    drawn = drawn_letter(contents, frozenset())
    assert [zlib.decompress(page) for page in drawn.pages] == contents
    assert list(drawn.digests) == [content_digest(page) for page in drawn.pages]
