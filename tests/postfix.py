"""A Postfix of the test's own: with its own folder for configuration, queue and mail, on a free port of loopback."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from tests.servers import Server, answers, find_program, free_ports

BOUNCES, INBOX, NOBODY = "bounces.example.org", "inbox.example.org", "nobody.example.org"
"""Domains: of return paths, of somebody who gets mail, and one where nobody has a mailbox."""

_PROGRAMS = Path("/usr/lib/postfix/sbin")
_SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(Server):
    """Takes mail for anybody, and finds out afterwards that nobody is there: so it sends real reports."""

    def start(self) -> None:
        """Serve; ``maildir`` has what arrived for the first two domains."""
        if os.getuid() != 0:
            pytest.fail("Postfix starts as root only; run the tests with servers as root, in a container for example")
        # its processes run as a user of their own
        self.folder.chmod(0o755)
        (self.port,) = free_ports(1)
        folder, owner = self.folder, pwd.getpwnam("postfix")
        for name in ("etc", "queue", "data", "mail"):
            (folder / name).mkdir()
        for name in ("data", "mail"):
            os.chown(folder / name, owner.pw_uid, owner.pw_gid)
        self.maildir = folder / "mail" / "box"
        (folder / "etc" / "main.cf").write_text(self._main(owner))
        (folder / "etc" / "master.cf").write_text(_SERVICES.format(port=self.port))
        settings = str(folder / "etc")
        # makes the folders of the queue; the command that starts would leave a session of its own behind
        self.run([find_program("postfix"), "-c", settings, "check"])
        self.spawn([str(_PROGRAMS / "master"), "-c", settings, "-d"])
        self.wait_until(lambda: answers(self.port))

    def arrived(self) -> list[bytes]:
        """All mail in the box."""
        return [path.read_bytes() for path in sorted((self.maildir / "new").glob("*"))]

    def _main(self, owner: pwd.struct_passwd) -> str:
        settings = {
            "compatibility_level": "3.6",
            "queue_directory": self.folder / "queue",
            "data_directory": self.folder / "data",
            "daemon_directory": _PROGRAMS,
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "myhostname": "mx.example.org",
            "mydestination": NOBODY,
            # empty: whoever is written to is looked for only when the mail was taken
            "local_recipient_maps": "",
            "alias_maps": "",
            "alias_database": "",
            "mynetworks": "127.0.0.0/8",
            "maillog_file": self.folder / "mail.log",
            "maillog_file_prefixes": self.folder,
            "virtual_mailbox_domains": f"{BOUNCES} {INBOX}",
            "virtual_mailbox_base": self.folder / "mail",
            "virtual_mailbox_maps": "static:box/",
            "virtual_uid_maps": f"static:{owner.pw_uid}",
            "virtual_gid_maps": f"static:{owner.pw_gid}",
            "smtpd_recipient_restrictions": "reject_unauth_destination",
            "default_transport": "error:nothing leaves this machine",
        }
        return "".join(f"{name} = {value}\n" for name, value in settings.items())
