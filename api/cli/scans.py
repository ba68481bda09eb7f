"""Scans and answers at a service: send files, follow them, fetch records."""

from __future__ import annotations

import time
import uuid
from datetime import datetime
from pathlib import Path  # noqa: TC003 - read by typer when the program runs
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, complain, emit, finding_line, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.cli.client import Api

_POLL_S = 0.5
_ENDED = ("read", "failed")
_ANY = {"Content-Type": "application/octet-stream"}


def scan(
    files: Annotated[list[Path], typer.Argument(help="PDF, TIFF, JPEG or PNG.", exists=True, dir_okay=False)],
    batch: Annotated[str | None, typer.Option(help="Name of a new batch, or the id of an open one.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Read files that were read before once more.")] = False,
    close: Annotated[bool, typer.Option("--close", help="Close the batch behind them.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until they are read, with a progress bar.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send scans. The exit code is 1 when a file was not taken in, or with --wait could not be read."""
    from api.cli.client import Api

    with Api() as api:
        batch_id = _batch(api, batch or f"Scanned {datetime.now().astimezone():%Y-%m-%d %H:%M}")
        sent, refused = _send(api, batch_id, files, again=again)
        if close:
            api.post_once(f"/v1/scan-batches/{batch_id}/close")
        if wait:
            sent = _wait(api, sent)
        shown = api.get(f"/v1/scan-batches/{batch_id}")
        emit({"batch": shown, "files": sent}, _lines(shown, sent), as_json=as_json)
    for line in [*refused, *[finding_line(each | {"place": {}}) for file in sent for each in file["findings"]]]:
        complain(line)
    if refused or any(file["state"] == "failed" for file in sent):
        raise typer.Exit(ExitCode.FINDINGS)


def scans(
    batch: Annotated[str | None, typer.Argument(help="Id of a batch; without it all of them.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show batches of scans and how their pages add up, or the files of one."""
    from api.cli.client import Api

    with Api() as api:
        if batch is None:
            found = list(api.items("/v1/scan-batches"))
            emit(found, table(_HEADINGS, list(map(_row, found))), as_json=as_json)
            return
        shown, files = api.get(f"/v1/scan-batches/{batch}"), list(api.items(f"/v1/scan-batches/{batch}/files"))
        emit({"batch": shown, "files": files}, _lines(shown, files), as_json=as_json)


def records(
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV with a heading.")] = False,
    updated_after: Annotated[datetime | None, typer.Option(help="Only what changed after; local time.")] = None,
    form: Annotated[str | None, typer.Option(help="Only of this form.")] = None,
    campaign: Annotated[str | None, typer.Option(help="Only of this campaign, by id or key.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write to a file.", dir_okay=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch what recipients answered, in the order in which it changed last."""
    from api.cli.client import Api

    query = {"updated_after": None if updated_after is None else updated_after.astimezone().isoformat(), "form": form}
    with Api() as api:
        query["campaign"] = None if campaign is None else api.get(f"/v1/campaigns/{campaign}")["id"]
        if as_csv or out is not None:
            _fetch_csv(api, query, out)
            return
        found = list(api.items("/v1/records", **query))
    rows = [[each[name] for name in ("record_id", "field", "value", "state", "decided_by")] for each in found]
    emit(found, table(("record", "field", "value", "state", "decided by"), rows), as_json=as_json)


_HEADINGS = ("batch", "name", "state", "files", "pages", "slips", "blanks", "exceptions", "waiting", "adds up")


def _row(batch: dict[str, Any]) -> list[object]:
    sums = batch["balance"]
    counts = [sums[name] for name in ("files", "pages", "slips", "blanks", "exceptions")]
    waiting = sums["exceptions_open"] + sums["fields_open"]
    return [batch["id"], batch["name"], batch["state"], *counts, waiting, "yes" if sums["adds_up"] else "NO"]


def _lines(batch: dict[str, Any], files: Sequence[dict[str, Any]]) -> Iterable[str]:
    yield from table(_HEADINGS, [_row(batch)])
    names = ("file", "name", "state", "pages", "of")
    yield from table(names, [[file[key] for key in ("id", "name", "state", "pages", "total")] for file in files])


def _batch(api: Api, named: str) -> str:
    """The batch with this id, or a new one of this name."""
    if named.startswith("scb_"):
        return str(api.get(f"/v1/scan-batches/{named}")["id"])
    return str(api.post_once("/v1/scan-batches", json={"name": named})["id"])


def _send(api: Api, batch_id: str, files: Sequence[Path], *, again: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """One by one, so that a large one does not keep the others; and what was refused."""
    sent: list[dict[str, Any]] = []
    refused: list[str] = []
    for path in files:
        try:
            sent += _send_one(api, batch_id, path, again=again)["files"]
        except Trouble as trouble:
            if trouble.code not in {ExitCode.CONFLICT, ExitCode.REFUSED}:
                raise
            refused += [f"{path.name}: {line}" for line in trouble.lines]
    return sent, refused


def _send_one(api: Api, batch_id: str, path: Path, *, again: bool) -> dict[str, Any]:
    """Send, and once more when the connection broke: with the same key nothing happens twice."""
    params = {"name": path.name, "again": str(again).lower()}
    headers = {**_ANY, "Idempotency-Key": str(uuid.uuid4())}
    target = f"/v1/scan-batches/{batch_id}/files"
    try:
        with path.open("rb") as body:
            return api.post(target, params=params, headers=headers, content=body)
    except Trouble as trouble:
        if trouble.code is not ExitCode.UNREACHABLE:
            raise
    with path.open("rb") as body:
        return api.post(target, params=params, headers=headers, content=body)


def _wait(api: Api, files: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Poll until all are at their end; the bar is for terminals only."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[pages]} pages"))
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("reading", total=len(files), pages=0)
        while True:
            found = [api.get(f"/v1/scan-files/{file['id']}") for file in files]
            ended = sum(file["state"] in _ENDED for file in found)
            progress.update(bar, completed=ended, pages=sum(file["pages"] for file in found))
            if ended == len(found):
                return found
            time.sleep(_POLL_S)


def _fetch_csv(api: Api, query: dict[str, str | None], out: Path | None) -> None:
    asked = "&".join([f"{name}={_quoted(value)}" for name, value in query.items() if value is not None])
    text = b"".join([block for _, block in api.stream(f"/v1/records.csv?{asked}", {})])
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_bytes(text)


def _quoted(value: str) -> str:
    return quote(value, safe="")
