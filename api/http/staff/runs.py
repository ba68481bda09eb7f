"""Mail runs: choose completed batches, print the papers, hand over to the post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response

from api.http.edge import DepsDep, PageDep
from api.http.files import file_response
from api.http.staff.batch_forms import check_sure
from api.http.staff.desk import DeskDep, Done, notice_of
from api.http.staff.history import history
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import IN_PRINT_ROOM, VisitorDep, person
from api.http.words import local
from api.ports import BatchState, MailRunState, Mode, PageRequest
from api.usecases import mail_runs, people
from api.usecases.deps import Deps
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.http.staff.desk import Mistake

router = APIRouter(prefix="/staff/mail-runs", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_MOST_BATCHES: Final = 200
_SHOWN_RUNS: Final = 30
_OPEN: Final = {"title-invalid": "title", "": "batches"}
_HAND_OVER: Final = {
    "": "reference",
    "confirmation-missing": "sure-hand-over",
    "proof-kind-unknown": "proof",
    "body-too-large": "proof",
    "body-empty": "proof",
}


@router.get("", dependencies=[IN_PRINT_ROOM])
def list_runs(request: Request, deps: DepsDep, window: PageDep) -> Response:
    """What can go, and what went."""
    return _list_page(request, deps, window=window)


@router.post("/open", dependencies=[IN_PRINT_ROOM])
def open_run(desk: DeskDep) -> Response:
    """Put the chosen batches together and make their papers."""

    def make(deps: Deps) -> Done:
        chosen = desk.form.all("batch")
        run = mail_runs.open_mail_run(deps, desk.organisation_id, desk.form.text("title"), chosen, desk.by)
        return Done(f"/staff/mail-runs/{run.id}", "The mail run is open. Print its papers, then hand it over.")

    return desk.change(make, lambda mistake: _list_page(desk.request, desk.deps, mistake), _OPEN, "run")


@router.get("/{run_id:id}", dependencies=[IN_PRINT_ROOM])
def show(request: Request, deps: DepsDep, run_id: str) -> Response:
    """One run."""
    return _run_page(request, deps, run_id)


@router.get("/{run_id:id}/files/{name:id}", dependencies=[IN_PRINT_ROOM])
def get_file(request: Request, deps: DepsDep, visitor: VisitorDep, run_id: str, name: str) -> Response:
    """Labels and the list for the post."""
    file = mail_runs.find_mail_run_file(deps, visitor.organisation_id, run_id, name)
    return file_response(request, deps, visitor.organisation_id, file)


@router.get("/{run_id:id}/proof", dependencies=[IN_PRINT_ROOM])
def get_proof(deps: DepsDep, visitor: VisitorDep, run_id: str) -> Response:
    """What the post gave. It came from outside, so a browser keeps it and does not open it."""
    content, kind = mail_runs.read_proof(deps, visitor.organisation_id, run_id)
    name = f"{run_id}-proof.{kind.rpartition('/')[2]}"
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/{run_id:id}/hand-over", dependencies=[IN_PRINT_ROOM])
def hand_over(desk: DeskDep, run_id: str) -> Response:
    """The post has it."""
    data = desk.form.file.read() if desk.form.file else b""
    if desk.form.file:
        desk.form.file.seek(0)

    def make(deps: Deps) -> Done:
        check_sure(desk)
        if data:
            mail_runs.add_proof(deps, desk.organisation_id, run_id, desk.by, data)
        run = mail_runs.get_mail_run(deps, desk.organisation_id, run_id)[0]
        receipt = (" ".join(desk.form.text("reference").split()), run.proof)
        mail_runs.hand_over(deps, desk.organisation_id, run_id, desk.by, receipt)
        return Done(f"/staff/mail-runs/{run_id}", "The mail run is handed over.")

    return desk.change(make, lambda mistake: _run_page(desk.request, desk.deps, run_id, mistake), _HAND_OVER)


@router.post("/{run_id:id}/proof", dependencies=[IN_PRINT_ROOM])
def put_proof(desk: DeskDep, run_id: str) -> Response:
    """The document that came later."""
    data = desk.form.file.read() if desk.form.file else b""
    if desk.form.file:
        desk.form.file.seek(0)

    def make(deps: Deps) -> Done:
        if not data:
            raise Refusal("file-missing", "Choose the document that the post gave.")
        mail_runs.add_proof(deps, desk.organisation_id, run_id, desk.by, data)
        return Done(f"/staff/mail-runs/{run_id}", "The proof is kept with the mail run.")

    return desk.change(make, lambda mistake: _run_page(desk.request, desk.deps, run_id, mistake), {"": "proof"})


def _list_page(
    request: Request, deps: Deps, mistake: Mistake | None = None, window: PageRequest | None = None
) -> Response:
    visitor = person(request)
    organisation_id = visitor.organisation_id
    zone = zone_of(deps, organisation_id)
    with deps.database.read() as uow:
        completed = uow.batches.in_states(organisation_id, {BatchState.COMPLETED}, _MOST_BATCHES)
        ready = [batch for batch in completed if batch.mail_run_id is None and batch.mode is Mode.LIVE]
        jobs = {batch.job_id: uow.jobs.get(organisation_id, batch.job_id) for batch in ready}
        runs = uow.mail_runs.list(organisation_id, PageRequest(_SHOWN_RUNS, window.after if window else None))
        batches_of = {run.id: uow.batches.of_mail_run(organisation_id, run.id) for run in runs.items}
    chosen = set(mistake.chosen.get("batch", ())) if mistake else {batch.id for batch in ready}
    return page(
        request,
        "runs.html",
        ready=ready,
        jobs=jobs,
        chosen=chosen,
        title=mistake.entered.get("title", "") if mistake else f"Run of {local(deps.clock.now(), zone)}",
        runs=runs,
        batches_of=batches_of,
        names=people.names_of(deps, organisation_id),
        zone=zone,
        trouble=mistake.trouble if mistake else None,
        notice="" if mistake else notice_of(request, deps),
    )


def _run_page(request: Request, deps: Deps, run_id: str, mistake: Mistake | None = None) -> Response:
    visitor = person(request)
    organisation_id = visitor.organisation_id
    run, batches = mail_runs.get_mail_run(deps, organisation_id, run_id)
    with deps.database.read() as uow:
        jobs = {batch.job_id: uow.jobs.get(organisation_id, batch.job_id) for batch in batches}
    values: dict[str, Any] = {
        "trouble": mistake.trouble if mistake else None,
        "entered": mistake.entered if mistake else {},
        "notice": "" if mistake else notice_of(request, deps),
    }
    return page(
        request,
        "run.html",
        run=run,
        batches=batches,
        jobs=jobs,
        gone=run.state is MailRunState.HANDED_OVER,
        names=people.names_of(deps, organisation_id),
        history=history(deps, organisation_id, run_id),
        zone=zone_of(deps, organisation_id),
        **values,
    )
