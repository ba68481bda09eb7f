"""The photo in a form: taken once, and carried along when the form is asked again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api.http.recipient.session import FORM_LASTS
from api.ports import BlobRef
from api.usecases import links
from api.usecases.answering.photos import PhotoProblem, take_photo
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.http.recipient.forms import Form
    from api.ports import Entry
    from api.usecases.deps import Deps

CARRIED: Final = "photo-kept"
_PURPOSE: Final = "personal-photo"


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """``problem`` names the words of what is wrong; ``carried`` is a hidden value for the next form."""

    blob: BlobRef | None = None
    problem: str = ""
    carried: str = ""


def keep_photo(deps: Deps, entry: Entry, form: Form) -> KeptPhoto:
    """The photo that was sent, or that of the form before."""
    if form.photo is None:
        return _carried(deps, entry, form.text(CARRIED))
    taken = take_photo(deps, entry.organisation_id, form.photo)
    if isinstance(taken, PhotoProblem):
        return KeptPhoto(problem=f"photo_{taken}")
    return KeptPhoto(taken, "", links.sign(deps.secret, _PURPOSE, (entry.id, str(taken)), deps.clock, FORM_LASTS))


def _carried(deps: Deps, entry: Entry, token: str) -> KeptPhoto:
    try:
        values = links.read(deps.secret, _PURPOSE, token, deps.clock) if token else ()
    except Refusal:
        values = ()
    if len(values) != 2 or values[0] != entry.id:  # noqa: PLR2004 - entry and blob
        return KeptPhoto()
    return KeptPhoto(BlobRef.parse(values[1]), "", token)
