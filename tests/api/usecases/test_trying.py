"""Uploads that are no version yet: checked, looked at, published once; and forgotten after a day."""

from __future__ import annotations

import io

import pytest

from api.ports import PackageKind
from api.usecases import drafts, packages, trying
from api.usecases.drafts import Draft
from api.usecases.formats import RecordsFormat, RecordsType
from api.usecases.trash import empty_trash
from api.usecases.trying import Look
from docgen.findings import Refusal
from tests.api.usecases.world import ORG, OTHER, World, note_template, sample, unzipped


def kept(world: World, data: bytes) -> drafts.BlobRef:
    return drafts.store_upload(world.deps, ORG, [data])


def forget(world: World, hours: float) -> None:
    world.deps.clock.advance(hours * 3600)  # type: ignore[attr-defined] # a fake
    while empty_trash(world.deps):
        pass


def test_an_upload_is_tried_before_it_is_a_version(world: World) -> None:
    ref = kept(world, sample("template", "rent-reminder"))
    tried = trying.try_upload(world.deps, ORG, PackageKind.TEMPLATE, ref)
    assert tried.content is not None
    with pytest.raises(Refusal, match="template-not-found"):
        packages.get(world.deps, ORG, PackageKind.TEMPLATE, "rent-reminder")
    look = Look(ref, "brd_grachtstad", "en")
    made = trying.preview_look(world.deps, ORG, look)
    assert made is trying.preview_look(world.deps, ORG, look)
    assert trying.picture_of(world.deps, ORG, look, 1, 40).startswith(b"\x89PNG")
    with pytest.raises(Refusal, match="page-not-found"):
        trying.picture_of(world.deps, ORG, Look(ref, "brd_grachtstad", frames=True), 99, 40)
    published = trying.publish(world.deps, ORG, PackageKind.TEMPLATE, ref)
    assert published.created
    assert not trying.publish(world.deps, ORG, PackageKind.TEMPLATE, ref).created
    assert trying.titled(world.deps, published.package).languages == ("nl", "en")
    assert published.package in trying.offered(world.deps, ORG, PackageKind.TEMPLATE)


def test_files_chosen_one_by_one_are_the_same_as_their_zip(world: World) -> None:
    files = sorted(unzipped(note_template()).items(), reverse=True)
    data = trying.zip_of(files)
    assert data == trying.zip_of(files[::-1])
    one, other = kept(world, data), kept(world, note_template())
    digests = {trying.try_upload(world.deps, ORG, PackageKind.TEMPLATE, ref).digest for ref in (one, other)}
    assert len(digests) == 1


def test_faults_say_file_and_line(world: World) -> None:
    ref = kept(world, note_template(body_nl_md="Subject: x\n\n{% nonsense %}\n"))
    tried = trying.try_upload(world.deps, ORG, PackageKind.TEMPLATE, ref)
    assert tried.content is None
    assert [(found.place.file, found.place.line) for found in tried.findings] == [("body.nl.md", 3)]
    with pytest.raises(Refusal, match="template-invalid"):
        trying.publish(world.deps, ORG, PackageKind.TEMPLATE, ref)


def test_an_upload_is_of_one_organisation_and_lasts_a_day(world: World) -> None:
    ref = kept(world, note_template(body_nl_md="Subject: Anders\n\nDag.\n"))
    with pytest.raises(Refusal, match="draft-gone"):
        trying.try_upload(world.deps, OTHER, PackageKind.TEMPLATE, ref)
    forget(world, 23)
    trying.try_upload(world.deps, ORG, PackageKind.TEMPLATE, ref)
    forget(world, 2)
    for use in (trying.try_upload, trying.publish):
        with pytest.raises(Refusal, match="draft-gone"):
            use(world.deps, ORG, PackageKind.TEMPLATE, ref)


def test_a_draft_of_a_job_keeps_its_choices_for_a_day(world: World) -> None:
    input_ref = kept(world, b"a;b\n1;2\n")
    draft = Draft(str(input_ref), "x.csv", RecordsType.CSV, "tpl_note", "brd_grachtstad", "Huur")
    ref = drafts.keep_draft(world.deps, ORG, draft)
    assert drafts.keep_draft(world.deps, ORG, draft) == ref
    assert drafts.read_draft(world.deps, ORG, ref) == draft
    with pytest.raises(Refusal, match="draft-gone"):
        drafts.read_draft(world.deps, OTHER, ref)
    seen = drafts.look_at_draft(world.deps, ORG, draft, RecordsFormat(RecordsType.CSV))
    assert seen.look is not None
    assert seen.look.names == ("a", "b")
    forget(world, 25)
    with pytest.raises(Refusal, match="draft-gone"):
        drafts.read_draft(world.deps, ORG, ref)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.csv", b"a;b\n", RecordsType.CSV),
        ("a", b"a;b\n", RecordsType.CSV),
        ("a.csv", "a;b\n".encode("utf-16"), RecordsType.CSV),
        ("a.XLSX", b"PK\x03\x04...", RecordsType.XLSX),
        ("a.csv", b"PK\x03\x04...", RecordsType.XLSX),
        ("a.json", b"nonsense", RecordsType.JSON),
        ("a.txt", b' \n[{"a": 1}]', RecordsType.JSON),
        ("a.xls", b"\xd0\xcf\x11\xe0", None),
        ("a.csv", b"%PDF-1.7", None),
        ("a.docx", b"x", None),
        ("a.bin", b"\x00\x01\x02", None),
        ("a.xlsx", b"a;b\n", None),
    ],
)
def test_a_file_is_known_by_its_beginning_and_its_name(name: str, data: bytes, kind: RecordsType | None) -> None:
    if kind is not None:
        assert drafts.kind_of_file(name, io.BytesIO(data)) is kind
        return
    with pytest.raises(Refusal, match=r"media-type-unsupported|records-xlsx-malformed"):
        drafts.kind_of_file(name, io.BytesIO(data))
