"""A register for the pages of meters: two complexes, a main meter over three homes, of which one did not answer."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from api.ports import Mode
from api.usecases.metering import importing
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from tests.api.usecases.world import World

TABLE: Final = (
    "complex;complex_name;dwelling;house_number;meter;kind;dials;main_meter;last_reading;last_reading_on\n"
    "C1;Haven;;;main;water;7;;40000;2025-06-01\n"
    "C1;;D1;1;m1;water;5;main;765;2025-06-01\n"
    "C1;;D2;2;m2;water;5;main;2932;2025-06-01\n"
    "C1;;D3;3;m3;water;5;main;100;2025-06-01\n"
    "C2;;;;other;heat;6;;;\n"
)
# the clock of tests stands at the beginning of 2026
NOW: Final = (
    "complex;meter;meter_number;last_reading;last_reading_on\n"
    "C1;main;;40100;2025-12-01\nC1;m1;A;805;2025-12-01\nC1;m2;;2990;2025-12-01\n"
)


def bring(world: World, *files: str) -> None:
    """Put files in the register of the organisation of the tests."""
    for text in files:
        whose = (ORG, Mode.LIVE, "usr_1")
        importing.import_meters(world.deps, whose, io.BytesIO(text.encode()), "text/csv")
