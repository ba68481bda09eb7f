"""A new print job: choose a file, see what its columns are, and have every letter checked before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from api.http.edge import DepsDep
from api.http.problems import CONTEXT, status_of
from api.http.staff.corporation.common import (
    JOBS,
    SUBMITTERS,
    WORDS,
    TokenQuery,
    chosen_inserts,
    cut_off_of,
    ref_of,
    token_of,
    with_query,
)
from api.http.staff.desk import Desk, DeskDep, Done
from api.http.staff.forms import FormDep
from api.http.staff.moments import for_input
from api.http.staff.render import page
from api.http.staff.route import StaffRoute, see_other
from api.http.staff.today import zone_of
from api.http.staff.trouble import Trouble
from api.http.staff.visitors import VisitorDep, person
from api.ports import BlobRef, Mode, PackageKind, Policy
from api.usecases import drafts, jobs, packages, rules, trying
from api.usecases.drafts import Draft, Seen
from api.usecases.equipment import insert_ids
from api.usecases.formats import RecordsFormat, RecordsType
from api.usecases.intake import Submission, check_cut_off, check_title, submit_job
from docgen.findings import Refusal
from docgen.records.read_csv import DELIMITERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.http.staff.desk import Mistake
    from api.http.staff.forms import Form
    from api.ports import Package
    from api.usecases.deps import Deps

router = APIRouter(prefix=JOBS, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

DRAFT: Final = "draft-of-job"
ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252 (from Excel)",
    "iso-8859-15": "Latin-9",
    "iso-8859-1": "Latin-1",
}
SEPARATORS: Final = {";": "semicolon ;", ",": "comma ,", "\t": "tab", "|": "bar |"}
_GUESS: Final = "cp1252"
_LABELS: Final = {
    "record_id": "Key of the record",
    "language": "Language",
    "recipient.name": "Name on the envelope",
    "recipient.name_2": "Second line of the name",
    "recipient.name_3": "Third line of the name",
    "recipient.street": "Street",
    "recipient.house_number": "House number",
    "recipient.house_letter": "House letter",
    "recipient.addition": "Addition to the house number",
    "recipient.street_and_number": "Street and number in one",
    "recipient.postcode": "Postcode",
    "recipient.town": "Town",
    "recipient.country": "Country",
}
# above this many choices a page of menus is slow, and a field with suggestions does as well
_MOST_OPTIONS: Final = 900
_MOST_DIGITS: Final = 4
_FIELDS: Final = {
    "file-missing": "file",
    "body-empty": "file",
    "body-too-large": "file",
    "media-type-unsupported": "file",
    "template-not-found": "template",
    "template-retired": "template",
    "brand-not-found": "brand",
    "brand-retired": "brand",
    "title-invalid": "title",
    "cut-off-invalid": "cut_off",
}
AfterQuery = Annotated[str, Query(max_length=120)]


@router.get("/new", dependencies=[SUBMITTERS])
def show_new(request: Request, deps: DepsDep, after: AfterQuery = "") -> Response:
    """The form; ``after`` a job it has the choices of that one."""
    entered = choices_of(deps, person(request).organisation_id, after) if after else {}
    return _new_page(request, deps, entered)


@router.post("/new", dependencies=[SUBMITTERS])
def upload(request: Request, deps: DepsDep, visitor: VisitorDep, form: FormDep) -> Response:
    """Keep the file; nothing is decided yet."""
    try:
        draft = _read_upload(deps, visitor.organisation_id, form)
    except Refusal as refusal:
        request.scope[CONTEXT]["code"] = refusal.code
        response = _new_page(request, deps, form.entered(), Trouble.of(refusal, _FIELDS, "file"))
        response.status_code = int(status_of(refusal.code))
        return response
    ref = drafts.keep_draft(deps, visitor.organisation_id, draft)
    return see_other(with_query(f"{JOBS}/draft", of=token_of(deps, visitor, ref, DRAFT)))


@router.get("/draft", dependencies=[SUBMITTERS])
def show_draft(
    request: Request,
    deps: DepsDep,
    of: TokenQuery = "",
    encoding: Annotated[str, Query(max_length=20)] = "",
    separator: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The columns of the file beside the fields of the template."""
    if not of:
        return see_other(f"{JOBS}/new")
    return _draft_page(request, deps, of, {"encoding": encoding, "separator": separator})


@router.post("/draft", dependencies=[SUBMITTERS])
def check_draft(desk: DeskDep, of: TokenQuery) -> Response:
    """Have every letter checked; nothing is printed of it."""

    def make(deps: Deps) -> Done:
        draft = drafts.read_draft(deps, desk.organisation_id, ref_of(deps, desk.visitor, of, DRAFT))
        submission = _submission(deps, desk, draft)
        job = submit_job(deps, desk.organisation_id, submission, BlobRef.parse(draft.input))
        return Done(with_query(f"{JOBS}/{job.id}", live="1"))

    def again(mistake: Mistake) -> Response:
        return _draft_page(desk.request, desk.deps, of, mistake.entered, mistake.trouble)

    return desk.change(make, again, {"": "columns"})


