"""Shapes of ready-made print jobs: what is asked with a PDF, and which pages have a picture of what is wrong."""

from __future__ import annotations

from pydantic import Field

from api.http.schemas import GivenTime, In, Out
from api.ports import Policy
from api.usecases.ready_made.wishes import MOST_PAGES_A_LETTER, SplitBy, Wishes
from docgen.postal.profiles import DEFAULT_ENVELOPE
from docgen.readymade.policy import CoverSheets


class ReadyMadeQuery(In):
    """How a PDF becomes letters."""

    split: SplitBy = Field(SplitBy.WHOLE, description="Where letters begin: `data` goes by pages in the data file.")
    pages: int = Field(0, ge=0, le=MOST_PAGES_A_LETTER, description="Pages of each letter, with `split=pages`.")
    text: str = Field("", description="Stands on the first page of each letter only, with `split=text`.")
    is_pattern: bool = Field(default=False, description="The text is a simple regular expression without groups.")
    envelope: str = Field(DEFAULT_ENVELOPE, description="Id of an envelope.", examples=[DEFAULT_ENVELOPE])
    duplex: bool = Field(default=True, description="Print on both sides.")
    cover_sheets: CoverSheets = Field(
        CoverSheets.NEVER, description="When a letter gets a sheet in front with address and room for marks."
    )
    redraw_address: bool = Field(default=False, description="Cover the address in the window and print it anew.")
    policy: Policy = Field(Policy.ALL_OR_NOTHING, description="What a faulty letter does to the rest.")
    validate_only: bool = Field(default=False, description="Say what is wrong and print nothing.")
    title: str = Field("", description="In your words; no personal data.", examples=["Invitations, November"])
    cut_off_at: GivenTime | None = Field(
        None,
        description="Nothing is released before; with time zone. Without it the next cut-off of your organisation.",
        examples=["2026-11-24T17:00:00Z"],
    )
    insert: list[str] = Field(
        default_factory=list,
        max_length=10,
        description="Ids of what the print room puts in each envelope beside the letters.",
        examples=[["reply-envelope"]],
    )

    def wishes(self) -> Wishes:
        """Without the data file."""
        return Wishes(
            envelope=self.envelope,
            duplex=self.duplex,
            split=self.split,
            pages=self.pages,
            text=self.text,
            is_pattern=self.is_pattern,
            cover_sheets=self.cover_sheets,
            redraw_address=self.redraw_address,
        )


class OverlayOut(Out):
    """A page with ink where it may not be; `file` counts the PDFs of a zip from 0, by name."""

    file: int = Field(examples=[0])
    page: int = Field(examples=[3])
    url: str = Field(examples=["/v1/print-jobs/job_01jd8m2x4c7n3k5p9qrstv0wxy/overlays/3.png?file=0"])


class OverlaysOut(Out):
    """Pages with a picture of what is wrong; at most some of the first."""

    items: list[OverlayOut]
