"""Webhooks at a service: endpoints, their secrets, deliveries, and messages that are sent again."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - read by typer when the program runs
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import AsJson, emit, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.cli.client import Api

webhooks = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Webhook = Annotated[str, typer.Argument(help="Id of an endpoint.")]
Types = Annotated[list[str] | None, typer.Option("--type", help="job.released, or record.*; may be given more often.")]
_MOST_SHOWN = 100


@webhooks.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Where messages go: https, port 443.")],
    types: Types = None,
    description: Annotated[str, typer.Option(help="What it is for; no personal data.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add an endpoint of the mode of the key; its secret is shown once."""
    from api.cli.client import Api

    with Api() as api:
        made = api.post_once("/v1/webhooks", json={"url": url, "types": types or [], "description": description})
    emit(made, [made["id"], made["secret"] or ""], as_json=as_json)


@webhooks.command("list")
def list_webhooks(as_json: AsJson = False) -> None:
    """List endpoints, newest first."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/webhooks"))
    rows = [(w["id"], w["mode"], w["state"], w["disabled_why"], w["url"], w["description"]) for w in found]
    emit(found, table(("id", "mode", "state", "why", "url", "description"), rows), as_json=as_json)


@webhooks.command("show")
def show(webhook: Webhook, as_json: AsJson = False) -> None:
    """Show an endpoint."""
    from api.cli.client import Api

    with Api() as api:
        found = api.get(f"/v1/webhooks/{webhook}")
    emit(found, _lines(found), as_json=as_json)


@webhooks.command("change")
def change(
    webhook: Webhook,
    url: Annotated[str | None, typer.Option(help="Another URL.")] = None,
    types: Types = None,
    description: Annotated[str | None, typer.Option(help="Another description.")] = None,
    all_types: Annotated[bool, typer.Option("--all-types", help="Of all types.")] = False,
    as_json: AsJson = False,
) -> None:
    """Change what is given; the rest stays."""
    from api.cli.client import Api

    with Api() as api:
        before = api.get(f"/v1/webhooks/{webhook}")
        wanted = {
            "url": before["url"] if url is None else url,
            "types": [] if all_types else types or before["types"],
            "description": before["description"] if description is None else description,
        }
        found = api.put(f"/v1/webhooks/{webhook}", json=wanted)
    emit(found, _lines(found), as_json=as_json)


@webhooks.command("remove")
def remove(webhook: Webhook, as_json: AsJson = False) -> None:
    """Remove an endpoint with its deliveries."""
    from api.cli.client import Api

    with Api() as api:
        api.delete(f"/v1/webhooks/{webhook}")
    emit({"removed": webhook}, [f"{webhook} is removed."], as_json=as_json)


@webhooks.command("rotate")
def rotate(
    webhook: Webhook,
    keep_hours: Annotated[int, typer.Option(help="How long the old secret signs too.", min=0, max=168)] = 24,
    as_json: AsJson = False,
) -> None:
    """Make a new secret; it is shown once."""
    from api.cli.client import Api

    with Api() as api:
        made = api.post_once(f"/v1/webhooks/{webhook}/rotate", json={"keep_hours": keep_hours})
    emit(made, [made["secret"] or ""], as_json=as_json)


@webhooks.command("enable")
def enable(webhook: Webhook, as_json: AsJson = False) -> None:
    """Send again; what is due goes out at once."""
    _act(webhook, "enable", as_json=as_json)


@webhooks.command("disable")
def disable(webhook: Webhook, as_json: AsJson = False) -> None:
    """Send nothing until it is enabled again."""
    _act(webhook, "disable", as_json=as_json)


@webhooks.command("test")
def send_test(webhook: Webhook, as_json: AsJson = False) -> None:
    """Send a test event to this endpoint alone."""
    from api.cli.client import Api

    with Api() as api:
        found = api.post_once(f"/v1/webhooks/{webhook}/test")
    emit(found, [found["id"]], as_json=as_json)


@webhooks.command("deliveries")
def deliveries(
    webhook: Webhook,
    state: Annotated[str | None, typer.Option(help="pending, delivered or failed.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of 30 days, not the last 100 alone.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what became of messages, the latest event first."""
    from api.cli.client import Api

    path = f"/v1/webhooks/{webhook}/deliveries"
    with Api() as api:
        found = list(api.items(path, state=state)) if every else _last(api, path, state)
    rows = [_row(each) for each in found]
    emit(found, table(("id", "event", "type", "state", "tries", "next", "last"), rows), as_json=as_json)


@webhooks.command("replay")
def replay(
    webhook: Webhook,
    delivery: Annotated[str, typer.Argument(help="Id of a delivery.")],
    as_json: AsJson = False,
) -> None:
    """Send one message again, with the same webhook-id."""
    from api.cli.client import Api

    with Api() as api:
        found = api.post_once(f"/v1/webhooks/{webhook}/deliveries/{delivery}/replay")
    emit(found, [f"{delivery} is sent again."], as_json=as_json)


@webhooks.command("replay-range")
def replay_range(
    webhook: Webhook,
    from_event: Annotated[str | None, typer.Option(help="The first event.")] = None,
    to_event: Annotated[str | None, typer.Option(help="The last event.")] = None,
    since: Annotated[datetime | None, typer.Option(help="What happened since then, in UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="And before then, in UTC.")] = None,
    as_json: AsJson = False,
) -> None:
    """Send again what happened: from one event to another, between two moments, or both."""
    from api.cli.client import Api

    count, begin = 0, from_event
    with Api() as api:
        while True:
            wanted = {"from_event": begin, "to_event": to_event, "since": _utc(since), "until": _utc(until)}
            part = api.post_once(f"/v1/webhooks/{webhook}/replay", json=wanted)
            count, begin = count + part["deliveries"], part["next_event"]
            if begin is None:
                break
    emit({"deliveries": count}, [f"{count:,} messages are sent again."], as_json=as_json)


def _act(webhook: str, what: str, *, as_json: bool) -> None:
    from api.cli.client import Api

    with Api() as api:
        found = api.post_once(f"/v1/webhooks/{webhook}/{what}")
    emit(found, _lines(found), as_json=as_json)


def _last(api: Api, path: str, state: str | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(path, state=state, limit=_MOST_SHOWN)["items"]
    return found


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.isoformat()}Z"


def _row(delivery: dict[str, Any]) -> tuple[object, ...]:
    last = " ".join(str(part) for part in (delivery["last_status"], delivery["last_code"]) if part)
    names = ("id", "event_id", "type", "state", "attempts")
    return (*(delivery[name] for name in names), delivery["next_try_at"] or "", last)


def _lines(webhook: dict[str, Any]) -> Iterable[str]:
    yield f"{webhook['id']}  {webhook['mode']}  {webhook['state']}  {webhook['disabled_why']}".rstrip()
    yield webhook["url"]
    yield f"types: {', '.join(webhook['types']) or 'all'}"
    if webhook["description"]:
        yield webhook["description"]
    if webhook["old_secret_until"]:
        yield f"the old secret signs too until {webhook['old_secret_until']}"
    if webhook["failing_since"]:
        yield f"failing since {webhook['failing_since']}: {webhook['failures']} tries"
