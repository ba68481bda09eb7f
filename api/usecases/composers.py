"""Composers of jobs: a template in a brand, loaded and compiled once per process, and the letters they are given."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from api.usecases.carriers import prints_of_carrier
from api.usecases.equipment import equipment_of
from api.usecases.packages import files_of
from docgen.compose import Composer
from docgen.layouts.brand_file import load_brand
from docgen.letters import EntryAccess, Letter
from docgen.qr import entry_link
from docgen.qr.entry_code import TOKEN_LENGTH, derive_code, derive_token
from docgen.templates.load import load_template

if TYPE_CHECKING:
    import datetime as dt

    from api.ports import PrintJob
    from api.usecases.deps import Deps
    from docgen.postal.marks.model import MarkProfile

_MOST_KEPT: Final = 4
_kept: dict[tuple[str, str, dt.date, str, bool, str], Composer] = {}

# a composer keeps what it has measured, and is not made for two threads at once
ONE_AT_A_TIME: Final = threading.RLock()


def composer_of(deps: Deps, job: PrintJob) -> Composer:
    """The composer of a job on the day it came in (UTC), so that composing again gives the same pages.

    Raises Refusal: ``template-invalid``, ``brand-invalid``, and what `docgen.compose.Composer` refuses.
    """
    organisation_id = job.organisation_id
    if job.template_id is None or job.brand_id is None:
        raise RuntimeError(f"{job.id} has no template: its letters are ready")
    with deps.database.read() as uow:
        template = uow.templates.get(organisation_id, job.template_id)
        brand = uow.brands.get(organisation_id, job.brand_id)
    marks, carrier, room = mark_profile_of(job), prints_of_carrier(job), equipment_of(job)
    key = (template.digest, brand.digest, job.created_at.date(), marks.id, carrier, room.own)
    with ONE_AT_A_TIME:
        composer = _kept.pop(key, None)
        if composer is None:
            files, art = files_of(deps, template), files_of(deps, brand)
            day, wanted = job.created_at.date(), marks if marks.codes else None
            composer = Composer(load_template(files), load_brand(art), day, room.profiles, wanted, carrier=carrier)
        # the one used longest ago goes first
        _kept[key] = composer
        while len(_kept) > _MOST_KEPT:
            del _kept[next(iter(_kept))]
    return composer


def mark_profile_of(job: PrintJob) -> MarkProfile:
    """The marks that the envelopes of a job get."""
    return equipment_of(job).marks[job.rules.get("mark_profile", "none")]


def as_piece(letter: Letter, composer: Composer, secret: bytes, piece_id: str) -> Letter:
    """The letter with its piece id, and its way in when the template shows one; the same for a piece each time."""
    host, access = composer.brand.entry_host, None
    if composer.template.entry is not None and host is not None:
        access = EntryAccess(_link_base(host) + derive_token(secret, piece_id), host, derive_code(secret, piece_id))
    return Letter(letter.record_id, letter.language, letter.address, letter.values, access, piece_id)


@lru_cache(maxsize=_MOST_KEPT)
def _link_base(host: str) -> str:
    """An entry link without its token, checked once and not for each letter."""
    return entry_link.encode(f"https://{host}", "0" * TOKEN_LENGTH)[:-TOKEN_LENGTH]
