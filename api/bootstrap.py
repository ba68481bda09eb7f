"""Wiring: the only module that knows which adapter stands behind which port."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import structlog

from api.adapters.blobs_folder import FolderBlobs
from api.adapters.checkpoint_folder import CheckpointFolder
from api.adapters.database import SqlDatabase
from api.adapters.dns_resolver import ResolverDns
from api.adapters.engine import make_engine
from api.adapters.maildir import Maildirs
from api.adapters.scan_folder import ScanFolder
from api.adapters.system import RandomIds, SystemClock
from api.adapters.temporary import begin_temporary, remove_left
from api.ports import NoChannels, NoSealer, ReadBackPolicy
from api.settings import Settings, as_environment, load_settings, print_room_files, secret_key
from api.usecases.agreeing.timing import expire_requests, remind_people
from api.usecases.alarms import watch
from api.usecases.answering.planned_reminders import ask_for_due
from api.usecases.deps import Deps, Limits
from api.usecases.equipment import equipment_with
from api.usecases.evidence.checkpoints import tend_evidence
from api.usecases.feeds import place_all
from api.usecases.jobs import job_failed
from api.usecases.kinds import WorkKind
from api.usecases.messaging.bounces import forget_old
from api.usecases.messaging.folders import take_in_mail
from api.usecases.messaging.lanes import tend_lanes
from api.usecases.trash import empty_trash
from api.usecases.webhooks.dealing import tend
from api.worker.broker import CeleryWaker, FileWaker, make_broker, uses_files
from api.worker.child import run_child
from api.worker.couriers import Couriers
from api.worker.relay import Relay
from api.worker.runner import Runner, WorkRules
from api.worker.supervisor import WORKER_NAME, Supervisor, SupervisorRules
from api.worker.sweeper import Sweeper

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from celery import Celery

    from api.ports import (
        Blobs,
        Channels,
        CheckpointShelf,
        Clock,
        Database,
        Dns,
        Handler,
        Ids,
        OnFailed,
        Sealer,
        TimeStamper,
        Waker,
    )

_CHILD = (sys.executable, "-c", "from api.bootstrap import worker_child; raise SystemExit(worker_child())")


@dataclass(frozen=True, slots=True)
class Service:
    """Every port with its adapter. `close` it: it holds connections and a thread."""

    settings: Settings
    clock: Clock
    ids: Ids
    database: Database
    blobs: Blobs
    waker: Waker
    secret: bytes
    relay: Relay
    broker: Celery
    channels: Channels
    dns: Dns

    def close(self) -> None:
        """Send what is still to be sent and close connections."""
        self.relay.stop()
        self.broker.close()
        if isinstance(self.database, SqlDatabase):
            self.database.close()


def open_service(settings: Settings) -> Service:
    """Wire the adapters that the settings ask for; nothing is connected yet. Tables must be there: see `migrate`."""
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    name = f"{os.getpid()}-{secrets.token_hex(4)}"
    broker, waker = _broker(settings, name)
    database = SqlDatabase(make_engine(_database_url(settings)), clock)
    relay = Relay(database, waker, clock, settings.resend_after_s)
    database.after_commit = relay.nudge
    relay.start()
    return Service(
        settings=settings,
        clock=clock,
        ids=RandomIds(),
        database=database,
        blobs=_blobs(settings),
        waker=waker,
        secret=secret_key(settings),
        relay=relay,
        broker=broker,
        channels=_channels(settings, clock),
        dns=ResolverDns(),
    )


def keep_temporary_files(settings: Settings) -> None:
    """Have temporary files of this process made under the data folder, where a sweeper finds what the killed left."""
    root = _temporary(settings)
    begin_temporary(root)
    remove_left(root)


def migrate(settings: Settings) -> None:
    """Bring the database to this version; doing it again changes nothing."""
    from api.adapters import migrate as migrations  # noqa: PLC0415 - half a second that a worker never needs

    settings.data_folder.mkdir(parents=True, exist_ok=True)
    engine = make_engine(_database_url(settings))
    try:
        migrations.migrate(engine)
    finally:
        engine.dispose()


def make_handlers(service: Service) -> Mapping[str, Handler]:
    """What the worker can do, by kind."""
    # composing takes seconds to load, and only the processes that do the work need it
    from api.adapters.slip_reader import IsolatedReader  # noqa: PLC0415 - see above
    from api.adapters.webhook_sender import HttpWebhookSender  # noqa: PLC0415 - see above
    from api.usecases.agreeing.asking import ask_people  # noqa: PLC0415 - see above
    from api.usecases.answering.import_jobs import go_on_with_import  # noqa: PLC0415 - see above
    from api.usecases.answering.planned_reminders import make_reminder  # noqa: PLC0415 - see above
    from api.usecases.composing import compose_chunk  # noqa: PLC0415 - see above
    from api.usecases.evidence.checkpoints import stamp_checkpoint  # noqa: PLC0415 - see above
    from api.usecases.messaging.sending import send_messages  # noqa: PLC0415 - see above
    from api.usecases.planning import plan_job  # noqa: PLC0415 - see above
    from api.usecases.reading_back import check_part  # noqa: PLC0415 - see above
    from api.usecases.reprinting import print_again  # noqa: PLC0415 - see above
    from api.usecases.scanning.reading import read_scan  # noqa: PLC0415 - see above
    from api.usecases.scanning.rereading import read_page_again  # noqa: PLC0415 - see above
    from api.usecases.sharding import validate_shard  # noqa: PLC0415 - see above
    from api.usecases.validation import validate_job  # noqa: PLC0415 - see above
    from api.usecases.webhooks.delivering import deliver_webhooks  # noqa: PLC0415 - see above
    from api.usecases.writing import write_batch  # noqa: PLC0415 - see above

    deps, reader = make_deps(service), IsolatedReader()
    sender = HttpWebhookSender(private=deps.limits.webhook_private)
    return {
        WorkKind.VALIDATE: partial(validate_job, deps),
        WorkKind.VALIDATE_SHARD: partial(validate_shard, deps),
        WorkKind.PLAN: partial(plan_job, deps),
        WorkKind.COMPOSE_CHUNK: partial(compose_chunk, deps),
        WorkKind.WRITE_BATCH: partial(write_batch, deps),
        WorkKind.CHECK_PART: partial(check_part, deps),
        WorkKind.REPRINT: partial(print_again, deps),
        WorkKind.READ_SCAN: partial(read_scan, deps, reader),
        WorkKind.READ_PAGE: partial(read_page_again, deps, reader),
        WorkKind.DELIVER_WEBHOOKS: partial(deliver_webhooks, deps, sender),
        WorkKind.REMIND: partial(make_reminder, deps),
        WorkKind.SEND_MESSAGES: partial(send_messages, deps),
        WorkKind.IMPORT_ANSWERS: partial(go_on_with_import, deps),
        WorkKind.ASK_PEOPLE: partial(ask_people, deps),
        WorkKind.STAMP_CHECKPOINT: partial(stamp_checkpoint, deps),
    }


def make_deps(service: Service) -> Deps:
    """What use cases are given. Raises Refusal: ``equipment-invalid`` and as `print_room_files`."""
    settings = service.settings
    limits = Limits(
        max_body_bytes=settings.max_body_bytes,
        max_records=settings.max_records,
        shard_records=settings.shard_records,
        chunk_pieces=settings.chunk_pieces,
        file_letters=settings.print_file_letters,
        file_pages=settings.print_file_pages,
        file_bytes=settings.print_file_bytes,
        lease_s=settings.lease_s,
        read_back=ReadBackPolicy(settings.read_back),
        read_back_sample=settings.read_back_sample,
        webhook_private=settings.webhook_private == "on",
    )
    equipment = equipment_with(print_room_files(settings))
    return Deps(
        service.database,
        service.blobs,
        service.clock,
        service.ids,
        service.secret,
        limits,
        equipment,
        service.channels,
        service.dns,
        time_stamper=_time_stamper(settings),
        checkpoint_shelf=_checkpoint_shelf(settings),
    )


def make_sealer(settings: Settings) -> Sealer:
    """What seals proofs: nothing without a key. Raises Refusal: ``seal-key-invalid``."""
    if settings.seal_key_file is None:
        return NoSealer()
    # seconds to load, and only the web server of an installation with a key needs it
    from api.adapters.sealer import SealFiles, open_sealer  # noqa: PLC0415 - see above

    files = SealFiles(settings.seal_key_file, settings.seal_certificate_file, settings.seal_password_file)
    return open_sealer(files, _time_stamper(settings))


def make_runner(service: Service, handlers: Mapping[str, Handler], on_failed: OnFailed | None = None) -> Runner:
    """Runs work items of the service with these handlers; the job of what is given up is marked failed."""
    settings = service.settings
    rules = WorkRules(lease_s=settings.lease_s, max_attempts=settings.max_attempts)
    return Runner(
        service.database, service.clock, handlers, rules, on_failed or partial(job_failed, make_deps(service))
    )


def make_supervisor(
    service: Service, runner: Runner, command: Sequence[str] = _CHILD, concurrency: int | None = None
) -> Supervisor:
    """Keeps workers of the service running; ``command`` starts one. The runner gives up work, it runs none here."""
    settings = service.settings
    rules = SupervisorRules(
        concurrency=concurrency or settings.concurrency,
        sweep_s=settings.sweep_s,
        resend_after_s=settings.resend_after_s,
    )
    deps = make_deps(service)
    chores: list[Callable[[], object]] = [
        partial(place_all, deps),
        partial(empty_trash, deps),
        partial(tend, deps),
        partial(tend_lanes, deps),
        partial(forget_old, deps),
        partial(take_in_mail, deps, Maildirs()),
        partial(watch, deps),
        partial(tend_evidence, deps),
        partial(ask_for_due, deps),
        partial(remind_people, deps),
        partial(expire_requests, deps),
        partial(remove_left, _temporary(settings)),
    ]
    drops = scan_drops(settings)
    if drops is not None:
        from api.usecases.scanning.watching import take_in_drops  # noqa: PLC0415 - most do without

        # last: a large file may take a while
        chores.append(partial(take_in_drops, deps, drops))
    sweeper = Sweeper(service.database, service.clock, runner, service.relay, service.waker, chores)
    return Supervisor(command, as_environment(settings), sweeper, rules)


def scan_drops(settings: Settings) -> ScanFolder | None:
    """The folders that scanners drop files in; None when there are none."""
    if settings.scan_folder is None:
        return None
    settings.scan_folder.mkdir(parents=True, exist_ok=True)
    return ScanFolder(settings.scan_folder)


def start_embedded(service: Service) -> Supervisor:
    """Start workers beside this process; call `Supervisor.stop` at the end. They also end when this process dies."""
    supervisor = make_supervisor(service, make_runner(service, {}))
    supervisor.start()
    return supervisor


def run_worker(settings: Settings, concurrency: int | None = None) -> None:
    """Run workers until SIGTERM or SIGINT."""
    keep_temporary_files(settings)
    service = open_service(settings)
    supervisor = make_supervisor(service, make_runner(service, {}), concurrency=concurrency)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.ask_to_stop())
    try:
        supervisor.run()
    finally:
        service.close()


def worker_child() -> int:
    """Body of one worker process."""
    settings = load_settings()
    configure_logging(settings)
    keep_temporary_files(settings)
    service = open_service(settings)
    handlers: dict[str, Handler] = dict(make_handlers(service))
    # what waits for others is done beside what computes
    waiting = (WorkKind.DELIVER_WEBHOOKS, WorkKind.SEND_MESSAGES, WorkKind.STAMP_CHECKPOINT)
    aside: dict[str, Handler] = {kind: handlers.pop(kind) for kind in waiting}
    couriers = Couriers(aside, partial(make_runner, service), os.environ[WORKER_NAME])
    return serve_wake_ups(service, make_runner(service, handlers), couriers)


def serve_wake_ups(service: Service, runner: Runner, couriers: Couriers | None = None) -> int:
    """Serve the broker in this process until it is told to stop; returns the exit code."""
    if couriers is not None:
        couriers.start()
    try:
        beside = couriers.wake if couriers is not None else None
        return run_child(service.broker, runner, service.waker, os.environ[WORKER_NAME], beside)
    finally:
        if couriers is not None:
            couriers.stop()
        service.close()


def configure_logging(settings: Settings) -> None:
    """Structured logs on standard error; events carry ids and codes, never personal data."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    as_json = settings.log_format == "json"
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    common: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*common, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    # what libraries say goes the same way, but only what they complain about
    handler = logging.StreamHandler(sys.stderr)
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[meta, renderer], foreign_pre_chain=common))
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)


