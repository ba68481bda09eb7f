"""The letters that were found in PDFs, as a list that is kept with their job: also those that are not printed."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Final, NamedTuple

from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import BlobRef, PrintJob
    from api.usecases.deps import Deps

_MOST_REMEMBERED: Final = 8
_lock: Final = threading.Lock()
_remembered: dict[tuple[str, str], Sequence[FoundLetter]] = {}


class FoundLetter(NamedTuple):
    """A letter: pages ``first`` to ``last`` (from 1) of the PDF ``source`` (from 0), both 0 when none can be shown.

    ``pages`` is how many are printed, and ``values`` the letter as a piece keeps it; a faulty one has neither.
    """

    reference: str
    name: str
    source: int
    first: int
    last: int
    pages: int = 0
    values: str = ""

    @property
    def own_pages(self) -> int:
        """How many pages of the PDF it has, as far as they can be shown."""
        return self.last - self.first + 1 if self.first else 0


def lines_of(letters: Sequence[FoundLetter]) -> bytes:
    """As they are kept: a line for each, in their order."""
    return b"".join([json.dumps(letter, ensure_ascii=False).encode() + b"\n" for letter in letters])


def letters_of(deps: Deps, job: PrintJob) -> Sequence[FoundLetter]:
    """All letters by their place; none before the PDFs were looked at, or when they are of no use."""
    if job.letters is None:
        return ()
    key = (job.organisation_id, str(job.letters))
    with _lock:
        found = _remembered.get(key)
    found = _read(deps, job.organisation_id, job.letters) if found is None else found
    with _lock:
        _remembered.pop(key, None)
        _remembered[key] = found
        while len(_remembered) > _MOST_REMEMBERED:
            del _remembered[next(iter(_remembered))]
    return found


def letter_at(deps: Deps, job: PrintJob, place: int) -> FoundLetter:
    """The letter at a place (from 0). Raises Refusal: ``record-not-found``."""
    letters = letters_of(deps, job)
    if not 0 <= place < len(letters):
        raise Refusal("record-not-found", f"There is no letter {place + 1} in these PDFs.")
    return letters[place]


def _read(deps: Deps, organisation_id: str, ref: BlobRef) -> Sequence[FoundLetter]:
    with deps.blobs.open(organisation_id, ref) as stream:
        return tuple([FoundLetter(*json.loads(line)) for line in stream])
