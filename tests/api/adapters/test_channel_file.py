"""The file of channels is read strictly: whatever is wrong in it is said at once, with its place and what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from api.adapters.channel_file import read_channels
from api.adapters.fakes import FakeClock
from api.adapters.mail_smtp import SmtpChannel
from api.ports import ChannelKind
from docgen.findings import Refusal

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """
[[mail]]
organisation = "org_one"
name = "mail"
sender = "post@wonen.nl"
sender_name = "Wonen"
reply_to = "klant@wonen.nl"
host = "smtp.wonen.nl"
user = "wonen"
password_file = "password"
dkim_selector = "post1"
dkim_key_file = "dkim.pem"
return_domain = "terug.wonen.nl"
bounce_folder = "bounces"
most_a_minute = 600

[[mail]]
organisation = "org_two"
name = "mail"
sender = "post@andere.nl"
host = "127.0.0.1"
security = "none"
check_domains = false
sent_from = ["192.0.2.1"]
"""


@pytest.fixture(scope="module")
def pem() -> bytes:
    private = rsa.generate_private_key(65537, 2048)
    return private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


@pytest.fixture
def folder(tmp_path: Path, pem: bytes) -> Path:
    (tmp_path / "password").write_text("geheim\n")
    (tmp_path / "dkim.pem").write_bytes(pem)
    return tmp_path


def findings(folder: Path, text: str) -> list[tuple[str, str]]:
    (folder / "channels.toml").write_text(text)
    with pytest.raises(Refusal, match="channels-invalid") as caught:
        read_channels(folder / "channels.toml", FakeClock())
    return [(finding.code, finding.message) for finding in caught.value.findings]


def test_channels_are_those_of_their_organisation(folder: Path) -> None:
    (folder / "channels.toml").write_text(WHOLE)
    channels = read_channels(folder / "channels.toml", FakeClock())
    (setup,) = channels.setups("org_one")
    assert (setup.kind, setup.sender, setup.return_domain) == (ChannelKind.EMAIL, "post@wonen.nl", "terug.wonen.nl")
    assert (setup.dkim_domain, setup.dkim_selector, setup.most_a_minute) == ("wonen.nl", "post1", 600)
    assert setup.dkim_public.startswith("MIIBIjANBgkqhkiG9w0BAQEF")
    assert (setup.check_domains, setup.sent_from) == (True, ("smtp.wonen.nl",))
    assert setup.bounce_folder == str(folder / "bounces")
    assert "geheim" not in str(setup)
    assert [each.organisation_id for each in channels.all()] == ["org_one", "org_two"]
    channel = channels.channel("org_one", "mail")
    assert isinstance(channel, SmtpChannel)
    assert (channel._server.port, channel._server.password, channel._server.security) == (587, "geheim", "starttls")
    assert channel is not channels.channel("org_one", "mail")
    with pytest.raises(Refusal, match="channel-not-found"):
        channels.channel("org_two", "other")


def test_no_channels_are_channels_too(folder: Path) -> None:
    (folder / "channels.toml").write_text("")
    assert read_channels(folder / "channels.toml", FakeClock()).all() == ()


ENTRY = '[[mail]]\norganisation = "o"\nname = "mail"\nsender = "a@b.nl"\nhost = "h"\n'


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("no = toml = here", "channels-malformed", "is not TOML"),
        ("[[fax]]\nname = 'x'", "channel-kind-unknown", "[[mail]]"),
        ("mail = 1", "channel-kind-unknown", "[[mail]]"),
        ("mail = [1]", "channel-invalid", "mail 1, entry"),
        (ENTRY.replace("a@b.nl", "nobody"), "channel-invalid", "mail 1, sender: this is no e-mail address"),
        (ENTRY + "passwort = 'x'", "channel-invalid", "mail 1, passwort: Extra inputs"),
        (ENTRY + "port = 70000", "channel-invalid", "mail 1, port"),
        (ENTRY + "user = 'x'", "channel-invalid", "user and password_file belong together"),
        (ENTRY + "user='x'\npassword_file='password'\nsecurity='none'", "channel-invalid", "never goes without TLS"),
        (ENTRY + "user = 'x'\npassword_file = 'missing'", "channel-invalid", "missing cannot be read"),
        (ENTRY + "dkim_selector = 'x'", "channel-invalid", "dkim_selector and dkim_key_file belong together"),
        (ENTRY + "dkim_selector='x'\ndkim_key_file='password'", "channel-invalid", "no RSA key"),
        (ENTRY + "bounce_folder = 'x'", "channel-invalid", "needs a return_domain"),
        (ENTRY + 'sender_name = "a\\nBcc: b@c.nl"', "channel-invalid", "mail 1, sender_name"),
        (ENTRY + ENTRY, "channel-doubled", "two channels 'mail'"),
        (ENTRY.replace('"mail"', '"test"'), "channel-doubled", "the name test"),
    ],
)
def test_whatever_is_wrong_is_said_with_what_to_write(folder: Path, text: str, code: str, says: str) -> None:
    found = findings(folder, text)
    assert [each[0] for each in found] == [code] * len(found)
    assert any(says in message for _, message in found)
    assert "geheim" not in str(found)


def test_a_file_that_is_not_there_is_said(folder: Path) -> None:
    with pytest.raises(Refusal, match="channels-invalid") as caught:
        read_channels(folder / "nowhere.toml", FakeClock())
    assert caught.value.findings[0].code == "channels-unreadable"


def test_all_that_is_wrong_is_said_at_once(folder: Path) -> None:
    assert len(findings(folder, ENTRY.replace("a@b.nl", "x") + "port = 0\n[[fax]]\n")) == 3
