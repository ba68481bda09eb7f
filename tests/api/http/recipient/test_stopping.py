"""One click stops what people may refuse, looking stops nothing, and neither ever agrees to anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.adapters.fakes import FakeChannels
from api.ports import MessagePurpose, PageRequest
from api.usecases.messaging.outbox import queue_message
from api.usecases.messaging.wire import stop_path
from tests.api.http.recipient.scene import HOST
from tests.api.usecases.messaging.post import DRAFT, MAIL
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from api.usecases.deps import Deps
    from tests.api.http.recipient.conftest import Visitor
    from tests.api.http.recipient.scene import Letters

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def deps(letters: Letters) -> Deps:
    return replace(letters.world.deps, channels=FakeChannels(replace(MAIL, organisation_id=ORG)))


def link(deps: Deps, purpose: MessagePurpose = MessagePurpose.CONSENT) -> str:
    with deps.database.write() as uow:
        draft = replace(DRAFT, organisation_id=ORG, purpose=purpose, kind="reminder", subject_id="", host=HOST)
        return stop_path(deps.secret, queue_message(deps, uow, draft).id)


def reasons(deps: Deps) -> list[str]:
    with deps.database.read() as uow:
        return [str(row.reason) for row in uow.suppressions.list(ORG, PageRequest()).items]


def names(deps: Deps) -> list[str]:
    with deps.database.read() as uow:
        return [event.name for event in uow.events.list(ORG, PageRequest(1000)).items]


def test_a_mail_program_stops_messages_by_one_post(visitor: Visitor, deps: Deps) -> None:
    path = link(deps)
    for _ in range(2):
        answer = visitor.client.post(path, data=ONE_CLICK)
        assert answer.status_code == 200
    assert reasons(deps) == ["unsubscribed"]
    assert names(deps)[-2:] == ["suppression-added", "message-unsubscribed"]
    assert not [name for name in names(deps) if name.startswith("agreement")]


def test_it_may_come_as_a_form_of_parts(visitor: Visitor, deps: Deps) -> None:
    answer = visitor.client.post(
        link(deps).upper().replace("/STOP", "/stop"), files={"List-Unsubscribe": (None, "One-Click")}
    )
    assert (answer.status_code, reasons(deps)) == (200, ["unsubscribed"])


def test_looking_stops_nothing_and_people_have_a_button(visitor: Visitor, deps: Deps) -> None:
    path = link(deps)
    visitor.get(path)
    assert visitor.client.head(path).status_code == 200
    assert (visitor.title, reasons(deps)) == ("Geen berichten meer?", [])
    visitor.send(path)
    assert (visitor.title, reasons(deps)) == ("U krijgt ze niet meer", ["unsubscribed"])


@pytest.mark.parametrize("purpose", [MessagePurpose.ASK, MessagePurpose.LEGAL, MessagePurpose.REPLY])
def test_what_people_must_get_has_no_such_link(visitor: Visitor, deps: Deps, purpose: MessagePurpose) -> None:
    path = link(deps, purpose)
    assert visitor.client.get(path).status_code == 404
    assert visitor.client.post(path, data=ONE_CLICK).status_code == 404
    assert reasons(deps) == []


def test_a_link_that_nobody_made_stops_nothing(visitor: Visitor, deps: Deps) -> None:
    path = link(deps)
    other = link(deps)
    for forged in (path[:-1] + ("0" if path[-1] != "0" else "1"), path.split(".")[0], other.split(".")[0] + path[-9:]):
        assert visitor.client.post(forged, data=ONE_CLICK).status_code == 404
    assert reasons(deps) == []
