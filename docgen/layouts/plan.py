"""Compile a template, a brand and a language once; then lay out letter after letter.

Everything that is the same in every letter is measured and drawn here, and everything that can fail for all letters
fails here. A letter then costs one Jinja2 render, the paragraphs and cells that hold its own words, and arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place, Severity
from docgen.layouts.address_block import AddressSetter
from docgen.layouts.code_block import CodeBlock, CodeBlockSetter
from docgen.layouts.draft import Draft
from docgen.layouts.entry import EntrySetter
from docgen.layouts.flow_text import TextFlow
from docgen.layouts.geometry import flip_pt, to_mm, to_pt
from docgen.layouts.laid_out import LaidOutLetter, LaidOutPage
from docgen.layouts.letterhead import LogoArt, letterhead
from docgen.layouts.page import MARGIN_MM, page_frames
from docgen.layouts.pagination import Flown, Rooms, paginate
from docgen.layouts.parts import MODULE_PT, Item, Part, TextItem, text_ink
from docgen.layouts.payment import PaymentSetter
from docgen.layouts.preflight import check_marks, check_plan, check_slip, mark_room, may_meet_marks
from docgen.layouts.reference import ReferenceSetter
from docgen.layouts.slip import Slip, SlipSetup
from docgen.layouts.specification import SpecificationItem, SpecificationTable
from docgen.layouts.typography import typography
from docgen.layouts.wording import wording
from docgen.letters import Cents
from docgen.postal.marks.profiles import DEFAULT_ROOM, builtin
from docgen.qr.ocr_b import STROKES
from docgen.templates.blocks import TEXT_WIDTH_MM
from docgen.templates.text import compile_text
from docgen.typesetting.words import number

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from docgen.layouts.geometry import Rect
    from docgen.layouts.pagination import Pages
    from docgen.layouts.slip import SlipInk
    from docgen.layouts.slip_geometry import SlipGeometry
    from docgen.layouts.theme import Brand
    from docgen.letters import Letter
    from docgen.postal.marks.model import MarkProfile
    from docgen.postal.profiles import EnvelopeProfile
    from docgen.templates.model import Template

_CLEAR_OF_FOLD_MM = 5.0
_SUBJECT_SPACE_PT = 14.0
FORM_FIRST, FORM_LATER, FORM_FOOTER, FORM_SLIP, FORM_DIGIT = "S", "T", "U", "V", "W"


@dataclass(frozen=True, slots=True)
class Setup:
    """What a plan is made for: the day chooses labels that change with time, the logo is art already loaded.

    With ``marks`` letters are checked to leave room for them; without, static art alone, for marks of any known reader.
    With ``carrier`` the place of a carrier's line and code is left white in the window. The return address of a slip
    is printed for the window of ``return_envelope``.
    """

    template: Template
    brand: Brand
    envelope: EnvelopeProfile
    day: dt.date
    logo: LogoArt | None = None
    marks: MarkProfile | None = None
    carrier: bool = False
    return_envelope: EnvelopeProfile | None = None


class Plan:
    """A compiled template in one brand and language."""

    def __init__(self, setup: Setup, language: str) -> None:
        """Compile.

        Raises:
            Refusal: when a block lacks what it needs of the brand.
        """
        template, brand = setup.template, setup.brand
        self.setup, self.language = setup, language
        self.typography = typography(brand, language)
        self.slip = self._make_slip()
        torn = self.slip is not None and not self.slip.is_page
        self.frames = page_frames(setup.envelope, self.slip.geometry.height_mm if self.slip and torn else None)
        self.letterhead = letterhead(brand, self.frames, self.typography, setup.logo)
        self._room = mark_room(setup.marks or builtin()[DEFAULT_ROOM], duplex=template.duplex)
        self._meets_marks = setup.marks is not None and may_meet_marks(self.frames, self._room)
        self.findings = (
            *self.letterhead.findings,
            *(self.slip.findings if self.slip else ()),
            *check_plan(self.frames, self.letterhead.frames, self.typography, self._room),
            *(check_slip(self.slip.inked(), self._room) if self.slip else ()),
        )
        self._width_pt = to_pt(TEXT_WIDTH_MM)
        self._text = compile_text(template, language)
        self._flow = TextFlow(self.typography, self._width_pt, brand.colours.accent)
        room = setup.envelope.carrier_room if setup.carrier else None
        self._address = AddressSetter(self.frames, self.typography, brand.return_line, room)
        self._reference = ReferenceSetter(self.typography, self._width_pt)
        self._set_blocks(setup)
        self._rooms = Rooms(
            to_pt(self.frames.flow_first.height_mm),
            to_pt(self.frames.flow_later.height_mm),
            to_pt(self.frames.slip_reserve_mm),
            2 if torn and template.duplex else 1,
        )
        self._page_ink = lru_cache(maxsize=512)(self._draw_page_ink)
        self._slip_frames = lru_cache(maxsize=64)(self.slip.frames) if self.slip else None
        self._fixed_extra = self._brand_values()

    def _make_slip(self) -> Slip | None:
        setup, template = self.setup, self.setup.template
        if template.reply_form is None or template.slip is None:
            return None
        envelope = setup.return_envelope
        lines = setup.brand.reply_address if envelope else ()
        made = SlipSetup(template.reply_form, template.slip.size, envelope, lines)
        return Slip(made, self.typography, {digit: self.form_name(FORM_DIGIT + digit) for digit in STROKES})

    @property
    def slip_geometry(self) -> SlipGeometry | None:
        """Where everything stands on the reply slip; its ``form`` is in the codes that are printed there."""
        return self.slip.geometry if self.slip else None

    def _set_blocks(self, setup: Setup) -> None:
        template, brand, kind = setup.template, setup.brand, self.typography
        codes = CodeBlockSetter(brand, kind, self._width_pt)
        self._table = (
            SpecificationTable(template.specification, brand, kind, self._width_pt) if template.specification else None
        )
        self._payment = PaymentSetter(template.payment, brand, kind, codes, setup.day) if template.payment else None
        self._entry = EntrySetter(template.entry, kind, codes) if template.entry else None

    def form_name(self, form: str) -> str:
        """Resource name of one of the ``FORM_`` arts in this plan's language."""
        return f"{form}{self.language}"

    def forms(self) -> dict[str, bytes]:
        """Static art by resource name."""
        head = self.letterhead
        slip = self.slip.ink if self.slip else b""
        arts = {FORM_FIRST: head.first, FORM_LATER: head.later, FORM_FOOTER: head.footer, FORM_SLIP: slip}
        digits = self.slip.digit_forms() if self.slip else {}
        return {self.form_name(form): ink for form, ink in arts.items() if ink} | digits

    def lay_out(self, letter: Letter) -> LaidOutLetter:
        """Lay out one letter; what keeps it from being printed is among its findings."""
        return self.lay_out_all([letter])[0]

    def lay_out_all(self, letters: Sequence[Letter]) -> list[LaidOutLetter]:
        """Each letter as ``lay_out`` lays it out.

        One step for all of them, then the next: a processor that changes its task all the time is a fifth slower.
        """
        drafts = [Draft(letter, self._text.render(letter.values, self._extra(letter))) for letter in letters]
        for draft in drafts:
            self._set_address(draft)
        for draft in drafts:
            self._set_head(draft)
        for place in range(max([len(draft.rendered.blocks) for draft in drafts], default=0)):
            for draft in drafts:
                if place < len(draft.rendered.blocks):
                    self._set_block(draft, draft.rendered.blocks[place])
        paged = [paginate(draft.items, self._rooms) for draft in drafts]
        return [self._finished(draft, pages) for draft, pages in zip(drafts, paged, strict=True)]

    def _set_address(self, draft: Draft) -> None:
        letter = draft.letter
        draft.address = address = self._address.set(draft.address_lines, letter.address.kix, letter.record_id)
        draft.note(address)
        draft.findings += address.findings

    def _finished(self, draft: Draft, paged: Pages) -> LaidOutLetter:
        for kind in paged.oversized:
            message = f"The {kind} is higher than a page; shorten it or let it be divided."
            draft.findings.append(Finding("block-too-high", message, draft.place(frame=kind)))
        stamped = self._stamp(draft)
        pages = self._pages(paged.pages, draft, stamped)
        self._check_length(pages, draft)
        slip_page = len(pages) if stamped else None
        laid = LaidOutLetter(
            draft.letter.record_id,
            self.language,
            tuple(pages),
            (*draft.findings, *draft.glyph_findings()),
            draft.extra_fonts,
            draft.address.frames + (self._slip_frames(slip_page) if self._slip_frames and slip_page else ()),
            slip_page,
        )
        if self._meets_marks:
            return replace(laid, findings=laid.findings + check_marks(laid.frames(), self._room, laid.record_id))
        return laid

    def _stamp(self, draft: Draft) -> SlipInk | None:
        """What the letter prints on its slip."""
        if self.slip is None:
            return None
        letter, lines = draft.letter, draft.address_lines
        stamped = self.slip.stamp(lines[0] if lines else "", letter.record_id, letter.piece_id)
        draft.note(stamped)
        return stamped

    def _extra(self, letter: Letter) -> dict[str, object]:
        entry = letter.entry
        return {
            **self._fixed_extra,
            "record_id": letter.record_id,
            "recipient_name": letter.address.name_lines[0] if letter.address.name_lines else "",
            "entry_host": entry.host if entry else "",
            "entry_code": entry.code if entry else "",
        }

    def _brand_values(self) -> dict[str, object]:
        brand = self.setup.brand
        hours = brand.contact.hours
        return {
            "brand_name": brand.name,
            "brand_legal_name": brand.legal_name,
            "brand_phone": brand.contact.phone,
            "brand_email": brand.contact.email,
            "brand_web": brand.contact.web,
            "brand_hours": hours.get(self.language) or next(iter(hours.values()), ""),
        }

    def _set_head(self, draft: Draft) -> None:
        """Reference block and subject."""
        reference = self._reference.set(draft.rendered.reference)
        if reference is not None:
            draft.note(reference)
            draft.items.append(reference.block)
        setting = self.typography.subject
        lines = setting.palette.break_text(draft.rendered.subject, self._width_pt)
        draft.note(lines)
        part = Part("subject", len(lines.fragments) * setting.leading_pt, text_ink(lines.fragments, setting))
        draft.items.append(TextItem("subject", lines, setting, part, 0.0, _SUBJECT_SPACE_PT, keeps_with_next=True))

    def _set_block(self, draft: Draft, block: str) -> None:
        """One block of the body, which may be the place of another."""
        flowed = self._flow.items(block)
        if flowed.extra_fonts or flowed.lacking:
            draft.note(flowed)
        draft.items += flowed.items if flowed.placeholder is None else self._placed(flowed.placeholder, draft)

    def _placed(self, name: str, draft: Draft) -> Sequence[Item]:
        letter, place = draft.letter, draft.place(frame=name)
        made: CodeBlock | tuple[Finding, ...] = ()
        if name == "specification" and self._table is not None:
            return [self._specification(self._table, letter.values, draft)]
        if name == "payment" and self._payment is not None:
            made = self._payment.set(letter.values, place)
        elif name == "entry" and self._entry is not None:
            made = self._entry.set(letter.entry, place)
        if isinstance(made, tuple):
            draft.findings += made
            return []
        draft.note(made)
        return [made.block]

    def _specification(self, table: SpecificationTable, values: Mapping[str, object], draft: Draft) -> Item:
        lines = values.get(table.block.source)
        item = table.item(lines if isinstance(lines, tuple) else ())
        flaw = item.flaw()
        draft.note(flaw)
        if flaw.too_wide:
            message = "A number is wider than its column and runs into the next; give the column more width_mm."
            draft.findings.append(Finding("specification-number-too-wide", message, draft.place("specification")))
        self._check_total(item, values, draft)
        return item

    def _check_total(self, item: SpecificationItem, values: Mapping[str, object], draft: Draft) -> None:
        field = item.table.block.total_field
        declared = values.get(field) if field else None
        if isinstance(declared, Cents) and declared != item.totals.total:
            sums = f"The lines add up to {item.totals.total / 100:.2f}, but {field} says {declared / 100:.2f}"
            place = Place(record=draft.letter.record_id, pointer=f"/{field}")
            draft.findings.append(Finding("specification-total-differs", f"{sums}; correct one of them.", place))

    def _check_length(self, pages: Sequence[LaidOutPage], draft: Draft) -> None:
        limit, envelope = self.setup.template.max_pages, self.setup.envelope
        sheets = -(-len(pages) // 2) if self.setup.template.duplex else len(pages)
        count = sum([bool(page.forms) for page in pages])
        if count > limit:
            message = f"The letter has {count} pages; the template allows {limit}. Shorten it or raise max_pages."
            draft.findings.append(Finding("letter-too-many-pages", message, draft.place()))
        elif sheets > envelope.max_sheets:
            message = f"The letter has {sheets} sheets; envelope {envelope.id} holds {envelope.max_sheets}."
            draft.findings.append(Finding("letter-too-thick", message, draft.place()))

    def _pages(self, pages: tuple[tuple[Flown, ...], ...], draft: Draft, stamped: SlipInk | None) -> list[LaidOutPage]:
        """The address stands on the first page, a slip at the foot of the last or on a sheet behind it.

        A page of nothing before the last is the blank back of a sheet, and is not counted on the others.
        """
        laid, last = list[LaidOutPage](), len(pages)
        written = [page for page in range(1, last + 1) if pages[page - 1] or page in (1, last)]
        for page, flown in enumerate(pages, 1):
            if page not in written:
                laid.append(self._blank())
                continue
            (forms, ink), (flow, room_pt) = (
                self._page_ink(written.index(page) + 1, len(written)),
                self._flow_of(page, last),
            )
            parts = self._clear_of_folds(flown, flow, room_pt, draft)
            laid.append(LaidOutPage(forms, ink, flow, parts))
        laid[0] = replace(laid[0], ink=laid[0].ink + draft.address.ink, kix=draft.address.kix)
        return self._with_slip(laid, stamped) if stamped else laid

    def _with_slip(self, laid: list[LaidOutPage], stamped: SlipInk) -> list[LaidOutPage]:
        """The slip on the last page, or on a front of its own."""
        if self.slip is not None and self.slip.is_page:
            backs = [self._blank()] * (len(laid) % 2 if self.setup.template.duplex else 0)
            forms = b"/%s Do " % self.form_name(FORM_SLIP).encode("ascii")
            return [*laid, *backs, LaidOutPage(forms, stamped.ink, self.frames.flow_later, (), None, stamped.symbols)]
        laid[-1] = replace(laid[-1], ink=laid[-1].ink + stamped.ink, slip=stamped.symbols)
        return laid

    def _blank(self) -> LaidOutPage:
        return LaidOutPage(b"", b"", self.frames.flow_later, ())

    def _flow_of(self, page: int, total: int) -> tuple[Rect, float]:
        """Where a page's flow stands, and how much of its height may be used."""
        flow, room_pt = self.frames.flow_later, self._rooms.later_pt
        if page == 1:
            flow, room_pt = self.frames.flow_first, self._rooms.first_pt
        return flow, room_pt - (self._rooms.reserve_pt if page == total else 0.0)

    def _draw_page_ink(self, page: int, total: int) -> tuple[bytes, bytes]:
        """Forms of a page and its page number; ``total`` tells whether it is the one with the slip."""
        with_slip = page == total and self.frames.slip is not None
        top_mm = self.frames.footer_above_slip_mm if with_slip else self.frames.footer.top_mm
        up_pt = to_pt(self.frames.footer.top_mm - top_mm)
        form = self.form_name(FORM_FIRST if page == 1 else FORM_LATER)
        forms = b"/%s Do " % form.encode("ascii")
        footer = b"/%s Do" % self.form_name(FORM_FOOTER).encode("ascii")
        forms += b"q 1 0 0 1 0 %s cm %s Q " % (number(up_pt), footer) if up_pt else footer + b" "
        if with_slip:
            forms += b"/%s Do " % self.form_name(FORM_SLIP).encode("ascii")
        caption = self.typography.caption
        word = caption.palette.line(wording(self.language).page.format(page=page, total=total))
        left_pt = to_pt(MARGIN_MM + TEXT_WIDTH_MM) - word.width_pt
        ink = b"0 0 0 1 k BT %s %s %s Td [(%s)]TJ ET\n" % (
            caption.palette.styles[0].select(),
            number(left_pt),
            number(flip_pt(top_mm + 1.2) - caption.rise_pt),
            word.fragment,
        )
        return forms, ink

    def _clear_of_folds(self, page: tuple[Flown, ...], flow: Rect, room_pt: float, draft: Draft) -> tuple[Flown, ...]:
        """Move what stands from a symbol on downwards, so that no symbol lies on a fold."""
        for index, flown in enumerate(page):
            if not flown.part.symbols:
                continue
            down_pt = self._below_fold_pt(flown, flow)
            if down_pt is None:
                continue
            last = page[-1]
            if last.top_pt + down_pt + last.part.height_pt > room_pt:
                message = "A code lies within 5 mm of a fold and may not scan; change the text above it."
                draft.findings.append(Finding("code-on-fold", message, draft.place(), Severity.WARNING))
                return page
            moved = tuple([Flown(f.top_pt + down_pt, f.part) for f in page[index:]])
            return self._clear_of_folds((*page[:index], *moved), flow, room_pt, draft)
        return page

    def _below_fold_pt(self, flown: Flown, flow: Rect) -> float | None:
        for symbol in flown.part.symbols:
            top_mm = flow.top_mm + to_mm(flown.top_pt + symbol.top_pt)
            bottom_mm = top_mm + to_mm(symbol.size * MODULE_PT)
            for fold_mm in self.frames.folds_mm:
                if top_mm - _CLEAR_OF_FOLD_MM + 1e-6 < fold_mm < bottom_mm + _CLEAR_OF_FOLD_MM - 1e-6:
                    return to_pt(fold_mm + _CLEAR_OF_FOLD_MM - top_mm)
        return None
