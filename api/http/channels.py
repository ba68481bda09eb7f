"""Calls of gateways that carry text messages: reports of what became of them, and messages that people sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from api.http.edge import DepsDep
from api.http.middleware import IS_HEAD
from api.ports import RawCallback
from api.usecases.messaging.calls import take_call

# for one caller each, who is told of it by docs/sms.md: it is no part of the API
router = APIRouter(include_in_schema=False)

CALLBACK: Final = "/v1/channels/{name}/callback/{secret}"
"""The secret at its end takes the place of a key: gateways send no header of ours."""


async def _raw(request: Request) -> RawCallback:
    headers = {name.lower(): value for name, value in request.headers.items()}
    remote = request.client.host if request.client is not None else ""
    body = await request.body()
    return RawCallback(request.method, request.url.path, headers, dict(request.query_params), body, remote)


Raw = Annotated[RawCallback, Depends(_raw)]


@router.get(CALLBACK)
def call_by_get(request: Request, deps: DepsDep, name: str, secret: str, raw: Raw) -> Response:
    """A HEAD only looks, so it changes nothing."""
    del secret
    return _answer(not request.scope.get(IS_HEAD) and take_call(deps, name, raw))


@router.post(CALLBACK)
def call_by_post(deps: DepsDep, name: str, secret: str, raw: Raw) -> Response:
    """As a form or as JSON."""
    del secret
    return _answer(take_call(deps, name, raw))


def _answer(taken: bool) -> Response:  # noqa: FBT001 (the only thing there is to say)
    """As under any address where there is nothing, when it was not taken."""
    if not taken:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return Response()
