"""Campaigns and answers at a service: open, follow, close, remind, and bring in recipients and answers by file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, complain, emit, finding_line, table

if TYPE_CHECKING:
    from collections.abc import Iterable

campaigns = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
answers = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

MEDIA: Final = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What files may be, by how they end."""
_LONG_S: Final = 900.0
_HEADINGS: Final = ("campaign", "key", "state", "name", "closes", "reminders")
Campaign = Annotated[str, typer.Argument(help="Id or key of a campaign.")]
OfCampaign = Annotated[str, typer.Option("--campaign", help="Id or key of a campaign.")]
RowsPath = Annotated[
    Path, typer.Argument(help="CSV, XLSX or JSON, a row for each recipient.", exists=True, dir_okay=False)
]
ValidOnly = Annotated[bool, typer.Option("--valid-only", help="Take what is right, and tell what is not.")]
Check = Annotated[bool, typer.Option("--check", help="Only say what would happen.")]
Moment = Annotated[datetime | None, typer.Option(help="Local time.")]
Days = Annotated[list[datetime] | None, typer.Option("--reminder", help="A day; may be given more often.")]


@campaigns.command("open")
def open_campaign(  # noqa: PLR0913, PLR0917 - each is an option of the command
    key: Annotated[str, typer.Argument(help="Your own key of it.")],
    template: Annotated[str, typer.Option(help="A template that asks.")],
    brand: Annotated[str, typer.Option(help="The brand of its pages.")],
    name: Annotated[str, typer.Option(help="In your words.")] = "",
    opens: Moment = None,
    closes: Moment = None,
    reminders: Days = None,
    as_json: AsJson = False,
) -> None:
    """Make a campaign; send its letters with `job submit --campaign`."""
    from api.cli.client import Api

    wanted = {
        "key": key,
        "name": name or key,
        "template": template,
        "brand": brand,
        "opens_at": said_moment(opens),
        "closes_at": said_moment(closes),
        "reminders": [day.date().isoformat() for day in reminders or []],
    }
    with Api() as api:
        made = api.post_once("/v1/campaigns", json=wanted)
    emit(made, table(_HEADINGS, [_row(made)]), as_json=as_json)


@campaigns.command("list")
def list_campaigns(as_json: AsJson = False) -> None:
    """List campaigns, newest first."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/campaigns"))
    emit(found, table(_HEADINGS, list(map(_row, found))), as_json=as_json)


@campaigns.command("show")
def show(campaign: Campaign, as_json: AsJson = False) -> None:
    """Show a campaign with what it asks."""
    from api.cli.client import Api

    with Api() as api:
        found = api.get(f"/v1/campaigns/{campaign}")
    fields = [[one["name"], one["kind"], "yes" if one["required"] else ""] for one in found["reply_form"]["fields"]]
    lines = [*table(_HEADINGS, [_row(found)]), "", *table(("field", "kind", "required"), fields)]
    emit(found, lines, as_json=as_json)


@campaigns.command("report")
def report(campaign: Campaign, as_json: AsJson = False) -> None:
    """Show how a campaign stands, and its answers by day."""
    from api.cli.client import Api

    with Api() as api:
        found = api.get(f"/v1/campaigns/{campaign}/report")
    names = ("recipients", "sent", "opened", "answered", "complete", "waiting")
    days = [[one["day"], one["road"], one["submissions"]] for one in found["per_day"]]
    lines = [*table(names, [[found[name] for name in names]]), "", *table(("day", "road", "answers"), days)]
    emit(found, lines, as_json=as_json)


@campaigns.command("change")
def change(
    campaign: Campaign, opens: Moment = None, closes: Moment = None, reminders: Days = None, as_json: AsJson = False
) -> None:
    """Change the dates of a campaign; a later deadline opens it again."""
    days = None if reminders is None else [day.date().isoformat() for day in reminders]
    _change(
        campaign, {"opens_at": said_moment(opens), "closes_at": said_moment(closes), "reminders": days}, as_json=as_json
    )


@campaigns.command("close")
def close(campaign: Campaign, as_json: AsJson = False) -> None:
    """Take no more answers from now on; people still see what they gave."""
    _change(campaign, {"closes_at": datetime.now(UTC).isoformat()}, as_json=as_json)


@campaigns.command("revoke")
def revoke(campaign: Campaign, as_json: AsJson = False) -> None:
    """End all links of a campaign, for good; answers stay."""
    from api.cli.client import Api

    with Api() as api:
        found = api.post_once(f"/v1/campaigns/{campaign}/revoke")
    emit(found, table(_HEADINGS, [_row(found)]), as_json=as_json)


@campaigns.command("remind")
def remind(
    campaign: Campaign,
    template: Annotated[str, typer.Option(help="One that asks the same; that of the campaign when left out.")] = "",
    title: Annotated[str, typer.Option(help="Of the print job.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write again to who has not answered."""
    from api.cli.client import Api

    with Api() as api:
        wanted = {"template": template, "title": title}
        done = api.post_once(f"/v1/campaigns/{campaign}/reminders", json=wanted, timeout=_LONG_S)
    lines = [f"{done['letters']} letters in {done['job_id'] or 'no job'}"]
    lines += [f"left out, {why}: {count}" for why, count in done["left_out"].items()]
    emit(done, lines, as_json=as_json)


