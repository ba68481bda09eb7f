"""Each letter that asks something is an invitation: what stands in it leads to its recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import PackageKind, own_campaign_id
from api.usecases.answering.campaigns import Plan, open_campaign, revoke_campaign
from api.usecases.answering.doors import entry_of_code, entry_of_token
from api.usecases.composers import as_piece, composer_of
from api.usecases.formats import RecordsType
from docgen.findings import Refusal
from docgen.qr.entry_link import token_of
from docgen.records.letter_json import read_letter
from tests.api.builders import ORG
from tests.api.usecases.world import SAMPLES, SECRET, World, sample

if TYPE_CHECKING:
    from api.ports import PrintJob
    from docgen.letters import Letter

METER = "water-meter-reading"


def sent(world: World, **wish: object) -> PrintJob:
    lines = (SAMPLES / "records" / f"{METER}.csv").read_bytes().splitlines(keepends=True)[:3]
    job = world.submit(b"".join(lines), RecordsType.CSV, template=METER, brand="zandeland", **wish)
    while world.job(job.id).state in {"received", "validating"}:
        world.run_one()
    return world.job(job.id)


def printed(world: World, job: PrintJob, piece_id: str) -> Letter:
    """The letter as it is composed."""
    with world.deps.database.read() as uow:
        (values,) = uow.pieces.values(ORG, [piece_id]).values()
    return as_piece(read_letter(values), composer_of(world.deps, job), SECRET, piece_id)


@pytest.fixture
def asking(world: World) -> World:
    world.put(PackageKind.TEMPLATE, METER, sample("template", METER))
    world.put(PackageKind.BRAND, "zandeland", sample("brand", "zandeland"))
    return world


def test_the_link_and_the_code_in_a_letter_lead_to_its_recipient(asking: World) -> None:
    job = sent(asking)
    for piece in asking.pieces(job.id):
        letter = printed(asking, job, piece.id)
        assert letter.entry is not None
        found = entry_of_token(asking.deps, ORG, token_of(letter.entry.url) or "")
        assert found is not None
        assert (found.recipient, found.piece_id) == (piece.record_id, piece.id)
        assert found == entry_of_code(asking.deps, ORG, letter.entry.code, piece.postcode, piece.house)


def test_a_job_without_a_campaign_has_one_of_its_own_and_is_asked_once(asking: World) -> None:
    job = sent(asking)
    with asking.deps.database.read() as uow:
        campaign = uow.campaigns.get(ORG, own_campaign_id(job.id))
        recipients = uow.campaigns.counts(ORG, campaign.id, ()).recipients
    assert (campaign.template_id, campaign.brand_id, recipients) == (job.template_id, job.brand_id, 2)


def test_letters_of_a_second_job_of_a_campaign_are_other_ways_in_for_the_same_people(asking: World) -> None:
    campaign = open_campaign(asking.deps, ORG, Plan("meters", "Meters", METER, "zandeland"), "key_1")
    jobs = [sent(asking, campaign="meters") for _ in range(2)]
    with asking.deps.database.read() as uow:
        entries = uow.entries.of_recipient(ORG, campaign.id, "ZA-00001")
        assert uow.campaigns.counts(ORG, campaign.id, ()).recipients == 2
    assert [entry.job_id for entry in entries] == [job.id for job in jobs]


def test_a_rejected_job_leaves_nobody_invited(asking: World) -> None:
    lines = (SAMPLES / "records" / f"{METER}.csv").read_bytes().splitlines(keepends=True)
    faulty = lines[2].replace(b"ZA-00002", b"ZA-00001")
    job = asking.submit(b"".join([*lines[:2], faulty]), RecordsType.CSV, template=METER, brand="zandeland")
    asking.run_one()
    assert asking.job(job.id).state == "rejected"
    with asking.deps.database.read() as uow:
        assert uow.campaigns.counts(ORG, own_campaign_id(job.id), ()).recipients == 0


def test_letters_that_ask_something_else_are_refused(asking: World) -> None:
    asking.put(PackageKind.TEMPLATE, "contact-data-request", sample("template", "contact-data-request"))
    open_campaign(asking.deps, ORG, Plan("contacts", "", "contact-data-request", "zandeland"), "key_1")
    with pytest.raises(Refusal, match="campaign-form-differs"):
        sent(asking, campaign="contacts")


def test_letters_to_what_is_over_are_refused(asking: World) -> None:
    campaign = open_campaign(asking.deps, ORG, Plan("meters", "", METER, "zandeland"), "key_1")
    revoke_campaign(asking.deps, ORG, campaign.id, "key_1")
    with pytest.raises(Refusal, match="campaign-closed"):
        sent(asking, campaign="meters")
