"""What tests of use cases share: an organisation with a brand and templates, records, and a worker to run."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.ports import JobState, Organisation, Package, PackageKind, PageRequest, ReadBackPolicy
from api.usecases import packages
from api.usecases.composing import compose_chunk
from api.usecases.deps import Deps
from api.usecases.formats import RecordsFormat, RecordsType
from api.usecases.intake import Submission, store_body, submit_job
from api.usecases.jobs import batches_of, get_job, job_failed
from api.usecases.kinds import WorkKind
from api.usecases.planning import plan_job
from api.usecases.reading_back import check_part
from api.usecases.reprinting import print_again
from api.usecases.sharding import validate_shard
from api.usecases.validation import validate_job
from api.usecases.writing import write_batch
from api.worker.runner import Runner, WorkRules
from docgen.templates.load import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from api.ports import Batch, Blobs, Clock, Database, Handler, Ids, JobFinding, Piece, PrintJob

ORG = "org_one"
OTHER = "org_two"
SECRET = b"a secret that only tests have"
ALL = PageRequest(1000)
_PREFIX = {PackageKind.BRAND: "brd", PackageKind.TEMPLATE: "tpl"}
SAMPLES = Path(__file__).parents[3] / "samples"

NOTE_TOML = """
id = "note"
version = "1.0"
title = { nl = "Notitie" }
languages = ["nl"]
envelope = "nl-dl-right"
max_pages = 4

[fields.amount]
kind = "amount"
example = "12.50"

[fields.words]
kind = "text"
required = false
max_length = 10000
example = "Een paar woorden."

[fields.lines]
kind = "list"
required = false

[fields.lines.items.what]
kind = "text"
example = "Huur"
"""
NOTE_BODY = """Subject: Notitie

Beste {{ recipient_name }},

Het bedrag is {{ amount | money }}.

{% if words %}{{ words }}{% endif %}

{% for line in lines %}
{{ line.what }}
{% endfor %}

Tot ziens.
"""


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip, the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


@cache
def sample(kind: str, name: str) -> bytes:
    """A sample brand or template as a zip."""
    folder = SAMPLES / f"{kind}s" / name
    return zipped({path.name: path.read_bytes() for path in folder.iterdir()})


def unzipped(data: bytes) -> dict[str, bytes]:
    """The files in a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sample_records(name: str) -> list[dict[str, Any]]:
    """Sample records of a template that has them as JSON."""
    records: list[dict[str, Any]] = json.loads((SAMPLES / "records" / f"{name}.json").read_bytes())["records"]
    return records


def note_template(**files: str) -> bytes:
    """A short template of our own."""
    texts = {"template.toml": NOTE_TOML, "body.nl.md": NOTE_BODY} | {k.replace("_", "."): v for k, v in files.items()}
    return zipped({name: text.encode() for name, text in texts.items()})


def record(number: int, **changes: object) -> dict[str, Any]:
    """A record for the note, each at an address of its own."""
    recipient = {
        "name": f"Mevrouw {number}",
        "street": "Dorpsstraat",
        "house_number": str(1 + number % 900),
        "postcode": f"{1000 + (number * 7919) % 8999} AB",
        "town": "Dorp",
    }
    return {"record_id": f"R{number}", "recipient": recipient, "amount": f"{number}.50"} | changes


def as_json(records: Sequence[object]) -> bytes:
    """The body of a print job."""
    return json.dumps({"records": records}, ensure_ascii=False).encode()


def handlers_of(deps: Deps) -> dict[str, Handler]:
    """As `api.bootstrap.make_handlers`."""
    return {
        WorkKind.VALIDATE: partial(validate_job, deps),
        WorkKind.VALIDATE_SHARD: partial(validate_shard, deps),
        WorkKind.PLAN: partial(plan_job, deps),
        WorkKind.COMPOSE_CHUNK: partial(compose_chunk, deps),
        WorkKind.WRITE_BATCH: partial(write_batch, deps),
        WorkKind.CHECK_PART: partial(check_part, deps),
        WorkKind.REPRINT: partial(print_again, deps),
    }


class World:
    """An organisation with the note template and a sample brand, and everything to follow a job."""

    def __init__(self, database: Database, blobs: Blobs, clock: Clock, ids: Ids) -> None:
        self.deps = Deps(database, blobs, clock, ids, SECRET)
        self.limit(chunk_pieces=4, read_back=ReadBackPolicy.OFF)
        with database.write() as uow:
            for organisation in (ORG, OTHER):
                uow.organisations.add(Organisation(organisation, "Stichting Een", clock.now()))
        self.put(PackageKind.BRAND, "grachtstad", sample("brand", "grachtstad"))
        self.put(PackageKind.TEMPLATE, "note", note_template())

    def limit(self, **limits: Any) -> None:  # noqa: ANN401 - fields of the limits
        self.deps = replace(self.deps, limits=replace(self.deps.limits, **limits))
        self.handlers = handlers_of(self.deps)

    def put(self, kind: PackageKind, key: str, data: bytes) -> None:
        """Version 1.0 of what is known to be good, without the time that checking takes."""
        deps = self.deps
        ref = deps.blobs.put(ORG, [data])
        package = Package(
            f"{_PREFIX[kind]}_{key}", ORG, kind, key, "1.0", ref, digest_of(unzipped(data)), deps.clock.now()
        )
        with deps.database.write() as uow:
            packages.packages_of(uow, kind).add(package)

    def upload(self, kind: PackageKind, data: bytes) -> str:
        return packages.upload(self.deps, ORG, kind, io.BytesIO(data)).package.id

    def submit(self, body: bytes | Sequence[object], media: RecordsType = RecordsType.JSON, **wish: Any) -> PrintJob:  # noqa: ANN401 - fields of a submission
        data = body if isinstance(body, bytes) else as_json(body)
        wanted = {"template": "note", "brand": "grachtstad", "format": RecordsFormat(media)} | wish
        return submit_job(self.deps, ORG, Submission(**wanted), store_body(self.deps, ORG, [data]))

    def runner(self, **rules: Any) -> Runner:  # noqa: ANN401 - fields of the rules
        deps = self.deps
        return Runner(deps.database, deps.clock, self.handlers, WorkRules(**rules), partial(job_failed, deps))

    def run(self, until: Callable[[], bool] = lambda: False) -> int:
        """Do all work that is due."""
        return self.runner().drain("worker-1", until)

    def run_one(self) -> bool:
        return self.runner().run_next("worker-1")

    def job(self, job_id: str) -> PrintJob:
        return get_job(self.deps, ORG, job_id)

    def findings(self, job_id: str) -> tuple[JobFinding, ...]:
        with self.deps.database.read() as uow:
            return uow.findings.list(ORG, job_id, ALL).items

    def pieces(self, job_id: str) -> tuple[Piece, ...]:
        with self.deps.database.read() as uow:
            return tuple(uow.pieces.of_job(ORG, job_id))

    def batches(self, job_id: str) -> Sequence[Batch]:
        with self.deps.database.read() as uow:
            return batches_of(uow, ORG, job_id)

    def released(self, records: Sequence[object], **wish: Any) -> PrintJob:  # noqa: ANN401 - fields of a submission
        """A job carried to its end."""
        job = self.submit(records, **wish)
        self.run()
        ended = self.job(job.id)
        assert ended.state is JobState.RELEASED, (ended, self.findings(job.id))
        return ended

    def files(self, batch: Batch) -> dict[str, bytes]:
        """Every file of a batch by name."""
        found = {}
        for file in batch.files:
            with self.deps.blobs.open(ORG, file.blob) as stream:
                found[file.name] = stream.read()
        return found
