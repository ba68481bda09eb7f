"""The job ticket: one sheet that tells print-room staff what to load, print and insert, and how to count it."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from docgen.drawing.paper_fonts import BOLD, MONO, SANS, register_paper_fonts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from reportlab.platypus import Flowable

_MARGIN_PT = 48
_LABEL_WIDTH_PT = 120


@dataclass(frozen=True, slots=True)
class TicketFile:
    """A print file of the batch."""

    name: str
    letters: int
    pages: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the ticket says. ``first`` and ``last`` are piece ids in postal order; weights in grams.

    ``envelopes`` is left out when each letter is alone in its own.
    """

    job_id: str
    job_title: str
    batch_id: str
    batch_number: int
    organisation: str
    template: str
    brand: str
    envelope: str
    stock: str
    duplex: bool
    abroad: bool
    letters: int
    stopped: int
    pages: int
    sheets: int
    weight_g: float
    first: str
    last: str
    created: dt.datetime
    files: tuple[TicketFile, ...]
    cut_off: dt.datetime | None = None
    test: bool = False
    envelopes: int | None = None
    inserts: tuple[str, ...] = ()

    @property
    def to_insert(self) -> int:
        """How many envelopes there are to count."""
        return self.letters if self.envelopes is None else self.envelopes


def job_ticket(ticket: Ticket) -> bytes:
    """The ticket as PDF; the same ticket gives the same bytes."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 (workers that only compose need not load it)
    from reportlab.platypus import SimpleDocTemplate, Spacer  # noqa: PLC0415

    register_paper_fonts()
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN_PT,
        rightMargin=_MARGIN_PT,
        topMargin=_MARGIN_PT,
        bottomMargin=_MARGIN_PT,
        invariant=1,
        initialFontName=SANS,
        title=f"Job ticket {ticket.batch_id}",
    )
    story: list[Flowable] = [*_head(ticket), _facts(_what(ticket)), Spacer(0, 10), _facts(_how(ticket))]
    story += [Spacer(0, 14), _heading("Print files, in this order"), _file_table(ticket.files)]
    story += [Spacer(0, 14), _heading("Check off"), *_checks(ticket)]
    document.build(story)
    return out.getvalue()


def _paragraph(text: str, font: str = SANS, size: float = 10, leading: float = 14) -> Flowable:
    from xml.sax.saxutils import escape  # noqa: PLC0415 (see job_ticket)

    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.platypus import Paragraph  # noqa: PLC0415

    style = ParagraphStyle("t", fontName=font, fontSize=size, leading=leading, bulletFontName=SANS)
    paragraph: Flowable = Paragraph(escape(text), style)
    return paragraph


def _heading(text: str) -> Flowable:
    return _paragraph(text, BOLD, 11, 18)


def _head(ticket: Ticket) -> list[Flowable]:
    from reportlab.platypus import Spacer  # noqa: PLC0415 (see job_ticket)

    head = [_paragraph(f"Batch {ticket.batch_number}: {ticket.job_title}", BOLD, 18, 24)]
    if ticket.test:
        head.append(_paragraph("TEST: do not hand over to the post", BOLD, 14, 20))
    return [*head, Spacer(0, 8)]


def _what(ticket: Ticket) -> list[tuple[str, str]]:
    stopped = f" and {ticket.stopped} stopped, which are not in the files" if ticket.stopped else ""
    shared = f" in {ticket.to_insert:,} envelopes" if ticket.to_insert != ticket.letters else ""
    return [
        ("Letters", f"{ticket.letters:,}{shared}{stopped}"),
        ("Sheets", f"{ticket.sheets:,} ({ticket.pages:,} pages with blank backs)"),
        ("Weight", f"{ticket.weight_g / 1000:,.3f} kg with envelopes"),
        ("Destination", "abroad" if ticket.abroad else "Netherlands, in postcode order"),
        ("First piece", ticket.first),
        ("Last piece", ticket.last),
    ]


def _how(ticket: Ticket) -> list[tuple[str, str]]:
    cut_off = ticket.cut_off.strftime("%d-%m-%Y %H:%M UTC") if ticket.cut_off else "none"
    return [
        ("Paper", ticket.stock),
        ("Sides", "two-sided, turn on the long edge; each letter starts on a front" if ticket.duplex else "one-sided"),
        ("Envelope", ticket.envelope),
        ("Inserts", ", ".join(ticket.inserts) or "none: only the letters"),
        ("For", ticket.organisation),
        ("Template", ticket.template),
        ("House style", ticket.brand),
        ("Job and batch", f"{ticket.job_id}  {ticket.batch_id}"),
        ("Made", ticket.created.strftime("%d-%m-%Y %H:%M UTC")),
        ("Stop until", cut_off),
    ]


def _facts(rows: Sequence[tuple[str, str]]) -> Flowable:
    from reportlab.lib.colors import CMYKColor  # noqa: PLC0415 (see job_ticket)
    from reportlab.platypus import Table  # noqa: PLC0415

    gray = CMYKColor(0, 0, 0, 0.25)
    cells = [[_paragraph(label, BOLD), _paragraph(value)] for label, value in rows]
    style = [("LINEBELOW", (0, 0), (-1, -1), 0.4, gray), ("VALIGN", (0, 0), (-1, -1), "TOP"), _font_of_cells()]
    table: Flowable = Table(cells, colWidths=[_LABEL_WIDTH_PT, 595 - 2 * _MARGIN_PT - _LABEL_WIDTH_PT], style=style)
    return table


def _file_table(files: Sequence[TicketFile]) -> Flowable:
    from reportlab.lib.colors import CMYKColor  # noqa: PLC0415 (see job_ticket)
    from reportlab.platypus import Table  # noqa: PLC0415

    gray = CMYKColor(0, 0, 0, 0.25)
    head = [_paragraph(t, BOLD) for t in ("File", "Letters", "Pages", "MB", "SHA-256, first half")]
    rows = [
        [
            _paragraph(f.name),
            _paragraph(f"{f.letters:,}"),
            _paragraph(f"{f.pages:,}"),
            _paragraph(f"{f.size / 1e6:.1f}"),
            _paragraph(f.sha256[:32], MONO, 7.5),
        ]
        for f in files
    ]
    style = [("LINEBELOW", (0, 0), (-1, -1), 0.4, gray), _font_of_cells()]
    table: Flowable = Table([head, *rows], colWidths=[175, 55, 55, 45, 169], style=style, repeatRows=1)
    return table


def _font_of_cells() -> tuple[str, tuple[int, int], tuple[int, int], str]:
    # Without it a table names Helvetica, which is not embedded.
    return ("FONTNAME", (0, 0), (-1, -1), SANS)


def _checks(ticket: Ticket) -> list[Flowable]:
    steps = (
        "Envelope and paper loaded as above",
        f"Printed: {ticket.pages:,} pages counted",
        f"Inserted: {ticket.to_insert:,} envelopes counted",
        "Damaged pieces written down by piece id and reprinted",
        "Initials, date and time",
    )
    return [_paragraph(f"\u2610  {step}", SANS, 11, 20) for step in steps]
