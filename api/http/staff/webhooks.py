"""Webhooks, for administrators: which endpoints there are, what became of messages, and buttons for both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from api.http.edge import DepsDep, PageDep
from api.http.staff.desk import Desk, DeskDep, Done, notice_of
from api.http.staff.history import history
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import ADMINS, person
from api.ports import PageRequest
from api.usecases import people
from api.usecases.webhooks import endpoints, replaying, switching
from api.usecases.webhooks.event_types import event_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.http.staff.desk import Mistake
    from api.usecases.deps import Deps

router = APIRouter(prefix="/staff/webhooks", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_WEBHOOKS: Final = "/staff/webhooks"
_SHOWN: Final = 50
_FIELDS: Final = {"": ""}


@router.get("", dependencies=[ADMINS])
def show_all(request: Request, deps: DepsDep) -> Response:
    """All of them."""
    organisation_id = person(request).organisation_id
    return page(
        request,
        "webhooks.html",
        webhooks=endpoints.list_webhooks(deps, organisation_id, PageRequest(endpoints.MOST_WEBHOOKS)).items,
        zone=zone_of(deps, organisation_id),
        notice=notice_of(request, deps),
    )


@router.get("/{webhook_id:id}", dependencies=[ADMINS])
def show(request: Request, deps: DepsDep, webhook_id: str, window: PageDep) -> Response:
    """One of them, with its last messages."""
    return _webhook_page(request, deps, webhook_id, window=window)


@router.post("/{webhook_id:id}/disable", dependencies=[ADMINS])
def disable(desk: DeskDep, webhook_id: str) -> Response:
    """What is due waits."""

    def make(deps: Deps) -> str:
        switching.disable(deps, desk.organisation_id, webhook_id, desk.by)
        return "Nothing is sent to this endpoint until it is enabled again."

    return _change(desk, webhook_id, make)


@router.post("/{webhook_id:id}/enable", dependencies=[ADMINS])
def enable(desk: DeskDep, webhook_id: str) -> Response:
    """What is due goes out at once."""

    def make(deps: Deps) -> str:
        switching.enable(deps, desk.organisation_id, webhook_id, desk.by)
        return "The endpoint is enabled. What was due is sent now."

    return _change(desk, webhook_id, make)


@router.post("/{webhook_id:id}/test", dependencies=[ADMINS])
def send_test(desk: DeskDep, webhook_id: str) -> Response:
    """To this endpoint alone."""

    def make(deps: Deps) -> str:
        endpoints.send_test(deps, desk.organisation_id, webhook_id, desk.by)
        return "A test is on its way. Look again in a moment to see what came of it."

    return _change(desk, webhook_id, make)


@router.post("/{webhook_id:id}/deliveries/{delivery_id:id}/replay", dependencies=[ADMINS])
def replay(desk: DeskDep, webhook_id: str, delivery_id: str) -> Response:
    """All its tries anew."""

    def make(deps: Deps) -> str:
        found = replaying.replay_delivery(deps, desk.organisation_id, webhook_id, delivery_id)
        return f"{event_id(found.event_number)} is sent again."

    return _change(desk, webhook_id, make)


def _change(desk: Desk, webhook_id: str, make: Callable[[Deps], str]) -> Response:
    def again(mistake: Mistake) -> Response:
        return _webhook_page(desk.request, desk.deps, webhook_id, mistake)

    return desk.change(lambda deps: Done(f"{_WEBHOOKS}/{webhook_id}", make(deps)), again, _FIELDS)


def _webhook_page(
    request: Request, deps: Deps, webhook_id: str, mistake: Mistake | None = None, window: PageRequest | None = None
) -> Response:
    organisation_id = person(request).organisation_id
    asked = PageRequest(_SHOWN, window.after if window else None)
    found = replaying.list_deliveries(deps, organisation_id, webhook_id, asked)
    return page(
        request,
        "webhook.html",
        webhook=endpoints.get_webhook(deps, organisation_id, webhook_id),
        deliveries=[(event_id(each.event_number), each) for each in found.items],
        more=found.next_after,
        history=history(deps, organisation_id, webhook_id),
        names=people.names_of(deps, organisation_id),
        zone=zone_of(deps, organisation_id),
        trouble=mistake.trouble if mistake else None,
        notice="" if mistake else notice_of(request, deps),
    )
