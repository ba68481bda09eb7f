"""Commands of the exchange with a carrier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.cli.exits import ExitCode
from tests.api.usecases import fake_carrier
from tests.api.usecases.room import by_rules
from tests.api.usecases.world import record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.cli.conftest import Command
    from tests.api.http.service import Service


@pytest.fixture
def job(service: Service) -> str:
    by_rules(service.world, carrier="postnl")
    return service.submit([record(1), record(2)])


def test_addresses_are_fetched_and_the_file_is_brought(
    posthoorn: Command, service: Service, job: str, tmp_path: Path
) -> None:
    assert posthoorn("job", "status", job, "--wait") == ExitCode.OK
    assert f"waits for the file of the carrier: posthoorn carrier fetch {job}" in posthoorn.out
    assert posthoorn("carrier", "show", job) == ExitCode.OK
    assert posthoorn.out == f"{job}  waits for the file of postnl\n"
    assert posthoorn("carrier", "fetch", job, "--out", tmp_path / "out" / "a.csv") == ExitCode.OK
    fetched = (tmp_path / "out" / "a.csv").read_bytes()
    assert len(fake_carrier.addresses(fetched)) == 2
    back = tmp_path / "back.csv"
    back.write_bytes(fake_carrier.answer(fetched).replace(b";1;", b";;"))
    assert posthoorn("carrier", "bring", job, back) == ExitCode.REFUSED
    assert posthoorn.err.startswith("enrichment-invalid: ")
    assert "Volgnummer" in posthoorn.err
    back.write_bytes(fake_carrier.answer(fetched))
    for _ in range(2):
        assert posthoorn("carrier", "bring", job, back) == ExitCode.OK
        assert posthoorn.out.startswith(f"{job}  2 envelopes by the file of postnl\nsha256 ")
    service.world.run()
    assert posthoorn.json("job", "status", job)["state"] == "released"
    assert posthoorn("carrier", "skip", job, "--reason", "late") == ExitCode.CONFLICT
    assert posthoorn("carrier", "fetch", job) == ExitCode.CONFLICT
    assert list(tmp_path.glob("*.csv*")) == [back]


def test_a_job_goes_on_without(posthoorn: Command, job: str) -> None:
    assert posthoorn("carrier", "skip", job, "--reason", "no answer") == ExitCode.OK
    assert posthoorn.out == f"{job}  goes on without postnl: no answer\n"


def test_a_job_without_a_carrier_waits_for_none(posthoorn: Command, service: Service) -> None:
    job = service.submit([record(1)])
    assert posthoorn("carrier", "show", job) == ExitCode.OK
    assert posthoorn.out == f"{job}  waits for no carrier\n"
    assert posthoorn("rules", "show") == ExitCode.OK
    assert "carrier: none" in posthoorn.out
