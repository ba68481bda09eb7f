"""Real servers on loopback for tests: started on free ports in throwaway folders, killed at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

START_TIMEOUT_S = 90.0


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def find_program(name: str, *folders: str) -> str:
    """Path of a program, or a failed test that says how to get it."""
    path = shutil.which(name, path=os.pathsep.join([*folders, os.environ["PATH"], "/usr/sbin", "/sbin"]))
    if path is None:
        pytest.fail(f"{name} is not installed; scripts/test installs the servers it tests against")
    return path


class Server:
    """A folder, its processes, and the way to wait for them."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"posthoorn-{type(self).__name__.lower()}-"))
        self._processes: list[subprocess.Popen[bytes]] = []
        # what is left when pytest itself is killed would never end otherwise
        self._prefix = [find_program("setpriv"), "--pdeathsig", "KILL"]

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start every process and wait until they answer."""
        raise NotImplementedError

    def run_as(self, user: str) -> None:
        """Run what follows as this user, who gets the folder. Only root can."""
        if os.getuid() != 0:
            return
        entry = pwd.getpwnam(user)
        os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        self._prefix += ["--reuid", user, "--regid", user, "--clear-groups"]
        if not Path("/").stat().st_mode & 0o001:
            # a root folder that only root may enter: seen in unpacked images
            self._prefix += [
                "--securebits",
                "+no_setuid_fixup",
                "--inh-caps",
                "+dac_read_search",
                "--ambient-caps",
                "+dac_read_search",
            ]

    def spawn(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{Path(command[0]).name}.log").open("wb")
        with log:
            process = subprocess.Popen(  # noqa: S603 - programs of the machine, found above
                [*self._prefix, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=dict(os.environ) | dict(env or {}),
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def run(self, command: Sequence[str]) -> None:
        """Run to the end; show what it said when it fails."""
        process = self.spawn(command)
        if process.wait(START_TIMEOUT_S) != 0:
            pytest.fail(f"{command[0]}: {(self.folder / f'{Path(command[0]).name}.log').read_text()}")
        self._processes.remove(process)

    def wait_until(self, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + START_TIMEOUT_S
        while not ready():
            dead = [process.args for process in self._processes if process.poll() is not None]
            if dead or time.monotonic() > end:
                logs = "\n".join(f"{log}:\n{log.read_text()[-2000:]}" for log in self.folder.rglob("*.log"))
                pytest.fail(f"server did not start, ended: {dead}\n{logs}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill, newest first, and forget the folder."""
        for process in reversed(self._processes):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def answers(port: int) -> bool:
    """True when somebody listens."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Postgres(Server):
    """PostgreSQL; `new_database` gives the URL of an empty one."""

    def start(self) -> None:
        """Make a cluster and serve it."""
        self.run_as("postgres")
        folders = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
        data = str(self.folder / "data")
        (self.port,) = free_ports(1)
        options = ("-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        self.run([find_program("initdb", *folders), "-D", data, "-U", "app", *options])
        # a test's data is worth nothing after a power cut
        quick = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "dynamic_shared_memory_type=mmap")
        settings = (*quick, "listen_addresses=127.0.0.1", f"port={self.port}", f"unix_socket_directories={self.folder}")
        flags = [flag for setting in settings for flag in ("-c", setting)]
        self.spawn([find_program("postgres", *folders), "-D", data, *flags])
        self._createdb, self._is_ready = find_program("createdb", *folders), find_program("pg_isready", *folders)
        self.wait_until(lambda: self._says_yes([self._is_ready, *self._address(), "-q"]))

    def new_database(self) -> str:
        name = f"t{uuid.uuid4().hex}"
        self.run([self._createdb, *self._address(), name])
        return f"postgresql://app@127.0.0.1:{self.port}/{name}"

    def _address(self) -> list[str]:
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", "app"]

    def _says_yes(self, command: Sequence[str]) -> bool:
        return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - a program of the machine, found above


class Redis(Server):
    """Redis without persistence."""

    def start(self) -> None:
        """Serve on a free port."""
        (port,) = free_ports(1)
        options = ("--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no")
        self.spawn([find_program("redis-server"), *options, "--dir", str(self.folder)])
        self.wait_until(lambda: answers(port))
        self.url = f"redis://127.0.0.1:{port}/0"


class RabbitMQ(Server):
    """RabbitMQ with every port, its own name service too, on loopback."""

    def start(self) -> None:
        """Serve on a free port, with a name service."""
        port, distribution, names = free_ports(3)
        base = str(self.folder)
        (self.folder / "plugins").write_text("[].\n")
        env = {
            "HOME": base,
            "RABBITMQ_NODENAME": f"t{port}@localhost",
            "RABBITMQ_MNESIA_BASE": f"{base}/mnesia",
            "RABBITMQ_LOG_BASE": f"{base}/log",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(distribution),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(names),
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{base}/plugins",
            "RABBITMQ_CONFIG_FILE": f"{base}/none",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{base}/gen",
            "RABBITMQ_PID_FILE": f"{base}/pid",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        # started here, so that it can be killed here: the server would leave its own behind
        self.spawn([find_program("epmd")], env)
        self.wait_until(lambda: answers(names))
        # the wrapper in /usr/sbin insists on a user of its own
        self.spawn([find_program("rabbitmq-server", "/usr/lib/rabbitmq/bin")], env)
        self.wait_until(lambda: answers(port))
        self.url = f"amqp://guest:guest@127.0.0.1:{port}//"


class Ceph(Server):
    """A Ceph of one node in memory with its S3 gateway."""

    def start(self) -> None:
        """Start a monitor, a store and a gateway, and make a user."""
        monitor, port = free_ports(2)
        identity = str(uuid.uuid4())
        for name in ("mon", "osd", "run", "rgw"):
            (self.folder / name).mkdir()
        conf, keyring = str(self.folder / "ceph.conf"), str(self.folder / "keyring")
        Path(conf).write_text(self._conf(identity, monitor))
        self._make_keys(keyring)
        monitors = str(self.folder / "monmap")
        address = f"[v2:127.0.0.1:{monitor}]"
        self.run([find_program("monmaptool"), "--create", "--fsid", identity, "--addv", "a", address, monitors])
        ceph_mon, ceph_osd = find_program("ceph-mon"), find_program("ceph-osd")
        self.run([ceph_mon, "-c", conf, "--mkfs", "-i", "a", "--monmap", monitors, "--keyring", keyring])
        self.spawn([ceph_mon, "-c", conf, "-i", "a", "-f"])
        osd = str(uuid.uuid4())
        self.run([find_program("ceph"), "-c", conf, "osd", "new", osd])
        self.run([ceph_osd, "-c", conf, "-i", "0", "--mkfs", "--osd-uuid", osd])
        self.spawn([ceph_osd, "-c", conf, "-i", "0", "-f"])
        user = ("--uid=test", "--display-name=test", "--access-key=testkey", "--secret-key=testsecret")
        self.run([find_program("radosgw-admin"), "-c", conf, "user", "create", *user])
        frontend = f"--rgw-frontends=beast endpoint=127.0.0.1:{port}"
        self.spawn([find_program("radosgw"), "-c", conf, "-n", "client.admin", "-f", frontend])
        self.wait_until(lambda: answers(port))
        self.endpoint = f"127.0.0.1:{port}"

    def new_bucket_url(self) -> str:
        """The URL of a bucket that is not there yet."""
        return f"s3+http://testkey:testsecret@{self.endpoint}/bucket-{uuid.uuid4().hex}"

    def _make_keys(self, keyring: str) -> None:
        tool = find_program("ceph-authtool")
        everything = ("--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *")
        self.run([tool, "-C", keyring, "-g", "-n", "mon.", "--cap", "mon", "allow *"])
        self.run([tool, keyring, "-g", "-n", "client.admin", *everything])
        self.run([tool, keyring, "-g", "-n", "osd.0", "--cap", "mon", "allow profile osd", "--cap", "osd", "allow *"])

    def _conf(self, identity: str, monitor: int) -> str:
        folder = self.folder
        settings = {
            "fsid": identity,
            "mon host": f"[v2:127.0.0.1:{monitor}]",
            "ms bind msgr1": "false",
            "public addr": "127.0.0.1",
            "cluster addr": "127.0.0.1",
            "keyring": f"{folder}/keyring",
            "mon allow pool size one": "true",
            "mon warn on pool no redundancy": "false",
            "auth allow insecure global id reclaim": "false",
            # the defaults make a start ten seconds slower
            "paxos propose interval": "0.05",
            "paxos min wait": "0.01",
            "osd pool default size": "1",
            "osd pool default min size": "1",
            "osd pool default pg num": "1",
            "osd pool default pgp num": "1",
            "osd pool default pg autoscale mode": "off",
            "mon max pg per osd": "2000",
            "osd crush chooseleaf type": "0",
            "osd objectstore": "memstore",
            # some builds look for it relative to the working folder
            "osd class dir": str(next(Path("/usr/lib").glob("**/rados-classes"))),
            "memstore device bytes": "1073741824",
            "run dir": f"{folder}/run",
            "admin socket": "",
            "log file": f"{folder}/run/$name.log",
            "mon data": f"{folder}/mon",
            "osd data": f"{folder}/osd",
            "rgw data": f"{folder}/rgw",
            # the disk of the machine may be nearly full: this cluster lives in memory
            "mon osd full ratio": ".99",
            "mon osd backfillfull ratio": ".98",
            "mon osd nearfull ratio": ".97",
            "mon data avail crit": "1",
            "mon data avail warn": "2",
        }
        return "[global]\n" + "".join(f" {name} = {value}\n" for name, value in settings.items())
