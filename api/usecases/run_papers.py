"""Papers of a mail run: labels for its bundles and trays, and the list that goes to the post with it."""

from __future__ import annotations

import csv
from collections import Counter
from io import StringIO
from typing import TYPE_CHECKING, Final

from api.ports import BatchFile, FileRole, PieceState
from api.usecases.equipment import equipment_of
from api.usecases.papers import CSV, PDF
from api.usecases.pieces import mail_piece
from api.usecases.planning import sort_plan_of
from api.usecases.products import product_of
from docgen.drawing.label_stocks import BUNDLE_STOCK, TRAY_STOCK
from docgen.drawing.labels import LabelKind, LabelRun, draw_labels, labels_of
from docgen.postal.envelopes import envelopes_of
from docgen.postal.manifest import TOO_HEAVY
from docgen.postal.sorting import as_planned
from docgen.postal.weights import weight_class

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.ports import Batch, MailRun, Piece, UnitOfWork
    from api.usecases.deps import Deps

# what is in an envelope when the batch is complete
_GOING: Final = frozenset({PieceState.INSERTED, PieceState.HANDED_OVER})
_STOCKS: Final = {LabelKind.BUNDLE: BUNDLE_STOCK, LabelKind.TRAY: TRAY_STOCK}
_HEAD: Final = ("batch_id", "destination", "weight_class", "envelopes", "weight_g")


def run_papers(
    deps: Deps, uow: UnitOfWork, run: MailRun, organisation: str, batches: Sequence[Batch]
) -> list[BatchFile]:
    """Make and store them: a list of envelopes by weight class, and labels for batches that were sorted."""
    rows: list[tuple[str, str, str, int, str]] = []
    papers: list[BatchFile] = []
    for batch in batches:
        pieces = uow.pieces.of_batch(batch.organisation_id, batch.id)
        rows += _rows(deps, uow, batch, pieces)
        papers += _labels(deps, uow, LabelRun(batch.id, organisation, run.created_at.date()), batch, pieces)
    out = StringIO()
    csv.writer(out).writerows([_HEAD, *rows])
    listed = deps.blobs.put(run.organisation_id, [out.getvalue().encode()])
    return [BatchFile(FileRole.RUN_LIST, 0, f"{run.id}-list.csv", CSV, listed), *papers]


def _rows(
    deps: Deps, uow: UnitOfWork, batch: Batch, pieces: Sequence[Piece]
) -> Iterator[tuple[str, str, str, int, str]]:
    job = uow.jobs.get(batch.organisation_id, batch.job_id)
    product, classes = product_of(deps, job), equipment_of(job).profiles.weight_classes
    plan = [mail_piece(piece, product) for piece in pieces]
    envelopes: Counter[str] = Counter()
    weights: Counter[str] = Counter()
    for envelope in envelopes_of(plan, _not_going(pieces)).values():
        found = weight_class(envelope.weight_mg, classes)
        name = found.name if found else TOO_HEAVY
        envelopes[name] += 1
        weights[name] += envelope.weight_mg
    for name in sorted(envelopes):
        yield batch.id, batch.group["destination"], name, envelopes[name], f"{weights[name] / 1000:.1f}"


def _labels(deps: Deps, uow: UnitOfWork, run: LabelRun, batch: Batch, pieces: Sequence[Piece]) -> Iterator[BatchFile]:
    job = uow.jobs.get(batch.organisation_id, batch.job_id)
    plan = sort_plan_of(job)
    if plan is None or not any(piece.bundle for piece in pieces):
        return
    product = product_of(deps, job)
    mail = as_planned([mail_piece(piece, product) for piece in pieces], _not_going(pieces), plan)
    for number, (kind, containers) in enumerate(((LabelKind.BUNDLE, mail.bundles), (LabelKind.TRAY, mail.trays)), 1):
        pdf = draw_labels(labels_of(kind, containers, run), deps.equipment.label_stocks[_STOCKS[kind]])
        ref = deps.blobs.put(batch.organisation_id, [pdf])
        yield BatchFile(FileRole.LABELS, number, f"{batch.id}-{kind}-labels.pdf", PDF, ref)


def _not_going(pieces: Sequence[Piece]) -> set[str]:
    return {piece.id for piece in pieces if piece.state not in _GOING}
