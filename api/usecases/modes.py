"""Modes of keys: a test key acts on what belongs to test jobs, a live key on what belongs to live ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import Mode
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.ports import UnitOfWork
    from api.usecases.deps import Deps


def check_mode(deps: Deps, organisation_id: str, mode: Mode, named: Mapping[str, str]) -> None:
    """See that everything that a request names is of the mode of its key; ``named`` has ids by what they are.

    What has no mode (keys, templates, rules) is left alone. Whoever only looks need not ask.
    Raises Refusal: ``mode-differs``, and ``…-not-found`` of what is not there.
    """
    wanted = [(_MODE_OF[what], named_id) for what, named_id in named.items() if what in _MODE_OF]
    if not wanted:
        return
    with deps.database.read() as uow:
        for mode_of, named_id in wanted:
            check_is(mode, mode_of(uow, organisation_id, named_id), named_id)


def mode_of(uow: UnitOfWork, organisation_id: str, what: str, named_id: str) -> Mode:
    """The mode of what an id names; ``what`` is as in paths, such as ``job_id``. Raises Refusal: ``…-not-found``."""
    return _MODE_OF[what](uow, organisation_id, named_id)


def check_may_manage(mode: Mode, wanted: Mode, what: str) -> None:
    """See that keys are managed by a key that may do as much: a live one manages both kinds.

    Raises Refusal: ``mode-differs``.
    """
    if mode is Mode.TEST:
        check_is(mode, wanted, what)


def check_is(mode: Mode, wanted: Mode, what: str) -> None:
    """See that a key of this mode may act on ``what``. Raises Refusal: ``mode-differs``."""
    if mode is not wanted:
        raise Refusal("mode-differs", f"This is a {mode} key and {what} is {wanted}; use a {wanted} key.")


def _of_piece(uow: UnitOfWork, organisation_id: str, piece_id: str) -> Mode:
    return uow.jobs.get(organisation_id, uow.pieces.get(organisation_id, piece_id).job_id).mode


def _of_reprint(uow: UnitOfWork, organisation_id: str, reprint_id: str) -> Mode:
    return uow.batches.get(organisation_id, uow.reprints.get(organisation_id, reprint_id).batch_id).mode


def _of_mail_run(uow: UnitOfWork, organisation_id: str, run_id: str) -> Mode:
    """A test is never handed over."""
    uow.mail_runs.get(organisation_id, run_id)
    return Mode.LIVE


def _of_scan_file(uow: UnitOfWork, organisation_id: str, file_id: str) -> Mode:
    return uow.scans.batch(organisation_id, uow.scans.file(organisation_id, file_id).batch_id).mode


def _of_scan_page(uow: UnitOfWork, organisation_id: str, page_id: str) -> Mode:
    return uow.scans.batch(organisation_id, uow.scan_pages.get(organisation_id, page_id).batch_id).mode


_MODE_OF: Final[Mapping[str, Callable[[UnitOfWork, str, str], Mode]]] = {
    "job_id": lambda uow, organisation_id, job_id: uow.jobs.get(organisation_id, job_id).mode,
    "batch_id": lambda uow, organisation_id, batch_id: uow.batches.get(organisation_id, batch_id).mode,
    "piece_id": _of_piece,
    "reprint_id": _of_reprint,
    "run_id": _of_mail_run,
    "scan_batch_id": lambda uow, organisation_id, batch_id: uow.scans.batch(organisation_id, batch_id).mode,
    "scan_file_id": _of_scan_file,
    "scan_page_id": _of_scan_page,
    "campaign_id": lambda uow, organisation_id, campaign_id: uow.campaigns.get(organisation_id, campaign_id).mode,
    "answer_id": lambda uow, organisation_id, answer_id: uow.records.get(organisation_id, answer_id).mode,
    "submission_id": lambda uow, organisation_id, row_id: uow.submissions.get(organisation_id, row_id).mode,
    "webhook_id": lambda uow, organisation_id, webhook_id: uow.webhooks.get(organisation_id, webhook_id).mode,
    "message_id": lambda uow, organisation_id, message_id: uow.messages.get(organisation_id, message_id).mode,
    "suppression_id": lambda uow, organisation_id, row_id: uow.suppressions.get(organisation_id, row_id).mode,
    "slip_id": lambda uow, organisation_id, slip_id: uow.scan_pages.slip(organisation_id, slip_id).mode,
    "complex_id": lambda uow, organisation_id, complex_id: uow.meters.complex(organisation_id, complex_id).mode,
    "meter_id": lambda uow, organisation_id, meter_id: uow.meters.get(organisation_id, meter_id).mode,
    "question_id": lambda uow, organisation_id, question_id: uow.questions.get(organisation_id, question_id).mode,
    "request_id": lambda uow, organisation_id, request_id: uow.agreements.get(organisation_id, request_id).mode,
    "unclear_id": lambda uow, organisation_id, unclear_id: uow.unclear.get(organisation_id, unclear_id).mode,
    "slip_field_id": lambda uow, organisation_id, field_id: uow.slip_fields.get(organisation_id, field_id).mode,
}
