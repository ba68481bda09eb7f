"""A field as a person sees it: its pictures, what was asked, and nothing that this person must not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from api.http.staff.mailroom.overlay import Marked, Size, marked, size_of
from api.http.staff.mailroom.words import format_of, label_of, reason_word
from api.ports import Stage
from docgen.reply_form import ReplyKind
from scanning.validators.answer import SIGNED
from scanning.validators.tick import YES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import ScanFile, ScanPage, Slip, SlipFieldRow, SlipForm, UnitOfWork
    from api.usecases.deps import Deps
    from api.usecases.scanning.reviewing import ReviewItem
    from docgen.reply_form import ReplyField

# a crop has 10 pixels a millimetre and a screen is taken to have 96 an inch: three times as large as on paper
LARGE: Final = 3 * 96 / 25.4 / 10
NOTHING: Final = "-"
"""The answer of somebody who says that a box is empty; no text field can send it by chance."""


class Option(NamedTuple):
    """An answer to choose; ``key`` chooses it."""

    value: str
    label: str
    key: str


class Shot(NamedTuple):
    """The pictures of one field: the crop (with the size it is shown at) and its slip on the page."""

    field_id: str
    crop: Size | None
    context: Marked | None
    file: ScanFile
    page: ScanPage


class Shown(NamedTuple):
    """A field to be keyed. ``suggestion`` is None where it is keyed blind, and then there are no reasons either."""

    field_id: str
    stage: Stage
    label: str
    hint: str
    kind: ReplyKind
    suggestion: str | None
    options: tuple[Option, ...]
    reasons: tuple[str, ...]
    picks: tuple[str, ...]
    shot: Shot
    rivals: tuple[Shot, ...]
    slip: Slip

    @property
    def shots(self) -> tuple[Shot, ...]:
        """All pictures, those of the slip that came last first."""
        return (self.shot, *self.rivals)

    @property
    def differs(self) -> bool:
        """People, or two slips, say different things."""
        return bool(self.rivals) or self.stage is Stage.JUDGE


def shown(deps: Deps, organisation_id: str, item: ReviewItem) -> Shown:
    """As this person sees it."""
    with deps.database.read() as uow:
        slip = item.slip
        form = uow.slip_forms.get(organisation_id, slip.form, slip.template_id)
        shot = shot_of(deps, uow, uow.slip_fields.get(organisation_id, item.field_id), form)
        rivals = [uow.slip_fields.get(organisation_id, rival) for rival in item.rivals]
        others = tuple([shot_of(deps, uow, rival, form) for rival in rivals])
    return Shown(
        item.field_id,
        item.stage,
        label_of(item.asked, form),
        format_of(item.asked),
        item.asked.kind,
        item.suggestion,
        options_of(item.asked, form),
        () if item.suggestion is None else tuple(map(reason_word, item.reasons)),
        tuple(dict.fromkeys(filter(None, item.shown))),
        shot,
        others,
        slip,
    )


def shot_of(deps: Deps, uow: UnitOfWork, field: SlipFieldRow, form: SlipForm) -> Shot:
    """The pictures of a field."""
    page = uow.scan_pages.get(field.organisation_id, field.page_id)
    slip = uow.scan_pages.slip(field.organisation_id, field.slip_id)
    crop = None if field.part is None else size_of(deps, page, field.part)
    large = Size(round(crop.width * LARGE), round(crop.height * LARGE)) if crop else None
    context = marked(deps, page, slip, form, [field.area_mm])
    return Shot(field.id, large, context, uow.scans.file(field.organisation_id, page.file_id), page)


def options_of(asked: ReplyField, form: SlipForm) -> tuple[Option, ...]:
    """What can be chosen; nothing where an answer is typed."""
    match asked.kind:
        case ReplyKind.CHOICE:
            return tuple(
                [
                    Option(one.value, one.label.get(form.language) or next(iter(one.label.values()), one.value), str(n))
                    for n, one in enumerate(asked.choices, 1)
                ]
            )
        case ReplyKind.TICK:
            return _yes_no(YES, "yes, it is ticked", "no, it is not")
        case ReplyKind.SIGNATURE:
            return _yes_no(SIGNED, "yes, something is written", "no, it is empty")
        case _:
            return ()


def option_label(options: Sequence[Option], value: str) -> str:
    """The words of a value."""
    return next((option.label for option in options if option.value == value), value)


def _yes_no(value: str, yes: str, no: str) -> tuple[Option, ...]:
    return Option(value, yes, "y"), Option(NOTHING, no, "n")
