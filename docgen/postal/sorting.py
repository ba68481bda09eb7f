"""Sorting: the envelopes of a batch in bundles and trays, by a plan or as a carrier gave them.

A bundle goes to one destination; destinations with too few envelopes go together at the end. Bundles are never cut
between trays. Within a bundle the postal order stays.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from docgen.postal.envelopes import Envelope, envelopes_of
from docgen.postal.sort_plans import Destination

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from docgen.postal.batch import MailPiece
    from docgen.postal.sort_plans import SortPlan


class Sorted(NamedTuple):
    """An envelope with its bundle and tray, which count from 1 in the batch, and whether it is the last one there."""

    envelope: Envelope
    bundle: int
    tray: int
    bundle_end: bool
    tray_end: bool


class Numbered(NamedTuple):
    """An envelope with the numbers that it was given before."""

    envelope: Envelope
    bundle: int
    tray: int


@dataclass(frozen=True, slots=True)
class Container:
    """A bundle in its ``tray``, or a tray with its ``bundles``, and what is in it.

    ``first`` and ``last`` are its lowest and highest postcode; with several countries they and ``country`` are ''.
    It is number ``part`` of ``parts`` with the same name.
    """

    number: int
    name: str
    tray: int
    bundles: tuple[int, ...]
    country: str
    first: str
    last: str
    envelopes: int
    weight_mg: int
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class SortedMail:
    """A batch in the order in which it is printed, with its bundles and trays."""

    envelopes: tuple[Sorted, ...]
    bundles: tuple[Container, ...]
    trays: tuple[Container, ...]


class _Cut(NamedTuple):
    """Envelopes of one destination in postal order: all, or as many as a bundle holds."""

    tray: str
    bundle: str
    envelopes: list[Envelope]


def sort_mail(envelopes: Iterable[Envelope], plan: SortPlan) -> SortedMail:
    """Put each envelope of a batch in one bundle and tray; the same envelopes in any order give the same."""
    cuts = [cut for destination in _destinations(envelopes, plan) for cut in _bundles(destination, plan)]
    return _assembled(_numbered(cuts, plan), [cut.bundle for cut in cuts], [cut.tray for cut in cuts])


def sort_as_given(envelopes: Iterable[tuple[Envelope, str]], plan: SortPlan) -> SortedMail:
    """Keep the order that a carrier gave, with a bundle wherever its text for the bundle changes.

    Limits of trays are those of ``plan``; a bundle of the carrier is never cut.
    """
    cuts: list[_Cut] = []
    for envelope, bundle in envelopes:
        if not cuts or cuts[-1].bundle != bundle:
            cuts.append(_Cut("", bundle, []))
        cuts[-1].envelopes.append(envelope)
    return _assembled(_numbered(cuts, plan), [cut.bundle for cut in cuts], [cut.tray for cut in cuts])


def as_numbered(rows: Iterable[Numbered], plan: SortPlan) -> SortedMail:
    """Bundles and trays of envelopes that were sorted before, in their order: what is left after some were stopped.

    Names come from ``plan``; no limit is looked at, since what was decided stays.
    """
    given = list(rows)
    bundles: dict[int, dict[Destination, None]] = {}
    for envelope, bundle, _ in given:
        bundles.setdefault(bundle, {})[plan.destination(envelope.country, envelope.postcode)] = None
    named = [next(iter(found)) if len(found) == 1 else _rest_of(found) for found in bundles.values()]
    return _assembled(given, [destination.bundle for destination in named], [to.tray for to in named])


def as_planned(pieces: Sequence[MailPiece], stopped: Collection[str], plan: SortPlan) -> SortedMail:
    """Bundles and trays of a batch as its pieces say, without the stopped ones; as `as_numbered` says the rest."""
    places = {piece.set_id: (piece.bundle, piece.tray) for piece in pieces}
    return as_numbered([Numbered(left, *places[key]) for key, left in envelopes_of(pieces, stopped).items()], plan)


def _destinations(envelopes: Iterable[Envelope], plan: SortPlan) -> Iterator[_Cut]:
    """All envelopes for each destination, destinations of one tray together, the rest last."""
    groups: dict[Destination, list[Envelope]] = {}
    for envelope in sorted(envelopes):
        groups.setdefault(plan.destination(envelope.country, envelope.postcode), []).append(envelope)
    trays: dict[str, list[_Cut]] = {}
    rests: dict[str, list[Envelope]] = {}
    for destination, members in groups.items():
        if len(members) < destination.min_pieces:
            rests.setdefault(destination.rest, []).extend(members)
        else:
            cut = _Cut(destination.tray, destination.bundle, members)
            trays.setdefault(destination.tray, []).append(cut)
    for cuts in trays.values():
        yield from cuts
    for name, members in rests.items():
        yield _Cut(name, name, sorted(members))


def _bundles(all_of_one: _Cut, plan: SortPlan) -> Iterator[_Cut]:
    """As few bundles as hold the envelopes in their order."""
    held: list[Envelope] = []
    weight_mg = 0
    for envelope in all_of_one.envelopes:
        weight_mg += envelope.weight_mg
        if held and (len(held) == plan.max_bundle_pieces or weight_mg > plan.max_bundle_mg):
            yield all_of_one._replace(envelopes=held)
            held, weight_mg = [], envelope.weight_mg
        held.append(envelope)
    yield all_of_one._replace(envelopes=held)


def _numbered(cuts: Sequence[_Cut], plan: SortPlan) -> list[Numbered]:
    """Bundles counted from 1, in as few trays as hold them in their order; a tray holds bundles of one name."""
    rows: list[Numbered] = []
    tray = pieces = weight_mg = 0
    name: str | None = None
    for number, cut in enumerate(cuts, 1):
        more_mg = sum([envelope.weight_mg for envelope in cut.envelopes])
        pieces += len(cut.envelopes)
        weight_mg += more_mg
        if cut.tray != name or pieces > plan.max_tray_pieces or weight_mg > plan.max_tray_mg:
            tray, name, pieces, weight_mg = tray + 1, cut.tray, len(cut.envelopes), more_mg
        rows += [Numbered(envelope, number, tray) for envelope in cut.envelopes]
    return rows


def _rest_of(destinations: Iterable[Destination]) -> Destination:
    """Several destinations are in one bundle only when it is a rest."""
    rest = next((found.rest for found in destinations if found.rest), "")
    return Destination(rest, rest, rest, 1)


def _assembled(rows: Sequence[Numbered], bundle_names: Sequence[str], tray_names: Sequence[str]) -> SortedMail:
    """Ends and containers; the names are of each bundle, and of the tray that it is in."""
    in_bundles: dict[int, list[Envelope]] = {}
    bundles_in: dict[int, dict[int, None]] = {}
    for envelope, bundle, tray in rows:
        in_bundles.setdefault(bundle, []).append(envelope)
        bundles_in.setdefault(tray, {})[bundle] = None
    tray_of = {bundle: tray for tray, bundles in bundles_in.items() for bundle in bundles}
    named = dict(zip(in_bundles, zip(bundle_names, tray_names, strict=True), strict=True))
    bundles = [
        _container(number, named[number][0], tray_of[number], (number,), envelopes)
        for number, envelopes in in_bundles.items()
    ]
    trays = [
        _container(tray, named[next(iter(inside))][1], tray, tuple(inside), [e for b in inside for e in in_bundles[b]])
        for tray, inside in bundles_in.items()
    ]
    return SortedMail(tuple(_with_ends(rows)), _in_parts(bundles), _in_parts(trays))


def _with_ends(rows: Sequence[Numbered]) -> Iterator[Sorted]:
    last = len(rows) - 1
    for place, (envelope, bundle, tray) in enumerate(rows):
        tray_end = place == last or rows[place + 1].tray != tray
        yield Sorted(envelope, bundle, tray, tray_end or rows[place + 1].bundle != bundle, tray_end)


def _container(number: int, name: str, tray: int, bundles: tuple[int, ...], envelopes: Sequence[Envelope]) -> Container:
    countries = {envelope.country for envelope in envelopes}
    one = len(countries) == 1
    return Container(
        number=number,
        name=name,
        tray=tray,
        bundles=bundles,
        country=countries.pop() if one else "",
        first=min([envelope.postcode for envelope in envelopes]) if one else "",
        last=max([envelope.postcode for envelope in envelopes]) if one else "",
        envelopes=len(envelopes),
        weight_mg=sum([envelope.weight_mg for envelope in envelopes]),
        part=1,
        parts=1,
    )


def _in_parts(containers: Sequence[Container]) -> tuple[Container, ...]:
    """Number those with the same name."""
    parts = Counter(container.name for container in containers)
    seen = Counter[str]()
    numbered: list[Container] = []
    for container in containers:
        seen[container.name] += 1
        numbered.append(replace(container, part=seen[container.name], parts=parts[container.name]))
    return tuple(numbered)
