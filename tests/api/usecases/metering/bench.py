"""What tests of meters share: a register on a database, files for it, and answers."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
from api.ports import DecidedBy, Mode, PageRequest, Record, RecordState
from api.usecases.deps import Deps
from api.usecases.metering import importing, looking
from api.usecases.metering.importing import Imported, ImportOptions
from api.usecases.metering.looking import Wanted
from docgen.reply_form import ReplyKind
from tests.api.builders import ORG, two_organisations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import Database, MeterPoint, MeterSegment

TODAY = datetime(2026, 12, 10, 12, tzinfo=UTC)
JSON = "application/json"
ALL = PageRequest(1000)


def row(meter: str, dwelling: str = "", **more: object) -> dict[str, Any]:
    """A meter of water with five dials, in complex C1 under its main meter; one without a dwelling is a main meter."""
    given: dict[str, Any] = {"complex": "C1", "meter": meter, "kind": "water", "dials": 5}
    if dwelling:
        given |= {"dwelling": dwelling, "house_number": dwelling, "main_meter": "main"}
    return {name: value for name, value in {**given, **more}.items() if value is not None}


def read(meter: str, dwelling: str, value: int, on: str = "2025-12-12", **more: object) -> dict[str, Any]:
    """A meter with its last reading."""
    return row(meter, dwelling, last_reading=value, last_reading_on=on, **more)


@dataclass
class Bench:
    """A register of meters."""

    database: Database
    deps: Deps = field(init=False)
    answered: int = 0

    def __post_init__(self) -> None:
        clock = FakeClock(TODAY)
        self.deps = Deps(self.database, MemoryBlobs(), clock, SeededIds(), b"a secret that only tests have")
        two_organisations(self.database)

    def bring(self, *rows: Mapping[str, Any], mode: Mode = Mode.LIVE, **options: bool) -> Imported:
        """Import rows as JSON."""
        return self.bring_file(json.dumps(rows).encode(), JSON, mode, **options)

    def bring_file(self, data: bytes, media_type: str, mode: Mode = Mode.LIVE, **options: bool) -> Imported:
        """Import a file."""
        whose = (ORG, mode, "key_1")
        return importing.import_meters(self.deps, whose, io.BytesIO(data), media_type, ImportOptions(**options))

    def meters(self, mode: Mode = Mode.LIVE) -> dict[str, tuple[MeterPoint, MeterSegment]]:
        """Meters by key, with what hangs there."""
        found = looking.list_meters(self.deps, ORG, mode, ALL, Wanted())
        return {meter.key: (meter, segment) for meter, segment in found.items}

    def id_of(self, key: str) -> str:
        """The id of a meter."""
        return self.meters()[key][0].id

    def complex_id(self, key: str = "C1") -> str:
        """The id of a complex."""
        return {each.key: each.id for each in looking.list_complexes(self.deps, ORG, Mode.LIVE, ALL).items}[key]

    def answer(self, record_id: str, value: str, days_ago: int = 5, **more: object) -> None:
        """A settled answer."""
        self.answered += 1
        at = TODAY - timedelta(days=days_ago)
        given = {
            "id": f"rec_{self.answered}",
            "organisation_id": ORG,
            "mode": Mode.LIVE,
            "piece_id": f"pce_{record_id}",
            "campaign_id": "cmp_1",
            "job_id": "job_1",
            "record_id": record_id,
            "form": "7K3N9Q",
            "field": "reading",
            "kind": ReplyKind.METER_READING,
            "value": value,
            "state": RecordState.SETTLED,
            "source": "slip",
            "slip_id": "slp_1",
            "field_id": f"fld_{self.answered}",
            "confidence": 0.9,
            "decided_by": DecidedBy.MACHINE,
            "person": "",
            "decided_at": at,
            "updated_at": at,
        }
        with self.database.write() as uow:
            uow.records.put(Record(**{**given, **more}))  # type: ignore[arg-type] # fields by name
