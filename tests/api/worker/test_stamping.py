"""The product takes checkpoints and has them stamped, by a real authority, while it runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from agreements import verify
from api.bootstrap import make_deps, migrate, open_service, start_embedded
from api.ports import ChainOf, CheckpointState, EvidenceKind, Mode, Organisation
from api.settings import Settings
from api.usecases.evidence.checkpoints import list_checkpoints, take_checkpoint
from api.usecases.evidence.exporting import chain_file
from api.usecases.evidence.keeping import keep
from tests.agreements.time_authority import TimeAuthority, served
from tests.api.builders import ORG

if TYPE_CHECKING:
    from pathlib import Path

LIVE = ChainOf(ORG, Mode.LIVE)


def test_without_settings_nobody_stamps_and_nothing_is_kept_elsewhere(tmp_path: Path) -> None:
    service = open_service(Settings(data_folder=tmp_path))
    deps = make_deps(service)
    assert (deps.time_stamper, deps.checkpoint_shelf) == (None, None)
    service.close()


@pytest.mark.slow
def test_the_product_has_its_checkpoints_stamped(tmp_path: Path) -> None:
    (tmp_path / "tsa").mkdir()
    authority = TimeAuthority(tmp_path / "tsa")
    with served(authority.answer) as url:
        settings = Settings(
            data_folder=tmp_path / "data",
            concurrency=1,
            sweep_s=0.2,
            log_level="error",
            tsa_url=url,
            checkpoints=tmp_path / "safe",
        )
        migrate(settings)
        service = open_service(settings)
        deps = make_deps(service)
        with deps.database.write() as uow:
            uow.organisations.add(Organisation(ORG, "One", deps.clock.now()))
            keep(deps, uow, LIVE, EvidenceKind.LINK_FETCHED, "agr_1", {"request": "agr_1", "guess": "person"})
        supervisor = start_embedded(service)
        try:
            take_checkpoint(deps, LIVE)
            end = time.monotonic() + 60
            while [kept.state for kept in list_checkpoints(deps, LIVE)] != [CheckpointState.STAMPED]:
                assert time.monotonic() < end
                time.sleep(0.05)
            data = b"".join(chain_file(deps, LIVE))
        finally:
            supervisor.stop()
            service.close()
    report = verify.check(data, verify.kept_outside(tmp_path / "safe"), authority.ca)
    assert (report.findings, report.checkpoints[0]["stamp"]) == ([], "valid")
    assert len(list((tmp_path / "safe").iterdir())) == 2
