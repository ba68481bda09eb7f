"""Golden pages: what the sample letters look like, kept as hashes of their content and as small pictures for people.

After a change that is meant, run ``pytest tests/docgen/golden --update-golden`` and look at the pictures.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from docgen.drawing.raster import open_pdf, page_picture
from docgen.drawing.single import letter_pdf
from tests.docgen.builders import CREATED, brand, composer, contents, example, template

if TYPE_CHECKING:
    from docgen.compose import Composed

_FOLDER = Path(__file__).parent
_HASHES = _FOLDER / "pages.json"
_DPI = 60
# Which corporation sends which letter (samples/README.md).
_SENDERS = {
    "contact-data-request": "zandeland",
    "digital-post-consent": "zandeland",
    "fourteen-day-letter": "grachtstad",
    "rent-reminder": "grachtstad",
    "service-cost-statement": "zandeland",
    "water-meter-reading": "zandeland",
}
_CASES = [(name, language) for name in _SENDERS for language in ("nl", "en")]


@cache
def _composed(name: str, language: str) -> Composed:
    sender = _SENDERS[name]
    return composer(name, sender).compose(example(template(name), language, brand(sender)))


def _hashes(name: str, language: str) -> list[str]:
    """A hash per page over its own content and the static art it is drawn on."""
    forms = composer(name, _SENDERS[name]).resources.forms
    art = b"".join(forms[form].ink for form in sorted(forms) if form.endswith(language))
    return [sha256(page + art).hexdigest() for page in contents(_composed(name, language).drawn)]


def _picture(name: str, language: str, page: int) -> bytes:
    made = composer(name, _SENDERS[name])
    pdf = letter_pdf(_composed(name, language).drawn, made.resources, name, CREATED)
    with open_pdf(pdf) as document:
        gray = page_picture(document, page, _DPI).convert("L")
    out = BytesIO()
    gray.quantize(16).save(out, "PNG", optimize=True)
    return out.getvalue()


def _file(name: str, language: str, page: int) -> str:
    return f"{name}.{language}.{page}.png"


def _kept() -> dict[str, list[str]]:
    kept: dict[str, list[str]] = json.loads(_HASHES.read_text("utf-8")) if _HASHES.exists() else {}
    return kept


def _update(name: str, language: str) -> None:
    hashes = _hashes(name, language)
    for old in _FOLDER.glob(f"{name}.{language}.*.png"):
        old.unlink()
    for page in range(1, len(hashes) + 1):
        (_FOLDER / _file(name, language, page)).write_bytes(_picture(name, language, page))
    kept = {**_kept(), f"{name}.{language}": hashes}
    _HASHES.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8")


def _beside(name: str, language: str, page: int, folder: Path) -> Path:
    """The kept picture and the new one next to each other, in a file for people."""
    new = Image.open(BytesIO(_picture(name, language, page))).convert("L")
    kept = _FOLDER / _file(name, language, page)
    old = Image.open(kept).convert("L") if kept.exists() else Image.new("L", new.size, 200)
    both = Image.new("L", (old.width + new.width + 10, max(old.height, new.height)), 128)
    both.paste(old, (0, 0))
    both.paste(new, (old.width + 10, 0))
    target = folder / _file(name, language, page)
    both.save(target)
    return target


@pytest.mark.parametrize(("name", "language"), _CASES)
def test_a_sample_letter_looks_as_it_was_approved(
    name: str,
    language: str,
    update_golden: bool,  # noqa: FBT001 (an option of the run)
    tmp_path: Path,
) -> None:
    if update_golden:
        _update(name, language)
    kept, found = _kept().get(f"{name}.{language}", []), _hashes(name, language)
    changed = [page for page in range(1, len(found) + 1) if kept[page - 1 : page] != [found[page - 1]]]
    pictures = "".join(f"\n  {_beside(name, language, page, tmp_path)}" for page in changed)
    if changed or len(kept) != len(found):
        pytest.fail(
            f"{name} in {language} changed (pages {changed}; {len(kept)} kept, {len(found)} now). Kept left, new right:"
            f"{pictures}\nIf it is meant: pytest tests/docgen/golden --update-golden"
        )


def test_every_kept_picture_is_of_a_page_that_is_kept() -> None:
    pages = {tuple(key.split(".")): len(hashes) for key, hashes in _kept().items()}
    expected = {_file(name, language, page) for (name, language), n in pages.items() for page in range(1, n + 1)}
    assert {path.name for path in _FOLDER.glob("*.png")} == expected
    assert set(pages) == set(_CASES)
