"""Evidence at a service: handed over, stamped, and checked here, without asking the service that made it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.exits import ExitCode
from api.cli.output import AsJson, complain, emit, table

if TYPE_CHECKING:
    from collections.abc import Iterator

evidence = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Out = Annotated[Path | None, typer.Option(help="The file to write; standard output without it.")]
OfMode = Annotated[str | None, typer.Option(help="live or test; that of the key without it.")]


@evidence.command("export")
def export(
    request: Annotated[str | None, typer.Argument(help="Id of a request; without one the whole chain.")] = None,
    out: Out = None,
    mode: OfMode = None,
    annexes: Annotated[bool, typer.Option("--annexes", help="Of a request: what is personal too.")] = False,
    links: Annotated[bool, typer.Option("--links", help="Of a request: show that nothing is missing.")] = False,
    kantara: Annotated[bool, typer.Option("--kantara", help="Of a request: as a consent receipt.")] = False,
) -> None:
    """Fetch a chain whole (JSON lines), or the proof of one request (JSON)."""
    from api.cli.client import Api

    if request is None:
        path = "/v1/evidence" + (f"?mode={mode}" if mode else "")
    else:
        asked = ((annexes, "annexes=yes"), (links, "links=yes"), (kantara, "shape=kantara"))
        path = f"/v1/evidence/requests/{request}?" + "&".join(text for wanted, text in asked if wanted)
    with Api() as api:
        _write((block for _, block in api.stream(path, {})), out)


@evidence.command("proof")
def proof(
    request: Annotated[str, typer.Argument(help="Id of a request.")],
    out: Annotated[Path, typer.Argument(help="The PDF to write.")],
    language: Annotated[str | None, typer.Option(help="nl or en; that of the request without it.")] = None,
    sealed: Annotated[bool, typer.Option("--sealed", help="With an electronic seal and a time stamp.")] = False,
) -> None:
    """Fetch the proof of a request as PDF; ends with 1 when a seal or its time stamp is missing."""
    from api.cli.client import Api

    with Api() as api:
        path = f"/v1/agreements/{request}/proof"
        headers, pdf = api.whole(path, language=language, sealed="true" if sealed else None)
    out.write_bytes(pdf)
    state, code = headers["proof-seal"], headers.get("proof-seal-code")
    complain(f"{out} is written, {state}{f' ({code})' if code else ''}; check it with: posthoorn evidence verify {out}")
    if sealed and state != "sealed":
        raise typer.Exit(ExitCode.FINDINGS)


@evidence.command("checkpoint")
def checkpoint(as_json: AsJson = False) -> None:
    """Take a checkpoint now; its time stamp follows."""
    from api.cli.client import Api

    with Api() as api:
        made = api.post_once("/v1/evidence/checkpoints")
    emit(made, [f"{made['number']}: events {made['first']} to {made['last']}, {made['state']}"], as_json=as_json)


@evidence.command("checkpoints")
def checkpoints(mode: OfMode = None, as_json: AsJson = False) -> None:
    """List checkpoints, and why a time stamp is missing."""
    from api.cli.client import Api

    with Api() as api:
        found = list(api.items("/v1/evidence/checkpoints", mode=mode))
    rows = [(c["number"], c["first"], c["last"], c["at"], c["state"], c["code"], c["next_try_at"]) for c in found]
    headings = ("number", "first", "last", "at", "state", "code", "next try")
    emit(found, table(headings, rows), as_json=as_json)


@evidence.command("forget")
def forget(
    request: Annotated[str, typer.Argument(help="Id of a request that has ended.")],
    why: Annotated[str, typer.Option(help="retention, asked or mistake.")],
    as_json: AsJson = False,
) -> None:
    """Delete for good what is personal of a request; the chain says so, and holds."""
    from api.cli.client import Api

    with Api() as api:
        done = api.post_once(f"/v1/evidence/requests/{request}/forget", json={"why": why})
    emit(done, [f"{len(done['annexes'])} annexes are gone"], as_json=as_json)


@evidence.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="A chain, the proof of a request, or a PDF with one.")],
    kept: Annotated[Path | None, typer.Option("--checkpoints", help="Checkpoints that were kept elsewhere.")] = None,
    tsa_ca: Annotated[Path | None, typer.Option("--tsa-ca", help="Certificates of the authority you trust.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a file of evidence; ends as `python -m agreements verify` does, which is the same check."""
    from agreements.verify import main

    named = [*(["--checkpoints", str(kept)] if kept else []), *(["--tsa-ca", str(tsa_ca)] if tsa_ca else [])]
    code = main([str(file), *named, *(["--json"] if as_json else [])])
    if code:
        raise typer.Exit(code)


def _write(blocks: Iterator[bytes], out: Path | None) -> None:
    if out is None:
        stream = typer.get_binary_stream("stdout")
        for block in blocks:
            stream.write(block)
        return
    with out.open("wb") as file:
        for block in blocks:
            file.write(block)
    complain(f"{out} is written; check it with: posthoorn evidence verify {out}")
