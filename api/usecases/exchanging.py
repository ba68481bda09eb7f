"""Exchange with a carrier: addresses go out by envelope and without names, and come back with an order and codes.

A job whose rules name a carrier waits as accepted until its file is there, or somebody lets it go on without.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

from api.ports import CARRIER, Event, Exchange, JobState, Permanent
from api.usecases.carriers import carrier_of, prints_of_carrier
from api.usecases.intake import store_body
from api.usecases.jobs import hold_job
from api.usecases.kinds import FIRST, WorkKind
from api.usecases.planning import plan_of
from api.usecases.products import product_of
from api.usecases.stopping import checked_reason
from api.usecases.trash import take_back
from docgen.drawing.carrier_ink import carrier_findings
from docgen.findings import Refusal
from docgen.postal.enrichment import MAX_FINDINGS, export_csv, read_enriched
from docgen.records.letter_json import read_letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from api.ports import BlobRef, PrintJob
    from api.usecases.deps import Deps
    from docgen.findings import Finding
    from docgen.postal.address import PostalAddress
    from docgen.postal.enrichment import Enriched
    from docgen.postal.enrichment_profiles import EnrichmentProfile

MAX_FILE_BYTES: Final = 64_000_000
"""It is in memory while it is read; 80,000 rows take a tenth of it."""
_ROWS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Addresses:
    """The file for a carrier: what it is called, how many envelopes are in it, and its bytes as they come."""

    name: str
    envelopes: int
    content: Iterator[bytes]


def find_exchange(deps: Deps, organisation_id: str, job_id: str) -> Exchange | None:
    """How the waiting of a job for its carrier ended; None when it waits, or has none."""
    with deps.database.read() as uow:
        return uow.exchanges.find(organisation_id, job_id)


def waiting_jobs(deps: Deps, organisation_id: str, limit: int = 100) -> Sequence[PrintJob]:
    """Jobs that wait for the file of a carrier, oldest first."""
    with deps.database.read() as uow:
        return [job for job in uow.jobs.waiting(organisation_id, limit) if job.waiting_for == CARRIER]


def export_addresses(deps: Deps, organisation_id: str, job_id: str, by: str) -> Addresses:
    """The addresses of a job that waits, one for each envelope, and an event that says who took them.

    Mail that goes abroad is only among them when the carrier has a column for the country.
    Raises Refusal: ``job-not-found``, ``job-not-waiting``.
    """
    job, profile = _waiting(deps, organisation_id, job_id)
    own_ids = _own_ids(deps, job, profile)
    with deps.database.write() as uow:
        data = {"by": by, "profile": profile.id, "envelopes": len(own_ids)}
        uow.events.append(Event(organisation_id, job_id, "carrier-exported", deps.clock.now(), data))
    rows = _addresses(deps, organisation_id, own_ids)
    return Addresses(f"{job_id}-addresses.csv", len(own_ids), export_csv(rows, profile))


def import_enriched(
    deps: Deps, organisation_id: str, job_id: str, body: BinaryIO | Iterable[bytes], by: str, file: str = ""
) -> Exchange:
    """Take in what a carrier gave back, whole or not at all; the job is then planned by it. Again changes nothing.

    ``file`` is its name, for findings.
    Raises Refusal: ``job-not-found``, ``job-not-waiting``, ``carrier-file-differs`` when another file was taken in
    before, ``carrier-file-too-large``, ``enrichment-invalid`` with every fault, ``body-empty``, ``body-too-large``.
    """
    with deps.database.read() as uow:
        uow.jobs.get(organisation_id, job_id)
    ref = store_body(deps, organisation_id, body)
    known = find_exchange(deps, organisation_id, job_id)
    if known is not None and known.file is not None:
        return _same(known, ref)
    job, profile = _waiting(deps, organisation_id, job_id)
    given = _read(deps, job, profile, ref, file)
    exchange = Exchange(organisation_id, job_id, profile.id, deps.clock.now(), by, ref, len(given))
    with deps.database.write() as uow:
        hold_job(uow, organisation_id, job_id)
        known = uow.exchanges.find(organisation_id, job_id)
        if known is not None and known.file is not None:
            return _same(known, ref)
        _check_waits(uow.jobs.get(organisation_id, job_id))
        take_back(deps, uow, organisation_id, ref)
        uow.exchanges.add(exchange, given)
        uow.jobs.wait(organisation_id, job_id, "", exchange.at)
        uow.outbox.enqueue(organisation_id, WorkKind.PLAN, job_id, FIRST)
    return exchange


def go_on_without(deps: Deps, organisation_id: str, job_id: str, reason: str, by: str) -> Exchange:
    """Let a job go on in our own order, without anything of its carrier. Again changes nothing.

    Raises Refusal: ``job-not-found``, ``reason-invalid``, ``job-not-waiting``.
    """
    reason = checked_reason(reason)
    with deps.database.write() as uow:
        hold_job(uow, organisation_id, job_id)
        job = uow.jobs.get(organisation_id, job_id)
        known = uow.exchanges.find(organisation_id, job_id)
        if known is not None and known.file is None:
            return known
        profile = _check_waits(job)
        exchange = Exchange(organisation_id, job_id, profile.id, deps.clock.now(), by, reason=reason)
        uow.exchanges.add(exchange)
        uow.jobs.wait(organisation_id, job_id, "", exchange.at)
        uow.outbox.enqueue(organisation_id, WorkKind.PLAN, job_id, FIRST)
    return exchange


def _waiting(deps: Deps, organisation_id: str, job_id: str) -> tuple[PrintJob, EnrichmentProfile]:
    with deps.database.read() as uow:
        job = uow.jobs.get(organisation_id, job_id)
    return job, _check_waits(job)


def _check_waits(job: PrintJob) -> EnrichmentProfile:
    """The profile of the carrier that it waits for. Raises Refusal: ``job-not-waiting``."""
    profile = carrier_of(job)
    if job.state is not JobState.ACCEPTED or job.waiting_for != CARRIER or profile is None:
        raise Refusal("job-not-waiting", f"{job.id} is {job.state} and waits for no carrier.")
    return profile


def _same(known: Exchange, ref: BlobRef) -> Exchange:
    """Raises Refusal: ``carrier-file-differs``."""
    if known.file != ref:
        message = (
            f"{known.job_id} is planned by another file of the carrier; cancel it and send it anew to use this one."
        )
        raise Refusal("carrier-file-differs", message)
    return known


def _own_ids(deps: Deps, job: PrintJob, profile: EnrichmentProfile) -> list[str]:
    """The first letter of each envelope that goes to the carrier, in our own order; the same each time."""
    abroad_too = "country" in profile.export_columns
    return [
        letter.piece.id
        for batch in plan_of(deps, job)
        if abroad_too or not batch.key.abroad
        for letter in batch.letters
        if letter.piece.id == letter.set_id
    ]


def _addresses(deps: Deps, organisation_id: str, own_ids: Sequence[str]) -> Iterator[tuple[str, PostalAddress]]:
    left = iter(own_ids)
    while block := list(islice(left, _ROWS_AT_ONCE)):
        with deps.database.read() as uow:
            values = uow.pieces.values(organisation_id, block)
        if missing := set(block) - set(values):
            raise Permanent("piece-values-deleted", f"What {min(missing)} says was deleted before it was sent.")
        for own_id in block:
            yield own_id, read_letter(values[own_id]).address


def _read(deps: Deps, job: PrintJob, profile: EnrichmentProfile, ref: BlobRef, file: str) -> tuple[Enriched, ...]:
    if ref.size > MAX_FILE_BYTES:
        message = f"The file has {ref.size:,} bytes, more than a carrier's answer can have ({MAX_FILE_BYTES:,})."
        raise Refusal("carrier-file-too-large", message)
    with deps.blobs.open(job.organisation_id, ref) as stream:
        data = stream.read()
    given = read_enriched(data, profile, _own_ids(deps, job, profile), file)
    if findings := list(islice(_without_room(deps, job, given), MAX_FINDINGS)):
        raise Refusal("enrichment-invalid", "Nothing of the file is used.", tuple(findings))
    return given


def _without_room(deps: Deps, job: PrintJob, given: Iterable[Enriched]) -> Iterator[Finding]:
    """What cannot be printed in the window of the job's letters."""
    if not prints_of_carrier(job):
        return
    product = product_of(deps, job)
    room = product.envelope.carrier_room
    if room is None:
        raise RuntimeError(f"{job.id} was accepted in an envelope without room for its carrier")
    for each in given:
        yield from carrier_findings(each, room, product.mark_face)
