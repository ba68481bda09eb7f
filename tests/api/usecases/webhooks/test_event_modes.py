"""Events about agreements have the mode of what they are about, also when they do not say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import AgreementRequest, AskedQuestion, Event, Mode, QuestionState, Unclear
from api.usecases.webhooks.event_modes import EventModes
from tests.api.builders import NOW, ORG, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

BRAND = f"brand_{ORG}_house_1"
ASKED = (NOW, NOW, NOW, "key_1")


@pytest.mark.parametrize("mode", list(Mode))
def test_events_about_agreements_have_the_mode_of_their_subject(sqlite_database: SqlDatabase, mode: Mode) -> None:
    two_organisations(sqlite_database)
    with sqlite_database.write() as uow:
        question = ("qst_1", ORG, mode, "solar", 1, "Solar", BRAND, "{}", QuestionState.DRAFT, NOW, "key_1")
        uow.questions.add(AskedQuestion(*question))
        uow.agreements.add(AgreementRequest("agr_1", ORG, mode, "qst_1", "r", "nl", "ab", "sha256:ab", *ASKED))
        uow.unclear.add(Unclear("unc_1", ORG, mode, "sms", "other-words", NOW, 1))
    with sqlite_database.read() as uow:
        modes = EventModes(uow)
        found = [modes.of(Event(ORG, subject, "thing-done", NOW)) for subject in ("qst_1", "agr_1", "unc_1")]
        assert found == [mode] * 3
        # an endpoint must not miss what is about something that is gone
        assert modes.of(Event(ORG, "agr_9", "thing-done", NOW)) is Mode.LIVE
