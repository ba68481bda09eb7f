"""Draw a proof without a service.

python -m agreements proof EVIDENCE.json BRAND_DIR OUT.pdf [--language en] [--page PAGE.png] [--slip SLIP.png]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agreements.proof.drawing import Pictures, draw_proof
from agreements.proof.words import LANGUAGES
from docgen.findings import Refusal
from docgen.layouts.brand_file import load_brand
from docgen.templates.package import BRAND_RULES, read_folder


def main(arguments: list[str]) -> int:
    """Run; the exit code is 0 when the proof was written, 1 when input was refused."""
    options = _parser().parse_args(arguments)
    try:
        brand = load_brand(read_folder(options.brand, BRAND_RULES))
        pictures = Pictures(_bytes(options.page), _bytes(options.slip))
        pdf = draw_proof(options.evidence.read_bytes(), brand, options.language, pictures)
    except (Refusal, OSError) as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    options.out.write_bytes(pdf)
    sys.stdout.write(f"{options.out}: {len(pdf):,} bytes\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m agreements proof", description="Draw the proof of one request.")
    parser.add_argument("evidence", type=Path, help="evidence of one request, such as samples/agreements/evidence.json")
    parser.add_argument("brand", type=Path, help="brand folder, such as samples/brands/grachtstad")
    parser.add_argument("out", type=Path, help="the PDF to write")
    parser.add_argument("--language", choices=LANGUAGES, default="nl", help="language of the proof")
    parser.add_argument("--page", type=Path, help="a picture of the page that was shown")
    parser.add_argument("--slip", type=Path, help="a picture of the slip that came back")
    return parser


def _bytes(path: Path | None) -> bytes | None:
    return path.read_bytes() if path is not None else None
