"""What is asked before a reading of a form goes straight through: stored, changed, and never forgotten."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Final

from api.ports import FormPolicy
from docgen.findings import Finding, Place, Refusal
from scanning.decide.policy import DEFAULT_POLICY, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import SlipForm, UnitOfWork
    from api.usecases.deps import Deps

THRESHOLDS: Final = tuple(field.name for field in fields(Policy))
# below these a wrong value could go straight through, which nobody can ask for
LEAST: Final[Mapping[str, float]] = {
    "digits": 0.9,
    "dates": 0.7,
    "with_previous": 0.9,
    "picture_at_least": 0.3,
    "marks": 0.9,
}


def list_forms(deps: Deps, organisation_id: str) -> Sequence[SlipForm]:
    """Forms that were printed, newest first."""
    with deps.database.read() as uow:
        return uow.slip_forms.list(organisation_id)


def get_form(deps: Deps, organisation_id: str, form: str) -> SlipForm:
    """A form as it was printed last. Raises Refusal: ``slip-form-not-found``."""
    with deps.database.read() as uow:
        return uow.slip_forms.get(organisation_id, form)


def policy_of(deps: Deps, organisation_id: str, form: str) -> Policy:
    """The thresholds of a form; the usual ones when nobody set any. Raises Refusal: ``slip-form-not-found``."""
    with deps.database.read() as uow:
        uow.slip_forms.get(organisation_id, form)
        return policy_in(uow, organisation_id, form)


def policy_in(uow: UnitOfWork, organisation_id: str, form: str) -> Policy:
    """`policy_of` inside a transaction."""
    stored = uow.slip_forms.policy(organisation_id, form)
    return DEFAULT_POLICY if stored is None else Policy(**{**asdict(DEFAULT_POLICY), **stored.thresholds})


def policy_history(deps: Deps, organisation_id: str, form: str) -> Sequence[FormPolicy]:
    """Every version, newest first. Raises Refusal: ``slip-form-not-found``."""
    with deps.database.read() as uow:
        uow.slip_forms.get(organisation_id, form)
        return uow.slip_forms.policies(organisation_id, form)


def put_policy(deps: Deps, organisation_id: str, form: str, thresholds: Mapping[str, float], by: str) -> FormPolicy:
    """Change thresholds; what is not named stays. It holds for pages that are read from now on.

    Raises Refusal: ``slip-form-not-found``, ``policy-invalid``, ``policy-changed``.
    """
    _check(thresholds)
    with deps.database.write() as uow:
        uow.slip_forms.get(organisation_id, form)
        before = uow.slip_forms.policy(organisation_id, form)
        whole = asdict(policy_in(uow, organisation_id, form)) | dict(thresholds)
        version = 1 if before is None else before.version + 1
        made = FormPolicy(organisation_id, form, version, whole, deps.clock.now(), by)
        uow.slip_forms.put_policy(made)
        return made


def _check(thresholds: Mapping[str, float]) -> None:
    wrong = [
        Finding("policy-invalid", f"Choose {LEAST.get(name, 0.0)} to 1.", Place(pointer=f"/{name}"))
        for name, value in thresholds.items()
        if name not in THRESHOLDS or not LEAST.get(name, 0.0) <= value <= 1.0
    ]
    if wrong:
        raise Refusal("policy-invalid", "A threshold is a chance that a reading is right.", tuple(wrong))
