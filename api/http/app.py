"""The web application, assembled; `create_app` is all that a server needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.http import (
    agreements,
    answer_imports,
    answers,
    batches,
    campaigns,
    carrier,
    channels,
    events,
    evidence,
    health,
    job_pages,
    mail_channels,
    mail_runs,
    messages,
    meters,
    organisations,
    packages,
    pieces,
    print_jobs,
    print_room,
    problem_pages,
    problems,
    proofs,
    questions,
    ready_made,
    recipients,
    records,
    rules,
    scan_ways,
    scans,
    webhooks,
)
from api.http.edge import Edge
from api.http.metrics import Metrics
from api.http.middleware import HeadAsGet, LimitedBody, Observed, WholeQuery, limits
from api.http.recipient.app import recipient_app
from api.http.recipient.hosts import ByHost, Hosts
from api.http.schemas import ProblemOut
from api.http.staff import batch, batch_forms, login, runs, today
from api.http.staff import carrier as staff_carrier
from api.http.staff import people as staff_people
from api.http.staff import pieces as staff_pieces
from api.http.staff import rules as staff_rules
from api.http.staff import webhooks as staff_webhooks
from api.http.staff.agreements import draft as staff_draft
from api.http.staff.agreements import people as staff_asked
from api.http.staff.agreements import preview as staff_preview
from api.http.staff.agreements import question as staff_question
from api.http.staff.agreements import queue as staff_queue
from api.http.staff.agreements import request as staff_request
from api.http.staff.answers import campaigns as staff_campaigns
from api.http.staff.answers import front as staff_front
from api.http.staff.answers import front_forms as staff_front_forms
from api.http.staff.answers import settle as staff_settle
from api.http.staff.corporation import findings, letters, new_job, pdfs, templates
from api.http.staff.corporation import jobs as corporation_jobs
from api.http.staff.corporation import meters as corporation_meters
from api.http.staff.mailroom import batch as mailroom_batch
from api.http.staff.mailroom import exceptions as mailroom_exceptions
from api.http.staff.mailroom import pictures as mailroom_pictures
from api.http.staff.mailroom import quality as mailroom_quality
from api.http.staff.mailroom import review as mailroom_review
from api.http.staff.mailroom import sheet as mailroom_sheet
from api.http.staff.mailroom import slip as mailroom_slip
from api.http.staff.mailroom import start as mailroom_start

if TYPE_CHECKING:
    from api.usecases.deps import Deps

TITLE: Final = "Letters out, answers in"
_ABOUT: Final = (
    "Print jobs become letters, letters become batches in postal order. Trouble is `application/problem+json` with a "
    "stable `code`; every POST takes an `Idempotency-Key`; lists come in parts with a `cursor`; amounts are decimal "
    "strings; times are UTC. A key has a mode: what a test key submits is never handed over, each key changes only "
    "what belongs to jobs of its own mode (`mode-differs`), and every key may look at both."
)
_ROUTERS: Final = (
    *(organisations.router, packages.router, print_jobs.router, ready_made.router, pieces.router, batches.router),
    *(carrier.router, events.router, print_room.router, print_room.reprints, mail_runs.router, rules.router),
    *(scans.router, scan_ways.router, records.router, meters.router, webhooks.router),
    *(answers.router, campaigns.router, recipients.router, answer_imports.router, channels.router),
    *(mail_channels.router, messages.router),
    proofs.router,
    evidence.router,
    *(questions.router, agreements.router),
    *(health.router, problem_pages.router, job_pages.router),
    *(login.router, today.router, batch.router, batch_forms.router, staff_pieces.router),
    *(staff_carrier.router, runs.router, staff_rules.router, staff_people.router, staff_webhooks.router),
    *(new_job.router, pdfs.router, corporation_jobs.router, findings.router, letters.router, templates.router),
    corporation_meters.router,
    *(mailroom_start.router, mailroom_batch.router, mailroom_pictures.router, mailroom_review.router),
    *(mailroom_exceptions.router, mailroom_slip.router, mailroom_sheet.router, mailroom_quality.router),
    *(staff_campaigns.router, staff_front.router, staff_front_forms.router, staff_settle.router),
    *(staff_draft.router, staff_preview.router, staff_queue.router, staff_request.router),
    *(staff_asked.router, staff_question.router),
)


def create_app(deps: Deps, edge: Edge | None = None) -> FastAPI:
    """The application on these ports; nothing is connected until a request comes."""
    edge = edge or Edge()
    app = FastAPI(title=TITLE, version="1", description=_ABOUT, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.deps, app.state.edge, app.state.metrics = deps, edge, Metrics(deps)
    app.state.routes = [route for router in _ROUTERS for route in router.routes]
    for router in _ROUTERS:
        app.include_router(router)
    problems.install(app)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign] # the framework's own way to extend it
    # the last added is the outermost
    app.add_middleware(LimitedBody, limit_of=limits(deps.limits.max_body_bytes))
    https = (edge.public_url or "").startswith("https://")
    app.add_middleware(Observed, metrics=app.state.metrics, https=https)
    app.add_middleware(HeadAsGet)
    app.add_middleware(WholeQuery)
    app.add_middleware(ByHost, recipient=recipient_app(deps, edge, app.state.metrics), hosts=Hosts(deps))
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Adds what the framework cannot know: the schema of problems, in place of its own of validation errors."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = document["components"]["schemas"]
        problem = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
        problem.pop("$defs", None)
        schemas["ProblemOut"] = problem
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for path in document["paths"].values():
            for operation in path.values():
                _without_framework_errors(operation)
        app.openapi_schema = document
    return app.openapi_schema


def _without_framework_errors(operation: dict[str, Any]) -> None:
    """A 422 is always a problem here."""
    content = operation["responses"].get("422", {}).get("content", {})
    if "application/json" in content:
        del content["application/json"]
        if not content:
            del operation["responses"]["422"]
