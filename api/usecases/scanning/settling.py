"""A page as it was read becomes slips, fields and records, in the transaction that stores the page.

A slip counts only when its piece is this organisation's, of this mode, and was printed with this very form; all else
makes the page an exception, with what was read kept for whoever finds a way out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import DecidedBy, ScanFinding, Slip, SlipFieldRow, Stage
from api.usecases.scanning.duplicates import compare
from api.usecases.scanning.forms import Question, question_of, read_known, read_reply
from api.usecases.scanning.policies import policy_in
from api.usecases.scanning.recording import put_in_force
from docgen.qr.slip_code import SlipNumber
from docgen.reply_form import ReplyKind
from scanning.decide.fields import BLANK_ON_BILEVEL, Keying, Situation, decide
from scanning.readings import Outcome
from scanning.validators.answer import check_answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import PieceSlip, ScanPage, UnitOfWork
    from api.usecases.deps import Deps
    from docgen.qr.slip_code import SlipCode
    from scanning.decide.fields import Decision
    from scanning.readings import FieldReading, SlipReading

TYPED: Final = "read-by-person"
_NO_MACHINE: Final = frozenset({ReplyKind.TEXT, ReplyKind.EMAIL})
_SHARE: Final = 1 << 32


class Placed(NamedTuple):
    """A slip on a page with the piece that it belongs to; no reading when a person said whose it is."""

    printed: PieceSlip
    reading: SlipReading | None
    first_part: int | None


@dataclass(frozen=True, slots=True)
class Placing:
    """What was found out about the slips of a page: all of them have their piece, or ``trouble`` says why not."""

    placed: tuple[Placed, ...] = ()
    trouble: tuple[ScanFinding, ...] = ()


def place_slips(uow: UnitOfWork, page: ScanPage, mode: str, slips: Sequence[SlipReading]) -> Placing:
    """Find the pieces of slips, first of all in the organisation of the page.

    ``slips`` are in the order of the parts of the page, of which the first is the page itself.
    """
    placed: list[Placed] = []
    part = 1
    for reading in slips:
        found = piece_of(uow, page.organisation_id, mode, reading.code)
        if isinstance(found, ScanFinding):
            return Placing(trouble=(found,))
        placed.append(Placed(found, reading, part))
        part += len(reading.fields)
    if len({one.printed.piece_id for one in placed}) > 1:
        return Placing(tuple(placed), (several_slips(),))
    return Placing(tuple(placed))


def settle(deps: Deps, uow: UnitOfWork, page: ScanPage, placed: Sequence[Placed]) -> None:
    """The slips of a page with their fields and records."""
    for place, one in enumerate(placed):
        _settle(deps, uow, page, place, one)


def piece_of(uow: UnitOfWork, organisation_id: str, mode: str, code: SlipCode | SlipNumber) -> PieceSlip | ScanFinding:
    """What was printed with this code for this organisation, or why it does not count."""
    start = code.piece_start if isinstance(code, SlipNumber) else code.piece_id
    found = uow.piece_slips.starting(organisation_id, start)
    if not found:
        return slip_foreign() if uow.piece_slips.is_elsewhere(organisation_id, start) else piece_unknown()
    if len(found) > 1:
        return piece_unclear()
    (printed,) = found
    if printed.mode != mode:
        return mode_differs(printed.mode)
    return printed if printed.form == code.form else form_differs()


def _settle(deps: Deps, uow: UnitOfWork, page: ScanPage, place: int, one: Placed) -> None:
    # of two slips of a piece that are settled at once the second waits here, and sees the first
    printed = uow.piece_slips.held(page.organisation_id, one.printed.piece_id) or one.printed
    others = uow.scan_pages.slips_of(page.organisation_id, printed.piece_id, printed.form)
    slip = _slip(deps, page, place, one, len(others))
    made = _fields(deps, uow, page, slip, one)
    earlier = [other for other in others if other.withdrawn_at is None]
    compared = compare(deps, uow, slip, made, earlier)
    uow.scan_pages.add_slip(compared.slip)
    uow.slip_fields.add_many(compared.fields)
    for field in compared.fields:
        # nothing written on a first slip changes nothing
        if field.value is not None and field.stage is not Stage.MERGED and (field.value or others):
            put_in_force(deps, uow, field)


def _slip(deps: Deps, page: ScanPage, place: int, one: Placed, ordinal: int) -> Slip:
    printed, reading = one.printed, one.reading
    return Slip(
        id=deps.ids.new("slp"),
        organisation_id=page.organisation_id,
        mode=printed.mode,
        batch_id=page.batch_id,
        page_id=page.id,
        place=place,
        piece_id=printed.piece_id,
        job_id=printed.job_id,
        form=printed.form,
        template_id=printed.template_id,
        ordinal=ordinal,
        created_at=deps.clock.now(),
        residual_mm=reading.residual_mm if reading else 0.0,
        squares=reading.squares if reading else 0,
        corners_px=reading.corners_px if reading else (),
    )


def _fields(deps: Deps, uow: UnitOfWork, page: ScanPage, slip: Slip, one: Placed) -> list[SlipFieldRow]:
    """A row for every field of the form, whether or not the machine has read it."""
    organisation_id, today = page.organisation_id, deps.clock.now().date()
    form = read_reply(uow.slip_forms.get(organisation_id, slip.form, slip.template_id).reply_form)
    policy = policy_in(uow, organisation_id, slip.form)
    known = one.printed.known
    asked = {field.name: field for field in form.fields}
    decided: Mapping[str, Decision] = {}
    if one.reading is not None:
        situation = Situation(asked, today, policy, read_known(known))
        decided = {decision.name: decision for decision in decide(one.reading, situation)}
    read = {reading.name: (at, reading) for at, reading in enumerate(one.reading.fields)} if one.reading else {}
    rows = []
    for place, field in enumerate(form.fields):
        question = question_of(form, known, field.name, today)
        at, reading = read.get(field.name, (0, None))
        part = None if one.first_part is None or reading is None else one.first_part + at
        base = _row(deps, slip, question, place)
        row = base if reading is None else _decided(base, question, reading, decided[field.name])
        rows.append(_maybe_check(replace(row, part=part), policy.checked_share))
    return rows


def _row(deps: Deps, slip: Slip, question: Question, place: int) -> SlipFieldRow:
    """A field that only people read."""
    return SlipFieldRow(
        id=deps.ids.new("fld"),
        organisation_id=slip.organisation_id,
        mode=slip.mode,
        slip_id=slip.id,
        page_id=slip.page_id,
        piece_id=slip.piece_id,
        form=slip.form,
        name=question.asked.name,
        kind=question.asked.kind,
        place=place,
        outcome=Outcome.REVIEW,
        reasons=(TYPED,),
        read="",
        machine=None,
        confidence=0.0,
        posterior=None,
        alternatives=(),
        keying=Keying.BLIND,
        area_mm=(),
        part=None,
        stage=Stage.KEY,
        value=None,
        decided_by=DecidedBy.NOBODY,
        decided_at=None,
        created_at=slip.created_at,
    )


def _decided(base: SlipFieldRow, question: Question, reading: FieldReading, decision: Decision) -> SlipFieldRow:
    area = reading.area
    row = replace(
        base,
        outcome=decision.outcome,
        reasons=decision.reasons,
        read=decision.read,
        machine=_machine(question, decision),
        confidence=decision.confidence,
        posterior=decision.posterior,
        alternatives=decision.alternatives,
        keying=decision.keying,
        area_mm=(area.left_mm, area.top_mm, area.width_mm, area.height_mm),
    )
    if decision.outcome is Outcome.REVIEW:
        return row
    value = row.machine if decision.outcome is Outcome.ACCEPTED else ""
    settled = replace(row, machine=value, value=value, stage=Stage.SETTLED)
    return replace(settled, decided_by=DecidedBy.MACHINE, decided_at=row.created_at)


def _machine(question: Question, decision: Decision) -> str | None:
    """What the machine says stands there, spelled as people's answers are; None when it says nothing."""
    if question.asked.kind in _NO_MACHINE:
        return None
    if not decision.read:
        # nothing found where something may have been is no vote for a blank, but on a scan without greys
        only_bilevel = decision.reasons == (BLANK_ON_BILEVEL,)
        return "" if decision.outcome is not Outcome.REVIEW or only_bilevel else None
    text = decision.value or decision.read
    checked = check_answer(question.asked, text, replace(question.context, insists=True))
    return text if checked.value is None else checked.value


