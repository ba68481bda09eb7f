"""Compose a file of records without a service.

python -m docgen TEMPLATE_DIR BRAND_DIR RECORDS OUT.pdf
python -m docgen readymade UPLOAD.pdf OUT.pdf
python -m docgen slip TEMPLATE_DIR BRAND_DIR OUT_DIR

Writes one print file in postal order, then reads it back: pages, QR codes and KIX, and what must stay white.
The second form checks and prints a PDF that others made (see ``docgen.readymade.command``). The third writes where
everything stands on the template's reply slips, one file per language, as ``python -m scanning read --forms`` takes it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path

from docgen.compose import Composer
from docgen.findings import Finding, Refusal
from docgen.job import compose_run, raw_records, valid_pieces
from docgen.layouts.brand_file import load_brand
from docgen.readback import read_back
from docgen.readymade.command import main as readymade
from docgen.templates.load import load_template
from docgen.templates.package import BRAND_RULES, read_folder

_DAY = dt.date(2026, 11, 23)


def main(arguments: list[str] | None = None) -> int:
    """Run; the exit code is 0 when all was read back, 1 when input was refused, 2 when reading back failed."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["readymade"]:
        return readymade(given[1:])
    try:
        return _slips(given[1:]) if given[:1] == ["slip"] else _run(_parser().parse_args(given))
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m docgen", description="Compose a file of records without a service.")
    parser.add_argument("template", type=Path, help="template folder, such as samples/templates/rent-reminder")
    parser.add_argument("brand", type=Path, help="brand folder, such as samples/brands/grachtstad")
    parser.add_argument("records", type=Path, help="records as .json, .csv or .xlsx")
    parser.add_argument("out", type=Path, help="the PDF to write")
    parser.add_argument("--day", type=dt.date.fromisoformat, default=_DAY, help="day of the letters")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many read back")
    return parser


def _slips(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m docgen slip", description="Write where everything stands on slips.")
    parser.add_argument("template", type=Path, help="template folder, such as samples/templates/water-meter-reading")
    parser.add_argument("brand", type=Path, help="brand folder, such as samples/brands/zandeland")
    parser.add_argument("out", type=Path, help="folder to write <FORM>.json to")
    options = parser.parse_args(arguments)
    template, brand = load_template(read_folder(options.template)), load_brand(read_folder(options.brand, BRAND_RULES))
    if template.reply_form is None:
        raise Refusal("reply-form-missing", "The template has no [reply_form], so it prints no slip; add one.")
    composer = Composer(template, brand, _DAY)
    options.out.mkdir(parents=True, exist_ok=True)
    for language in template.languages:
        geometry = composer.plan(language).slip_geometry
        if geometry is not None:
            path = options.out / f"{geometry.form}.json"
            path.write_text(geometry.to_json(), "utf-8")
            sys.stdout.write(f"{path}: {template.id} in {language}\n")
    return 0


def _run(options: argparse.Namespace) -> int:
    template = load_template(read_folder(options.template))
    brand = load_brand(read_folder(options.brand, BRAND_RULES))
    composer = Composer(template, brand, options.day)
    with options.records.open("rb") as stream:
        pieces = valid_pieces(template, brand, raw_records(options.records, stream, template), options.records.stem)
    part = options.out.with_suffix(".part")
    try:
        with part.open("wb") as out:
            run = compose_run(composer, pieces, out, options.day)
        part.replace(options.out)
    finally:
        part.unlink(missing_ok=True)
    sys.stdout.write(f"{options.out}: {run.written.letters} letters, {run.written.pages} pages\n")
    symbols, findings = 0, list[Finding]()
    for result in read_back(options.out, run.expected, options.processes):
        symbols += result.symbols
        findings += result.findings
    sys.stdout.write(f"read back: {symbols} symbols, {len(findings)} differ\n")
    for finding in findings:
        sys.stderr.write(f"{finding}\n")
    return 2 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
