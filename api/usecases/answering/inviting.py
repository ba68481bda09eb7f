"""Letters of a job invite their recipients: each gets a way in, and the job a campaign when it was given none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from api.ports import Campaign, Entry, own_campaign_id
from api.usecases.answering.doors import code_digest, token_digest
from api.usecases.scanning.forms import known_json, reply_json
from docgen.qr.entry_code import derive_code, derive_token

if TYPE_CHECKING:
    from datetime import datetime

    from api.ports import Piece, PrintJob, UnitOfWork
    from docgen.compose import Composer
    from docgen.letters import Letter

OPEN_FOR: Final = timedelta(days=120)
SEEN_FOR: Final = timedelta(days=90)


class Inviter:
    """Makes the ways in of letters of one job."""

    def __init__(self, job: PrintJob, composer: Composer, secret: bytes) -> None:
        """Nothing made yet."""
        self._job = job
        self._form = composer.template.reply_form
        self._shows_link = composer.template.entry is not None and composer.brand.entry_host is not None
        self._secret = secret
        self._campaign_id = job.campaign_id or own_campaign_id(job.id)

    def entry(self, piece: Piece, letter: Letter) -> Entry | None:
        """The way in of a letter; one without a link when the letter shows none, and None when it asks nothing."""
        if self._form is None:
            return None
        token = code = None
        if self._shows_link:
            token = token_digest(self._secret, derive_token(self._secret, piece.id))
            code = code_digest(self._secret, derive_code(self._secret, piece.id))
        return Entry(
            id=f"ent_{piece.id.partition('_')[2]}",
            organisation_id=piece.organisation_id,
            mode=self._job.mode,
            campaign_id=self._campaign_id,
            recipient=letter.record_id,
            job_id=piece.job_id,
            piece_id=piece.id,
            language=letter.language,
            postcode=piece.postcode,
            house=piece.house,
            known=known_json(self._form, letter.values),
            token_digest=token,
            code_digest=code,
        )

    def write(self, uow: UnitOfWork, at: datetime) -> None:
        """Make the campaign of a job that was given none; again changes nothing."""
        job = self._job
        if job.campaign_id is None and self._form is not None and job.template_id and job.brand_id:
            uow.campaigns.add(
                Campaign(
                    id=self._campaign_id,
                    organisation_id=job.organisation_id,
                    mode=job.mode,
                    key=self._campaign_id,
                    name=job.title,
                    template_id=job.template_id,
                    brand_id=job.brand_id,
                    reply_form=reply_json(self._form),
                    created_at=at,
                    created_by=job.created_by,
                    closes_at=at + OPEN_FOR,
                    gone_at=at + OPEN_FOR + SEEN_FOR,
                )
            )
