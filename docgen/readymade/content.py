"""What a foreign page's content draws: fonts, images at their size on paper, kinds of colour, transparency.

The content is followed operator by operator (ISO 32000-1, annex A) through the forms it draws; a page that needs more
operators than the limit is given up, so that forms that draw each other cannot keep us busy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pikepdf

from docgen.layouts.geometry import A4_HEIGHT_MM, to_mm
from docgen.postal.profiles import BoxMm
from docgen.readymade.colour_spaces import Ink, ink_of
from docgen.readymade.fonts import FontState, font_name, font_state
from docgen.readymade.shape import Matrix, inherited_resources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.readymade.shape import PageShape

_OPERATORS = "q Q cm Do BI ID EI gs cs CS scn SCN rg RG sh Tf Tr Tj TJ ' \""
_SHOWS = frozenset(("Tj", "TJ", "'", '"'))
_MAX_FORMS_DEEP = 20
_MAX_SAVED = 1_000
_FORM_COST = 50  # operators that beginning a form is worth
_INVISIBLE = 3
_FLAT_PT = 0.01
_MATRIX_NUMBERS = 6
RENDERER_ERROR = b"Output may be incorrect"


class TooManyOperatorsError(ValueError):
    """A page that draws more than the limit."""


@dataclass(frozen=True, slots=True)
class DrawnImage:
    """An image on the page: its lower resolution of both directions, its size in pixels, and where it stands."""

    dpi: float
    least_px: int
    box: BoxMm


@dataclass(slots=True)
class PageContent:
    """What was found; grows while the content is followed."""

    unembedded: set[str] = field(default_factory=set)
    type3: bool = False
    images: list[DrawnImage] = field(default_factory=list)
    inks: set[Ink] = field(default_factory=set)
    transparency: bool = False
    hidden_text: bool = False
    renderer_error: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    """The part of the graphics state that matters here."""

    matrix: Matrix
    font: pikepdf.Object | None = None
    mode: int = 0


def page_content(page: pikepdf.Page, shape: PageShape, max_operators: int) -> PageContent:
    """Follow the content of a page.

    Raises:
        TooManyOperatorsError: more than ``max_operators``.
        pikepdf.PdfError: the content cannot be parsed.
    """
    walker = _Walker(max_operators, shape.upright)
    walker.walk(page, inherited_resources(page), _State(shape.upright), 0)
    return walker.found


class _Walker:
    """Follows content streams, with one budget for all of them."""

    def __init__(self, max_operators: int, base: Matrix) -> None:
        self.found = PageContent()
        self._left = max_operators
        self._fonts: dict[tuple[int, int], FontState] = {}
        self._patterns: set[tuple[int, int]] = set()
        self._base = base

    def walk(
        self, content: pikepdf.Page | pikepdf.Object, resources: pikepdf.Object | None, state: _State, depth: int
    ) -> None:
        saved: list[_State] = []
        for instruction in pikepdf.parse_content_stream(content, _OPERATORS):
            self._left -= 1
            if self._left < 0 or len(saved) > _MAX_SAVED:
                raise TooManyOperatorsError("the page draws more than any letter needs")
            operator, operands = str(instruction.operator), list[Any](instruction.operands)
            if operator == "q":
                saved.append(state)
            elif operator == "Q":
                state = saved.pop() if saved else state
            else:
                state = self._step(operator, operands, resources, state, depth)

    def _step(
        self, operator: str, operands: Sequence[Any], resources: pikepdf.Object | None, state: _State, depth: int
    ) -> _State:
        if operator == "INLINE IMAGE":
            self._image(operands[0].obj, resources, state)
        elif operator == "Do":
            self._draw(_named(resources, "/XObject", operands), resources, state, depth)
        elif operator in _SHOWS:
            self._show(operands, state)
        elif operator in ("scn", "SCN"):
            self._pattern(_named(resources, "/Pattern", operands[-1:]), resources, depth)
        elif operator in ("cs", "CS", "rg", "RG", "sh"):
            self._colour(operator, operands, resources)
        elif operator == "gs":
            return self._graphics_state(_named(resources, "/ExtGState", operands), state)
        else:
            return _changed(operator, operands, resources, state)
        return state

    def _draw(self, drawn: pikepdf.Object | None, resources: pikepdf.Object | None, state: _State, depth: int) -> None:
        if not isinstance(drawn, pikepdf.Stream):
            return
        if str(drawn.get("/Subtype")) == "/Image":
            self._image(drawn, resources, state)
        elif str(drawn.get("/Subtype")) == "/Form":
            if depth >= _MAX_FORMS_DEEP:
                raise TooManyOperatorsError("forms draw each other too deep")
            self._left -= _FORM_COST
            inner = replace(state, matrix=_times(_matrix(drawn.get("/Matrix")), state.matrix))
            self.walk(drawn, drawn.get("/Resources", resources), inner, depth + 1)

    def _pattern(self, pattern: pikepdf.Object | None, resources: pikepdf.Object | None, depth: int) -> None:
        """What a pattern draws, once; its matrix is of the page and not of where it is used."""
        if isinstance(pattern, pikepdf.Dictionary):
            shading = pattern.get("/Shading")
            if isinstance(shading, pikepdf.Dictionary | pikepdf.Stream):
                self.found.inks.add(ink_of(shading.get("/ColorSpace"), _part(resources, "/ColorSpace")))
        elif isinstance(pattern, pikepdf.Stream) and pattern.objgen not in self._patterns:
            self._patterns.add(pattern.objgen)
            state = _State(_times(_matrix(pattern.get("/Matrix")), self._base))
            self.walk(pattern, pattern.get("/Resources", resources), state, depth + 1)

    def _image(self, image: pikepdf.Object, resources: pikepdf.Object | None, state: _State) -> None:
        width_px, height_px = _whole(image, "/Width", "/W"), _whole(image, "/Height", "/H")
        a, b, c, d = state.matrix[:4]
        wide_pt, high_pt = math.hypot(a, b), math.hypot(c, d)
        self.found.transparency |= isinstance(image.get("/SMask"), pikepdf.Stream)
        self.found.inks.add(ink_of(image.get("/ColorSpace", image.get("/CS")), _part(resources, "/ColorSpace")))
        if min(wide_pt, high_pt) > _FLAT_PT and min(width_px, height_px) > 0:
            dpi = min(width_px * 72 / wide_pt, height_px * 72 / high_pt)
            self.found.images.append(DrawnImage(dpi, min(width_px, height_px), _unit_box(state.matrix)))

    def _show(self, operands: Sequence[Any], state: _State) -> None:
        self.found.renderer_error |= RENDERER_ERROR in _shown(operands)
        if state.mode == _INVISIBLE:
            self.found.hidden_text = True
            return
        if state.font is None:
            return
        key = state.font.objgen
        if key not in self._fonts or not key[0]:
            self._fonts[key] = font_state(state.font)
        if self._fonts[key] is FontState.MISSING:
            self.found.unembedded.add(font_name(state.font))
        self.found.type3 |= self._fonts[key] is FontState.TYPE3

    def _colour(self, operator: str, operands: Sequence[Any], resources: pikepdf.Object | None) -> None:
        if operator in ("rg", "RG"):
            self.found.inks.add(Ink.RGB)
        elif operator == "sh":
            shading = _named(resources, "/Shading", operands)
            if isinstance(shading, pikepdf.Dictionary | pikepdf.Stream):
                self.found.inks.add(ink_of(shading.get("/ColorSpace"), _part(resources, "/ColorSpace")))
        elif operands:
            self.found.inks.add(ink_of(operands[0], _part(resources, "/ColorSpace")))

    def _graphics_state(self, values: pikepdf.Object | None, state: _State) -> _State:
        if not isinstance(values, pikepdf.Dictionary):
            return state
        alphas: list[Any] = [values.get(key) for key in ("/ca", "/CA")]
        clear = any(isinstance(alpha, int | Decimal) and alpha < 1 for alpha in alphas)
        masked = isinstance(values.get("/SMask"), pikepdf.Dictionary)
        mode = values.get("/BM")
        mode = mode[0] if isinstance(mode, pikepdf.Array) and len(mode) > 0 else mode
        blended = isinstance(mode, pikepdf.Name) and str(mode) not in ("/Normal", "/Compatible")
        self.found.transparency |= clear or masked or blended
        font = values.get("/Font")
        chosen = font[0] if isinstance(font, pikepdf.Array) and len(font) > 0 else None
        return replace(state, font=chosen) if isinstance(chosen, pikepdf.Dictionary) else state


def _changed(operator: str, operands: Sequence[Any], resources: pikepdf.Object | None, state: _State) -> _State:
    if operator == "cm":
        return replace(state, matrix=_times(_matrix(operands), state.matrix))
    if operator == "Tf":
        font = _named(resources, "/Font", operands)
        return replace(state, font=font if isinstance(font, pikepdf.Dictionary) else _nameless())
    if operator == "Tr" and operands:
        return replace(state, mode=int(operands[0]) if isinstance(operands[0], int) else 0)
    return state


def _nameless() -> pikepdf.Dictionary:
    """What a page selects when its resources have no such font."""
    return pikepdf.Dictionary()


def _part(resources: pikepdf.Object | None, kind: str) -> pikepdf.Object | None:
    return resources.get(kind) if isinstance(resources, pikepdf.Dictionary) else None


def _named(resources: pikepdf.Object | None, kind: str, operands: Sequence[Any]) -> pikepdf.Object | None:
    """The resource that the first operand names."""
    part = _part(resources, kind)
    if not isinstance(part, pikepdf.Dictionary) or not operands or not isinstance(operands[0], pikepdf.Name):
        return None
    return part.get(str(operands[0]))


def _matrix(values: object) -> Matrix:
    """Six numbers; anything else changes nothing."""
    try:
        numbers = [float(value) for value in values]  # type: ignore[attr-defined] # what has no items is no matrix
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) != _MATRIX_NUMBERS or not all(map(math.isfinite, numbers)):
        return 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    m, n, o, p, x, y = then
    return a * m + b * o, a * n + b * p, c * m + d * o, c * n + d * p, e * m + f * o + x, e * n + f * p + y


def _unit_box(matrix: Matrix) -> BoxMm:
    """Where the unit square comes to stand, in mm from the top-left of the page."""
    a, b, c, d, e, f = matrix
    xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    return BoxMm(to_mm(min(xs)), A4_HEIGHT_MM - to_mm(max(ys)), to_mm(width), to_mm(height))


def _whole(image: pikepdf.Object, *keys: str) -> int:
    values: list[Any] = [image.get(key) for key in keys]
    return next((value for value in values if isinstance(value, int)), 0)


def _shown(operands: Sequence[Any]) -> bytes:
    """The bytes of a text that is shown, put together again when it was kerned."""
    texts = list(operands[-1]) if operands and isinstance(operands[-1], pikepdf.Array) else list(operands)
    return b"".join([bytes(text) for text in texts if isinstance(text, pikepdf.String)])
