"""A channel for text messages in the file of channels: whole, or refused with what to write."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.adapters.channel_file import read_channels
from api.adapters.fakes import FakeClock
from api.adapters.sms_gateway import SmsGateway
from api.adapters.sms_kannel import REPLY_QUERY, KannelGateway
from api.ports import Capabilities, ChannelKind, RawCallback
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.ports import Channels

DOCS = Path(__file__).parents[3] / "docs" / "sms.md"

SECRET = "0123456789abcdef01234567"
ENTRY = """
[[sms]]
organisation = "org_one"
name = "sms"
gateway = "messagebird"
sender = "+3197012345678"
key_file = "key"
callback_base = "https://post.example.nl"
callback_secret_file = "secret"
part_price = 75
"""
PLAIN = '[[sms]]\norganisation="o"\nname="sms"\ngateway="cm"\nsender="Wonen"\nkey_file="key"\n'
KANNEL = PLAIN.replace('"cm"', '"kannel"')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "key").write_text("live_key\n")
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "short").write_text("secret\n")
    (tmp_path / "slash").write_text("/" * 30)
    return tmp_path


def _read(folder: Path, text: str) -> Channels:
    (folder / "channels.toml").write_text(text)
    return read_channels(folder / "channels.toml", FakeClock())


def test_a_channel_is_set_up_with_what_authors_must_know(folder: Path) -> None:
    channels = _read(folder, ENTRY)

    (setup,) = channels.setups("org_one")
    assert (setup.kind, setup.sender) == (ChannelKind.SMS, "+3197012345678")
    assert (setup.part_price, setup.most_parts) == (75, 3)
    assert SECRET not in str(setup)
    channel = channels.channel("org_one", "sms")
    assert isinstance(channel, SmsGateway)
    assert channel.capabilities() == Capabilities(inbound=True, delivery_reports=True, most_parts=3)
    assert channel.verify_callback(RawCallback("GET", f"/v1/channels/sms/callback/{SECRET}"))
    assert channel._account.callback_url == f"https://post.example.nl/v1/channels/sms/callback/{SECRET}"


def test_letters_send_and_nobody_answers_them(folder: Path) -> None:
    channels = _read(folder, PLAIN)

    assert channels.channel("o", "sms").capabilities() == Capabilities(alphanumeric_sender=True, most_parts=3)


def test_a_number_whose_answers_come_elsewhere_takes_none(folder: Path) -> None:
    assert not _read(folder, ENTRY + "replies = false").channel("org_one", "sms").capabilities().inbound


def test_kannel_needs_its_address_and_user(folder: Path) -> None:
    channels = _read(folder, KANNEL + 'url = "http://127.0.0.1:13013/cgi-bin/sendsms"\nuser = "letters"')

    assert isinstance(channels.channel("o", "sms"), KannelGateway)


def test_a_gateway_of_ones_own_has_a_profile_of_ones_own(folder: Path) -> None:
    own = PLAIN.replace('"cm"', '"own"') + (
        'url = "https://sms.example.nl/send"\n[sms.profile]\nbody = { to = "{to}", text = "{text}" }\n'
        'answer = { id = "id" }\nreport = { status = "status" }\n'
        'inbound = { sender = "from", to = "to", text = "text" }\nstatuses = { ok = "delivered" }\n'
    )
    channel = _read(folder, own).channel("o", "sms")

    assert isinstance(channel, SmsGateway)
    assert channel._profile.url == "https://sms.example.nl/send"


def test_the_example_that_people_copy_is_right(folder: Path) -> None:
    (folder / "sms.key").write_text("key")
    (folder / "sms.callback").write_text(SECRET)
    example = re.search(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)

    assert example is not None
    (setup,) = _read(folder, example[1]).setups("grachtstad")
    assert (setup.sender, setup.part_price) == ("+3197012345678", 75)
    assert REPLY_QUERY in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PLAIN.replace("Wonen", "Woonstichting"), "at most 11 letters and digits"),
        (PLAIN.replace("Wonen", "06-12345678"), "a sender is a number such as"),
        (PLAIN + "replies = true", "nobody can answer letters"),
        (PLAIN.replace("Wonen", "3669") + "replies = true", "replies come to an address of ours"),
        (PLAIN.replace('"cm"', '"twilio"'), "sms 1, gateway"),
        (PLAIN.replace('"key"', '"missing"'), "missing cannot be read"),
        (PLAIN + 'callback_base = "https://x.nl"', "belong together"),
        (PLAIN + 'callback_base = "https://x.nl/path"', "sms 1, callback_base"),
        (PLAIN + 'callback_base = "https://x.nl"\ncallback_secret_file = "short"', "24 letters, digits"),
        (PLAIN + 'callback_base = "https://x.nl"\ncallback_secret_file = "slash"', "24 letters, digits"),
        (PLAIN + "most_parts = 9", "sms 1, most_parts"),
        (PLAIN + "part_price = -1", "sms 1, part_price"),
        (PLAIN + 'url = "ftp://x"', "sms 1, url"),
        (PLAIN + "[sms.profile]\nreport = { statuss = 'x' }", "report.statuss"),
        (PLAIN + "[sms.profile.statuses]\nok = 'arrived'", "statuses.ok"),
        (PLAIN.replace('"cm"', '"own"'), "url"),
        (KANNEL, "Kannel needs the url"),
        (KANNEL + 'url = "http://x/"\nuser = "x"\n[sms.profile]\nnumbers = "plain"', "no profile"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, text: str, says: str) -> None:
    with pytest.raises(Refusal, match="channels-invalid") as caught:
        _read(folder, text)
    assert says in " ".join(finding.message for finding in caught.value.findings)
