"""The broker: a Celery app that carries one kind of message, a wake-up, and who sends it.

The message says nothing: whoever gets it looks in the database. So a broker may lose or double messages.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from celery import Celery
from kombu.exceptions import OperationalError

from api.ports import Retryable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WAKE_TASK = "posthoorn.wake"
QUEUE = "posthoorn"
# every wake-up makes a worker run everything that is due, so more would only be read and thrown away
_MOST_AT_ONCE = 64
_READ_MESSAGES_KEPT_S = 30.0
_CONNECT_TIMEOUT_S = 4
_AGAIN_AFTER_S = 0.2
_POLLING_INTERVAL_S = 0.1


def make_broker(url: str | None, folder: Path, name: str) -> Celery:
    """A Celery app on this broker; without a URL, or with ``filesystem://``, messages are files under ``folder``.

    ``name`` starts with the process id and is unique: each process has a folder of its own to write messages in.
    """
    app = Celery("posthoorn", broker="filesystem://localhost//" if uses_files(url) else url, set_as_current=False)
    app.conf.update(
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=_CONNECT_TIMEOUT_S,
        # a worker that is busy does not answer heartbeats, and the database knows better who is alive
        broker_heartbeat=0,
        broker_transport_options=_transport_options(url, folder, name),
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
    )
    return app


def uses_files(url: str | None) -> bool:
    """True when messages are files."""
    return url is None or urlsplit(url).scheme == "filesystem"


class CeleryWaker:
    """`api.ports.Waker` through Celery. Safe to call from several threads."""

    def __init__(self, app: Celery) -> None:
        """Send with this app."""
        self._app = app
        self._lock = threading.Lock()

    def wake(self, count: int = 1) -> None:
        """Send at most 64 messages, whatever the count."""
        with self._lock:
            try:
                with self._app.connection_for_write() as connection, self._app.amqp.Producer(connection) as producer:
                    connection.ensure_connection(
                        max_retries=1, interval_start=_AGAIN_AFTER_S, timeout=_CONNECT_TIMEOUT_S
                    )
                    for _ in range(min(count, _MOST_AT_ONCE)):
                        self._app.send_task(WAKE_TASK, producer=producer, retry=False)
            except (OperationalError, OSError) as error:
                raise Retryable("broker-unavailable", f"The broker does not answer: {error}") from error

    def ready(self) -> bool:
        """A connection can be made."""
        try:
            with self._app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, interval_start=_AGAIN_AFTER_S, timeout=_CONNECT_TIMEOUT_S)
        except (OperationalError, OSError):
            return False
        return True


class FileWaker:
    """`api.ports.Waker` for messages in files: written in a folder of this process, then moved where readers look.

    The transport itself writes where readers look, and a reader that is quick enough finds half a message.
    """

    def __init__(self, waker: CeleryWaker, folder: Path, name: str) -> None:
        """``folder`` and ``name`` as for `make_broker`."""
        self._waker = waker
        self._folder = folder
        self._out = _out(folder, name)
        self._lock = threading.Lock()

    def wake(self, count: int = 1) -> None:
        """Send, move, and forget messages that were read a while ago."""
        with self._lock:
            self._out.mkdir(exist_ok=True)
            self._waker.wake(count)
            for message in self._out.iterdir():
                message.replace(self._folder / "in" / message.name)
        self._forget_read()

    def ready(self) -> bool:
        """The folder is there."""
        return (self._folder / "in").is_dir()

    def forget_dead(self) -> None:
        """Remove the folders of processes that were killed; what they had not yet moved, the sweeper sends again."""
        for folder in self._folder.glob("out-*"):
            pid = folder.name.split("-")[1]
            if not _alive(pid):
                shutil.rmtree(folder, ignore_errors=True)

    def _forget_read(self) -> None:
        before = time.time() - _READ_MESSAGES_KEPT_S
        for message in (self._folder / "read").iterdir():
            try:
                # a move sets the change time, the message's own time may be old
                if message.stat().st_ctime < before:
                    message.unlink()
            except FileNotFoundError:
                continue


def _transport_options(url: str | None, folder: Path, name: str) -> Mapping[str, Any]:
    if not uses_files(url):
        return {}
    folders = {"in": folder / "in", "out": _out(folder, name), "read": folder / "read", "control": folder / "control"}
    for each in folders.values():
        each.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(folders["in"]),
        "data_folder_out": str(folders["out"]),
        # otherwise messages are moved through the machine's temporary folder, across file systems
        "store_processed": True,
        "processed_folder": str(folders["read"]),
        "control_folder": str(folders["control"]),
        "polling_interval": _POLLING_INTERVAL_S,
    }


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _out(folder: Path, name: str) -> Path:
    return folder / f"out-{name}"
