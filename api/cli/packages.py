"""Brands and templates: check and look without any service, upload to one."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, complain, emit, finding_json, finding_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docgen.findings import Finding
    from docgen.layouts.theme import Brand
    from docgen.preview import Preview
    from docgen.templates.model import Template

brands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
templates = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_SAMPLE_BRAND = "brands/grachtstad"
Folder = Annotated[Path, typer.Argument(help="The folder.")]


@templates.command("check")
def check_template(folder: Folder, as_json: AsJson = False) -> None:
    """Say every fault of a template folder, with file and line; exit code 1 when there is an error."""
    _check("template", folder, as_json=as_json)


@brands.command("check")
def check_brand(folder: Folder, as_json: AsJson = False) -> None:
    """Say every fault of a brand folder, with file and line; exit code 1 when there is an error."""
    _check("brand", folder, as_json=as_json)


@templates.command("preview")
def preview_template(
    folder: Folder,
    brand: Annotated[Path | None, typer.Option(help="Folder of a brand; without it a sample brand.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write in.")] = Path("preview"),
    frames: Annotated[bool, typer.Option("--frames", help="Draw frames, window and clear zones over it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make PDF and PNG of the example letter, in every language; exit code 1 when the letter has errors."""
    from docgen.findings import has_errors

    template, house = _load(folder, brand or _samples() / _SAMPLE_BRAND)
    out.mkdir(parents=True, exist_ok=True)
    written: list[str] = []
    findings: list[Finding] = []
    for language in template.languages:
        made = _preview(template, house, language, frames=frames)
        written += _write(made, out, f"{template.id}.{language}")
        findings += made.findings
    emit({"files": written, "findings": [finding_json(each) for each in findings]}, written, as_json=as_json)
    for finding in findings:
        complain(str(finding))
    if has_errors(findings):
        raise typer.Exit(ExitCode.FINDINGS)


@templates.command("upload")
def upload_template(folder: Folder, as_json: AsJson = False) -> None:
    """Upload a template folder or zip; the same one again changes nothing."""
    _upload("templates", folder, as_json=as_json)


@brands.command("upload")
def upload_brand(folder: Folder, as_json: AsJson = False) -> None:
    """Upload a brand folder or zip; the same one again changes nothing."""
    _upload("brands", folder, as_json=as_json)


def _check(kind: str, folder: Path, *, as_json: bool) -> None:
    from api.ports import PackageKind
    from api.usecases.packages import check
    from docgen.findings import has_errors

    _, findings = check(PackageKind(kind), _files(kind, folder))
    shown = [finding_json(finding) for finding in findings]
    valid = not has_errors(findings)
    emit({"valid": valid, "findings": shown}, [] if findings else ["No faults."], as_json=as_json)
    if not as_json:
        for finding in shown:
            complain(finding_line(finding))
    if not valid:
        raise typer.Exit(ExitCode.FINDINGS)


def _load(folder: Path, brand: Path) -> tuple[Template, Brand]:
    from docgen.layouts.brand_file import load_brand
    from docgen.templates.load import load_template
    from docgen.templates.package import BRAND_RULES, read_folder

    return load_template(read_folder(folder)), load_brand(read_folder(brand, BRAND_RULES))


def _preview(template: Template, brand: Brand, language: str, *, frames: bool) -> Preview:
    from datetime import UTC, datetime

    from docgen.preview import preview

    return preview(template, brand, language, datetime.now(UTC).date(), frames=frames)


def _write(made: Preview, out: Path, stem: str) -> list[str]:
    files = {f"{stem}.pdf": made.pdf} | {f"{stem}-{page}.png": png for page, png in enumerate(made.pngs, 1)}
    for name, content in files.items():
        (out / name).write_bytes(content)
    return [str(out / name) for name in files]


def _samples() -> Path:
    """Where the sample folder is: inside the installed package, or beside it in a source tree."""
    import docgen

    installed = Path(docgen.__file__).parent / "_samples"
    return installed if installed.is_dir() else Path(docgen.__file__).parents[1] / "samples"


def _upload(kind: str, path: Path, *, as_json: bool) -> None:
    from api.cli.client import Api

    content = path.read_bytes() if path.is_file() else _zipped(kind, path)
    with Api() as api:
        stored = api.post(f"/v1/{kind}", content=content, headers={"Content-Type": "application/zip"})
    emit(stored, [f"{stored['id']}  {stored['key']}@{stored['version']}"], as_json=as_json)
    for finding in stored["findings"]:
        complain(finding_line(finding))


def _zipped(kind: str, folder: Path) -> bytes:
    """The folder as a zip, the same bytes for the same files."""
    files = _files(kind.removesuffix("s"), folder)
    if not files:
        raise Trouble(ExitCode.REFUSED, f"folder-empty: {folder} has no files.")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _files(kind: str, folder: Path) -> Mapping[str, bytes]:
    from docgen.templates.package import BRAND_RULES, TEMPLATE_RULES, read_folder

    return read_folder(folder, BRAND_RULES if kind == "brand" else TEMPLATE_RULES)
