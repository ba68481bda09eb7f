"""Plan: the pieces of a job into batches in postal order, and each batch into chunks of work."""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from api.ports import Batch, BatchState, Chunk, JobKind, JobState, PieceState, Placement, derived_id
from api.usecases.carriers import carrier_of
from api.usecases.composing import batch_composed
from api.usecases.equipment import equipment_of
from api.usecases.kinds import IN_TURN, WorkKind
from api.usecases.leases import nothing_to_do
from api.usecases.pieces import household_facts, household_rules, mail_piece
from api.usecases.products import product_of
from docgen.postal.batch import BatchKey, batch_key
from docgen.postal.mail_plan import Terms, ToPlan, plan_mail
from docgen.postal.marks.control import derive_batch_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from api.ports import PieceToPlan, PrintJob, UnitOfWork, WorkContext
    from api.usecases.deps import Deps
    from api.usecases.products import Product
    from docgen.postal.enrichment import Enriched
    from docgen.postal.mail_plan import PlannedBatch
    from docgen.postal.sort_plans import SortPlan


# the first fields of PieceToPlan are what docgen.postal.batch.postal_order looks at
_POSTAL_ORDER: Final = itemgetter(0, 1, 2)
NO_PLAN: Final = "none"
_MAY_BE_PLANNED: Final = frozenset({JobState.ACCEPTED, JobState.COMPOSING})


def plan_job(deps: Deps, context: WorkContext) -> None:
    """Handler of ``plan``: every piece of an accepted job gets its batch and position; the same each time."""
    organisation_id, job_id = context.item.organisation_id, context.item.subject_id
    with deps.database.read() as uow:
        job = uow.jobs.get(organisation_id, job_id)
    if job.state not in _MAY_BE_PLANNED or job.validate_only or job.waiting_for:
        nothing_to_do(deps, context)
        return
    with deps.database.read() as uow:
        given = uow.exchanges.of_job(organisation_id, job_id) if carrier_of(job) else {}
    _write(deps, context, job, plan_of(deps, job, given))


def plan_of(
    deps: Deps, job: PrintJob, given: Mapping[str, Enriched] | None = None
) -> Sequence[PlannedBatch[PieceToPlan]]:
    """The plan of a job, written nowhere; in the order of what a carrier has ``given`` for its envelopes."""
    organisation_id, job_id, product = job.organisation_id, job.id, product_of(deps, job)
    with deps.database.read() as uow:
        groups: dict[str, list[PieceToPlan]] = {}
        for piece in uow.pieces.to_plan(organisation_id, job_id):
            groups.setdefault(piece.group_key, []).append(piece)
        # pieces of one group have one key, so one of them tells it
        keys = {name: _key_of(uow, organisation_id, pieces[0].id, product) for name, pieces in groups.items()}
    by_key = {keys[name]: pieces for name, pieces in groups.items()}
    terms = Terms(product.envelope.weight_mg, sort_plan=sort_plan_of(job), carrier=given or None)
    return plan_mail(by_key, _look(job, product), terms)


def sort_plan_of(job: PrintJob) -> SortPlan | None:
    """How the envelopes of a job are put in bundles and trays; None when they are only in postal order."""
    name = job.rules.get("sort_plan", NO_PLAN)
    return None if name == NO_PLAN else equipment_of(job).sort_plans[name]


def batch_id_of(job_id: str, number: int) -> str:
    """The id of batch ``number`` (from 1) of a job; the same each time."""
    return derived_id("bat", job_id, number)


def _look(job: PrintJob, product: Product) -> Callable[[PieceToPlan], ToPlan]:
    """What planning needs of a piece; all of a country have one rule for households."""
    rules = household_rules(job)

    @lru_cache(maxsize=1_024)
    def most_sheets(country: str) -> int:
        # the least of all languages: letters that share an envelope may be in several
        found = [rules.rule_for(household_facts(product, country, each)) for each in product.languages]
        return min(rule.sheets_in(product.envelope) for rule in found)

    def look(piece: PieceToPlan) -> ToPlan:
        order = _POSTAL_ORDER(piece)
        most = most_sheets(piece.country)
        return ToPlan(order, piece.country, piece.postcode, piece.household, piece.sheets, piece.weight_mg, most)

    return look


def _key_of(uow: UnitOfWork, organisation_id: str, piece_id: str, product: Product) -> BatchKey:
    return batch_key(mail_piece(uow.pieces.get(organisation_id, piece_id), product))


