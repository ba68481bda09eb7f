"""A campaign with recipients, written straight into the tables of a service: no letters are printed for it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.bootstrap import make_deps, migrate, open_service
from api.ports import Entry, Mode, PackageKind, PageRequest, RecordFilter, RecordState
from api.usecases import packages, parties
from api.usecases.answering.campaigns import Plan, open_campaign
from api.usecases.answering.doors import code_digest, token_digest
from benchmarks.letters import ROOT
from docgen.qr.entry_code import derive_code, derive_token
from docgen.templates.package import BRAND_RULES, TEMPLATE_RULES, read_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.settings import Settings

TEMPLATE, BRAND = "water-meter-reading", "zandeland"
_HOST = "mijn.zandeland.example.nl"


@dataclass(frozen=True, slots=True)
class Invited:
    """A recipient with the link of the letter, where it went, and what will be answered."""

    recipient: str
    token: str
    code: str
    postcode: str
    house: str
    reading: str
    answers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A campaign that is open."""

    organisation_id: str
    campaign_id: str
    host: str
    invited: tuple[Invited, ...]


def prepare(settings: Settings, count: int) -> Prepared:
    """Make the tables, an organisation, its brand and template, and a campaign with so many recipients."""
    migrate(settings)
    service = open_service(settings)
    try:
        deps = make_deps(service)
        organisation = parties.add_organisation(deps, "Wonen Zandeland")
        for kind, name, rules in (
            (PackageKind.BRAND, BRAND, BRAND_RULES),
            (PackageKind.TEMPLATE, TEMPLATE, TEMPLATE_RULES),
        ):
            files = read_folder(ROOT / "samples" / f"{kind}s" / name, rules)
            packages.upload(deps, organisation.id, kind, _zip(files))
        plan = Plan("meters", "Meters", TEMPLATE, BRAND)
        campaign = open_campaign(deps, organisation.id, plan, "key_1")
        invited = tuple([_invited(deps.secret, number) for number in range(count)])
        with deps.database.write() as uow:
            entries = [_entry(deps.secret, organisation.id, campaign.id, one) for one in invited]
            uow.entries.add_many(organisation.id, entries)
        return Prepared(organisation.id, campaign.id, _HOST, invited)
    finally:
        service.close()


def _zip(files: Mapping[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    out.seek(0)
    return out


def _invited(secret: bytes, number: int) -> Invited:
    name, reading = f"R-{number:06}", f"{10_000 + number % 80_000:05}"
    answers = {"f-reading": reading, "f-reading_date": "2026-11-20"}
    return Invited(
        name,
        derive_token(secret, name),
        derive_code(secret, name),
        f"{1000 + number % 9000}AB",
        str(1 + number % 300),
        reading,
        answers,
    )


def _entry(secret: bytes, organisation_id: str, campaign_id: str, one: Invited) -> Entry:
    return Entry(
        id=f"ent_{one.recipient.lower()}",
        organisation_id=organisation_id,
        mode=Mode.LIVE,
        campaign_id=campaign_id,
        recipient=one.recipient,
        job_id=None,
        piece_id=None,
        language="nl",
        postcode=one.postcode,
        house=one.house,
        known="{}",
        token_digest=token_digest(secret, one.token),
        code_digest=code_digest(secret, one.code),
    )


def readings_kept(settings: Settings, prepared: Prepared) -> dict[str, str]:
    """The settled reading of each recipient that has one."""
    service = open_service(settings)
    try:
        deps, found = make_deps(service), {}
        wanted = RecordFilter(campaign_id=prepared.campaign_id, state=RecordState.SETTLED)
        page: PageRequest | None = PageRequest(1000)
        while page is not None:
            with deps.database.read() as uow:
                part = uow.records.list(prepared.organisation_id, page, wanted)
            found |= {record.record_id: record.value for record in part.items if record.field == "reading"}
            page = PageRequest(1000, part.next_after) if part.next_after else None
        return found
    finally:
        service.close()
