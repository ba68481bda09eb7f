"""PDFs of letters at the command line: sent, waited for, and pictures of what is wrong fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.cli.exits import ExitCode
from tests.api.usecases.ready import in_the_margin, letter, many, pdf_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.cli.conftest import Command
    from tests.api.http.service import Service


@pytest.fixture(autouse=True)
def _work_while_waiting(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of workers of its own."""
    monkeypatch.setattr("api.cli.jobs.time.sleep", lambda _: service.world.run())


def test_a_pdf_with_a_data_file_is_sent_and_waited_for(posthoorn: Command, tmp_path: Path) -> None:
    pdf, data = tmp_path / "brieven.pdf", tmp_path / "brieven.csv"
    pdf.write_bytes(many(2))
    data.write_bytes(b"reference;first_page\nA;1\nB;3")
    words = ("job", "submit-pdf", pdf, "--split", "data", "--data", data, "--title", "November", "--wait")
    assert posthoorn(*words) == ExitCode.OK, posthoorn.err
    assert "records 2, valid 2, faulty 0, composed 2" in posthoorn.out


def test_pictures_of_what_is_wrong_are_fetched(posthoorn: Command, tmp_path: Path) -> None:
    pdf, out = tmp_path / "brieven.pdf", tmp_path / "out"
    pdf.write_bytes(pdf_of(letter(1), letter(2, also=in_the_margin)))
    words = ("job", "submit-pdf", pdf, "--split", "pages", "--pages", 2, "--validate-only", "--wait")
    assert posthoorn(*words) == ExitCode.FINDINGS
    assert "1 times pdf-ink-outside-printable" in posthoorn.err
    job = posthoorn.out.split()[0]
    assert posthoorn("job", "overlays", job, "--out", out) == ExitCode.OK, posthoorn.err
    assert (out / "file-0-page-3.png").read_bytes().startswith(b"\x89PNG")


def test_only_pdfs_and_zips_are_sent(posthoorn: Command, tmp_path: Path) -> None:
    path = tmp_path / "brief.docx"
    path.write_bytes(b"PK")
    assert posthoorn("job", "submit-pdf", path) == ExitCode.USAGE
    assert posthoorn.err.startswith("media-type-unsupported: ")
