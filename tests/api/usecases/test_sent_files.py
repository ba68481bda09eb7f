"""Files that were chosen together are told apart by what is in them."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from api.usecases.ready_made.sent_files import NamedFile, sorted_files
from api.usecases.ready_made.wishes import PDF, ZIP
from docgen.findings import Refusal
from tests.api.usecases.world import zipped
from tests.docgen.records.test_xlsx_to_csv import workbook

ONE = b"%PDF-1.7 one"


def named(name: str, content: bytes) -> NamedFile:
    return NamedFile(name, BytesIO(content))


def test_many_pdfs_are_the_same_zip_in_whatever_order_they_come() -> None:
    files = {"b.pdf": ONE, "map/a.PDF": ONE + b"2"}
    bodies = []
    for order in (files, reversed(files)):
        with sorted_files([named(name, files[name]) for name in order]) as sent:
            assert (sent.name, sent.media_type, sent.data) == ("2 PDFs", ZIP, None)
            bodies.append(sent.body.read())
    assert bodies[0] == bodies[1]
    with zipfile.ZipFile(BytesIO(bodies[0])) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"b.pdf": ONE, "a.pdf": ONE + b"2"}


@pytest.mark.parametrize(
    ("letters", "media_type"),
    [
        (named("brief.PDF", ONE), PDF),
        (named("brief", b"\n\n" + ONE), PDF),
        (named("damaged.pdf", b"nothing"), PDF),
        (named("map.zip", zipped({"a.pdf": ONE})), ZIP),
        (named("damaged.zip", b"\0"), ZIP),
    ],
)
@pytest.mark.parametrize("data", [None, named("a.csv", b"reference\nA\n"), named("b.xlsx", workbook(["a"]).getvalue())])
def test_letters_and_their_data_file_are_told_apart(
    letters: NamedFile, media_type: str, data: NamedFile | None
) -> None:
    for each in filter(None, (letters, data)):
        each.file.seek(0)
    with sorted_files([each for each in (data, letters) if each]) as sent:
        assert (sent.media_type, sent.body) == (media_type, letters.file)
        assert (sent.data is None) == (data is None)
        if sent.data is not None:
            assert sent.data.read() in {b"reference\nA\n", b"a\r\n"}


def test_more_pdfs_than_a_zip_may_have_are_refused() -> None:
    with pytest.raises(Refusal) as refused, sorted_files([named(f"{number}.pdf", ONE) for number in range(501)]):
        pass
    assert refused.value.code == "readymade-zip-bomb"
