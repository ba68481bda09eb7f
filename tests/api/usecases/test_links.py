from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.adapters.fakes import FakeClock
from api.usecases import links
from docgen.findings import Refusal

SECRET = b"0123456789abcdef"
HOUR = timedelta(hours=1)


@given(values=st.lists(st.text(max_size=20), max_size=3))
def test_a_link_gives_back_what_was_signed(values: list[str]) -> None:
    clock = FakeClock()
    token = links.sign(SECRET, links.VIEW_JOB, values, clock, HOUR)
    assert links.read(SECRET, links.VIEW_JOB, token, clock) == tuple(values)


@given(at=st.integers(0, 80), sign=st.characters(min_codepoint=33, max_codepoint=126))
def test_a_changed_link_opens_nothing(at: int, sign: str) -> None:
    clock = FakeClock()
    token = links.sign(SECRET, links.VIEW_JOB, ("org_1", "job_1"), clock, HOUR)
    changed = token[:at] + sign + token[at + 1 :]
    if changed == token:
        return
    with pytest.raises(Refusal, match="link-invalid"):
        links.read(SECRET, links.VIEW_JOB, changed, clock)


@given(token=st.text(max_size=700))
def test_anything_else_opens_nothing(token: str) -> None:
    with pytest.raises(Refusal, match="link-invalid"):
        links.read(SECRET, links.VIEW_JOB, token, FakeClock())


def test_a_link_is_for_one_purpose_one_installation_and_a_while() -> None:
    clock = FakeClock()
    token = links.sign(SECRET, links.VIEW_JOB, ("org_1",), clock, HOUR)
    for secret, purpose in ((SECRET, links.OPERATE), (b"another secret!!", links.VIEW_JOB)):
        with pytest.raises(Refusal, match="link-invalid"):
            links.read(secret, purpose, token, clock)
    clock.advance(HOUR.total_seconds() + 1)
    with pytest.raises(Refusal, match="link-expired"):
        links.read(SECRET, links.VIEW_JOB, token, clock)
