"""E-mail addresses: syntax, spelling, and slips of the finger."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.validators.email import check
from scanning.validators.mail_domains import likely_meant, one_slip
from scanning.validators.verdict import Verdict


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("jan@example.nl", "jan@example.nl"),
        (" jan@example.nl ", "jan@example.nl"),
        ("Jan @ Example . nl", "Jan@example.nl"),
        ("JAN@GMAIL.COM", "JAN@gmail.com"),
        ("mailto:jan@example.nl", "jan@example.nl"),
        ("<jan@example.nl>", "jan@example.nl"),
        ("jan\u200b@example.nl", "jan@example.nl"),
        ("jan+huur@gmail.com", "jan+huur@gmail.com"),
        ("info@corporatie.nl", "info@corporatie.nl"),
        ("o'brien@example.ie", "o'brien@example.ie"),
        ("jörg@example.de", "jörg@example.de"),
        ("jan@xn--mnchen-3ya.de", "jan@münchen.de"),
        ("a" * 64 + "@example.nl", "a" * 64 + "@example.nl"),
    ],
)
def test_addresses_are_accepted_in_every_clear_spelling(typed: str, value: str) -> None:
    found = check(typed)
    assert (found.verdict, found.value, found.code) == (Verdict.ACCEPT, value, None)


def test_an_international_domain_has_a_form_for_old_servers() -> None:
    assert check("jan@münchen.de").facts["ascii"] == "jan@xn--mnchen-3ya.de"
    assert check("jörg@example.de").facts["ascii"] == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("jan@gmial.com", "gmail.com"),
        ("jan@gmai.com", "gmail.com"),
        ("jan@gamil.com", "gmail.com"),
        ("jan@gmail.con", "gmail.com"),
        ("jan@gmail.nl", "gmail.com"),
        ("jan@gmil.cm", "gmail.com"),
        ("jan@hotnail.com", "hotmail.com"),
        ("jan@hotmial.nl", "hotmail.nl"),
        ("jan@hotmail.co", "hotmail.com"),
        ("jan@outlok.com", "outlook.com"),
        ("jan@ziggo.com", "ziggo.nl"),
        ("jan@zigo.nl", "ziggo.nl"),
        ("jan@kpnmial.nl", "kpnmail.nl"),
        ("jan@live.nk", "live.nl"),
        ("jan@iclould.com", "icloud.com"),
    ],
)
def test_a_slip_in_a_well_known_domain_is_a_hint_and_no_change(typed: str, meant: str) -> None:
    asked, kept = check(typed), check(typed, insists=True)
    assert (asked.verdict, asked.code, asked.value) == (Verdict.ASK_AGAIN, "email-typo", typed)
    assert asked.candidates == (f"jan@{meant}",)
    assert (kept.verdict, kept.value, kept.insisted) == (Verdict.ACCEPT, typed, True)


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "ymail.com",
        "mail.com",
        "gmx.nl",
        "gmx.net",
        "live.be",
        "me.com",
        "oranje.nl",
        "dela.nl",
        "hotmail.fr",
    ],
)
def test_real_domains_are_left_alone(domain: str) -> None:
    assert likely_meant(domain) is None


@pytest.mark.parametrize("typed", ["jan", "jan.example.nl", ""])
def test_without_an_at_it_is_refused(typed: str) -> None:
    assert check(typed).code == "email-no-at"


@pytest.mark.parametrize(
    "typed",
    ["jan@", "@example.nl", "jan@example", "a@b@c.nl", "jan@localhost", "jan@[127.0.0.1]", "jan@-x.nl", '"a b"@x.nl'],
)
def test_what_cannot_be_an_address_is_refused(typed: str) -> None:
    found = check(typed)
    assert (found.verdict, found.code) == (Verdict.REFUSE, "email-invalid")


def test_a_very_long_address_is_told_how_long_it_may_be() -> None:
    found = check("jan@" + ".".join(["x" * 60] * 5) + ".nl")
    assert (found.code, found.facts["most"]) == ("email-too-long", 254)


def test_an_absurdly_long_text_is_refused_at_once() -> None:
    assert check("a" + " " * 1_000_000 + "b@example.nl").code == "email-too-long"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("jan@gmail,com", "jan@gmail.com"),
        ("jan@gmail.com.", "jan@gmail.com"),
        ("jan..p@gmail.com", "jan.p@gmail.com"),
        ("jan jansen@gmail.com", "janjansen@gmail.com"),
        ("Jan <jan@example.nl>", "jan@example.nl"),
        ("jan@example.nl; piet@example.nl", "jan@example.nl"),
    ],
)
def test_what_is_nearly_an_address_is_asked(typed: str, first: str) -> None:
    found = check(typed)
    assert (found.verdict, found.value, found.candidates[0]) == (Verdict.ASK_AGAIN, None, first)
    assert check(typed, insists=True).verdict is Verdict.REVIEW


@given(st.text(max_size=40) | st.from_regex(r"[a-z.+ ]{1,8}@[a-z.\-]{1,12}\.(nl|com)", fullmatch=True))
def test_no_text_makes_it_fail_and_values_stay_as_they_are(text: str) -> None:
    found = check(text)
    if found.value is not None:
        again = check(found.value)
        assert (again.value, again.verdict) == (found.value, found.verdict)


@given(st.text(alphabet="abc", max_size=6), st.text(alphabet="abc", max_size=6))
def test_one_slip_is_the_same_both_ways(one: str, other: str) -> None:
    assert one_slip(one, other) == one_slip(other, one)
    assert not one_slip(one, one)
