"""``python -m scanning read``: scans read without a service."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from docgen.findings import Finding, Severity
from docgen.qr.slip_code import SlipCode
from scanning.decide.fields import Decision, Situation, asked_of, decide
from scanning.decide.policy import DEFAULT_POLICY
from scanning.forms import KnownForms, forms_in
from scanning.reading_task import read_file
from scanning.readings import PageKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanning.readings import PageReading, SlipReading

_REMARK = "remark"


def main(arguments: list[str]) -> int:
    """Read files and tell what is on each page; the exit code is 1 when a file could not be read to its end."""
    options = _parser().parse_args(arguments)
    geometries = forms_in(options.forms)
    reader = _Reader(KnownForms(geometries), options.day)
    tell = _json if options.json else _words
    for path in options.files:
        for line in reader.lines(path, geometries):
            sys.stdout.write(tell(line) + "\n")
            sys.stdout.flush()
    sys.stdout.write(tell({"balance": reader.balance()}) + "\n")
    return 1 if reader.broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m scanning read", description="Read slips from scans without a service.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="PDF, TIFF, JPEG or PNG")
    parser.add_argument("--forms", type=Path, required=True, help="folder of <FORM>.json by `python -m docgen slip`")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each page, and one for the balance")
    today = dt.datetime.now(dt.UTC).date()
    parser.add_argument("--day", type=dt.date.fromisoformat, default=today, help="day of reading, such as 2026-12-01")
    return parser


class _Reader:
    """Reads files one after the other and keeps count."""

    def __init__(self, forms: KnownForms, day: dt.date) -> None:
        self._forms, self._day = forms, day
        self._counts = Counter[str]()
        self.broken = False

    def lines(self, path: Path, geometries: dict[str, str]) -> Iterator[dict[str, object]]:
        """What is told of each page."""
        for one in read_file(path, geometries):
            if isinstance(one, Finding):
                fails = one.severity is Severity.ERROR
                self.broken |= fails
                self._counts[PageKind.EXCEPTION] += fails
                kind = PageKind.EXCEPTION.value if fails else _REMARK
                yield {"file": str(path), "page": one.place.page, "kind": kind, "findings": [_finding(one)]}
            else:
                self._counts[one.kind] += 1
                yield {"file": str(path), **self._page(one)}

    def balance(self) -> dict[str, int]:
        """Pages by what they are; a file or page that cannot be read is an exception, and all add up."""
        counts = {kind.value: self._counts[kind] for kind in PageKind}
        return {"pages": sum(counts.values()), **counts}

    def _page(self, page: PageReading) -> dict[str, object]:
        return {
            "page": page.number,
            "kind": page.kind.value,
            "findings": [_finding(one) for one in page.findings],
            "slips": [self._slip(slip) for slip in page.slips],
        }

    def _slip(self, slip: SlipReading) -> dict[str, object]:
        geometry = self._forms.geometry(slip.code.form)
        asked = asked_of(geometry) if geometry else {}
        decisions = decide(slip, Situation(asked, self._day, DEFAULT_POLICY, {}))
        piece = slip.code.piece_id if isinstance(slip.code, SlipCode) else f"{slip.code.piece_start}…"
        return {
            "piece_id": piece,
            "form": slip.code.form,
            "page": slip.code.page,
            "residual_mm": round(slip.residual_mm, 3),
            "fields": [_field(one) for one in decisions],
        }


def _field(decision: Decision) -> dict[str, object]:
    shown = asdict(decision)
    return {**shown, "confidence": round(decision.confidence, 6)}


def _finding(one: Finding) -> dict[str, str]:
    return {"code": one.code, "message": one.message, "severity": one.severity.value}


def _json(line: dict[str, object]) -> str:
    return json.dumps(line, ensure_ascii=False)


def _words(line: dict[str, object]) -> str:
    """A page in a few lines for people."""
    match line:
        case {"balance": dict(counts)}:
            return ", ".join([f"{count} {kind}" for kind, count in counts.items()])
        case {"file": file, "page": page, "kind": kind, "findings": list(findings), **rest}:
            slips = rest.get("slips")
            told = [f"{file} page {page}: {kind}", *[f"  {one['code']}: {one['message']}" for one in findings]]
            for slip in slips if isinstance(slips, list) else []:
                told.append(f"  {slip['piece_id']} form {slip['form']}")
                told += [_field_words(one) for one in slip["fields"]]
            return "\n".join(told)
        case _:
            return ""


def _field_words(one: dict[str, object]) -> str:
    reasons = one["reasons"]
    why = f"  ({', '.join(map(str, reasons))})" if isinstance(reasons, tuple | list) and reasons else ""
    return f"    {one['name']:16} {one['outcome']:9} {one['value'] or one['read'] or '-'}{why}"
