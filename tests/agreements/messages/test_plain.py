"""Texts of others become one line that says what it says."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from agreements.messages.plain import one_line, paragraphs, web_host


def test_lines_controls_and_turned_text_become_one_plain_line() -> None:
    assert one_line(" a\r\n\tb\u00a0 c\x00d\u202eeen\u2066 e\u0301 ") == "a b c deen é"
    assert one_line("👩\u200d🔬") == "👩\u200d🔬"
    assert paragraphs("one\n\n  two\r\n\u2028three") == ("one", "two", "three")


@given(st.text())
def test_any_text_is_one_line_without_controls_and_stays_so(text: str) -> None:
    line = one_line(text)

    assert one_line(line) == line
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in line)


def test_only_the_web_has_hosts() -> None:
    assert web_host("https://mijn.example.nl/a/X") == "mijn.example.nl"
    assert [web_host(one) for one in ("", "javascript:alert(1)", "mailto:a@b.nl", "https://[", "//x.nl")] == [""] * 5
