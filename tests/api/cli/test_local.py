"""Commands that need no service: templates, brands, and the operator's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from api.cli.exits import ExitCode
from tests.api.usecases.world import NOTE_BODY, NOTE_TOML, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.cli.conftest import Command

HEAVY = {"sqlalchemy", "fastapi", "celery", "httpx", "numpy", "PIL", "reportlab", "pydantic", "uvicorn", "lxml"}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    folder = tmp_path / "note"
    folder.mkdir()
    (folder / "template.toml").write_text(NOTE_TOML, encoding="utf-8")
    (folder / "body.nl.md").write_text(NOTE_BODY, encoding="utf-8")
    return folder


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['posthoorn', '--help']\n"
        "from api.cli.app import run\n"
        "assert run() == 0\n"
        f"print({HEAVY!r} & set(sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - this very program
    assert "template" in found.stdout
    assert found.stderr.strip() == "set()"


def test_a_good_template_has_no_faults(posthoorn: Command, template: Path) -> None:
    assert posthoorn("template", "check", template) == ExitCode.OK
    assert posthoorn.out == "No faults.\n"


def test_every_fault_of_a_template_is_said_with_file_and_line(posthoorn: Command, template: Path) -> None:
    with (template / "body.nl.md").open("a", encoding="utf-8") as body:
        body.write("\n{{ amuont }}\n\n{{ recipient_name.__class__ }}\n")
    assert posthoorn("template", "check", template) == ExitCode.FINDINGS
    assert "error: template-variable-undefined: " in posthoorn.err
    assert "(file body.nl.md, line 15)" in posthoorn.err
    assert "template-attribute-not-allowed" in posthoorn.err
    assert posthoorn("template", "check", template, "--json") == ExitCode.FINDINGS
    assert '"valid": false' in posthoorn.out


@pytest.mark.slow
def test_a_brand_is_checked_with_its_logo(posthoorn: Command, tmp_path: Path) -> None:
    folder = tmp_path / "brand"
    shutil.copytree(SAMPLES / "brands" / "grachtstad", folder)
    assert posthoorn("brand", "check", folder) == ExitCode.OK, posthoorn.err
    (folder / "logo.svg").write_text("<svg><script/></svg>", encoding="utf-8")
    assert posthoorn("brand", "check", folder) == ExitCode.FINDINGS
    assert "logo-svg-element" in posthoorn.err


def test_a_folder_that_is_not_there_is_refused(posthoorn: Command) -> None:
    assert posthoorn("template", "check", "nowhere") == ExitCode.REFUSED
    assert posthoorn.err.startswith("template-folder-missing: ")


@pytest.mark.slow
def test_a_preview_is_pdf_and_pictures_in_a_sample_brand(posthoorn: Command, template: Path, tmp_path: Path) -> None:
    made = posthoorn.json("template", "preview", template, "--out", tmp_path / "out", "--frames")
    assert made["files"] == [str(tmp_path / "out" / name) for name in ("note.nl.pdf", "note.nl-1.png")]
    assert (tmp_path / "out" / "note.nl.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "out" / "note.nl-1.png").read_bytes().startswith(b"\x89PNG")


def test_an_operator_makes_organisations_and_keys(posthoorn: Command) -> None:
    made = posthoorn.json("organisation", "add", "Stichting Een")
    key = posthoorn.json("key", "add", made["id"], "--role", "submitter", "--role", "print_room", "--test")
    assert key["secret"].startswith("ph_test_")
    assert key["roles"] == ["print_room", "submitter"]
    revoked = posthoorn.json("key", "revoke", made["id"], key["id"])
    assert revoked["revoked_at"]
    assert "secret" not in posthoorn.json("key", "list", made["id"])[0]
    assert posthoorn("organisation", "list") == ExitCode.OK
    assert "Stichting Een" in posthoorn.out
    assert posthoorn.json("organisation", "operator-key")["key"].startswith("ph_operator_")
    assert posthoorn("key", "add", made["id"], "--role", "boss") == ExitCode.USAGE
    assert posthoorn.err.startswith("role-unknown: ")
    assert posthoorn("key", "add", "org_nope", "--role", "admin") == ExitCode.REFUSED
    assert posthoorn.err.startswith("organisation-not-found: ")


def test_migrating_again_changes_nothing(posthoorn: Command) -> None:
    assert [posthoorn.json("migrate") for _ in range(2)] == [{"migrated": True}] * 2


def test_bad_settings_are_said(posthoorn: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTHOORN_PORT", "x")
    assert posthoorn("migrate") == ExitCode.REFUSED
    assert "POSTHOORN_PORT" in posthoorn.err


def test_words_that_mean_nothing_are_a_usage_error(posthoorn: Command) -> None:
    assert posthoorn("template", "czech") == ExitCode.USAGE
