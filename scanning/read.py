"""A page read: counted as a slip, a blank or an exception, with every field of every slip on it."""

from __future__ import annotations

from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from docgen.findings import Finding, Place
from docgen.layouts.geometry import A4_WIDTH_MM
from scanning.fields.rows import read_rows
from scanning.identify.codes import find_codes
from scanning.identify.slips import slips_of
from scanning.intake.blank import is_blank
from scanning.intake.fingerprint import page_hash
from scanning.readings import PageKind, PageReading, SlipReading
from scanning.register.align import MOST_RESIDUAL_MM, align
from scanning.register.transforms import apply

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from docgen.layouts.slip_geometry import SlipGeometry
    from scanning.fields.rows import DigitNetwork
    from scanning.identify.slips import FoundSlip
    from scanning.page import GreyImage, Page
    from scanning.register.align import Alignment

_SHOWN_DPI, _USUAL_DPI = 110.0, 300.0
_FINE_DPI = 450.0
"""Finer scans are made half as fine: nothing more is read from them, and it takes four times as long."""


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
        self._grey = _coarser(page.grey, page.dpi)
        self._findings = list[Finding]()
        self._timings = dict[str, float]()

    def read(self) -> PageReading:
        with self._timed("codes"):
            codes = find_codes(self._grey)
        found = self._read(slips_of(codes.slips))
        if found and all(reading is None for _, reading in found):
            found = self._turned_over() or found
        if len({slip.code for slip, _ in found}) > 1:
            self._say("page-several-slips", "Slips of several letters are on one page; check which belong to whom.")
        if found:
            read = [reading for _, reading in found if reading is not None]
            return self._counted(PageKind.SLIP if len(read) == len(found) else PageKind.EXCEPTION, read)
        return self._without_slip(spoilt=codes.spoilt)

    def _read(self, slips: Sequence[FoundSlip]) -> list[tuple[FoundSlip, SlipReading | None]]:
        return [(slip, self._slip(slip)) for slip in slips]

    def _turned_over(self) -> list[tuple[FoundSlip, SlipReading | None]]:
        """What is on a page that was scanned as a mirror image; its symbols read just as well, but nothing fits."""
        before, self._findings = self._findings, []
        upright, self._grey = self._grey, np.ascontiguousarray(self._grey[:, ::-1])
        found = self._read(slips_of(find_codes(self._grey).slips))
        if found and all(reading is not None for _, reading in found):
            self._say(
                "page-mirrored", "The page was scanned as a mirror image and was turned over; look at the scanner."
            )
            return found
        self._findings, self._grey = before, upright
        return []

    def _without_slip(self, *, spoilt: int) -> PageReading:
        with self._timed("blank"):
            blank = is_blank(self._page)
        if blank:
            return self._counted(PageKind.BLANK, [])
        if spoilt:
            self._say(
                "slip-code-spoilt", "The slip's code cannot be read for certain; key its number or scan it again."
            )
        else:
            self._say("page-without-slip", "No slip was found on this page; say what it is, or scan it again.")
        return self._counted(PageKind.EXCEPTION, [])

    def _slip(self, found: FoundSlip) -> SlipReading | None:
        geometry = self._forms.geometry(found.code.form)
        if geometry is None:
            self._say("slip-form-unknown", f"Form {found.code.form} is not known here; look whose slip this is.")
            return None
        with self._timed("align"):
            alignment = align(self._grey, found.codes, geometry)
        if alignment is None:
            self._say(
                "slip-not-aligned", "Too few marks of the slip can be seen; key it from the picture or scan it anew."
            )
            return None
        with self._timed("rows"):
            rows = read_rows(self._grey, alignment, geometry, self._network)
        residual_mm = alignment.residual_mm if rows.residual_mm is None else rows.residual_mm
        if residual_mm > MOST_RESIDUAL_MM:
            self._say("slip-out-of-shape", f"The slip is {residual_mm:.1f} mm out of shape; compare its fields by eye.")
        corners = _corners(alignment, geometry)
        return SlipReading(found.code, rows.fields, residual_mm, alignment.squares, corners, self._page.bilevel)

    def _counted(self, kind: PageKind, slips: list[SlipReading]) -> PageReading:
        page = self._page
        return PageReading(
            page.number,
            kind,
            tuple(slips),
            tuple(self._findings),
            page.dpi,
            page.bilevel,
            page_hash(page),
            self._timings,
            self._picture(),
        )

    def _picture(self) -> GreyImage:
        # by whole factors, which costs a tenth of any other
        factor = max(1, round((self._page.dpi or _USUAL_DPI) / _SHOWN_DPI))
        height, width = (side // factor for side in self._page.grey.shape)
        if factor == 1 or not height or not width:
            return self._page.grey
        whole = self._page.grey[: height * factor, : width * factor]
        return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)

    def _say(self, code: str, message: str) -> None:
        self._findings.append(Finding(code, message, Place(page=self._page.number)))

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        started = perf_counter()
        yield
        self._timings[step] = self._timings.get(step, 0.0) + (perf_counter() - started) * 1000


def _coarser(grey: GreyImage, dpi: float | None) -> GreyImage:
    if dpi is None or dpi < _FINE_DPI:
        return grey
    return np.asarray(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def _corners(alignment: Alignment, geometry: SlipGeometry) -> tuple[tuple[float, float], ...]:
    width, height = A4_WIDTH_MM, geometry.height_mm
    corners = apply(alignment.to_px, np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64))
    return tuple((float(x), float(y)) for x, y in corners)
