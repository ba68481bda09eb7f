"""Requests to agree at a service: list, show, take back, answer for somebody, fetch; and answers nobody is sure of."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - read by typer when the program runs
from pathlib import Path  # noqa: TC003 - read by typer when the program runs
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.campaigns import MEDIA, said_moment
from api.cli.exits import ExitCode, Trouble
from api.cli.output import AsJson, complain, emit, table

if TYPE_CHECKING:
    from collections.abc import Iterable

agreements = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
unclear = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_HEADINGS: Final = ("agreement", "record", "state", "how", "reach", "asked", "decided")
_UNCLEAR: Final = ("unclear", "came", "channel", "why", "agreement", "text")
_STEPS: Final = ("evidence", "at", "what", "about")
Agreement = Annotated[str, typer.Argument(help="Id of a request to agree.")]
OfQuestion = Annotated[str, typer.Option("--question", help="Id or key of a question.")]
Note = Annotated[str, typer.Option(help="How you know, or why.")]


@agreements.command("list")
def list_agreements(
    question: OfQuestion = "",
    state: Annotated[str, typer.Option(help="open, agreed, declined, withdrawn, expired or cancelled.")] = "",
    reach: Annotated[str, typer.Option(help="sent, delivered, opened or unreachable.")] = "",
    record: Annotated[str, typer.Option(help="Your own key of a recipient.")] = "",
    updated_after: Annotated[datetime | None, typer.Option(help="Local time.")] = None,
    as_json: AsJson = False,
) -> None:
    """List requests, in the order in which they changed last."""
    from api.cli.client import Api

    said = {"question": question, "state": state, "reach": reach, "record_id": record}
    query = {name: value or None for name, value in said.items()}
    with Api() as api:
        found = list(api.items("/v1/agreements", **query, updated_after=said_moment(updated_after)))
    emit(found, table(_HEADINGS, list(map(_row, found))), as_json=as_json)


@agreements.command("show")
def show(agreement: Agreement, as_json: AsJson = False) -> None:
    """Show a request with its messages and all that happened."""
    from api.cli.client import Api

    with Api() as api:
        found = api.get(f"/v1/agreements/{agreement}")
    emit(found, _story(found), as_json=as_json)


@agreements.command("cancel")
def cancel(agreement: Agreement, note: Note = "", as_json: AsJson = False) -> None:
    """Take a request back that nobody decided."""
    from api.cli.client import Api

    with Api() as api:
        found = api.post_once(f"/v1/agreements/{agreement}/cancel", json={"note": note})
    emit(found, _story(found), as_json=as_json)


@agreements.command("answer")
def answer(
    agreement: Agreement,
    said: Annotated[str, typer.Argument(help="yes, no or withdraw.")],
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Answer for somebody who told you. The exit code is 1 when it decided nothing."""
    from api.cli.client import Api

    with Api() as api:
        done = api.post_once(f"/v1/agreements/{agreement}/answer", json={"said": said, "note": note})
    emit(done, _story(done["agreement"]), as_json=as_json)
    if not done["decided"]:
        complain(f"it decided nothing: {done['why']}")
        raise typer.Exit(ExitCode.FINDINGS)


@agreements.command("export")
def export(
    question: Annotated[str, typer.Argument(help="Id or key of a question.")],
    file: Annotated[Path, typer.Argument(help="A new file: .csv, .xlsx or .json.", dir_okay=False)],
) -> None:
    """Fetch all requests of a question as a file."""
    from api.cli.client import Api

    if file.suffix.lower() not in MEDIA:
        raise Trouble(ExitCode.REFUSED, f"media-type-unsupported: {file.name} is none of {', '.join(MEDIA)}.")
    with Api() as api:
        blocks = api.stream(f"/v1/questions/{question}/agreements{file.suffix.lower()}", {})
        first = next(blocks, (0, b""))
        with file.open("xb") as out:
            out.write(first[1])
            for _, block in blocks:
                out.write(block)
    complain(f"{file}")


@unclear.command("list")
def list_unclear(question: OfQuestion = "", as_json: AsJson = False) -> None:
    """List answers that wait for a person, oldest first."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/unclear", question=question or None))
    names = ("id", "came_at", "channel", "why", "agreement_id", "text")
    emit(found, table(_UNCLEAR, [[one[name] for name in names] for one in found]), as_json=as_json)


@unclear.command("settle")
def settle(
    answer_id: Annotated[str, typer.Argument(metavar="UNCLEAR", help="Id of an unclear answer.")],
    said: Annotated[str, typer.Argument(help="yes, no, withdraw or nothing.")],
    agreement: Annotated[str, typer.Option(help="The request it is about, when that is not known.")] = "",
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Say what an unclear answer means. The exit code is 1 when it decided nothing though something was said."""
    from api.cli.client import Api

    with Api() as api:
        wanted = {"said": said, "agreement_id": agreement, "note": note}
        done = api.post_once(f"/v1/unclear/{answer_id}/settle", json=wanted)
    told = done["unclear"]
    names = ("id", "came_at", "channel", "why", "agreement_id", "outcome")
    emit(done, table((*_UNCLEAR[:-1], "outcome"), [[told[name] for name in names]]), as_json=as_json)
    if said != "nothing" and not done["decided"]:
        complain(f"it decided nothing: {done['why']}")
        raise typer.Exit(ExitCode.FINDINGS)


def _story(found: dict[str, Any]) -> Iterable[str]:
    yield from table(_HEADINGS, [_row(found)])
    messages = [[one["id"], one["channel"], one["kind"], one["state"], one["code"]] for one in found["messages"]]
    yield from ("", *table(("message", "channel", "kind", "state", "code"), messages))
    steps = [[one["evidence"], one["at"], one["kind"], _about(one["about"])] for one in found["timeline"]]
    yield from ("", *table(_STEPS, steps))


def _about(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


def _row(one: dict[str, Any]) -> list[object]:
    return [one[name] for name in ("id", "record_id", "state", "how", "reach", "asked_at", "decided_at")]