def _read_upload(deps: Deps, organisation_id: str, form: Form) -> Draft:
    """Raises Refusal: ``file-missing``, ``media-type-unsupported``, ``template-not-found``, and so on."""
    if not form.files:
        raise Refusal("file-missing", "Choose the file with the records. A file without anything in it is not taken.")
    sent = form.files[0]
    kind = drafts.kind_of_file(sent.name, sent.file)
    template = packages.get(deps, organisation_id, PackageKind.TEMPLATE, form.text("template"))
    brand = packages.get(deps, organisation_id, PackageKind.BRAND, form.text("brand"))
    check_title(form.text("title"))
    check_cut_off(cut_off_of(form.text("cut_off"), zone_of(deps, organisation_id)), deps.clock.now())
    ref = drafts.store_upload(deps, organisation_id, sent.file)
    return Draft(
        input=str(ref),
        name=_file_name(sent.name),
        kind=str(kind),
        template=template.id,
        brand=brand.id,
        title=form.text("title"),
        cut_off=form.text("cut_off"),
        policy=one_of(Policy, form.text("policy"), Policy.ALL_OR_NOTHING),
        mode=one_of(Mode, form.text("mode"), Mode.LIVE),
        inserts=chosen_inserts(deps, form),
    )


def one_of(kind: type[Policy | Mode], text: str, otherwise: str) -> str:
    """The text when it is one of these."""
    return text if text in set(kind) else otherwise


def _file_name(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2][-100:]
    return "".join(character if character.isprintable() else "_" for character in last)


def _new_page(request: Request, deps: Deps, entered: Mapping[str, str], trouble: Trouble | None = None) -> Response:
    organisation_id = person(request).organisation_id
    now = deps.clock.now()
    zone = zone_of(deps, organisation_id)
    return page(
        request,
        "corporation/new.html",
        **WORDS,
        templates=_cards(deps, trying.offered(deps, organisation_id, PackageKind.TEMPLATE)),
        brands=_cards(deps, trying.offered(deps, organisation_id, PackageKind.BRAND)),
        next_cut_off=rules.next_cut_off(deps, organisation_id),
        rules=rules.get_rules(deps, organisation_id),
        inserts=deps.equipment.profiles.inserts,
        soonest=for_input(now + timedelta(minutes=1), zone),
        now=now,
        zone=zone,
        entered=entered,
        trouble=trouble,
    )


def _cards(deps: Deps, found: Sequence[Package]) -> list[tuple[Package, str, bool]]:
    """Versions with their titles, newest first; True for the newest of each."""
    seen: set[str] = set()
    cards = []
    for package in found:
        cards.append((package, trying.titled(deps, package).title, package.key not in seen))
        seen.add(package.key)
    return cards


def choices_of(deps: Deps, organisation_id: str, job_id: str) -> Mapping[str, str]:
    """What was chosen for a job, to begin a new one with. Raises Refusal: ``job-not-found``."""
    job = jobs.get_job(deps, organisation_id, job_id)
    now, zone = deps.clock.now(), zone_of(deps, organisation_id)
    coming = job.cut_off_at is not None and job.cut_off_at > now and job.validate_only
    return {
        "template": job.template_id or "",
        "brand": job.brand_id or "",
        "title": job.title,
        "policy": job.policy,
        "mode": job.mode,
        "cut_off": for_input(job.cut_off_at, zone) if coming and job.cut_off_at else "",
        **{f"insert-{name}": "yes" for name in insert_ids(job)},
    }


def _format(draft: Draft, entered: Mapping[str, str], *, decimal_comma: bool = False) -> RecordsFormat:
    kind = RecordsType(draft.kind)
    if kind is not RecordsType.CSV:
        return RecordsFormat(kind, decimal_comma=decimal_comma)
    encoding, separator = entered.get("encoding", ""), entered.get("separator", "")
    return RecordsFormat(
        kind,
        encoding if encoding in ENCODINGS else "utf-8",
        separator if separator in DELIMITERS else None,
        decimal_comma,
    )


