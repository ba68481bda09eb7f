"""The whole plan of a job: letters in envelopes, envelopes in batches, and each batch in its bundles and trays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from docgen.postal.batch import DEFAULT_LIMITS, BatchKey, BatchLimits, PostalOrder, cut_batches
from docgen.postal.envelopes import Envelope
from docgen.postal.household import ToGather, gather_sets
from docgen.postal.sorting import sort_as_given, sort_mail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from docgen.postal.enrichment import Enriched
    from docgen.postal.sort_plans import SortPlan
    from docgen.postal.sorting import Sorted

T = TypeVar("T")


class ToPlan(NamedTuple):
    """What planning needs of a letter. ``weight_mg`` is as if it were alone in its envelope.

    ``max_sheets`` is the most in its envelope when it is not alone there.
    """

    order: PostalOrder
    country: str
    postcode: str
    household_key: str
    sheets: int
    weight_mg: int
    max_sheets: int


@dataclass(frozen=True, slots=True)
class Terms:
    """How a job is planned. ``empty_mg`` is the weight of an envelope with its inserts.

    Without a ``sort_plan`` a batch has no bundles, and stays in postal order. ``carrier`` is what came back from a
    carrier, by the piece id of the first letter of each envelope: a batch that is there whole has the carrier's order,
    and with a ``sort_plan``, which has the limits of trays, also its bundles.
    """

    empty_mg: int
    limits: BatchLimits = DEFAULT_LIMITS
    sort_plan: SortPlan | None = None
    carrier: Mapping[str, Enriched] | None = None


class PlannedLetter(NamedTuple, Generic[T]):
    """A letter at its place. ``envelope`` counts from 1 in the batch; so do bundle and tray, 0 when there are none."""

    piece: T
    set_id: str
    envelope: int
    bundle: int
    tray: int


@dataclass(frozen=True, slots=True)
class PlannedBatch(Generic[T]):
    """Letters in the order in which they are printed; sums are over the envelopes."""

    key: BatchKey
    letters: tuple[PlannedLetter[T], ...]
    envelopes: int
    sheets: int
    weight_mg: int


class _Seen(NamedTuple, Generic[T]):
    facts: ToPlan
    alike: BatchKey
    piece: T


class _Filled(NamedTuple, Generic[T]):
    """An envelope and what is in it."""

    envelope: Envelope
    alike: BatchKey
    pieces: list[T]


def plan_mail(
    groups: Mapping[BatchKey, Iterable[T]], look: Callable[[T], ToPlan], terms: Terms
) -> tuple[PlannedBatch[T], ...]:
    """Put each letter in exactly one envelope, and that in one batch; the same letters in any order give the same.

    ``groups`` are letters by the `batch_key` that each has when it is alone.

    Raises:
        ValueError: when two letters have the same piece id.
    """
    seen = [_Seen(look(piece), key.alike, piece) for key, pieces in groups.items() for piece in pieces]
    if len({facts.order[2] for facts, _, _ in seen}) < len(seen):
        raise ValueError("Two letters have the same piece id.")
    by_key: dict[BatchKey, list[_Filled[T]]] = {}
    for letters in gather_sets(seen, _to_gather):
        filled = _filled(letters, terms.empty_mg)
        by_key.setdefault(filled.alike.for_sheets(filled.envelope.sheets, terms.limits), []).append(filled)
    cut = cut_batches(by_key, _order(terms), terms.limits.max_pieces)
    return tuple([_planned(key, envelopes, terms) for key, envelopes in cut])


def _to_gather(seen: _Seen[T]) -> ToGather:
    facts = seen.facts
    return ToGather(facts.order, facts.household_key, seen.alike, facts.sheets, facts.max_sheets)


def _filled(letters: Sequence[_Seen[T]], empty_mg: int) -> _Filled[T]:
    facts, alike, _ = letters[0]
    weight_mg = sum([letter.facts.weight_mg for letter in letters]) - empty_mg * (len(letters) - 1)
    sheets = sum([letter.facts.sheets for letter in letters])
    envelope = Envelope(*facts.order, facts.country, facts.postcode, len(letters), sheets, weight_mg)
    return _Filled(envelope, alike, [letter.piece for letter in letters])


def _order(terms: Terms) -> Callable[[_Filled[T]], PostalOrder]:
    """Postal order, or the carrier's: what it does not know comes behind."""
    carrier = terms.carrier
    if carrier is None:
        return lambda filled: filled.envelope[:3]

    def given(filled: _Filled[T]) -> PostalOrder:
        known = carrier.get(filled.envelope.set_id)
        sort_key, sequence, set_id = filled.envelope[:3]
        return ("", known.order, set_id) if known else (sort_key, sequence, set_id)

    return given


def _planned(key: BatchKey, filled: Sequence[_Filled[T]], terms: Terms) -> PlannedBatch[T]:
    envelopes = [each.envelope for each in filled]
    pieces = {each.envelope.set_id: each.pieces for each in filled}
    letters = [
        PlannedLetter(piece, envelope.set_id, number, bundle, tray)
        for number, (envelope, bundle, tray) in enumerate(_placed(envelopes, terms), 1)
        for piece in pieces[envelope.set_id]
    ]
    sheets, weight_mg = sum([e.sheets for e in envelopes]), sum([e.weight_mg for e in envelopes])
    return PlannedBatch(key, tuple(letters), len(envelopes), sheets, weight_mg)


def _placed(envelopes: Sequence[Envelope], terms: Terms) -> Iterator[tuple[Envelope, int, int]]:
    """Each envelope with its bundle and tray, in the order in which they are printed."""
    plan, carrier = terms.sort_plan, terms.carrier or {}
    rows: Iterable[Sorted]
    if plan is None:
        yield from ((envelope, 0, 0) for envelope in envelopes)
        return
    if all(envelope.set_id in carrier for envelope in envelopes):
        rows = sort_as_given([(envelope, carrier[envelope.set_id].bundle) for envelope in envelopes], plan).envelopes
    else:
        rows = sort_mail(envelopes, plan).envelopes
    for row in rows:
        yield row.envelope, row.bundle, row.tray
