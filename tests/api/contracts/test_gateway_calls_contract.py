"""One contract for every database: news of gateways."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from api.ports import GatewayCall, GatewayNews
from tests.api.builders import NOW, ORG, OTHER, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

REPLY = GatewayCall("gwc_1", ORG, "sms", GatewayNews.REPLY, NOW)
UNPLACED = GatewayCall("gwc_2", ORG, "sms", GatewayNews.UNPLACED, NOW, "anx_1")


def test_news_is_kept_once_and_reports_that_nobody_could_place_are_found(database: SqlDatabase) -> None:
    two_organisations(database)
    later = replace(UNPLACED, id="gwc_3", at=NOW + timedelta(seconds=1))
    with database.write() as uow:
        calls = uow.gateway_calls
        assert [calls.add(REPLY), calls.add(REPLY), calls.add(UNPLACED), calls.add(later)] == [True, False, True, True]
        assert calls.add(replace(UNPLACED, id="gwc_4", organisation_id=OTHER))
    with database.read() as uow:
        assert uow.gateway_calls.unplaced(ORG, 10) == [later, UNPLACED]
        assert uow.gateway_calls.unplaced(ORG, 1) == [later]
