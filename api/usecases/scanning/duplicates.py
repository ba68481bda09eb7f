"""The same slip again: equal answers are attached to the first, different ones go to people with both pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import DecidedBy, Stage
from api.usecases.scanning.keying import Vote
from api.usecases.scanning.recording import dispute
from docgen.reply_form import ReplyKind
from scanning.readings import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Slip, SlipFieldRow, UnitOfWork
    from api.usecases.deps import Deps

DIFFERS: Final = "slip-twice-differs"
_WORDS: Final = frozenset({ReplyKind.TEXT, ReplyKind.EMAIL})


class Compared(NamedTuple):
    """A slip and its fields beside those that came before."""

    slip: Slip
    fields: tuple[SlipFieldRow, ...]


def compare(
    deps: Deps, uow: UnitOfWork, slip: Slip, fields: Sequence[SlipFieldRow], earlier: Sequence[Slip]
) -> Compared:
    """``earlier`` are slips of the same piece and form that count; the fields of theirs that differ are merged here."""
    if not earlier:
        return Compared(slip, tuple(fields))
    seen, same = _evidence(uow, slip, earlier)
    every = uow.slip_fields.of_slips(slip.organisation_id, [other.id for other in earlier])
    heads = {field.name: field for field in every if field.stage not in {Stage.MERGED, Stage.WITHDRAWN}}
    compared = tuple([_beside(deps, uow, field, heads.get(field.name), same=same) for field in fields])
    attached = all(field.stage is Stage.MERGED for field in compared)
    return Compared(replace(seen, first_id=earlier[0].id if attached else None), compared)


def _evidence(uow: UnitOfWork, slip: Slip, earlier: Sequence[Slip]) -> tuple[Slip, bool]:
    """The slip with what speaks for its being the same sheet, and whether it is the very same picture.

    Sheets that differ in a word may look alike, so only the same page of the same bytes is the same picture.
    """
    looks = uow.scan_pages.looks(slip.organisation_id, [slip.page_id, *[other.page_id for other in earlier]])
    mine, others = looks[slip.page_id], [looks[other.page_id] for other in earlier]
    same_page = bool(mine.page_hash) and any(other.page_hash == mine.page_hash for other in others)
    again = [other for other in others if other.sha256 == mine.sha256 and other.file_id != mine.file_id]
    same = any(other.number == mine.number for other in again)
    return replace(slip, same_page=same_page, same_file=bool(again)), same


def _beside(deps: Deps, uow: UnitOfWork, field: SlipFieldRow, head: SlipFieldRow | None, *, same: bool) -> SlipFieldRow:
    if head is None:
        return field
    if _is_same(field, head, same=same):
        nobody = {"value": None, "decided_by": DecidedBy.NOBODY, "decided_at": None, "is_check": False}
        return replace(field, stage=Stage.MERGED, **nobody)  # type: ignore[arg-type] # fields of a row
    uow.slip_fields.change(replace(head, stage=Stage.MERGED, leased_to="", leased_until=None))
    dispute(deps, uow, head)
    return replace(
        field,
        outcome=Outcome.REVIEW,
        reasons=(*field.reasons, DIFFERS),
        stage=Stage.KEY,
        value=None,
        decided_by=DecidedBy.NOBODY,
        decided_at=None,
        is_check=False,
        rival_id=head.id,
    )


def _is_same(field: SlipFieldRow, head: SlipFieldRow, *, same: bool) -> bool:
    """Whether two slips say the same; of words only in the very same picture, since nobody has read them."""
    if same and field.read == head.read:
        return True
    if field.kind in _WORDS and (field.read or head.read):
        return False
    said = _said(field)
    return said is not None and said == _said(head)


def _said(field: SlipFieldRow) -> Vote | None:
    if field.unreadable or field.value is not None:
        return Vote(field.value or "", field.unreadable)
    return None if field.machine is None or field.rival_id is not None else Vote(field.machine)
