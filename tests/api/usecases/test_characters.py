"""What no database keeps is seen, and marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.usecases.characters import is_whole, whole

ANY = st.text(alphabet=st.characters() | st.sampled_from("\0\ud800\udfff"), max_size=20)


@given(ANY)
def test_what_was_marked_is_whole_and_as_long(text: str) -> None:
    marked = whole(text)
    assert is_whole(marked)
    assert len(marked) == len(text)
    assert (marked == text) == is_whole(text)
    assert marked.encode().find(b"\0") == -1
