"""Recipients brought in without letters: known once, known otherwise, and able to get a link."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import PageRequest, Policy, Road
from api.usecases.answering.bringing import Brought, bring_recipients
from api.usecases.answering.giving import Offer, give
from api.usecases.answering.importing import ImportWish
from api.usecases.answering.rows import RowsFile
from api.usecases.formats import RecordsType
from api.usecases.scanning.forms import read_known, reply_json
from docgen.findings import Refusal
from docgen.reply_form import Known
from tests.api.builders import ORG
from tests.api.usecases.answer_world import CAMPAIGN
from tests.api.usecases.slips import ASKED

if TYPE_CHECKING:
    from api.ports import Entry
    from tests.api.usecases.answer_world import AnswerWorld

HEADING = "record_id;language;postcode;house;before;day"


@pytest.fixture
def asked(answers: AnswerWorld) -> AnswerWorld:
    """A campaign that knows of earlier readings."""
    known = {Known.PREVIOUS_READING: "before", Known.PREVIOUS_DATE: "day"}
    fields = (replace(ASKED.fields[0], known=known), *ASKED.fields[1:])
    answers.change(reply_form=reply_json(replace(ASKED, fields=fields)))
    return answers


def file_of(*rows: str, heading: str = HEADING) -> RowsFile:
    body = "\n".join([heading, *rows, ""]).encode()
    return RowsFile(io.BytesIO(body), "text/csv; decimal-comma=true", hashlib.sha256(body).hexdigest())


def bring(answers: AnswerWorld, *rows: str, **wish: Any) -> Brought:  # noqa: ANN401 - fields of a wish
    return bring_recipients(answers.deps, ORG, CAMPAIGN, file_of(*rows), ImportWish("key_1", **wish))


def entries(answers: AnswerWorld, recipient: str) -> list[Entry]:
    with answers.deps.database.read() as uow:
        return list(uow.entries.of_recipient(ORG, CAMPAIGN, recipient))


def test_a_recipient_is_known_with_address_and_earlier_reading_and_has_no_way_in(asked: AnswerWorld) -> None:
    found = bring(asked, "H-1;nl;1234ab;12 a;1.284,5;3-12-2025")
    assert (found.rows, found.added, found.applied) == (1, 1, True)
    (made,) = entries(asked, "H-1")
    assert (made.postcode, made.house, made.token_digest, made.piece_id) == ("1234 AB", "12 a", None, None)
    assert read_known(made.known) == {"reading": {Known.PREVIOUS_READING: "1284.5", Known.PREVIOUS_DATE: "2025-12-03"}}
    with asked.deps.database.read() as uow:
        assert uow.events.of_subject(ORG, CAMPAIGN, PageRequest()).items[-1].name == "campaign-recipients-imported"


def test_the_same_file_changes_nothing_and_what_is_known_otherwise_counts_from_then_on(asked: AnswerWorld) -> None:
    row = "H-1;nl;1234 AB;12;100;1-1-2026"
    bring(asked, row)
    again = bring(asked, row)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)
    other = bring(asked, row.replace("100", "200"), "record-0;nl;1234AB;12-A;;")
    assert (other.added, other.changed, other.unchanged) == (0, 2, 0)
    assert [read_known(one.known)["reading"][Known.PREVIOUS_READING] for one in entries(asked, "H-1")] == ["100", "200"]
    assert entries(asked, "record-0")[0].piece_id is not None


def test_the_answer_of_who_has_no_letter_is_judged_by_what_is_known(asked: AnswerWorld) -> None:
    bring(asked, "H-1;nl;1234 AB;12;90000;1-1-2025")
    (made,) = entries(asked, "H-1")
    checked = give(asked.deps, made, Offer(Road.STAFF, {"reading": "89990"})).checked
    assert checked["reading"].code == "lower-than-previous"


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("H-1;fr;;;;", "language-unknown", "language"),
        ("H-1;nl;12345678901234567;;;", "field-too-long", "postcode"),
        ("H-1;nl;;;many;", "field-type", "before"),
        ("H-1;nl;;;;31-02-2026", "date-invalid", "day"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_and_nobody_is_added(
    asked: AnswerWorld, row: str, code: str, column: str
) -> None:
    with pytest.raises(Refusal, match="recipients-invalid") as refused:
        bring(asked, "H-9;nl;;;;", row)
    (finding,) = refused.value.findings
    assert (finding.code, finding.place.row, finding.place.column) == (code, 3, column)
    assert entries(asked, "H-9") == []
    assert bring(asked, "H-9;nl;;;;", row, policy=Policy.VALID_ONLY).added == 1


def test_a_check_adds_nobody(asked: AnswerWorld) -> None:
    assert bring(asked, "H-1;nl;;;;", check=True).added == 1
    assert entries(asked, "H-1") == []


def test_nobody_is_added_to_a_campaign_that_was_revoked(asked: AnswerWorld) -> None:
    asked.change(revoked_at=asked.start)
    with pytest.raises(Refusal, match="campaign-revoked"):
        bring(asked, "H-1;nl;;;;")


def test_json_takes_the_same_names(asked: AnswerWorld) -> None:
    body = json.dumps([{"record_id": "H-1", "postcode": "1234AB", "house": 12, "before": 1284.5}]).encode()
    file = RowsFile(io.BytesIO(body), str(RecordsType.JSON), "0")
    assert bring_recipients(asked.deps, ORG, CAMPAIGN, file, ImportWish("key_1")).added == 1
    (made,) = entries(asked, "H-1")
    assert (made.house, made.language) == ("12", "nl")
    assert read_known(made.known)["reading"][Known.PREVIOUS_READING] == "1284.5"
