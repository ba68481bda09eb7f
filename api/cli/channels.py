"""Channels at a service: what is configured, whether others believe it, and mail that came back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, emit, table

if TYPE_CHECKING:
    from collections.abc import Iterable

channels = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
mail = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
suppressions = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Option("--channel", help="Name of the channel.")]
ByName = Annotated[str, typer.Argument(help="Name of the channel.")]
Kind = Annotated[str, typer.Option("--channel", help="email or sms.")]
_DEFAULT: Final = "mail"
_MOST_BYTES: Final = 10_000_000
# what a mail server takes for: try again later (sysexits.h)
TRY_AGAIN: Final = 75


@channels.command("list")
def list_channels(as_json: AsJson = False) -> None:
    """List channels, with what goes through them."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.get("/v1/channels")["items"])
    rows = [(c["name"], c["kind"], c["sender"], _said(c["messages"]), c["failures"], c["code"]) for c in found]
    emit(found, table(("name", "kind", "sender", "messages", "failures", "code"), rows), as_json=as_json)


@channels.command("check")
def check(name: ByName = _DEFAULT, as_json: AsJson = False) -> None:
    """See whether others will believe its mail; ends with 1 when something is wrong."""
    from api.cli.client import Api

    with Api() as api:
        report = api.get(f"/v1/channels/{name}/check")
    emit(report, _report(report), as_json=as_json)
    if not report["good"]:
        raise typer.Exit(ExitCode.FINDINGS)


@channels.command("try")
def try_it(
    to: Annotated[str, typer.Argument(help="An address of your own.")],
    name: Name = _DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Send a test message at once; ends with 1 when it was not taken."""
    from api.cli.client import Api

    with Api() as api:
        said = api.post_once(f"/v1/channels/{name}/try", json={"to": to})
    line = " ".join(part for part in (said["state"], said["provider_id"], said["code"], said["detail"]) if part)
    emit(said, [line], as_json=as_json)
    if said["state"] not in ("sent", "queued"):
        raise typer.Exit(ExitCode.FINDINGS)


@mail.command("bounce")
def bounce(
    name: Name = _DEFAULT,
    to: Annotated[str, typer.Option(help="The address it was sent to.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hand in mail that came back, from standard input; for a pipe of a mail server.

    Ends with 75 when the service does not answer, so that the mail server keeps the mail and tries again.
    """
    raw = sys.stdin.buffer.read(_MOST_BYTES)
    try:
        row = _hand_in(name, to, raw)
    except Trouble as trouble:
        if trouble.code not in (ExitCode.UNREACHABLE, ExitCode.BROKEN, ExitCode.NOT_ALLOWED):
            raise
        for line in trouble.lines:
            sys.stderr.write(line + "\n")
        raise typer.Exit(TRY_AGAIN) from None
    emit(row, [f"{row['outcome']} {row['message_id']} {row['code']}".strip()], as_json=as_json)


@mail.command("bounces")
def bounces(
    unseen: Annotated[bool, typer.Option("--unseen", help="Only what nobody could place.")] = False,
    as_json: AsJson = False,
) -> None:
    """List mail that came back, newest first."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/bounces", unseen=unseen))
    rows = [(b["id"], b["at"][:16], b["outcome"], b["code"], b["message_id"], b["seen_by"]) for b in found]
    emit(found, table(("id", "at", "outcome", "code", "message", "seen by"), rows), as_json=as_json)


@mail.command("list")
def list_messages(
    state: Annotated[str | None, typer.Option(help="Only those in this state.")] = None,
    about: Annotated[str | None, typer.Option(help="Only those about this request.")] = None,
    as_json: AsJson = False,
) -> None:
    """List messages, newest first."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/messages", state=state, subject_id=about))
    rows = [(m["id"], m["channel"], m["kind"], m["state"], m["attempts"], m["code"], m["detail"]) for m in found]
    emit(found, table(("id", "channel", "kind", "state", "tries", "code", "detail"), rows), as_json=as_json)


@suppressions.command("list")
def list_suppressions(as_json: AsJson = False) -> None:
    """List reasons why addresses get no messages."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/suppressions"))
    emit(found, _suppressed(found), as_json=as_json)


@suppressions.command("of")
def of_address(address: str, channel: Kind = "email", as_json: AsJson = False) -> None:
    """Say why an address gets no messages."""
    from api.cli.client import Api

    with Api() as api:
        found = api.post_once("/v1/suppressions/of", json={"channel": channel, "address": address})["items"]
    emit(found, _suppressed(found), as_json=as_json)


@suppressions.command("add")
def add(address: str, channel: Kind = "email", as_json: AsJson = False) -> None:
    """Send nothing more to an address."""
    from api.cli.client import Api

    with Api() as api:
        made = api.post_once("/v1/suppressions", json={"channel": channel, "address": address})
    emit(made, [made["id"]], as_json=as_json)


@suppressions.command("lift")
def lift(suppression: str, as_json: AsJson = False) -> None:
    """Let messages go to an address again."""
    from api.cli.client import Api

    with Api() as api:
        api.delete(f"/v1/suppressions/{suppression}")
    emit({"lifted": suppression}, [f"{suppression} is lifted."], as_json=as_json)


def _hand_in(name: str, to: str, raw: bytes) -> dict[str, Any]:
    from api.cli.client import Api

    with Api() as api:
        headers = {"Content-Type": "message/rfc822"}
        return api.post_once(f"/v1/channels/{name}/bounces", params={"to": to}, content=raw, headers=headers)


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in counts.items())


def _report(report: dict[str, Any]) -> Iterable[str]:
    for line in report["lines"]:
        yield f"{line['verdict']}: {line['topic']}: {line['says']}"
        if line["record"]:
            yield f"  put in DNS: {line['name']} {line['kind']} {line['record']}"


def _suppressed(found: list[dict[str, Any]]) -> Iterable[str]:
    rows = [(s["id"], s["channel"], s["reason"], s["code"], s["at"][:16], s["message_id"]) for s in found]
    return table(("id", "channel", "reason", "code", "at", "message"), rows)
