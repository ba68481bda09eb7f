"""For whoever watches the service: alive, ready, numbers. No key is needed and nothing of an organisation is shown."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.http.edge import DepsDep, EdgeDep
from api.http.metrics import CONTENT_TYPE, Metrics
from api.http.responses import binary, open_problems

router = APIRouter(tags=["operation"])


class HealthOut(BaseModel):
    """The process answers."""

    status: str = Field(examples=["ok"])


class ReadyOut(BaseModel):
    """Whether each part answers."""

    database: bool = Field(examples=[True])
    blobs: bool = Field(examples=[True])
    broker: bool = Field(examples=[True])


@router.get("/healthz", summary="Is the process alive", responses=open_problems())
def healthz() -> HealthOut:
    """Yes, when this answers."""
    return HealthOut(status="ok")


@router.get(
    "/readyz",
    summary="Can the service work",
    response_model=ReadyOut,
    responses={503: {"model": ReadyOut, "description": "A part does not answer"}, **open_problems()},
)
def readyz(deps: DepsDep, edge: EdgeDep) -> Response:
    """Asks the database, the blob store and the broker."""
    ready = ReadyOut(database=deps.database.ready(), blobs=deps.blobs.ready(), broker=edge.broker_ready())
    well = ready.database and ready.blobs and ready.broker
    return JSONResponse(ready.model_dump(), HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE)


@router.get(
    "/metrics",
    summary="Prometheus metrics",
    response_class=Response,
    responses={200: binary("Metrics in Prometheus' text format", "text/plain"), **open_problems("not-ready")},
)
def metrics(request: Request) -> Response:
    """Requests by route and status, jobs and work by state, letters composed."""
    numbers: Metrics = request.app.state.metrics
    return Response(numbers.text(), media_type=CONTENT_TYPE)
