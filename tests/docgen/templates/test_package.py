"""Folders and zips as files by name; hostile zips are refused with a code."""

from __future__ import annotations

import contextlib
import io
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Refusal
from docgen.templates.package import BRAND_RULES, PackageRules, read_folder, read_zip

if TYPE_CHECKING:
    from pathlib import Path

SMALL = PackageRules("template", frozenset({".md", ".toml"}), max_files=3, max_total_bytes=1_000)


def zip_of(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def code_of(data: bytes, rules: PackageRules = SMALL) -> str:
    with pytest.raises(Refusal) as refused:
        read_zip(data, rules)
    return refused.value.code


def test_files_come_sorted_and_without_the_folder_around_them() -> None:
    data = zip_of({"t/b.md": b"2", "t/a.toml": b"1", "__MACOSX/x.bin": b"", "t/.DS_Store": b""})
    assert read_zip(data, SMALL) == {"a.toml": b"1", "b.md": b"2"}
    assert list(read_zip(data, SMALL)) == ["a.toml", "b.md"]


def test_a_second_folder_level_stays() -> None:
    assert read_zip(zip_of({"t/a.md": b"", "t/u/b.md": b""}), SMALL) == {"a.md": b"", "u/b.md": b""}


@pytest.mark.parametrize("name", ["../a.md", "/a.md", "a/../../b.md", "..\\a.md", "C:a.md"])
def test_a_path_that_leads_outside_is_refused(name: str) -> None:
    assert code_of(zip_of({name: b""})) == "template-zip-path"


def test_too_many_bytes_or_files_are_refused() -> None:
    assert code_of(zip_of({"a.md": b"0" * 1001})) == "template-zip-bomb"
    assert code_of(zip_of({f"{i}.md": b"" for i in range(4)})) == "template-zip-bomb"


def test_a_size_that_lies_unpacks_no_more_than_allowed() -> None:
    data = bytearray(zip_of({"a.md": b"0" * 5000}))
    honest = (5000).to_bytes(4, "little")
    while honest in data:
        at = data.index(honest)
        data[at : at + 4] = (10).to_bytes(4, "little")
    assert code_of(bytes(data)) == "template-zip-malformed"


def test_a_link_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a.md")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert code_of(out.getvalue()) == "template-zip-symlink"


def test_a_password_is_refused() -> None:
    data = bytearray(zip_of({"a.md": b"x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert code_of(bytes(data)) == "template-zip-encrypted"


def test_names_that_differ_in_case_only_are_refused() -> None:
    assert code_of(zip_of({"a.md": b"", "A.md": b""})) == "template-zip-duplicate"


def test_an_unknown_kind_of_file_is_refused_in_the_words_of_the_package() -> None:
    assert code_of(zip_of({"a.exe": b""})) == "template-zip-file-kind"
    assert code_of(zip_of({"a.exe": b""}), BRAND_RULES) == "brand-zip-file-kind"


def test_what_is_no_zip_is_refused() -> None:
    assert code_of(b"no zip") == "template-zip-malformed"
    assert code_of(zip_of({"a.md": b"hello" * 9})[:-30]) == "template-zip-malformed"


def test_damaged_contents_are_refused() -> None:
    data = bytearray(zip_of({"a.md": b"hello" * 9}, zipfile.ZIP_STORED))
    data[data.index(b"hello")] ^= 1
    assert code_of(bytes(data)) == "template-zip-malformed"


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_break_the_reader(noise: bytes, at: int, value: int) -> None:
    good = bytearray(zip_of({"a.md": b"hello" * 20, "b.toml": b"x = 1"}))
    good[at % len(good)] = value
    for data in (noise, bytes(good)):
        with contextlib.suppress(Refusal):
            assert sum(map(len, read_zip(data, SMALL).values())) <= SMALL.max_total_bytes


def test_a_folder_is_read_the_same_way(tmp_path: Path) -> None:
    (tmp_path / "u").mkdir()
    (tmp_path / "u" / "b.md").write_bytes(b"2")
    (tmp_path / "a.toml").write_bytes(b"1")
    (tmp_path / "Thumbs.db").write_bytes(b"")
    assert read_folder(tmp_path, SMALL) == {"a.toml": b"1", "u/b.md": b"2"}


def test_a_folder_has_the_same_limits(tmp_path: Path) -> None:
    def code() -> str:
        with pytest.raises(Refusal) as refused:
            read_folder(tmp_path, SMALL)
        return refused.value.code

    with pytest.raises(Refusal, match="template-folder-missing"):
        read_folder(tmp_path / "none", SMALL)
    (tmp_path / "a.exe").write_bytes(b"")
    assert code() == "template-folder-file-kind"
    (tmp_path / "a.exe").unlink()
    (tmp_path / "big.md").write_bytes(b"0" * 1001)
    assert code() == "template-folder-too-large"
    (tmp_path / "big.md").unlink()
    (tmp_path / "link.md").symlink_to("/etc/passwd")
    assert code() == "template-folder-symlink"
