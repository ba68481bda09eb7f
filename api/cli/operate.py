"""Commands for whoever runs the service: they work on its database, with its settings."""

from __future__ import annotations

import logging
import signal
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, emit, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import uvicorn

    from api.bootstrap import Service
    from api.ports import ApiKey
    from api.settings import Settings
    from api.usecases.deps import Deps

organisations = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
keys = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ROLES = ("submitter", "print_room", "mailroom", "approver", "admin")
_GRACE_S = 10


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=1, max=65535)] = None,
    workers: Annotated[bool, typer.Option(help="Run workers beside the web server.")] = True,
) -> None:
    """Run the web server, with workers beside it; until Ctrl-C or SIGTERM."""
    import uvicorn

    from api.bootstrap import (
        configure_logging,
        keep_temporary_files,
        make_deps,
        make_sealer,
        scan_drops,
        start_embedded,
    )
    from api.http.app import create_app
    from api.http.edge import Edge

    settings = _settings(host=host, port=port)
    configure_logging(settings)
    keep_temporary_files(settings)
    with _service(settings) as service:
        spool = settings.data_folder / "spool"
        spool.mkdir(exist_ok=True)
        edge = Edge(service.waker.ready, settings.public_url, spool, scan_drops(settings))
        config = uvicorn.Config(
            create_app(replace(make_deps(service), sealer=make_sealer(settings)), edge),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        # the app logs its bugs itself, without the messages, which may quote what somebody sent
        logging.getLogger("uvicorn.error").addFilter(_without_trace)
        supervisor = start_embedded(service) if workers else None
        try:
            _listen(uvicorn.Server(config), settings)
        finally:
            if supervisor is not None:
                supervisor.stop()


def worker(
    concurrency: Annotated[int | None, typer.Option(help="How many worker processes.", min=1, max=256)] = None,
) -> None:
    """Run workers only; until Ctrl-C or SIGTERM."""
    from api.bootstrap import configure_logging, run_worker

    settings = _settings()
    configure_logging(settings)
    run_worker(settings, concurrency)


def migrate(as_json: AsJson = False) -> None:
    """Bring the database to this version; doing it again changes nothing."""
    from api.bootstrap import migrate as bring_up_to_date

    bring_up_to_date(_settings())
    emit({"migrated": True}, ["The database is of this version."], as_json=as_json)


def _listen(server: uvicorn.Server, settings: Settings) -> None:
    """Serve until a signal. Raises `Trouble` (``cannot-listen``)."""
    import structlog

    address = f"{settings.host}:{settings.port}"
    structlog.get_logger(__name__).info("serving", url=settings.public_url or f"http://{address}")
    for number in (signal.SIGTERM, signal.SIGINT):
        # the server ends in order and then gives the signal on; workers and connections must still be closed
        signal.signal(number, _end)
    try:
        server.run()
    except SystemExit:
        # also the server's own way to say that it could not begin
        if server.started:
            raise
        raise Trouble(
            ExitCode.REFUSED, f"cannot-listen: {address} is taken or not of this machine; choose another with --port."
        ) from None


@organisations.command("add")
def add_organisation(name: str, as_json: AsJson = False) -> None:
    """Add an organisation."""
    from api.usecases import parties

    with open_deps() as deps:
        made = parties.add_organisation(deps, name)
    emit({"id": made.id, "name": made.name}, [made.id], as_json=as_json)


@organisations.command("list")
def list_organisations(as_json: AsJson = False) -> None:
    """List organisations."""
    from api.ports import MAX_PAGE_ITEMS, PageRequest
    from api.usecases import parties

    with open_deps() as deps:
        found = parties.list_organisations(deps, PageRequest(MAX_PAGE_ITEMS)).items
    data = [{"id": each.id, "name": each.name} for each in found]
    emit(data, table(("id", "name"), [(each.id, each.name) for each in found]), as_json=as_json)


@organisations.command("operator-key")
def operator_key(
    hours: Annotated[int, typer.Option(help="How long it is good for.", min=1, max=24)] = 1,
    as_json: AsJson = False,
) -> None:
    """Make a key with which organisations can be added over HTTP, for some hours."""
    from api.usecases import links

    with open_deps() as deps:
        token = links.sign(deps.secret, links.OPERATE, (), deps.clock, timedelta(hours=hours))
    key = f"{links.OPERATOR_PREFIX}{token}"
    emit({"key": key, "hours": hours}, [key], as_json=as_json)


@keys.command("add")
def add_key(
    organisation: str,
    role: Annotated[list[str], typer.Option(help=f"One of {', '.join(ROLES)}; may be given more often.")],
    label: Annotated[str, typer.Option(help="What the key is for.")] = "made on the command line",
    test: Annotated[bool, typer.Option("--test", help="What it makes is never handed over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a key; its secret is shown once."""
    from api.ports import Mode, Role
    from api.usecases import parties

    unknown = [each for each in role if each not in ROLES]
    if unknown:
        raise Trouble(ExitCode.USAGE, f"role-unknown: there is no role {unknown[0]}; choose from {', '.join(ROLES)}.")
    with open_deps() as deps:
        made = parties.add_key(deps, organisation, label, map(Role, role), Mode.TEST if test else Mode.LIVE)
    emit({**_key(made.key), "secret": made.secret}, [made.secret], as_json=as_json)


@keys.command("list")
def list_keys(organisation: str, as_json: AsJson = False) -> None:
    """List the keys of an organisation, without their secrets."""
    from api.ports import MAX_PAGE_ITEMS, PageRequest
    from api.usecases import parties

    with open_deps() as deps:
        found = [_key(key) for key in parties.list_keys(deps, organisation, PageRequest(MAX_PAGE_ITEMS)).items]
    rows = [(k["id"], k["mode"], " ".join(k["roles"]), k["label"], k["revoked_at"] or "") for k in found]
    emit(found, table(("id", "mode", "roles", "label", "revoked"), rows), as_json=as_json)


@keys.command("revoke")
def revoke_key(organisation: str, key: str, as_json: AsJson = False) -> None:
    """Revoke a key; from then on it is refused."""
    from api.usecases import parties

    with open_deps() as deps:
        revoked = _key(parties.revoke_key(deps, organisation, key))
    emit(revoked, [f"{key} is revoked."], as_json=as_json)


def _key(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "organisation_id": key.organisation_id,
        "label": key.label,
        "roles": sorted(key.roles),
        "mode": str(key.mode),
        "created_at": key.created_at.isoformat(),
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }


def _settings(**changes: object) -> Settings:
    from api.settings import load_settings

    given = {name: value for name, value in changes.items() if value is not None}
    return load_settings().model_copy(update=given)


@contextmanager
def open_deps() -> Iterator[Deps]:
    """What use cases are given, of this installation."""
    from api.bootstrap import make_deps

    with _service(_settings()) as service:
        yield make_deps(service)


@contextmanager
def _service(settings: Settings) -> Iterator[Service]:
    """A service whose database is ready; the default one is made when it is not there."""
    from api.bootstrap import migrate as bring_up_to_date
    from api.bootstrap import open_service

    if settings.database_url is None:
        bring_up_to_date(settings)
    service = open_service(settings)
    try:
        if not service.database.ready():
            raise Trouble(
                ExitCode.UNREACHABLE,
                "database-not-ready: it does not answer or is of another version; run `posthoorn migrate`.",
            )
        yield service
    finally:
        service.close()


def _end(*_: object) -> NoReturn:
    raise SystemExit(ExitCode.OK)


def _without_trace(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True
