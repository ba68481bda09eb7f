"""Modes of events: events of tests go to endpoints of tests only, live ones to live endpoints only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import Mode
from api.usecases.modes import mode_of
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.ports import Event, UnitOfWork

_NAMED: Final[Mapping[str, str]] = {
    "bat": "batch_id",
    "job": "job_id",
    "msg": "message_id",
    "pag": "scan_page_id",
    "pce": "piece_id",
    "rpr": "reprint_id",
    "run": "run_id",
    "scb": "scan_batch_id",
    "scf": "scan_file_id",
    "slp": "slip_id",
    "whk": "webhook_id",
}
"""What an id names, by how it begins; other things (people, rules, templates) have no mode."""

_OF_ANSWERS: Final[Mapping[str, Callable[[UnitOfWork, str, str], Mode]]] = {
    "agr": lambda uow, organisation_id, request_id: uow.agreements.get(organisation_id, request_id).mode,
    "cmp": lambda uow, organisation_id, campaign_id: uow.campaigns.get(organisation_id, campaign_id).mode,
    "ent": lambda uow, organisation_id, entry_id: uow.entries.get(organisation_id, entry_id).mode,
    "qst": lambda uow, organisation_id, question_id: uow.questions.get(organisation_id, question_id).mode,
    "sub": lambda uow, organisation_id, submission_id: uow.submissions.get(organisation_id, submission_id).mode,
    "unc": lambda uow, organisation_id, unclear_id: uow.unclear.get(organisation_id, unclear_id).mode,
}


class EventModes:
    """Remembers what it has looked up; for one transaction."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Looks in this transaction."""
        self._uow = uow
        self._found: dict[tuple[str, str], Mode | None] = {}

    def of(self, event: Event) -> Mode | None:
        """The mode of what an event is about; None when it has none, and concerns both.

        The event itself may say it, as ``mode`` in its data; else it is that of its subject.
        """
        said = event.data.get("mode")
        if isinstance(said, str) and said in set(Mode):
            return Mode(said)
        key = (event.organisation_id, event.subject_id)
        if key not in self._found:
            self._found[key] = self._of_subject(*key)
        return self._found[key]

    def _of_subject(self, organisation_id: str, subject_id: str) -> Mode | None:
        kind = subject_id.partition("_")[0]
        try:
            if kind in _OF_ANSWERS:
                return _OF_ANSWERS[kind](self._uow, organisation_id, subject_id)
            return mode_of(self._uow, organisation_id, _NAMED[kind], subject_id) if kind in _NAMED else None
        except Refusal:
            # work that failed may be about something that is gone; live endpoints must not miss it
            return Mode.LIVE