def _database_url(settings: Settings) -> str:
    return settings.database_url or f"sqlite:///{(settings.data_folder / 'posthoorn.sqlite').resolve()}"


def _temporary(settings: Settings) -> Path:
    return settings.data_folder / "temporary"


def _blobs(settings: Settings) -> Blobs:
    url = settings.blobs_url
    if url is None or url.startswith("file:"):
        folder = FolderBlobs(settings.data_folder / "blobs" if url is None else Path(unquote(urlsplit(url).path)))
        folder.sweep_parts()
        return folder
    from api.adapters.blobs_s3 import S3Blobs  # noqa: PLC0415 - the client is slow to load and most do without

    return S3Blobs(url)


def _channels(settings: Settings, clock: Clock) -> Channels:
    if settings.channels is None:
        return NoChannels()
    from api.adapters.channel_file import read_channels  # noqa: PLC0415 - most do without

    return read_channels(settings.channels, clock)


def _time_stamper(settings: Settings) -> TimeStamper | None:
    if settings.tsa_url is None:
        return None
    from api.adapters.time_stamper import HttpTimeStamper  # noqa: PLC0415 - slow to load and most do without

    return HttpTimeStamper(settings.tsa_url)


def _checkpoint_shelf(settings: Settings) -> CheckpointShelf | None:
    return CheckpointFolder(settings.checkpoints) if settings.checkpoints else None


def _broker(settings: Settings, name: str) -> tuple[Celery, Waker]:
    folder = settings.data_folder / "queue"
    broker = make_broker(settings.broker_url, folder, name)
    if not uses_files(settings.broker_url):
        return broker, CeleryWaker(broker)
    waker = FileWaker(CeleryWaker(broker), folder, name)
    waker.forget_dead()
    return broker, waker
