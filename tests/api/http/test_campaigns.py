"""Campaigns over HTTP: made, filled, answered by file, judged, followed; who may, and nothing of another."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import Mode, PackageKind, Role
from api.usecases import parties
from api.usecases.answering.import_jobs import go_on_with_import
from api.usecases.kinds import WorkKind
from api.worker.runner import Runner
from tests.api.http.service import CSV
from tests.api.usecases.world import ORG, sample

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service

CONTACT = "contact-data-request"
CAMPAIGN: dict[str, Any] = {"key": "contact-2026", "name": "Contact", "template": CONTACT, "brand": "zandeland"}
HERE = "/v1/campaigns/contact-2026"
PEOPLE = "record_id;postcode;house\nH-1;1234ab;12 a\nH/2 é;1234 AB;14\nH-3;;\n"


@pytest.fixture
def campaign(service: Service, admin: httpx.Client) -> httpx.Client:
    """An administrator with a campaign of three recipients without letters."""
    service.world.put(PackageKind.TEMPLATE, CONTACT, sample("template", CONTACT))
    service.world.put(PackageKind.BRAND, "zandeland", sample("brand", "zandeland"))
    assert admin.post("/v1/campaigns", json=CAMPAIGN).status_code == 201
    assert admin.post(f"{HERE}/recipients", content=PEOPLE.encode(), headers=CSV).json()["added"] == 3
    return admin


def bring(client: httpx.Client, text: str, **query: str) -> httpx.Response:
    return client.post(f"{HERE}/answers", content=text.encode(), headers=CSV, params=query)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_campaign_is_made_shown_changed_and_revoked(campaign: httpx.Client) -> None:
    wanted = {**CAMPAIGN, "key": "second", "opens_at": "2030-01-01T00:00:00+01:00", "reminders": ["2030-02-01"]}
    answer = campaign.post("/v1/campaigns", json=wanted, headers={"Idempotency-Key": "once"})
    made = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/v1/campaigns/{made['id']}")
    assert (made["state"], made["opens_at"], made["mode"]) == ("not-yet", "2029-12-31T23:00:00.000Z", "live")
    assert campaign.post("/v1/campaigns", json=wanted, headers={"Idempotency-Key": "once"}).json() == made
    assert [one["key"] for one in campaign.get("/v1/campaigns").json()["items"]] == ["second", "contact-2026"]
    fields = {one["name"]: one for one in made["reply_form"]["fields"]}
    assert (fields["phone"]["kind"], fields["phone"]["required"]) == ("phone", True)
    assert fields["phone"]["purpose"]["en"].startswith("To call you")
    assert fields["use_rent"]["purpose_of"] == ["phone", "email"]
    changed = campaign.patch("/v1/campaigns/second", json={"name": "Other", "closes_at": "2031-01-01T00:00:00Z"}).json()
    assert (changed["name"], changed["closes_at"], changed["revision"]) == ("Other", "2031-01-01T00:00:00.000Z", 2)
    assert (changed["opens_at"], changed["remind_at"]) == ("2029-12-31T23:00:00.000Z", "09:00")
    changed = campaign.patch("/v1/campaigns/second", json={"opens_at": None, "remind_at": "10:30"}).json()
    assert (changed["opens_at"], changed["remind_at"]) == (None, "10:30")
    assert changed["gone_at"] >= "2031-04"
    assert campaign.post("/v1/campaigns/second/revoke").json()["state"] == "revoked"
    assert code(campaign.patch("/v1/campaigns/second", json={"name": "x"})) == (409, "campaign-revoked")


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"key": "cmp_1"}, 422, "campaign-key-invalid"),
        ({"key": "contact-2026"}, 409, "campaign-key-taken"),
        ({"name": "x" * 201}, 422, "campaign-name-invalid"),
        ({"template": "note"}, 422, "campaign-asks-nothing"),
        ({"template": "nothing"}, 404, "template-not-found"),
        ({"brand": "nothing"}, 404, "brand-not-found"),
        ({"opens_at": "2030-01-01T00:00:00"}, 422, "request-invalid"),
        ({"closes_at": "9999-12-31T23:00:00Z"}, 422, "request-invalid"),
        ({"opens_at": "2030-01-01T00:00:00Z", "closes_at": "2029-01-01T00:00:00Z"}, 422, "campaign-dates-invalid"),
        ({"reminders": ["2199-01-01"]}, 422, "campaign-dates-invalid"),
        ({"colour": "red"}, 422, "request-invalid"),
    ],
)
def test_what_is_wrong_with_a_campaign_is_said(
    campaign: httpx.Client, change: dict[str, object], status: int, said: str
) -> None:
    assert code(campaign.post("/v1/campaigns", json={**CAMPAIGN, "key": "other", **change})) == (status, said)


def test_recipients_are_listed_in_parts_whatever_signs_their_keys_have(campaign: httpx.Client) -> None:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        part = campaign.get(f"{HERE}/recipients", params={"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        found += [one["record_id"] for one in part["items"]]
        cursor = part["next_cursor"]
    assert sorted(found) == ["H-1", "H-3", "H/2 é"]
    for wrong in ("=", "AA==", "é", "AAAA", "x" * 401):
        assert code(campaign.get(f"{HERE}/recipients", params={"cursor": wrong})) == (400, "bad-cursor")
    bring(campaign, "record_id;phone\nH-1;0612345678\n")
    missing = campaign.get(f"{HERE}/recipients", params={"missing": "true"}).json()["items"]
    assert sorted(one["record_id"] for one in missing) == ["H-3", "H/2 é"]
    text = campaign.get(f"{HERE}/recipients.csv", params={"missing": "true"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sorted(row["record_id"] for row in rows) == ["H-3", "H/2 é"]
    assert {row["links"] for row in rows} == {"0"}


def test_a_link_is_shown_once_and_ends(campaign: httpx.Client) -> None:
    path, once = f"{HERE}/recipients/H%2F2%20%C3%A9", {"Idempotency-Key": "link-1"}
    made = campaign.post(f"{path}/link", json={}, headers=once)
    assert made.status_code == 201, made.text
    assert made.json()["url"].startswith("HTTPS://")
    assert (made.json()["record_id"], len(made.json()["code"].replace("-", ""))) == ("H/2 é", 10)
    again = campaign.post(f"{path}/link", json={}, headers=once).json()
    assert (again["url"], again["code"], again["entry_id"]) == (None, None, made.json()["entry_id"])
    other = campaign.post(f"{path}/link", json={"replaces": False}).json()
    assert other["url"] != made.json()["url"]
    ended = campaign.post(f"{path}/revoke", json={"reason": "moved"}).json()
    assert ended == {"record_id": "H/2 é", "revoked": 2}
    assert code(campaign.post(f"{path}/revoke", json={"reason": ""})) == (422, "reason-invalid")
    assert code(campaign.post(f"{HERE}/recipients/nobody/link", json={})) == (404, "recipient-not-found")
    moments = campaign.get("/v1/contact-moments", params={"record_id": "H/2 é"}).json()["items"]
    assert [one["kind"] for one in moments] == ["link-made", "link-made", "link-revoked", "link-revoked"]
    assert moments[-1]["data"] == {"why": "moved"}
    assert campaign.get("/v1/contact-moments", params={"record_id": "H-1"}).json()["items"] == []


def test_answers_of_a_file_are_records_with_what_was_told_and_what_they_may_be_used_for(campaign: httpx.Client) -> None:
    text = "record_id;phone;use_rent;use_emergency\nH-1;06 12345678;ja;nee\nH-3;0612345679;;\n"
    done = bring(campaign, text).json()
    assert (done["rows"], done["taken"], done["for_review"], done["applied"]) == (2, 2, 0, True)
    assert bring(campaign, text).json()["unchanged"] == 2
    records = campaign.get("/v1/records", params={"campaign": campaign.get(HERE).json()["id"]}).json()["items"]
    by_key = {(one["record_id"], one["field"]): one for one in records}
    phone = by_key["H-1", "phone"]
    assert (phone["value"], phone["source"], phone["purposes"]) == ("+31612345678", "import", ["use_rent"])
    assert phone["told"] == "Om u snel te bellen als er iets is."
    assert by_key["H-3", "phone"]["purposes"] == []
    assert by_key["H-1", "use_rent"]["told"].startswith("U mag mijn gegevens gebruiken voor vragen")
    rows = csv.DictReader(io.StringIO(campaign.get("/v1/records.csv").text))
    assert {row["purposes"] for row in rows if row["field"] == "phone"} == {"use_rent", ""}
    report = campaign.get(f"{HERE}/report").json()
    assert (report["recipients"], report["answered"], report["complete"]) == (3, 2, 2)
    assert (report["per_road"], report["complete_share"]) == ({"import": 2}, 0.6667)
    assert [one["submissions"] for one in report["per_day"]] == [2]


def test_what_came_in_is_shown_whole_and_a_person_settles_what_is_strange(campaign: httpx.Client) -> None:
    bring(campaign, "record_id;phone;note\nH-1;0101234;found in a letter\n")
    (came,) = campaign.get("/v1/submissions", params={"campaign": "contact-2026", "record_id": "H-1"}).json()["items"]
    assert campaign.get(f"/v1/submissions/{came['id']}").json() == came
    assert (came["road"], came["note"], came["has_photo"]) == ("import", "found in a letter", False)
    (answer,) = came["answers"]
    assert (answer["raw"], answer["verdict"], answer["standing"]) == ("0101234", "ask_again", "review")
    (record,) = campaign.get("/v1/records", params={"state": "review"}).json()["items"]
    path = f"/v1/records/{record['id']}"
    assert campaign.get(path).json()["said"][0]["submission_id"] == came["id"]
    asked = campaign.post(f"{path}/judge", json={"value": "0101234"})
    assert code(asked) == (422, "answer-asked-again")
    (finding,) = asked.json()["findings"]
    assert (finding["place"], finding["message"].partition(":")[0]) == ({"pointer": "/value"}, answer["code"])
    assert code(campaign.post(f"{path}/judge", json={"value": "none"})) == (422, "answer-refused")
    judged = campaign.post(f"{path}/judge", json={"value": "0612345678"}).json()
    assert (judged["record"]["state"], judged["record"]["value"]) == ("settled", "+31612345678")
    assert [one["answer"]["road"] for one in judged["said"]] == ["import", "staff"]
    withdrawn = campaign.post(f"{path}/judge", json={"value": ""}).json()["record"]
    assert (withdrawn["state"], withdrawn["value"]) == ("withdrawn", "")
    assert [one["state"] for one in campaign.get("/v1/records").json()["items"]] == ["withdrawn"]


def test_a_file_with_faults_is_refused_with_each_of_them(campaign: httpx.Client) -> None:
    answer = bring(campaign, "record_id;phone\nH-1;0612345678\nH-3;none\nnobody;0612345678\n")
    assert code(answer) == (422, "answers-invalid")
    assert [(one["code"], one["place"]) for one in answer.json()["findings"]] == [
        ("answer-refused", {"row": 3, "column": "phone", "record": "H-3"}),
        ("recipient-not-found", {"row": 4, "column": "record_id", "record": "nobody"}),
    ]
    checked = bring(campaign, "record_id;phone\nH-1;0612345678\nH-3;none\n", check="true").json()
    assert (checked["taken"], checked["invalid"], checked["applied"]) == (1, 1, False)
    assert bring(campaign, "record_id;phone\nH-1;0612345678\nH-3;none\n", policy="valid_only").json()["taken"] == 1
    assert code(bring(campaign, "record_id;colour\nH-1;red\n")) == (422, "records-column-unknown")
    wrong = campaign.post(f"{HERE}/answers", content=b"x", headers={"Content-Type": "text/plain"})
    assert code(wrong) == (415, "media-type-unsupported")


def test_reminders_say_who_is_left_out(campaign: httpx.Client) -> None:
    bring(campaign, "record_id;phone\nH-1;0612345678\n")
    answer = campaign.post(f"{HERE}/reminders", json={})
    assert answer.status_code == 202
    assert answer.json() == {"job_id": None, "letters": 0, "left_out": {"complete": 1, "no-letter": 2}}


def test_only_who_may_does_and_nobody_sees_what_is_of_another(service: Service, campaign: httpx.Client) -> None:
    bring(campaign, "record_id;phone\nH-1;0612345678\n")
    (record,) = campaign.get("/v1/records").json()["items"]
    with service.client("submitter") as submitter, service.client("mailroom") as mailroom:
        assert code(submitter.post(f"/v1/records/{record['id']}/judge", json={"value": "1"})) == (403, "role-missing")
        assert mailroom.get(HERE).status_code == 200
        assert code(mailroom.post("/v1/campaigns", json=CAMPAIGN)) == (403, "role-missing")
        assert code(mailroom.post(f"{HERE}/reminders", json={})) == (403, "role-missing")
        assert submitter.get(f"{HERE}/report").status_code == 200
    with service.client("print_room") as print_room:
        assert code(print_room.get("/v1/submissions")) == (403, "role-missing")
    with service.client("other") as other:
        for path in (HERE, f"{HERE}/report", f"{HERE}/recipients", f"{HERE}/recipients.csv"):
            assert code(other.get(path)) == (404, "campaign-not-found")
        assert code(other.get(f"/v1/records/{record['id']}")) == (404, "answer-not-found")
        assert code(other.get("/v1/submissions", params={"campaign": "contact-2026"})) == (404, "campaign-not-found")
        assert code(other.get(f"/v1/submissions/{record['submission_id']}")) == (404, "submission-not-found")
        assert other.get("/v1/contact-moments").json()["items"] == []
        assert code(bring(other, "record_id;phone\nH-1;0612345678\n")) == (404, "campaign-not-found")
    secret = parties.add_key(service.world.deps, ORG, "test", [Role.ADMIN], Mode.TEST).secret
    with service.client("none") as test:
        test.headers["Authorization"] = f"Bearer {secret}"
        assert test.get(HERE).status_code == 200
        assert code(bring(test, "record_id;phone\nH-1;0612345678\n")) == (403, "mode-differs")
        assert code(test.post(f"{HERE}/revoke")) == (403, "mode-differs")
        assert code(test.post(f"/v1/records/{record['id']}/judge", json={"value": "1"})) == (403, "mode-differs")


def test_a_large_file_of_answers_is_looked_at_until_it_is_done(service: Service, campaign: httpx.Client) -> None:
    rows = "record_id;phone\nH-1;0612345678\nH-9;0612345678\n"
    asked = {"params": {"policy": "valid_only"}, "headers": CSV | {"Idempotency-Key": "large"}}
    sent = campaign.post(f"{HERE}/answer-imports", content=rows.encode(), **asked)  # type: ignore[arg-type] # of httpx
    assert (sent.status_code, sent.json()["state"]) == (202, "judging")
    again = campaign.post(f"{HERE}/answer-imports", content=rows.encode(), **asked)  # type: ignore[arg-type] # of httpx
    assert again.json() == sent.json()
    deps = service.world.deps
    handlers = {WorkKind.IMPORT_ANSWERS: partial(go_on_with_import, deps)}
    Runner(deps.database, deps.clock, handlers).drain("worker")
    shown = campaign.get(sent.headers["Location"]).json()
    assert (shown["state"], shown["rows"], shown["written"], shown["taken"], shown["invalid"]) == ("done", 2, 2, 1, 1)
    assert [one["code"] for one in shown["findings"]] == ["recipient-not-found"]
    assert campaign.get(f"{HERE}/answer-imports").json()["items"] == [shown]
    assert campaign.get(f"{HERE}/answer-imports/imp_none").json()["code"] == "answer-import-not-found"
    wrong = campaign.post(f"{HERE}/answer-imports", content=b"x", headers={"Content-Type": "text/plain"})
    assert wrong.json()["code"] == "media-type-unsupported"
