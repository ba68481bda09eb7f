"""The tree of commands, and how trouble ends."""

from __future__ import annotations

import typer

from api.cli import (
    agreements,
    campaigns,
    carrier,
    channels,
    evidence,
    mail_runs,
    meters,
    operate,
    packages,
    pieces,
    print_room,
    questions,
    ready_made,
    rules,
    scans,
    staff,
    webhooks,
)
from api.cli.exits import ExitCode, Trouble
from api.cli.output import complain
from api.ports import Fault, Retryable
from docgen.findings import Refusal

app = typer.Typer(
    name="posthoorn",
    help="Letters out, answers in: run the service, prepare templates, send print jobs, fetch batches.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(operate.serve)
app.command()(operate.worker)
app.command()(operate.migrate)
app.add_typer(operate.organisations, name="organisation", help="Organisations of this installation.")
app.add_typer(operate.keys, name="key", help="Keys of organisations.")
app.add_typer(staff.staff, name="staff", help="People who use the pages: the print room and its colleagues.")
app.add_typer(packages.brands, name="brand", help="House styles.")
app.add_typer(packages.templates, name="template", help="Templates: check, look, upload.")
app.add_typer(ready_made.jobs, name="job", help="Print jobs.")
app.add_typer(pieces.pieces, name="piece", help="Mail pieces: find, stop, resume.")
app.add_typer(print_room.batches, name="batch", help="Batches for the print room.")
app.add_typer(carrier.carrier, name="carrier", help="Addresses to a carrier, and its file back.")
app.add_typer(mail_runs.mail_runs, name="mail-run", help="What goes to the post together.")
app.command()(scans.scan)
app.command()(scans.scans)
app.command()(scans.records)
app.add_typer(meters.meters, name="meters", help="Complexes, dwellings and meters: bring in, list, what is missing.")
app.add_typer(campaigns.campaigns, name="campaigns", help="Campaigns: open, follow, close, write again.")
app.add_typer(campaigns.answers, name="answers", help="Answers that you have in a file.")
app.add_typer(questions.questions, name="questions", help="Questions: make, look at, put to people, follow, close.")
app.add_typer(agreements.agreements, name="agreements", help="Requests to agree: list, show, answer, take back, fetch.")
app.add_typer(agreements.unclear, name="unclear", help="Answers to questions that nobody is sure of.")
app.add_typer(rules.rules, name="rules", help="How post of your organisation is made.")
app.add_typer(channels.channels, name="channels", help="Channels that carry messages: list, check, try.")
app.add_typer(channels.mail, name="mail", help="Messages to recipients, and mail that came back.")
app.add_typer(channels.suppressions, name="suppressions", help="Addresses that get no messages.")
app.add_typer(evidence.evidence, name="evidence", help="Evidence of agreements: hand over, checkpoint, verify.")
app.add_typer(webhooks.webhooks, name="webhooks", help="Endpoints that are told of what happens.")


def run() -> int:
    """Run the command line; returns the exit code."""
    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitCode.OK
    except (Trouble, Refusal, Fault, OSError) as error:
        code, lines = _end_of(error)
        for line in lines:
            complain(line)
        return code
    return ExitCode.OK


def _end_of(error: Exception) -> tuple[ExitCode, tuple[str, ...]]:
    """How expected trouble ends, and what is said."""
    match error:
        case Trouble():
            return error.code, error.lines
        case Refusal():
            return ExitCode.REFUSED, (str(error),)
        case Retryable():
            return ExitCode.UNREACHABLE, (str(error),)
        case Fault():
            return ExitCode.BROKEN, (str(error),)
    return ExitCode.REFUSED, (f"file-error: {error}",)
