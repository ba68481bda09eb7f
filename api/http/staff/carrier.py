"""A job that waits for its carrier: fetch the addresses, bring the file, or go on without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from api.http.carrier import csv_response
from api.http.edge import DepsDep
from api.http.staff.batch_forms import check_sure
from api.http.staff.desk import DeskDep, Done, notice_of
from api.http.staff.history import history
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import IN_PRINT_ROOM, VisitorDep, person
from api.ports import CARRIER
from api.usecases import exchanging, jobs, people
from api.usecases.carriers import carrier_of, prints_of_carrier
from api.usecases.deps import Deps
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.http.staff.desk import Mistake

router = APIRouter(prefix="/staff/carrier", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_FILE: Final = {"": "file"}
_SKIP: Final = {"": "reason", "confirmation-missing": "sure-skip"}


@router.get("/{job_id:id}", dependencies=[IN_PRINT_ROOM])
def show(request: Request, deps: DepsDep, job_id: str) -> Response:
    """One job."""
    return _page(request, deps, job_id)


@router.get("/{job_id:id}/addresses.csv", dependencies=[IN_PRINT_ROOM])
def fetch(request: Request, deps: DepsDep, visitor: VisitorDep, job_id: str) -> Response:
    """The file for the carrier."""
    return csv_response(request, deps, visitor.organisation_id, job_id, visitor.user.id)


@router.post("/{job_id:id}/file", dependencies=[IN_PRINT_ROOM])
def bring(desk: DeskDep, job_id: str) -> Response:
    """What came back."""

    def make(deps: Deps) -> Done:
        if not desk.form.files:
            raise Refusal("file-missing", "Choose the file that the carrier gave back.")
        sent = desk.form.files[0]
        sent.file.seek(0)
        made = exchanging.import_enriched(deps, desk.organisation_id, job_id, sent.file, desk.by, sent.name)
        return Done(_url(job_id), f"The file is taken in: {made.envelopes:,} envelopes. The letters are being made.")

    return desk.change(make, lambda mistake: _page(desk.request, desk.deps, job_id, mistake), _FILE)


@router.post("/{job_id:id}/skip", dependencies=[IN_PRINT_ROOM])
def skip(desk: DeskDep, job_id: str) -> Response:
    """Go on in our own order."""

    def make(deps: Deps) -> Done:
        check_sure(desk)
        exchanging.go_on_without(deps, desk.organisation_id, job_id, desk.form.text("reason"), desk.by)
        return Done(_url(job_id), "The letters are being made without the carrier.")

    return desk.change(make, lambda mistake: _page(desk.request, desk.deps, job_id, mistake), _SKIP)


def _url(job_id: str) -> str:
    return f"/staff/carrier/{job_id}"


def _page(request: Request, deps: Deps, job_id: str, mistake: Mistake | None = None) -> Response:
    visitor = person(request)
    organisation_id = visitor.organisation_id
    job = jobs.get_job(deps, organisation_id, job_id)
    return page(
        request,
        "carrier.html",
        job=job,
        profile=carrier_of(job),
        prints=prints_of_carrier(job),
        waits=job.waiting_for == CARRIER,
        exchange=exchanging.find_exchange(deps, organisation_id, job_id),
        names=people.names_of(deps, organisation_id),
        history=history(deps, organisation_id, job_id),
        now=deps.clock.now(),
        zone=zone_of(deps, organisation_id),
        trouble=mistake.trouble if mistake else None,
        entered=mistake.entered if mistake else {},
        notice="" if mistake else notice_of(request, deps),
    )
