"""Questions at a service: make, look at beforehand, put to people, follow, close."""

from __future__ import annotations

import json
import time
import tomllib
from datetime import datetime  # noqa: TC003 - read by typer when the program runs
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.campaigns import MEDIA, said_moment
from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, complain, emit, finding_line, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.cli.client import Api

questions = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_POLL_S: Final = 1.0
_LONG_S: Final = 900.0
_HEADINGS: Final = ("question", "key", "version", "mode", "state", "verb", "name")
_COUNTS: Final = ("asked", "sent", "delivered", "opened", "agreed", "declined", "withdrawn", "open", "unreachable")
_ASKING: Final = ("id", "state", "done", "total", "made", "not_before")
Question = Annotated[str, typer.Argument(help="Id or key of a question.")]
QuestionPath = Annotated[
    Path, typer.Argument(help="TOML or JSON, see samples/agreements.", exists=True, dir_okay=False)
]
PeoplePath = Annotated[
    Path, typer.Argument(help="CSV, XLSX or JSON, a row for each person.", exists=True, dir_okay=False)
]


@questions.command("make")
def make(
    file: QuestionPath,
    change: Annotated[str, typer.Option("--change", help="Write this draft anew, by its id.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a question, or the next version of one that people were asked."""
    from api.cli.client import Api

    wanted = _read(file)
    with Api() as api:
        made = (
            api.put(f"/v1/questions/{change}", json=wanted) if change else api.post_once("/v1/questions", json=wanted)
        )
    emit(made, table(_HEADINGS, [_row(made)]), as_json=as_json)


@questions.command("list")
def list_questions(as_json: AsJson = False) -> None:
    """List questions, newest first."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/questions"))
    emit(found, table(_HEADINGS, list(map(_row, found))), as_json=as_json)


@questions.command("show")
def show(question: Question, as_json: AsJson = False) -> None:
    """Show a question, and how it stands."""
    from api.cli.client import Api

    with Api() as api:
        found = api.get(f"/v1/questions/{question}")
    counts = found["counts"]
    lines = [*table(_HEADINGS, [_row(found)]), "", *table(_COUNTS, [[counts[name] for name in _COUNTS]])]
    lines += [f"{counts['unclear']} answers wait for a person"] if counts["unclear"] else []
    emit(found, lines, as_json=as_json)


@questions.command("preview")
def preview(
    question: Question,
    name: Annotated[str, typer.Option(help="Somebody to show it for.")] = "Mevrouw De Vries",
    kind: Annotated[str, typer.Option(help="request, reminder, confirmation …")] = "request",
    as_json: AsJson = False,
) -> None:
    """Show what people would get; a path of a TOML or JSON file shows what is not kept. Exit code 1: with findings."""
    from api.cli.client import Api

    person, path = {"name": name, "kind": kind}, Path(question)
    with Api() as api:
        if path.suffix in _READERS and path.is_file():
            found = api.post_once("/v1/questions/preview", json={"question": _read(path), **person})
        else:
            found = api.post_once(f"/v1/questions/{question}/preview", json=person)
    emit(found, (line for shown in found["languages"] for line in _shown(shown)), as_json=as_json)
    _complain_of(found)


@questions.command("ask")
def ask(  # noqa: PLR0913, PLR0917 - each is an option of the command
    question: Question,
    file: PeoplePath,
    valid_only: Annotated[
        bool, typer.Option("--valid-only", help="Ask who can be asked, and tell who cannot.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say what would happen.")] = False,
    not_before: Annotated[datetime | None, typer.Option(help="When the first may go; local time.")] = None,
    wait: Annotated[bool, typer.Option(help="Until all were taken up.")] = True,
    as_json: AsJson = False,
) -> None:
    """Ask people, and wait until all were taken up. The exit code is 1 when rows were left out."""
    from api.cli.client import Api

    media = MEDIA.get(file.suffix.lower())
    if media is None:
        raise Trouble(ExitCode.REFUSED, f"media-type-unsupported: {file.name} is none of {', '.join(MEDIA)}.")
    query = {"policy": "valid_only" if valid_only else "all_or_nothing", "check": str(check).lower()}
    query |= {"not_before": said_moment(not_before) or ""} if not_before else {}
    target, headers = f"/v1/questions/{question}/requests", {"Content-Type": media}
    with Api() as api:
        done = api.post_once(target, headers, params=query, content=file.read_bytes(), timeout=_LONG_S)
        if done["asking"] and wait:
            done["asking"] = _follow(api, done["asking"])
    lines = [*table(("rows", "people", "invalid"), [[done["rows"], done["people"], done["invalid"]]])]
    lines += ["", *table(_ASKING, [_asking(done["asking"])])] if done["asking"] else ["nobody was asked"]
    emit(done, lines, as_json=as_json)
    _complain_of(done, is_good=not done["invalid"])


@questions.command("askings")
def askings(
    question: Question,
    stop: Annotated[str, typer.Option("--stop", help="Ask nobody more of this one, by its id.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show how far the lists of people are, newest first."""
    from api.cli.client import Api

    with Api() as api:
        if stop:
            api.post_once(f"/v1/questions/{question}/askings/{stop}/stop")
        found = api.get(f"/v1/questions/{question}")["askings"]
    emit(found, table(_ASKING, list(map(_asking, found))), as_json=as_json)


@questions.command("close")
def close(question: Question, as_json: AsJson = False) -> None:
    """Ask nobody new; who was asked can still answer."""
    from api.cli.client import Api

    with Api() as api:
        found = api.post_once(f"/v1/questions/{question}/close")
    emit(found, table(_HEADINGS, [_row(found)]), as_json=as_json)


def _read(path: Path) -> dict[str, Any]:
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise Trouble(ExitCode.REFUSED, f"media-type-unsupported: {path.name} is none of {', '.join(_READERS)}.")
    try:
        found: dict[str, Any] | object = reader(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Trouble(ExitCode.REFUSED, f"question-malformed: {path.name} cannot be read: {error}.") from None
    if not isinstance(found, dict):
        raise Trouble(ExitCode.REFUSED, f"question-malformed: {path.name} is no table of names and values.")
    return found


_READERS: Final = {".toml": tomllib.loads, ".json": json.loads}


def _follow(api: Api, asking: dict[str, Any]) -> dict[str, Any]:
    """The asking at its end, with a progress bar meanwhile."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("asking", total=asking["total"])
        while True:
            asking = api.get(f"/v1/questions/{asking['question_id']}/askings/{asking['id']}")
            progress.update(bar, completed=asking["done"])
            if asking["state"] != "asking":
                return asking
            time.sleep(_POLL_S)


def _shown(shown: dict[str, Any]) -> Iterable[str]:
    mail, sms = shown["mail"], shown["sms"]
    yield f"== {shown['language']} =="
    if mail:
        yield from (f"Mail from {mail['sender'] or 'nobody yet'}: {mail['subject']}", "", mail["text"], "")
    if sms:
        price = f", {sms['price']} euros" if sms["price"] else ""
        yield f"Text message from {sms['sender'] or 'nobody yet'}: {sms['parts']} parts of {sms['encoding']}{price}"
        yield from ("", sms["text"], "")
        for sign in sms["dear"]:
            yield f"dear: {sign['sign']} ({sign['count']} times), could be {sign['instead'] or 'left out'}"
    yield from ("Page and evidence", "", shown["page"])


def _complain_of(done: dict[str, Any], *, is_good: bool | None = None) -> None:
    for finding in done["findings"]:
        complain(finding_line(finding))
    if done.get("findings_left_out"):
        complain(f"and {done['findings_left_out']} more")
    if not (not done["findings"] if is_good is None else is_good):
        raise typer.Exit(ExitCode.FINDINGS)


def _row(question: dict[str, Any]) -> list[object]:
    return [question[name] for name in ("id", *_HEADINGS[1:])]


def _asking(asking: dict[str, Any]) -> list[object]:
    return [asking[name] for name in _ASKING]