@campaigns.command("recipients")
def bring_recipients(
    campaign: Campaign, file: RowsPath, valid_only: ValidOnly = False, check: Check = False, as_json: AsJson = False
) -> None:
    """Bring in recipients without letters. The exit code is 1 when rows were left out."""
    done = _bring(f"/v1/campaigns/{campaign}/recipients", file, valid_only=valid_only, check=check)
    names = ("rows", "added", "changed", "unchanged", "invalid")
    _tell(done, names, as_json=as_json)


@answers.command("import")
def bring_answers(
    file: RowsPath,
    campaign: OfCampaign,
    valid_only: ValidOnly = False,
    check: Check = False,
    background: Annotated[bool, typer.Option("--background", help="By a worker; up to 100,000 rows.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring in answers. The exit code is 1 when rows were left out."""
    if background:
        sent = _bring(f"/v1/campaigns/{campaign}/answer-imports", file, valid_only=valid_only, check=check)
        _progress(sent, as_json=as_json)
        return
    done = _bring(f"/v1/campaigns/{campaign}/answers", file, valid_only=valid_only, check=check)
    names = ("rows", "taken", "for_review", "unchanged", "invalid")
    _tell(done, names, as_json=as_json)


@answers.command("progress")
def show_progress(
    import_id: Annotated[str, typer.Argument(help="Id of a file that was brought in with --background.")],
    campaign: OfCampaign,
    as_json: AsJson = False,
) -> None:
    """Show how far a large file is. The exit code is 1 when rows were left out."""
    from api.cli.client import Api

    with Api() as api:
        _progress(api.get(f"/v1/campaigns/{campaign}/answer-imports/{import_id}"), as_json=as_json)


def _progress(found: dict[str, Any], *, as_json: bool) -> None:
    if found["code"]:
        complain(f"{found['code']}: {found['detail']}")
    _tell(found, ("id", "state", "rows", "written", "taken", "for_review", "unchanged", "invalid"), as_json=as_json)


def _change(campaign: str, wanted: dict[str, Any], *, as_json: bool) -> None:
    from api.cli.client import Api

    with Api() as api:
        said = {name: value for name, value in wanted.items() if value is not None}
        found = api.patch(f"/v1/campaigns/{campaign}", json=said)
    emit(found, table(_HEADINGS, [_row(found)]), as_json=as_json)


def _bring(target: str, file: Path, *, valid_only: bool, check: bool) -> dict[str, Any]:
    from api.cli.client import Api

    media = MEDIA.get(file.suffix.lower())
    if media is None:
        raise Trouble(ExitCode.REFUSED, f"media-type-unsupported: {file.name} is none of {', '.join(MEDIA)}.")
    params = {"policy": "valid_only" if valid_only else "all_or_nothing", "check": str(check).lower()}
    with Api() as api:
        headers = {"Content-Type": media}
        return api.post_once(target, headers, params=params, content=file.read_bytes(), timeout=_LONG_S)


def _tell(done: dict[str, Any], names: Iterable[str], *, as_json: bool) -> None:
    headings = tuple(names)
    emit(
        done, table([name.replace("_", " ") for name in headings], [[done[name] for name in headings]]), as_json=as_json
    )
    for finding in done["findings"]:
        complain(finding_line(finding))
    if done["findings_left_out"]:
        complain(f"and {done['findings_left_out']} more")
    if done["invalid"]:
        raise typer.Exit(ExitCode.FINDINGS)


def _row(campaign: dict[str, Any]) -> list[object]:
    days = " ".join([f"{day} (sent)" if day in campaign["reminded"] else day for day in campaign["reminders"]])
    return [*(campaign[name] for name in ("id", "key", "state", "name", "closes_at")), days]


def said_moment(moment: datetime | None) -> str | None:
    """A local time with its zone; None when there is none."""
    return None if moment is None else moment.astimezone().isoformat()
