"""A sliding window keeps line and column right."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from docgen.records.text_window import TextWindow


@given(st.text("ab\né", min_size=1), st.data())
def test_places_do_not_depend_on_what_was_let_go(text: str, data: st.DataObject) -> None:
    window = TextWindow(io.BytesIO(text.encode()))
    index = data.draw(st.integers(0, len(text)))
    whole = window.place_of(index)
    used = data.draw(st.integers(0, index))
    window.use(used)
    window.more()
    assert window.at_end
    assert window.place_of(index - used) == whole
    before = text[:index]
    assert whole == (before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)
