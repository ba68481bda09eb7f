"""One contract for every database: moments of contact with recipients."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import Mode, MomentKind, PageRequest, PieceState, Placement
from tests.api.builders import NOW, ORG, OTHER, batch, piece
from tests.api.contracts.campaign_rows import CAMPAIGN, entry, moment, two_campaigns

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

LATER = NOW + timedelta(hours=1)
ALL = PageRequest(1000)


@pytest.fixture
def known(database: SqlDatabase) -> SqlDatabase:
    two_campaigns(database)
    return database


def test_contact_moments_are_a_feed_that_can_be_read_on(known: SqlDatabase) -> None:
    kinds = [MomentKind.PAGE_OPENED, MomentKind.ANSWERED, MomentKind.PAGE_OPENED]
    with known.write() as uow:
        for at, kind in enumerate(kinds):
            uow.contact_moments.add(moment(kind, at=NOW + timedelta(minutes=at)))
        uow.contact_moments.add(moment(MomentKind.LINK_MADE, "record-2"))
        uow.contact_moments.add(moment(MomentKind.LINK_MADE, organisation_id=OTHER))
        uow.contact_moments.place(ORG)
    with known.read() as uow:
        first = uow.contact_moments.list(ORG, PageRequest(3))
        rest = uow.contact_moments.list(ORG, PageRequest(3, first.next_after))
        own = uow.contact_moments.of_recipient(ORG, "record-1", ALL).items
        assert uow.contact_moments.latest(ORG, "ent_1", MomentKind.PAGE_OPENED) == NOW + timedelta(minutes=2)
        assert uow.contact_moments.latest(OTHER, "ent_1", MomentKind.PAGE_OPENED) is None
    assert [one.kind for one in (*first.items, *rest.items)] == [*kinds, MomentKind.LINK_MADE]
    assert [one.kind for one in own] == kinds
    assert own[0] == moment(MomentKind.PAGE_OPENED, number=own[0].number)


def test_letters_that_are_handed_over_are_moments_of_their_recipients(known: SqlDatabase) -> None:
    with known.write() as uow:
        uow.batches.add_many(ORG, [batch()])
        rows = [(piece(number), b"{}") for number in range(4)]
        uow.pieces.add_many(ORG, rows)
        ids = [row.id for row, _ in rows]
        uow.pieces.place_many(ORG, [Placement(one, "bat_job_1_1", at) for at, one in enumerate(reversed(ids[:3]))])
        uow.entries.add_many(ORG, [entry(20, "record-1", piece_id=ids[1])])
        for state in (PieceState.COMPOSED, PieceState.PRINTED_READY, PieceState.INSERTED, PieceState.HANDED_OVER):
            uow.pieces.advance_batch(ORG, "bat_job_1_1", state, LATER)
    with known.write() as uow:
        uow.contact_moments.add_sent(ORG, "bat_job_1_1", LATER)
        uow.contact_moments.add_sent(OTHER, "bat_job_1_1", LATER)
        uow.contact_moments.place(ORG)
    with known.read() as uow:
        sent = uow.contact_moments.list(ORG, ALL).items
    assert [(one.recipient, one.campaign_id) for one in sent] == [
        ("record-2", ""),
        ("record-1", CAMPAIGN),
        ("record-0", ""),
    ]
    assert {(one.kind, one.at, one.by, one.mode) for one in sent} == {(MomentKind.LETTER_SENT, LATER, "", Mode.LIVE)}
    assert [one.data for one in sent] == [{}, {}, {}]
