"""Entry tokens and codes, links and piece ids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen import crockford
from docgen.findings import Refusal
from docgen.qr import entry_code, entry_link, links, payment_link, token
from docgen.qr.encoder import ALPHANUMERIC, Level, version_for

SECRET = b"0123456789abcdef0123456789abcdef"
BODIES = st.text(crockford.ALPHABET, min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("7F3K9M2QX4TB", "S"),
        ("7F3K9M2QX4TBW8ND", "Y"),
        ("0123456789ABCDEF", "8"),
        ("0000000000000000", "0"),
        ("ZZZZZZZZZZZZZZZZ", "G"),
    ],
)
def test_check_characters(body: str, check: str) -> None:
    assert crockford.check_character(body) == check
    assert crockford.is_checked(body + check)


@given(BODIES, st.data())
def test_one_wrong_character_is_always_caught(body: str, data: st.DataObject) -> None:
    code = body + crockford.check_character(body)
    place = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(st.sampled_from(crockford.ALPHABET).filter(lambda c: c != code[place]))
    assert not crockford.is_checked(code[:place] + wrong + code[place + 1 :])


def test_codes_and_tokens_are_derived_and_of_their_own_kind() -> None:
    code, url_token = entry_code.derive_code(SECRET, "pce_1"), entry_code.derive_token(SECRET, "pce_1")
    assert (len(code), len(url_token)) == (10, 26)
    assert code == entry_code.derive_code(SECRET, "pce_1")
    assert code != entry_code.derive_code(SECRET, "pce_1", attempt=1)
    assert code[:9] != url_token[:9]
    assert url_token != entry_code.derive_token(SECRET, "pce_2")
    assert url_token != entry_code.derive_token(SECRET[::-1], "pce_1")
    assert entry_code.is_token(url_token)
    assert crockford.is_checked(code)


def test_a_token_never_changes_between_versions() -> None:
    assert entry_code.derive_token(SECRET, "pce_1") == "DRJXZ61NGT3909V21R93WP7D3D"
    assert entry_code.derive_code(SECRET, "pce_1") == "P80QVW064K"


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        entry_code.derive_token(b"short", "pce_1")


@given(st.integers(0, 1000))
def test_a_typed_code_is_read_however_it_is_written(number: int) -> None:
    code = entry_code.derive_code(SECRET, f"pce_{number}")
    printed = entry_code.format_code(code)
    assert len(printed) == 11
    typed = printed.lower().replace("1", "l").replace("0", "o").replace("-", " - ")
    assert entry_code.read_code(typed) == code
    assert entry_code.read_code(printed.replace("1", "I")) == code


@pytest.mark.parametrize("typed", ["", "12345", "U" * 10, "0000000001", "00000000000", "éééééééééé"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert entry_code.read_code(typed) is None


def test_base32_needs_enough_bytes() -> None:
    assert crockford.base32(b"\xff\x00", 3) == "ZW0"
    with pytest.raises(ValueError, match="do not fill"):
        crockford.base32(b"\xff", 2)


def test_an_entry_link_is_short_and_upper_case() -> None:
    url_token = entry_code.derive_token(SECRET, "pce_1")
    url = entry_link.encode("https://q.example.nl/", url_token)
    assert url == f"HTTPS://Q.EXAMPLE.NL/{url_token}"
    assert set(url) <= set(ALPHANUMERIC)
    assert entry_link.token_of(url.lower()) == url_token
    assert version_for(url.encode(), Level.M) == 3
    assert links.read_link(url) == url


@pytest.mark.parametrize(
    ("base", "bad_token"),
    [
        ("http://q.example.nl", False),
        ("https://localhost", False),
        ("https://q.example.nl/p?x=1", False),
        ("https://u@q.example.nl", False),
        ("https://q.example.nl", True),
    ],
)
def test_entry_links_need_a_plain_base_and_a_token(base: str, *, bad_token: bool) -> None:
    with pytest.raises(Refusal, match="entry-link-invalid"):
        entry_link.encode(base, "TOOSHORT" if bad_token else entry_code.derive_token(SECRET, "pce_1"))


@pytest.mark.parametrize("url", ["https://q.example.nl/short", "q.example.nl/" + "0" * 26, ""])
def test_other_links_have_no_token(url: str) -> None:
    assert entry_link.token_of(url) is None


def test_the_host_is_told_in_words() -> None:
    assert entry_link.host_in_words("HTTPS://Q.EXAMPLE.NL/M/") == "q.example.nl/m"


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("https://betaal.example.nl/B/7F3K9M2QX4TBW8ND", "HTTPS://BETAAL.EXAMPLE.NL/B/7F3K9M2QX4TBW8ND"),
        ("HTTPS://PAY.EXAMPLE.NL:8443/7F3K9M2QX4TB", "HTTPS://PAY.EXAMPLE.NL:8443/7F3K9M2QX4TB"),
        ("https://x.nl/V1/PAY/ABCDEFGHJKMN", "HTTPS://X.NL/V1/PAY/ABCDEFGHJKMN"),
    ],
)
def test_payment_links_are_printed_upper_case(url: str, printed: str) -> None:
    assert payment_link.encode(url) == printed


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://x.nl/b/7F3K9M2QX4TB", "link-character"),
        ("https://x.nl/B/7F3K9M2QX4TB?n=1", "link-character"),
        ("https://x.nl/JAN@X.NL", "link-character"),
        ("http://x.nl/7F3K9M2QX4TB", "link-form"),
        ("https://x.nl", "link-form"),
        ("", "link-form"),
        ("https://x.nl/1234AB12/7F3K9M2QX4TB", "link-form"),
        ("https://x.nl/7F3K9M", "link-token-too-short"),
        ("https://x.nl/NL91ABNA0417164300", "link-personal-data"),
        ("https://x.nl/RF18539007547034", "link-personal-data"),
        ("https://x.nl/5000056789012345", "link-personal-data"),
        ("https://x.nl/0612345678", "link-personal-data"),
        ("https://x.nl/1234AB-12", "link-personal-data"),
        ("https://x.nl/1980-01-31", "link-personal-data"),
        ("https://x.nl/JAN-JANSEN", "link-personal-data"),
        ("https://" + "x" * 60 + ".nl/" + "A" * 64, "link-too-long"),
    ],
)
def test_other_payment_links_are_refused(url: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        payment_link.encode(url)
    assert [f.code for f in refusal.value.findings] == [code]


def test_piece_ids_are_the_same_each_time() -> None:
    made = token.derive_piece_id("job_1", 1)
    assert made == token.derive_piece_id("job_1", 1)
    assert token.is_piece_id(made)
    assert len({token.derive_piece_id(job, n) for job in ("job_1", "job_11") for n in range(1, 200)}) == 398


@pytest.mark.parametrize("text", ["", "pce_", "pce_" + "i" * 20, "PCE_" + "0" * 20, "job_" + "0" * 20])
def test_other_ids_are_no_piece_ids(text: str) -> None:
    assert not token.is_piece_id(text)


@pytest.mark.parametrize(("job", "sequence"), [("", 1), ("job_1", -1)])
def test_a_piece_needs_a_job_and_a_record(job: str, sequence: int) -> None:
    with pytest.raises(ValueError, match="counted from 0"):
        token.derive_piece_id(job, sequence)