def _write(deps: Deps, context: WorkContext, job: PrintJob, plan: Sequence[PlannedBatch[PieceToPlan]]) -> None:
    organisation_id = job.organisation_id
    with deps.database.write() as uow:
        context.complete(uow)
        if uow.jobs.get(organisation_id, job.id).state not in _MAY_BE_PLANNED:
            return
        batches = [_batch(deps, uow, job, number, planned) for number, planned in enumerate(plan, 1)]
        uow.batches.add_many(organisation_id, batches)
        for batch, planned in zip(batches, plan, strict=True):
            uow.pieces.place_many(organisation_id, _placements(batch, planned))
        composing = uow.jobs.set_state(organisation_id, job.id, JobState.COMPOSING, deps.clock.now())
        for batch in batches:
            ask_for_pages(deps, uow, composing, batch, IN_TURN)


def ask_for_pages(deps: Deps, uow: UnitOfWork, job: PrintJob, batch: Batch, priority: int) -> None:
    """Have the letters of a planned batch composed; of ready-made ones the files are asked for at once."""
    organisation_id, now = job.organisation_id, deps.clock.now()
    if job.kind is JobKind.READY_MADE:
        if batch.parent_id is None:
            uow.jobs.add_counts(organisation_id, job.id, composed=batch.pieces)
        uow.pieces.advance_batch(organisation_id, batch.id, PieceState.COMPOSED, now)
        uow.batches.set_state(organisation_id, batch.id, BatchState.COMPOSING, now)
        batch_composed(deps, uow, job, batch.id)
        return
    chunks = list(chunks_of(batch, deps.limits.chunk_pieces))
    uow.chunks.add_many(organisation_id, chunks)
    for chunk in chunks:
        uow.outbox.enqueue(organisation_id, WorkKind.COMPOSE_CHUNK, chunk.id, priority)


def _placements(batch: Batch, planned: PlannedBatch[PieceToPlan]) -> Iterator[Placement]:
    for position, (piece, set_id, envelope, bundle, tray) in enumerate(planned.letters):
        yield Placement(piece.id, batch.id, position, set_id, envelope, bundle or None, tray or None)


def code_of(uow: UnitOfWork, organisation_id: str, batch_id: str) -> str:
    """The code that begins the control codes of a batch: no other batch of the organisation has it."""
    for attempt in count():
        code = derive_batch_code(batch_id, attempt)
        taken = uow.batches.by_code(organisation_id, code)
        if taken is None or taken.id == batch_id:
            return code
    raise AssertionError("codes never end")


def group_of(key: BatchKey) -> dict[str, str]:
    """A key as it is kept and shown."""
    return {
        "key": key.slug,
        "destination": "abroad" if key.abroad else "nl",
        "envelope": key.envelope,
        "stock": key.stock,
        "sides": "duplex" if key.duplex else "simplex",
        "max_sheets": str(key.max_sheets or "more"),
    }


def key_of(group: Mapping[str, str]) -> BatchKey:
    """The key that `group_of` wrote."""
    most = 0 if group["max_sheets"] == "more" else int(group["max_sheets"])
    abroad, duplex = group["destination"] == "abroad", group["sides"] == "duplex"
    return BatchKey(abroad, group["envelope"], group["stock"], duplex, most)


def _batch(deps: Deps, uow: UnitOfWork, job: PrintJob, number: int, planned: PlannedBatch[PieceToPlan]) -> Batch:
    batch_id = batch_id_of(job.id, number)
    return Batch(
        id=batch_id,
        organisation_id=job.organisation_id,
        job_id=job.id,
        number=number,
        group=group_of(planned.key),
        pieces=len(planned.letters),
        pages=sum(letter.piece.pages for letter in planned.letters),
        sheets=planned.sheets,
        weight_mg=planned.weight_mg,
        created_at=deps.clock.now(),
        mode=job.mode,
        code=code_of(uow, job.organisation_id, batch_id),
        envelopes=planned.envelopes,
    )


def chunks_of(batch: Batch, size: int) -> Iterator[Chunk]:
    """The work on a batch, in units of ``size`` pieces."""
    for number, first in enumerate(range(0, batch.pieces, size)):
        chunk_id = derived_id("chk", batch.id, number)
        size_of_last = min(size, batch.pieces - first)
        yield Chunk(chunk_id, batch.organisation_id, batch.job_id, batch.id, number, first, size_of_last)
