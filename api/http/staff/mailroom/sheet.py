"""All pictures of a field beside each other, least sure first, to choose thresholds by; and to change them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Query, Request, Response

from api.http.edge import DepsDep
from api.http.staff.desk import DeskDep, Done
from api.http.staff.mailroom.common import IN_MAILROOM, MAILROOM, CursorQuery
from api.http.staff.mailroom.preview import counted, readings
from api.http.staff.mailroom.quality import says
from api.http.staff.mailroom.shown import option_label, options_of
from api.http.staff.mailroom.start import of_mistake
from api.http.staff.mailroom.words import WORDS, as_written, label_of
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import person
from api.ports import OPEN_STAGES, PageRequest, Stage
from api.usecases import people
from api.usecases.scanning import forms, measuring, policies
from docgen.findings import Refusal
from scanning.decide.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from api.http.staff.desk import Mistake
    from api.http.staff.forms import Form
    from api.ports import SlipFieldRow, SlipForm
    from api.usecases.deps import Deps
    from docgen.reply_form import ReplyField, ReplyForm

router = APIRouter(prefix=f"{MAILROOM}/sheet", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

SHEET: Final = f"{MAILROOM}/sheet"
_CROPS: Final = 60
_BEFORE: Final = 12
# of a slip that came twice the other may still be keyed
_HIDDEN: Final = OPEN_STAGES | {Stage.MERGED}
_ABOUT: Final[Mapping[str, str]] = {
    "digits": "Rows of digits go straight through from",
    "dates": "Dates go straight through from",
    "with_previous": "With a reading from before: picture and use together from",
    "picture_at_least": "and then the picture alone from",
    "marks": "Ticks, choices and signatures go straight through from",
    "blind": "Below this nothing is suggested",
    "checked_share": "Of what goes straight through, this share is keyed blind",
}
NameQuery = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_]*$")]
FormQuery = Annotated[str, Query(max_length=20, pattern=r"^[A-Za-z0-9]*$")]


class Line(NamedTuple):
    """A threshold between two pictures."""

    says: str


class Crop(NamedTuple):
    """A picture. ``read`` is None while people may not know what the machine read."""

    field: SlipFieldRow
    read: str | None


@router.get("", dependencies=[IN_MAILROOM])
def show(
    request: Request,
    deps: DepsDep,
    form: FormQuery = "",
    field: NameQuery = "",
    cursor: CursorQuery = None,
    *,
    try_out: Annotated[bool, Query(alias="try")] = False,
) -> Response:
    """The sheet of a field, or which there are."""
    if not form:
        return _chooser(request, deps)
    tried = _thresholds(request.query_params) if try_out else None
    return sheet_page(request, deps, (form, field), cursor=cursor, tried=tried)


@router.post("", dependencies=[IN_MAILROOM])
def change(desk: DeskDep) -> Response:
    """Set the thresholds of a form."""
    form, field = desk.form.text("form"), desk.form.text("field")

    def make(deps: Deps) -> Done:
        made = policies.put_policy(deps, desk.organisation_id, form, _thresholds(_texts(desk.form)), desk.by)
        said = f"Version {made.version} of the thresholds holds for pages that are read from now on."
        return Done(f"{SHEET}?form={form}&field={field}", said)

    def again(mistake: Mistake) -> Response:
        return sheet_page(desk.request, desk.deps, (form, field), mistake=mistake)

    return desk.change(make, again, {"": "digits"})


def sheet_page(
    request: Request,
    deps: Deps,
    of: tuple[str, str],
    *,
    cursor: str | None = None,
    tried: Mapping[str, float] | None = None,
    mistake: Mistake | None = None,
) -> Response:
    """The page. Raises Refusal: ``slip-form-not-found``, ``slip-field-not-found``."""
    organisation_id, (form_id, name) = person(request).organisation_id, of
    form = policies.get_form(deps, organisation_id, form_id)
    reply = forms.read_reply(form.reply_form)
    asked = reply.field(name) or _first(reply, name)
    policy = policies.policy_of(deps, organisation_id, form_id)
    wanted = replace(policy, **tried) if tried else policy
    found = measuring.contact_sheet(deps, organisation_id, form_id, asked.name, PageRequest(_CROPS, cursor))
    every = readings(deps, organisation_id, form_id, asked.name)
    measured = [one for one in measuring.blind_checks(deps, organisation_id) if one.measured.form == form_id]
    values: dict[str, Any] = {
        "form": form,
        "fields": [(one, label_of(one, form)) for one in reply.fields],
        "asked": asked,
        "label": label_of(asked, form),
        "crops": list(_lines(found.items, asked, form, wanted)),
        "jumps": list(_jumps(every, asked, wanted)),
        "next_after": found.next_after,
        "cursor": cursor,
        "policy": asdict(policy),
        "wanted": asdict(wanted),
        "tried": tried is not None,
        "about": _ABOUT,
        "least": policies.LEAST,
        "now": counted(every, policy),
        "then": counted(every, wanted),
        "history": policies.policy_history(deps, organisation_id, form_id)[:5],
        "measured": [says(one) for one in measured if one.measured.name == asked.name],
        "names": people.names_of(deps, organisation_id),
        "zone": zone_of(deps, organisation_id),
    }
    return page(request, "mailroom/sheet.html", **WORDS, **values, **of_mistake(request, deps, mistake))


def _chooser(request: Request, deps: Deps) -> Response:
    known: dict[str, tuple[SlipForm, ReplyForm]] = {}
    for form in policies.list_forms(deps, person(request).organisation_id):
        known.setdefault(form.form, (form, forms.read_reply(form.reply_form)))
    return page(request, "mailroom/sheets.html", **WORDS, forms=list(known.values()))


def _lines(
    fields: Sequence[SlipFieldRow], asked: ReplyField, form: SlipForm, policy: Policy
) -> Iterator[tuple[Line | None, Crop]]:
    """Each picture, and the threshold that is passed before it."""
    options = options_of(asked, form)
    lines = [
        (policy.blind, f"from {100 * policy.blind:g} %: shown to be confirmed, when no rule speaks against it"),
        (policy.straight_from(asked.kind), f"from {100 * policy.straight_from(asked.kind):g} %: straight through"),
    ]
    before = fields[0].confidence if fields else 0.0
    for field in fields:
        passed = [said for at, said in lines if before < at <= field.confidence]
        before = field.confidence
        read = as_written(option_label(options, field.machine or field.read), field.kind)
        yield Line("; ".join(passed)) if passed else None, Crop(field, None if field.stage in _HIDDEN else read)


def _jumps(every: Sequence[SlipFieldRow], asked: ReplyField, policy: Policy) -> Iterator[tuple[str, str]]:
    """Where the thresholds are on the sheet: words, and the cursor of a part that begins a little before."""
    for at in (policy.blind, policy.straight_from(asked.kind)):
        below = [field.id for field in every if field.confidence < at]
        if len(below) > _BEFORE:
            yield f"{100 * at:g} %", below[-_BEFORE - 1]


def _first(reply: ReplyForm, name: str) -> ReplyField:
    if name or not reply.fields:
        raise Refusal("slip-field-not-found", "This form has no such field.")
    return reply.fields[0]


def _texts(form: Form) -> Mapping[str, str]:
    return {name: form.text(name) for name in policies.THRESHOLDS}


def _thresholds(texts: Mapping[str, str]) -> dict[str, float]:
    """Percentages as people type them. Raises Refusal: ``policy-invalid``."""
    found: dict[str, float] = {}
    for name in policies.THRESHOLDS:
        text = texts.get(name, "").replace(",", ".").removesuffix("%").strip()
        if not text:
            continue
        try:
            found[name] = round(float(text) / 100, 6)
        except ValueError:
            raise Refusal("policy-invalid", f"{text} is no percentage. Type one such as 98.5.") from None
        if not 0 <= found[name] <= 1:
            raise Refusal("policy-invalid", "A threshold is a percentage from 0 to 100.")
    return found
