"""Where personal pages are, as brands say when they are uploaded."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from api.ports import PackageKind
from api.usecases import entry_hosts, packages
from docgen.findings import Refusal
from tests.api.usecases.world import ORG, OTHER, sample

if TYPE_CHECKING:
    from tests.api.usecases.world import World


def test_a_brand_brings_its_host_and_another_organisation_is_refused_with_nothing_kept(world: World) -> None:
    brand = sample("brand", "zandeland")
    for _ in range(2):
        packages.upload(world.deps, ORG, PackageKind.BRAND, io.BytesIO(brand))
    (host,) = entry_hosts.all_hosts(world.deps)
    assert (host.address, host.organisation_id, host.brand) == ("mijn.zandeland.example.nl", ORG, "zandeland")
    with pytest.raises(Refusal, match="entry-host-taken"):
        packages.upload(world.deps, OTHER, PackageKind.BRAND, io.BytesIO(brand))
    with pytest.raises(Refusal, match="brand-not-found"):
        packages.get(world.deps, OTHER, PackageKind.BRAND, "zandeland")
