"""docs/errors.md lists every code, and only codes that exist."""

from __future__ import annotations

from api.http.problem_pages import entries
from api.http.problems import STATUS, status_of
from tests.api.error_codes import ROOT, codes


def test_every_code_in_the_source_is_documented_and_no_other() -> None:
    said = codes()
    assert not {code: where for code, where in said.items() if code not in entries()}
    assert not set(entries()) - set(said)


def test_no_code_is_documented_twice() -> None:
    lines = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8").splitlines()
    listed = [line.split("`")[1] for line in lines if line.startswith("| `")]
    assert len(listed) == len(set(listed))


def test_the_statuses_are_those_of_the_table() -> None:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8").partition("## Statuses")[2]
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| ") and "`" in line]
    documented = {code.strip(" `"): int(status) for status, listed in rows for code in listed.split(",")}
    assert documented == {code: int(status) for code, status in STATUS.items()}


def test_unknown_things_are_404_and_content_is_422() -> None:
    assert status_of("anything-not-found") == 404
    assert status_of("template-invalid") == 422