def _maybe_check(row: SlipFieldRow, share: float) -> SlipFieldRow:
    """Some of what was accepted is keyed blind; which is settled by the id, so that nobody chooses."""
    if row.outcome is not Outcome.ACCEPTED:
        return row
    lot = int.from_bytes(hashlib.sha256(row.id.encode()).digest()[:4], "big")
    return replace(row, is_check=True, stage=Stage.KEY) if lot < share * _SHARE else row


def piece_unknown() -> ScanFinding:
    """No piece has this code."""
    return ScanFinding("slip-piece-unknown", "No letter of yours has the code on this slip. Say whose it is.")


def slip_foreign() -> ScanFinding:
    """A slip of another organisation; nothing else of it is told."""
    return ScanFinding("slip-foreign", "This slip is not of a letter of yours. Lay the paper apart.")


def piece_unclear() -> ScanFinding:
    """The line of digits tells only the start of the id."""
    return ScanFinding("slip-piece-unclear", "The number on this slip fits several letters. Say whose it is.")


def form_differs() -> ScanFinding:
    """Not the slip that was printed with the piece."""
    message = (
        "This is another version of the slip than was sent with the letter. Say whose it is, and key what it says."
    )
    return ScanFinding("slip-form-differs", message)


def mode_differs(mode: str) -> ScanFinding:
    """A test slip among live ones, or the other way round."""
    return ScanFinding("slip-mode-differs", f"This slip is of a {mode} letter. Scan it in a {mode} batch.")


def several_slips() -> ScanFinding:
    """Two ids on a sheet."""
    message = "There are slips of different letters on this page. Take them all as they are, or say whose it is."
    return ScanFinding("page-several-slips", message)
