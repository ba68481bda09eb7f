"""Authors of templates see what is wrong and how it looks before anybody can choose it."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import PackageKind, Role
from api.usecases import packages
from docgen.findings import Refusal
from tests.api.usecases.world import ORG, note_template, sample, unzipped

if TYPE_CHECKING:
    from tests.api.http.staff.browser import Browser, Staff
    from tests.api.usecases.world import World

TEMPLATES = "/staff/templates"


def attempt(browser: Browser, data: bytes, kind: str = "template") -> Browser:
    browser.get(TEMPLATES)
    return browser.send(f"/staff/{kind}s/try", {"file": (f"{kind}.zip", data)})


def version(world: World, key: str, kind: PackageKind = PackageKind.TEMPLATE) -> Any:  # noqa: ANN401 - or nothing
    try:
        return packages.get(world.deps, ORG, kind, key)
    except Refusal:
        return None


def test_a_template_is_seen_in_every_language_and_then_published(sam: Browser, world: World) -> None:
    attempt(sam, sample("template", "rent-reminder"))
    assert [each.text_content() for each in sam.page.xpath("//main//section/h2")] == ["Dutch", "English"]
    pictures = sam.page.xpath("//ul[contains(@class,'pages')]//img/@src")
    assert len(pictures) >= 2
    for picture in pictures[:2]:
        assert sam.client.get(picture).content.startswith(b"\x89PNG")
    assert version(world, "rent-reminder") is None
    (action,) = [each for each in sam.actions() if "draft" in each]
    sam.send(action)
    assert "is published" in sam.text
    made = version(world, "rent-reminder")
    assert sam.answer.url.path == f"{TEMPLATES}/{made.id}"
    assert sam.client.get(sam.page.xpath("//ul[contains(@class,'pages')]//img/@src")[0]).status_code == 200


def test_the_files_of_a_folder_do_as_well(sam: Browser) -> None:
    sam.get(TEMPLATES)
    fields = sam.fields("/staff/templates/try")
    files = [("file", (name, content)) for name, content in unzipped(sample("template", "rent-reminder")).items()]
    sam.answer = sam.client.post("/staff/templates/try", data=fields, files=files, follow_redirects=True)
    assert "rent-reminder 1.0" in sam.text


def test_faults_are_shown_with_file_and_line_and_nothing_is_published(sam: Browser, world: World) -> None:
    attempt(sam, note_template(body_nl_md="Subject: x\n\n{% nonsense %}\n"))
    cells = [each.text_content() for each in sam.page.xpath("//section[@class='trouble']//tbody/tr[1]/*")]
    assert cells[:2] == ["body.nl.md", "3"]
    assert not [each for each in sam.actions() if "draft" in each]
    token = sam.page.xpath("//input[@name='csrf']/@value")[0]
    answer = sam.client.post(str(sam.answer.url), data={"csrf": token})
    assert answer.status_code == 422
    assert version(world, "note").version == "1.0"


def test_a_version_with_other_content_has_to_be_raised(sam: Browser) -> None:
    attempt(sam, note_template(body_nl_md="Subject: Anders\n\nDag {{ recipient_name }}.\n"))
    assert "with other content" in sam.text
    attempt(sam, note_template())
    assert "This very version is there already" in sam.text


def _zip(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no zip", "template-zip-malformed"),
        (_zip(("../../etc/passwd.toml", b"x")), "template-zip-path"),
        (_zip(("/etc/passwd.toml", b"x")), "template-zip-path"),
        (_zip(("bomb.txt", bytes(60_000_000))), "template-zip-bomb"),
        (_zip(("run.exe", b"MZ")), "template-zip-file-kind"),
    ],
)
def test_a_hostile_zip_is_refused_at_its_field(sam: Browser, data: bytes, code: str) -> None:
    attempt(sam, data)
    assert sam.answer.status_code == 422
    assert code in sam.text
    assert sam.page.xpath("//section[@class='trouble']//h2/a/@href") == ["#template-file"]


def test_names_of_single_files_lead_nowhere(sam: Browser) -> None:
    sam.get(TEMPLATES)
    fields = sam.fields("/staff/templates/try")
    files = [("file", ("../../x.toml", b"a = 1")), ("file", ("template.toml", b"b = 2"))]
    answer = sam.client.post("/staff/templates/try", data=fields, files=files, follow_redirects=True)
    assert answer.status_code == 422
    assert "template-zip-path" in answer.text


def test_a_version_is_retired_and_offered_no_longer(sam: Browser, world: World) -> None:
    url = f"{TEMPLATES}/tpl_note"
    sam.get(url).send(f"{url}/retire")
    assert "Tick the box" in sam.text
    sam.send(f"{url}/retire", sure="yes")
    assert "It is retired" in sam.text
    assert "tpl_note" not in sam.get("/staff/jobs/new").answer.text
    with pytest.raises(Refusal, match="template-not-found"):
        packages.get(world.deps, ORG, PackageKind.TEMPLATE, "note")


def test_brands_are_for_administrators(staff: Staff, sam: Browser, world: World) -> None:
    assert "/staff/brands/try" not in sam.get(TEMPLATES).actions()
    token = sam.fields("/staff/logout")["csrf"]
    assert sam.client.post("/staff/brands/try", data={"csrf": token}).status_code == 403
    with staff.browser("boss", Role.ADMIN) as boss:
        attempt(boss, sample("brand", "zandeland"), "brand")
        assert boss.page.xpath("//ul[contains(@class,'pages')]//img")
        (action,) = [each for each in boss.actions() if "draft" in each]
        boss.send(action)
        assert boss.answer.url.path == f"/staff/brands/{version(world, 'zandeland', PackageKind.BRAND).id}"
