"""Print a ready-made PDF without a service.

python -m docgen readymade UPLOAD.pdf OUT.pdf [--pages N | --bookmarks | --text WORDS | --data FILE.csv]

Checks the upload, splits it, understands the addresses, writes one print file and reads it back; what is wrong is told,
with pictures in ``--pictures``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import FileInfo
from docgen.findings import Finding, has_errors
from docgen.postal.profiles import DEFAULT_ENVELOPE, builtin
from docgen.readymade import safely
from docgen.readymade.data_file import read_data_file
from docgen.readymade.expected import expected_letter
from docgen.readymade.house_ink import HouseInk
from docgen.readymade.letters import PrintEnvelope, PrintFileSettings, PrintLetter
from docgen.readymade.patterns import TextMark
from docgen.readymade.pieces import plan_letter
from docgen.readymade.policy import CoverSheets, ReadymadePolicy
from docgen.readymade.split import (
    Split,
    split_at_bookmarks,
    split_at_text,
    split_by_rows,
    split_every,
    split_whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from docgen.readymade.answers import Inspection
    from docgen.readymade.letters import LetterPages


def main(arguments: Sequence[str]) -> int:
    """Run; the exit code is 0 when all was read back, 1 when the upload is wrong, 2 when reading back failed."""
    options = _parser().parse_args(arguments)
    policy = ReadymadePolicy(
        envelope=builtin().envelopes[options.envelope],
        cover_sheets=CoverSheets(options.cover),
        redraw_address=options.redraw,
        duplex=not options.simplex,
    )
    if options.pictures is None:
        with TemporaryDirectory(prefix="readymade-") as folder:
            return _run(options, policy, Path(folder))
    options.pictures.mkdir(parents=True, exist_ok=True)
    return _run(options, policy, options.pictures)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m docgen readymade", description="Print a PDF that others made.")
    parser.add_argument("upload", type=Path, help="the PDF: one letter, or many to be split")
    parser.add_argument("out", type=Path, help="the print file to write")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--pages", type=int, help="each letter has so many pages")
    how.add_argument("--bookmarks", action="store_true", help="a letter begins at each top-level bookmark")
    how.add_argument("--text", help="words that stand on the first page of each letter, and nowhere else")
    how.add_argument("--pattern", help="the same, as a simple regular expression without groups")
    how.add_argument("--data", type=Path, help="CSV with first_page or pages, and addresses")
    parser.add_argument("--envelope", choices=sorted(builtin().envelopes), default=DEFAULT_ENVELOPE)
    parser.add_argument("--cover", choices=[str(cover) for cover in CoverSheets], default=str(CoverSheets.NEVER))
    parser.add_argument("--redraw", action="store_true", help="cover the addresses and print them anew")
    parser.add_argument("--simplex", action="store_true", help="print on one side")
    parser.add_argument("--return-line", default="", help="small line above addresses that are printed anew")
    parser.add_argument("--pictures", type=Path, help="folder for pictures of what is wrong")
    parser.add_argument("--day", type=dt.date.fromisoformat, default=dt.date(2026, 11, 23), help="day of the file")
    return parser


def _run(options: argparse.Namespace, policy: ReadymadePolicy, folder: Path) -> int:
    inspection = safely.inspect(options.upload, policy)
    _tell(inspection.findings)
    if has_errors(inspection.findings):
        return 1
    split = _split(options, inspection)
    _tell(split.findings)
    if has_errors(split.findings):
        return 1
    letters = _letters(options, policy, split.letters, folder)
    if letters is None:
        return 1
    return _write(options, policy, letters, folder)


def _split(options: argparse.Namespace, inspection: Inspection) -> Split:
    if options.pages is not None:
        return split_every(inspection.pages, max(1, options.pages))
    if options.bookmarks:
        return split_at_bookmarks(inspection.pages, inspection.bookmarks)
    if options.data is not None:
        rows, findings = read_data_file(options.data.read_bytes())
        return Split((), findings) if findings else split_by_rows(inspection.pages, rows)
    if options.text or options.pattern:
        mark = TextMark(options.text or options.pattern, is_pattern=options.pattern is not None)
        hits = safely.find_text(options.upload, mark)
        return Split((), hits.findings) if hits.findings else split_at_text(inspection.pages, hits.pages)
    return split_whole(inspection.pages, options.upload.stem)


def _letters(
    options: argparse.Namespace, policy: ReadymadePolicy, pages: Sequence[LetterPages], folder: Path
) -> list[PrintLetter] | None:
    """The letters to print; None when any cannot be printed."""
    seen = safely.look(options.upload, pages, policy, folder)
    _tell(seen.findings)
    if has_errors(seen.findings):
        return None
    ink, letters = HouseInk(policy.envelope, options.return_line), list[PrintLetter]()
    for number, (letter, look) in enumerate(zip(pages, seen.letters, strict=True), 1):
        planned = plan_letter(f"{number:06d}", 0, letter, look, policy, ink)
        _tell(planned.findings)
        letters += [] if planned.letter is None else [planned.letter]
    return letters if len(letters) == len(pages) else None


def _write(options: argparse.Namespace, policy: ReadymadePolicy, letters: Sequence[PrintLetter], folder: Path) -> int:
    created = dt.datetime.combine(options.day, dt.time(), dt.UTC)
    info = FileInfo(options.upload.stem, created)
    settings = PrintFileSettings(
        info, fogra39(), policy.envelope, duplex=policy.duplex, return_line=options.return_line
    )
    part = options.out.with_suffix(".part")
    try:
        envelopes = [PrintEnvelope((letter,)) for letter in letters]
        done = safely.assemble([options.upload], envelopes, settings, part)
        _tell(done.findings)
        if done.findings:
            return 1
        ink = HouseInk(policy.envelope, options.return_line)
        pairs = zip(letters, done.letters, strict=True)
        expected = [expected_letter(letter, placed, ink, duplex=policy.duplex) for letter, placed in pairs]
        checked = safely.read_back(part, expected, folder)
        _tell(checked.findings)
        if checked.findings:
            return 2
        part.replace(options.out)
    finally:
        part.unlink(missing_ok=True)
    sys.stdout.write(f"{options.out}: {len(done.letters)} letters, {done.pages} pages\n")
    sys.stdout.write(f"read back: {checked.symbols} symbols, none differs\n")
    return 0


def _tell(findings: Iterable[Finding]) -> None:
    for finding in findings:
        sys.stderr.write(f"{finding}\n")
