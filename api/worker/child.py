"""One worker process: Celery with one slot in the main thread, ended when its parent goes."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from typing import TYPE_CHECKING

import structlog
from celery import signals
from celery.worker import state

from api.ports import Fault
from api.worker.broker import QUEUE, WAKE_TASK
from docgen.compose import collect_seldom

if TYPE_CHECKING:
    from collections.abc import Callable

    from celery import Celery

    from api.ports import Waker
    from api.worker.runner import Runner

log = structlog.get_logger(__name__)

# how long one message may keep a worker busy before it looks at signals and other messages
DRAIN_S = 20.0
PARENT_GONE_GRACE_S = 10.0
_STDIN = 0


def run_child(app: Celery, runner: Runner, waker: Waker, owner: str, beside: Callable[[], None] | None = None) -> int:
    """Serve wake-ups until told to stop; returns the exit code. The parent holds the other end of stdin.

    ``beside`` is called at each wake-up, for what is done in other threads.
    """
    # the supervisor may well be root in a container; messages are JSON, so nothing can be run through them
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
    signals.setup_logging.connect(_keep_logging)
    app.task(name=WAKE_TASK)(_drain_task(runner, waker, owner, beside or _nobody))
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()
    collect_seldom()
    worker = app.Worker(
        hostname=f"{owner}@localhost",
        pool="solo",
        concurrency=1,
        queues=[QUEUE],
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _keep_logging(**_kwargs: object) -> None:
    """Having a receiver is what keeps Celery from setting up logging by itself."""


def _nobody() -> None:
    """Nothing is done beside."""


def _drain_task(runner: Runner, waker: Waker, owner: str, beside: Callable[[], None] = _nobody) -> Callable[[], None]:
    def wake() -> None:
        beside()
        end = time.monotonic() + DRAIN_S

        def stopping() -> bool:
            # an exit code once a signal has come, and 0 is one
            told = state.should_stop is not None and state.should_stop is not False
            return told or time.monotonic() > end

        finished = False
        try:
            runner.drain(owner, stopping)
            finished = not stopping()
        except Fault as fault:
            # the world around is in trouble: the sweeper tries again at its own pace
            log.warning("drain-stopped", code=fault.code, detail=fault.detail)
            finished = True
        finally:
            if not finished:
                _pass_on(waker)

    return wake


def _pass_on(waker: Waker) -> None:
    """There may be more: somebody else, or this worker after its signals, goes on."""
    try:
        waker.wake()
    except Fault as fault:
        log.warning("wake-up-not-sent", code=fault.code, detail=fault.detail)


def _end_with_parent() -> None:
    # nobody writes: this returns when the parent closes its end, dead or alive
    while os.read(_STDIN, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PARENT_GONE_GRACE_S)
    os._exit(1)
