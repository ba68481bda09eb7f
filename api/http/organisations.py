"""Organisations and their keys."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.http.auth import ADMIN, OPERATOR, CallerDep
from api.http.bodies import JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.once import REPLAYED, Answer, IdempotencyKey, OnceDep
from api.http.responses import ACT_CODES, LIST_CODES, POST_CODES, problems
from api.http.schemas import KeyIn, KeyOut, ListOut, NewKeyOut, OrganisationIn, OrganisationOut, listed
from api.usecases import modes, parties
from api.usecases.deps import Deps
from docgen.findings import Refusal

router = APIRouter(prefix="/v1")


@router.post(
    "/organisations",
    status_code=HTTPStatus.CREATED,
    response_model=OrganisationOut,
    tags=["organisations"],
    summary="Add an organisation (operator)",
    dependencies=[OPERATOR],
    responses=problems("bad-name", "request-invalid", *POST_CODES),
)
def add_organisation(deps: DepsDep, wanted: OrganisationIn, key: IdempotencyKey = None) -> Response:
    """Add an organisation. The operator's key comes from `posthoorn organisation operator-key`."""
    if key is None:
        organisation, new = parties.add_organisation(deps, wanted.name), True
    else:
        organisation, new = parties.add_organisation_once(deps, wanted.name, key)
    headers = {"Location": f"/v1/organisations/{organisation.id}"} | ({} if new else {REPLAYED: "true"})
    content = OrganisationOut.of(organisation).model_dump_json()
    return Response(content, HTTPStatus.CREATED, headers, "application/json")


@router.get(
    "/organisations",
    tags=["organisations"],
    summary="List organisations (operator)",
    dependencies=[OPERATOR],
    responses=problems(*LIST_CODES),
)
def list_organisations(deps: DepsDep, page: PageDep) -> ListOut[OrganisationOut]:
    """All organisations of this installation."""
    return listed(parties.list_organisations(deps, page), OrganisationOut.of)


@router.get(
    "/organisations/{organisation_id:id}",
    tags=["organisations"],
    summary="Show your organisation",
    dependencies=[ADMIN],
    responses=problems("organisation-not-found"),
)
def get_organisation(deps: DepsDep, caller: CallerDep, organisation_id: str) -> OrganisationOut:
    """Your own organisation; another one's id is answered as if it were not there."""
    if organisation_id != caller.organisation_id:
        raise Refusal("organisation-not-found", f"There is no organisation {organisation_id}; check the id.")
    return OrganisationOut.of(parties.get_organisation(deps, organisation_id))


@router.post(
    "/organisations/{organisation_id:id}/keys",
    status_code=HTTPStatus.CREATED,
    response_model=NewKeyOut,
    tags=["keys"],
    summary="Make a key for an organisation (operator)",
    dependencies=[OPERATOR],
    responses=problems("organisation-not-found", "bad-name", "key-without-roles", "request-invalid", *POST_CODES),
)
def add_first_key(organisation_id: str, wanted: KeyIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """The way to the first key of a new organisation."""
    parties.get_organisation(once.deps, organisation_id)
    return once.run(sha256, lambda deps: _new_key(deps, organisation_id, wanted))


@router.post(
    "/keys",
    status_code=HTTPStatus.CREATED,
    response_model=NewKeyOut,
    tags=["keys"],
    summary="Make a key",
    dependencies=[ADMIN],
    responses=problems("bad-name", "key-without-roles", "request-invalid", *ACT_CODES),
)
def add_key(caller: CallerDep, wanted: KeyIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Make a key of your organisation. Its secret is in this answer and nowhere else."""
    modes.check_may_manage(caller.mode, wanted.mode, "what you want to make")
    return once.run(sha256, lambda deps: _new_key(deps, caller.organisation_id, wanted))


@router.get("/keys", tags=["keys"], summary="List keys", dependencies=[ADMIN], responses=problems(*LIST_CODES))
def list_keys(deps: DepsDep, caller: CallerDep, page: PageDep) -> ListOut[KeyOut]:
    """Keys of your organisation, revoked ones too, without their secrets."""
    return listed(parties.list_keys(deps, caller.organisation_id, page), KeyOut.of)


@router.get(
    "/keys/{key_id:id}",
    tags=["keys"],
    summary="Show a key",
    dependencies=[ADMIN],
    responses=problems("key-not-found"),
)
def get_key(deps: DepsDep, caller: CallerDep, key_id: str) -> KeyOut:
    """One key, without its secret."""
    return KeyOut.of(parties.get_key(deps, caller.organisation_id, key_id))


@router.post(
    "/keys/{key_id:id}/revoke",
    response_model=KeyOut,
    tags=["keys"],
    summary="Revoke a key",
    dependencies=[ADMIN],
    responses=problems("key-not-found", *ACT_CODES),
)
def revoke_key(caller: CallerDep, key_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """From now on the key is refused. Revoking it again keeps the first time."""

    def make(deps: Deps) -> Answer:
        key = parties.get_key(deps, caller.organisation_id, key_id)
        modes.check_may_manage(caller.mode, key.mode, key_id)
        return Answer(HTTPStatus.OK, KeyOut.of(parties.revoke_key(deps, caller.organisation_id, key_id)))

    return once.run(sha256, make)


def _new_key(deps: Deps, organisation_id: str, wanted: KeyIn) -> Answer:
    made = parties.add_key(deps, organisation_id, wanted.label, wanted.roles, wanted.mode)
    shown = NewKeyOut(**KeyOut.of(made.key).model_dump(), secret=made.secret)
    kept = shown.model_copy(update={"secret": None})
    return Answer(HTTPStatus.CREATED, shown, kept, location=f"/v1/keys/{made.key.id}")