def _submission(deps: Deps, desk: Desk, draft: Draft) -> Submission:
    """Raises Refusal: ``columns-missing``, ``cut-off-invalid``, or what is wrong with the file."""
    form, entered = desk.form, desk.form.entered()
    zone = zone_of(deps, desk.organisation_id)
    wanted = _format(draft, entered, decimal_comma=bool(form.text("decimal_comma")))
    seen = drafts.look_at_draft(deps, desk.organisation_id, draft, wanted)
    if seen.refusal is not None:
        raise seen.refusal
    if seen.look is not None:
        wanted = replace(wanted, delimiter=seen.look.delimiter)
    return Submission(
        template=draft.template,
        brand=draft.brand,
        format=wanted,
        mode=Mode(draft.mode),
        policy=Policy(draft.policy),
        validate_only=True,
        title=draft.title or trying.titled(deps, seen.template).title,
        cut_off_at=cut_off_of(draft.cut_off, zone),
        created_by=desk.by,
        columns=_chosen(seen, form),
        inserts=tuple(draft.inserts),
    )


def _chosen(seen: Seen, form: Form) -> dict[str, str]:
    """The columns by field. Raises Refusal: ``columns-missing`` with every field that needs one."""
    if seen.look is None:
        return {}
    names = seen.look.names
    chosen: dict[str, str] = {}
    for number, wanted in enumerate(seen.wanted):
        text = form.text(f"f{number}")
        at = _place(text, form.text("by"), names)
        if text:
            chosen[wanted.name] = names[at] if at >= 0 else text
    missing = [wanted.name for wanted in seen.wanted if wanted.required and wanted.name not in chosen]
    if missing:
        raise Refusal("columns-missing", f"Choose a column for: {', '.join(missing)}.")
    unknown = sorted({column for column in chosen.values() if column not in names})
    if unknown:
        raise Refusal("columns-missing", f"The file has no such column: {', '.join(unknown)[:200]}. Choose one it has.")
    return chosen


def _place(text: str, by: str, names: Sequence[str]) -> int:
    """Which column was chosen: menus say its number, other fields its name; -1 for none."""
    if by != "number":
        return names.index(text) if text in names else -1
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS and int(text) < len(names) else -1


def _draft_page(
    request: Request, deps: Deps, token: str, entered: Mapping[str, str], trouble: Trouble | None = None
) -> Response:
    visitor = person(request)
    organisation_id = visitor.organisation_id
    draft = drafts.read_draft(deps, organisation_id, ref_of(deps, visitor, token, DRAFT))
    seen = drafts.look_at_draft(deps, organisation_id, draft, _format(draft, entered))
    if seen.refusal is not None and trouble is None:
        trouble = Trouble.of(seen.refusal, {}, "reading")
    look = seen.look
    separator = look.delimiter if look and look.delimiter else entered.get("separator", "")
    response = page(
        request,
        "corporation/columns.html",
        **WORDS,
        token=token,
        draft=draft,
        seen=seen,
        rows=_rows(seen, entered),
        left_out=_left_out(seen, entered),
        as_menus=look is not None and len(look.names) * len(seen.wanted) <= _MOST_OPTIONS,
        encoding=entered.get("encoding") or "utf-8",
        encodings=ENCODINGS,
        guess=_GUESS if seen.refusal and _GUESS in seen.refusal.detail and not entered.get("encoding") else "",
        separator=separator or "",
        separators=SEPARATORS,
        comma=bool(entered.get("decimal_comma")) if "f0" in entered else seen.decimal_comma,
        is_table=draft.kind != RecordsType.JSON,
        is_csv=draft.kind == RecordsType.CSV,
        title=draft.title or trying.titled(deps, seen.template).title,
        next_cut_off=rules.next_cut_off(deps, organisation_id),
        cut_off=cut_off_of(draft.cut_off, zone_of(deps, organisation_id)),
        zone=zone_of(deps, organisation_id),
        trouble=trouble,
    )
    if seen.refusal is not None:
        response.status_code = int(status_of(seen.refusal.code))
    return response


def _rows(seen: Seen, entered: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each field with the column that is chosen for it and the example in that column."""
    if seen.look is None:
        return []
    names, examples = seen.look.names, seen.look.examples
    rows = []
    for number, wanted in enumerate(seen.wanted):
        said = entered.get(f"f{number}") if "f0" in entered else None
        guessed = (seen.columns or {}).get(wanted.name, "")
        at = _place(guessed, "name", names) if said is None else _place(said, entered.get("by", ""), names)
        label = wanted.label or _LABELS.get(wanted.name, wanted.name)
        main = wanted.required or at >= 0 or said is not None
        example = examples[at] if at >= 0 else ""
        rows.append({"id": f"f{number}", "wanted": wanted, "label": label, "at": at, "example": example, "main": main})
    return rows


def _left_out(seen: Seen, entered: Mapping[str, str]) -> list[tuple[str, str]]:
    """Columns that nothing is read from, with their examples."""
    if seen.look is None:
        return []
    used = {row["at"] for row in _rows(seen, entered)}
    pairs = zip(seen.look.names, seen.look.examples, strict=True)
    return [(name or f"column {at + 1}", example) for at, (name, example) in enumerate(pairs) if at not in used]
