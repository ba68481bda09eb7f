"""What the print room works with: the seeds of the package, and before them the entries of its own files.

Each job keeps the own files of the moment it was sent, so that it is made with the same measures to its last reprint.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from docgen.drawing.label_stocks import builtin_stocks, read_stocks
from docgen.findings import Refusal
from docgen.postal.enrichment_profiles import builtin_profiles, read_enrichment_profiles
from docgen.postal.marks.profiles import builtin as builtin_marks
from docgen.postal.marks.profiles import read_mark_profiles
from docgen.postal.profiles import builtin, read_own_profiles
from docgen.postal.sort_plans import builtin_plans, read_plans

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from api.ports import PrintJob
    from docgen.drawing.label_stocks import LabelStock
    from docgen.postal.enrichment_profiles import EnrichmentProfile
    from docgen.postal.marks.model import MarkProfile
    from docgen.postal.profiles import InsertProfile, Profiles
    from docgen.postal.sort_plans import SortPlan

PROFILES, MARKS, PLANS = "profiles.toml", "marks.toml", "sort_plans.toml"
LABELS, CARRIERS = "labels.toml", "enrichment.toml"
NAMES: Final = (PROFILES, MARKS, PLANS, LABELS, CARRIERS)
INSERTS: Final = "inserts"
_RULE: Final = "equipment"
_MOST_KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class Equipment:
    """Everything by its id. ``own`` is the text of the own files as a job keeps it, empty when there are none."""

    profiles: Profiles
    marks: Mapping[str, MarkProfile]
    sort_plans: Mapping[str, SortPlan]
    label_stocks: Mapping[str, LabelStock]
    carriers: Mapping[str, EnrichmentProfile]
    own: str = ""

    def kept(self) -> dict[str, str]:
        """What goes with the rules of a job."""
        return {_RULE: self.own} if self.own else {}


def equipment_with(files: Mapping[str, str]) -> Equipment:
    """Own files, by name, before the seeds: an entry with the id of a seed stands in its place.

    Raises Refusal: ``equipment-invalid``, with the file and what is wrong in it.
    """
    unknown = sorted(files.keys() - set(NAMES))
    if unknown:
        raise Refusal("equipment-invalid", f"There is no use for {unknown[0]}; known are {', '.join(NAMES)}.")
    return _equipment(json.dumps(files, ensure_ascii=False, sort_keys=True) if files else "")


def equipment_of(job: PrintJob) -> Equipment:
    """What the print room had when the job was sent."""
    return _equipment(job.rules.get(_RULE, ""))


def inserts_named(equipment: Equipment, names: Sequence[str]) -> dict[str, str]:
    """What goes with the rules of a job when these are put in each of its envelopes; each once, in their order.

    Raises Refusal: ``insert-unknown``.
    """
    chosen = list(dict.fromkeys(names))
    known = equipment.profiles.inserts
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise Refusal(
            "insert-unknown", f"There is no insert '{unknown[0][:40]}'; there are {', '.join(sorted(known))}."
        )
    return {INSERTS: " ".join(chosen)} if chosen else {}


def inserts_of(job: PrintJob) -> tuple[InsertProfile, ...]:
    """What is put in each envelope of a job beside its letters."""
    known = equipment_of(job).profiles.inserts
    return tuple([known[name] for name in insert_ids(job)])


def insert_ids(job: PrintJob) -> tuple[str, ...]:
    """The ids of `inserts_of`."""
    return tuple(job.rules.get(INSERTS, "").split())


def rules_to_show(job: PrintJob) -> dict[str, str]:
    """The rules of a job without the files."""
    return {name: text for name, text in job.rules.items() if name != _RULE}


@lru_cache(maxsize=_MOST_KEPT)
def _equipment(own: str) -> Equipment:
    files: dict[str, str] = json.loads(own) if own else {}
    return Equipment(
        profiles=_read(files, PROFILES, builtin(), read_own_profiles),
        marks=_read(files, MARKS, builtin_marks(), lambda text: {**builtin_marks(), **read_mark_profiles(text)}),
        sort_plans=_read(files, PLANS, builtin_plans(), lambda text: {**builtin_plans(), **read_plans(text)}),
        label_stocks=_read(files, LABELS, builtin_stocks(), lambda text: {**builtin_stocks(), **read_stocks(text)}),
        carriers=_read(
            files, CARRIERS, builtin_profiles(), lambda text: {**builtin_profiles(), **read_enrichment_profiles(text)}
        ),
        own=own,
    )


def _read(files: Mapping[str, str], name: str, seeds: Any, read: Callable[[str], Any]) -> Any:  # noqa: ANN401 - of the kind that the file has
    if name not in files:
        return seeds
    try:
        return read(files[name])
    except Refusal as refusal:
        raise Refusal("equipment-invalid", f"{name}: {refusal.detail}") from refusal
