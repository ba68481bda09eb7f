"""Wishes: how a ready-made PDF is to become letters, and what a print room takes of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from api.ports import BlobRef
from api.usecases.composers import mark_profile_of
from api.usecases.equipment import equipment_of
from docgen.findings import Finding, Refusal
from docgen.postal.marks.model import Side
from docgen.postal.profiles import DEFAULT_ENVELOPE
from docgen.readymade.patterns import TextMark, pattern_of
from docgen.readymade.policy import ClearZone, CoverSheets, ReadymadePolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import PrintJob
    from docgen.postal.profiles import EnvelopeProfile, Profiles

PDF: Final = "application/pdf"
ZIP: Final = "application/zip"
LANGUAGE: Final = "nl"
MOST_PAGES_A_LETTER: Final = 60
MOST_DATA_BYTES: Final = 50_000_000


class SplitBy(StrEnum):
    """Where letters begin in a PDF."""

    WHOLE = "whole"
    PAGES = "pages"
    BOOKMARKS = "bookmarks"
    TEXT = "text"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the sender asks. ``pages`` goes with a split by pages, ``text`` and ``is_pattern`` with one by text.

    ``data`` is a CSV with a row for each letter: which pages it has, or only its reference and address.
    """

    envelope: str = DEFAULT_ENVELOPE
    duplex: bool = True
    split: SplitBy = SplitBy.WHOLE
    pages: int = 0
    text: str = ""
    is_pattern: bool = False
    cover_sheets: CoverSheets = CoverSheets.NEVER
    redraw_address: bool = False
    data: BlobRef | None = None

    @property
    def mark(self) -> TextMark:
        """The text that stands on each first page."""
        return TextMark(self.text, self.is_pattern)

    def as_json(self) -> dict[str, Any]:
        """As a job keeps them."""
        return asdict(self) | {"data": str(self.data) if self.data else None}


def wishes_of(job: PrintJob) -> Wishes:
    """Those that a job was submitted with."""
    kept: Mapping[str, Any] = job.wishes
    data = BlobRef.parse(kept["data"]) if kept["data"] else None
    split, cover = SplitBy(kept["split"]), CoverSheets(kept["cover_sheets"])
    return Wishes(**dict(kept) | {"data": data, "split": split, "cover_sheets": cover})


def envelope_of(job: PrintJob) -> EnvelopeProfile:
    """The envelope that the letters of a job go in."""
    return equipment_of(job).profiles.envelopes[wishes_of(job).envelope]


def check_wishes(wishes: Wishes, media_type: str, profiles: Profiles) -> None:
    """Raises Refusal: ``envelope-unknown``, ``readymade-split-invalid``, ``readymade-pattern-invalid``, ``-data-``."""
    if wishes.envelope not in profiles.envelopes:
        known = ", ".join(sorted(profiles.envelopes))
        raise Refusal("envelope-unknown", f"There is no envelope of this id; there are {known}.")
    if wishes.data is not None and wishes.data.size > MOST_DATA_BYTES:
        raise Refusal("readymade-data-too-large", f"The data file is larger than {MOST_DATA_BYTES:,} bytes.")
    problem = _split_problem(wishes, media_type)
    if problem:
        raise Refusal("readymade-split-invalid", problem)
    if wishes.split is SplitBy.TEXT and isinstance(wrong := pattern_of(wishes.mark), Finding):
        raise Refusal(wrong.code, wrong.message)


def _split_problem(wishes: Wishes, media_type: str) -> str:
    if media_type == ZIP and wishes.split is not SplitBy.WHOLE:
        return "Each PDF of a zip is one letter; nothing in it is split."
    if wishes.split is SplitBy.PAGES and not 1 <= wishes.pages <= MOST_PAGES_A_LETTER:
        return f"Say how many pages each letter has, from 1 to {MOST_PAGES_A_LETTER}."
    if wishes.split is SplitBy.DATA and wishes.data is None:
        return "Send the data file that says which pages each letter has."
    return ""


def policy_of(job: PrintJob, media_type: str) -> ReadymadePolicy:
    """What is taken: clear zones are those of the marks that the job's envelopes get."""
    wishes, marks = wishes_of(job), mark_profile_of(job)
    sides = (Side.FRONT, Side.BACK) if wishes.duplex else (Side.FRONT,)
    boxes = dict.fromkeys(box for side in sides for box in marks.clear_zones(side)) if marks.codes else {}
    policy = ReadymadePolicy(
        envelope=envelope_of(job),
        max_letter_pages=MOST_PAGES_A_LETTER,
        clear_zones=tuple([ClearZone("inserter marks", box) for box in boxes]),
        cover_sheets=wishes.cover_sheets,
        redraw_address=wishes.redraw_address,
        duplex=wishes.duplex,
    )
    if media_type != ZIP:
        return policy
    # each is one letter, so nothing that is longer needs to be looked at
    return replace(policy, file=replace(policy.file, max_pages=MOST_PAGES_A_LETTER))
