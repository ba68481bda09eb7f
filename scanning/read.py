"""A page read: counted as a slip, a blank or an exception, with every field of every slip on it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from time import process_time
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from docgen.findings import Finding, Place
from docgen.layouts.geometry import A4_WIDTH_MM
from scanning.fields.rows import read_rows
from scanning.identify.codes import find_codes, find_hard_codes
from scanning.identify.number_line import read_line
from scanning.identify.slips import slips_of
from scanning.intake.blank import is_blank
from scanning.intake.fingerprint import page_hash
from scanning.page import halved
from scanning.readings import PageKind, PageReading, SlipReading
from scanning.register.align import MOST_RESIDUAL_MM, align, align_by_squares
from scanning.register.constellation import find_by_squares
from scanning.register.transforms import apply

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from docgen.layouts.slip_geometry import SlipGeometry
    from docgen.qr.slip_code import SlipCode, SlipNumber
    from scanning.fields.rows import DigitNetwork
    from scanning.identify.codes import Codes
    from scanning.identify.slips import FoundSlip
    from scanning.page import GreyImage, Page
    from scanning.register.align import Alignment

_SHOWN_DPI, _USUAL_DPI = 110.0, 300.0
_LEAST_OF_PHOTO_PX_PER_MM = 6.0
_FINE_DPI = 450.0
"""Finer scans are made half as fine: nothing more is read from them, and it takes four times as long."""
_MOST_PIXELS = 20_000_000
"""So is what has more pixels than A4 at that fineness."""
CODES_DPI = 195.0
"""From here on codes are looked for at half the fineness first, where a module still has two pixels."""
_TWICE = 2


class Forms(Protocol):
    """The geometries of printed slips."""

    def geometry(self, form: str) -> SlipGeometry | None:
        """That of a form version of six characters; None when it is not known."""
        ...


def read_page(page: Page, forms: Forms, network: DigitNetwork) -> PageReading:
    """Read a page. Whatever is on it, it is counted once."""
    return _PageReader(page, forms, network).read()


class _PageReader:
    """One page while it is read."""

    def __init__(self, page: Page, forms: Forms, network: DigitNetwork) -> None:
        self._page, self._forms, self._network = page, forms, network
        self._take(_coarser(page.grey, page.dpi))
        self._findings = list[Finding]()
        self._timings = dict[str, float]()

    def _take(self, grey: GreyImage) -> None:
        """Work on this picture of the page."""
        self._grey, self._half = grey, halved(grey)
        self._fineness = self._page.grey.shape[1] / grey.shape[1]

    def read(self) -> PageReading:
        with self._timed("codes"):
            codes = self._codes()
        if not codes.slips:
            with self._timed("blank"):
                if self._is_blank():
                    return self._counted(PageKind.BLANK, [])
            with self._timed("codes"):
                codes = find_hard_codes(self._grey)
        found = self._read(slips_of(codes.slips))
        if found and all(reading is None for _, reading in found):
            found = self._turned_over() or found
        if len({slip.code for slip, _ in found}) > 1:
            self._say("page-several-slips", "Slips of several letters are on one page; check which belong to whom.")
        if found:
            read = [reading for _, reading in found if reading is not None]
            unread = tuple([slip.code for slip, reading in found if reading is None])
            return self._counted(PageKind.EXCEPTION if unread else PageKind.SLIP, read, unread)
        return self._without_slip(spoilt=codes.spoilt)

    @property
    def _dpi(self) -> float | None:
        """Of the picture that is worked on."""
        return None if self._page.dpi is None else self._page.dpi / self._fineness

    def _codes(self) -> Codes:
        is_fine = (self._dpi or 0.0) >= CODES_DPI and not self._page.bilevel
        return find_codes(self._grey, self._half if is_fine else None)

    def _is_blank(self) -> bool:
        return is_blank(replace(self._page, grey=self._grey, dpi=self._dpi))

    def _read(self, slips: Sequence[FoundSlip]) -> list[tuple[FoundSlip, SlipReading | None]]:
        return [(slip, self._slip(slip)) for slip in slips]

    def _turned_over(self) -> list[tuple[FoundSlip, SlipReading | None]]:
        """What is on a page that was scanned as a mirror image; its symbols read just as well, but nothing fits."""
        before, self._findings = self._findings, []
        upright = self._grey
        self._take(np.ascontiguousarray(upright[:, ::-1]))
        found = self._read(slips_of(self._codes().slips))
        if found and all(reading is not None for _, reading in found):
            self._say(
                "page-mirrored", "The page was scanned as a mirror image and was turned over; look at the scanner."
            )
            return found
        self._findings = before
        self._take(upright)
        return []

    def _without_slip(self, *, spoilt: int) -> PageReading:
        by_number = self._by_number()
        if by_number is not None:
            self._say(
                "slip-by-number", "The slip's codes are spoilt; it was found by its printed number. Check whose it is."
            )
            return self._counted(PageKind.SLIP, [by_number])
        if spoilt:
            self._say(
                "slip-code-spoilt", "The slip's code cannot be read for certain; key its number or scan it again."
            )
        else:
            self._say("page-without-slip", "No slip was found on this page; say what it is, or scan it again.")
        return self._counted(PageKind.EXCEPTION, [])

    def _by_number(self) -> SlipReading | None:
        """A slip that is found by its squares and named by its line of digits."""
        with self._timed("number"):
            found = find_by_squares(self._grey)
            number = read_line(self._grey, found.to_px, found.size) if found else None
        geometry = self._forms.geometry(number.form) if number else None
        if found is None or number is None or geometry is None or geometry.size is not found.size:
            return None
        alignment = align_by_squares(self._grey, found.to_px, geometry)
        return None if alignment is None else self._fields(number, alignment, geometry)

    def _slip(self, found: FoundSlip) -> SlipReading | None:
        geometry = self._forms.geometry(found.code.form)
        if geometry is None:
            self._say("slip-form-unknown", f"Form {found.code.form} is not known here; look whose slip this is.")
            return None
        with self._timed("align"):
            alignment = align(self._grey, found.codes, geometry, photo=self._page.photo)
        if alignment is None:
            piece = found.code.piece_id
            message = f"Too few marks of slip {piece} can be seen; key it from the picture, or scan it again."
            self._say("slip-not-aligned", message)
            return None
        if self._page.photo and alignment.px_per_mm < _LEAST_OF_PHOTO_PX_PER_MM:
            self._say("slip-photo-too-coarse", "The slip is too small on this photo; take it from nearer, or scan it.")
            return None
        return self._fields(found.code, alignment, geometry)

    def _fields(self, code: SlipCode | SlipNumber, alignment: Alignment, geometry: SlipGeometry) -> SlipReading:
        with self._timed("rows"):
            rows = read_rows(replace(self._page, grey=self._grey), alignment, geometry, self._network)
        residual_mm = alignment.residual_mm if rows.residual_mm is None else rows.residual_mm
        if residual_mm > MOST_RESIDUAL_MM:
            self._say("slip-out-of-shape", f"The slip is {residual_mm:.1f} mm out of shape; compare its fields by eye.")
        corners, page = _corners(alignment, geometry, self._shrinking()), self._page
        return SlipReading(code, rows.fields, residual_mm, alignment.squares, corners, page.bilevel, page.photo)

    def _counted(self, kind: PageKind, slips: list[SlipReading], unread: tuple[SlipCode, ...] = ()) -> PageReading:
        page = self._page
        with self._timed("picture"):
            picture = self._picture()
            # of the picture: it is small already, and the hash looks coarsely
            hashed = page_hash(replace(page, grey=picture))
        return PageReading(
            page.number,
            kind,
            tuple(slips),
            tuple(self._findings),
            page.dpi,
            page.bilevel,
            hashed,
            self._timings,
            picture,
            unread,
        )

    def _picture(self) -> GreyImage:
        """The page for people: halved as often as can be, which costs next to nothing, and then made as small."""
        picture, left = self._grey, float(self._shrinking())
        if left >= _TWICE:
            picture, left = self._half, left / 2
        while left >= _TWICE:
            picture, left = halved(picture), left / 2
        size = [max(1, side // self._shrinking()) for side in self._grey.shape[::-1]]
        return picture if left == 1 else np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)

    def _shrinking(self) -> int:
        """How many times finer the page is than the picture of it for people."""
        return max(1, round((self._dpi or _USUAL_DPI / self._fineness) / _SHOWN_DPI))

    def _say(self, code: str, message: str) -> None:
        self._findings.append(Finding(code, message, Place(page=self._page.number)))

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        started = process_time()
        yield
        self._timings[step] = self._timings.get(step, 0.0) + (process_time() - started) * 1000


def _coarser(grey: GreyImage, dpi: float | None) -> GreyImage:
    if dpi is not None and dpi >= _FINE_DPI:
        grey = halved(grey)
    while grey.size > _MOST_PIXELS:
        grey = halved(grey)
    return grey


def _corners(alignment: Alignment, geometry: SlipGeometry, shrinking: int) -> tuple[tuple[float, float], ...]:
    width, height = A4_WIDTH_MM, geometry.height_mm
    corners = apply(alignment.to_px, np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64))
    return tuple((float(x) / shrinking, float(y) / shrinking) for x, y in corners)
