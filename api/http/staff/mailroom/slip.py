"""A slip that came back: its fields and values, who decided what and when, and other slips of the same letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastapi import APIRouter, Request, Response

from api.http.edge import DepsDep
from api.http.staff.mailroom.common import IN_MAILROOM, MAILROOM
from api.http.staff.mailroom.overlay import Marked, marked
from api.http.staff.mailroom.shown import Shot, option_label, options_of, shot_of
from api.http.staff.mailroom.words import WORDS, as_written, label_of, reason_word
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import person
from api.ports import OPEN_STAGES
from api.usecases import people
from api.usecases.scanning import forms, looking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import FieldAct, ScanFile, Slip, SlipFieldRow, SlipForm, UnitOfWork
    from api.usecases.deps import Deps
    from docgen.reply_form import ReplyForm

router = APIRouter(prefix=f"{MAILROOM}/slip", tags=["staff"], include_in_schema=False, route_class=StaffRoute)


class Line(NamedTuple):
    """A field of a slip. ``read`` is None while people may not know what the machine read."""

    field: SlipFieldRow
    label: str
    value: str
    read: str | None
    reasons: Sequence[str]
    shot: Shot
    acts: Sequence[FieldAct]


class Copy(NamedTuple):
    """A slip of the same letter on its page."""

    slip: Slip
    context: Marked | None
    file: ScanFile


@router.get("/{slip_id:id}", dependencies=[IN_MAILROOM])
def show(request: Request, deps: DepsDep, slip_id: str) -> Response:
    """All that is known of it; nothing of the machine's where somebody is still to key it."""
    organisation_id = person(request).organisation_id
    seen = looking.get_slip(deps, organisation_id, slip_id)
    with deps.database.read() as uow:
        form = uow.slip_forms.get(organisation_id, seen.slip.form, seen.slip.template_id)
        asked = forms.read_reply(form.reply_form)
        slips = uow.scan_pages.slips_of(organisation_id, seen.slip.piece_id, seen.slip.form)
        fields = uow.slip_fields.of_slips(organisation_id, [slip.id for slip in slips])
        # what another slip of the letter says would tell too
        hidden = frozenset({field.name for field in fields if field.stage in OPEN_STAGES})
        lines = [_line(deps, uow, field, (form, asked), hidden) for field in seen.fields]
        copies = [_copy(deps, uow, slip, form) for slip in slips]
        piece = uow.pieces.get(organisation_id, seen.slip.piece_id)
        file = uow.scans.file(organisation_id, seen.page.file_id)
    areas = [field.area_mm for field in seen.fields]
    return page(
        request,
        "mailroom/slip.html",
        **WORDS,
        slip=seen.slip,
        of_page=seen.page,
        file=file,
        piece=piece,
        form=form,
        context=marked(deps, seen.page, seen.slip, form, areas),
        lines=lines,
        copies=[copy for copy in copies if copy.slip.id != slip_id],
        batch=looking.get_batch(deps, organisation_id, seen.slip.batch_id).batch,
        names=people.names_of(deps, organisation_id),
        zone=zone_of(deps, organisation_id),
    )


def _line(
    deps: Deps, uow: UnitOfWork, field: SlipFieldRow, of: tuple[SlipForm, ReplyForm], hidden: frozenset[str]
) -> Line:
    form, asked = of
    question, is_open = asked.field(field.name), field.name in hidden
    options = options_of(question, form) if question else ()
    value = "" if is_open or field.value is None else as_written(option_label(options, field.value), field.kind)
    return Line(
        field,
        label_of(question, form) if question else field.name,
        value,
        None if is_open else as_written(option_label(options, field.machine or field.read), field.kind),
        () if is_open else list(map(reason_word, field.reasons)),
        shot_of(deps, uow, field, form),
        # while it is open one person's answer is kept from the others
        () if is_open else uow.slip_fields.history(field.organisation_id, field.id),
    )


def _copy(deps: Deps, uow: UnitOfWork, slip: Slip, form: SlipForm) -> Copy:
    on = uow.scan_pages.get(slip.organisation_id, slip.page_id)
    return Copy(slip, marked(deps, on, slip, form, ()), uow.scans.file(slip.organisation_id, on.file_id))
