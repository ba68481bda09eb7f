"""Preview a template: its example letter as PDF and pictures, with the frames drawn over it when asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from docgen.compose import Composer
from docgen.drawing.pages import draw_letter
from docgen.drawing.raster import open_pdf, page_picture, to_png
from docgen.drawing.single import letter_pdf
from docgen.findings import Place, Refusal
from docgen.layouts.brand_file import fonts_folder
from docgen.layouts.preflight import MARK_ZONE
from docgen.letters import EntryAccess, Letter
from docgen.qr import entry_link
from docgen.records.raw import RawRecord
from docgen.records.validate import validate_record

if TYPE_CHECKING:
    from docgen.findings import Finding
    from docgen.layouts.geometry import Rect
    from docgen.layouts.laid_out import LaidOutLetter
    from docgen.layouts.plan import Plan
    from docgen.layouts.theme import Brand
    from docgen.postal.profiles import Profiles
    from docgen.templates.model import Template

_DPI = 150
_PX_PER_MM = _DPI / 25.4
_LABELLED_MM = 20.0  # narrower frames, such as boxes of a slip, have no room for their name
EXAMPLE_TOKEN = "0123456789ABCDEFGHJKMNPQRS"  # noqa: S105 (opens nothing: it is the alphabet)
EXAMPLE_CODE = "ABCDE12345"
_FRAME, _ALWAYS, _SOMETIMES, _MARK = (200, 30, 90), (20, 120, 60), (190, 120, 0), (60, 90, 200)


@dataclass(frozen=True, slots=True)
class Preview:
    """The example letter: ``pngs`` one a page at 150 dpi."""

    pdf: bytes
    pngs: tuple[bytes, ...]
    findings: tuple[Finding, ...]


def preview(
    template: Template,
    brand: Brand,
    language: str,
    day: dt.date,
    profiles: Profiles | None = None,
    *,
    frames: bool = False,
) -> Preview:
    """Compose the template's example in ``language``; ``frames`` draws frames, window and clear zones over pictures.

    A letter with errors is shown all the same, since seeing it is how an author finds them.

    Raises:
        Refusal: ``language-unknown``, or what `Composer` refuses.
    """
    if language not in template.languages:
        raise Refusal("language-unknown", f"The template has no '{language}'; it has {', '.join(template.languages)}.")
    composer = Composer(template, brand, day, profiles)
    laid = composer.lay_out(_example(template, brand, language))
    plan = composer.plan(language)
    drawn = draw_letter(laid, frozenset(name.encode("ascii") for name in plan.forms()))
    created = dt.datetime.combine(day, dt.time(), dt.UTC)
    pdf = letter_pdf(drawn, composer.resources, template.title.get(language, template.id), created)
    with open_pdf(pdf) as document:
        pictures = [page_picture(document, page, _DPI) for page in range(1, len(document) + 1)]
    if frames:
        for number, picture in enumerate(pictures, 1):
            _draw_frames(picture, number, laid, plan)
    return Preview(pdf, tuple(to_png(p) for p in pictures), (*composer.findings, *laid.findings))


def _example(template: Template, brand: Brand, language: str) -> Letter:
    entry = None
    if template.entry is not None and brand.entry_host:
        url = entry_link.encode(f"https://{brand.entry_host}", EXAMPLE_TOKEN)
        entry = EntryAccess(url, brand.entry_host, EXAMPLE_CODE)
    record = {"record_id": "EXAMPLE", **template.example, "language": language}
    letter = validate_record(template, RawRecord(Place(file="template.toml"), record))
    if not isinstance(letter, Letter):
        raise Refusal("template-example-invalid", "The example of the template is not a valid record.", letter)
    return replace(letter, entry=entry)


def _draw_frames(picture: Image.Image, page: int, laid: LaidOutLetter, plan: Plan) -> None:
    draw = ImageDraw.Draw(picture)
    fixed = plan.frames
    if page == 1:
        _box(draw, fixed.sometimes_visible, _SOMETIMES, "window shows this at times: keep clear", inside=True)
        _box(draw, fixed.always_visible, _ALWAYS, "window shows this always", inside=True)
        _box(draw, MARK_ZONE, _MARK, "marks", inside=True)
        for fold_mm in fixed.folds_mm:
            y_px = fold_mm * _PX_PER_MM
            draw.line((0, y_px, picture.width, y_px), _MARK, 1)
            draw.text((6, y_px + 2), f"fold {fold_mm:g} mm", _MARK, _font(16))
    _box(draw, fixed.flow_first if page == 1 else fixed.flow_later, _MARK, "flow", inside=True)
    for frame in laid.frames():
        if frame.page == page:
            _box(draw, frame.rect, _FRAME, frame.kind, inside=frame.kind == "slip")


def _box(
    draw: ImageDraw.ImageDraw, rect: Rect, colour: tuple[int, int, int], label: str, *, inside: bool = False
) -> None:
    corners = [v * _PX_PER_MM for v in (rect.left_mm, rect.top_mm, rect.right_mm, rect.bottom_mm)]
    draw.rectangle(corners, outline=colour, width=2)
    if inside:
        draw.text((corners[2] - 4, corners[3] - 3), label, colour, _font(14), anchor="rd")
    elif rect.width_mm > _LABELLED_MM:
        draw.text((corners[2] + 4, corners[1] + 1), label, colour, _font(14), anchor="la")


def _font(size_px: int) -> ImageFont.FreeTypeFont:
    path = fonts_folder() / "source-sans-3" / "SourceSans3-Regular.ttf"
    return ImageFont.truetype(str(path), size_px, layout_engine=ImageFont.Layout.BASIC)
